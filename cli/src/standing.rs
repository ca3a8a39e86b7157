//! How stacks stand towards their branches, as the last look at those saw them: to tell it nothing is fetched.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::config;
use crate::context::Context;
use crate::decide::Reason;
use crate::digest;
use crate::failure::{Failure, Result};
use crate::git::{Changes, Mirror, Programs};
use crate::ledger::Ledger;
use crate::order;
use crate::reading::{Reading, far_readers};
use crate::record::{StackRecord, Standing};
use crate::repo::{self, Fault, Listing, Stack};
use crate::tags::Tag;

/// Fills in what only the mirrors know: which stacks are behind, by how many commits, and which have gone. Where a mirror
/// is on another machine, or can't be read, the ledger's word stands.
pub fn look(context: &Context, records: &mut [StackRecord]) {
    let branches: BTreeSet<(String, String)> = records.iter().filter_map(place).collect();
    for (repository, branch) in branches {
        let mirror = Mirror::left(&context.state_dir, &repository, &context.environment);
        let here = |record: &&mut StackRecord| place(record).is_some_and(|(r, b)| r == repository && b == branch);
        let mut records: Vec<&mut StackRecord> = records.iter_mut().filter(here).collect();
        let seen = mirror.and_then(|mirror| Some((mirror.head_seen(&branch)?, mirror)));
        let kept = seen.and_then(|(head, mirror)| settled(&mirror, &branch, head, &mut records).ok());
        let kept = kept.unwrap_or_default();
        keep_back(&mut records, &kept);
        tell_destroyed(&mut records, &kept);
        tell_gone(&mut records);
    }
}

/// What the ledger knows of who reads whom, for whoever looks at the stacks of a repository; and of those elsewhere that read one of them,
/// what only their mirrors know.
pub async fn reading(context: &Context, ledger: &Ledger, repository: &str) -> Result<Reading> {
    let records = ledger.stack_records().await?;
    let far = far_readers(&records, repository);
    let (mut far, near): (Vec<StackRecord>, Vec<StackRecord>) =
        records.into_iter().partition(|record| far.contains(&record.repository));
    if !far.is_empty() {
        let context = context.clone();
        let looking = tokio::task::spawn_blocking(move || {
            look(&context, &mut far);
            far
        });
        far = looking.await.map_err(|error| Failure::bug(format!("looking at other repositories: {error}")))?;
    }
    far.extend(near);
    Ok(Reading::of(&far, repository))
}

/// What a look came to, so that the next one at the same commits need not be: to look through thousands of stacks takes a while.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// What it rests on besides the stacks' own commits.
    ground: String,
    stacks: BTreeMap<String, Stood>,
}

/// How a stack stands. Of thousands most stand as their branch says, so what says nothing is not written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Stood {
    /// What of the record it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    folder: String,
    #[serde(skip_serializing_if = "is_not")]
    is_gone: bool,
    #[serde(skip_serializing_if = "is_not")]
    is_due: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    behind_by: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    /// Why it can't be rolled out at the head: its project can't be read, or it can't be told from another.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// The names of those that have to stand before it, where its own files are to be rolled out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    after: BTreeSet<String>,
    /// Globs of those that rules say have to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
}

/// The shape in which looks are kept: what was kept in another one is looked at anew.
const SHAPE: &str = "3";

fn is_not(said: &bool) -> bool {
    !said
}

impl Kept {
    /// What is kept of a record, if it is still about that.
    fn of(&self, record: &StackRecord) -> Option<&Stood> {
        let stood = self.stacks.get(&record.name)?;
        ((&stood.commit, &stood.folder) == (&record.commit, &record.folder)).then_some(stood)
    }
}

/// Fills in how the stacks of a branch stand, by the look before where that was at the same commits.
fn settled(mirror: &Mirror, branch: &str, head: String, records: &mut [&mut StackRecord]) -> Result<Kept> {
    let tags: String = mirror.tags_seen().iter().map(|tag| format!("{} {}\n", tag.name, tag.commit)).collect();
    let ground = format!("{} {SHAPE} {head} {}", env!("CARGO_PKG_VERSION"), digest::name_of(&tags));
    let file = format!("gitinfra-standing-{}.json", digest::name_of(branch));
    let mut kept: Kept = mirror.note(&file).filter(|kept: &Kept| kept.ground == ground).unwrap_or_default();
    if !records.iter().all(|record| kept.of(record).is_some()) {
        kept = Kept { ground, stacks: compare(mirror, branch, &head, records)? };
        // Where it can't be kept, the next look takes as long.
        let _ = mirror.keep_note(&file, &kept);
    }
    for record in records {
        if let Some(stood) = kept.stacks.get(&record.name) {
            settle(record, stood);
        }
    }
    Ok(kept)
}

/// Notes which stacks read one that left the branch.
fn tell_gone(records: &mut [&mut StackRecord]) {
    let is_gone = |record: &&&mut StackRecord| record.standing == Standing::Gone;
    let gone: Vec<StackRecord> = records.iter().filter(is_gone).map(|record| (**record).clone()).collect();
    for record in records.iter_mut().filter(|record| record.standing == Standing::UpToDate) {
        let read = gone.iter().find(|gone| record.reads_from(gone));
        record.reads_gone = read.map(|gone| gone.name.clone());
    }
}

