//! Traces of what a server does, sent by OpenTelemetry's protocol over HTTP. Whoever is to take them may be away: then they are lost, which
//! is told once, and nothing waits for it. The library's own variables hold for the rest: OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_BSP_….

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::Full;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;

use super::config;
use crate::context::Context;
use crate::event::{Body, Event, Sink};
use crate::failure::{Failure, Result};
use crate::forge::Secret;
use crate::forge::wire::{self, Wire};
use crate::trace::{self, Tracer};

/// How long whoever takes traces may think, and how long what is left at the end may take.
const PATIENCE: Duration = Duration::from_secs(10);
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Where traces go.
pub(super) struct Traces {
    ground: Option<Ground>,
    provider: Option<SdkTracerProvider>,
}

/// What it rests on: as long as that is the same, so is it.
#[derive(PartialEq, Eq)]
struct Ground {
    url: String,
    headers: Option<Secret>,
}

impl Traces {
    /// Opens what the configuration names; where it names the same as before, it is that.
    pub fn open(context: &Context, of: Option<&config::Traces>, before: Option<&Arc<Traces>>) -> Result<Arc<Traces>> {
        let ground = of.map(|of| Ground::read(context, of)).transpose()?;
        if let Some(same) = before.filter(|before| before.ground == ground) {
            return Ok(same.clone());
        }
        let provider = ground.as_ref().map(|ground| ground.provider(context)).transpose()?;
        Ok(Arc::new(Traces { ground, provider }))
    }

    pub fn tracer(&self) -> Option<Tracer> {
        self.provider.as_ref().map(|provider| Tracer::new(provider.tracer("gitinfra")))
    }

    /// Sends what is left. What goes on then is not traced any more.
    pub async fn end(&self) {
        if let Some(provider) = self.provider.clone() {
            let _ = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LAST_WORDS)).await;
        }
    }
}

impl Ground {
    fn read(context: &Context, of: &config::Traces) -> Result<Ground> {
        let headers = of.headers_file.as_ref().map(|file| Secret::read(&context.cwd.join(file))).transpose()?;
        Ok(Ground { url: of.url.clone(), headers })
    }

    fn provider(&self, context: &Context) -> Result<SdkTracerProvider> {
        let url = format!("{}/v1/traces", self.url.trim_end_matches('/'));
        if !wire::is_safe(&url) {
            return Err(Failure::input("the address for traces is none, or not encrypted")
                .hint("it looks like https://HOST:4318; http:// is for this machine alone"));
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(url.as_str())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .with_headers(self.headers()?)
            .with_http_client(Out::new(context, &url)?)
            .build()
            .map_err(|error| Failure::input(format!("traces can't be sent: {error}")))?;
        let service = context.environment.get("OTEL_SERVICE_NAME").map_or("gitinfra", String::as_str);
        let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder().with_service_name(service.to_owned()).with_attribute(version).build();
        Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
    }

    /// A line each. The errors hold nothing of them.
    fn headers(&self) -> Result<HashMap<String, String>> {
        let text = self.headers.as_ref().map(Secret::reveal).unwrap_or_default();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let read = lines.map(|(at, line)| {
            let header = line.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
            let is_one = |(name, value): &(&str, &str)| {
                HeaderName::try_from(*name).is_ok() && HeaderValue::from_str(value).is_ok()
            };
            let header = header.filter(is_one).ok_or_else(|| {
                Failure::input(format!("line {} of the headers for traces is no header", at + 1))
                    .hint("write `NAME: VALUE` on each line")
            })?;
            Ok((header.0.to_owned(), header.1.to_owned()))
        });
        read.collect()
    }
}

/// Takes requests from the library's own thread to whoever takes traces.
struct Out {
    wire: Arc<Wire>,
    runtime: Handle,
    context: Context,
    is_well: AtomicBool,
}

impl fmt::Debug for Out {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Out")
    }
}

impl Out {
    fn new(context: &Context, url: &str) -> Result<Out> {
        let wire = Arc::new(Wire::new(&context.environment, url)?);
        Ok(Out { wire, runtime: Handle::current(), context: context.clone(), is_well: AtomicBool::new(true) })
    }

    /// The first of several failures is told, and that they are over.
    fn tell(&self, trouble: Option<&str>) {
        if self.is_well.swap(trouble.is_none(), Ordering::Relaxed) == trouble.is_none() {
            return;
        }
        let message = match trouble {
            Some(why) => format!("traces are not taken, and are lost until they are: {why}"),
            None => "traces are taken again".to_owned(),
        };
        self.context.tell(None, Body::Note { message });
    }
}

#[async_trait]
impl HttpClient for Out {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let wire = self.wire.clone();
        let sent = self.runtime.spawn(async move {
            let sent = tokio::time::timeout(PATIENCE, wire.exchange(request.map(Full::new))).await;
            sent.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())))
        });
        let answer = sent.await.map_err(|_| "the server ends".to_owned()).flatten();
        let refused = |answer: &Response<Bytes>| (!answer.status().is_success()).then(|| answer.status().to_string());
        self.tell(answer.as_ref().map_or_else(|why| Some(why.clone()), refused).as_deref());
        answer.map_err(Into::into)
    }
}

/// Whoever is told events, with what they say of spans.
pub(super) struct Spans(Arc<dyn Sink>);

impl Spans {
    pub fn before(next: Arc<dyn Sink>) -> Arc<Spans> {
        Arc::new(Spans(next))
    }
}

impl Sink for Spans {
    fn take(&self, event: &Event) {
        trace::take(event);
        self.0.take(event);
    }
}

#[cfg(test)]
mod tests;
