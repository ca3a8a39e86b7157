//! Elastic Load Balancing.

use crate::aws::Passing;

/// Which of Elastic Load Balancing's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
