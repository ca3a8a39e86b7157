//! The other end of `--event-log tcp://`: a gRPC server on loopback that the engine streams its events to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gitinfra_proto::pulumirpc::EventRequest;
use gitinfra_proto::pulumirpc::events_server::{Events, EventsServer};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, Streaming};

use super::event::EngineEvent;
use crate::failure::{Failure, Result};

/// The engine sends whole resources; its own limit is the same.
const LARGEST_MESSAGE: usize = 400 << 20;

/// A listening server; dropping it ends it.
pub(super) struct EventServer {
    pub address: SocketAddr,
    pub events: UnboundedReceiver<EngineEvent>,
    /// Whether an engine began to tell something.
    pub heard: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl EventServer {
    pub async fn start() -> Result<EventServer> {
        let failed =
            |error: std::io::Error| Failure::setup(format!("listening on loopback for the engine's events: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (sender, events) = unbounded_channel();
        let heard = Arc::<AtomicBool>::default();
        let service =
            EventsServer::new(Receiver { sender, heard: heard.clone() }).max_decoding_message_size(LARGEST_MESSAGE);
        let serving = tonic::transport::Server::builder().add_service(service);
        let task = tokio::spawn(async move {
            // It ends only when it is dropped; a broken connection is the engine's end, which its exit code tells.
            let _ = serving.serve_with_incoming(TcpListenerStream::new(listener)).await;
        });
        Ok(EventServer { address, events, heard, task })
    }
}

impl Drop for EventServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Receiver {
    sender: UnboundedSender<EngineEvent>,
    heard: Arc<AtomicBool>,
}

#[tonic::async_trait]
impl Events for Receiver {
    async fn stream_events(&self, request: Request<Streaming<EventRequest>>) -> Result<Response<()>, Status> {
        self.heard.store(true, Ordering::Relaxed);
        let mut stream = request.into_inner();
        while let Some(message) = stream.message().await? {
            let event =
                serde_json::from_str(&message.event).map_err(|error| Status::invalid_argument(error.to_string()))?;
            if self.sender.send(event).is_err() {
                break;
            }
        }
        Ok(Response::new(()))
    }
}
