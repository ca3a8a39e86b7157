//! News by email: one message each, given to a server by SMTP. What goes over a network is encrypted, or it does not go.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper_rustls::ConfigBuilderExt as _;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{News, Untold};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::forge::Secret;
use crate::server::config::Email;

/// How long one message may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest line that a server may answer, and how many of them.
const LONGEST: u64 = 2_000;
const MOST: usize = 100;
/// What a server that is encrypted from the beginning listens at.
const ENCRYPTED: u16 = 465;
/// So many letters of a line are its subject.
const SUBJECT: usize = 150;

/// A server that takes messages, and who gets them.
pub struct Mail {
    host: String,
    port: u16,
    from: String,
    to: Vec<String>,
    login: Option<(String, Secret)>,
    /// None on this machine.
    tls: Option<TlsConnector>,
}

impl Mail {
    pub fn open(context: &Context, email: &Email) -> Result<Mail> {
        let wrong = || Failure::input("an email's `server` can't be read").hint("write it as smtp.example.com:587");
        let (host, port) = email.server.rsplit_once(':').ok_or_else(wrong)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = port.parse().map_err(|_| wrong())?;
        ServerName::try_from(host.clone()).map_err(|_| wrong())?;
        if let Some(bad) = email.to.iter().chain([&email.from]).find(|address| !is_address(address)) {
            return Err(Failure::input(format!("`{}` is no email address", bad.escape_debug())));
        }
        if email.to.is_empty() {
            return Err(Failure::input("an email goes to nobody").hint("name addresses in `to`"));
        }
        let login = match (&email.user, &email.password_file) {
            (Some(user), Some(file)) => Some((user.clone(), Secret::read(&context.cwd.join(file))?)),
            (None, None) => None,
            _ => return Err(Failure::input("an email needs both `user` and `passwordFile`, or neither")),
        };
        let tls = (!is_here(&host)).then(connector).transpose()?;
        Ok(Mail { host, port, from: email.from.clone(), to: email.to.clone(), login, tls })
    }

    /// Gives a message to the server.
    pub async fn tell(&self, news: &News, base: &str) -> Result<(), Untold> {
        match tokio::time::timeout(PATIENCE, self.send(&self.message(news, base))).await {
            Ok(told) => told,
            Err(_) => Err(Untold::for_now("it does not answer in time")),
        }
    }

    async fn send(&self, message: &str) -> Result<(), Untold> {
        let unreached = |_| Untold::for_now("it can't be reached");
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreached)?;
        let Some(tls) = &self.tls else {
            let mut line = Line::new(stream);
            line.expect(220).await?;
            return self.give(line, message).await;
        };
        if self.port == ENCRYPTED {
            let mut line = Line::new(self.encrypted(tls, stream).await?);
            line.expect(220).await?;
            return self.give(line, message).await;
        }
        let stream = self.encrypted(tls, started(stream).await?).await?;
        self.give(Line::new(stream), message).await
    }

    async fn encrypted(&self, tls: &TlsConnector, stream: TcpStream) -> Result<impl Stream + use<>, Untold> {
        let name = ServerName::try_from(self.host.clone()).map_err(|_| Untold::for_good("its name is none"))?;
        tls.connect(name, stream).await.map_err(|_| Untold::for_now("it can't be reached by TLS"))
    }

    /// One message from the greeting to the end.
    async fn give<S: Stream>(&self, mut line: Line<S>, message: &str) -> Result<(), Untold> {
        let offers = line.hello().await?;
        if let Some((user, password)) = &self.login {
            line.log_in(&offers, user, password.reveal()).await?;
        }
        line.say(&format!("MAIL FROM:<{}>", self.from), 250).await?;
        for to in &self.to {
            line.say(&format!("RCPT TO:<{to}>"), 250).await?;
        }
        line.say("DATA", 354).await?;
        line.say(&format!("{message}."), 250).await?;
        // It has taken the message: how it parts is its own affair.
        let _ = line.say("QUIT", 221).await;
        Ok(())
    }

    /// As RFC 5322 has it. All that is foreign is encoded, so that it is neither a header nor the message's end.
    fn message(&self, news: &News, base: &str) -> String {
        let text = format!("{}\n\n{base}{}\n", news.line, news.path);
        let at = jiff::Timestamp::from_millisecond(news.at).unwrap_or_default();
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_string(&at).unwrap_or_default();
        let id = crate::digest::name_of(&format!("{}{}", news.at, news.path));
        let domain = self.from.rsplit('@').next().unwrap_or_default();
        format!(
            "From: <{}>\r\nTo: {}\r\nSubject: {}\r\nDate: {date}\r\nMessage-ID: <{id}@{domain}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\
             \r\n{}",
            self.from,
            self.to.iter().map(|to| format!("<{to}>")).collect::<Vec<_>>().join(",\r\n "),
            subject(&news.line),
            folded(&STANDARD.encode(text)),
        )
    }
}

