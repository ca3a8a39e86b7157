//! AWS KMS.

pub mod alias;
pub mod key;
mod sent;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::{Aws, Passing};

/// Which of KMS's refusals pass.
pub(crate) const PASSING: Passing = &[
    ("DependencyTimeoutException", "", Again::Later),
    ("KMSInternalException", "", Again::Later),
    // KMS spreads what is new slowly: a key that was just made may be unknown to the next call for up to a minute.
    ("NotFoundException", "", Again::Soon),
    // A role or user of the policy may be as new. KMS says "invalid principals", or nothing at all: that is looked at in `key`.
    ("MalformedPolicyDocumentException", "invalid principal", Again::Soon),
];

/// Puts the program's id of a key into the place of its ARN, which AWS tells.
pub(crate) fn respell(asked: &Option<String>, seen: &mut Option<String>) {
    if let (Some(asked), Some(arn)) = (asked, seen.as_deref())
        && arn.ends_with(&format!(":key/{asked}"))
    {
        *seen = Some(asked.clone());
    }
}

/// Puts the program's alias into the place of the ARN that AWS tells, where it is the key's.
///
/// An alias that is gone, or that we may not see, counts as the key's: it is no reason to make encrypted data anew.
pub(crate) async fn recognize(aws: &Aws, asked: &Option<String>, seen: &mut Option<String>) {
    let (Some(asked), Some(arn)) = (asked, seen.as_deref()) else { return };
    if is_alias(asked) && arn_of(aws, asked).await.is_none_or(|key| key == arn) {
        *seen = Some(asked.clone());
    }
}

/// Whether two names are sure to be of one key: its id, its ARN, or an alias.
pub(crate) async fn is_same(aws: &Aws, old: &Option<String>, new: &Option<String>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return old == new };
    old == new || matches!((arn_of(aws, old).await, arn_of(aws, new).await), (Some(old), Some(new)) if old == new)
}

fn is_alias(key: &str) -> bool {
    key.starts_with("alias/") || key.contains(":alias/")
}

/// The ARN of the key that a name leads to, if it can be told.
async fn arn_of(aws: &Aws, key: &str) -> Option<String> {
    if key.starts_with("arn:") && !is_alias(key) {
        return Some(key.to_owned());
    }
    aws.kms().describe_key().key_id(key).send().await.ok()?.key_metadata?.arn
}
