//! The tags of KMS's keys.

use aws_sdk_kms::types::Tag;
use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags of a key, ours among them.
pub async fn list(aws: &Aws, key: &str) -> Result<Vec<Tag>> {
    let pages = aws.kms().list_resource_tags().key_id(key).into_paginator().items().send();
    pages.collect::<Result<Vec<_>, _>>().await.doing("reading the tags of key", key)
}

/// The same; none where the key's policy doesn't let us look, or where the key is gone meanwhile.
pub async fn list_if_allowed(aws: &Aws, key: &str) -> Result<Vec<Tag>> {
    let pages = aws.kms().list_resource_tags().key_id(key).into_paginator().items().send();
    let tags = pages.collect::<Result<Vec<_>, _>>().await.unless(&["AccessDeniedException", "NotFoundException"]);
    Ok(tags.doing("reading the tags of key", key)?.unwrap_or_default())
}

/// Sets and removes tags of a key.
pub async fn retag(aws: &Aws, key: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tag = aws.kms().tag_resource().key_id(key).set_tags(Some(written(set)));
        tag.send().await.doing("tagging key", key)?;
    }
    if !unset.is_empty() {
        let untag = aws.kms().untag_resource().key_id(key).set_tag_keys(Some(unset.to_vec()));
        untag.send().await.doing("removing tags of key", key)?;
    }
    Ok(())
}
