//! ElastiCache: what its resources share.

pub mod replication_group;
pub mod subnet_group;
pub mod tags;

use aws_sdk_elasticache::types::Tag;
use pulumi_plugin::{Again, Result};

use crate::aws::{Aws, Passing, Tags};
use crate::elasticache::tags::visible;

/// Which of ElastiCache's refusals pass.
pub(crate) const PASSING: Passing = &[
    // It, or one of its nodes, has to come to rest first.
    ("InvalidReplicationGroupState", "", Again::Ready),
    ("InvalidCacheClusterState", "", Again::Ready),
    // Another thing still holds it, or it is still changing.
    ("CacheSubnetGroupInUse", "", Again::Later),
    ("InvalidUserGroupState", "", Again::Later),
    ("InvalidSnapshotState", "", Again::Later),
];

/// The tags of a new resource: the user's, and the one by which a creation whose answer got lost knows it again.
fn newborn(aws: &Aws, tags: &Tags) -> Vec<Tag> {
    aws.newborn(tags)
}

/// Whether a resource bears the token of this creation.
async fn bears_token(aws: &Aws, arn: Option<&str>) -> Result<bool> {
    Ok(aws.bears_token(tags::list(aws, arn.unwrap_or_default()).await?))
}

/// Sets and removes tags.
async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    tags::retag(aws, arn, set, unset).await
}
