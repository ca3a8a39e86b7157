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
    // In the same run, the distribution that has the name may be about to give it up.
    ("CNAMEAlreadyExists", "", Again::Held),
    // It is subscribed to a pricing plan, which does not pass.
    ("PreconditionFailed", "pricing plan", Again::Never),
    // Somebody else changed it between our look and our change.
    ("PreconditionFailed", "", Again::Soon),
    ("InvalidIfMatchVersion", "", Again::Soon),
];
