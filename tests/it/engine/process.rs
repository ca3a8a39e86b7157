//! The provider's process: how it starts, speaks and ends, without an engine.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use gitinfra_proto::pulumirpc as rpc;
use rpc::resource_provider_client::ResourceProviderClient;
use rustix::process::{Pid, Signal, kill_process};
use tonic::transport::Channel;

use crate::files::{of, project};
use crate::tools;

/// A provider that was started by hand.
struct Provider {
    child: Child,
    stdin: Option<ChildStdin>,
    port: u16,
}

impl Provider {
    fn start(args: &[&str]) -> Provider {
        let mut command = Command::new(tools::files().program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the provider starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("stdout is a pipe");
        BufReader::new(out).read_line(&mut line).expect("the provider says its port");
        Provider { stdin: child.stdin.take(), child, port: line.trim().parse().expect("the first line is the port") }
    }

    async fn client(&self) -> ResourceProviderClient<Channel> {
        let address = format!("http://127.0.0.1:{}", self.port);
        ResourceProviderClient::connect(address).await.expect("it listens")
    }

    /// Its exit code; waits for it.
    fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is running");
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[tokio::test]
async fn it_greets_and_says_what_it_is() {
    let provider = Provider::start(&["--logtostderr", "-v=9", "--tracing", "http://127.0.0.1:1", "127.0.0.1:1"]);
    let mut client = provider.client().await;
    let greeting = client.handshake(rpc::ProviderHandshakeRequest::default()).await.expect("a handshake");
    let greeting = greeting.into_inner();
    assert!(greeting.accept_secrets && greeting.accept_resources && greeting.accept_outputs);
    let info = client.get_plugin_info(()).await.expect("what it is").into_inner();
    assert_eq!(info.version, "0.1.0");
    let schema = client.get_schema(rpc::GetSchemaRequest::default()).await.expect("a schema").into_inner();
    assert!(schema.schema.contains("files:index:Site"));
    client.cancel(()).await.expect("cancel before anything else");
    client.cancel(()).await.expect("cancel again");
    client.get_plugin_info(()).await.expect("it is still there");
}

#[tokio::test]
async fn what_it_does_not_have_is_unimplemented() {
    let provider = Provider::start(&[]);
    let mut client = provider.client().await;
    let codes = [
        client.call(rpc::CallRequest::default()).await.map(drop).map_err(|s| s.code()),
        client.parameterize(rpc::ParameterizeRequest::default()).await.map(drop).map_err(|s| s.code()),
        client.get_mapping(rpc::GetMappingRequest::default()).await.map(drop).map_err(|s| s.code()),
        client.get_mappings(rpc::GetMappingsRequest::default()).await.map(drop).map_err(|s| s.code()),
        client.list(rpc::ListRequest::default()).await.map(drop).map_err(|s| s.code()),
    ];
    assert!(codes.iter().all(|code| *code == Err(tonic::Code::Unimplemented)), "{codes:?}");
}

#[test]
fn it_ends_when_the_engine_is_gone() {
    let mut provider = Provider::start(&["127.0.0.1:1"]);
    provider.stdin = None;
    assert_eq!(provider.ended(), Some(0));
}

#[test]
fn it_ends_on_signals() {
    for signal in [Signal::INT, Signal::TERM] {
        for args in [&["127.0.0.1:1"][..], &[]] {
            let provider = Provider::start(args);
            provider.signal(signal);
            assert_eq!(provider.ended(), Some(0), "{signal:?} {args:?}");
        }
    }
}

#[tokio::test]
async fn without_an_engine_it_outlives_stdin() {
    let mut provider = Provider::start(&[]);
    provider.stdin = None;
    let mut client = provider.client().await;
    client.get_plugin_info(()).await.expect("it is still there");
    provider.signal(Signal::INT);
    assert_eq!(provider.ended(), Some(0));
}

#[test]
fn an_engine_can_attach_to_it() {
    let provider = Provider::start(&[]);
    let p = project(&of(&[("a", "path: a.txt, content: one, slow: 2")]));
    let p = p.env("PULUMI_DEBUG_PROVIDERS", format!("files:{}", provider.port));
    p.up().expect_ok().expect_steps(&["create a"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("one"));
    // The next run is another engine: what the last one cancelled and configured is over.
    p.program(&of(&[("a", "path: a.txt, content: two, slow: 2")]));
    p.line("  files:labels: {team: web}");
    p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(p.state().text("a", "/outputs/labels/team"), "web");
    provider.signal(Signal::INT);
    assert_eq!(provider.ended(), Some(0));
}
