//! The package gitinfra: what it offers, in reading order.

#![warn(missing_docs)]

pub mod aws;
pub mod ec2;
pub mod route53;
pub mod ssm;
pub mod types;

use pulumi_plugin::{Meta, Package};

use crate::aws::Gitinfra;

/// What the package says of itself.
const META: Meta = Meta {
    name: "gitinfra",
    version: env!("CARGO_PKG_VERSION"),
    display_name: "gitinfra",
    description: "A production web stack on AWS, in small parts and as a whole.",
    keywords: &[
        "pulumi",
        "gitinfra",
        "aws",
        "category/infrastructure",
        "kind/component",
    ],
    homepage: "https://github.com/gitinfra/gitinfra",
    repository: "https://github.com/gitinfra/gitinfra",
    publisher: "gitinfra",
    license: "Apache-2.0",
    go_import_path: "github.com/gitinfra/gitinfra/sdk/go/gitinfra",
};

/// Everything that the package offers.
pub fn catalogue() -> Package<Gitinfra> {
    Package::new(META)
        .resource::<ec2::vpc::Vpc>()
        .resource::<route53::zone::Zone>()
        .resource::<route53::record::Record>()
        .resource::<ssm::session_preferences::SessionPreferences>()
}
