//! Amazon Data Firehose.

use crate::aws::Passing;

/// Which of Firehose's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
