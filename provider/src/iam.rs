//! IAM.

pub mod get_policy_document;
pub mod instance_profile;
pub mod policy;
pub mod role;
pub mod role_policy;
pub mod role_policy_attachment;
pub mod service_linked_role;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of IAM's refusals pass.
pub(crate) const PASSING: Passing = &[
    ("DeleteConflict", "", Again::Later),
    ("ConcurrentModification", "", Again::Later),
    // Right after a creation, the next call may reach a part of AWS that has not heard of it.
    ("NoSuchEntity", "", Again::Moment),
];
