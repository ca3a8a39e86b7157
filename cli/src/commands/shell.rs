//! What every command works with: the terminal, and the surroundings that the core works in.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::{EngineArgs, Global, Source};
use crate::context::Context;
use crate::environment::{self, Environment, for_engine};
use crate::failure::{Failure, Result};
use crate::git::{self, Mirror};
use crate::ledger::Ledger;
use crate::process;
use crate::record::StackRecord;
use crate::server::config::Role;
use crate::server::verbs::Caller;
use crate::ui::{self, Pager, Ui};

/// What `main` reads of the process's surroundings; nothing else looks there.
pub struct Surroundings {
    pub environment: Environment,
    pub cwd: PathBuf,
    /// The clock, in milliseconds since 1970.
    pub clock: fn() -> i64,
}

impl Surroundings {
    pub(super) fn wants_no_color(&self) -> bool {
        self.environment.get("NO_COLOR").is_some_and(|value| !value.is_empty())
            || self.environment.get("TERM").is_some_and(|term| term == "dumb")
    }

    /// What shows what is longer than the screen. A variable that is empty, or says `cat`, wants none; what can't move a cursor can't page.
    pub(super) fn pager(&self) -> Option<Pager> {
        let set = |name: &str| self.environment.contains_key(name);
        let named = ["GITINFRA_PAGER", "PAGER"].iter().find_map(|name| self.environment.get(*name));
        let is_dumb = self.environment.get("TERM").is_none_or(|term| term == "dumb");
        if named.is_none() && is_dumb {
            return None;
        }
        // As git has it: `less` shows colours, and ends where all fits.
        let usual = [("LESS", "FRX"), ("LV", "-c")].into_iter().filter(|(name, _)| !set(name));
        Pager::of(named.map_or("less -FRX", String::as_str), usual.collect())
    }

    /// `$XDG_STATE_HOME/gitinfra`, or the same in the user's home.
    fn state_dir(&self) -> Result<PathBuf> {
        let state = self.environment.get("XDG_STATE_HOME").filter(|path| path.starts_with('/')).map(PathBuf::from);
        let home = || environment::home(&self.environment).map(|home| home.join(".local/state"));
        state.or_else(home).map(|state| state.join("gitinfra")).ok_or_else(|| {
            Failure::setup(
                "neither HOME nor XDG_STATE_HOME names a folder from the root, so there is no place for the state",
            )
            .hint("name a folder with --state-dir")
        })
    }
}

/// The terminal and the surroundings.
pub struct Shell {
    pub ui: Arc<Ui>,
    pub context: Context,
    ledger: Option<String>,
    /// For whom a server does it; nobody at one's own terminal, where the ledger is believed whoever writes to it.
    caller: Option<Arc<Caller>>,
    /// Whether it is only to say what would be done.
    is_dry_run: bool,
}

impl Shell {
    pub(super) fn new(global: Global, surroundings: Surroundings, ui: Arc<Ui>) -> Result<Shell> {
        // A variable without a value, as CI has one for a secret that is not set, says nothing.
        let state_dir = global.state_dir.filter(|path| !path.as_os_str().is_empty());
        let state_dir = state_dir.map_or_else(|| surroundings.state_dir(), Ok)?;
        let ledger = global.ledger.filter(|url| !url.is_empty());
        let Surroundings { environment, cwd, clock } = surroundings;
        let (state_dir, cancel, sink) = (cwd.join(state_dir), CancellationToken::new(), ui.clone());
        let context = Context { environment, cwd, state_dir, clock, cancel, sink };
        Ok(Shell { ui, context, ledger, caller: None, is_dry_run: false })
    }

    /// What a server works with for somebody elsewhere.
    pub(super) fn served(caller: Arc<Caller>, ui: Arc<Ui>) -> Shell {
        let context = Context { sink: ui.clone(), ..caller.context.clone() };
        Shell { ui, context, ledger: None, caller: Some(caller), is_dry_run: false }
    }

    /// The same, for a verb that may only be to say what it would do.
    pub(super) fn rehearsing(self, is_dry_run: bool) -> Shell {
        Shell { is_dry_run, ..self }
    }

