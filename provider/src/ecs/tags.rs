//! The tags of ECS's things, by their ARNs.

use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// Sets and removes tags.
pub async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tag = aws.ecs().tag_resource().resource_arn(arn).set_tags(Some(written(set)));
        tag.send().await.doing("tagging", arn)?;
    }
    if !unset.is_empty() {
        let untag = aws.ecs().untag_resource().resource_arn(arn).set_tag_keys(Some(unset.to_vec()));
        untag.send().await.doing("removing tags of", arn)?;
    }
    Ok(())
}
