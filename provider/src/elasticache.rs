//! ElastiCache: what its resources share.

pub mod parameter_group;
pub mod replication_group;
pub mod subnet_group;
pub mod tags;
pub mod user;
pub mod user_group;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of ElastiCache's refusals pass.
pub(crate) const PASSING: Passing = &[
    // It, or one of its nodes, has to come to rest first.
    ("InvalidReplicationGroupState", "", Again::Ready),
    ("InvalidCacheClusterState", "", Again::Ready),
    // Another thing still holds it, or it is still changing.
    ("CacheSubnetGroupInUse", "", Again::Later),
    ("InvalidUserGroupState", "in use", Again::Held),
    ("InvalidUserGroupState", "", Again::Later),
    ("InvalidUserState", "", Again::Ready),
    // While a user is being changed, its tags can't be had.
    ("UserNotFound", "not available for tagging", Again::Ready),
    ("InvalidCacheParameterGroupState", "pending changes", Again::Later),
    ("InvalidCacheParameterGroupState", "", Again::Held),
    ("InvalidSnapshotState", "", Again::Later),
];
