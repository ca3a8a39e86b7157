//! The one test binary: gitinfra's programs against real parts.

mod aws;
mod contract;
mod ec2;
mod engine;
mod files;
mod network;
mod pulumi;
mod tools;
