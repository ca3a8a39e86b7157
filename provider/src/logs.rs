//! Amazon CloudWatch Logs.

use crate::aws::Passing;

/// Which of CloudWatch Logs' refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
