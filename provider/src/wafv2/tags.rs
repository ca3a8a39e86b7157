//! The tags of WAF's things, by their ARNs.

use aws_sdk_wafv2::types::Tag;
use pulumi_plugin::Result;

use crate::aws::list::filled;
use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them.
pub async fn list(aws: &Aws, arn: &str) -> Result<Vec<Tag>> {
    let (mut tags, mut marker) = (Vec::new(), None);
    loop {
        let ask = aws.wafv2().list_tags_for_resource().resource_arn(arn).limit(100).set_next_marker(marker);
        let answer = ask.send().await.doing("reading the tags of", arn)?;
        tags.extend(answer.tag_info_for_resource.and_then(|info| info.tag_list).unwrap_or_default());
        marker = filled(answer.next_marker);
        if marker.is_none() {
            return Ok(tags);
        }
    }
}

/// The tags as the user sees them.
pub async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    Ok(aws.visible(list(aws, arn).await?))
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let add = aws.wafv2().tag_resource().resource_arn(arn).set_tags(Some(written(set)));
        add.send().await.doing("tagging", arn)?;
    }
    if !unset.is_empty() {
        let remove = aws.wafv2().untag_resource().resource_arn(arn).set_tag_keys(Some(unset.to_vec()));
        remove.send().await.doing("removing tags of", arn)?;
    }
    Ok(())
}
