//! Amazon ECS.

pub mod cluster;
pub mod cluster_capacity_providers;
pub mod service;
pub mod strategy;
pub mod tags;
pub mod task_definition;

use aws_sdk_ecs::error::BuildError;
use pulumi_plugin::{Again, Error};

use crate::aws::Passing;

/// Which of ECS's refusals pass.
pub(crate) const PASSING: Passing = &[
    // AWS says this of a task definition that needs an execution role and names none. What is said elsewhere of a role that is not known yet has
    // the same words.
    ("ClientException", "execution role arn to support", Again::Never),
    ("ClientException", "too many concurrent attempts to create a new revision", Again::Soon),
    ("ClientException", "not active", Again::Later),
    ("InvalidParameterException", "is not in an active state", Again::Later),
    // A service of the name that is on its way out.
    ("InvalidParameterException", "still draining", Again::Later),
    ("InvalidParameterException", "cannot be stopped while", Again::Later),
    ("DependencyViolation", "has a dependent object", Again::Later),
    ("InvalidParameterException", "does not have an associated load balancer", Again::Soon),
    ("InvalidParameterException", "ecs service role being passed has the proper permissions", Again::Soon),
    // The policy that lets the caller pass a role that has just been made may not have spread.
    ("AccessDeniedException", "iam:passrole", Again::Moment),
    // Right after its creation, a cluster may not be seen yet.
    ("ClusterNotFoundException", "", Again::Moment),
    ("ClusterContainsServicesException", "", Again::Later),
    ("ClusterContainsTasksException", "", Again::Later),
    ("ClusterContainsContainerInstancesException", "", Again::Later),
    ("ClusterContainsCapacityProviderException", "", Again::Later),
    ("UpdateInProgressException", "", Again::Later),
    ("ServerException", "", Again::Later),
];

/// What the SDK refuses to write: something that AWS needs is missing.
fn unbuilt(error: BuildError) -> Error {
    Error::new(error.to_string())
}
