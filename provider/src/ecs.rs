//! Amazon ECS.

use crate::aws::Passing;

/// Which of ECS's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
