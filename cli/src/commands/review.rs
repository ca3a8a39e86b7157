//! `gitinfra review`: previews pull requests and tells their forge. `preview` shows and writes nothing anywhere; whoever wants
//! the forge to be told says so by another verb, as with kubectl's `diff` and `apply`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args as Arguments;

use super::shell::Shell;
use super::{EXIT_CODES, Source, Verb, words};
use crate::failure::{Failure, Kind as FailureKind, Result};
use crate::forge::mark::Marks;
use crate::forge::{self, Address, App, Credential, Kind, Secret};
use crate::preview::Previewer;
use crate::review::{Crowded, Reviewed, Reviewer};
use crate::scrub::Scrubber;
use crate::ui::Stream;

const ABOUT: &str = "\
Preview pull requests, and tell their forge what a merge would change

Writes one comment on each pull request, which later reviews edit, a commit status for each stack that changes, and the \
status `gitinfra` for all of them, which a branch rule can require.

A token is read from a file or a variable, never from the command line. It has to read the repository and to write \
comments and statuses; no program that is previewed sees it. Git reads the repository with its own credentials. What \
comes from a fork is not run until its commit is named with --trust.";

/// Preview pull requests, and tell their forge what a merge would change
#[derive(Debug, Arguments)]
#[command(long_about = ABOUT, after_help = EXIT_CODES)]
pub struct Review {
    /// The pull requests, as pr/7 or 7; without any, all that are open
    #[arg(value_name = "PR", value_parser = words::pull)]
    pulls: Vec<u64>,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    forge: ForgeArgs,
    /// Also preview the pull request of a fork, at exactly this commit, which you have read
    #[arg(long, value_name = "COMMIT", requires = "pulls", value_parser = words::commit)]
    trust: Option<String>,
    /// Keep looking for pull requests that are new, pushed to or retargeted, until stopped
    #[arg(long, conflicts_with_all = ["pulls", "dry_run"])]
    watch: bool,
    /// How often to look with --watch, such as 30s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = words::interval)]
    interval: Duration,
    /// How many stacks are previewed side by side
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// text, or json: one object a line for each pull request
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Stream,
    /// Print the comments, and tell the forge nothing
    #[arg(long)]
    dry_run: bool,
}

/// Which forge it is, and who speaks to it.
#[derive(Debug, Arguments)]
pub(super) struct ForgeArgs {
    /// The repository on its forge, https://HOST/OWNER/REPOSITORY [default: --repo]
    #[arg(long, value_name = "URL", env = "GITINFRA_FORGE")]
    forge: Option<String>,
    /// Which forge that is; well-known hosts tell it by their name
    #[arg(long, value_name = "KIND", env = "GITINFRA_FORGE_KIND")]
    kind: Option<Kind>,
    /// The file that holds the token
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token_env", "app"])]
    token_file: Option<PathBuf>,
    /// The environment variable that holds the token
    #[arg(long, value_name = "NAME", default_value = "GITINFRA_FORGE_TOKEN", conflicts_with = "app")]
    token_env: String,
    /// The id of a GitHub App to speak for
    #[arg(long, value_name = "ID", requires = "app_key_file", env = "GITINFRA_APP")]
    app: Option<u64>,
    /// The file that holds its private key
    #[arg(long, value_name = "FILE", requires = "app", env = "GITINFRA_APP_KEY_FILE")]
    app_key_file: Option<PathBuf>,
    /// The environment variable with a secret to sign comments with, where the token is another one in each run
    #[arg(long, value_name = "NAME", default_value = "GITINFRA_MARK_SECRET")]
    mark_secret_env: String,
}

impl Verb for Review {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let reviewer = self.reviewer(shell).await?;
        let mut worst = None;
        let mut fails = |kind| worst = Some(FailureKind::worst(worst, kind));
        if self.watch {
            reviewer
                .watch(self.interval, |number, reviewed| self.show(shell, &reviewer, (number, reviewed), &mut fails))
                .await?;
            return Ok(FailureKind::Cancelled.exit_code());
        }
        if self.pulls.is_empty() {
            reviewer.all(|number, reviewed| self.show(shell, &reviewer, (number, reviewed), &mut fails)).await?;
        }
        for number in &self.pulls {
            match reviewer.review(*number).await {
                Err(failure) if failure.kind == FailureKind::Cancelled => return Err(failure),
                reviewed => self.show(shell, &reviewer, (*number, reviewed), &mut fails),
            }
        }
        Ok(worst.map_or(0, FailureKind::exit_code))
    }
}

