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
    is_one(old, new) || matches!((arn_of(aws, old).await, arn_of(aws, new).await), (Some(old), Some(new)) if old == new)
}

/// Whether two names say by themselves that they are of one key: they are equal, or its id and its ARN.
fn is_one(one: &str, other: &str) -> bool {
    let is_id = |id: &str, arn: &str| arn.ends_with(&format!(":key/{id}"));
    one == other || is_id(one, other) || is_id(other, one)
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

#[cfg(test)]
mod tests {
    use super::{is_one, respell};

    const ARN: &str = "arn:aws:kms:ap-northeast-1:123456789012:key/1a2b";

    #[test]
    fn a_key_has_an_id_and_an_arn() {
        for (one, other, same) in [
            ("1a2b", ARN, true),
            (ARN, "1a2b", true),
            (ARN, ARN, true),
            ("2b", ARN, false),
            ("alias/1a2b", ARN, false),
            ("1a2b", "arn:aws:kms:ap-northeast-1:123456789012:alias/1a2b", false),
        ] {
            assert_eq!(is_one(one, other), same, "{one} {other}");
        }
        let mut seen = Some(ARN.to_owned());
        respell(&Some("1a2b".to_owned()), &mut seen);
        assert_eq!(seen.as_deref(), Some("1a2b"));
    }
}
