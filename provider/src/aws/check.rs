//! What can be wrong with the provider's configuration, told before anything is done.

use pulumi_plugin::Fault;

use crate::aws::Config;
use crate::aws::session::SERVICES;
use crate::types::role_arn::is_account;

/// Everything that is wrong.
pub fn faults(config: &Config) -> Vec<Fault> {
    let mut faults = keys(config);
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
            faults.push(Fault::new("allowedAccountIds", format!("`{account}` is not an account id of 12 digits")));
        }
    }
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
        faults.push(Fault::new(missing, format!("missing: `{there}` is given, and the two belong together")));
    }
    if config.token.is_some() && config.access_key.is_none() {
        faults.push(Fault::new("token", "a session token needs `accessKey` and `secretKey`"));
    }
    faults
}

fn address_fault(at: &str, address: &str) -> Option<Fault> {
    let fine = address.starts_with("http://") || address.starts_with("https://");
    let why = format!("`{address}` is not an address such as http://127.0.0.1:4566");
    (!fine).then(|| Fault::new(at, why))
}
