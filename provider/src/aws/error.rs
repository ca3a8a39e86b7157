//! AWS's refusals in words, and which of them pass.

use std::error::Error as Cause;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use pulumi_plugin::{Again, Error, Result};

use crate::aws::outage::{Unreachable, is_unconnected};

/// What went wrong in a call, told with what was being done.
pub trait Told<T> {
    /// The failure in words: `creating vpc `web`: VpcLimitExceeded: ... (request 7f...)`. An empty name is left out.
    fn told(self, doing: &str, name: &str) -> Result<T>;

    /// Nothing, when the failure is one of these codes: what was asked about is not there.
    fn unless(self, missing: &[&str]) -> Result<Option<T>, Self::Failure>
    where
        Self: Sized;

    /// The SDK's error.
    type Failure;
}

impl<T, E> Told<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    type Failure = SdkError<E, HttpResponse>;

    fn told(self, doing: &str, name: &str) -> Result<T> {
        self.map_err(|error| words(&error, doing, name))
    }

    fn unless(self, missing: &[&str]) -> Result<Option<T>, Self::Failure> {
        match self {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.code().is_some_and(|code| missing.contains(&code)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn words<E>(error: &SdkError<E, HttpResponse>, doing: &str, name: &str) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let what = if name.is_empty() { doing.to_owned() } else { format!("{doing} `{name}`") };
    let Some(code) = error.code() else {
        return unanswered(error, &what);
    };
    let message = error.message().unwrap_or_default().trim_end_matches('.');
    let request = error.request_id().map(|id| format!(" (request {id})")).unwrap_or_default();
    let told = Error::new(format!("{what}: {code}: {message}{request}")).again(passes(code, message));
    match hint(code) {
        Some(hint) => told.hint(hint),
        None => told,
    }
}

/// A call that never came to an answer of AWS's: no credentials, no network, no such endpoint.
fn unanswered<E>(error: &SdkError<E, HttpResponse>, what: &str) -> Error
where
    E: std::error::Error + 'static,
{
    let outage = outage(error);
    // An address that somebody wrote down, or AWS's own: then credentials that can't be had because of it are no other matter.
    if let Some(outage) = outage.filter(|outage| outage.is_known()) {
        return unreachable(outage, what);
    }
    let chain = chain(error);
    let said = chain.last().cloned().unwrap_or_default();
    if let Some(why) = chain.iter().find(|w| w.contains("credential") || w.contains("AssumeRole")) {
        let why = if chain.len() > 1 && why != &said { format!("{why}: {said}") } else { why.clone() };
        let told = Error::new(format!("{what}: no usable AWS credentials: {why}"));
        // A role that has just been made can't be assumed yet.
        if chain.iter().any(|words| passes("", words) == Again::Soon) {
            return told.again(Again::Soon).hint(
                "the role's trust policy must allow the caller to assume it, with the external id if it asks for one",
            );
        }
        return told.hint(
            "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sts get-caller-identity` shows whether they work",
        );
    }
    if let SdkError::ConstructionFailure(_) = error {
        return Error::new(format!("{what}: the call can't be made: {said}"))
            .hint("check the region's name and `endpoint`, if one is configured");
    }
    if let Some(outage) = outage {
        return unreachable(outage, what);
    }
    let lost = matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) | SdkError::ResponseError(_));
    let told = Error::new(format!("{what}: no answer from AWS: {said}"))
        .hint("check the network, the region's name and `endpoint`, if one is configured");
    match lost {
        // Without a connection or credentials AWS has not even heard of it.
        true if causes(error).any(is_unconnected) => told.again(Again::Soon),
        true if chain.iter().any(|w| w.contains("identity resolver")) => told.again(Again::Soon),
        // Whether AWS did it is not known: the call is made again, and finds what it made.
        true => told.again(Again::Soon).lost(),
        false => told,
    }
}

/// Connecting has been tried for long enough by then.
fn unreachable(outage: &Unreachable, what: &str) -> Error {
    Error::new(format!("{what}: {outage}")).hint(outage.hint())
}

