//! Values with one canonical spelling.

mod cidr;
mod domain;

pub use cidr::Cidr;
pub use domain::DomainName;
