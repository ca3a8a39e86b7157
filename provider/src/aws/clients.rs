//! One client a service, region and role, made when it is first needed.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::origin::Origin;
use aws_types::region::Region;
use pulumi_plugin::{Error, Pace, Result};
use tokio::sync::OnceCell;

use crate::aws::grants::Grants;
use crate::aws::outage::Outages;
use crate::aws::pacing::Paced;
use crate::aws::{AssumeRole, Config, EDGE};
use crate::types;

/// Where calls go: a region, as the provider itself or as a role.
pub type Place = (String, Option<AssumeRole>);

/// How long it may take to come by credentials.
const CREDENTIALS: Duration = Duration::from_secs(20);

/// A client, of any service.
type Made = Box<dyn Any + Send>;
/// A state of the provider, of any kind.
type Kept = Arc<dyn Any + Send + Sync>;

/// Everything that clients are made of, and those that have been made.
pub struct Clients {
    base: SdkConfig,
    region: Option<String>,
    endpoints: HashMap<String, String>,
    places: Mutex<HashMap<Place, Arc<OnceCell<SdkConfig>>>>,
    made: Mutex<HashMap<(TypeId, Place, bool), Made>>,
    kept: Mutex<HashMap<(TypeId, TypeId, Place), Kept>>,
    accounts: Mutex<HashMap<Option<AssumeRole>, Arc<OnceCell<String>>>>,
    grants: Arc<Grants>,
}

impl Clients {
    /// Reads the environment and the shared AWS files, as far as the configuration leaves something open. Calls nobody.
    pub async fn new(config: &Config, pace: Pace) -> Result<Clients> {
        let region = match &config.region {
            Some(region) => Some(Region::new(region.as_str().to_owned())),
            None => {
                let mut profile = ProfileFileRegionProvider::builder();
                if let Some(name) = &config.profile {
                    profile = profile.profile_name(name);
                }
                // Not the instance's metadata service: asking it costs seconds where there is none.
                let region = match EnvironmentVariableRegionProvider::new().region().await {
                    Some(region) => Some(region),
                    None => profile.build().region().await,
                };
                if let Some(Err(why)) = region.as_ref().map(|r| types::Region::parse(r.as_ref())) {
                    return Err(Error::new(format!("AWS_REGION, or the profile's `region`: {why}")));
                }
                region
            }
        };
        let retry = RetryConfig::standard()
            .with_max_attempts(config.max_retries + 1)
            .with_initial_backoff(Duration::from_millis(200))
            .with_max_backoff(Duration::from_secs(20));
        // STS and the credentials chain need some region even where none is configured: a resource may still name its own.
        let chain = region.clone().unwrap_or_else(|| Region::from_static(EDGE));
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(chain).retry_config(retry);
        loader = loader.http_client(SharedHttpClient::new(Paced::new(Outages::new(addresses(config)), pace)));
        // The SDK would take a call that waits for its turn for a stalled one; `Paced` has a limit of its own, which begins when it is sent.
        loader = loader.stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        // STS is asked through the same retries; the SDK's own limit would cut them off, and with them the reason for the failure.
        let identities = IdentityCache::lazy().load_timeout(CREDENTIALS);
        loader = loader.identity_cache(identities.build());
        if let Some(profile) = &config.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(endpoint) = &config.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let (Some(key), Some(secret)) = (&config.access_key, &config.secret_key) {
            let token = config.token.as_ref().map(|t| t.expose().clone());
            loader = loader.credentials_provider(Credentials::new(
                key.expose(),
                secret.expose(),
                token,
                None,
                "gitinfra configuration",
            ));
        }
        Ok(Clients {
            base: loader.load().await,
            region: region.map(|r| r.as_ref().to_owned()),
            endpoints: config.endpoints.clone().into_iter().collect(),
            places: Mutex::default(),
            made: Mutex::default(),
            kept: Mutex::default(),
            accounts: Mutex::default(),
            grants: Arc::default(),
        })
    }

    /// The provider's own region, when one is configured.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// What roles were given a moment ago.
    pub fn grants(&self) -> Arc<Grants> {
        self.grants.clone()
    }

    /// What clients at a place are made of.
    pub async fn at(&self, place: &Place) -> SdkConfig {
        let cell = lock(&self.places).entry(place.clone()).or_default().clone();
        cell.get_or_init(|| self.assume(place)).await.clone()
    }

