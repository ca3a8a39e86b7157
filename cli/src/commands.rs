//! The command line. A verb is one file, with its arguments, its help and what it does, and one line of the table below.

mod afar;
mod alone;
mod api_resources;
mod approve;
mod audit;
mod cancel;
mod completion;
mod config;
mod describe;
mod destroy;
mod doctor;
mod draw;
mod drift;
mod events;
mod explain;
mod forget;
mod get;
mod init;
mod lock;
mod logs;
mod man;
mod preview;
mod reference;
mod retry;
mod review;
mod rollback;
mod schema;
mod serve;
mod several;
mod shell;
mod suspend;
mod sync;
mod types;
mod version;
mod wait;
mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::error::{ContextKind, ContextValue};
use clap::{Args as Arguments, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::failure::{Failure, Kind, Result, near};
use crate::limit::Limit;
use crate::text::seconds;
use crate::ui::{self, Color, Stream, Ui};
use shell::Shell;

pub use shell::Surroundings;

const EXIT_CODES: &str = "\
Exit codes:
  0    done, or there was nothing to do
  1    a roll-out or a preview failed, or a wait was in vain
  2    the command line is wrong
  3    the repository, the branch, a Pulumi.yaml or a name is wrong
  4    something is missing or out of reach: git, pulumi, backend, forge, passphrase or ledger
  5    another live run, or somebody's lock, holds a stack, or it comes after one that waits
  6    a roll-out is held: somebody has to decide
  7    what stands is not what was rolled out
  70   a mistake in gitinfra itself
  130  stopped by Ctrl-C, SIGTERM or gitinfra cancel";

/// What a verb needs, and so whether a server can do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Nothing but this machine, whatever server is named.
    Alone,
    /// A working copy, an engine or a file of this machine.
    Here,
    /// The ledger, which it reads.
    Read,
    /// The ledger, and a server that does what it asks for.
    Served,
}

/// What a command does with its arguments.
trait Verb {
    /// How events are shown while it works.
    fn events(&self) -> ui::Events {
        ui::Events::Asides
    }

    /// Whether it is only to say what would be done.
    fn is_dry_run(&self) -> bool {
        false
    }

    /// Whether it prints what is read from its beginning to its end, so that a pager is of use where that is long.
    fn is_paged(&self) -> bool {
        false
    }

    /// After so long it is given up, in order.
    fn timeout(&self) -> Option<Duration> {
        None
    }

    /// Whether much goes on in it at the same time, for months.
    fn is_server(&self) -> bool {
        false
    }

    /// What it needs.
    fn reach(&self) -> Reach {
        Reach::Here
    }

    /// Does it, and says with which exit code it ended.
    async fn run(&self, shell: &Shell) -> Result<u8>;
}

/// Makes the subcommands out of a table: in each line a verb, and the file that it is in.
macro_rules! verbs {
    ($($verb:ident in $file:ident,)+) => {
        #[derive(Debug, Subcommand)]
        enum Command {
            $($verb($file::$verb),)+
        }

        impl Verb for Command {
            fn events(&self) -> ui::Events {
                match self {
                    $(Command::$verb(verb) => verb.events(),)+
                }
            }

            fn is_server(&self) -> bool {
                match self {
                    $(Command::$verb(verb) => verb.is_server(),)+
                }
            }

            fn is_dry_run(&self) -> bool {
                match self {
                    $(Command::$verb(verb) => verb.is_dry_run(),)+
                }
            }

            fn is_paged(&self) -> bool {
                match self {
                    $(Command::$verb(verb) => verb.is_paged(),)+
                }
            }

            fn timeout(&self) -> Option<Duration> {
                match self {
                    $(Command::$verb(verb) => verb.timeout(),)+
                }
            }

            fn reach(&self) -> Reach {
                match self {
                    $(Command::$verb(verb) => verb.reach(),)+
                }
            }

            async fn run(&self, shell: &Shell) -> Result<u8> {
                match self {
                    $(Command::$verb(verb) => verb.run(shell).await,)+
                }
            }
        }
    };
}

verbs! {
    Sync in sync,
    Retry in retry,
    Preview in preview,
    Review in review,
    Serve in serve,
    Audit in audit,
    Approve in approve,
    Reject in approve,
    Drift in drift,
    Cancel in cancel,
    Rollback in rollback,
    Destroy in destroy,
    Forget in forget,
    Suspend in suspend,
    Resume in suspend,
    Lock in lock,
    Unlock in lock,
    Explain in explain,
    Get in get,
    Describe in describe,
    Logs in logs,
    Events in events,
    Wait in wait,
    Draw in draw,
    ApiResources in api_resources,
    Init in init,
    Doctor in doctor,
    Man in man,
    Config in config,
    Schema in schema,
    Completion in completion,
    Version in version,
}

/// Rolls out the Pulumi programs of a Git repository, commit by commit.
#[derive(Debug, Parser)]
#[command(name = "gitinfra", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Args {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
    /// The line itself.
    #[arg(skip)]
    line: Vec<OsString>,
}