/// Encoded words, none of which is longer than they may be.
fn subject(line: &str) -> String {
    let mut words = vec![String::new()];
    for letter in line.chars().take(SUBJECT).map(|letter| if letter.is_control() { ' ' } else { letter }) {
        if words.last().is_some_and(|word| word.len() + letter.len_utf8() > 42) {
            words.push(String::new());
        }
        words.last_mut().into_iter().for_each(|word| word.push(letter));
    }
    words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect::<Vec<_>>().join("\r\n ")
}

fn folded(text: &str) -> String {
    let lines = text.as_bytes().chunks(76).map(String::from_utf8_lossy);
    lines.map(|line| format!("{line}\r\n")).collect()
}

/// What may stand between < and > as it is.
fn is_address(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@.+-_=/!#$%&'*?^`{|}~".contains(&byte);
    let halves = text.split_once('@').is_some_and(|(who, at)| !who.is_empty() && !at.is_empty() && !at.contains('@'));
    halves && text.len() <= 254 && text.bytes().all(is_plain)
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn connector() -> Result<TlsConnector> {
    let wrong = |error: String| Failure::setup(format!("reading this machine's certificates: {error}"));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| wrong(error.to_string()))?;
    let config = config.with_native_roots().map_err(|error| wrong(error.to_string()))?;
    Ok(TlsConnector::from(Arc::new(config.with_no_client_auth())))
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The connection once both sides have agreed to encrypt. What came before that counts for nothing, and what somebody slipped in
/// between would be taken for the server's.
async fn started(stream: TcpStream) -> Result<TcpStream, Untold> {
    let mut line = Line::new(stream);
    line.expect(220).await?;
    let offers = line.hello().await?;
    if !offers.iter().any(|offer| offer.eq_ignore_ascii_case("STARTTLS")) {
        return Err(Untold::for_good("it does not encrypt"));
    }
    line.say("STARTTLS", 220).await?;
    match line.0.buffer().is_empty() {
        true => Ok(line.0.into_inner()),
        false => Err(Untold::for_good("it says more than it may before it encrypts")),
    }
}

/// A conversation, line by line.
struct Line<S>(BufReader<S>);

impl<S: Stream> Line<S> {
    fn new(stream: S) -> Line<S> {
        Line(BufReader::new(stream))
    }

    /// Greets, and says what the server offers.
    async fn hello(&mut self) -> Result<Vec<String>, Untold> {
        let lines = self.say("EHLO [127.0.0.1]", 250).await?;
        Ok(lines.into_iter().skip(1).collect())
    }

    async fn log_in(&mut self, offers: &[String], user: &str, password: &str) -> Result<(), Untold> {
        let ways = offers.iter().filter_map(|offer| offer.strip_prefix("AUTH "));
        let ways: Vec<&str> = ways.flat_map(str::split_whitespace).collect();
        if ways.contains(&"PLAIN") {
            let words = STANDARD.encode(format!("\0{user}\0{password}"));
            self.say(&format!("AUTH PLAIN {words}"), 235).await?;
        } else if ways.contains(&"LOGIN") {
            self.say("AUTH LOGIN", 334).await?;
            self.say(&STANDARD.encode(user), 334).await?;
            self.say(&STANDARD.encode(password), 235).await?;
        } else {
            return Err(Untold::for_good("it takes no password"));
        }
        Ok(())
    }

    async fn say(&mut self, line: &str, code: u16) -> Result<Vec<String>, Untold> {
        let lost = |_| Untold::for_now("it went away");
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.map_err(lost)?;
        self.0.flush().await.map_err(lost)?;
        self.expect(code).await
    }

    /// The lines of an answer. The server's own words are in no error: they may repeat ours.
    async fn expect(&mut self, code: u16) -> Result<Vec<String>, Untold> {
        let mut lines = Vec::new();
        while lines.len() < MOST {
            let mut bytes = Vec::new();
            let read = (&mut self.0).take(LONGEST).read_until(b'\n', &mut bytes).await;
            let text = String::from_utf8_lossy(&bytes);
            let (said, rest) = text.split_at_checked(3).filter(|_| read.is_ok()).unwrap_or_default();
            let said: u16 = said.parse().map_err(|_| Untold::for_now("it went away"))?;
            lines.push(rest.get(1..).unwrap_or_default().trim().to_owned());
            if rest.starts_with('-') {
                continue;
            }
            return match said == code {
                true => Ok(lines),
                false => Err(Untold { why: said.to_string(), is_final: (500..600).contains(&said) }),
            };
        }
        Err(Untold::for_now("it says too much"))
    }
}

#[cfg(test)]
mod tests;
