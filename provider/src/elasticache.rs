//! ElastiCache: what its resources share.

pub mod replication_group;
pub mod subnet_group;

use aws_sdk_elasticache::operation::list_tags_for_resource::ListTagsForResourceError;
use aws_sdk_elasticache::types::Tag;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use pulumi_plugin::{Error, Result};

use crate::aws::tags::changes;
use crate::aws::{Aws, TOKEN_TAG, Tags, Told as _};

/// A tag.
fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

/// The tags of a new resource: the user's, and the one by which a creation whose answer got lost knows it again.
fn newborn(aws: &Aws, tags: &Tags) -> Vec<Tag> {
    let ours = tag(TOKEN_TAG, &aws.birth().token);
    let tags = tags.iter().map(|(key, value)| tag(key, value));
    tags.chain([ours]).collect()
}

/// Refuses what exists already, unless this very creation made it and the answer got lost.
async fn adopt(aws: &Aws, kind: &str, name: &str, arn: &str) -> Result<()> {
    // A group tells its tags only once it is available: until then this is refused, and tried again.
    let tags = tags(aws, arn).await.told("reading the tags of", arn)?;
    let ours = |tag: &Tag| tag.key() == Some(TOKEN_TAG) && tag.value() == Some(aws.birth().token.as_str());
    match tags.iter().any(ours) {
        true => Ok(()),
        false => Err(Error::new(format!("{kind} `{name}` exists already"))
            .hint(format!("choose another name, or take it over with `pulumi import`: its id is `{name}`"))),
    }
}

type TagsRefused = SdkError<ListTagsForResourceError, HttpResponse>;

/// All tags of a resource.
async fn tags(aws: &Aws, arn: &str) -> Result<Vec<Tag>, TagsRefused> {
    let ask = aws.elasticache().list_tags_for_resource();
    let answer = ask.resource_name(arn).send().await?;
    Ok(answer.tag_list.unwrap_or_default())
}

/// The tags as the user sees them.
async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    // Of a group that is not available, none are to be seen.
    let tags = tags(aws, arn).await.unless(&["InvalidReplicationGroupState"]).told("reading the tags of", arn)?;
    let tags = tags.unwrap_or_default().into_iter();
    Ok(aws.visible(tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))))
}

/// Brings a resource's tags from the old ones to the new ones.
async fn retag(aws: &Aws, arn: &str, old: &Tags, new: &Tags) -> Result<()> {
    let (set, removed) = changes(old, new);
    if !set.is_empty() {
        let tags = set.iter().map(|(key, value)| tag(key, value)).collect();
        let add = aws.elasticache().add_tags_to_resource().resource_name(arn);
        let added = add.set_tags(Some(tags)).send().await;
        added.told("tagging", arn)?;
    }
    if !removed.is_empty() {
        let remove = aws.elasticache().remove_tags_from_resource();
        let remove = remove.resource_name(arn).set_tag_keys(Some(removed));
        // Already gone is as good.
        let gone = remove.send().await.unless(&["TagNotFound"]);
        gone.told("removing tags of", arn)?;
    }
    Ok(())
}
