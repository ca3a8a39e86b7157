//! The tags of log groups, by their ARNs.

use std::collections::HashMap;

use pulumi_plugin::Result;

use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them.
pub(super) async fn list(aws: &Aws, arn: &str) -> Result<HashMap<String, String>> {
    let answer = aws.logs().list_tags_for_resource().resource_arn(arn).send().await;
    Ok(answer.doing("reading the tags of", arn)?.tags.unwrap_or_default())
}

/// Sets and removes tags.
pub(super) async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tags = set.clone().into_iter().collect();
        let tag = aws.logs().tag_resource().resource_arn(arn).set_tags(Some(tags));
        tag.send().await.doing("tagging", arn)?;
    }
    if !unset.is_empty() {
        let untag = aws.logs().untag_resource().resource_arn(arn).set_tag_keys(Some(unset.to_vec()));
        untag.send().await.doing("removing tags of", arn)?;
    }
    Ok(())
}
