//! What can be wrong with the provider's configuration, told before anything is done.

use pulumi_plugin::Fault;

use crate::aws::session::SERVICES;
use crate::aws::{AssumeRole, Config};

/// Everything that is wrong.
pub fn faults(config: &Config) -> Vec<Fault> {
    let mut faults = keys(config);
    if let Some(region) = config.region.as_deref().filter(|text| !is_region(text)) {
        faults.push(Fault::new(
            "region",
            format!("`{region}` is not a region such as ap-northeast-1"),
        ));
    }
    if let Some(address) = &config.endpoint {
        faults.extend(address_fault("endpoint", address));
    }
    for (service, address) in &config.endpoints {
        let at = format!("endpoints.{service}");
        if !SERVICES.contains(&service.as_str()) {
            let known = SERVICES.join(", ");
            let why = format!("`{service}` is not a service of this provider; there are {known}");
            faults.push(Fault::new(at.as_str(), why));
        }
        faults.extend(address_fault(&at, address));
    }
    for account in &config.allowed_account_ids {
        if !is_account(account) {
            faults.push(Fault::new(
                "allowedAccountIds",
                format!("`{account}` is not an account id of 12 digits"),
            ));
        }
    }
    faults.extend(config.assume_role.as_ref().and_then(role_fault));
    faults
}

fn keys(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let pair = match (&config.access_key, &config.secret_key) {
        (Some(_), None) => Some(("accessKey", "secretKey")),
        (None, Some(_)) => Some(("secretKey", "accessKey")),
        _ => None,
    };
    if let Some((there, missing)) = pair {
        faults.push(Fault::new(
            missing,
            format!("missing: `{there}` is given, and the two belong together"),
        ));
    }
    if config.token.is_some() && config.access_key.is_none() {
        faults.push(Fault::new(
            "token",
            "a session token needs `accessKey` and `secretKey`",
        ));
    }
    faults
}

fn address_fault(at: &str, address: &str) -> Option<Fault> {
    let fine = address.starts_with("http://") || address.starts_with("https://");
    let why = format!("`{address}` is not an address such as http://127.0.0.1:4566");
    (!fine).then(|| Fault::new(at, why))
}

fn role_fault(role: &AssumeRole) -> Option<Fault> {
    let arn = &role.role_arn;
    let mut parts = arn.splitn(6, ':');
    let fine = parts.next() == Some("arn")
        && parts.nth(1) == Some("iam")
        && parts.nth(1).is_some_and(is_account)
        && parts.next().is_some_and(|name| name.starts_with("role/"));
    let why = format!("`{arn}` is not a role's ARN such as arn:aws:iam::123456789012:role/deploy");
    (!fine).then(|| Fault::new("assumeRole.roleArn", why))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

/// Whether this looks like a region: `ap-northeast-1`, `us-gov-west-1`.
pub fn is_region(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    parts.len() >= 3
        && parts
            .iter()
            .take(parts.len() - 1)
            .all(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_lowercase()))
        && parts
            .last()
            .is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()) && !n.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{AssumeRole, is_region, role_fault};

    #[test]
    fn tells_regions() {
        for (text, expected) in [
            ("ap-northeast-1", true),
            ("us-gov-west-1", true),
            ("example.com", false),
            ("a-b", false),
            ("", false),
        ] {
            assert_eq!(is_region(text), expected, "{text}");
        }
    }

    #[test]
    fn tells_roles() {
        for (arn, fine) in [
            ("arn:aws:iam::123456789012:role/deploy", true),
            ("arn:aws-cn:iam::123456789012:role/path/deploy", true),
            ("arn:aws:iam::123456789012:user/ann", false),
            ("arn:aws:iam::1234:role/deploy", false),
            ("deploy", false),
        ] {
            let role = AssumeRole {
                role_arn: arn.to_owned(),
                external_id: None,
                session_name: None,
            };
            assert_eq!(role_fault(&role).is_none(), fine, "{arn}");
        }
    }
}
