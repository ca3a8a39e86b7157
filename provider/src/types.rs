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

mod arn;
mod balancer_name;
mod certificate_name;
mod cidr;
mod cidr6;
mod domain;
mod identifier;
mod lowercase;
mod names;
mod policy;
mod protocol;
mod region;
pub mod role_arn;
mod signing_key_name;
mod window;

pub use arn::{Arn, CertificateArn};
pub use balancer_name::{BalancerName, TargetGroupName};
pub use certificate_name::CertificateName;
pub use cidr::Cidr;
pub use cidr6::Cidr6;
pub use domain::DomainName;
pub use identifier::Identifier;
pub use lowercase::Lowercase;
pub use names::{GroupDescription, GroupName, IamPath, RoleName};
pub use policy::PolicyJson;
pub use protocol::Protocol;
pub use region::Region;
pub use role_arn::RoleArn;
pub use signing_key_name::SigningKeyName;
pub use window::{DailyWindow, WeeklyWindow};

/// The name of an ElastiCache replication group.
pub type ReplicationGroupId = Identifier<40>;
/// The name of an ElastiCache subnet group or parameter group.
pub type CacheGroupName = Identifier<255>;
/// The name of an Aurora cluster or one of its instances.
pub type DatabaseIdentifier = Identifier<63>;
