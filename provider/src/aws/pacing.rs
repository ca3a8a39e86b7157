//! Keeps calls below the rates that AWS allows, so that throttling is the exception.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

use crate::aws::outage::Outages;

/// The rates that are known to be tight: service, beginning of the operation, how many at once, how many a second.
const RATES: [(&str, &str, f64, f64); 12] = [
    ("EC2", "CreateVpcEndpoint", 4.0, 0.3),
    ("EC2", "DeleteVpcEndpoints", 4.0, 0.3),
    ("EC2", "ModifyVpcEndpoint", 4.0, 0.3),
    ("EC2", "CreateNatGateway", 10.0, 1.0),
    ("EC2", "DeleteNatGateway", 10.0, 1.0),
    ("EC2", "CreateTags", 100.0, 10.0),
    ("EC2", "Describe", 100.0, 20.0),
    ("EC2", "Get", 100.0, 20.0),
    // Every other operation has a bucket of its own; this is the size of each.
    ("EC2", "", 50.0, 5.0),
    ("Route 53", "", 5.0, 5.0),
    ("WAFV2", "", 2.0, 1.0),
    ("IAM", "", 20.0, 10.0),
];

/// Tells the HTTP client which operation a request is of.
#[derive(Debug)]
pub struct Named;

#[derive(Debug, Clone)]
struct Operation {
    service: String,
    name: String,
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Named {
    fn name(&self) -> &'static str {
        "Named"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = bag.load::<Metadata>() {
            let operation = Operation { service: metadata.service().to_owned(), name: metadata.name().to_owned() };
            context.request_mut().add_extension(operation);
        }
        Ok(())
    }
}

/// An HTTP client that waits for its turn.
#[derive(Debug)]
pub struct Paced {
    inner: SharedHttpClient,
    buckets: Arc<Buckets>,
    outages: Arc<Outages>,
}

impl Paced {
    /// The AWS SDK's own HTTP client, paced.
    pub fn new(outages: Outages) -> Paced {
        let inner =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        Paced { inner, buckets: Arc::default(), outages: Arc::new(outages) }
    }
}

impl HttpClient for Paced {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(PacedConnector { inner, buckets: self.buckets.clone(), outages: self.outages.clone() })
    }
}

#[derive(Debug)]
struct PacedConnector {
    inner: SharedHttpConnector,
    buckets: Arc<Buckets>,
    outages: Arc<Outages>,
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, buckets) = (self.inner.clone(), self.buckets.clone());
        let outages = self.outages.clone();
        HttpConnectorFuture::new(async move {
            if let Some(operation) = request.extension::<Operation>() {
                // AWS counts by account and region; the signature's scope says both, as far as that can be told from outside.
                let who = request.headers().get("authorization").and_then(scope).unwrap_or_default();
                if let Some(pause) = buckets.take(who, operation, Instant::now()) {
                    tokio::time::sleep(pause).await;
                }
            }
            let uri = request.uri().to_owned();
            let went = inner.call(request).await;
            outages.judge(&uri, went, Instant::now())
        })
    }
}

/// The credential scope without its date: key id, region and service.
fn scope(authorization: &str) -> Option<String> {
    let credential = authorization.split("Credential=").nth(1)?.split(',').next()?;
    let parts: Vec<_> = credential.split('/').collect();
    Some(format!("{}/{}", parts.first()?, parts.get(2)?))
}

/// One bucket of tokens a caller and rate.
#[derive(Debug, Default)]
struct Buckets {
    buckets: Mutex<HashMap<(String, String), Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Buckets {
    /// Takes a token; says how long to wait where it has to be borrowed from the future.
    fn take(&self, who: String, operation: &Operation, now: Instant) -> Option<Duration> {
        let (_, prefix, size, rate) = RATES
            .iter()
            .find(|(service, prefix, _, _)| operation.service == *service && operation.name.starts_with(prefix))?;
        // An empty prefix is a bucket for each operation of EC2, and one for all operations elsewhere.
        let name = if prefix.is_empty() && operation.service == "EC2" { &operation.name } else { *prefix };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets
            .entry((who, format!("{}/{name}", operation.service)))
            .or_insert(Bucket { tokens: *size, filled: now });
        bucket.tokens = (bucket.tokens + (now - bucket.filled).as_secs_f64() * rate).min(*size) - 1.0;
        bucket.filled = now;
        (bucket.tokens < 0.0).then(|| Duration::from_secs_f64(-bucket.tokens / rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_bursts_through_and_spreads_the_rest() {
        let buckets = Buckets::default();
        let now = Instant::now();
        let take = |name: &str, now| {
            buckets
                .take("k/r".into(), &Operation { service: "EC2".into(), name: name.into() }, now)
                .map(|d| d.as_millis())
        };
        let waits: Vec<_> = (0..6).map(|_| take("CreateVpcEndpoint", now)).collect();
        assert_eq!(waits, [None, None, None, None, Some(3333), Some(6666)]);
        assert_eq!(take("CreateVpcEndpoint", now + Duration::from_secs(30)), None);
        assert_eq!(take("CreateVpc", now), None, "another operation has a bucket of its own");
    }

    #[test]
    fn knows_the_caller() {
        let header =
            "AWS4-HMAC-SHA256 Credential=AKIA1/20261124/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(scope(header).as_deref(), Some("AKIA1/us-east-1"));
    }
}
