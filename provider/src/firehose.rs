//! Firehose: what its resources share.

pub mod delivery_stream;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of Firehose's refusals pass.
pub(crate) const PASSING: Passing = &[
    // A role and its policy that Firehose doesn't know yet.
    ("InvalidArgumentException", "unable to assume role", Again::Soon),
    ("InvalidArgumentException", "is not authorized to", Again::Soon),
    ("InvalidArgumentException", "access was denied", Again::Soon),
    ("InvalidArgumentException", "verify that the iam role has access", Again::Soon),
    ("InvalidArgumentException", "security token included in the request is invalid", Again::Soon),
    // Somebody else has changed it since its version was read: it is read again.
    ("ConcurrentModificationException", "", Again::Soon),
    // It has to be active first.
    ("ResourceInUseException", "", Again::Ready),
    ("ServiceUnavailableException", "", Again::Later),
];
