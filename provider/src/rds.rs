//! Amazon RDS: what its resources share.

mod holders;
mod parameters;

pub mod cluster_parameter_group;
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
];
