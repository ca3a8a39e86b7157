//! AWS's refusals in words, and which of them pass.

use std::error::Error as Cause;
use std::fmt::Display;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use pulumi_plugin::{Again, Error, Result};

use crate::aws::operation::Operation;
use crate::aws::outage::{Unreachable, is_unconnected};
use crate::aws::permission;

/// Which refusals pass, and how: the code, or `*` and how it ends; a part of the message in lower case, or nothing. The first that fits counts.
pub type Passing = &'static [(&'static str, &'static str, Again)];

/// What went wrong in a call, with what was being done.
pub trait Doing<T> {
    /// The failure in words: `creating VPC `web`: VpcLimitExceeded: ... (request 7f...)`. An empty name is left out.
    fn doing(self, what: impl Display, name: impl Display) -> Result<T>;

    /// The same where nobody needs the answer.
    fn done(self, what: impl Display, name: impl Display) -> Result<()>
    where
        Self: Sized,
    {
        self.doing(what, name).map(drop)
    }

    /// Nothing, when the failure is one of these codes: what was asked about is not there.
    fn unless(self, missing: &[&str]) -> Result<Option<T>, Self::Failure>
    where
        Self: Sized;

    /// The SDK's error.
    type Failure;
}

impl<T, E> Doing<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    type Failure = SdkError<E, HttpResponse>;

    fn doing(self, what: impl Display, name: impl Display) -> Result<T> {
        self.map_err(|error| match name.to_string().as_str() {
            "" => words(&error, &what.to_string()),
            name => words(&error, &format!("{what} `{name}`")),
        })
    }

    fn unless(self, missing: &[&str]) -> Result<Option<T>, Self::Failure> {
        match self {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.code().is_some_and(|code| missing.contains(&code)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn words<E>(error: &SdkError<E, HttpResponse>, what: &str) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let answer = error.raw_response();
    let broken = answer.is_some_and(|answer| is_broken(answer.status().as_u16()));
    let Some(code) = error.code().or(broken.then_some("an answer without a code")) else {
        return unanswered(error, what);
    };
    let message = error.message().unwrap_or_default().trim_end_matches('.');
    let request = error.request_id().map(|id| format!(" (request {id})")).unwrap_or_default();
    let operation = answer.and_then(|answer| answer.extension::<Operation>());
    let mut again = passes(operation.map_or(&[], |operation| operation.passing), code, message);
    // Where there is no room, AWS answers as if it had failed; nothing was done, and nobody knows when there is room again.
    let broken = broken && !is_full(code);
    if broken && again == Again::Never {
        again = Again::Later;
    }
    // What a role was given a moment ago is not known everywhere. What denies it by its words is.
    let spreading = operation.is_some_and(|operation| operation.spreading) && !message.contains("explicit deny");
    if again == Again::Never && spreading && permission::CODES.contains(&code) {
        again = Again::Soon;
    }
    let mut refused = Error::new(format!("{what}: {code}: {message}{request}")).again(again);
    // Of what AWS failed at, it doesn't say whether it was done. What it throttles was not.
    if broken && !THROTTLED.contains(&code) && !operation.is_some_and(Operation::reads) {
        refused = refused.lost();
    }
    match hint(code, message, operation.map_or("", |operation| &operation.name)) {
        Some(hint) => refused.hint(hint),
        None => refused,
    }
}

/// The refusal of one thing among several, which AWS tells inside of an answer that says that the call went well.
pub fn refusal(passing: Passing, what: impl Display, code: &str, message: &str) -> Error {
    let refused = Error::new(format!("{what}: {code}: {}", message.trim_end_matches('.')));
    let refused = refused.again(passes(passing, code, message));
    match hint(code, message, "") {
        Some(hint) => refused.hint(hint),
        None => refused,
    }
}

/// Whether an answer of this status says that AWS has failed. 501 says that there is no such call.
fn is_broken(status: u16) -> bool {
    status >= 500 && status != 501
}

/// Whether AWS has no room for what is asked for: `InsufficientInstanceCapacity`, `InsufficientHostCapacity` and the like.
fn is_full(code: &str) -> bool {
    code.starts_with("Insufficient") && code.contains("Capacity")
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
        let mut told = Error::new(format!("{what}: no usable AWS credentials: {why}"));
        if outage.is_some() || causes(error).any(is_unconnected) {
            told = told.unanswered();
        }
        // Whatever kept a role's credentials from being had for a moment, the next try may have them.
        if let Some(again) = causes(error).find_map(passing_of_sts).filter(|again| *again != Again::Never) {
            told = told.again(again);
        }
        // A role that has just been made can't be assumed yet.
        if chain.iter().any(|words| passes(&[], "", words) == Again::Soon) {
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
        .unanswered()
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

/// Whether a failure to assume a role passes. STS was throttled, has failed, did not answer, or not in time: that was no refusal.
fn passing_of_sts(error: &(dyn Cause + 'static)) -> Option<Again> {
    if let Some(CredentialsError::ProviderTimedOut(_)) = error.downcast_ref() {
        return Some(Again::Soon);
    }
    let failed: &SdkError<AssumeRoleError, HttpResponse> = error.downcast_ref()?;
    match (failed.code(), failed.raw_response()) {
        (_, Some(answer)) if is_broken(answer.status().as_u16()) => Some(Again::Later),
        (Some(code), _) => Some(passes(&[], code, failed.message().unwrap_or_default())),
        (None, _) => Some(Again::Soon),
    }
}

/// Connecting has been tried for long enough by then.
fn unreachable(outage: &Unreachable, what: &str) -> Error {
    Error::new(format!("{what}: {outage}")).hint(outage.hint()).unanswered()
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

/// What is said of too many calls.
const THROTTLED: [&str; 8] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
    "TooManyRequests",
    "SlowDown",
];

/// What several services say, or ones that have no table of their own.
const COMMON: Passing = &[
    ("ServiceUnavailable", "", Again::Later),
    ("InternalError", "", Again::Later),
    // Of a thing that another one still holds, or that is still changing.
    ("ResourceInUse", "", Again::Later),
    ("ResourceInUseException", "", Again::Later),
    ("WAFAssociatedItemException", "", Again::Later),
    ("WAFUnavailableEntityException", "", Again::Later),
];

/// Whether and how fast a refusal passes by itself, by the service's own table and by what all say.
fn passes(service: Passing, code: &str, message: &str) -> Again {
    let said = message.to_lowercase();
    let fits = |(of, part, _): &&(&str, &str, Again)| {
        let named = of.strip_prefix('*').map_or(code == *of, |end| code.ends_with(end));
        named && said.contains(part)
    };
    if let Some((_, _, again)) = service.iter().find(fits) {
        return *again;
    }
    if SPREADING.iter().any(|words| said.contains(words)) {
        return Again::Soon;
    }
    if THROTTLED.contains(&code) {
        return Again::Later;
    }
    COMMON.iter().find(fits).map_or(Again::Never, |(_, _, again)| *again)
}

/// What the user can do about a refusal of a call.
fn hint(code: &str, message: &str, call: &str) -> Option<String> {
    if permission::CODES.contains(&code) {
        return Some(permission::hint(message, call));
    }
    known(code).map(str::to_owned)
}

/// What the user can do about a refusal of this code.
fn known(code: &str) -> Option<&'static str> {
    Some(match code {
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
        use crate::{appautoscaling, cloudfront, ec2, ecr, elasticache, iam, route53, s3, secretsmanager, ssm, wafv2};
        const NO_SERVICE: Passing = &[];
        for (service, code, message, again) in [
            (ec2::PASSING, "DependencyViolation", "The vpc has dependencies", Again::Later),
            (ec2::PASSING, "VpcLimitExceeded", "The maximum number of VPCs has been reached", Again::Never),
            (ec2::PASSING, "RequestLimitExceeded", "Request limit exceeded.", Again::Later),
            (ec2::PASSING, "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist", Again::Moment),
            (ec2::PASSING, "AuthFailure", "AWS was not able to validate the provided access credentials", Again::Never),
            (ec2::PASSING, "AuthFailure", "You do not have permission to access the specified resource.", Again::Later),
            (elasticache::PASSING, "InvalidCacheClusterState", "not in a valid state to be modified", Again::Ready),
            (elasticache::PASSING, "InvalidReplicationGroupState", "not available", Again::Ready),
            (cloudfront::PASSING, "DistributionNotDisabled", "", Again::Ready),
            (
                appautoscaling::PASSING,
                "ObjectNotFoundException",
                "No scalable target registered for service namespace: ecs, resource ID: service/web/app",
                Again::Soon,
            ),
            (secretsmanager::PASSING, "EncryptionFailure", "Key 'arn:aws:kms:x' does not exist", Again::Soon),
            (secretsmanager::PASSING, "EncryptionFailure", "arn:aws:kms:x is pending deletion.", Again::Never),
            (secretsmanager::PASSING, "DecryptionFailure", "arn:aws:kms:x is disabled.", Again::Never),
            (ssm::PASSING, "InvalidKeyId", "Invalid keyId arn:aws:kms:x", Again::Soon),
            (ssm::PASSING, "InvalidKeyId", "arn:aws:kms:x is disabled.", Again::Never),
            (ecr::PASSING, "KmsException", "KMS can't create a grant for the key", Again::Soon),
            (ecr::PASSING, "KmsException", "arn:aws:kms:x is pending deletion.", Again::Never),
            (
                cloudfront::PASSING,
                "InvalidViewerCertificate",
                "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.",
                Again::Soon,
            ),
            (
                cloudfront::PASSING,
                "InvalidViewerCertificate",
                "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add.",
                Again::Never,
            ),
            (
                s3::PASSING,
                "InvalidRequest",
                "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
                Again::Soon,
            ),
            (s3::PASSING, "InvalidRequest", "Metrics must be enabled with ReplicationTime", Again::Never),
            (
                wafv2::PASSING,
                "WAFNonexistentItemException",
                "AWS WAF couldn’t perform the operation because your resource doesn’t exist.",
                Again::Soon,
            ),
            (iam::PASSING, "NoSuchEntity", "The role with name r cannot be found.", Again::Moment),
            (
                route53::PASSING,
                "InvalidChangeBatch",
                "[... cannot be created as a non-weighted set exists ...]",
                Again::Soon,
            ),
            (route53::PASSING, "InvalidChangeBatch", "[... but it already exists]", Again::Never),
            (NO_SERVICE, "NoSuchEntity", "of a service that has no such row", Again::Never),
            (NO_SERVICE, "InvalidArgumentException", "Firehose is unable to assume role arn", Again::Soon),
            (NO_SERVICE, "Throttling", "Rate exceeded", Again::Later),
            (iam::PASSING, "MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"arn:x\"", Again::Soon),
            (
                iam::PASSING,
                "AccessDenied",
                "u is not authorized to perform: sts:AssumeRole on resource: r",
                Again::Soon,
            ),
            (
                iam::PASSING,
                "AccessDenied",
                "u is not authorized to perform: iam:CreateRole on resource: r",
                Again::Never,
            ),
            (
                NO_SERVICE,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
                Again::Never,
            ),
        ] {
            assert_eq!(passes(service, code, message), again, "{code}: {message}");
        }
    }

    #[test]
    fn what_aws_failed_at_may_have_been_done() {
        use aws_sdk_ec2::operation::create_vpc::CreateVpcError;
        use aws_smithy_runtime_api::http::StatusCode;
        use aws_smithy_types::body::SdkBody;
        use aws_smithy_types::error::ErrorMetadata;
        for (name, status, code, lost, again) in [
            ("CreateVpc", 500, Some("InternalError"), true, Again::Later),
            ("CreateVpc", 503, Some("Unavailable"), true, Again::Later),
            ("CreateVpc", 502, None, true, Again::Later),
            ("CreateVpc", 503, Some("RequestLimitExceeded"), false, Again::Later),
            ("CreateVpc", 501, Some("NotImplemented"), false, Again::Never),
            ("CreateVpc", 400, Some("VpcLimitExceeded"), false, Again::Never),
            ("RunInstances", 500, Some("InsufficientInstanceCapacity"), false, Again::Never),
            ("StartInstances", 500, Some("InsufficientHostCapacity"), false, Again::Never),
            ("RunInstances", 400, Some("InsufficientFreeAddressesInSubnet"), false, Again::Never),
            ("DescribeVpcs", 500, Some("InternalError"), false, Again::Later),
        ] {
            let status = StatusCode::try_from(status).expect("a status");
            let mut answer = HttpResponse::new(status, SdkBody::empty());
            answer.add_extension(Operation {
                service: "EC2".into(),
                name: name.into(),
                passing: crate::ec2::PASSING,
                spreading: false,
            });
            let said = ErrorMetadata::builder();
            let said = code.into_iter().fold(said, |said, code| said.code(code)).build();
            let refused = SdkError::service_error(CreateVpcError::generic(said), answer);
            let error = Err::<(), _>(refused).doing("creating VPC", "web").expect_err("it is refused");
            assert_eq!((error.is_lost(), error.retry()), (lost, again), "{name} {code:?}");
        }
    }

    /// What came of a call that needed the credentials of a role first.
    fn of_a_role(failed: CredentialsError) -> Error {
        use aws_sdk_ec2::operation::create_vpc::CreateVpcError;
        use aws_smithy_runtime_api::client::result::ConnectorError;
        let failed = SdkError::<CreateVpcError, _>::dispatch_failure(ConnectorError::other(failed.into(), None));
        Err::<(), _>(failed).doing("creating VPC", "web").expect_err("it has failed")
    }

    #[test]
    fn a_role_that_could_not_be_assumed_for_a_moment_is_tried_again() {
        use aws_smithy_runtime_api::client::result::ConnectorError;
        use aws_smithy_runtime_api::http::StatusCode;
        use aws_smithy_types::body::SdkBody;
        use aws_smithy_types::error::ErrorMetadata;
        use std::time::Duration;
        let refused = |status: u16, code: &str, message: &str| {
            let answer = HttpResponse::new(StatusCode::try_from(status).expect("a status"), SdkBody::empty());
            let said = ErrorMetadata::builder().code(code).message(message).build();
            CredentialsError::provider_error(SdkError::service_error(AssumeRoleError::generic(said), answer))
        };
        let closed = ConnectorError::io("connection closed before message completed".into());
        let unanswered = SdkError::<AssumeRoleError, HttpResponse>::dispatch_failure(closed);
        for (failed, again) in [
            (CredentialsError::provider_timed_out(Duration::from_secs(20)), Again::Soon),
            (CredentialsError::provider_error(unanswered), Again::Soon),
            (refused(500, "InternalFailure", ""), Again::Later),
            (refused(400, "Throttling", "Rate exceeded"), Again::Later),
            (
                refused(403, "AccessDenied", "u is not authorized to perform: sts:AssumeRole on resource: r"),
                Again::Soon,
            ),
            (
                refused(403, "InvalidClientTokenId", "The security token included in the request is invalid"),
                Again::Never,
            ),
            (CredentialsError::not_loaded("no providers in chain provided credentials"), Again::Never),
        ] {
            let error = of_a_role(failed);
            assert_eq!((error.retry(), error.is_lost()), (again, false), "{error}");
        }
    }

    #[test]
    fn what_nobody_answered_is_marked() {
        use aws_sdk_ec2::operation::create_vpc::CreateVpcError;
        use aws_smithy_runtime_api::client::result::ConnectorError;
        let refusal = std::io::Error::other("client error (Connect): refused");
        for (failure, lost) in [
            (ConnectorError::io("connection closed before message completed".into()), true),
            (ConnectorError::timeout("no answer within 60 s".into()), true),
            (ConnectorError::io(refusal.into()), false),
        ] {
            let failed = SdkError::<CreateVpcError, _>::dispatch_failure(failure);
            let error = Err::<(), _>(failed).doing("creating VPC", "web").expect_err("it has failed");
            assert_eq!((error.is_unanswered(), error.is_lost(), error.retry()), (true, lost, Again::Soon), "{error}");
        }
    }
}
