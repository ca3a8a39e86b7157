//! CloudFront: a service of the whole world, which is reached in one region.

pub mod distribution;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of CloudFront's refusals pass.
pub(crate) const PASSING: Passing = &[
    // It has to come to rest first.
    ("DistributionNotDisabled", "", Again::Ready),
    ("ResourceNotDisabled", "", Again::Ready),
    // Somebody else changed it between our look and our change.
    ("PreconditionFailed", "", Again::Soon),
    ("InvalidIfMatchVersion", "", Again::Soon),
];