/// Notes which stacks wait for one that was not rolled out, and so on for those that wait for these: as a pass over the branch would.
fn keep_back(records: &mut [&mut StackRecord], kept: &Kept) {
    let mut back: BTreeSet<String> =
        records.iter().filter(|record| record.keeps_back()).map(|record| record.name.clone()).collect();
    let mut has_more = !back.is_empty();
    while std::mem::take(&mut has_more) {
        let free = records.iter_mut().filter(|record| record.standing.is_due() && record.blocked_by.is_none());
        for record in free {
            if let Some(other) = kept_back_by(record, kept.stacks.get(&record.name), &back) {
                record.blocked_by = Some(other);
                back.insert(record.name.clone());
                has_more = true;
            }
        }
    }
}

/// Notes which stacks come after one that was destroyed and that the branch has: a pass over all makes it again before, one without it
/// keeps them back.
fn tell_destroyed(records: &mut [&mut StackRecord], kept: &Kept) {
    let is_destroyed = |record: &&&mut StackRecord| record.standing == Standing::Destroyed && !record.has_left;
    let destroyed: BTreeSet<String> = records.iter().filter(is_destroyed).map(|record| record.name.clone()).collect();
    if destroyed.is_empty() {
        return;
    }
    for record in records.iter_mut().filter(|record| record.standing.is_due() && record.blocked_by.is_none()) {
        record.waits_for = kept_back_by(record, kept.stacks.get(&record.name), &destroyed);
    }
}

/// The first of those that don't move which a stack comes after: by its files, by what it read when it was rolled out, or by rules.
fn kept_back_by(record: &StackRecord, stood: Option<&Stood>, back: &BTreeSet<String>) -> Option<String> {
    let after = stood.into_iter().flat_map(|stood| stood.after.iter().cloned());
    let found = after.chain(record.sources()).find(|other| back.contains(other) && *other != record.name);
    let rules = stood.map(|stood| stood.rules.as_slice()).unwrap_or_default();
    let is_ruled = |other: &&String| !rules.is_empty() && **other != record.name && config::any(rules, other);
    found.or_else(|| back.iter().find(is_ruled).cloned())
}

fn place(record: &StackRecord) -> Option<(String, String)> {
    Some((record.repository.clone(), record.branch.clone()?))
}

fn compare(mirror: &Mirror, branch: &str, head: &str, records: &[&mut StackRecord]) -> Result<BTreeMap<String, Stood>> {
    let listing = mirror.listing(head)?;
    let found = repo::stacks(&listing);
    let config = mirror.config(head)?;
    let followed = config.apply(found.clone(), branch).stacks;
    let known = records.iter().map(|record| (record.name.as_str(), record.folder.as_str()));
    let gone: BTreeSet<&str> = found.lacks(known).into_iter().collect();
    let begun = |record: &&mut StackRecord| Stood {
        commit: record.commit.clone(),
        folder: record.folder.clone(),
        is_gone: gone.contains(record.name.as_str()),
        labels: config.labels(&record.name),
        fault: found.faults.iter().find(|fault| keeps_back(fault, record)).map(|fault| fault.failure.with_hints()),
        ..Stood::default()
    };
    let mut all: BTreeMap<String, Stood> = records.iter().map(|record| (record.name.clone(), begun(record))).collect();
    let reads = records.iter().map(|record| (record.name.as_str(), record.reads.as_slice())).collect();
    let (tagged, rest): (Vec<Stack>, Vec<Stack>) = followed.into_iter().partition(|stack| !stack.tags.is_empty());
    for (commit, names) in by_tags(mirror, head, &tagged, &mut all) {
        let listing = mirror.listing(&commit)?;
        let mut stacks = config.apply(repo::stacks(&listing), branch).stacks;
        stacks.retain(|stack| names.contains(&stack.name()));
        told(mirror, &commit, (&listing, stacks), &reads, &mut all)?;
    }
    told(mirror, head, (&listing, rest), &reads, &mut all)?;
    Ok(all)
}

/// The stacks that are rolled out by tags, by the commit of their newest one. Those that wait for none stay as they are: there
/// is none yet, or it is older than what stands, and nothing goes back by itself.
fn by_tags(
    mirror: &Mirror,
    head: &str,
    tagged: &[Stack],
    all: &mut BTreeMap<String, Stood>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut by_commit: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let tags: Vec<Tag> = if tagged.is_empty() { Vec::new() } else { mirror.tags_seen() };
    for stack in tagged {
        let Some(stood) = all.get_mut(&stack.name()) else {
            continue;
        };
        let tag = mirror.newest(&tags, &stack.tags, head).tag;
        stood.tags.clone_from(&stack.tags);
        stood.tag = tag.map(|tag| tag.name.clone());
        let stands = stood.commit.clone().unwrap_or_default();
        if let Some(tag) = tag.filter(|tag| !mirror.is_on(&tag.commit, &stands)) {
            by_commit.entry(tag.commit.clone()).or_default().insert(stack.name());
        }
    }
    by_commit
}

