//! Amazon CloudWatch.

use crate::aws::Passing;

/// Which of CloudWatch's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
