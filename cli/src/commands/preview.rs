//! `gitinfra preview`: what a merge would change, without changing anything.

use std::time::Duration;

use clap::{Args as Arguments, ValueEnum};

use super::several::by_labels;
use super::shell::Shell;
use super::{Deadline, EXIT_CODES, Source, Verb};
use crate::comment::comment;
use crate::failure::{Kind, Result};
use crate::git::Mirror;
use crate::preview::{Merge, Previewer};
use crate::reading::Reading;
use crate::select::LabelSelector;
use crate::standing;

/// Preview what a merge would change
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES)]
pub struct Preview {
    #[command(flatten)]
    source: Source,
    /// The branch that would receive the merge
    #[arg(long, value_name = "NAME", default_value = "main")]
    base: String,
    /// What would be merged: a branch, a tag, a commit or any other ref
    #[arg(long, value_name = "REF", default_value = "HEAD")]
    head: String,
    /// Only this stack, as PROJECT/STACK or STACK; may be given several times
    #[arg(long = "stack", value_name = "NAME")]
    stacks: Vec<String>,
    /// Only stacks whose labels are so, as kubectl has it: team=a,env!=prod,tier in (web,api),!old
    #[arg(short = 'l', long, value_name = "TERMS", value_parser = str::parse::<LabelSelector>, conflicts_with = "stacks")]
    selector: Option<LabelSelector>,
    /// How many stacks are previewed side by side
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// What to print: text for eyes, the Markdown of a pull request's comment, or json [default: text on a terminal, else markdown]
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<Report>,
    /// Show old and new values in the text
    #[arg(long)]
    diff: bool,
    /// Seal the preview in the ledger, so that `sync` rolls out what was shown or holds it [default: where a ledger is named]
    #[arg(long)]
    seal: bool,
    #[command(flatten)]
    deadline: Deadline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Report {
    Text,
    Markdown,
    Json,
}

impl Verb for Preview {
    fn is_paged(&self) -> bool {
        matches!(self.output, None | Some(Report::Text))
    }

    fn timeout(&self) -> Option<Duration> {
        self.deadline.timeout
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let is_sealed = self.seal || shell.names_ledger();
        let ledger = if is_sealed { Some(shell.ledger().await?) } else { shell.ledger_there().await? };
        let key = match &ledger {
            Some(ledger) if is_sealed => Some(ledger.key().await?),
            _ => None,
        };
        let previewer = Previewer {
            context: shell.context.clone(),
            mirror: shell.mirror(&self.source).await?.into(),
            environment: shell.engine_environment(&self.source.engine),
            jobs: self.jobs.into(),
            key,
            ledger: ledger.clone(),
        };
        let reading = match &ledger {
            Some(ledger) => standing::reading(&previewer.context, ledger, &previewer.mirror.source.label).await?,
            None => Default::default(),
        };
        let merge = self.merge(&previewer.mirror, reading).await?;
        let (preview, worst) = previewer.preview(&merge).await?;
        if let Some(ledger) = ledger.filter(|_| is_sealed) {
            ledger.keep_shown(preview.seals(), shell.context.now()).await?;
        }
        match self.report(shell) {
            Report::Text => shell.ui.preview(&preview, self.diff),
            Report::Markdown => shell.ui.data(&comment(&preview)),
            Report::Json => shell.ui.data(&shell.ui.json(&preview)?),
        }
        Ok(worst.map_or(0, Kind::exit_code))
    }
}

impl Preview {
    /// What is previewed. Labels are those that the base gives.
    async fn merge(&self, mirror: &Mirror, reading: Reading) -> Result<Merge> {
        let (base, head) = (self.base.clone(), self.head.clone());
        let Some(selector) = &self.selector else {
            return Ok(Merge { base, head, stacks: self.stacks.clone(), reading, fetched: None });
        };
        let fetched = mirror.fetch_both(&base, &head).await?;
        let stacks = by_labels(mirror, (&fetched.0.id, &fetched.1.id), &base, selector)?;
        Ok(Merge { base, head, stacks, reading, fetched: Some(fetched) })
    }

    /// Values are for eyes, and so is a terminal.
    fn report(&self, shell: &Shell) -> Report {
        let is_for_eyes = self.diff || shell.ui.is_terminal();
        self.output.unwrap_or(if is_for_eyes { Report::Text } else { Report::Markdown })
    }
}
