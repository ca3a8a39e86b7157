//! Amazon RDS: what its resources share.

mod holders;
mod lately;
mod parameters;

pub mod cluster;
pub mod cluster_instance;
pub mod cluster_parameter_group;
pub mod event_subscription;
pub mod get_engine_version;
pub mod parameter_group;
pub mod subnet_group;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of RDS's refusals pass.
pub(crate) const PASSING: Passing = &[
    // A cluster or an instance is in it; who that is, is looked up.
    ("InvalidDBSubnetGroupStateFault", "", Again::Held),
    ("InvalidDBParameterGroupState", "pending changes", Again::Later),
    ("InvalidDBParameterGroupState", "", Again::Held),
    // The same code says what passes and what never does.
    ("InvalidDBClusterStateFault", "global cluster", Again::Never),
    ("InvalidDBClusterStateFault", "stopped", Again::Never),
    ("InvalidDBClusterStateFault", "serverless v2 scaling", Again::Never),
    ("InvalidDBClusterStateFault", "db instances in non-deleting state", Again::Held),
    ("InvalidDBClusterStateFault", "", Again::Ready),
    ("InvalidDBInstanceState", "", Again::Ready),
    ("InvalidDBClusterSnapshotStateFault", "", Again::Later),
    ("InsufficientDBInstanceCapacity", "", Again::Held),
    ("InvalidEventSubscriptionState", "", Again::Ready),
    // The policy of a topic that has just been written is not known everywhere.
    ("SNSNoAuthorization", "", Again::Soon),
    ("SNSTopicArnNotFound", "", Again::Moment),
    // A role or a key that has just been made is not known everywhere.
    ("InvalidParameterValue", "iam role arn value is invalid", Again::Soon),
    ("KMSKeyNotAccessibleFault", "", Again::Soon),
];
