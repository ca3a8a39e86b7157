//! Values with one canonical spelling.

/// A type of text: its name, what it is, an example, another one, and the function that reads it and gives its one spelling.
macro_rules! spelled {
    ($(#[$doc:meta])* $name:ident, $what:expr, $example:expr, $another:expr, $canonical:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads it; else a fragment that says what is wrong.
            pub fn parse(text: &str) -> Result<$name, String> {
                $canonical(text).map($name)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl pulumi_plugin::Spelled for $name {
            const WHAT: &'static str = $what;
            const EXAMPLE: &'static str = $example;
            const ANOTHER: &'static str = $another;
            fn parse(text: &str) -> Result<Self, String> {
                $canonical(text).map($name)
            }
            fn spell(&self) -> String {
                self.0.clone()
            }
        }
    };
}

/// AWS's own text is taken as it is: what AWS keeps is never refused when it is read.
macro_rules! as_aws_has_it {
    ($($name:ident),* $(,)?) => {$(
        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> $name {
                $name(text.into())
            }
        }
    )*};
}

/// The name of an ElastiCache replication group.
pub type ReplicationGroupId = Identifier<40>;
/// The name of an ElastiCache subnet group or parameter group.
pub type CacheGroupName = Identifier<255>;
/// The name of an Aurora cluster or one of its instances.
pub type DatabaseIdentifier = Identifier<63>;
/// The name of an RDS parameter group.
pub type ParameterGroupName = Identifier<255>;
/// The name of a snapshot of a cluster.
pub type SnapshotName = Identifier<255>;

mod alias_name;
mod arn;
mod balancer_name;
mod bucket_name;
mod certificate_name;
mod cidr;
mod cidr6;
mod day;
mod document;
mod domain;
mod ecs_name;
mod edge_names;
mod identifier;
mod ip_range;
mod json_text;
mod lowercase;
mod names;
mod parameter_name;
mod policy;
mod protocol;
mod region;
mod repository_name;
pub mod role_arn;
mod scaling_policy_name;
mod signing_key_name;
mod timestamp;
mod topic_name;
mod waf;
mod window;

pub use alias_name::AliasName;
pub use arn::{Arn, CertificateArn, LogDestination};
pub use balancer_name::{BalancerName, TargetGroupName};
pub use bucket_name::BucketName;
pub use certificate_name::CertificateName;
pub use cidr::Cidr;
pub use cidr6::Cidr6;
pub use day::Day;
pub use document::{JsonObject, LifecyclePolicy};
pub use domain::DomainName;
pub use ecs_name::{ClusterName, EcsName};
pub use edge_names::{FunctionName, PolicyName};
pub use identifier::Identifier;
pub use ip_range::IpRange;
pub use json_text::JsonText;
pub use lowercase::Lowercase;
pub use names::{
    ConfigurationName, DatabaseSubnetGroupName, GroupDescription, GroupName, IamName, IamPath, LogGroupName,
    LogPolicyName, MetricFilterName, RoleName, SecretName, StreamName,
};
pub use parameter_name::{DocumentName, ParameterName};
pub use policy::{PolicyJson, principals};
pub use protocol::Protocol;
pub use region::Region;
pub use repository_name::RepositoryName;
pub use role_arn::RoleArn;
pub use scaling_policy_name::ScalingPolicyName;
pub use signing_key_name::SigningKeyName;
pub use timestamp::Timestamp;
pub use topic_name::TopicName;
pub use waf::{CountryCode, TransformationType, WafDescription, WafName};
pub use window::{DailyWindow, WeeklyWindow};
