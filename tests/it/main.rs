//! The one test binary: gitinfra's programs against real parts.

mod contract;
mod crates;
mod engine;
mod files;
mod pulumi;
mod readme;
mod tools;
