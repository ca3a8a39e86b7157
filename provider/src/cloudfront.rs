//! CloudFront: a service of the whole world, which is reached in one region.

pub mod cache_policy;
pub mod distribution;
pub mod function;
mod holders;
pub mod monitoring_subscription;
pub mod origin_access_control;
pub mod origin_access_identity;
pub mod origin_request_policy;
pub mod policy;
pub mod response_headers_policy;
pub mod tags;
pub mod vpc_origin;

use aws_sdk_cloudfront::error::BuildError;
use pulumi_plugin::{Again, Error};

use crate::aws::Passing;

/// Which of CloudFront's refusals pass.
pub(crate) const PASSING: Passing = &[
    // It has to come to rest first.
    ("DistributionNotDisabled", "", Again::Ready),
    ("ResourceNotDisabled", "", Again::Ready),
    // The distribution that uses it may be about to let it go, which takes as long as a deployment.
    ("CannotUpdateEntityWhileInUse", "", Again::Never),
    ("*InUse", "", Again::Later),
    // CloudFront has not heard yet that ACM has issued the certificate. One that doesn't cover a name is another matter.
    ("InvalidViewerCertificate", "certificate doesn't exist", Again::Soon),
    // In the same run, the distribution that has the name may be about to give it up.
    ("CNAMEAlreadyExists", "", Again::Held),
    // It is subscribed to a pricing plan, which does not pass.
    ("PreconditionFailed", "pricing plan", Again::Never),
    // Somebody else changed it between our look and our change.
    ("PreconditionFailed", "", Again::Soon),
    ("InvalidIfMatchVersion", "", Again::Soon),
];

/// The SDK refuses to build what lacks something. Nothing here does.
fn built(error: BuildError) -> Error {
    Error::new(error.to_string())
}

/// With the way on where a change of the name meets another thing that has it.
fn renamed(error: Error) -> Error {
    match error.message().contains("AlreadyExists") {
        true => error.hint(
            "if another resource of the program had the name, and this one is it under another name, give it the resource option `aliases` with the old one",
        ),
        false => error,
    }
}
