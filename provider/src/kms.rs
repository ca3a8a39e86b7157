//! AWS KMS.

use crate::aws::Passing;

/// Which of KMS's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
