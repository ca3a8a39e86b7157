//! ElastiCache: what its resources share.

pub mod replication_group;
pub mod subnet_group;
pub mod tags;

use aws_sdk_elasticache::types::Tag;
use pulumi_plugin::{Again, Error, Result};

use crate::aws::tags::changes;
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

/// Refuses what exists already, unless this very creation made it and the answer got lost.
async fn adopt(aws: &Aws, kind: &str, name: &str, arn: &str) -> Result<()> {
    match aws.bears_token(tags::list(aws, arn).await?) {
        true => Ok(()),
        false => Err(Error::new(format!("{kind} `{name}` exists already"))
            .hint(format!("choose another name, or take it over with `pulumi import`: its id is `{name}`"))),
    }
}

/// Brings a resource's tags from the old ones to the new ones.
async fn retag(aws: &Aws, arn: &str, old: &Tags, new: &Tags) -> Result<()> {
    let (set, unset) = changes(old, new);
    tags::retag(aws, arn, &set, &unset).await
}
