//! The tags of IAM's things: each kind has calls of its own.

use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// Sets and removes tags of a role.
pub async fn retag_role(aws: &Aws, name: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tag = aws.iam().tag_role().role_name(name).set_tags(Some(written(set)));
        tag.send().await.doing("tagging role", name)?;
    }
    if !unset.is_empty() {
        let untag = aws.iam().untag_role().role_name(name).set_tag_keys(Some(unset.to_vec()));
        untag.send().await.doing("removing tags of role", name)?;
    }
    Ok(())
}
