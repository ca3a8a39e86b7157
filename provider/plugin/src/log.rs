//! The engine's log: the only way to the user.

use std::sync::Arc;

use gitinfra_proto::pulumirpc::engine_client::EngineClient;
use gitinfra_proto::pulumirpc::{LogRequest, LogSeverity};
use tokio::sync::RwLock;
use tonic::transport::{Channel, Endpoint};

use crate::hide::hide;

/// Writes to the engine's log; silently nowhere while no engine is known, as in tests without one.
#[derive(Clone, Default)]
pub struct Log {
    engine: Arc<RwLock<Option<EngineClient<Channel>>>>,
    /// What must not be shown, whoever says it.
    secrets: Arc<[String]>,
}

impl Log {
    /// Turns to the engine at `host:port`. The connection is made when it is first needed.
    pub async fn attach(&self, address: &str) -> Result<(), tonic::transport::Error> {
        let channel = Endpoint::from_shared(format!("http://{address}"))?.connect_lazy();
        *self.engine.write().await = Some(EngineClient::new(channel));
        Ok(())
    }

    /// The same log, with these secrets taken out of every line.
    pub(crate) fn hiding(&self, secrets: Vec<String>) -> Log {
        Log { engine: self.engine.clone(), secrets: secrets.into() }
    }

    /// A line beside the resource, which the next one replaces.
    pub async fn status(&self, urn: &str, message: String) {
        self.write(LogSeverity::Info, urn, message, true).await;
    }

    /// A line that stays.
    pub async fn info(&self, urn: &str, message: String) {
        self.write(LogSeverity::Info, urn, message, false).await;
    }

    /// A warning that stays.
    pub async fn warn(&self, urn: &str, message: String) {
        self.write(LogSeverity::Warning, urn, message, false).await;
    }

    async fn write(&self, severity: LogSeverity, urn: &str, message: String, ephemeral: bool) {
        let Some(mut engine) = self.engine.read().await.clone() else {
            return;
        };
        let request = LogRequest {
            severity: severity.into(),
            message: hide(&message, &self.secrets),
            urn: urn.to_owned(),
            stream_id: 0,
            ephemeral,
        };
        // A log line that gets lost must not fail the resource that it is about.
        let _ = engine.log(request).await;
    }
}
