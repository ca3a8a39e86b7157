//! WAF: what its resources share.

mod holders;
pub mod ip_set;
pub mod key;
pub mod logging_configuration;
pub mod piece;
pub mod regex_pattern_set;
pub mod rule;
pub mod rule_group;
mod rules;
mod spelling;
pub mod statement;
pub mod tags;
pub mod web_acl;
pub mod web_acl_association;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of WAF's refusals pass.
pub(crate) const PASSING: Passing = &[
    // Somebody else has changed it since its lock token was read: it is read again.
    ("WAFOptimisticLockException", "", Again::Soon),
    // What has just been made is not known everywhere.
    ("WAFUnavailableEntityException", "", Again::Later),
    ("WAFNonexistentItemException", "", Again::Soon),
    // What holds it has gone, but not everywhere.
    ("WAFAssociatedItemException", "", Again::Later),
    ("WAFInternalErrorException", "", Again::Later),
    ("WAFTagOperationException", "", Again::Later),
    ("WAFTagOperationInternalErrorException", "", Again::Later),
    // The role is made while another log is set up.
    ("WAFServiceLinkedRoleErrorException", "", Again::Soon),
];
