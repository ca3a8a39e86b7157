//! IAM.

pub mod role;
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
