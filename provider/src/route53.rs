//! Route 53: what its resources share.

pub mod changes;
pub mod dnssec;
pub mod get_zone;
pub mod health_check;
pub mod key_signing_key;
mod known;
pub mod query_logging_config;
pub mod record;
pub mod record_type;
mod sets;
pub mod shared_record;
pub mod tags;
pub mod zone;

use pulumi_plugin::Again;

use crate::aws::{EDGE, Passing, home};
use crate::types::Arn;

/// Which of Route 53's refusals pass.
pub(crate) const PASSING: Passing = &[
    // A change of the zone is still being made.
    ("PriorRequestNotComplete", "", Again::Later),
    // The caller reference is nobody else's: an attempt whose answer got lost made the zone, and the next one finds it.
    ("HostedZoneAlreadyExists", "", Again::Soon),
    // Another change came between the look and the update.
    ("HealthCheckVersionMismatch", "", Again::Soon),
    ("ConcurrentModification", "", Again::Later),
    // A resource policy of CloudWatch Logs, or a KMS key and its policy, has just been put.
    ("InsufficientCloudWatchLogsResourcePolicy", "", Again::Soon),
    ("InvalidKMSArn", "", Again::Soon),
    // Route 53 has not seen yet that a key was activated or that signing was turned off.
    ("KeySigningKeyWithActiveStatusNotFound", "", Again::Soon),
    ("InvalidKeySigningKeyStatus", "", Again::Later),
    ("KeySigningKeyInUse", "", Again::Held),
    // Only with these words it passes; else resolvers still expect signatures.
    ("KeySigningKeyInParentDSRecord", "due to dns lookup failure", Again::Later),
    // Records of another routing policy, or a simple one, have the name; they may be deleted at the same moment.
    ("InvalidChangeBatch", "cannot be created as a non", Again::Soon),
];

/// What is wrong with the ARN of something that Route 53 uses: it must be in the region where AWS keeps Route 53 in that partition.
pub(crate) fn elsewhere(arn: &Arn) -> Option<String> {
    let home = home(EDGE, arn.region());
    (arn.region() != home).then(|| format!("is in {}; Route 53 takes only what is in {home}", arn.region()))
}

/// An id without the kind of thing that Route 53 writes before it: `/hostedzone/Z1`, `/change/C1`.
pub(crate) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
