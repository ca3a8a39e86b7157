//! Amazon S3.

use crate::aws::Passing;

/// Which of S3's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
