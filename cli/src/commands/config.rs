//! `gitinfra config`: what gitinfra.yaml comes to, stack by stack.

use std::collections::BTreeMap;

use clap::{Args as Arguments, ValueEnum};
use serde::Serialize;

use super::several::none_fits;
use super::shell::Shell;
use super::{Source, Verb};
use crate::config::{self, Act, Budget, Effective, FILE, OfAll, OfWork, any};
use crate::failure::Result;
use crate::git::Programs;
use crate::order::Order;
use crate::repo::{self, Listing, Stack};
use crate::select::LabelSelector;
use crate::text::short;
use crate::ui::{Structure, aligned};

const ABOUT: &str = "\
Show what gitinfra.yaml comes to for each stack

It is read as `sync` and `preview` read it: from the branch. Each setting is shown as its last word has it, with the rules that \
fit and their places. Of a variable it is told where its value comes from, and never the value.";

/// Show what gitinfra.yaml comes to for each stack
#[derive(Debug, Arguments)]
#[command(long_about = ABOUT)]
pub struct Config {
    /// What to do
    #[arg(value_name = "WHAT")]
    what: What,
    /// Only these stacks, as stack/PROJECT/STACK
    #[arg(value_name = "STACK")]
    names: Vec<String>,
    /// Only stacks whose labels are so, as kubectl has it: team=a,env!=prod,tier in (web,api),!old
    #[arg(short = 'l', long, value_name = "TERMS", value_parser = str::parse::<LabelSelector>, conflicts_with = "names")]
    selector: Option<LabelSelector>,
    #[command(flatten)]
    source: Source,
    /// The branch whose gitinfra.yaml is read
    #[arg(long, value_name = "NAME", default_value = "main")]
    branch: String,
    /// How to print [default: text]
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<Structure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Print what holds for each stack
    View,
}

/// The whole of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    /// Where it was read; without it convention holds.
    file: Option<&'static str>,
    branch: &'a str,
    commit: &'a str,
    #[serde(flatten)]
    all: OfAll<'a>,
    items: Vec<Shown>,
}

/// One stack, and whom it comes after.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    #[serde(flatten)]
    effective: Effective,
    /// Whose outputs it reads, as far as the commit says.
    reads: Vec<String>,
    /// Who comes before it because rules say so.
    comes_after: Vec<String>,
}

impl Verb for Config {
    fn is_paged(&self) -> bool {
        true
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let What::View = self.what;
        let mirror = shell.mirror(&self.source).await?;
        let head = mirror.fetch_branch(&self.branch).await?;
        let config = mirror.config(&head.id)?;
        let listing = mirror.listing(&head.id)?;
        let found = repo::stacks(&listing);
        for idle in config.idle(&found, &self.branch) {
            shell.ui.talk(&format!("note: {idle}"));
        }
        for fault in found.faults.iter().filter(|fault| fault.has_stacks) {
            shell.ui.talk(&format!("note: {}", fault.failure));
        }
        let wanted = found.clone().select(&self.names)?.stacks;
        let programs = Programs::at(&mirror, &head.id, &listing)?;
        let order = reads(&listing, programs, config.apply(found, &self.branch).stacks);
        let items = wanted.iter().map(|stack| shown(config.effective(stack, &self.branch), &order));
        let fits = |item: &Shown| self.selector.as_ref().is_none_or(|selector| selector.fits(&item.effective.labels));
        let items: Vec<Shown> = items.filter(fits).collect();
        if items.is_empty() && self.selector.is_some() {
            return Err(none_fits());
        }
        let file = mirror.file(&head.id, FILE)?.map(|_| FILE);
        let view = View { file, branch: &self.branch, commit: &head.id, all: config.of_all(), items };
        match self.output {
            Some(structure) => shell.ui.data(&shell.ui.structure(structure, &view)?),
            None => shell.ui.data(&text(&view)),
        }
        Ok(0)
    }
}

/// The stacks of a branch by name, each with those whose outputs it reads.
type Reads = BTreeMap<String, Vec<String>>;

fn reads(listing: &Listing, mut programs: Programs<'_>, mut stacks: Vec<Stack>) -> Reads {
    stacks.iter_mut().for_each(|stack| programs.follow(stack));
    let order = Order::of(stacks.iter(), &listing.files, &BTreeMap::new());
    let read = |at: usize| order.read_by(at).map(|other| stacks[other].name()).collect();
    stacks.iter().map(Stack::name).enumerate().map(|(at, name)| (name, read(at))).collect()
}

