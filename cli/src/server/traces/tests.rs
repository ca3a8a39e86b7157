//! What is done becomes spans, and whoever takes them gets them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::engine::operation::Operation;
use crate::environment::Environment;
use crate::event::Resource as Changed;
use crate::failure::Kind;
use crate::record::{Action, RunState};
use crate::trace::{part, say};

/// What was told, and what came to whoever takes traces.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Sink for Heard {
    fn take(&self, event: &Event) {
        if let Body::Note { message } = &event.body {
            self.0.lock().expect("words").push(message.clone());
        }
    }
}

/// Somebody who takes traces from whoever knows the password, until they are busy.
#[derive(Default)]
struct Taken {
    spans: Mutex<Vec<Span>>,
    service: Mutex<String>,
    is_busy: AtomicBool,
}

async fn take(State(taken): State<Arc<Taken>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if taken.is_busy.load(Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    if headers.get("x-team").is_none_or(|value| value != "a key") {
        return StatusCode::UNAUTHORIZED;
    }
    let request = ExportTraceServiceRequest::decode(body).expect("an export of traces");
    for of in request.resource_spans {
        let named = of.resource.into_iter().flat_map(|resource| resource.attributes);
        *taken.service.lock().expect("a name") = named
            .filter(|attribute| attribute.key == "service.name")
            .map(|attribute| format!("{:?}", attribute.value))
            .collect();
        taken.spans.lock().expect("spans").extend(of.scope_spans.into_iter().flat_map(|of| of.spans));
    }
    StatusCode::OK
}

struct Here {
    context: Context,
    taken: Arc<Taken>,
    heard: Arc<Heard>,
    of: config::Traces,
    _folder: tempfile::TempDir,
}

async fn here(headers: &str) -> Here {
    let (taken, heard, folder) =
        (Arc::<Taken>::default(), Arc::<Heard>::default(), tempfile::tempdir().expect("a folder"));
    std::fs::write(folder.path().join("headers"), headers).expect("a file");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let router = Router::new().route("/v1/traces", post(take)).with_state(taken.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let place = folder.path().to_owned();
    let (environment, cancel, sink) = (Environment::new(), CancellationToken::new(), heard.clone());
    let context = Context { environment, cwd: place.clone(), state_dir: place, clock: || 5_000, cancel, sink };
    let of = config::Traces { url, headers_file: Some("headers".into()) };
    Here { context, taken, heard, of, _folder: folder }
}

impl Here {
    fn open(&self) -> Result<Arc<Traces>> {
        Traces::open(&self.context, Some(&self.of), None)
    }

    /// A review in which a stack is previewed: one of its resources would do, another fails, and so does the whole.
    async fn work(&self, traces: &Traces) {
        let spans = Spans::before(self.heard.clone());
        let event = |body| Event { at: 5_000, run: Some("m9f4".to_owned()), stack: Some("net/dev".to_owned()), body };
        let changed = |name: &str| Changed {
            urn: format!("urn:{name}"),
            kind: "files:index:File".to_owned(),
            name: name.to_owned(),
            operation: Operation::new("create"),
        };
        let run = async {
            spans.take(&event(Body::RunStarted {
                action: Action::RollOut,
                commit: "1a2b".to_owned(),
                reason: "new".to_owned(),
                resources: 0,
            }));
            spans.take(&event(Body::ResourceFinished { resource: changed("a"), seconds: 1.5 }));
            spans.take(&event(Body::ResourceFailed { resource: changed("b"), seconds: 0.5 }));
            spans.take(&event(Body::RunFinished {
                action: Action::RollOut,
                state: RunState::Failed,
                commit: "1a2b".to_owned(),
                changes: BTreeMap::from([("create".to_owned(), 1), ("same".to_owned(), 7)]),
                seconds: 2.0,
                message: Some("b: no such folder".to_owned()),
            }));
            Ok::<_, Failure>(())
        };
        let ask = async {
            say("http.response.status_code", 404);
            Err::<(), _>("not found")
        };
        let whole = async {
            part("roll-out").with("gitinfra.stack", "net/dev").of(run).await?;
            let _ = part("GET").asked().of(ask).await;
            Err::<(), _>(Failure::roll_out("net/dev failed\nand more"))
        };
        let done = part("review").with("gitinfra.subject", "pr/7").whole(traces.tracer(), whole).await;
        assert_eq!(done.map_err(|failure| failure.kind), Err(Kind::RollOut));
    }
}

/// A line for each span, below what it is a part of: name, kind, status, attributes.
fn tree(spans: &[Span], below: &[u8], depth: usize) -> String {
    let mut parts: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id == below).collect();
    parts.sort_by_key(|span| span.name.clone());
    let line = |span: &&Span| {
        let said: Vec<String> = span
            .attributes
            .iter()
            .map(|attribute| {
                let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
                format!("{}={:?}", attribute.key, value.expect("a value"))
            })
            .collect();
        let status = span.status.clone().unwrap_or_default();
        let millis = (span.end_time_unix_nano - span.start_time_unix_nano) / 1_000_000;
        let took = if span.name.starts_with("create") { format!(" {millis} ms") } else { String::new() };
        let own = format!(
            "{}{}{took} {} {:?} {}\n",
            "  ".repeat(depth),
            span.name,
            status.code,
            status.message,
            said.join(" ")
        );
        own + &tree(spans, &span.span_id, depth + 1)
    };
    parts.iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_is_traced_in_its_parts() {
    let here = here("x-team: a key\n\n").await;
    let traces = here.open().map_err(|failure| failure.message).expect("it is open");
    here.work(&traces).await;
    let same = Traces::open(&here.context, Some(&here.of), Some(&traces)).map_err(|failure| failure.message);
    assert!(Arc::ptr_eq(&same.expect("it is open"), &traces), "nothing of it changed");
    traces.end().await;
    let spans = here.taken.spans.lock().expect("spans");
    insta::assert_snapshot!(tree(&spans, &[], 0), @r#"
    review 2 "net/dev failed" gitinfra.subject=StringValue("pr/7")
      GET 2 "" http.response.status_code=IntValue(404)
      roll-out 2 "b: no such folder" gitinfra.stack=StringValue("net/dev") gitinfra.run=StringValue("m9f4") gitinfra.action=StringValue("roll-out") vcs.ref.head.revision=StringValue("1a2b") gitinfra.state=StringValue("failed") gitinfra.changes.create=IntValue(1)
        create files:index:File 1500 ms 0 "" pulumi.urn=StringValue("urn:a")
        create files:index:File 500 ms 2 "" pulumi.urn=StringValue("urn:b")
    "#);
    assert!(here.taken.service.lock().expect("a name").contains("gitinfra"));
    assert_eq!(*here.heard.0.lock().expect("words"), Vec::<String>::new());
}

/// Once, however often; nothing that was to be done suffers by it, and the words hold no header.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traces_that_are_not_taken_are_told_once() {
    let here = here("x-team: hush").await;
    let out = Out::new(&here.context, &format!("{}v1/traces", here.of.url)).map_err(|failure| failure.message);
    let out = out.expect("a way out");
    let send = async |key: &'static str| {
        let request = Request::post(format!("{}v1/traces", here.of.url)).header("x-team", key).body(Bytes::new());
        out.send_bytes(request.expect("a request")).await.map(|answer| answer.status().as_u16()).unwrap_or_default()
    };
    assert_eq!([send("hush").await, send("hush").await, send("a key").await], [401, 401, 200]);
    here.taken.is_busy.store(true, Ordering::Relaxed);
    assert_eq!(send("a key").await, 503);
    let expected = [
        "traces are not taken, and are lost until they are: 401 Unauthorized",
        "traces are taken again",
        "traces are not taken, and are lost until they are: 503 Service Unavailable",
    ];
    assert_eq!(*here.heard.0.lock().expect("words"), expected);
}

#[tokio::test]
async fn what_can_t_be_sent_anywhere_is_refused() {
    for (url, headers, expected) in [
        ("http://otel.example:4318", "", "the address for traces is none, or not encrypted"),
        ("otel.example:4318", "", "the address for traces is none, or not encrypted"),
        ("https://otel.example", "x-team: hush\nhush", "line 2 of the headers for traces is no header"),
        ("https://otel.example", "x team: hush", "line 1 of the headers for traces is no header"),
    ] {
        let headers = if headers.is_empty() { "a: b" } else { headers };
        let mut here = here(headers).await;
        here.of.url = url.to_owned();
        let refused = here.open().err().map(|failure| failure.message);
        assert_eq!(refused.as_deref(), Some(expected), "{url}");
    }
    let none = Traces::open(&here("a: b").await.context, None, None).map_err(|failure| failure.message);
    assert!(none.expect("it is open").tracer().is_none(), "nobody asked for traces");
}
