//! `--server`: a verb is done by a server, as whoever a token belongs to. The line goes there as it was written, and what it
//! prints comes back piece by piece, so that it is the same as with a ledger of one's own.

use std::ffi::OsString;
use std::path::PathBuf;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use url::Url;

use super::shell::Shell;
use super::{Args, Command, Global, Reach, Verb};
use crate::failure::{Failure, Kind, Result};
use crate::forge::Secret;
use crate::forge::wire::{self, Wire};
use crate::server::verbs::{Caller, Out, Verbs};
use crate::ui::{Printed, Terminal, Ui};

/// A line, and the terminal at which it was written.
#[derive(Serialize, Deserialize)]
struct Written {
    line: Vec<String>,
    terminal: Terminal,
}

/// The server that is named.
pub struct Afar {
    url: String,
    token_file: Option<PathBuf>,
}

impl Global {
    pub(super) fn afar(&self) -> Option<Afar> {
        let url = self.server.clone().filter(|url| !url.is_empty())?;
        Some(Afar { url, token_file: self.token_file.clone() })
    }
}

impl Afar {
    /// Has a verb done there, and says with which exit code it ended.
    pub(super) async fn run(&self, shell: &Shell, command: &Command, line: &[OsString]) -> Result<u8> {
        if command.reach() == Reach::Here {
            return Err(Failure::input("no server does that: it works with files and programs of this machine")
                .hint("leave --server away, and unset GITINFRA_SERVER"));
        }
        let line = words(line)?;
        let (url, token) = (self.url()?, self.token(shell)?);
        let written = Written { line, terminal: shell.ui.terminal() };
        let text = serde_json::to_string(&written).map_err(|error| Failure::bug(format!("writing JSON: {error}")))?;
        let request = Request::post(url.as_str())
            .header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("gitinfra/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Bytes::from(text)))
            .map_err(|_| Failure::input("the token holds what no header can").hint("is it the right file?"))?;
        let wire = Wire::new(&shell.context.environment, url.as_str())?;
        let sent = wire.open(request).await.map_err(|words| Failure::setup(format!("asking {}: {words}", self.url)))?;
        refused(&self.url, sent.status())?;
        self.print(&shell.ui, sent.into_body()).await
    }

    async fn print(&self, ui: &Ui, mut body: Incoming) -> Result<u8> {
        let gone = |why: &str| Failure::setup(format!("{} went away before it was done{why}", self.url));
        let mut rest = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| gone(&format!(": {error}")))?;
            rest.extend(frame.into_data().unwrap_or_default());
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = rest.drain(..=end).collect();
                if line.trim_ascii().is_empty() {
                    continue;
                }
                let piece = serde_json::from_slice(&line);
                let piece = piece.map_err(|_| no_gitinfra(&self.url))?;
                if let Some(code) = ui.printed(piece) {
                    return Ok(code);
                }
            }
        }
        Err(gone(""))
    }

    /// Where verbs are taken. A token travels encrypted, or stays on this machine.
    fn url(&self) -> Result<Url> {
        let wrong = |words: &str| {
            Failure::input(format!("the server's address {words}")).hint("write it as https://infra.example")
        };
        let url = Url::parse(&self.url).map_err(|_| wrong("can't be read"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds credentials, which everybody sees who sees this command"));
        }
        if !wire::is_safe(url.as_str()) {
            return Err(wrong("is not encrypted"));
        }
        Url::parse(&format!("{}/verbs", self.url.trim_end_matches('/'))).map_err(|_| wrong("can't be read"))
    }

    fn token(&self, shell: &Shell) -> Result<Secret> {
        let set = shell.context.environment.get("GITINFRA_TOKEN").filter(|token| !token.trim().is_empty());
        match (&self.token_file, set) {
            (Some(file), _) => Secret::read(&shell.context.cwd.join(file)),
            (None, Some(token)) => Ok(Secret::new(token)),
            (None, None) => Err(Failure::input(format!("{} is to know who asks, and there is no token", self.url))
                .hint("name the file that holds it with --token-file, or set GITINFRA_TOKEN")),
        }
    }
}

/// The line as text. Whoever signs in is believed to be that one alone.
fn words(line: &[OsString]) -> Result<Vec<String>> {
    let text = |word: &OsString| word.to_str().map(str::to_owned);
    let words: Option<Vec<String>> = line.iter().map(text).collect();
    let words = words.ok_or_else(|| Failure::input("the command holds what is no text"))?;
    match words.iter().any(|word| word == "--as" || word.starts_with("--as=")) {
        true => Err(Failure::input("a server writes down who signed in, and nobody else").hint("leave --as away")),
        false => Ok(words),
    }
}

fn refused(url: &str, status: StatusCode) -> Result<()> {
    Err(match status {
        StatusCode::OK => return Ok(()),
        StatusCode::UNAUTHORIZED => Failure::setup(format!("{url} does not know the token"))
            .hint("is it the token that the server's configuration names for you?"),
        StatusCode::PAYLOAD_TOO_LARGE => Failure::input("the command is too long for a server"),
        StatusCode::SERVICE_UNAVAILABLE => Failure::setup(format!("{url} has too much to do")).hint("try it again"),
        _ => no_gitinfra(url).hint(format!("it answered {status}")),
    })
}

fn no_gitinfra(url: &str) -> Failure {
    Failure::setup(format!("{url} does not answer as a gitinfra of this version does"))
        .hint("is it the address of `gitinfra serve`?")
}

/// What a server does with lines.
pub struct Served;

impl Verbs for Served {
    fn run(&self, line: &[u8], caller: Caller, out: Out) {
        let cancel = caller.context.cancel.clone();
        let print = move |piece: Printed| {
            let line = serde_json::to_string(&piece).unwrap_or_default();
            if !out.send(format!("{line}\n")) {
                cancel.cancel();
            }
        };
        let code = match serde_json::from_slice::<Written>(line) {
            Ok(written) => Handle::current().block_on(done(&written, caller, print.clone())),
            Err(_) => {
                print(Printed::Talk("error: that is no command line".to_owned()));
                Kind::Input.exit_code()
            }
        };
        print(Printed::End(code));
    }
}

/// Does a verb, and says with which exit code it ended.
async fn done(written: &Written, caller: Caller, print: impl Fn(Printed) + Send + Sync + 'static) -> u8 {
    let args = match Args::written(&written.line) {
        Ok(args) => args,
        Err(words) => {
            print(Printed::Talk(words));
            return 2;
        }
    };
    let ui = Ui::afar(&written.terminal, args.command.events(), Box::new(print));
    let shell = Shell::served(caller.into(), ui.clone()).rehearsing(args.command.is_dry_run());
    let ended = async {
        shell.context.cancel.cancelled().await;
        Err(Failure::setup("the server ends").hint("try it again"))
    };
    let done = match args.command.reach() {
        // What only reads may end at any point; who acts looks for the end by itself.
        Reach::Read => tokio::select! {
            done = args.command.run(&shell) => done,
            ended = ended => ended,
        },
        Reach::Served => args.command.run(&shell).await,
        Reach::Here | Reach::Alone => Err(Failure::input("no server does that")),
    };
    done.unwrap_or_else(|failure| {
        ui.failure(&failure, shell.context.now());
        failure.kind.exit_code()
    })
}
