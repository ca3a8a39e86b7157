//! Amazon ECR.

pub mod repository;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of ECR's refusals pass.
pub(crate) const PASSING: Passing = &[
    ("ServerException", "", Again::Later),
    // AWS says this of a policy that names a role which it does not know yet.
    ("InvalidParameterException", "invalid repository policy provided", Again::Soon),
    ("InvalidParameterException", "principal not found", Again::Soon),
    // A KMS key that was just made, or a grant of it. What is wrong with one for good is said of its state.
    ("KmsException", "disabled", Again::Never),
    ("KmsException", "pending", Again::Never),
    ("KmsException", "", Again::Soon),
    // Right after its creation, the next call may reach a part of AWS that has not heard of it.
    ("RepositoryNotFoundException", "", Again::Moment),
];
