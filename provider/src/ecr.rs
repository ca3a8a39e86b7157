//! Amazon ECR.

use crate::aws::Passing;

/// Which of ECR's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
