//! A mail server of ours, which says what a test has it say, and keeps what it is told.

use std::io::{BufRead as _, BufReader as Lines, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread::JoinHandle;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig, ServerConnection};

use super::super::When;
use super::*;

const WELL: &[(&str, &str)] = &[
    ("EHLO", "250-sink\r\n250-SIZE 1000\r\n250 AUTH LOGIN PLAIN\r\n"),
    ("AUTH", "235 in\r\n"),
    ("MAIL", "250 ok\r\n"),
    ("RCPT", "250 ok\r\n"),
    ("DATA", "354 go on\r\n"),
    (".", "250 taken\r\n"),
    ("QUIT", "221 bye\r\n"),
];

/// Talks as it was told until the other side goes, or it was asked for TLS. What it heard.
fn talk(stream: impl Read + Write, says: &[(&str, &str)]) -> (Vec<String>, bool) {
    let (mut lines, mut heard) = (Lines::new(stream), Vec::<String>::new());
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).is_err() || line.is_empty() {
            return (heard, false);
        }
        let line = line.trim_end().to_owned();
        let in_message = heard.iter().any(|said| said == "DATA") && !heard.iter().any(|said| said == ".");
        let is_it = |begin: &str| if in_message || begin == "." { begin == line } else { line.starts_with(begin) };
        let answer = says.iter().find(|(begin, _)| is_it(begin));
        heard.push(line.clone());
        if let Some((_, answer)) = answer {
            let _ = lines.get_mut().write_all(answer.as_bytes());
            let _ = lines.get_mut().flush();
        }
        if line == "STARTTLS" && answer.is_some_and(|(_, answer)| answer.starts_with("220")) {
            return (heard, true);
        }
    }
}

/// One connection in the clear, and then by TLS if that is asked for.
fn sink(says: Vec<(&'static str, &'static str)>, tls: Option<ServerConfig>) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.write_all(b"220 sink\r\n").expect("it listens");
        let (mut heard, starts) = talk(&stream, &says);
        if let Some(config) = tls.filter(|_| starts) {
            let mut connection = ServerConnection::new(Arc::new(config)).expect("a connection");
            let (more, _) = talk(rustls::Stream::new(&mut connection, &mut stream), WELL);
            heard.extend(more);
        }
        heard
    });
    (port, serving)
}

fn mail(port: u16, tls: Option<TlsConnector>) -> Mail {
    let login = Some(("ops".to_owned(), Secret::new("hush-password")));
    let to = ["ada@example.com", "kim@example.com"].map(str::to_owned).to_vec();
    Mail { host: "localhost".to_owned(), port, from: "gitinfra@example.com".to_owned(), to, login, tls }
}

fn news(line: &str) -> News {
    News { when: When::Failed, at: 1_700_000_000_000, line: line.to_owned(), path: "/run/m9f4z1qc".to_owned() }
}

fn tell(mail: &Mail, line: &str) -> Result<(), (String, bool)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let told = runtime.block_on(mail.tell(&news(line), "https://infra.example"));
    told.map_err(|untold| (untold.why, untold.is_final))
}

fn but(begin: &'static str, answer: &'static str) -> Vec<(&'static str, &'static str)> {
    [(begin, answer)].into_iter().chain(WELL.iter().copied()).collect()
}

#[test]
fn a_message_is_given_and_nothing_foreign_is_a_command() {
    let (port, sink) = sink(WELL.to_vec(), None);
    let line = "web/prod failed at 1a2b3c4: caf\u{e9}\r\n.\r\nMAIL FROM:<eve@evil.example>\r\nBcc: eve@evil.example";
    assert_eq!(tell(&mail(port, None), line), Ok(()));
    let heard = sink.join().expect("it ends well");
    assert_eq!(heard[1], format!("AUTH PLAIN {}", STANDARD.encode("\0ops\0hush-password")));
    assert_eq!(
        heard[2..6],
        ["MAIL FROM:<gitinfra@example.com>", "RCPT TO:<ada@example.com>", "RCPT TO:<kim@example.com>", "DATA"]
    );
    assert_eq!((heard.iter().filter(|said| *said == ".").count(), heard.last().map(String::as_str)), (1, Some("QUIT")));
    assert!(!heard.iter().any(|said| said.contains("evil")), "{heard:#?}");
    let head = heard.iter().position(String::is_empty).expect("a head and a body");
    assert!(heard[6..head].contains(&"Date: Tue, 14 Nov 2023 22:13:20 -0000".to_owned()), "{heard:#?}");
    let body: String = heard[head + 1..].iter().take_while(|said| *said != ".").map(String::as_str).collect();
    let body = String::from_utf8(STANDARD.decode(body).expect("base64")).expect("text");
    assert!(
        body.starts_with("web/prod failed") && body.ends_with("\n\nhttps://infra.example/run/m9f4z1qc\n"),
        "{body}"
    );
}

