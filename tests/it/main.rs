//! The one test binary: gitinfra's programs against real parts.

mod contract;
mod engine;
mod files;
mod pulumi;
mod tools;
