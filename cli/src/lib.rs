//! gitinfra: a loop from a commit to a rolled-out stack. The binary is a thin skin over this library.

pub mod called;
pub mod commands;
pub mod comment;
pub mod context;
pub mod decide;
pub mod destroy;
pub mod engine;
pub mod environment;
pub mod event;
pub mod failure;
pub mod follow;
pub mod git;
pub mod jsonpath;
pub mod ledger;
pub mod moment;
pub mod order;
pub mod preview;
pub mod process;
pub mod record;
pub mod repo;
pub mod rollout;
pub mod run_log;
pub mod scrub;
pub mod standing;
pub mod text;
pub mod ui;
