//! The one test binary: gitinfra's programs against real parts.

mod aws;
mod cloudfront;
mod contract;
mod elasticache;
mod engine;
mod files;
mod network;
mod pulumi;
mod tools;
