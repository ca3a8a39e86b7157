//! Amazon S3.

pub mod bucket;
pub mod bucket_policy;
pub mod get_canonical_user_id;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of S3's refusals pass.
pub(crate) const PASSING: Passing = &[
    // Another change of the bucket is under way, or a bucket of the name was deleted within the last hour.
    ("OperationAborted", "", Again::Later),
    // Right after a creation, the next call may reach a part of S3 that has not heard of the bucket.
    ("NoSuchBucket", "", Again::Moment),
    ("InvalidTargetBucketForLogging", "", Again::Moment),
    // The policy of a queue, topic or function that is to get notifications may not have spread yet.
    ("InvalidArgument", "unable to validate the following destination", Again::Soon),
    // The public access block that allows a public policy may have just been set.
    ("AccessDenied", "blockpublicpolicy", Again::Moment),
    // The versioning that a replication needs has just been turned on.
    ("InvalidRequest", "versioning must be 'enabled'", Again::Soon),
    ("SlowDown", "", Again::Later),
];

/// With the way on where a bucket is in another region than the call.
fn placed(error: pulumi_plugin::Error) -> pulumi_plugin::Error {
    let moved = ["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"];
    match moved.iter().any(|code| error.message().contains(code)) {
        true => error.hint("the bucket is in another region: give it in `region`, or as `NAME@REGION` in an import"),
        false => error,
    }
}
