//! The tags of CloudFront's things, by their ARNs.

use aws_sdk_cloudfront::types::{TagKeys, Tags as AwsTags};
use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// The tags of a new thing.
pub fn newborn(aws: &Aws, tags: &Tags) -> AwsTags {
    AwsTags::builder().set_items(Some(aws.newborn(tags))).build()
}

/// The tags as the user sees them.
pub async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    let answer = aws.cloudfront().list_tags_for_resource().resource(arn).send().await;
    let tags = answer.doing("reading the tags of", arn)?.tags.and_then(|tags| tags.items);
    Ok(aws.visible(tags.unwrap_or_default()))
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tags = AwsTags::builder().set_items(Some(written(set))).build();
        aws.cloudfront().tag_resource().resource(arn).tags(tags).send().await.doing("tagging", arn)?;
    }
    if !unset.is_empty() {
        let keys = TagKeys::builder().set_items(Some(unset.to_vec())).build();
        let untag = aws.cloudfront().untag_resource().resource(arn).tag_keys(keys);
        untag.send().await.doing("removing tags of", arn)?;
    }
    Ok(())
}
