//! Values with one canonical spelling.

mod cidr;
mod cidr6;
mod domain;
mod lowercase;
mod policy;
mod protocol;

pub use cidr::Cidr;
pub use cidr6::Cidr6;
pub use domain::DomainName;
pub use lowercase::Lowercase;
pub use policy::PolicyJson;
pub use protocol::Protocol;
