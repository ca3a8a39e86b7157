//! Keeps calls below the rates that AWS allows, so that throttling is the exception.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use pulumi_plugin::Pace;
use tokio::time::Instant;

use crate::aws::operation::Operation;
use crate::aws::outage::Outages;

/// How long AWS may take to answer a call in full, from when it is sent. Waiting for its turn before does not count.
const ANSWER: Duration = Duration::from_secs(60);

/// Service, beginning of the operation, how many at once, how many a second.
type Rate = (&'static str, &'static str, f64, f64);

/// The rates that are known to be tight.
const RATES: &[Rate] = &[
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
    ("WAFV2", "AssociateWebACL", 2.0, 0.5),
    ("WAFV2", "DisassociateWebACL", 2.0, 0.5),
    ("WAFV2", "GetWebACLForResource", 3.0, 1.0),
    ("WAFV2", "Get", 10.0, 5.0),
    ("WAFV2", "List", 10.0, 5.0),
    ("WAFV2", "", 2.0, 1.0),
    ("CloudWatch", "Put", 6.0, 3.0),
    ("CloudWatch", "Delete", 6.0, 3.0),
    ("CloudWatch", "Describe", 18.0, 9.0),
    ("CloudWatch", "List", 20.0, 10.0),
    ("Firehose", "", 5.0, 5.0),
    ("IAM", "", 20.0, 10.0),
    ("SSM", "PutParameter", 3.0, 3.0),
];

/// An HTTP client that waits for its turn.
#[derive(Debug)]
pub struct Paced {
    plain: SharedHttpClient,
    secure: SharedHttpClient,
    limit: Duration,
    buckets: Arc<Buckets>,
    /// An emulator that is faster than AWS allows more calls in the same time.
    pace: Pace,
    outages: Arc<Outages>,
}

impl Paced {
    /// The AWS SDK's own HTTP clients, paced.
    pub fn new(outages: Outages, pace: Pace) -> Paced {
        let client = aws_smithy_http_client::Builder::new;
        let (buckets, outages) = (Arc::new(Buckets::of(RATES)), Arc::new(outages));
        let secure = client().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        Paced { plain: client().build_http(), secure, limit: ANSWER, buckets, pace, outages }
    }
}

impl HttpClient for Paced {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let plain = self.plain.http_connector(settings, components);
        let secure = Secure {
            client: self.secure.clone(),
            settings: settings.clone(),
            components: components.clone(),
            made: OnceLock::new(),
        };
        let (buckets, outages) = (self.buckets.clone(), self.outages.clone());
        SharedHttpConnector::new(PacedConnector { plain, secure, limit: self.limit, buckets, pace: self.pace, outages })
    }
}

/// A connector that is made when it is first needed: one that speaks TLS reads all certificates that the machine trusts.
#[derive(Debug)]
struct Secure {
    client: SharedHttpClient,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
    made: OnceLock<SharedHttpConnector>,
}

impl Secure {
    fn get(&self) -> &SharedHttpConnector {
        self.made.get_or_init(|| self.client.http_connector(&self.settings, &self.components))
    }
}

#[derive(Debug)]
struct PacedConnector {
    plain: SharedHttpConnector,
    secure: Secure,
    limit: Duration,
    buckets: Arc<Buckets>,
    pace: Pace,
    outages: Arc<Outages>,
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_plain = request.uri().starts_with("http:");
        let inner = if is_plain { &self.plain } else { self.secure.get() }.clone();
        let buckets = self.buckets.clone();
        let (outages, limit, pace) = (self.outages.clone(), self.limit, self.pace);
        HttpConnectorFuture::new(async move {
            let operation = request.extension::<Operation>().cloned();
            if let Some(operation) = &operation {
                // AWS counts by account and region; the signature's scope says both, as far as that can be told from outside.
                let who = request.headers().get("authorization").and_then(scope).unwrap_or_default();
                if let Some(pause) = buckets.take(who, operation, Instant::now()) {
                    tokio::time::sleep(pause.mul_f64(pace.0)).await;
                }
            }
            let uri = request.uri().to_owned();
            let went = tokio::time::timeout(limit, answer(inner.call(request))).await;
            let went =
                went.unwrap_or_else(|_| Err(ConnectorError::timeout(format!("no answer within {limit:?}").into())));
            let mut answer = outages.judge(&uri, went, Instant::now())?;
            if let Some(operation) = operation {
                answer.add_extension(operation);
            }
            Ok(answer)
        })
    }
}

