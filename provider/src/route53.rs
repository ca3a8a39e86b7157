//! Route 53: what its resources share.

pub mod changes;
pub mod record;
mod sets;
pub mod zone;

/// An id without the kind of thing that Route 53 writes before it: `/hostedzone/Z1`, `/change/C1`.
pub(crate) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
