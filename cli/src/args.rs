//! The command line, declared. Doc comments are the help texts; nothing here acts.

use std::path::PathBuf;

use clap::{Args as Arguments, CommandFactory, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
  0    done, or there was nothing to do
  1    a roll-out or a preview failed
  2    the command line is wrong
  3    the repository, the branch, a Pulumi.yaml or a name is wrong
  4    something is missing or out of reach: git, pulumi, a backend, a passphrase, the ledger
  5    another live run holds a stack
  70   a mistake in gitinfra itself
  130  stopped by Ctrl-C or SIGTERM";

/// Rolls out the Pulumi programs of a Git repository, commit by commit.
#[derive(Debug, Parser)]
#[command(name = "gitinfra", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Args {
    /// Reads the process's command line. A wrong one ends the process with words and exit code 2, `--help` with 0.
    pub fn read() -> Args {
        Args::parse()
    }

    /// The script that completes gitinfra's words in a shell.
    pub fn completion(shell: clap_complete::Shell) -> String {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Args::command(), "gitinfra", &mut script);
        String::from_utf8_lossy(&script).into_owned()
    }
}

#[derive(Debug, Arguments)]
pub struct Global {
    /// Where mirrors, worktrees and the ledger live [default: $XDG_STATE_HOME/gitinfra]
    #[arg(long, global = true, value_name = "DIR", env = "GITINFRA_STATE_DIR", hide_env_values = true)]
    pub state_dir: Option<PathBuf>,
    /// The ledger, sqlite://FILE or postgres://... [default: ledger.db in the state directory]
    #[arg(long, global = true, value_name = "URL", env = "GITINFRA_LEDGER", hide_env_values = true)]
    pub ledger: Option<String>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Roll out what changed on a branch since it was last rolled out
    #[command(after_help = EXIT_CODES)]
    Sync(Sync),
    /// Preview what a merge would change, as the Markdown of a pull request's comment
    #[command(after_help = EXIT_CODES)]
    Preview(Preview),
    /// List stacks or runs, or show some of them
    Get(Get),
    /// Show one stack or run with all that is known of it
    Describe(Describe),
    /// Print what the engine said in a run
    Logs(Logs),
    /// Print a script that completes gitinfra's words in a shell
    Completion {
        /// The shell to complete in
        shell: clap_complete::Shell,
    },
    /// Print the version
    Version,
}

#[derive(Debug, Arguments)]
pub struct Sync {
    #[command(flatten)]
    pub source: Source,
    /// The branch that is rolled out
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub branch: String,
    /// Look once and exit; this is the default
    #[arg(long, conflicts_with = "watch")]
    pub once: bool,
    /// Keep looking for new commits until stopped
    #[arg(long)]
    pub watch: bool,
    /// How often to look with --watch, such as 30s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = interval)]
    pub interval: std::time::Duration,
    /// Only this stack, as PROJECT/STACK or STACK; may be given several times
    #[arg(long = "stack", value_name = "NAME")]
    pub stacks: Vec<String>,
    /// How many runs of each stack the ledger keeps with their events, the newest; 0 for all
    #[arg(long, value_name = "N", default_value_t = 200, env = "GITINFRA_KEEP_RUNS")]
    pub keep_runs: u32,
    /// Say what would be rolled out, and roll out nothing
    #[arg(long)]
    pub dry_run: bool,
    /// text, or json: one object a line for every event
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Stream,
}

#[derive(Debug, Arguments)]
pub struct Source {
    /// The Git repository: a path, or an https, ssh or file URL
    #[arg(long, value_name = "PATH|URL", default_value = ".", env = "GITINFRA_REPO")]
    pub repo: String,
    /// How long a fetch may take before it is given up
    #[arg(long, value_name = "TIME", default_value = "10m", env = "GITINFRA_FETCH_TIMEOUT", value_parser = interval)]
    pub fetch_timeout: std::time::Duration,
    /// An environment variable that the engine may see besides the usual ones; may be given several times
    #[arg(long = "pass-env", value_name = "NAME")]
    pub pass_env: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stream {
    Text,
    Json,
}

#[derive(Debug, Arguments)]
pub struct Preview {
    #[command(flatten)]
    pub source: Source,
    /// The branch that would receive the merge
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub base: String,
    /// What would be merged: a branch, a tag, a commit or any other ref
    #[arg(long, value_name = "REF", default_value = "HEAD")]
    pub head: String,
    /// Only this stack, as PROJECT/STACK or STACK; may be given several times
    #[arg(long = "stack", value_name = "NAME")]
    pub stacks: Vec<String>,
    /// What to print
    #[arg(short, long, value_name = "FORMAT", default_value = "markdown")]
    pub output: Report,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Report {
    Markdown,
    Json,
}

#[derive(Debug, Arguments)]
pub struct Get {
    /// stacks (st) or runs (ru), also as TYPE/NAME
    #[arg(value_name = "TYPE[/NAME]")]
    pub kind: String,
    /// Only those with these names
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Format,
    /// Runs of this stack only
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,
    /// How many runs to show, newest first; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
    /// After listing, keep printing what changes
    #[arg(short, long)]
    pub watch: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Wide,
    Json,
    Yaml,
    Name,
}

#[derive(Debug, Arguments)]
pub struct Describe {
    /// stack or run, also as TYPE/NAME
    #[arg(value_name = "TYPE[/NAME]")]
    pub kind: String,
    /// Its name; the beginning of a run's name is enough
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Arguments)]
pub struct Logs {
    /// The run, as run/NAME or NAME; the beginning of its name is enough
    #[arg(value_name = "RUN")]
    pub run: String,
    /// How to print: text, or json lines
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Stream,
}

/// Reads `30s`, `5m`, `1h 30m`. Less than a second would be a busy loop.
fn interval(text: &str) -> Result<std::time::Duration, String> {
    let span: jiff::SignedDuration = text.parse().map_err(|_| "write it as 30s, 5m or 1h".to_owned())?;
    if span < jiff::SignedDuration::from_secs(1) {
        return Err("a second is the least".to_owned());
    }
    Ok(span.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn an_interval_reads_as_people_write_it() {
        let cases = [("30s", Some(30)), ("5m", Some(300)), ("1h 30m", Some(5400)), ("0s", None), ("soon", None)];
        for (text, seconds) in cases {
            assert_eq!(interval(text).ok().map(|d| d.as_secs()), seconds, "{text}");
        }
    }
}
