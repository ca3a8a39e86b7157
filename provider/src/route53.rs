//! Route 53: what its resources share.

pub mod changes;
pub mod get_zone;
mod known;
pub mod record;
pub mod record_type;
mod sets;
pub mod shared_record;
pub mod tags;
pub mod zone;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of Route 53's refusals pass.
pub(crate) const PASSING: Passing = &[
    // A change of the zone is still being made.
    ("PriorRequestNotComplete", "", Again::Later),
    // The caller reference is nobody else's: an attempt whose answer got lost made the zone, and the next one finds it.
    ("HostedZoneAlreadyExists", "", Again::Soon),
    // Records of another routing policy, or a simple one, have the name; they may be deleted at the same moment.
    ("InvalidChangeBatch", "cannot be created as a non", Again::Soon),
];

/// An id without the kind of thing that Route 53 writes before it: `/hostedzone/Z1`, `/change/C1`.
pub(crate) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
