//! ElastiCache: what its resources share.

pub mod replication_group;
pub mod subnet_group;

use aws_sdk_elasticache::operation::list_tags_for_resource::ListTagsForResourceError;
use aws_sdk_elasticache::types::Tag;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use pulumi_plugin::{Property as _, Result};

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

/// Whether a resource bears the token of this creation.
async fn bears_token(aws: &Aws, arn: Option<&str>) -> Result<bool> {
    // A replication group has its tags read only once it is available: until then this is refused, and tried again.
    let arn = arn.unwrap_or_default();
    let tags = tags(aws, arn).await.told("reading the tags of", arn)?;
    Ok(tags.iter().any(|tag| tag.key() == Some(TOKEN_TAG) && tag.value() == Some(aws.birth().token.as_str())))
}

/// What AWS says of a replication group, or of a node of it, that is not available.
const UNAVAILABLE: [&str; 2] = ["InvalidReplicationGroupState", "InvalidCacheClusterState"];

type TagsRefused = SdkError<ListTagsForResourceError, HttpResponse>;

/// All tags of a resource.
async fn tags(aws: &Aws, arn: &str) -> Result<Vec<Tag>, TagsRefused> {
    let ask = aws.elasticache().list_tags_for_resource();
    let answer = ask.resource_name(arn).send().await?;
    Ok(answer.tag_list.unwrap_or_default())
}

/// The tags as the user sees them.
async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    let answer = tags(aws, arn).await;
    // AWS refuses to list the tags of a replication group that is being modified: they count as what they were. An import waits.
    let known = aws.call().given.get("tags").map(Tags::decode);
    let answer = match known {
        Some(Ok(_)) => answer.unless(&UNAVAILABLE),
        _ => answer.map(Some),
    };
    match (answer.told("reading the tags of", arn)?, known) {
        (None, Some(Ok(known))) => Ok(known),
        (tags, _) => {
            let tags = tags.unwrap_or_default().into_iter();
            Ok(aws.visible(tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))))
        }
    }
}

/// Sets and removes tags.
async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tags = set.iter().map(|(key, value)| tag(key, value)).collect();
        let add = aws.elasticache().add_tags_to_resource().resource_name(arn).set_tags(Some(tags));
        add.send().await.told("tagging", arn)?;
    }
    if !unset.is_empty() {
        let remove = aws.elasticache().remove_tags_from_resource().resource_name(arn);
        let removed = remove.set_tag_keys(Some(unset.to_vec())).send().await;
        removed.unless(&["TagNotFound"]).told("removing tags of", arn)?;
    }
    Ok(())
}
