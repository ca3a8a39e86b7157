//! The one test binary: gitinfra's programs against real parts.

mod aws;
mod contract;
mod crates;
mod ec2;
mod elasticache;
mod engine;
mod files;
mod licences;
mod network;
mod pulumi;
mod readme;
mod tidy;
mod tools;
