//! AWS KMS.

pub mod alias;
pub mod key;
mod sent;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of KMS's refusals pass.
pub(crate) const PASSING: Passing = &[
    ("DependencyTimeoutException", "", Again::Later),
    ("KMSInternalException", "", Again::Later),
    // KMS spreads what is new slowly: a key that was just made may be unknown to the next call for up to a minute.
    ("NotFoundException", "", Again::Soon),
    // A role or user of the policy may be as new. KMS says "invalid principals", or nothing at all: that is looked at in `key`.
    ("MalformedPolicyDocumentException", "invalid principal", Again::Soon),
];
