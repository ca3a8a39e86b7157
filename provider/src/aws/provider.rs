//! The package's provider: from its configuration to what each resource is handed.

use std::sync::Arc;

use pulumi_plugin::shape::Shape;
use pulumi_plugin::{Call, Error, Fault, Id, Map, Pace, Provider, Result, Value};

use crate::aws::check;
use crate::aws::clients::Clients;
use crate::aws::{Aws, Common, Config, home};
use crate::types::{Region, principals};

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
        check::faults(config)
    }

    async fn configure(config: Config, pace: Pace) -> Result<Self> {
        let clients = Clients::new(&config, pace).await?;
        Ok(Gitinfra { config: Arc::new(config), clients: Arc::new(clients) })
    }

    fn complete(&self, shape: &'static Shape, inputs: &mut Map) {
        if let Some(region) = self.clients.region() {
            inputs.entry("region".into()).or_insert_with(|| region.into());
        }
        if shape.field("tags").is_none() || self.config.default_tags.is_empty() {
            return;
        }
        let secret = matches!(inputs.get("tags"), Some(Value::Secret(_)));
        let mut tags: Map = self.config.default_tags.iter().map(|(k, v)| (k.clone(), v.as_str().into())).collect();
        match inputs.get("tags").map(Value::bare) {
            Some(Value::Object(own)) => tags.extend(own.clone()),
            Some(Value::Null) | None => {}
            // Not known yet, or not tags at all: Check says which.
            Some(_) => return,
        }
        let tags = Value::from(tags);
        let tags = if secret { tags.into_secret() } else { tags };
        inputs.insert("tags".into(), tags);
    }

    /// A service without regions is in each partition once.
    fn fixed(&self, name: &str, value: &'static str, inputs: &Map) -> String {
        let region = inputs.get("region").map(Value::bare).and_then(Value::as_str);
        match region.filter(|_| name == "region") {
            Some(region) => home(value, region).to_owned(),
            None => value.to_owned(),
        }
    }

    async fn session(&self, common: &Common, call: Call) -> Result<Aws> {
        let region = common.region.as_ref().map(Region::as_str).or_else(|| self.clients.region()).ok_or_else(|| {
            Error::new("no AWS region is configured")
                .hint("set `gitinfra:region` (pulumi config set gitinfra:region REGION) or AWS_REGION")
        })?;
        let role = common.assume_role.clone().or_else(|| self.config.assume_role.clone());
        Aws::open(self.clients.clone(), self.config.clone(), region.to_owned(), role, call).await
    }

    async fn account(&self, session: &Aws) -> Result<Option<String>> {
        session.account().await.map(Some)
    }

    fn names(&self, state: &Map) -> Vec<String> {
        let arn = state.get("arn").map(Value::bare).and_then(Value::as_str);
        arn.filter(|arn| arn.starts_with("arn:")).map(str::to_owned).into_iter().collect()
    }

    fn named_in(&self, document: &Value) -> Vec<String> {
        principals(document)
    }

    /// `ID@REGION` is a resource in another region than the provider's.
    fn import(&self, id: &str) -> (Id, Map) {
        match id.rsplit_once('@') {
            Some((id, region)) if Region::parse(region).is_ok() => {
                (Id::from(id), Map::from([("region".into(), region.into())]))
            }
            _ => (Id::from(id), Map::new()),
        }
    }
}