    /// The same, for a verb that something else may stop as well.
    pub(super) fn until(self, cancel: CancellationToken) -> Shell {
        Shell { context: Context { cancel, ..self.context }, ..self }
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    pub(super) fn is_served(&self) -> bool {
        self.caller.is_some()
    }

    /// Whether somebody may do it.
    pub(super) fn may(&self, role: Role, repository: &str) -> Result<()> {
        self.caller.as_ref().map_or(Ok(()), |caller| caller.may(role, repository))
    }

    /// Where a server keeps who did what: that.
    pub(super) async fn did(&self, did: &str, what: &str, details: &str) -> Result<()> {
        match self.caller.as_ref().filter(|_| !self.is_dry_run) {
            Some(caller) => caller.did(did, what, details).await,
            None => Ok(()),
        }
    }

    /// A server looks at the repository now; at one's own terminal the next `sync` does.
    pub(super) async fn soon(&self, repository: &str) -> Result<()> {
        match self.caller.as_ref().filter(|_| !self.is_dry_run) {
            Some(caller) => caller.soon(repository).await,
            None => Ok(()),
        }
    }

    /// Says what was done, as kubectl does: with a word where it was not.
    pub(super) fn done(&self, what: &str) {
        let word = if self.is_dry_run { " (dry run)" } else { "" };
        self.ui.data(&format!("{what}{word}"));
    }

    /// For whom a server does it.
    pub(super) fn caller(&self) -> Option<&Arc<Caller>> {
        self.caller.as_ref()
    }

    pub async fn ledger(&self) -> Result<Ledger> {
        if let Some(caller) = &self.caller {
            return Ok(caller.ledger());
        }
        self.make_state_dir()?;
        Ledger::open(self.ledger.as_deref(), &self.context.state_dir).await
    }

    /// The ledger for a verb that only writes there. What a dry run writes is refused as any, and never kept.
    pub(super) async fn ledger_to_write(&self) -> Result<Ledger> {
        let ledger = self.ledger().await?;
        if self.is_dry_run { ledger.rehearsal().await } else { Ok(ledger) }
    }

    /// Who gives a word: who is named, or whoever is at the terminal; to a server, who signed in.
    pub(super) fn person(&self, named: Option<&str>) -> Result<String> {
        if let Some(caller) = &self.caller {
            return Ok(caller.who().to_owned());
        }
        let known = ["USER", "LOGNAME"].iter().filter_map(|name| self.context.environment.get(*name));
        let found = named.map(str::to_owned).into_iter().chain(known.cloned()).find(|name| !name.trim().is_empty());
        found.or_else(process::user).ok_or_else(|| {
            Failure::input(
                "it is not known who does this: neither USER nor LOGNAME is set, and the user has no name here",
            )
            .hint("name yourself with --as NAME")
        })
    }

    /// Whether somebody said which ledger is meant.
    pub(super) fn names_ledger(&self) -> bool {
        self.ledger.is_some()
    }

    /// The ledger, where one was named or is in the state directory already.
    pub(super) async fn ledger_there(&self) -> Result<Option<Ledger>> {
        match self.names_ledger() || Ledger::is_in(&self.context.state_dir) {
            true => self.ledger().await.map(Some),
            false => Ok(None),
        }
    }

    pub(super) async fn mirror(&self, source: &Source) -> Result<Mirror> {
        let found = git::Source::parse(&source.repo, &self.context.cwd)?;
        self.mirror_of(self.as_known(found).await?, &source.engine).await
    }

    /// A linked worktree is one with its repository, unless an older version's ledger knows it alone.
    async fn as_known(&self, source: git::Source) -> Result<git::Source> {
        let Some(itself) = source.by_itself() else {
            return Ok(source);
        };
        let all = self.ledger().await?.stack_records().await?;
        let knows = |label: &str| all.iter().any(|stack| stack.repository == label);
        Ok(if knows(&itself.label) && !knows(&source.label) { itself } else { source })
    }

    pub(super) async fn mirror_of(&self, source: git::Source, engine: &EngineArgs) -> Result<Mirror> {
        self.make_state_dir()?;
        let Context { state_dir, environment, .. } = &self.context;
        Mirror::open(state_dir, source, environment, engine.fetch_timeout).await
    }

    /// What the ledger calls the repository at an address; an address that is no longer one may be its name all the same, and so
    /// may a linked worktree's.
    pub(super) fn label(&self, repository: Option<&String>, all: &[StackRecord]) -> Option<String> {
        if self.is_served() {
            // A path would be one on the server.
            return repository.cloned();
        }
        let known = |source: &git::Source| all.iter().any(|stack| stack.repository == source.label);
        let label = |source: git::Source| source.by_itself().filter(known).unwrap_or(source).label;
        let parsed = |text: &String| git::Source::parse(text, &self.context.cwd).map(label);
        repository.map(|text| parsed(text).unwrap_or_else(|_| text.clone()))
    }

    /// What the engine may see.
    pub(super) fn engine_environment(&self, engine: &EngineArgs) -> Environment {
        for_engine(&self.context.environment, &engine.pass_env, &self.context.cwd)
    }

    /// Worktrees, mirrors and the ledger are nobody else's to read.
    fn make_state_dir(&self) -> Result<()> {
        let state_dir = &self.context.state_dir;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(state_dir);
        made.map_err(|error| {
            Failure::setup(format!("making the state directory {}: {error}", state_dir.display()))
                .hint("name another folder with --state-dir")
        })
    }

    /// From here on Ctrl-C, SIGTERM and the end of the terminal ask for an orderly end instead of killing.
    pub fn listen(&self) {
        if self.is_served() {
            return;
        }
        for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
            tokio::spawn(cancel_on(kind, self.context.cancel.clone()));
        }
    }

    /// As `listen` for what stays: SIGHUP asks it to read its configuration anew, unless it comes from the end of its terminal.
    pub fn listen_as_server(&self) -> UnboundedReceiver<()> {
        for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
            tokio::spawn(cancel_on(kind, self.context.cancel.clone()));
        }
        let (ask, asked) = unbounded_channel();
        let (cancel, had_terminal) = (self.context.cancel.clone(), ui::has_terminal());
        // It counts from now on, and not only once its task begins.
        let signals = signal(SignalKind::hangup());
        tokio::spawn(async move {
            let Ok(mut signals) = signals else {
                return;
            };
            while signals.recv().await.is_some() {
                if had_terminal && !ui::has_terminal() {
                    return cancel.cancel();
                }
                let _ = ask.send(());
            }
        });
        asked
    }
}

async fn cancel_on(kind: SignalKind, cancel: CancellationToken) {
    // Without a handler the signal kills, which the next `sync` copes with.
    let Ok(mut signals) = signal(kind) else {
        return;
    };
    while signals.recv().await.is_some() {
        cancel.cancel();
    }
}