fn shown(effective: Effective, order: &Reads) -> Shown {
    let reads = order.get(&effective.stack).cloned().unwrap_or_default();
    let is_before = |name: &&String| **name != effective.stack && any(&effective.after, name);
    let comes_after = order.keys().filter(is_before).cloned().collect();
    Shown { effective, reads, comes_after }
}

fn text(view: &View<'_>) -> String {
    let (branch, commit) = (view.branch, short(view.commit));
    let head = match view.file {
        Some(file) => format!("{file} on {branch} at {commit}"),
        None => format!("there is no {FILE} on {branch} at {commit}, so all works by convention"),
    };
    let stacks = view.items.iter().map(|item| format!("\n\n{}\n{}", item.effective.stack, rows(item, branch)));
    let all = view.all.in_words().map(|line| format!("\n  {line}"));
    std::iter::once(head).chain(all).chain(stacks).collect()
}

fn rows(item: &Shown, branch: &str) -> String {
    let of = &item.effective;
    let rules = of.rules.iter().map(|rule| format!("{} ({})", rule.at, rule.stacks));
    let labels = of.labels.iter().map(|(key, value)| format!("{key}={value}"));
    let mut rows = vec![("Rolled out", from(of, branch))];
    let mut lists = |head, texts: Vec<String>| rows.extend((!texts.is_empty()).then(|| (head, texts.join(", "))));
    lists("Rules", rules.collect());
    lists("Labels", labels.collect());
    lists("Triggers", of.triggers.clone());
    lists("Reads", item.reads.clone());
    lists("Comes after", item.comes_after.clone());
    rows.push(("Checked out", if of.sparse { "what it needs" } else { "the whole commit" }.to_owned()));
    rows.extend([("Approvals", approvals(of)), ("Sealed preview", word(of.sealed, "required", "not required"))]);
    rows.extend(of.policies.iter().map(|command| ("Policy", command.join(" "))));
    rows.extend(of.packs.iter().map(|pack| ("Policy pack", pack.folder.clone())));
    rows.extend(of.budgets.iter().enumerate().map(|(at, budget)| ("Budget", bounded(at, budget))));
    let drift = of.drift.as_ref().map(|drift| {
        let then = word(drift.then == config::Then::Reconcile, "reconcile", "report");
        format!("every {}, up to {} later, then {then}", drift.every, drift.jitter)
    });
    rows.push(("Drift", drift.unwrap_or_else(|| "nobody looks for it by a schedule".to_owned())));
    rows.extend(work("Preview", &of.preview).chain(work("Roll-out", &of.rollout)));
    let cells: Vec<Vec<String>> = rows.into_iter().map(|(head, text)| vec![format!("  {head}:"), text]).collect();
    aligned(&cells)
}

fn word(is_so: bool, yes: &str, no: &str) -> String {
    if is_so { yes } else { no }.to_owned()
}

/// From where it is rolled out, and by what.
fn from(of: &Effective, branch: &str) -> String {
    if let Some(why) = &of.left_out {
        return format!("not from {branch}: {why}");
    }
    match (&of.tags[..], of.apply) {
        ([], config::Apply::Merge) => format!("from {branch}"),
        ([], config::Apply::Command) => format!("from {branch}, or by a command before the merge"),
        (tags, _) => format!("from {branch}, by the newest tag of {}", tags.join(", ")),
    }
}

fn approvals(of: &Effective) -> String {
    match &of.approvals {
        None => "none needed".to_owned(),
        Some(asked) if asked.from.is_empty() => format!("{} of anybody", asked.count),
        Some(asked) => format!("{} of {}", asked.count, asked.from.join(", ")),
    }
}

/// How much of some types may go. The first budget is for a long list of types, whatever their package.
fn bounded(at: usize, budget: &Budget) -> String {
    let types = match at {
        0 => "databases, buckets, zones, keys, file systems".to_owned(),
        _ => budget.types.join(", "),
    };
    let bound = |act, what| budget.bound(act).map(|bound| format!("{bound} {what}"));
    let bounds: Vec<String> =
        [bound(Act::Delete, "deletes"), bound(Act::Replace, "replaces")].into_iter().flatten().collect();
    format!("{types}: {}", bounds.join(", "))
}

fn work<'a>(head: &'static str, of: &'a OfWork) -> impl Iterator<Item = (&'static str, String)> + use<'a> {
    let time = of.timeout.as_ref().map_or("no time limit".to_owned(), |time| format!("stopped after {time}"));
    let variable = move |variable: &'a config::Variable| {
        let config::Variable { name, from, at } = variable;
        // What is committed has no other place than its own.
        (head, if from == FILE { format!("{name} as in {at}") } else { format!("{name} from {from} ({at})") })
    };
    std::iter::once((head, time)).chain(of.environment.iter().map(variable))
}