    async fn assume(&self, (region, role): &Place) -> SdkConfig {
        let here = self.base.clone().into_builder().region(Region::new(region.clone())).build();
        let Some(role) = role else { return here };
        // A role's credentials don't depend on the region that they are used in.
        let mut assume = AssumeRoleProvider::builder(role.role_arn.as_str())
            .configure(&self.for_service("sts", &here))
            .session_name(role.session_name.as_deref().unwrap_or("gitinfra"));
        if let Some(id) = &role.external_id {
            assume = assume.external_id(id);
        }
        let credentials = aws_credential_types::provider::SharedCredentialsProvider::new(assume.build().await);
        here.into_builder().credentials_provider(credentials).build()
    }

    /// The configuration of a service's client, with the address that the program gives for it.
    pub fn for_service(&self, service: &str, config: &SdkConfig) -> SdkConfig {
        let Some(address) = self.endpoints.get(service) else {
            return config.clone();
        };
        let mut config = config.clone().into_builder().endpoint_url(address);
        // As if it stood in the code: else AWS_ENDPOINT_URL, which may be for another program, would win.
        config.insert_origin("endpoint_url", Origin::shared_config());
        config.build()
    }

    /// The client of a place, whether or not one that calls once: the one that is there, or a new one.
    pub fn client<C: Clone + Send + 'static>(&self, place: &Place, once: bool, make: impl FnOnce() -> C) -> C {
        let mut made = lock(&self.made);
        let client = made.entry((TypeId::of::<C>(), place.clone(), once)).or_insert_with(|| Box::new(make()));
        match client.downcast_ref::<C>() {
            Some(client) => client.clone(),
            None => unreachable!("clients are kept by their type"),
        }
    }

    /// What is kept of a kind and type for a place: what is there, or the default.
    pub fn kept<K: 'static, T: Default + Send + Sync + 'static>(&self, place: &Place) -> Arc<T> {
        let mut kept = lock(&self.kept);
        let new = || Arc::<T>::default() as Arc<dyn Any + Send + Sync>;
        let there = kept.entry((TypeId::of::<K>(), TypeId::of::<T>(), place.clone())).or_insert_with(new);
        match there.clone().downcast() {
            Ok(there) => there,
            Err(_) => unreachable!("what is kept is kept by its type"),
        }
    }

    /// The account that calls at a place are made in. Asked once a role.
    pub async fn account(&self, place: &Place, config: &SdkConfig) -> Result<String> {
        let cell = lock(&self.accounts).entry(place.1.clone()).or_default().clone();
        cell.get_or_try_init(|| account_of(self.for_service("sts", config))).await.cloned()
    }

    /// Refuses to go on in an account that is not one of the allowed.
    pub async fn guard(
        &self,
        allowed: &std::collections::BTreeSet<String>,
        place: &Place,
        config: &SdkConfig,
    ) -> Result<()> {
        if allowed.is_empty() {
            return Ok(());
        }
        let account = self.account(place, config).await?;
        match allowed.contains(&account) {
            true => Ok(()),
            false => {
                let names: Vec<_> = allowed.iter().cloned().collect();
                Err(Error::new(format!("account {account} is not one of the allowed: {}", names.join(", ")))
                    .hint("check which credentials are in use, or `gitinfra:allowedAccountIds`"))
            }
        }
    }
}

/// The addresses that the configuration gives, each with the property that gives it.
fn addresses(config: &Config) -> impl Iterator<Item = (String, &str)> {
    let all = config.endpoint.iter().map(|address| ("`endpoint`".to_owned(), address.as_str()));
    let single = config.endpoints.iter();
    all.chain(single.map(|(service, address)| (format!("`endpoints.{service}`"), address.as_str())))
}

async fn account_of(config: SdkConfig) -> Result<String> {
    use crate::aws::Doing as _;
    let sts = aws_sdk_sts::Client::new(&config);
    let identity = sts.get_caller_identity().send().await.doing("asking which account this is", "")?;
    Ok(identity.account().unwrap_or_default().to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::{Property as _, Value};

    use super::*;

    /// The SDK's own protection would end every call that waits for its turn for longer than some seconds.
    #[tokio::test]
    async fn a_call_that_waits_is_no_stalled_one() {
        let given = Value::from_json(&serde_json::json!({
            "region": "us-east-1", "maxRetries": 0, "endpoints": {}, "defaultTags": {}, "allowedAccountIds": [],
        }));
        let config = Config::decode(&given).expect("a configuration");
        let clients = Clients::new(&config, Pace::default()).await.expect("clients");
        let protection = clients.base.stalled_stream_protection().expect("it is set");
        assert!(!protection.is_enabled() && !protection.upload_enabled() && !protection.download_enabled());
    }
}
