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
    // A KMS key that was just made. What is wrong with one for good is said of its state.
    ("InvalidKeyId", "disabled", Again::Never),
    ("InvalidKeyId", "pending", Again::Never),
    ("InvalidKeyId", "", Again::Soon),
    // State Manager associations still run the document.
    ("AssociatedInstances", "", Again::Held),
];
