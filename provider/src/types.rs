//! Values with one canonical spelling.

mod cidr;
mod lowercase;

pub use cidr::Cidr;
pub use lowercase::Lowercase;
