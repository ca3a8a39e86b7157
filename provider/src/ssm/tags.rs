//! The tags of Systems Manager's things, by their kind and name.

use aws_sdk_ssm::types::{ResourceTypeForTagging, Tag};
use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them.
pub async fn list(aws: &Aws, kind: ResourceTypeForTagging, name: &str) -> Result<Vec<Tag>> {
    let list = aws.ssm().list_tags_for_resource().resource_type(kind).resource_id(name).send().await;
    Ok(list.doing("reading the tags of", name)?.tag_list.unwrap_or_default())
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, kind: ResourceTypeForTagging, name: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let add = aws.ssm().add_tags_to_resource().resource_type(kind.clone()).resource_id(name);
        add.set_tags(Some(written(set))).send().await.doing("tagging", name)?;
    }
    if !unset.is_empty() {
        let remove = aws.ssm().remove_tags_from_resource().resource_type(kind).resource_id(name);
        remove.set_tag_keys(Some(unset.to_vec())).send().await.doing("removing tags of", name)?;
    }
    Ok(())
}
