//! Values with one canonical spelling.

mod cidr;
mod cidr6;

pub use cidr::Cidr;
pub use cidr6::Cidr6;
