//! Application Auto Scaling.

use crate::aws::Passing;

/// Which of Application Auto Scaling's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
