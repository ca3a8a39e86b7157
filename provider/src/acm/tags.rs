//! The tags of certificates, by their ARNs.

use aws_sdk_acm::types::Tag;
use pulumi_plugin::{Error, Result};

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// All tags, ours among them.
pub async fn list(aws: &Aws, arn: &str) -> Result<Vec<Tag>> {
    let answer = aws.acm().list_tags_for_certificate().certificate_arn(arn).send().await;
    Ok(answer.doing("reading the tags of", arn)?.tags.unwrap_or_default())
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let add = aws.acm().add_tags_to_certificate().certificate_arn(arn).set_tags(Some(written(set)));
        add.send().await.doing("tagging", arn)?;
    }
    if !unset.is_empty() {
        let keys = unset.iter().map(|key| Tag::builder().key(key).build()).collect::<Result<Vec<_>, _>>();
        let keys = keys.map_err(|error| Error::new(error.to_string()))?;
        let remove = aws.acm().remove_tags_from_certificate().certificate_arn(arn).set_tags(Some(keys));
        remove.send().await.doing("removing tags of", arn)?;
    }
    Ok(())
}
