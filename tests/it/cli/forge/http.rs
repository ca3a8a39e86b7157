//! One request to a server on this machine, as somebody sends it who is not gitinfra.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// What came back; status 0 where nothing did.
#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The value of a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// HTTP/1.0, so that the answer ends with the connection.
pub fn ask(base: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    // Whoever gives a length of his own says something else than he sends.
    let own = headers.iter().any(|(name, _)| *name == "Content-Length");
    let length = if own { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let host = base.trim_start_matches("http://");
    let request = format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\n{length}{headers}\r\n");
    let Ok(mut connection) = TcpStream::connect(host) else {
        return Answer::default();
    };
    let mut answer = Vec::new();
    let sent = connection.write_all(request.as_bytes()).and_then(|()| connection.write_all(body));
    if sent.and_then(|()| connection.read_to_end(&mut answer)).is_err() {
        return Answer::default();
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answer { status, head: head.to_owned(), text: text.to_owned() }
}

/// The status and the answer; what is no JSON is null.
pub fn send(base: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> (u16, Value) {
    let body = body.map(Value::to_string).unwrap_or_default();
    let headers: Vec<(&str, &str)> =
        [("Content-Type", "application/json")].into_iter().chain(headers.iter().copied()).collect();
    let answer = ask(base, method, path, &headers, body.as_bytes());
    (answer.status, answer.json())
}