/// Whether a stack can't be rolled out for a fault.
fn keeps_back(fault: &Fault, record: &StackRecord) -> bool {
    match &fault.stack {
        Some(stack) => *stack == record.name,
        None => fault.has_stacks && fault.folder == record.folder,
    }
}

/// Says how stacks stand towards a commit. `reads` is what their newest runs read.
fn told(
    mirror: &Mirror,
    head: &str,
    (listing, stacks): (&Listing, Vec<Stack>),
    reads: &BTreeMap<&str, &[String]>,
    all: &mut BTreeMap<String, Stood>,
) -> Result<()> {
    let (contents, names) = (order::contents(&listing.files), all.keys().cloned().collect::<Vec<_>>());
    let mut programs = Programs::at(mirror, head, listing)?;
    let mut changes = Changes::to(mirror, head);
    let mut distances: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for mut stack in stacks {
        let Some(stood) = all.get_mut(&stack.name()) else {
            continue;
        };
        stood.rules.clone_from(&stack.after);
        if let Some(commit) = stood.commit.clone() {
            stood.is_due = is_due(&mut stack, changes.since(&commit)?, &mut programs);
            if !stood.is_due {
                continue;
            }
            let distance = distances.entry(commit).or_insert_with_key(|from| mirror.commits_between(from, head));
            stood.behind_by = *distance;
        }
        if stack.reach.is_none() {
            programs.follow(&mut stack);
        }
        let read = reads.get(stack.name().as_str()).copied().unwrap_or_default();
        stood.after = order::before(&stack, &contents, read, names.iter());
    }
    Ok(())
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

fn settle(record: &mut StackRecord, stood: &Stood) {
    record.behind_by = stood.behind_by;
    record.tags.clone_from(&stood.tags);
    record.tag.clone_from(&stood.tag);
    record.labels.clone_from(&stood.labels);
    record.has_left |= stood.is_gone;
    if stood.is_gone && record.standing != Standing::Destroyed {
        record.standing = Standing::Gone;
        return;
    }
    let is_at_rest = matches!(record.standing, Standing::UpToDate | Standing::Behind | Standing::Failing);
    if let Some(fault) = stood.fault.as_ref().filter(|_| is_at_rest) {
        record.standing = Standing::Failing;
        record.message = Some(fault.clone());
    } else if stood.is_due && record.standing == Standing::UpToDate {
        record.standing = Standing::Behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a pass over the branch: whoever reads one that does not move, or comes after it by a rule, waits for it, and so on.
    #[test]
    fn who_waits_for_whom() {
        let record = |name: &str, standing, reads: &[&str]| StackRecord {
            name: name.to_owned(),
            standing,
            reads: reads.iter().map(|read| (*read).to_owned()).collect(),
            commit: Some("aaaa".to_owned()),
            ..StackRecord::default()
        };
        let mut records = [
            StackRecord { suspended: Some("later".to_owned()), ..record("net/dev", Standing::Behind, &[]) },
            StackRecord {
                reads_anew: Some("net/dev".to_owned()),
                ..record("app/dev", Standing::Behind, &["o/net/dev"])
            },
            record("web/dev", Standing::Behind, &["o/app/dev"]),
            record("still/dev", Standing::UpToDate, &["o/net/dev", "o/left/dev"]),
            record("late/dev", Standing::Behind, &[]),
            record("free/dev", Standing::Behind, &["o/still/dev"]),
            record("left/dev", Standing::Gone, &[]),
            record("over/dev", Standing::Destroyed, &[]),
            record("next/dev", Standing::Behind, &["o/over/dev"]),
        ];
        let late = Stood { rules: vec!["n*/*".to_owned()], ..Stood::default() };
        let kept = Kept { stacks: [("late/dev".to_owned(), late)].into(), ..Kept::default() };
        let mut all: Vec<&mut StackRecord> = records.iter_mut().collect();
        keep_back(&mut all, &kept);
        tell_gone(&mut all);
        tell_destroyed(&mut all, &kept);
        let told: Vec<(&str, Option<&str>)> =
            records.iter().map(|record| (record.name.as_str(), record.blocked_by.as_deref())).collect();
        let expected = [
            ("net/dev", None),
            ("app/dev", Some("net/dev")),
            ("web/dev", Some("app/dev")),
            ("still/dev", None),
            ("late/dev", Some("net/dev")),
            ("free/dev", None),
            ("left/dev", None),
            ("over/dev", None),
            ("next/dev", None),
        ];
        assert_eq!(told, expected);
        assert_eq!(records[1].state().0.word(), "blocked");
        let waits: Vec<&str> = records.iter().filter_map(|record| record.waits_for.as_deref()).collect();
        assert_eq!((waits, records[8].waits_for.is_some()), (vec!["over/dev"], true));
        let gone: Vec<&str> = records.iter().filter_map(|record| record.reads_gone.as_deref()).collect();
        assert_eq!((gone, records[3].reads_gone.is_some()), (vec!["left/dev"], true));
    }
}
