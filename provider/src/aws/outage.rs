//! Hosts that can't be reached: told within seconds, not after every retry of every call.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::time::Instant;

/// How long a host may refuse every connection until calls to it are given up at once.
const PATIENCE: Duration = Duration::from_secs(3);
/// Failures further apart than this don't belong together.
const APART: Duration = Duration::from_secs(30);

/// A host that nothing has reached for a while.
#[derive(Debug)]
pub struct Unreachable {
    host: String,
    why: String,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} can't be reached: {}", self.host, self.why)
    }
}

impl std::error::Error for Unreachable {}

/// Since when which host can't be reached.
#[derive(Debug, Default)]
pub struct Outages(Mutex<HashMap<String, Outage>>);

#[derive(Debug)]
struct Outage {
    first: Instant,
    last: Instant,
}

impl Outages {
    /// Takes note of how a call went. A failure to connect that has gone on for too long becomes one that is not retried.
    pub fn judge<T>(
        &self,
        host: &str,
        went: Result<T, ConnectorError>,
        now: Instant,
    ) -> Result<T, ConnectorError> {
        let mut outages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let error = match went {
            Err(error) if unconnected(&error) => error,
            reached => {
                outages.remove(host);
                return reached;
            }
        };
        let outage = outages.entry(host.to_owned()).or_insert(Outage {
            first: now,
            last: now,
        });
        if now - outage.last > APART {
            outage.first = now;
        }
        outage.last = now;
        if now - outage.first < PATIENCE {
            return Err(error);
        }
        let (host, why) = (host.to_owned(), innermost(&error));
        Err(ConnectorError::other(
            Box::new(Unreachable { host, why }),
            None,
        ))
    }
}

/// Whether there was not even a connection, so that nothing can have been done.
fn unconnected(error: &ConnectorError) -> bool {
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        let said = error.to_string();
        // The HTTP client's own words; its types are not public.
        if said.contains("(Connect)") || said.contains("connect timeout") {
            return true;
        }
        next = error.source();
    }
    false
}

fn innermost(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => innermost(source),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends() {
        let outages = Outages::default();
        let start = Instant::now();
        let refused = |seconds| {
            let error = ConnectorError::io("client error (Connect)".into());
            let now = start + Duration::from_secs(seconds);
            outages
                .judge::<()>("aws", Err(error), now)
                .map_err(|e| e.is_io())
        };
        assert_eq!([0, 2].map(refused), [Err(true); 2], "still worth a retry");
        assert_eq!(refused(6), Err(false), "enough");
        assert_eq!(refused(60), Err(true), "another outage");
        assert!(outages.judge("aws", Ok(()), start).is_ok());
        assert_eq!(refused(66), Err(true), "it was reached in between");
    }

    #[test]
    fn a_lost_answer_is_no_outage() {
        let outages = Outages::default();
        let start = Instant::now();
        for seconds in [0, 6, 12] {
            let error = ConnectorError::io("connection closed before message completed".into());
            let now = start + Duration::from_secs(seconds);
            let went = outages.judge::<()>("aws", Err(error), now);
            assert!(went.is_err_and(|e| e.is_io()));
        }
    }
}