/// The whole answer: one that breaks off or stalls in its middle is none.
async fn answer(call: HttpConnectorFuture) -> Result<HttpResponse, ConnectorError> {
    let mut answer = call.await?;
    let body = ByteStream::new(answer.take_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?;
    *answer.body_mut() = SdkBody::from(body.into_bytes());
    Ok(answer)
}

/// The credential scope without its date: key id, region and service.
fn scope(authorization: &str) -> Option<String> {
    let credential = authorization.split("Credential=").nth(1)?.split(',').next()?;
    let parts: Vec<_> = credential.split('/').collect();
    Some(format!("{}/{}", parts.first()?, parts.get(2)?))
}

/// One bucket of tokens a caller and rate.
#[derive(Debug)]
struct Buckets {
    rates: &'static [Rate],
    buckets: Mutex<HashMap<(String, String), Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Buckets {
    fn of(rates: &'static [Rate]) -> Buckets {
        Buckets { rates, buckets: Mutex::default() }
    }

    /// Takes a token; says how long to wait where it has to be borrowed from the future.
    fn take(&self, who: String, operation: &Operation, now: Instant) -> Option<Duration> {
        let (_, prefix, size, rate) = self
            .rates
            .iter()
            .find(|(service, prefix, _, _)| operation.service == *service && operation.name.starts_with(prefix))?;
        // An empty prefix is a bucket for each operation of EC2 and WAF, and one for all operations elsewhere.
        let each = prefix.is_empty() && matches!(operation.service.as_ref(), "EC2" | "WAFV2");
        let name = if each { &operation.name } else { *prefix };
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
    use aws_credential_types::Credentials;
    use aws_smithy_runtime_api::client::http::http_client_fn;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_types::region::Region;
    use futures::future::join_all;

    use super::*;
    use crate::aws::operation::Named;

    #[test]
    fn lets_bursts_through_and_spreads_the_rest() {
        let buckets = Buckets::of(RATES);
        let now = Instant::now();
        let take = |name: &str, now| {
            buckets
                .take(
                    "k/r".into(),
                    &Operation { service: "EC2".into(), name: name.into(), passing: &[], spreading: false },
                    now,
                )
                .map(|d| d.as_millis())
        };
        let waits: Vec<_> = (0..6).map(|_| take("CreateVpcEndpoint", now)).collect();
        assert_eq!(waits, [None, None, None, None, Some(3333), Some(6666)]);
        assert_eq!(take("CreateVpcEndpoint", now + Duration::from_secs(30)), None);
        assert_eq!(take("CreateVpc", now), None, "another operation has a bucket of its own");
    }

    /// Answers every call after so long, and counts them.
    #[derive(Debug, Clone, Default)]
    struct Far {
        after: Duration,
        calls: Arc<AtomicUsize>,
    }

    impl Far {
        fn client(&self) -> SharedHttpClient {
            let connector = SharedHttpConnector::new(self.clone());
            http_client_fn(move |_, _| connector.clone())
        }
    }

    impl HttpConnector for Far {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let after = self.after;
            self.calls.fetch_add(1, Ordering::Relaxed);
            HttpConnectorFuture::new(async move {
                tokio::time::sleep(after).await;
                let body = "<CreateVpcEndpointResponse/>";
                Ok(HttpResponse::new(StatusCode::try_from(200).expect("a status"), SdkBody::from(body)))
            })
        }
    }

    /// So many calls at once, of which the first goes out at once and the others follow at fifty a second: how many succeed, and how many
    /// were sent.
    async fn endpoints(many: usize, after: Duration) -> (usize, usize) {
        let far = Far { after, ..Far::default() };
        let ec2 = ec2(far.client(), far.client(), "https://localhost");
        let calls = join_all((0..many).map(|_| ec2.create_vpc_endpoint().vpc_id("vpc-1").send())).await;
        (calls.iter().filter(|call| call.is_ok()).count(), far.calls.load(Ordering::Relaxed))
    }

    fn ec2(plain: SharedHttpClient, secure: SharedHttpClient, endpoint: &str) -> aws_sdk_ec2::Client {
        const SLOW: &[Rate] = &[("EC2", "CreateVpcEndpoint", 1.0, 50.0)];
        let buckets = Arc::new(Buckets::of(SLOW));
        let paced = Paced {
            plain,
            secure,
            limit: Duration::from_millis(100),
            buckets,
            pace: Pace::default(),
            outages: Arc::default(),
        };
        let config = aws_sdk_ec2::Config::builder()
            .behavior_version_latest()
            .http_client(SharedHttpClient::new(paced))
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .region(Region::from_static("us-east-1"))
            .endpoint_url(endpoint)
            .interceptor(Named { passing: &[], grants: Arc::default(), role: None });
        aws_sdk_ec2::Client::from_conf(config.build())
    }

    #[tokio::test]
    async fn certificates_are_read_only_for_tls() {
        let (plain, secure) = (Far::default(), Far::default());
        let made = Arc::new(AtomicUsize::new(0));
        let (inner, counted) = (secure.client(), made.clone());
        let counting = http_client_fn(move |settings, components| {
            counted.fetch_add(1, Ordering::Relaxed);
            inner.http_connector(settings, components)
        });
        for (endpoint, expected) in [("http://localhost", [1, 0, 0]), ("https://localhost", [1, 1, 1])] {
            let sent =
                ec2(plain.client(), counting.clone(), endpoint).create_vpc_endpoint().vpc_id("vpc-1").send().await;
            assert!(sent.is_ok(), "{endpoint}: {sent:?}");
            assert_eq!([&plain.calls, &secure.calls, &made].map(|count| count.load(Ordering::Relaxed)), expected);
        }
    }

    #[tokio::test]
    async fn waiting_for_its_turn_does_not_count_as_silence() {
        // The last one waits for several times as long as an answer may take.
        assert_eq!(endpoints(30, Duration::ZERO).await, (30, 30));
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_given_up() {
        // The SDK tries three times.
        assert_eq!(endpoints(1, Duration::from_secs(3600)).await, (0, 3));
    }

    #[test]
    fn knows_the_caller() {
        let header =
            "AWS4-HMAC-SHA256 Credential=AKIA1/20261124/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(scope(header).as_deref(), Some("AKIA1/us-east-1"));
    }
}
