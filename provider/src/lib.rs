//! The package gitinfra: what it offers, in reading order.

#![warn(missing_docs)]

pub mod acm;
pub mod appautoscaling;
pub mod aws;
pub mod chatbot;
pub mod cloudfront;
pub mod cloudwatch;
pub mod components;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod elasticache;
pub mod elb;
pub mod firehose;
pub mod iam;
pub mod kms;
pub mod logs;
pub mod rds;
pub mod route53;
pub mod s3;
pub mod secretsmanager;
pub mod sns;
pub mod ssm;
pub mod sts;
pub mod types;
pub mod wafv2;

use pulumi_plugin::{Meta, Package};

use crate::aws::Gitinfra;

/// What the package says of itself.
const META: Meta = Meta {
    name: "gitinfra",
    version: env!("CARGO_PKG_VERSION"),
    display_name: "gitinfra",
    description: "A production web stack on AWS, in small parts and as a whole.",
    keywords: &["pulumi", "gitinfra", "aws", "category/infrastructure", "kind/component"],
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
        .resource::<ec2::subnet::Subnet>()
        .resource::<ec2::internet_gateway::InternetGateway>()
        .resource::<ec2::eip::Eip>()
        .resource::<ec2::nat_gateway::NatGateway>()
        .resource::<ec2::route_table::RouteTable>()
        .resource::<ec2::route::Route>()
        .resource::<ec2::route_table_association::RouteTableAssociation>()
        .resource::<ec2::security_group::SecurityGroup>()
        .resource::<ec2::security_group_ingress_rule::SecurityGroupIngressRule>()
        .resource::<ec2::security_group_egress_rule::SecurityGroupEgressRule>()
        .resource::<ec2::default_security_group::DefaultSecurityGroup>()
        .resource::<elasticache::subnet_group::SubnetGroup>()
        .resource::<elasticache::replication_group::ReplicationGroup>()
        .resource::<cloudfront::distribution::Distribution>()
        .resource::<route53::zone::Zone>()
        .resource::<route53::record::Record>()
        .resource::<route53::shared_record::SharedRecord>()
        .resource::<route53::health_check::HealthCheck>()
        .resource::<route53::query_logging_config::QueryLoggingConfig>()
        .resource::<route53::key_signing_key::KeySigningKey>()
        .resource::<route53::dnssec::Dnssec>()
        .resource::<acm::certificate::Certificate>()
        .resource::<acm::certificate_validation::CertificateValidation>()
        .resource::<elb::load_balancer::LoadBalancer>()
        .resource::<elb::target_group::TargetGroup>()
        .resource::<elb::listener::Listener>()
        .resource::<elb::listener_rule::ListenerRule>()
        .resource::<elb::listener_certificate::ListenerCertificate>()
        .resource::<iam::role::Role>()
        .resource::<ssm::session_preferences::SessionPreferences>()
        .component::<components::network::Network>()
        .function::<ec2::get_availability_zones::GetAvailabilityZones>()
        .function::<route53::get_zone::GetZone>()
        .function::<sts::get_caller_identity::GetCallerIdentity>()
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
        assert!(written == schema, "schema.json is not current: run UPDATE=1 cargo test --workspace schema_is_current");
    }
}