#[derive(Debug, Arguments)]
struct Global {
    /// Where mirrors, worktrees and the ledger live [default: $XDG_STATE_HOME/gitinfra]
    #[arg(long, global = true, value_name = "DIR", env = "GITINFRA_STATE_DIR", hide_env_values = true, value_parser = words::path())]
    state_dir: Option<PathBuf>,
    /// The ledger, sqlite://FILE or postgres://... [default: ledger.db in the state directory]
    #[arg(long, global = true, value_name = "URL", env = "GITINFRA_LEDGER", hide_env_values = true)]
    ledger: Option<String>,
    /// A server that does it instead, as whoever the token of GITINFRA_TOKEN or --token-file belongs to
    #[arg(long, global = true, value_name = "URL", env = "GITINFRA_SERVER")]
    server: Option<String>,
    /// The file that holds the token for --server
    #[arg(long, global = true, value_name = "FILE", env = "GITINFRA_TOKEN_FILE")]
    token_file: Option<PathBuf>,
    /// Print what is longer than the screen as it is, and through no pager
    #[arg(long, global = true)]
    no_pager: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

/// Which repository is meant, and what the engine may see; for every verb that runs the engine.
#[derive(Debug, Arguments)]
struct Source {
    /// The Git repository: a path, or an https, ssh or file URL
    #[arg(long, value_name = "PATH|URL", default_value = ".", env = "GITINFRA_REPO")]
    repo: String,
    #[command(flatten)]
    engine: EngineArgs,
}

/// What the engine may see, and how patient a fetch is.
#[derive(Debug, Arguments)]
struct EngineArgs {
    /// An environment variable that the engine may see besides the usual ones; may be given several times
    #[arg(long = "pass-env", value_name = "NAME")]
    pass_env: Vec<String>,
    /// How long a fetch may take before it is given up
    #[arg(long, value_name = "TIME", default_value = "10m", env = "GITINFRA_FETCH_TIMEOUT", value_parser = words::interval)]
    fetch_timeout: std::time::Duration,
}

/// How stacks roll out, and how that is shown.
#[derive(Debug, Arguments)]
struct RunArgs {
    /// How many stacks that don't depend on each other roll out side by side
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    #[command(flatten)]
    keep: KeepArgs,
    /// text, or json: one object a line for every event
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Stream,
}

/// For verbs that may take long.
#[derive(Debug, Arguments)]
struct Deadline {
    /// Give the whole of it up after so long, such as 30m: engines are asked to stop as by Ctrl-C, and it ends with exit code 1
    #[arg(long, value_name = "TIME", value_parser = words::interval)]
    timeout: Option<Duration>,
}

/// For verbs that do something at once, and ask nobody.
#[derive(Debug, Arguments)]
struct DryRun {
    /// Say what would be done, or why it would be refused, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What the ledger keeps of what happens.
#[derive(Debug, Arguments)]
struct KeepArgs {
    /// How many runs of each stack the ledger keeps with their events, the newest; 0 for all
    #[arg(long, value_name = "N", default_value_t = 200, env = "GITINFRA_KEEP_RUNS")]
    keep_runs: u32,
}

impl Args {
    /// Reads the process's command line. A wrong one ends the process with words and exit code 2, `--help` with 0. As a
    /// plugin of kubectl's the program has another name, and its help says how it was called.
    pub fn read(line: impl IntoIterator<Item = OsString>) -> Args {
        let line: Vec<OsString> = line.into_iter().collect();
        let program = line.first().map(Path::new).and_then(Path::file_stem);
        let is_plugin = program.is_some_and(|name| name == "kubectl-gitinfra");
        let command = if is_plugin { Args::declaration().bin_name("kubectl gitinfra") } else { Args::declaration() };
        let read = Args::of(command, &line).unwrap_or_else(|error| error.exit());
        Args { line, ..read }
    }

    /// Reads a line that was written elsewhere; the error is its words.
    fn written(line: &[String]) -> Result<Args, String> {
        Args::of(Args::declaration(), line).map_err(|error| error.to_string())
    }

    fn of(mut command: clap::Command, line: &[impl AsRef<std::ffi::OsStr>]) -> Result<Args, clap::Error> {
        let read = command
            .try_get_matches_from_mut(line.iter().map(AsRef::as_ref))
            .and_then(|matches| Args::from_arg_matches(&matches));
        read.map_err(|error| with_suggestion(with_short_usage(error, &mut command), &command))
    }

