//! The one test binary: gitinfra's programs against real parts.

mod acm;
mod aws;
mod cli;
mod cloudfront;
mod contract;
mod crates;
mod derive;
mod ec2;
mod elasticache;
mod elb;
mod engine;
mod files;
mod iam;
mod licences;
mod life;
mod modules;
mod network;
mod pulumi;
mod readme;
mod route53;
mod sdk;
mod ssm;
mod tidy;
mod tools;
