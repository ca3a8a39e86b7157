//! The tags of load balancers and what belongs to them, by their ARNs.

use aws_sdk_elasticloadbalancingv2::types::Tag;
use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them.
pub async fn list(aws: &Aws, arn: &str) -> Result<Vec<Tag>> {
    let answer = aws.elb().describe_tags().resource_arns(arn).send().await;
    let told = answer.doing("reading the tags of", arn)?.tag_descriptions.unwrap_or_default();
    Ok(told.into_iter().filter_map(|of| of.tags).flatten().collect())
}

/// The tags as the user sees them.
pub async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    Ok(aws.visible(list(aws, arn).await?))
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        add(aws, arn, written(set)).await?;
    }
    if !unset.is_empty() {
        let remove = aws.elb().remove_tags().resource_arns(arn).set_tag_keys(Some(unset.to_vec()));
        remove.send().await.doing("removing tags of", arn)?;
    }
    Ok(())
}

/// Sets tags as they are.
pub async fn add(aws: &Aws, arn: &str, tags: Vec<Tag>) -> Result<()> {
    aws.elb().add_tags().resource_arns(arn).set_tags(Some(tags)).send().await.done("tagging", arn)
}
