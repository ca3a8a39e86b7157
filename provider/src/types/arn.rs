//! ARNs: of anything, and of certificates.

use pulumi_plugin::Spelled as _;

spelled! {
    /// An ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`, where region and account may be empty.
    Arn, "an ARN", "arn:aws:sns:ap-northeast-1:123456789012:alarms", "arn:aws:s3:::logs", canonical
}

spelled! {
    /// The ARN of a certificate: one of ACM's, or one that was uploaded to IAM.
    CertificateArn, "a certificate's ARN",
    "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
    "arn:aws:acm:ap-northeast-1:210987654321:certificate/fedcba98-7654-3210-fedc-ba9876543210", certificate
}

spelled! {
    /// The ARN of what logs go to: a log group, a bucket (and a folder in it) or a delivery stream. A log group's has no `:*` at its end.
    LogDestination, "the ARN of a log group, a bucket or a delivery stream",
    "arn:aws:logs:ap-northeast-1:123456789012:log-group:/vpc/flow", "arn:aws:s3:::logs/vpc/", destination
}

impl Arn {
    /// One that is written in the program.
    pub(crate) fn known(text: &'static str) -> Arn {
        Arn(text.to_owned())
    }

    /// The service that keeps it: `sns`.
    pub fn service(&self) -> &str {
        part(&self.0, 2)
    }

    /// The region that it is in; empty for what has none.
    pub fn region(&self) -> &str {
        part(&self.0, 3)
    }

    /// The account that owns it; empty for what has none.
    pub fn account(&self) -> &str {
        part(&self.0, 4)
    }

    /// What it is within its service: `certificate/0123`.
    pub fn resource(&self) -> &str {
        part(&self.0, 5)
    }
}

impl CertificateArn {
    /// The partition that it is in: `aws-cn`.
    pub fn partition(&self) -> &str {
        part(&self.0, 1)
    }

    /// The region that it is in; empty for one of IAM's.
    pub fn region(&self) -> &str {
        part(&self.0, 3)
    }
}

fn part(arn: &str, i: usize) -> &str {
    arn.splitn(6, ':').nth(i).unwrap_or_default()
}

fn is_arn(text: &str) -> bool {
    let named = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let parts: Vec<_> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, service, region, _, resource] => {
            partition.starts_with("aws")
                && !service.is_empty()
                && !resource.is_empty()
                && [partition, service, region].into_iter().all(named)
                && !text.contains(char::is_whitespace)
        }
        _ => false,
    }
}

fn canonical(text: &str) -> Result<String, String> {
    match is_arn(text) {
        true => Ok(text.to_owned()),
        false => Err(Arn::is_not(text)),
    }
}

fn certificate(text: &str) -> Result<String, String> {
    let resource = part(text, 5);
    let fine = match part(text, 2) {
        "acm" => resource.strip_prefix("certificate/").is_some_and(|id| !id.is_empty()) && !part(text, 3).is_empty(),
        "iam" => resource.strip_prefix("server-certificate/").is_some_and(|name| !name.is_empty()),
        _ => false,
    };
    match fine && is_arn(text) {
        true => Ok(text.to_owned()),
        false => Err(CertificateArn::is_not(text)),
    }
}

fn destination(text: &str) -> Result<String, String> {
    match is_arn(text) && ["logs", "s3", "firehose"].contains(&part(text, 2)) {
        true => Ok(text.strip_suffix(":*").unwrap_or(text).to_owned()),
        false => Err(LogDestination::is_not(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Arn, CertificateArn, LogDestination};

    #[test]
    fn tells_destinations_of_logs() {
        for (text, arn) in [
            (
                "arn:aws:logs:us-east-1:123456789012:log-group:/vpc/flow",
                Some("arn:aws:logs:us-east-1:123456789012:log-group:/vpc/flow"),
            ),
            (
                "arn:aws:logs:us-east-1:123456789012:log-group:web:*",
                Some("arn:aws:logs:us-east-1:123456789012:log-group:web"),
            ),
            ("arn:aws:s3:::logs/vpc/", Some("arn:aws:s3:::logs/vpc/")),
            (
                "arn:aws:firehose:us-east-1:123456789012:deliverystream/web",
                Some("arn:aws:firehose:us-east-1:123456789012:deliverystream/web"),
            ),
            ("arn:aws:sns:us-east-1:123456789012:web", None),
            ("/vpc/flow", None),
        ] {
            let parsed = LogDestination::parse(text);
            assert_eq!(parsed.as_ref().ok().map(LogDestination::as_str), arn, "{text}");
        }
    }

    #[test]
    fn tells_arns() {
        for (text, fits) in [
            ("arn:aws:sns:ap-northeast-1:123456789012:alarms", true),
            ("arn:aws:s3:::logs/*", true),
            ("arn:aws-cn:iam::aws:policy/ReadOnlyAccess", true),
            ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/x:*", true),
            ("arn:aws:s3:::", false),
            ("arn:aws::::x", false),
            ("arn:aws:S3:::x", false),
            ("arn:gcp:s3:::x", false),
            ("arn:aws:s3:::a b", false),
            ("alarms", false),
            ("", false),
        ] {
            assert_eq!(Arn::parse(text).is_ok(), fits, "{text}");
        }
        let arn = Arn::parse("arn:aws:acm:us-east-1:123456789012:certificate/0:1").expect("an ARN");
        let parts = [arn.service(), arn.region(), arn.account(), arn.resource()];
        assert_eq!(parts, ["acm", "us-east-1", "123456789012", "certificate/0:1"]);
    }

    #[test]
    fn tells_certificates() {
        for (text, region) in [
            ("arn:aws:acm:us-east-1:123456789012:certificate/0123", Some("us-east-1")),
            ("arn:aws:iam::123456789012:server-certificate/web", Some("")),
            ("arn:aws:acm:us-east-1:123456789012:certificate/", None),
            ("arn:aws:acm::123456789012:certificate/0123", None),
            ("arn:aws:iam::123456789012:role/web", None),
            ("0123", None),
        ] {
            let parsed = CertificateArn::parse(text);
            assert_eq!(parsed.as_ref().ok().map(CertificateArn::region), region, "{text}");
            let why = parsed.err().unwrap_or_default();
            assert!(region.is_some() || why.contains("is not a certificate's ARN such as arn:aws:acm:"), "{why}");
        }
    }
}
