//! The package's provider: from its configuration to what each resource is handed.

use std::sync::Arc;

use pulumi_plugin::shape::Shape;
use pulumi_plugin::{Call, Error, Fault, Id, Map, Provider, Result, Value};

use crate::aws::clients::Clients;
use crate::aws::{Aws, Common, Config};

/// The provider with its configuration.
pub struct Gitinfra {
    config: Arc<Config>,
    clients: Arc<Clients>,
}

impl Provider for Gitinfra {
    type Config = Config;
    type Common = Common;
    type Session = Aws;

    fn check(config: &Config) -> Vec<Fault> {
        let mut faults = Vec::new();
        if config.access_key.is_some() != config.secret_key.is_some() {
            let (there, missing) = if config.access_key.is_some() {
                ("accessKey", "secretKey")
            } else {
                ("secretKey", "accessKey")
            };
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
        for (name, address) in config
            .endpoint
            .iter()
            .map(|e| ("endpoint".to_owned(), e))
            .chain(
                config
                    .endpoints
                    .iter()
                    .map(|(service, address)| (format!("endpoints.{service}"), address)),
            )
        {
            if !address.starts_with("http://") && !address.starts_with("https://") {
                faults.push(Fault::new(
                    name.as_str(),
                    format!("`{address}` is not an address such as http://127.0.0.1:4566"),
                ));
            }
        }
        for account in &config.allowed_account_ids {
            if account.len() != 12 || !account.chars().all(|c| c.is_ascii_digit()) {
                faults.push(Fault::new(
                    "allowedAccountIds",
                    format!("`{account}` is not an account id of 12 digits"),
                ));
            }
        }
        faults
    }

    async fn configure(config: Config) -> Result<Self> {
        let clients = Clients::new(&config).await?;
        Ok(Gitinfra {
            config: Arc::new(config),
            clients: Arc::new(clients),
        })
    }

    fn complete(&self, shape: &'static Shape, inputs: &mut Map) {
        if let Some(region) = self.clients.region() {
            inputs
                .entry("region".into())
                .or_insert_with(|| region.into());
        }
        if shape.field("tags").is_none() || self.config.default_tags.is_empty() {
            return;
        }
        let mut tags: Map = self
            .config
            .default_tags
            .iter()
            .map(|(k, v)| (k.clone(), v.as_str().into()))
            .collect();
        match inputs.get("tags").map(Value::bare) {
            Some(Value::Object(own)) => tags.extend(own.clone()),
            Some(Value::Null) | None => {}
            // Not known yet, or not tags at all: Check says which.
            Some(_) => return,
        }
        inputs.insert("tags".into(), tags.into());
    }

    async fn session(&self, common: &Common, call: Call) -> Result<Aws> {
        let region = common.region.clone().or_else(|| self.clients.region().map(str::to_owned)).ok_or_else(|| {
            Error::new("no AWS region is configured").hint("set `gitinfra:region` (pulumi config set gitinfra:region REGION) or AWS_REGION")
        })?;
        let role = common
            .assume_role
            .clone()
            .or_else(|| self.config.assume_role.clone());
        Aws::open(
            self.clients.clone(),
            self.config.clone(),
            region,
            role,
            call,
        )
        .await
    }

    /// `ID@REGION` is a resource in another region than the provider's.
    fn import(&self, id: &str) -> (Id, Map) {
        match id.rsplit_once('@') {
            Some((id, region)) if is_region(region) => {
                (Id::from(id), Map::from([("region".into(), region.into())]))
            }
            _ => (Id::from(id), Map::new()),
        }
    }
}

/// Whether this looks like a region: `ap-northeast-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
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
    use super::is_region;

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
}
