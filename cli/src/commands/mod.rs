//! The commands, one file each, and what they all work with.

mod describe;
mod get;
mod logs;
mod preview;
mod sync;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::args::{Args, Command, Global, Stream};
use crate::environment::Environment;
use crate::event::{Body, Event};
use crate::failure::{Failure, Result};
use crate::git::{Mirror, Source};
use crate::ledger::Ledger;
use crate::ui::Ui;

/// What `main` reads of the process's surroundings; nothing else looks there.
pub struct Surroundings {
    pub environment: Environment,
    pub cwd: PathBuf,
    /// The clock, in milliseconds since 1970.
    pub now: fn() -> i64,
}

/// What every command works with.
pub struct Context {
    pub ui: Ui,
    pub environment: Environment,
    pub cwd: PathBuf,
    pub state_dir: PathBuf,
    ledger: Option<String>,
    clock: fn() -> i64,
    /// Set by Ctrl-C and by SIGTERM.
    pub cancel: CancellationToken,
}

/// Runs a command and says with what exit code it ended.
pub fn run(args: Args, surroundings: Surroundings) -> u8 {
    let no_color = surroundings.environment.get("NO_COLOR").is_some_and(|value| !value.is_empty())
        || surroundings.environment.get("TERM").is_some_and(|term| term == "dumb");
    let ui = Ui::new(args.global.color, stream(&args.command), no_color);
    let now = surroundings.now;
    let context = match Context::new(args.global, surroundings, ui) {
        Ok(context) => context,
        Err(failed) => return fail(&failed.0, &failed.1, now()),
    };
    match dispatch(args.command, &context) {
        Ok(code) => code,
        Err(failure) => fail(&context.ui, &failure, now()),
    }
}

fn fail(ui: &Ui, failure: &Failure, now: i64) -> u8 {
    ui.failure(failure, crate::text::timestamp(now));
    failure.kind.exit_code()
}

fn stream(command: &Command) -> Stream {
    match command {
        Command::Sync(sync) => sync.output,
        _ => Stream::Text,
    }
}

/// The quick commands need no runtime; the others run on this one thread, since they wait more than they work.
fn dispatch(command: Command, context: &Context) -> Result<u8> {
    match command {
        Command::Completion { shell } => {
            context.ui.data(&Args::completion(shell));
            Ok(0)
        }
        Command::Version => {
            context.ui.data(concat!("gitinfra ", env!("CARGO_PKG_VERSION")));
            Ok(0)
        }
        command => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| Failure::setup(format!("starting the runtime: {error}")))?;
            runtime.block_on(dispatch_async(command, context))
        }
    }
}

async fn dispatch_async(command: Command, context: &Context) -> Result<u8> {
    match command {
        Command::Sync(args) => {
            context.listen();
            sync::run(context, &args).await
        }
        Command::Preview(args) => {
            context.listen();
            preview::run(context, &args).await
        }
        Command::Get(args) => get::run(context, &args).await,
        Command::Describe(args) => describe::run(context, &args).await,
        Command::Logs(args) => logs::run(context, &args).await,
        Command::Completion { .. } | Command::Version => Err(Failure::bug("this command needs no runtime")),
    }
}

impl Context {
    fn new(global: Global, surroundings: Surroundings, ui: Ui) -> Result<Context, Box<(Ui, Failure)>> {
        let Surroundings { environment, cwd, now } = surroundings;
        let state = environment.get("XDG_STATE_HOME").filter(|path| path.starts_with('/')).map(PathBuf::from);
        let state = state.or_else(|| environment.get("HOME").map(|home| PathBuf::from(home).join(".local/state")));
        let Some(state_dir) = global.state_dir.or_else(|| state.map(|state| state.join("gitinfra"))) else {
            let failure = Failure::setup("neither HOME nor XDG_STATE_HOME is set, so there is no place for the state");
            return Err(Box::new((ui, failure.hint("name a folder with --state-dir"))));
        };
        let state_dir = cwd.join(state_dir);
        Ok(Context {
            ui,
            environment,
            cwd,
            state_dir,
            ledger: global.ledger,
            clock: now,
            cancel: CancellationToken::new(),
        })
    }

    /// Now, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    pub fn clock(&self) -> fn() -> i64 {
        self.clock
    }

    pub async fn ledger(&self) -> Result<Ledger> {
        self.make_state_dir()?;
        Ledger::open(self.ledger.as_deref(), &self.state_dir).await
    }

    pub async fn mirror(&self, args: &crate::args::Source) -> Result<Mirror> {
        let source = Source::parse(&args.repo, &self.cwd)?;
        self.make_state_dir()?;
        Mirror::open(&self.state_dir, source, &self.environment, args.fetch_timeout).await
    }

    /// Worktrees, mirrors and the ledger are nobody else's to read.
    fn make_state_dir(&self) -> Result<()> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.state_dir);
        made.map_err(|error| {
            Failure::setup(format!("making the state directory {}: {error}", self.state_dir.display()))
                .hint("name another folder with --state-dir")
        })
    }

    /// Shows a happening that belongs to no run.
    pub fn tell(&self, stack: Option<&str>, body: Body) {
        let now = self.now();
        let event = Event { time: crate::text::timestamp(now), run: None, stack: stack.map(str::to_owned), body };
        self.ui.event(&event, now);
    }

    /// Tells a person at a terminal what is going on while stdout waits for data.
    pub fn tell_aside(&self, text: &str) {
        self.ui.aside(text);
    }

    /// From here on Ctrl-C, SIGTERM and the end of the terminal ask for an orderly end instead of killing.
    fn listen(&self) {
        for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
            let cancel = self.cancel.clone();
            tokio::spawn(async move {
                // Without a handler the signal kills, which the next `sync` copes with.
                let Ok(mut signals) = signal(kind) else {
                    return;
                };
                while signals.recv().await.is_some() {
                    cancel.cancel();
                }
            });
        }
    }
}
