//! Amazon RDS.

use crate::aws::Passing;

/// Which of RDS's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
