//! The one test binary: gitinfra's programs against real parts.

mod aws;
mod chatbot;
mod cli;
mod cloudfront;
mod cloudwatch;
mod contract;
mod crates;
mod derive;
mod ec2;
mod elasticache;
mod engine;
mod files;
mod firehose;
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
mod wafv2;
