//! `gitinfra get`: what the ledger knows, as rows.

use std::time::Duration;

use clap::Args as Arguments;
use serde_json::Value;

use super::shell::Shell;
use super::types::{AnyRecord, Record, Type, Wanted, as_json, in_vain, named, of_type, sort};
use super::words;
use super::{Reach, Verb};
use crate::failure::{Failure, Result, nearest};
use crate::jsonpath::Field;
use crate::ledger::Ledger;
use crate::select::{LabelSelector, Selector};
use crate::ui::{Columns, Drawing, Format, Part, Show};

/// List stacks, runs, previews and the like, or show some of them
#[derive(Debug, Arguments)]
pub struct Get {
    /// stacks (st), runs (ru), previews (pv), holds (ho), locks (lo), drifts (dr), queue (jo: what `serve` is to do) or repositories (re), with names if only some are wanted; or TYPE/NAME, as often as you like. A stack may be named alone, as PROJECT/STACK
    #[arg(value_name = "TYPE[/NAME]", required = true)]
    names: Vec<String>,
    /// How to print: table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=HEAD:.FIELD,...
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = words::format)]
    output: Format,
    /// A table without its line of headings
    #[arg(long)]
    no_headers: bool,
    /// Sort by a field of the records' JSON, such as .startedAt
    #[arg(long, value_name = "JSONPATH", value_parser = str::parse::<Field>)]
    sort_by: Option<Field>,
    /// Only those whose fields are so: FIELD=VALUE or FIELD!=VALUE, several with commas between them
    #[arg(long, value_name = "TERMS", value_parser = str::parse::<Selector>)]
    field_selector: Option<Selector>,
    /// Only stacks whose labels are so, as kubectl has it: team=a,env!=prod,tier in (web,api),!old
    #[arg(short = 'l', long, value_name = "TERMS", value_parser = str::parse::<LabelSelector>)]
    selector: Option<LabelSelector>,
    /// A column of the labels that gitinfra.yaml gives stacks
    #[arg(long)]
    show_labels: bool,
    /// Those of this stack only
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// How many runs, previews or holds to show, newest first; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// After listing, keep showing what changes: on a terminal in place, else anew
    #[arg(short, long)]
    watch: bool,
}

impl Verb for Get {
    fn reach(&self) -> Reach {
        Reach::Read
    }

    fn is_paged(&self) -> bool {
        !self.watch && matches!(self.output, Format::Json | Format::Yaml)
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let ledger = shell.ledger().await?;
        let parts = self.parts(shell, &ledger).await?;
        let text = self.text(shell, &parts)?;
        match (&text, parts.first()) {
            (Some(text), _) => shell.ui.data(text),
            (None, Some(part)) if self.is_table() => {
                shell.ui.talk(&self.nothing(part.what));
            }
            _ => {}
        }
        match self.watch {
            true => self.watch(shell, &ledger, parts, text).await,
            false => Ok(0),
        }
    }
}

impl Get {
    /// That a table has no rows.
    fn nothing(&self, what: &str) -> String {
        let is_asked = self.field_selector.is_some() || self.selector.is_some() || self.stack.is_some();
        match (what, is_asked) {
            ("queue", false) => {
                "nothing is in the queue, which is `gitinfra serve`'s: `gitinfra sync` rolls out without one".to_owned()
            }
            (what, false) => format!("no {what} yet"),
            (what, true) => format!("no {what} that fit"),
        }
    }

