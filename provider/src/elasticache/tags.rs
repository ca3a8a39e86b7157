//! The tags of ElastiCache's things, by their ARNs.

use aws_sdk_elasticache::types::Tag;
use pulumi_plugin::{Again, Result};

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them. A cache tells its tags only while it is available: until then this is refused, and tried again.
pub async fn list(aws: &Aws, arn: &str) -> Result<Vec<Tag>> {
    let answer = aws.elasticache().list_tags_for_resource().resource_name(arn).send().await;
    Ok(answer.doing("reading the tags of", arn)?.tag_list.unwrap_or_default())
}

/// The tags as the user sees them. While a cache is busy they are what was known before: busy is not gone.
pub async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    match list(aws, arn).await {
        Ok(tags) => Ok(aws.visible(tags)),
        Err(busy) if busy.retry() == Again::Ready => aws.known_tags().ok_or(busy),
        Err(error) => Err(error),
    }
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let add = aws.elasticache().add_tags_to_resource().resource_name(arn).set_tags(Some(written(set)));
        add.send().await.doing("tagging", arn)?;
    }
    if !unset.is_empty() {
        let remove = aws.elasticache().remove_tags_from_resource().resource_name(arn);
        let removed = remove.set_tag_keys(Some(unset.to_vec())).send().await;
        // Already gone is as good.
        removed.unless(&["TagNotFound"]).doing("removing tags of", arn)?;
    }
    Ok(())
}
