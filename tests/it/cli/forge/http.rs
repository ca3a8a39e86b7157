//! One request to a server on this machine, as somebody sends it who is not gitinfra.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// The status and the answer; what is no JSON is null. HTTP/1.0, so that the answer ends with the connection.
pub fn send(base: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> (u16, Value) {
    let body = body.map(Value::to_string).unwrap_or_default();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    let Ok(mut connection) = TcpStream::connect(base.trim_start_matches("http://")) else {
        return (0, Value::Null);
    };
    let mut answer = Vec::new();
    let talk = connection.write_all(request.as_bytes()).and_then(|()| connection.read_to_end(&mut answer));
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, content) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    talk.map_or((0, Value::Null), |_| (status, serde_json::from_str(content).unwrap_or_default()))
}
