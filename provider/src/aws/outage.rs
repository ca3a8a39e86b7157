//! Hosts that can't be reached: a wrong address is told within seconds, while AWS's own get the time that a network may be away.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::time::Instant;

/// How long an address that somebody wrote down may refuse every connection until calls to it are given up at once.
const WRITTEN: Duration = Duration::from_secs(2);
/// The same of AWS's own addresses: those are right, and it is the network that is away.
const OWN: Duration = Duration::from_secs(30);
/// Failures further apart than this don't belong together.
const APART: Duration = Duration::from_secs(30);

/// What the names of AWS's own hosts end with.
const AWS: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

/// What systems say of a name that nobody has.
const NO_NAME: [&str; 4] = [
    "Name or service not known",
    "No address associated with hostname",
    "nodename nor servname provided",
    "No such host is known",
];

/// An address that nothing has reached for a while.
#[derive(Debug)]
pub struct Unreachable {
    address: String,
    why: String,
    /// The properties that give this address.
    from: Vec<String>,
    /// Whether it is one that AWS itself gives, by the names of service and region.
    own: bool,
}

impl Unreachable {
    /// Whether it is known whose address it is: that of a property, or AWS's own.
    pub fn is_known(&self) -> bool {
        !self.from.is_empty() || self.own
    }

    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self.own {
            true => "check the network, and the region's name".to_owned(),
            false => format!(
                "start what should answer there, or correct {}; without it, AWS itself is called",
                self.source()
            ),
        }
    }

    fn source(&self) -> String {
        match &self.from[..] {
            // What no property gives has been found by the SDK.
            [] => "AWS_ENDPOINT_URL, or the profile's `endpoint_url`".to_owned(),
            from => from.join(" and "),
        }
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)?;
        if !self.own {
            write!(f, ", from {},", self.source())?;
        }
        write!(f, " can't be reached: {}", self.why)
    }
}

impl std::error::Error for Unreachable {}

/// Since when which address can't be reached.
#[derive(Debug, Default)]
pub struct Outages {
    /// The addresses that properties give, each with the property's name.
    given: Vec<(String, String)>,
    since: Mutex<HashMap<String, Outage>>,
}

#[derive(Debug)]
struct Outage {
    first: Instant,
    last: Instant,
}

impl Outages {
    /// Nothing is known to be away. The addresses that properties give go along: the property's name, and the address.
    pub fn new<'a>(given: impl IntoIterator<Item = (String, &'a str)>) -> Outages {
        let given = given.into_iter();
        Outages { given: given.map(|(name, uri)| (address(uri), name)).collect(), since: Mutex::default() }
    }

    /// Takes note of how a call went. A failure to connect that has gone on for too long becomes one that is not retried.
    pub fn judge<T>(&self, uri: &str, went: Result<T, ConnectorError>, now: Instant) -> Result<T, ConnectorError> {
        let address = address(uri);
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let error = match went {
            Err(error) if unconnected(&error) => error,
            reached => {
                since.remove(&address);
                return reached;
            }
        };
        let new = Outage { first: now, last: now };
        let outage = since.entry(address.clone()).or_insert(new);
        if now - outage.last > APART {
            outage.first = now;
        }
        outage.last = now;
        let why = innermost(&error);
        let from = self.given.iter().filter(|(given, _)| *given == address);
        let from: Vec<_> = from.map(|(_, name)| name.clone()).collect();
        let own = from.is_empty() && AWS.iter().any(|end| address.ends_with(end));
        let patience = match own && !NO_NAME.iter().any(|words| why.contains(words)) {
            true => OWN,
            false => WRITTEN,
        };
        if now - outage.first < patience {
            return Err(error);
        }
        let outage = Unreachable { address, why, from, own };
        Err(ConnectorError::other(Box::new(outage), None))
    }
}

/// Scheme, host and port of a URI.
fn address(uri: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("https", uri));
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    format!("{scheme}://{host}")
}

/// Whether there was not even a connection, so that nothing can have been done.
fn unconnected(error: &ConnectorError) -> bool {
    std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source()).any(is_unconnected)
}

