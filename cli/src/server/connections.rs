//! Connections: so many at once, and none that is long in saying what it wants.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::seats::Seats;

/// How many connections there are at once, and how many of them from one place: a proxy in front of us is one.
const MOST: usize = 1_024;
const MOST_FROM_ONE: usize = 512;
/// How long the head of a request may take, and a connection be without one.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long requests that are under way may take once the server is to end; a page that listens goes on for ever.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long is waited where no connection can be taken, as where there are too many open files.
const PAUSE: Duration = Duration::from_millis(200);

/// Takes connections until it is cancelled, and brings to their ends those that there are.
pub(super) async fn serve(listener: TcpListener, router: Router, cancel: &CancellationToken) {
    let (seats, connections) = (Seats::new(MOST, MOST_FROM_ONE), TaskTracker::new());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = cancel.cancelled() => break,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                rest(&error, cancel).await;
                continue;
            }
        };
        // Whoever finds no seat is hung up on: nothing is kept for them.
        let Some(seat) = seats.take(from.ip()) else {
            continue;
        };
        let (connection, end) = (connection(stream, from, &router), cancel.clone());
        connections.spawn(async move {
            let mut connection = pin!(connection);
            // What a client breaks off is its own business.
            let is_done = tokio::select! {
                _ = connection.as_mut() => true,
                () = end.cancelled() => false,
            };
            if !is_done {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
            drop(seat);
        });
    }
    drop(listener);
    connections.close();
    tokio::select! {
        () = connections.wait() => {}
        () = tokio::time::sleep(LAST_WORDS) => {}
    }
}

/// A connection that was broken off before it was taken says nothing about the next one.
async fn rest(error: &io::Error, cancel: &CancellationToken) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tokio::select! {
        () = tokio::time::sleep(PAUSE) => {}
        () = cancel.cancelled() => {}
    }
}

fn connection(
    stream: TcpStream,
    from: SocketAddr,
    router: &Router,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    let service = TowerToHyperService::new(router.clone().layer(Extension(ConnectInfo(from))));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    http.serve_connection(TokioIo::new(stream), service)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn requests_are_answered_and_say_where_they_come_from() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let whence = |ConnectInfo(from): ConnectInfo<SocketAddr>| async move { from.ip().to_string() };
        let (router, cancel) = (Router::new().route("/", get(whence)), CancellationToken::new());
        let end = cancel.clone();
        let serving = tokio::spawn(async move { serve(listener, router, &end).await });
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("it is sent");
        let mut said = String::new();
        stream.read_to_string(&mut said).await.expect("an answer");
        assert!(said.starts_with("HTTP/1.1 200 ") && said.ends_with("127.0.0.1"), "{said}");
        cancel.cancel();
        serving.await.expect("it ends");
    }
}
