//! gitinfra: a loop from a commit to a rolled-out stack. The binary is a thin skin over this library.

pub mod args;
pub mod blame;
pub mod changes;
pub mod commands;
pub mod comment;
pub mod decide;
pub mod environment;
pub mod event;
pub mod failure;
pub mod feed;
pub mod git;
pub mod ledger;
pub mod operation;
pub mod process;
pub mod pulumi;
pub mod record;
pub mod remains;
pub mod repo;
pub mod rollout;
pub mod scrub;
pub mod telling;
pub mod text;
pub mod ui;
pub mod urn;
pub mod value;
