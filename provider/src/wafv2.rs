//! AWS WAF.

use crate::aws::Passing;

/// Which of WAF's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
