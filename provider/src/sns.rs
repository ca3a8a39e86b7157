//! Amazon SNS.

use crate::aws::Passing;

/// Which of SNS's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