    /// Shows the rows anew whenever one of them changes; on a terminal their ages, too, in the same place.
    async fn watch(
        &self,
        shell: &Shell,
        ledger: &Ledger,
        mut seen: Vec<Part<AnyRecord>>,
        mut text: Option<String>,
    ) -> Result<u8> {
        shell.ui.talk("watching; Ctrl-C ends it");
        let is_in_place = shell.ui.is_terminal() && self.is_table();
        // The words above are part of what is drawn over.
        let mut lines = 1 + text.as_deref().map_or(1, |text| text.lines().count());
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let parts = self.parts(shell, ledger).await?;
            let now = self.text(shell, &parts)?;
            match (is_in_place, &now) {
                (true, Some(now)) if text.as_ref() != Some(now) => lines = shell.ui.redraw(lines, now),
                (false, Some(now)) if !is_same(&seen, &parts) => shell.ui.data(now),
                _ => {}
            }
            (seen, text) = (parts, now);
        }
    }

    fn is_table(&self) -> bool {
        matches!(self.output, Format::Table | Format::Wide)
    }

    fn text(&self, shell: &Shell, parts: &[Part<AnyRecord>]) -> Result<Option<String>> {
        // One that was asked for by its name is an object, and no list.
        let is_single = named(&self.names)?.iter().map(|(_, names)| names.len()).sum::<usize>() == 1;
        match &self.output {
            Format::Custom(columns) => {
                let format = Format::Custom(Columns { has_heads: !self.no_headers, ..columns.clone() });
                shell.ui.records(&format, is_single, parts)
            }
            format => shell.ui.records(format, is_single, parts),
        }
    }

    async fn parts(&self, shell: &Shell, ledger: &Ledger) -> Result<Vec<Part<AnyRecord>>> {
        let mut parts = Vec::new();
        for (kind, names) in named(&self.names)? {
            let wanted = Wanted { names, stack: self.stack.clone(), limit: self.limit };
            let part = of_type!(kind, Records => self.part::<Records>(shell, ledger, &wanted).await);
            parts.push(part.map_err(|failure| in_vain(&self.names, failure))?);
        }
        Ok(parts)
    }

    async fn part<T: Record>(&self, shell: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Part<AnyRecord>> {
        let mut records = T::list(shell, ledger, wanted).await?;
        if let Some(selector) = &self.selector {
            labelled(&mut records, selector)?;
        }
        if let Some(selector) = &self.field_selector {
            select(&mut records, selector)?;
        }
        if let Some(field) = &self.sort_by {
            sort(&mut records, field)?;
        }
        let show = if self.output == Format::Wide { Show::Wide } else { Show::Always };
        let drawing = shell.ui.drawing(show, !self.no_headers, shell.context.now());
        let drawing = Drawing { has_labels: self.show_labels, ..drawing };
        Ok(Part {
            what: T::TABLE.what,
            table: T::TABLE.render(&records, &drawing),
            names: T::TABLE.names(&records),
            records: records.into_iter().map(T::into).collect(),
        })
    }
}

/// Keeps those whose labels fit. Only some types have labels, whether or not there are records of them.
pub(super) fn labelled<T: Record>(records: &mut Vec<T>, selector: &LabelSelector) -> Result<()> {
    if records.iter().any(|record| record.labels().is_none()) {
        return Err(Failure::input(format!("{} have no labels", T::TABLE.what))
            .hint("stacks have those that gitinfra.yaml gives them: `gitinfra get stacks --show-labels`"));
    }
    records.retain(|record| record.labels().is_some_and(|labels| selector.fits(labels)));
    Ok(())
}

/// Keeps those that fit. A field that none has is a slip of the pen.
fn select<T: Record>(records: &mut Vec<T>, selector: &Selector) -> Result<()> {
    let json: Vec<Value> = records.iter().map(as_json).collect::<Result<_>>()?;
    if let Some(field) = selector.unknown(&json) {
        let fields: Vec<&str> = T::TABLE.columns.iter().map(|column| column.path).collect();
        return Err(Failure::input(format!("none of the {} has a field `{field}`", T::TABLE.what))
            .hint_some(nearest(field, fields.iter().copied()))
            .hint(format!("there are, among others: {}", fields.join(", "))));
    }
    let mut fits = json.iter().map(|json| selector.fits(json));
    records.retain(|_| fits.next().unwrap_or_default());
    Ok(())
}

fn is_same(seen: &[Part<AnyRecord>], now: &[Part<AnyRecord>]) -> bool {
    seen.iter().map(|part| &part.records).eq(now.iter().map(|part| &part.records))
}
