//! `gitinfra explain`: why a change touches a stack, or doesn't.

use std::collections::BTreeSet;

use clap::{Args as Arguments, ValueEnum};

use super::several::{Labelled, by_labels};
use super::shell::Shell;
use super::{Source, Verb};
use crate::explain::{Explained, explain};
use crate::failure::{Failure, Result};
use crate::git::{Mirror, Programs};
use crate::reading::Reading;
use crate::repo::{self, Found, Listing, Stack};
use crate::standing;
use crate::text::list;

/// Explain which stacks a change touches, and why
#[derive(Debug, Arguments)]
pub struct Explain {
    /// Only these stacks, as stack/PROJECT/STACK
    #[arg(value_name = "STACK")]
    names: Vec<String>,
    #[command(flatten)]
    labels: Labelled,
    #[command(flatten)]
    source: Source,
    /// What stands: a branch, a tag, a commit or any other ref; `gitinfra.yaml` is read there
    #[arg(long, value_name = "REF", default_value = "main")]
    base: String,
    /// What comes
    #[arg(long, value_name = "REF", default_value = "HEAD")]
    head: String,
    /// text, or json
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

impl Verb for Explain {
    fn is_paged(&self) -> bool {
        true
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let mirror = shell.mirror(&self.source).await?;
        let base = mirror.fetch_ref(&self.base).await?;
        let head = mirror.fetch_ref(&self.head).await?;
        let reading = match shell.ledger_there().await? {
            Some(ledger) => standing::reading(&shell.context, &ledger, &mirror.source.label).await?,
            None => Reading::default(),
        };
        // As a preview has it: what the base has beside the head is no change of the head's.
        let merged = mirror.merge(&base.id, &head.id).await?;
        let names = match &self.labels.selector {
            Some(selector) => by_labels(&mirror, (&base.id, &merged), &self.base, selector)?,
            None => self.names.clone(),
        };
        let (found, listing, gone) = self.found(&mirror, (&base.id, &merged), &reading)?;
        let changed = mirror.changed_paths(&base.id, &merged)?;
        let changed = changed.ok_or_else(|| Failure::input(format!("`{}` can't be compared", self.base)))?;
        let mut all = explain(&found.stacks, &changed, (&listing.files, &reading, &gone));
        let wanted = found.select(&names)?;
        let names: BTreeSet<String> = wanted.stacks.iter().map(Stack::name).collect();
        all.retain(|explained| names.contains(&explained.stack));
        all.extend(wanted.faults.iter().filter(|fault| fault.has_stacks).map(Explained::unread));
        match self.output {
            Form::Json => shell.ui.data(&shell.ui.json(&serde_json::json!({ "items": all }))?),
            Form::Text => shell.ui.data(&all.iter().map(text).collect::<Vec<_>>().join("\n")),
        }
        Ok(0)
    }
}

impl Explain {
    /// All stacks, for others may read those that are wanted; and the names of those that are gone.
    fn found(
        &self,
        mirror: &Mirror,
        (base, head): (&str, &str),
        reading: &Reading,
    ) -> Result<(Found, Listing, BTreeSet<String>)> {
        let config = mirror.config(base)?;
        let listing = mirror.listing(head)?;
        let found = repo::stacks(&listing);
        let mut gone = reading.gone(&found, &self.base);
        gone.extend(repo::stacks(&mirror.listing(base)?).gone_in(&found));
        config.refuse_left_out(&found, &self.names, &self.base)?;
        let mut found = config.apply(found, &self.base);
        let mut programs = Programs::at(mirror, head, &listing)?;
        found.stacks.iter_mut().for_each(|stack| programs.follow(stack));
        Ok((found, listing, gone))
    }
}

fn text(explained: &Explained) -> String {
    let Explained { stack, paths, reads, not_followed, tags, notes, refused } = explained;
    let reads: Vec<&str> = reads.iter().map(String::as_str).collect();
    let mut lines = match paths.len() {
        _ if refused.is_some() => {
            vec![format!("{stack} can't be rolled out: {}", refused.as_deref().unwrap_or_default())]
        }
        0 if !reads.is_empty() => {
            let of = list(&reads, 5);
            vec![format!(
                "{stack} follows if what it reads of {of} comes to be another thing: nothing else that it uses differs"
            )]
        }
        0 => vec![format!("{stack} stays as it is: nothing that it uses differs")],
        _ => vec![format!("{stack} is touched:")],
    };
    lines.extend(paths.iter().map(|touch| format!("  {}: {}", touch.path, touch.why)));
    if !tags.is_empty() {
        lines.push(format!("  note: no merge rolls it out, but the newest tag of {}", tags.join(", ")));
    }
    lines.extend(notes.iter().chain(not_followed).map(|note| format!("  note: {note}")));
    lines.join("\n")
}