/// An error and what is behind it.
fn causes<'a>(error: &'a (dyn Cause + 'static)) -> impl Iterator<Item = &'a (dyn Cause + 'static)> {
    std::iter::successors(Some(error), |error| Cause::source(*error))
}

fn outage<'a>(error: &'a (dyn Cause + 'static)) -> Option<&'a Unreachable> {
    causes(error).find_map(|error| error.downcast_ref())
}

fn chain(error: &(dyn Cause + 'static)) -> Vec<String> {
    causes(error).map(ToString::to_string).collect()
}

/// What services say of a role, policy or principal that they don't know yet, or not in its newest form; in lower case.
const SPREADING: [&str; 20] = [
    "unable to assume",
    "cannot be assumed",
    "could not be assumed",
    "not authorized to perform: sts:assumerole",
    "invalid principal",
    "principalnotfound",
    "invalid value for the parameter policy",
    "invalid iam instance profile",
    "does not have required permissions",
    "required permissions for: enhanced_monitoring",
    "role defined for the function",
    "execution role",
    "role validation failed",
    "service linked role",
    "trust policy",
    "trustpolicy",
    "trusted entity",
    "adequate trust relationships",
    "caught serviceaccessdeniedexception",
    // An AWS service used the fresh session of a fresh role; our own invalid credentials are told without the service.
    "security token included in the request is invalid. (service:",
];

/// What is said of a thing that another one still holds, or that is still changing.
const BLOCKED: [&str; 11] = [
    "DependencyViolation",
    "ResourceInUse",
    "ResourceInUseException",
    "InvalidIPAddress.InUse",
    "DeleteConflict",
    "PriorRequestNotComplete",
    "WAFAssociatedItemException",
    "WAFUnavailableEntityException",
    "IncorrectState",
    "CacheSubnetGroupInUse",
    "ConcurrentModification",
];

/// The resource itself has to come to rest first.
const BUSY: [&str; 3] = ["InvalidReplicationGroupState", "DistributionNotDisabled", "ResourceNotDisabled"];

/// Somebody else changed it between our look and our change.
const OVERTAKEN: [&str; 2] = ["PreconditionFailed", "InvalidIfMatchVersion"];

/// What is said of too many calls, or of none in particular.
const THROTTLED: [&str; 9] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
    "SlowDown",
    "ServiceUnavailable",
    "InternalError",
];

/// Which refusals pass by themselves, and how fast.
fn passes(code: &str, message: &str) -> Again {
    let said = message.to_lowercase();
    if SPREADING.iter().any(|words| said.contains(words)) || OVERTAKEN.contains(&code) {
        return Again::Soon;
    }
    if BUSY.contains(&code) {
        return Again::Ready;
    }
    if BLOCKED.contains(&code) || THROTTLED.contains(&code) {
        return Again::Later;
    }
    match code {
        // The caller reference is nobody else's: an attempt whose answer got lost made the zone, and the next one finds it.
        "HostedZoneAlreadyExists" => Again::Soon,
        // Right after a creation, the next call may reach a part of AWS that has not heard of it.
        "NoSuchEntity" => Again::Moment,
        code if code.ends_with(".NotFound") => Again::Moment,
        // The NAT gateway's address is freed a little after the gateway is gone, and is refused with these words until then.
        "AuthFailure" if said.contains("do not have permission to access the specified resource") => Again::Later,
        _ => Again::Never,
    }
}

/// What the user can do about a refusal.
fn hint(code: &str) -> Option<&'static str> {
    Some(match code {
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" => {
            "the credentials in use lack a permission that the message names"
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => "the credentials have expired: log in again",
        "InvalidClientTokenId" | "AuthFailure" | "UnrecognizedClientException" | "SignatureDoesNotMatch" => {
            "AWS does not know these credentials; `aws sts get-caller-identity` shows whether they work"
        }
        "OptInRequired" => "the account has not enabled this service or region",
        code if code.ends_with("LimitExceeded") && code != "RequestLimitExceeded" => {
            "ask for a higher quota in the Service Quotas console, or delete what is not used"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_passes() {
        for (code, message, again) in [
            ("DependencyViolation", "The vpc has dependencies", Again::Later),
            ("InvalidArgumentException", "Firehose is unable to assume role arn", Again::Soon),
            ("VpcLimitExceeded", "The maximum number of VPCs has been reached", Again::Never),
            ("Throttling", "Rate exceeded", Again::Later),
            ("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist", Again::Moment),
            ("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/x\"", Again::Soon),
            ("AccessDenied", "User: u is not authorized to perform: sts:AssumeRole on resource: r", Again::Soon),
            ("AccessDenied", "User: u is not authorized to perform: iam:CreateRole on resource: r", Again::Never),
            ("InvalidClientTokenId", "The security token included in the request is invalid.", Again::Never),
            ("AuthFailure", "AWS was not able to validate the provided access credentials", Again::Never),
        ] {
            assert_eq!(passes(code, message), again, "{code}");
        }
    }
}