impl Review {
    async fn reviewer(&self, shell: &Shell) -> Result<Reviewer> {
        let address = Address::parse(self.forge.forge.as_ref().unwrap_or(&self.source.repo), self.forge.kind)?;
        let credential = self.forge.credential(shell)?;
        let own = shell.context.environment.get(&self.forge.mark_secret_env).filter(|secret| !secret.is_empty());
        let own = own.map(|secret| Secret::new(secret));
        let mut scrubber = Scrubber::from_environment(&shell.context.environment);
        for secret in [Some(credential.secret()), own.as_ref()].into_iter().flatten() {
            scrubber.add(secret.reveal());
        }
        let mut environment = shell.engine_environment(&self.source.engine);
        environment.retain(|name, _| *name != self.forge.token_env && *name != self.forge.mark_secret_env);
        let ledger = if shell.names_ledger() { Some(shell.ledger().await?) } else { None };
        let key = match &ledger {
            Some(ledger) => Some(ledger.key().await?),
            None => None,
        };
        Ok(Reviewer {
            ledger: ledger.clone(),
            forge: forge::open(&shell.context, &address, &credential)?.into(),
            marks: Marks::new(own.as_ref().unwrap_or(credential.secret())),
            previewer: Previewer {
                context: shell.context.clone(),
                mirror: shell.mirror(&self.source).await?.into(),
                environment,
                jobs: self.jobs.into(),
                key,
                ledger,
            },
            scrubber,
            trusted: self.trust.clone(),
            dry_run: self.dry_run,
            page: None,
            crowded: Crowded::default(),
            branch: None,
            anew: Vec::new(),
            pen: Default::default(),
        })
    }

    /// What came of one, or why nothing did.
    fn show(
        &self,
        shell: &Shell,
        reviewer: &Reviewer,
        (number, reviewed): (u64, Result<Reviewed>),
        fails: &mut impl FnMut(FailureKind),
    ) {
        match reviewed {
            Ok(reviewed) => {
                if let Some(kind) = reviewed.worst {
                    fails(kind);
                }
                shell.ui.data(&self.report(reviewer, &reviewed));
            }
            Err(mut failure) => {
                fails(failure.kind);
                failure.message = format!("pr/{number}: {}", failure.message);
                shell.ui.failure(&failure, shell.context.now());
            }
        }
    }

    /// What is printed of one: kubectl's `TYPE/NAME VERBed`, or what the forge would be told.
    fn report(&self, reviewer: &Reviewer, reviewed: &Reviewed) -> String {
        let Reviewed { pull, found, texts, .. } = reviewed;
        match (self.output, self.dry_run) {
            (Stream::Text, true) => texts.concat(),
            (Stream::Text, false) => format!("pr/{} reviewed: {}  {}", pull.number, one_line(&found.words()), pull.url),
            (Stream::Json, _) => reviewer.json(reviewed).to_string(),
        }
    }
}

impl ForgeArgs {
    /// What speaks for us, from where the command line says.
    fn credential(&self, shell: &Shell) -> Result<Credential> {
        let context = &shell.context;
        if let (Some(id), Some(file)) = (self.app, &self.app_key_file) {
            return Ok(Credential::App(App { id, key: Secret::read(&context.cwd.join(file))? }));
        }
        if let Some(file) = &self.token_file {
            return Secret::read(&context.cwd.join(file)).map(Credential::Token);
        }
        let token = context.environment.get(&self.token_env).filter(|token| !token.trim().is_empty());
        let token = token.map(|token| Credential::Token(Secret::new(token)));
        token.ok_or_else(|| {
            Failure::input(format!("there is no token: {} is not set", self.token_env))
                .hint("name the variable with --token-env or a file with --token-file")
        })
    }
}

fn one_line(words: &str) -> String {
    words.lines().next().unwrap_or_default().to_owned()
}
