//! The package gitinfra: what it offers, in reading order.

#![warn(missing_docs)]

pub mod acm;
pub mod appautoscaling;
pub mod aws;
pub mod chatbot;
pub mod check_account;
pub mod cloudfront;
pub mod cloudwatch;
pub mod components;
pub mod deletion_protection;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod eject;
pub mod elasticache;
pub mod elb;
pub mod firehose;
pub mod iam;
pub mod kms;
pub mod logs;
pub mod random;
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
    let resources = operations(edge(workloads(network(Package::new(META)))));
    functions(resources)
        .written_schema(include_str!("../../schema.json"))
        .component::<components::alarms::Alarms>()
        .component::<components::aurora_postgres::AuroraPostgres>()
        .component::<components::cdn::Cdn>()
        .component::<components::certificate::Certificate>()
        .component::<components::cluster::Cluster>()
        .component::<components::dns_zone::DnsZone>()
        .component::<components::fargate_service::FargateService>()
        .component::<components::load_balancer::LoadBalancer>()
        .component::<components::network::Network>()
        .component::<components::private_bucket::PrivateBucket>()
        .component::<components::redis::Redis>()
        .component::<components::reference_stack::ReferenceStack>()
        .component::<components::security_group::SecurityGroup>()
        .component::<components::session_manager::SessionManager>()
        .component::<components::slack_notifier::SlackNotifier>()
        .component::<components::vpc_endpoints::VpcEndpoints>()
        .component::<components::waf::Waf>()
        .component::<components::waf_logs::WafLogs>()
        .written_schema(include_str!("../../schema.json"))
}

/// What traffic goes through: networks, names, load balancers.
fn network(package: Package<Gitinfra>) -> Package<Gitinfra> {
    package
        .resource::<ec2::vpc::Vpc>()
        .resource::<ec2::vpc_cidr_block_association::VpcCidrBlockAssociation>()
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
        .resource::<ec2::egress_only_internet_gateway::EgressOnlyInternetGateway>()
        .resource::<ec2::vpc_endpoint::VpcEndpoint>()
        .resource::<ec2::flow_log::FlowLog>()
        .resource::<ec2::instance::Instance>()
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
}

/// What runs, and what keeps its data.
fn workloads(package: Package<Gitinfra>) -> Package<Gitinfra> {
    package
        .resource::<elasticache::subnet_group::SubnetGroup>()
        .resource::<elasticache::parameter_group::ParameterGroup>()
        .resource::<elasticache::replication_group::ReplicationGroup>()
        .resource::<elasticache::user::User>()
        .resource::<elasticache::user_group::UserGroup>()
        .resource::<rds::subnet_group::SubnetGroup>()
        .resource::<rds::cluster_parameter_group::ClusterParameterGroup>()
        .resource::<rds::parameter_group::ParameterGroup>()
        .resource::<rds::cluster::Cluster>()
        .resource::<rds::cluster_instance::ClusterInstance>()
        .resource::<rds::event_subscription::EventSubscription>()
        .resource::<secretsmanager::secret::Secret>()
        .resource::<random::rotating_secret::RotatingSecret>()
        .resource::<deletion_protection::DeletionProtection>()
        .resource::<ecs::cluster::Cluster>()
        .resource::<ecs::cluster_capacity_providers::ClusterCapacityProviders>()
        .resource::<s3::bucket::Bucket>()
        .resource::<s3::bucket_policy::BucketPolicy>()
        .resource::<ecs::task_definition::TaskDefinition>()
        .resource::<ecs::service::Service>()
        .resource::<appautoscaling::target::Target>()
        .resource::<appautoscaling::policy::Policy>()
        .resource::<ecr::repository::Repository>()
}

/// What faces the world.
fn edge(package: Package<Gitinfra>) -> Package<Gitinfra> {
    package
        .resource::<cloudfront::distribution::Distribution>()
        .resource::<cloudfront::origin_access_control::OriginAccessControl>()
        .resource::<cloudfront::cache_policy::CachePolicy>()
        .resource::<cloudfront::origin_request_policy::OriginRequestPolicy>()
        .resource::<cloudfront::response_headers_policy::ResponseHeadersPolicy>()
        .resource::<cloudfront::function::Function>()
        .resource::<cloudfront::origin_access_identity::OriginAccessIdentity>()
        .resource::<cloudfront::vpc_origin::VpcOrigin>()
        .resource::<cloudfront::monitoring_subscription::MonitoringSubscription>()
        .resource::<wafv2::ip_set::IpSet>()
        .resource::<wafv2::regex_pattern_set::RegexPatternSet>()
        .resource::<wafv2::rule_group::RuleGroup>()
        .resource::<wafv2::web_acl::WebAcl>()
        .resource::<wafv2::web_acl_association::WebAclAssociation>()
        .resource::<wafv2::logging_configuration::LoggingConfiguration>()
        .resource::<firehose::delivery_stream::DeliveryStream>()
}

/// Who may do what, and what is told of it.
fn operations(package: Package<Gitinfra>) -> Package<Gitinfra> {
    package
        .resource::<iam::role::Role>()
        .resource::<iam::role_policy::RolePolicy>()
        .resource::<iam::role_policy_attachment::RolePolicyAttachment>()
        .resource::<iam::instance_profile::InstanceProfile>()
        .resource::<iam::policy::Policy>()
        .resource::<iam::service_linked_role::ServiceLinkedRole>()
        .resource::<kms::key::Key>()
        .resource::<kms::alias::Alias>()
        .resource::<ssm::parameter::Parameter>()
        .resource::<ssm::document::Document>()
        .resource::<ssm::session_preferences::SessionPreferences>()
        .resource::<logs::log_group::LogGroup>()
        .resource::<logs::resource_policy::ResourcePolicy>()
        .resource::<logs::metric_filter::MetricFilter>()
        .resource::<cloudwatch::metric_alarm::MetricAlarm>()
        .resource::<cloudwatch::composite_alarm::CompositeAlarm>()
        .resource::<chatbot::slack_channel_configuration::SlackChannelConfiguration>()
        .resource::<sns::topic::Topic>()
        .resource::<sns::topic_policy::TopicPolicy>()
        .resource::<sns::subscription::Subscription>()
}

/// The questions that a program can ask.
fn functions(package: Package<Gitinfra>) -> Package<Gitinfra> {
    package
        .function::<ec2::get_availability_zones::GetAvailabilityZones>()
        .function::<ec2::get_ami::GetAmi>()
        .function::<ec2::get_managed_prefix_list::GetManagedPrefixList>()
        .function::<ec2::get_vpc::GetVpc>()
        .function::<ec2::get_subnets::GetSubnets>()
        .function::<iam::get_policy_document::GetPolicyDocument>()
        .function::<route53::get_zone::GetZone>()
        .function::<s3::get_canonical_user_id::GetCanonicalUserId>()
        .function::<rds::get_engine_version::GetEngineVersion>()
        .function::<chatbot::get_slack_workspaces::GetSlackWorkspaces>()
        .function::<sts::get_caller_identity::GetCallerIdentity>()
        .function::<check_account::CheckAccount>()
        .function::<eject::Eject>()
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
