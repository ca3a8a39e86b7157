//! Amazon CloudWatch Logs.

pub mod log_group;
pub mod metric_filter;
pub mod resource_policy;
mod tags;
mod unit;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of CloudWatch Logs' refusals pass.
pub(crate) const PASSING: Passing = &[
    // Another change of the same thing is under way.
    ("OperationAbortedException", "", Again::Soon),
    ("ServiceUnavailableException", "", Again::Later),
    // Right after a creation, the next call may reach a part of AWS that has not heard of it.
    ("ResourceNotFoundException", "", Again::Moment),
    // A key, or its policy, that has just been made.
    ("AccessDeniedException", "kms key does not exist or is not allowed to be used", Again::Soon),
    ("InvalidParameterException", "kms key does not exist or is not allowed to be used", Again::Soon),
];
