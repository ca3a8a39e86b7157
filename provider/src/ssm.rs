//! Systems Manager.

pub mod document;
pub mod parameter;
pub mod session_preferences;
pub mod tags;
mod versions;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of Systems Manager's refusals pass.
pub(crate) const PASSING: Passing = &[
    ("TooManyUpdates", "", Again::Later),
    // State Manager associations still run the document.
    ("AssociatedInstances", "", Again::Held),
];
