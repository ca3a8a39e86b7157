//! Values with one canonical spelling.

mod cidr;

pub use cidr::Cidr;