    fn declaration() -> clap::Command {
        Args::command()
    }
}

/// The error with the usage that the verb's help shows. clap's own names all that the line and the environment say already.
fn with_short_usage(mut error: clap::Error, command: &mut clap::Command) -> clap::Error {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return error;
    };
    let usage = format!("{usage} ");
    command.build();
    let is_meant = |verb: &clap::Command| verb.get_bin_name().is_some_and(|name| usage.contains(&format!(" {name} ")));
    if let Some(verb) = command.get_subcommands_mut().find(|verb| is_meant(verb)) {
        error.insert(ContextKind::Usage, ContextValue::StyledStr(verb.render_usage()));
    }
    error
}

/// The error with the verb that was meant. clap's own measure finds none for slips of short ones, such as `gte`.
fn with_suggestion(mut error: clap::Error, command: &clap::Command) -> clap::Error {
    let Some(ContextValue::String(wrong)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set()).map(clap::Command::get_name);
    let meant = near(wrong, verbs).map(str::to_owned);
    if let Some(meant) = meant.filter(|_| error.get(ContextKind::SuggestedSubcommand).is_none()) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![meant]));
    }
    error
}

/// Runs a command and says with what exit code it ended.
pub fn run(args: Args, surroundings: Surroundings) -> u8 {
    let pager = surroundings.pager().filter(|_| args.command.is_paged() && !args.global.no_pager);
    let ui = Ui::new(args.global.color, args.command.events(), surroundings.wants_no_color(), pager);
    let clock = surroundings.clock;
    let (command, server) = (args.command, args.global.afar());
    let shell = Shell::new(args.global, surroundings, ui.clone()).map(|shell| shell.rehearsing(command.is_dry_run()));
    let done = shell.and_then(|shell| match server {
        Some(server) if command.reach() != Reach::Alone => {
            block_on(false, paged(&ui, server.run(&shell, &command, &args.line)))?
        }
        _ => block_on(command.is_server(), paged(&ui, in_time(shell, &command)))?,
    });
    let code = done.unwrap_or_else(|failure| {
        ui.failure(&failure, clock());
        failure.kind.exit_code()
    });
    ui.exit_code(code)
}

/// Runs a command, no longer than it may take.
async fn in_time(shell: Shell, command: &Command) -> Result<u8> {
    let time = command.timeout();
    let limit = Limit::start(time, &shell.context.cancel);
    let done = command.run(&shell.until(limit.cancel.clone())).await;
    let is_stopped = match &done {
        Ok(code) => *code == Kind::Cancelled.exit_code(),
        Err(failure) => failure.kind == Kind::Cancelled,
    };
    match time.filter(|_| is_stopped && limit.is_over()) {
        Some(time) => Err(Failure::roll_out(format!(
            "not done after {}, so it was stopped in order",
            seconds(time.as_secs_f64())
        ))
        .hint("`--timeout` gives it longer; the next one goes on from there")),
        None => done,
    }
}

/// What a command printed for a pager is shown at its end, also where it failed: why comes after it.
async fn paged(ui: &Ui, work: impl Future<Output = Result<u8>>) -> Result<u8> {
    let done = work.await;
    ui.page().await;
    done
}

/// A command runs on this one thread, since it waits more than it works. A server answers while it reads a large repository.
fn block_on<F: Future>(is_server: bool, work: F) -> Result<F::Output> {
    let mut builder = match is_server {
        true => tokio::runtime::Builder::new_multi_thread(),
        false => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = builder.enable_all().build();
    let runtime = runtime.map_err(|error| Failure::setup(format!("starting the runtime: {error}")))?;
    Ok(runtime.block_on(work))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_holds_together() {
        Args::declaration().debug_assert();
    }

    #[test]
    fn a_slip_of_a_verb_is_told_with_the_verb() {
        let tip = |word: &str| {
            let said = Args::written(&["gitinfra".to_owned(), word.to_owned()]).expect_err("words");
            assert!(said.contains(&format!("unrecognized subcommand '{word}'")), "{said}");
            said.lines().find_map(|line| line.trim().strip_prefix("tip: ")).map(str::to_owned).unwrap_or_default()
        };
        let cases = [("gte", "get"), ("lgos", "logs"), ("snyc", "sync"), ("drfit", "drift"), ("wati", "wait")];
        for (slip, verb) in cases {
            assert!(tip(slip).contains(&format!("'{verb}'")), "{slip}: {}", tip(slip));
        }
        assert_eq!(tip("xyzzy"), "");
    }

    #[test]
    fn a_wrong_line_shows_the_usage_of_its_verbs_help() {
        let usage = |words: &[&str]| {
            let line: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let said = Args::written(&line).expect_err("words");
            said.lines().find(|line| line.starts_with("Usage: ")).map(str::to_owned)
        };
        for verb in Args::declaration().get_subcommands().map(clap::Command::get_name) {
            let help = usage(&["gitinfra", verb, "--help"]);
            assert!(help.is_some(), "{verb}");
            assert_eq!(usage(&["gitinfra", "--color", "never", verb, "--state-dir", "x", "--nothing"]), help, "{verb}");
        }
        let locks = usage(&["gitinfra", "lock", "net/dev", "--color", "never"]);
        assert_eq!(locks, usage(&["gitinfra", "lock", "--help"]));
    }
}
