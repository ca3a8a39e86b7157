//! The tags of RDS's things, by their ARNs.

use aws_sdk_rds::types::Tag;
use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them.
pub async fn list(aws: &Aws, arn: &str) -> Result<Vec<Tag>> {
    let answer = aws.rds().list_tags_for_resource().resource_name(arn).send().await;
    Ok(answer.doing("reading the tags of", arn)?.tag_list.unwrap_or_default())
}

/// The tags as the user sees them.
pub async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    Ok(aws.visible(list(aws, arn).await?))
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let add = aws.rds().add_tags_to_resource().resource_name(arn).set_tags(Some(written(set)));
        add.send().await.done("tagging", arn)?;
    }
    if !unset.is_empty() {
        let remove = aws.rds().remove_tags_from_resource().resource_name(arn);
        remove.set_tag_keys(Some(unset.to_vec())).send().await.done("removing tags of", arn)?;
    }
    Ok(())
}
