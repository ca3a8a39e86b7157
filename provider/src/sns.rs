//! Amazon SNS.

pub mod subscription;
pub mod topic;
pub mod topic_policy;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of SNS's refusals pass.
pub(crate) const PASSING: Passing = &[
    ("ConcurrentAccess", "", Again::Soon),
    ("ConcurrentAccessException", "", Again::Soon),
    // Of a topic that was deleted a moment ago.
    ("StaleTag", "", Again::Soon),
    ("StaleTagException", "", Again::Soon),
    ("Throttled", "", Again::Later),
    // Where what the caller may do hangs on tags that have not spread.
    ("AuthorizationError", "no identity-based policy allows", Again::Moment),
    ("ResourceNotFound", "", Again::Moment),
    ("ResourceNotFoundException", "", Again::Moment),
];