#[test]
fn a_subject_is_words_of_the_right_length() {
    let line = "\u{fc}".repeat(200) + "\r\nX-Evil: 1";
    let words = subject(&line);
    assert!(words.split("\r\n ").all(|word| word.len() <= 75 && word.starts_with("=?utf-8?B?")), "{words}");
    let decoded = words.split("\r\n ").map(|word| STANDARD.decode(&word[10..word.len() - 2]).expect("base64"));
    assert_eq!(String::from_utf8(decoded.flatten().collect()).expect("text"), "\u{fc}".repeat(SUBJECT));
}

#[test]
fn what_is_refused_is_told_and_tried_again_only_if_it_helps() {
    for (says, expected) in [
        (but("AUTH", "535 hush-words\r\n"), ("535", true)),
        (but("RCPT", "450 later\r\n"), ("450", false)),
        (but(".", "552 too long\r\n"), ("552", true)),
        (but("EHLO", "250-sink\r\n250 AUTH XOAUTH2\r\n"), ("it takes no password", true)),
        (but("MAIL", "hello\r\n"), ("it went away", false)),
    ] {
        let (port, _) = sink(says, None);
        assert_eq!(tell(&mail(port, None), "x"), Err((expected.0.to_owned(), expected.1)));
    }
    // Some ask for the name and the password one after the other.
    let asks = [
        ("EHLO", "250-sink\r\n250 AUTH LOGIN\r\n"),
        ("AUTH LOGIN", "334 VXNlcm5hbWU6\r\n"),
        ("b3Bz", "334 UGFzc3dvcmQ6\r\n"),
        ("aHVzaC1wYXNzd29yZA==", "235 in\r\n"),
    ];
    let (port, _) = sink([&asks[..], WELL].concat(), None);
    assert_eq!(tell(&mail(port, None), "x"), Ok(()));
}

/// A certificate of `localhost` with its key, for both sides.
fn pair() -> (TlsConnector, ServerConfig) {
    let folder = tempfile::tempdir().expect("a folder");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key", "-out", "certificate"])
        .current_dir(folder.path())
        .output();
    assert!(made.is_ok_and(|made| made.status.success()), "openssl makes a certificate");
    let certificate = CertificateDer::from_pem_file(folder.path().join("certificate")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(folder.path().join("key")).expect("a key");
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("it can be trusted");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let client = client.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let server = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let server = server.expect("versions").with_no_client_auth().with_single_cert(vec![certificate], key);
    (TlsConnector::from(Arc::new(client)), server.expect("a server"))
}

#[test]
fn nothing_goes_over_a_network_unencrypted() {
    let (client, server) = pair();
    let offers = but("EHLO", "250-sink\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n");
    let starts = [&offers[..], &[("STARTTLS", "220 go on\r\n")]].concat();
    let (port, heard) = sink(starts.clone(), Some(server.clone()));
    assert_eq!(tell(&mail(port, Some(client.clone())), "x"), Ok(()));
    let heard = heard.join().expect("it ends well");
    assert_eq!((heard[1].as_str(), heard[3].starts_with("AUTH PLAIN")), ("STARTTLS", true), "{heard:#?}");
    // Without STARTTLS there is no password and no message; nor with words that somebody slipped in before it began.
    let refuses = [&offers[..], &[("STARTTLS", "454 not now\r\n")]].concat();
    let slips = [&offers[..], &[("STARTTLS", "220 go on\r\n250 AUTH PLAIN\r\n")]].concat();
    for (says, words) in [(WELL.to_vec(), "it does not encrypt"), (refuses, "454"), (slips, "it says more than it may")]
    {
        let (port, heard) = sink(says, None);
        let (why, _) = tell(&mail(port, Some(client.clone())), "x").expect_err(words);
        assert!(why.contains(words), "{why}");
        let heard = heard.join().expect("it ends well");
        assert!(!heard.iter().any(|said| said.starts_with("AUTH") || said.starts_with("MAIL")), "{heard:?}");
    }
    // Somebody else's certificate.
    let (port, heard) = sink(starts, Some(server));
    let (why, _) = tell(&mail(port, Some(connector().expect("certificates"))), "x").expect_err("it is another");
    assert_eq!(why, "it can't be reached by TLS");
    assert_eq!(heard.join().expect("it ends well").last().map(String::as_str), Some("STARTTLS"));
}

#[test]
fn addresses_are_plain() {
    for (address, expected) in [
        ("ada@example.com", true),
        ("ada+ops@example.com", true),
        ("ada", false),
        ("@example.com", false),
        ("ada@", false),
        ("a@b@c", false),
        ("ada@example.com>\r\nRCPT TO:<eve@evil.example", false),
        ("Ada <ada@example.com>", false),
    ] {
        assert_eq!(is_address(address), expected, "{address}");
    }
    assert!(is_here("::1") && is_here("127.0.0.9") && is_here("localhost") && !is_here("mail") && !is_here("10.0.0.1"));
}
