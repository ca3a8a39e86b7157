//! Somebody who takes OpenTelemetry's traces over HTTP, and keeps them as they come. Words stand in them as they are.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

pub struct Taker {
    pub url: String,
    taken: Arc<Mutex<String>>,
}

impl Taker {
    /// It listens as long as the test runs.
    pub fn start() -> Taker {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let taken = Arc::<Mutex<String>>::default();
        let keeps = taken.clone();
        thread::spawn(move || listener.incoming().flatten().for_each(|from| take(from, &keeps)));
        Taker { url, taken }
    }

    pub fn has(&self, words: &str) -> bool {
        self.taken.lock().expect("words").contains(words)
    }
}

fn take(mut from: TcpStream, keeps: &Mutex<String>) {
    let mut reader = BufReader::new(from.try_clone().expect("a stream"));
    let (mut line, mut length, mut head) = (String::new(), 0, String::new());
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        head += &std::mem::take(&mut line);
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_ok() {
        *keeps.lock().expect("words") += &format!("{head}{}", String::from_utf8_lossy(&body));
        let _ = from.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
}
