//! The package gitinfra: what it offers, in reading order.

#![warn(missing_docs)]

pub mod aws;
pub mod cloudfront;
pub mod ec2;
pub mod elasticache;
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
        .resource::<elasticache::subnet_group::SubnetGroup>()
        .resource::<elasticache::replication_group::ReplicationGroup>()
        .resource::<cloudfront::distribution::Distribution>()
}

#[cfg(test)]
mod tests {
    use super::catalogue;

    /// `schema.json` is what the package says of itself; `UPDATE=1` writes it.
    #[test]
    fn schema_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.json");
        let schema = catalogue().schema_text();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &schema).expect("schema.json can be written");
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == schema,
            "schema.json is not current: run UPDATE=1 cargo test -p gitinfra-provider schema_is_current"
        );
    }
}
