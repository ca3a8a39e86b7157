//! AWS Certificate Manager: what its resources share.

pub mod certificate;
pub mod certificate_validation;
mod tags;

use aws_sdk_acm::types::CertificateDetail;
use pulumi_plugin::{Again, Result};

use crate::aws::{Aws, Doing as _, Passing};

/// Which of Certificate Manager's refusals pass.
pub(crate) const PASSING: Passing = &[
    // Right after a creation, the next call may reach a part of AWS that has not heard of it.
    ("ResourceNotFoundException", "", Again::Moment),
    // What used it lets go of it a little after it is gone, or has turned to another one.
    ("ResourceInUseException", "", Again::Later),
    ("ConflictException", "", Again::Later),
    ("RequestInProgressException", "", Again::Later),
];

/// One look at a certificate.
pub(crate) async fn seen(aws: &Aws, arn: &str) -> Result<Option<CertificateDetail>> {
    let asked = aws.acm().describe_certificate().certificate_arn(arn).send().await;
    let answer = asked.unless(&["ResourceNotFoundException"]).doing("reading certificate", arn)?;
    Ok(answer.and_then(|answer| answer.certificate))
}

/// Why Certificate Manager has given a certificate up, in its own words; nothing where it has not.
pub(crate) fn given_up(seen: &CertificateDetail) -> Option<String> {
    let status = seen.status.as_ref().map_or("", |status| status.as_str());
    let why = seen.failure_reason.as_ref().map(|reason| format!("{status}: {}", reason.as_str()));
    match status {
        "FAILED" => Some(why.unwrap_or_else(|| status.to_owned())),
        "VALIDATION_TIMED_OUT" => Some(format!("{status}: it was not validated within 72 hours")),
        "EXPIRED" | "REVOKED" | "INACTIVE" => Some(status.to_owned()),
        _ => None,
    }
}
