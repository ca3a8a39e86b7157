//! The one test binary: gitinfra's programs against real parts.

mod account;
mod aws;
mod cli;
mod cloudfront;
mod components;
mod contract;
mod crates;
mod derive;
mod ec2;
mod elasticache;
mod engine;
mod files;
mod iam;
mod kms;
mod licences;
mod life;
mod modules;
mod network;
mod pulumi;
mod readme;
mod route53;
mod sdk;
mod secretsmanager;
mod ssm;
mod tidy;
mod tools;
