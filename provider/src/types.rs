//! Values with one canonical spelling.

mod cidr;
mod cidr6;
mod domain;
mod lowercase;
mod policy;
mod protocol;
mod region;
pub mod role_arn;

pub use cidr::Cidr;
pub use cidr6::Cidr6;
pub use domain::DomainName;
pub use lowercase::Lowercase;
pub use policy::PolicyJson;
pub use protocol::Protocol;
pub use region::Region;
pub use role_arn::RoleArn;
