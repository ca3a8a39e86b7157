//! The one test binary: gitinfra's programs against real parts.

mod aws;
mod cli;
mod contract;
mod engine;
mod files;
mod licences;
mod network;
mod pulumi;
mod tidy;
mod tools;
