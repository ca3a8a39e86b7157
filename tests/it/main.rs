//! The one test binary: gitinfra's programs against real parts.

mod aws;
mod contract;
mod engine;
mod files;
mod iam;
mod licences;
mod network;
mod pulumi;
mod route53;
mod ssm;
mod tidy;
mod tools;
