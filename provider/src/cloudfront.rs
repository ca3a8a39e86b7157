//! CloudFront: a service of the whole world, which is reached in one region.

pub mod distribution;
