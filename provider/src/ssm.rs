//! Systems Manager.

pub mod session_preferences;

use crate::aws::Passing;

/// Which of Systems Manager's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
