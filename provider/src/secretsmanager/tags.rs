//! The tags of secrets.

use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// Sets and removes tags of a secret.
pub async fn retag(aws: &Aws, secret: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tag = aws.secretsmanager().tag_resource().secret_id(secret).set_tags(Some(written(set)));
        tag.send().await.doing("tagging secret", secret)?;
    }
    if !unset.is_empty() {
        let untag = aws.secretsmanager().untag_resource().secret_id(secret).set_tag_keys(Some(unset.to_vec()));
        untag.send().await.doing("removing tags of secret", secret)?;
    }
    Ok(())
}
