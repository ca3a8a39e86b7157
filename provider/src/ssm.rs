//! Systems Manager.

pub mod session_preferences;
