//! ElastiCache: what its resources share.

pub mod replication_group;
pub mod subnet_group;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

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
