//! The tags of alarms, by their ARNs.

use aws_sdk_cloudwatch::types::Tag;
use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them.
pub async fn list(aws: &Aws, arn: &str) -> Result<Vec<Tag>> {
    let answer = aws.cloudwatch().list_tags_for_resource().resource_arn(arn).send().await;
    Ok(answer.doing("reading the tags of", arn)?.tags.unwrap_or_default())
}

/// The tags as the user sees them.
pub async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    Ok(aws.visible(list(aws, arn).await?))
}

/// Sets and removes tags. An update of an alarm ignores the tags that it is given.
pub async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let add = aws.cloudwatch().tag_resource().resource_arn(arn).set_tags(Some(written(set)));
        add.send().await.doing("tagging", arn)?;
    }
    if !unset.is_empty() {
        let remove = aws.cloudwatch().untag_resource().resource_arn(arn).set_tag_keys(Some(unset.to_vec()));
        remove.send().await.doing("removing tags of", arn)?;
    }
    Ok(())
}