/// Whether this cause of a failure is that there was no connection.
pub fn is_unconnected(error: &(dyn std::error::Error + 'static)) -> bool {
    let said = error.to_string();
    // The HTTP client's own words; its types are not public.
    said.contains("(Connect)") || said.contains("connect timeout")
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

    const OURS: &str = "http://127.0.0.1:4566/?x";
    const THEIRS: &str = "https://ec2.ap-northeast-1.amazonaws.com/";

    /// What becomes of failures to connect at these seconds: whether each is still worth a retry.
    #[track_caller]
    fn check(uri: &str, why: &str, cases: &[(u64, bool)]) {
        let outages = Outages::default();
        let start = Instant::now();
        for (seconds, retried) in cases {
            let now = start + Duration::from_secs(*seconds);
            let failed = refused(&outages, uri, why, now);
            assert_eq!(failed.is_io(), *retried, "{uri}: {why}: {seconds} s");
        }
    }

    fn refused(outages: &Outages, uri: &str, why: &str, now: Instant) -> ConnectorError {
        let error = std::io::Error::other(format!("client error (Connect): {why}"));
        let went = Err(ConnectorError::io(error.into()));
        let judged = outages.judge::<()>(uri, went, now);
        judged.expect_err("a failure stays one")
    }

    #[test]
    fn patience_ends() {
        // The last one is another outage.
        let wrong = [(0, true), (1, true), (3, false), (4, false), (60, true)];
        check(OURS, "Connection refused", &wrong);
        check(THEIRS, "Name or service not known", &wrong);
        let blip = [(0, true), (3, true), (20, true), (40, false)];
        check(THEIRS, "Connection refused", &blip);
        check(THEIRS, "Temporary failure in name resolution", &blip);
    }

    #[test]
    fn an_address_that_was_reached_is_no_wrong_one() {
        let outages = Outages::default();
        let start = Instant::now();
        assert!(refused(&outages, OURS, "refused", start).is_io());
        assert!(outages.judge(OURS, Ok(()), start).is_ok());
        let later = start + Duration::from_secs(3);
        assert!(refused(&outages, OURS, "refused", later).is_io());
    }

    #[test]
    fn a_lost_answer_is_no_outage() {
        let outages = Outages::default();
        let start = Instant::now();
        for seconds in [0, 6, 12] {
            let error = ConnectorError::io("connection closed before message completed".into());
            let now = start + Duration::from_secs(seconds);
            let went = outages.judge::<()>(OURS, Err(error), now);
            assert!(went.is_err_and(|e| e.is_io()));
        }
    }

    #[test]
    fn it_is_said_where_an_address_comes_from() {
        const PRIVATE: &str = "https://vpce-1.ec2.ap-northeast-1.vpce.amazonaws.com";
        let given = [("`endpoints.ec2`".to_owned(), "http://127.0.0.1:1/"), ("`endpoint`".to_owned(), PRIVATE)];
        let outages = Outages::new(given);
        let start = Instant::now();
        for (uri, said, hint) in [
            (
                "http://127.0.0.1:1/x?y",
                "http://127.0.0.1:1, from `endpoints.ec2`, can't be reached: client error (Connect): refused",
                "or correct `endpoints.ec2`; without it, AWS itself is called",
            ),
            (PRIVATE, "amazonaws.com, from `endpoint`, can't", "or correct `endpoint`"),
            (OURS, "http://127.0.0.1:4566, from AWS_ENDPOINT_URL, or", "correct AWS_ENDPOINT_URL, or the"),
            (THEIRS, "amazonaws.com can't be reached:", "the region's name"),
        ] {
            refused(&outages, uri, "refused", start);
            let error = refused(&outages, uri, "refused", start + OWN);
            let source = std::error::Error::source(&error);
            let outage = source.and_then(|e| e.downcast_ref::<Unreachable>());
            let outage = outage.expect("patience has ended");
            assert!(outage.to_string().contains(said), "{outage}");
            assert!(outage.hint().contains(hint), "{}", outage.hint());
        }
    }
}
