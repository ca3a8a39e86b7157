//! How stacks stand towards their branches, as the last look at those saw them: to tell it nothing is fetched.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{self, Config};
use crate::context::Context;
use crate::decide::Reason;
use crate::failure::Result;
use crate::git::{Changes, Mirror, Programs};
use crate::record::{StackRecord, Standing};
use crate::repo::{self, Fault, Listing, Stack};
use crate::tags::Tag;

/// Fills in what only the mirrors know: which stacks are behind, by how many commits, and which have gone. Where a mirror
/// is on another machine, or can't be read, the ledger's word stands.
pub fn look(context: &Context, records: &mut [StackRecord]) {
    let branches: BTreeSet<(String, String)> = records.iter().filter_map(place).collect();
    for (repository, branch) in branches {
        let Some(mirror) = Mirror::left(&context.state_dir, &repository, &context.environment) else {
            continue;
        };
        let here = |record: &&mut StackRecord| place(record).is_some_and(|(r, b)| r == repository && b == branch);
        if let Some(head) = mirror.head_seen(&branch) {
            let _ = compare(&mirror, &branch, &head, records.iter_mut().filter(here));
        }
    }
}

fn place(record: &StackRecord) -> Option<(String, String)> {
    Some((record.repository.clone(), record.branch.clone()?))
}

fn compare<'a>(
    mirror: &Mirror,
    branch: &str,
    head: &str,
    records: impl Iterator<Item = &'a mut StackRecord>,
) -> Result<()> {
    let listing = mirror.listing(head)?;
    let found = repo::stacks(&listing);
    let config = Config::read(&mirror.file(head, config::FILE)?.unwrap_or_default())?;
    let followed = config.apply(found.clone(), branch);
    let mut records: Vec<_> = records.collect();
    let known = records.iter().map(|record| (record.name.as_str(), record.folder.as_str()));
    let gone: BTreeSet<String> = found.lacks(known).into_iter().map(str::to_owned).collect();
    if config.has_tags() {
        let tags = mirror.tags_seen();
        let globs: BTreeMap<String, &[String]> =
            followed.stacks.iter().map(|stack| (stack.name(), stack.tags.as_slice())).collect();
        let is_tagged = |record: &&mut StackRecord| globs.get(&record.name).is_some_and(|globs| !globs.is_empty());
        let (tagged, rest) = records.into_iter().partition(is_tagged);
        records = rest;
        for (commit, tagged) in by_tags(mirror, head, (&tags, &globs), tagged) {
            let listing = mirror.listing(&commit)?;
            let found = repo::stacks(&listing);
            let followed = config.apply(found.clone(), branch);
            told(mirror, &commit, (&listing, followed.stacks), (&gone, &found.faults), tagged)?;
        }
    }
    told(mirror, head, (&listing, followed.stacks), (&gone, &found.faults), records)
}

/// The records of stacks that are rolled out by tags, by the commit of their newest one. Those that wait for none stay as they
/// are: there is none yet, or it is older than what stands, and nothing goes back by itself.
fn by_tags<'a>(
    mirror: &Mirror,
    head: &str,
    (tags, globs): (&[Tag], &BTreeMap<String, &[String]>),
    records: Vec<&'a mut StackRecord>,
) -> BTreeMap<String, Vec<&'a mut StackRecord>> {
    let mut all: BTreeMap<String, Vec<&'a mut StackRecord>> = BTreeMap::new();
    for record in records {
        let globs = globs.get(&record.name).copied().unwrap_or_default();
        let tag = mirror.newest(tags, globs, head).tag;
        record.tags = globs.to_vec();
        record.tag = tag.map(|tag| tag.name.clone());
        let stands = record.commit.clone().unwrap_or_default();
        if let Some(tag) = tag.filter(|tag| !mirror.is_on(&tag.commit, &stands)) {
            all.entry(tag.commit.clone()).or_default().push(record);
        }
    }
    all
}

/// Fills in how stacks stand towards a commit.
fn told(
    mirror: &Mirror,
    head: &str,
    (listing, stacks): (&Listing, Vec<Stack>),
    (gone, faults): (&BTreeSet<String>, &[Fault]),
    records: Vec<&mut StackRecord>,
) -> Result<()> {
    let mut programs = Programs::at(mirror, head, listing)?;
    let mut stacks: BTreeMap<String, Stack> = stacks.into_iter().map(|stack| (stack.name(), stack)).collect();
    let mut changes = Changes::to(mirror, head);
    for record in records {
        let changed = record.commit.as_deref().map(|commit| changes.since(commit)).transpose()?;
        let commits = |from: &str| mirror.commits_between(from, head);
        let stack = stacks.get_mut(&record.name).zip(changed);
        let is_due = stack.is_some_and(|(stack, changed)| is_due(stack, changed, &mut programs));
        let behind_by = record.commit.as_deref().filter(|_| is_due).and_then(commits);
        settle(record, gone.contains(&record.name), is_due, behind_by);
        if let Some(fault) = faults.iter().find(|fault| keeps_back(fault, record)) {
            break_off(record, fault);
        }
    }
    Ok(())
}

/// Whether a stack can't be rolled out at the head, since its project can't be read or it can't be told from another.
fn keeps_back(fault: &Fault, record: &StackRecord) -> bool {
    match &fault.stack {
        Some(stack) => *stack == record.name,
        None => fault.has_stacks && fault.folder == record.folder,
    }
}

fn break_off(record: &mut StackRecord, fault: &Fault) {
    if matches!(record.status, Standing::UpToDate | Standing::Behind | Standing::Failing) {
        record.status = Standing::Failing;
        record.message = Some(fault.failure.with_hints());
    }
}

/// Whether a stack uses what changed, if only by what its program imports. What can't be compared counts as changed.
fn is_due(stack: &mut Stack, changed: Option<&[String]>, programs: &mut Programs<'_>) -> bool {
    let Some(changed) = changed.filter(|changed| !changed.is_empty()) else {
        return changed.is_none();
    };
    if Reason::of_changes(stack, changed).is_none() {
        programs.follow(stack);
    }
    Reason::of_changes(stack, changed).is_some()
}

fn settle(record: &mut StackRecord, is_gone: bool, is_due: bool, behind_by: Option<usize>) {
    record.behind_by = behind_by;
    if is_gone && record.status != Standing::Destroyed {
        record.status = Standing::Gone;
    } else if is_due && record.status == Standing::UpToDate {
        record.status = Standing::Behind;
    }
}
