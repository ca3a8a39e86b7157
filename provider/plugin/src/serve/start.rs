//! How the process starts and ends.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use gitinfra_proto::pulumirpc::resource_provider_server::ResourceProviderServer;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::catalogue::Package;
use crate::lifecycle::Pace;
use crate::monitor::MESSAGE_LIMIT;
use crate::resource::Provider;
use crate::serve::creations::Creations;
use crate::serve::{BIRTH, Service};
use crate::value::Map;

/// How a provider is started.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The engine's address; `None` in attach mode, where the engine comes to us.
    pub engine: Option<String>,
    /// How fast waits run.
    pub pace: Pace,
    /// The creations that an earlier run left unfinished, by URN.
    pub pending: BTreeMap<String, Begun>,
    /// Where creations are noted while they go on.
    pub creations: Creations,
}

/// A creation that an earlier run had begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// What the creation is known by.
    pub token: String,
    /// The names that were made up for it.
    pub names: Map,
}

impl Start {
    /// Reads the arguments that an engine gives. Flags are the engine's wishes about logging, and are ignored.
    pub fn from_args(args: impl IntoIterator<Item = String>) -> Start {
        let mut engine = None;
        let mut args = args.into_iter().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                // The one flag that may have its value in the next argument.
                "--tracing" | "-tracing" => drop(args.next()),
                flag if flag.starts_with('-') => {}
                address => engine = Some(address.to_owned()),
            }
        }
        Start { engine, pace: Pace(1.0), pending: BTreeMap::new(), creations: Creations::default() }
    }

    /// With the stack's state, in the file that `pulumi stack export` wrote: what an interrupted run made of the creations among its
    /// pending operations is found and kept, instead of being made a second time.
    pub fn pending(self, export: &Path) -> std::io::Result<Start> {
        let failed = |error: std::io::Error| {
            let why = format!("reading the exported state {}: {error}", export.display());
            std::io::Error::new(error.kind(), why)
        };
        let text = std::fs::read(export).map_err(failed)?;
        let state = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
        Ok(Start { pending: operations(&state), ..self })
    }

    /// With a folder in which creations are noted while they go on: what one was making whose provider died alone, so that the engine knows nothing of it, is
    /// found and kept by the next run. One folder serves all stacks of a backend.
    pub fn creations(mut self, folder: &Path) -> std::io::Result<Start> {
        let failed = |error: std::io::Error| {
            let why = format!("reading the notes of creations in {}: {error}", folder.display());
            std::io::Error::new(error.kind(), why)
        };
        let (creations, begun) = Creations::open(folder).map_err(failed)?;
        self.pending.extend(begun);
        Ok(Start { creations, ..self })
    }

    /// With waits that run so much faster (0.01) or slower than real time.
    pub fn pace(self, scale: f64) -> Start {
        Start { pace: Pace(scale), ..self }
    }
}

/// The creations among a state's pending operations, by URN.
fn operations(state: &Value) -> BTreeMap<String, Begun> {
    let operations = state["deployment"]["pending_operations"].as_array();
    let creations = operations
        .into_iter()
        .flatten()
        .filter(|operation| operation["type"] == "creating")
        .map(|operation| &operation["resource"]);
    creations.filter_map(begun).collect()
}

/// The creation of a resource: its URN, and what is known of it.
pub(super) fn begun(resource: &Value) -> Option<(String, Begun)> {
    let inputs = &resource["inputs"];
    let token = inputs[BIRTH]["token"].as_str()?.to_owned();
    let made = inputs[BIRTH]["made"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let names = made.filter_map(|name| Some((name.to_owned(), inputs[name].as_str()?.into()))).collect();
    Some((resource["urn"].as_str()?.to_owned(), Begun { token, names }))
}

/// Serves a package until the engine ends it. The first line on stdout is the port.
pub async fn serve<P: Provider>(package: Package<P>, start: Start) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let service = Service::new(package, &start);
    if let Some(engine) = &start.engine {
        service.log.attach(engine).await.map_err(std::io::Error::other)?;
    }
    let server = ResourceProviderServer::from_arc(service.clone())
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT);
    // Before the port is told: from then on, an engine may say that it is over.
    let interrupted = interrupted()?;
    let mut out = std::io::stdout();
    writeln!(out, "{port}")?;
    out.flush()?;
    Server::builder()
        .add_service(server)
        .serve_with_incoming_shutdown(
            // Answers are small and waited for: none of them may wait for company.
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            end(interrupted, start.engine.is_some(), service),
        )
        .await
        .map_err(std::io::Error::other)
}

/// Comes with the first signal that asks the process to end.
fn interrupted() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Comes when the engine says so, or when it is gone: it holds our stdin open as long as it lives.
async fn end<P: Provider>(interrupted: impl Future<Output = ()>, has_engine: bool, service: Arc<Service<P>>) {
    let orphaned = async {
        if !has_engine {
            std::future::pending::<()>().await;
        }
        // A thread of its own: the runtime's would keep the process from ending for as long as the engine holds stdin open.
        let (tell, told) = oneshot::channel();
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            let _ = tell.send(());
        });
        let _ = told.await;
    };
    tokio::select! {
        () = interrupted => {}
        () = orphaned => {}
    }
    service.cancel().cancel();
    // Requests that are under way get a moment to say what they made; then the process ends, come what may.
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        std::process::exit(0);
    });
}

#[cfg(test)]
mod tests {
    use super::{Begun, Start, operations};
    use crate::value::map;

    #[test]
    fn only_creations_that_have_a_token_are_pending() {
        let operation = |kind: &str, urn: &str, inputs| serde_json::json!({"type": kind, "resource": {"urn": urn, "inputs": inputs}});
        let born = || serde_json::json!({"__birth": {"token": "t", "made": ["name"]}, "name": "n-1", "path": "p"});
        let state = serde_json::json!({"deployment": {"pending_operations": [
            operation("creating", "urn:a", born()),
            operation("updating", "urn:b", born()),
            operation("creating", "urn:c", serde_json::json!({})),
        ]}});
        let found: Vec<_> = operations(&state).into_iter().collect();
        let names = map(serde_json::json!({"name": "n-1"}));
        assert_eq!(found, [("urn:a".to_owned(), Begun { token: "t".to_owned(), names })]);
        assert!(operations(&serde_json::json!({"deployment": {}})).is_empty());
    }

    #[test]
    fn a_state_that_cannot_be_read_is_told() {
        let start = Start::from_args([]).pending("/no/such.json".as_ref());
        let why = start.expect_err("there is none").to_string();
        assert!(why.contains("the exported state /no/such.json"), "{why}");
    }

    #[test]
    fn finds_the_engine_among_the_flags() {
        for (args, engine) in [
            (vec!["p"], None),
            (vec!["p", "127.0.0.1:99"], Some("127.0.0.1:99")),
            (vec!["p", "--logtostderr", "-v=9", "127.0.0.1:99"], Some("127.0.0.1:99")),
            (vec!["p", "--tracing", "http://x", "127.0.0.1:99"], Some("127.0.0.1:99")),
        ] {
            let start = Start::from_args(args.iter().map(|a| (*a).to_owned()));
            assert_eq!(start.engine.as_deref(), engine, "{args:?}");
        }
    }
}
