//! The emulator's process. It ends with the tests, or when it is dropped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::tools;

/// A running emulator.
pub struct Server {
    process: Child,
    pub url: String,
}

impl Server {
    pub fn start(time_scale: f64) -> Server {
        let mut process = Command::new(tools::python())
            .arg(tools::repository().join("tests/aws/server.py"))
            .args(["--port", "0", "--time-scale", &time_scale.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the emulator's Python runs");
        let mut port = String::new();
        let said = process.stdout.take().expect("its output is piped");
        BufReader::new(said).read_line(&mut port).expect("the emulator says its port");
        Server { process, url: format!("http://127.0.0.1:{}", port.trim()) }
    }

    pub fn get(&self, path: &str) -> Value {
        self.send("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", path, Some(body))
    }

    /// One call of the emulator's own: HTTP/1.0, so that the answer ends with the connection.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = body.len();
        let request = format!("{method} /_gitinfra/{path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}");
        let address = self.url.trim_start_matches("http://");
        let mut connection = TcpStream::connect(address).expect("the emulator listens");
        connection.write_all(request.as_bytes()).expect("the emulator listens");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("the emulator answers");
        let (head, content) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let fine = head.split(' ').nth(1) == Some("200");
        assert!(fine, "{method} {path} {body}: {answer}");
        serde_json::from_str(content).expect("the emulator answers in JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
