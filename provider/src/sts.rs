//! STS: who is calling.

pub mod get_caller_identity;
