//! AWS Secrets Manager.

use crate::aws::Passing;

/// Which of Secrets Manager's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
