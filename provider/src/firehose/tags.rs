//! The tags of Firehose streams, by the streams' names.

use aws_sdk_firehose::types::Tag;
use pulumi_plugin::{Again, Error, Result};

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them.
pub async fn list(aws: &Aws, name: &str) -> Result<Vec<Tag>> {
    let mut tags: Vec<Tag> = Vec::new();
    loop {
        let last = tags.last().map(|tag| tag.key.clone());
        let ask = aws.firehose().list_tags_for_delivery_stream().delivery_stream_name(name);
        let answer = ask.set_exclusive_start_tag_key(last).limit(50).send().await;
        let answer = answer.doing("reading the tags of Firehose stream", name).map_err(hurried)?;
        let none = answer.tags.is_empty();
        tags.extend(answer.tags);
        if none || !answer.has_more_tags {
            return Ok(tags);
        }
    }
}

/// The tags as the user sees them.
pub async fn visible(aws: &Aws, name: &str) -> Result<Tags> {
    Ok(aws.visible(list(aws, name).await?))
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, name: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let add = aws.firehose().tag_delivery_stream().delivery_stream_name(name).set_tags(Some(written(set)));
        add.send().await.doing("tagging Firehose stream", name).map_err(hurried)?;
    }
    if !unset.is_empty() {
        let remove = aws.firehose().untag_delivery_stream().delivery_stream_name(name);
        let removed = remove.set_tag_keys(Some(unset.to_vec())).send().await;
        removed.doing("removing tags of Firehose stream", name).map_err(hurried)?;
    }
    Ok(())
}

/// Of tags, Firehose says so of too many calls, and not of a quota: each account has five a second.
fn hurried(error: Error) -> Error {
    match error.message().contains("LimitExceededException") {
        true => error.again(Again::Later),
        false => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_calls_pass() {
        for (words, again) in [
            ("tagging Firehose stream `logs`: LimitExceededException: Rate exceeded", Again::Later),
            ("tagging Firehose stream `logs`: InvalidArgumentException: no", Again::Never),
        ] {
            assert_eq!(hurried(Error::new(words)).retry(), again, "{words}");
        }
    }
}
