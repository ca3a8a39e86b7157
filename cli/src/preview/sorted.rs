//! Which stacks a merge touches, which it leaves as they are, and which it takes away.

use std::collections::{BTreeMap, BTreeSet};

use super::Merge;
use crate::comment::StackPreview;
use crate::config::Config;
use crate::decide::Reason;
use crate::engine::changes::ChangeSet;
use crate::explain::{Explained, explain};
use crate::failure::{Failure, Result};
use crate::git::{Commit, Mirror, Programs};
use crate::order::{Contents, Order, contents};
use crate::reading::{Reading, UNKNOWN};
use crate::repo::{self, Fault, Found, Stack, TreeFile, path};
use crate::text::list;

/// A stack that the merge touches, and why.
pub(super) struct Touched {
    pub stack: Stack,
    pub why: Why,
}

/// Why a stack is previewed.
pub(super) enum Why {
    Touched(String),
    /// It uses nothing that the merge changes, and is previewed only if what it reads would be put out otherwise.
    MayFollow,
}

/// The stacks on both sides of a merge.
#[derive(Default)]
pub(super) struct Sorted {
    pub touched: Vec<Touched>,
    pub untouched: Vec<String>,
    pub gone: Vec<String>,
    pub faults: Vec<Fault>,
    /// What `gitinfra.yaml` says at the base.
    pub config: Config,
    /// Who of the touched reads whose outputs.
    pub order: Order,
    /// What of `gitinfra.yaml` would be wrong after the merge.
    pub notes: Vec<String>,
}

/// Tells the stacks of the merged tree whose files differ from the base from the others.
pub(super) fn sorted(mirror: &Mirror, base: &Commit, merged: &str, merge: &Merge) -> Result<Sorted> {
    let (branch, wanted) = (&merge.base, merge.stacks.as_slice());
    let listing = mirror.listing(merged)?;
    let found = repo::stacks(&listing);
    let listing_before = mirror.listing(&base.id)?;
    let before = repo::stacks(&listing_before);
    let config = mirror.config(&base.id)?;
    let changed = mirror.changed_paths(&base.id, merged)?.unwrap_or_default();
    if let (true, Some(failure)) = (found.stacks.is_empty(), found.failure()) {
        return Err(failure);
    }
    let after = mirror.config(merged);
    let notes = after.map_or_else(|failure| vec![failure.message], |after| after.idle(&found, branch));
    let mut sorted = Sorted { config: config.clone(), notes, ..Sorted::default() };
    let gone_now = BTreeSet::from_iter(before.gone_in(&found));
    let gone = merge.reading.gone(&found, branch).into_iter().chain(gone_now.clone()).collect();
    if wanted.is_empty() {
        sorted.gone = gone_now.iter().cloned().collect();
    }
    let known: BTreeSet<String> = before.stacks.iter().map(Stack::name).collect();
    config.refuse_left_out(&found, wanted, branch)?;
    let all = config.apply(found, branch);
    let Found { stacks, faults } = all.clone().select(wanted)?;
    sorted.faults = faults;
    sorted.faults.retain(|fault| fault.has_stacks && (!before.faults.contains(fault) || is_touched(fault, &changed)));
    let mut programs = Programs::at(mirror, merged, &listing)?;
    let mut others = Vec::new();
    for mut stack in stacks {
        programs.follow(&mut stack);
        match why(&stack, &known, &changed) {
            Some(reason) => sorted.touched.push(Touched { stack, why: Why::Touched(reason) }),
            None => others.push(stack),
        }
    }
    if sorted.touched.iter().any(|touched| touched.stack.outside().next().is_some()) {
        let known = outside(before.stacks, Programs::at(mirror, &base.id, &listing_before)?);
        for touched in std::mem::take(&mut sorted.touched) {
            match new_outside(&touched.stack, &known, branch) {
                Some(fault) => sorted.faults.push(fault),
                None => sorted.touched.push(touched),
            }
        }
    }
    sorted.notes.extend(of_sources(
        &sorted.touched,
        &others,
        &contents(&listing.files),
        (&merge.reading, &gone, &gone_now),
    ));
    let may_follow = may_follow(&sorted.touched, &others, &listing.files, &merge.reading.here);
    for stack in others {
        // What is rolled out by tags is moved by nothing else.
        match stack.tags.is_empty() && may_follow.contains(&stack.name()) {
            true => sorted.touched.push(Touched { stack, why: Why::MayFollow }),
            false => sorted.untouched.push(stack.name()),
        }
    }
    if !wanted.is_empty() {
        let all = all.stacks.into_iter().map(|mut stack| {
            programs.follow(&mut stack);
            stack
        });
        let all: Vec<Stack> = all.collect();
        let explained = explain(&all, &changed, (&listing.files, &merge.reading, &gone));
        let chosen: BTreeSet<String> = sorted.names().collect();
        sorted.notes.extend(explained.iter().filter_map(|explained| beside(explained, &chosen)));
    }
    sorted.order = Order::of(sorted.touched.iter().map(|touched| &touched.stack), &listing.files, &merge.reading.here);
    Ok(sorted)
}

impl Sorted {
    /// The names of all that are looked at.
    fn names(&self) -> impl Iterator<Item = String> {
        self.touched.iter().map(|touched| touched.stack.name()).chain(self.untouched.iter().cloned())
    }
}

/// What is worth knowing of whom stacks read: one that is gone, or that nobody can tell yet. One that is not touched is told what the
/// merge itself takes away, and that it may follow what nobody knows.
fn of_sources(
    touched: &[Touched],
    others: &[Stack],
    contents: &Contents<'_>,
    (reading, gone, gone_now): (&Reading, &BTreeSet<String>, &BTreeSet<String>),
) -> Vec<String> {
    let all = touched
        .iter()
        .map(|touched| (&touched.stack, gone, true))
        .chain(others.iter().map(|stack| (stack, gone_now, false)));
    let mut notes = Vec::new();
    for (stack, gone, is_touched) in all {
        let name = stack.name();
        for other in reading.of_gone(stack, contents, (gone, is_touched)) {
            notes.push(format!(
                "{name} reads {other}, which is not on the branch after the merge: it is not rolled out any more"
            ));
        }
        if !touched.is_empty() && reading.is_unknown(stack, contents) {
            notes.push(format!("{name} {UNKNOWN}"));
        }
    }
    notes
}

/// That a chosen stack follows one that was not chosen, so that this preview can't show it.
fn beside(explained: &Explained, chosen: &BTreeSet<String>) -> Option<String> {
    let others: Vec<&str> = explained.reads.iter().filter(|name| !chosen.contains(*name)).map(String::as_str).collect();
    let name = Some(&explained.stack).filter(|name| chosen.contains(*name) && !others.is_empty())?;
    let of = list(&others, 5);
    Some(format!("what {name} reads of {of} may come to be another thing, which a preview with {of} shows"))
}

/// The names of those that read what a touched one puts out, if only through others.
fn may_follow(
    touched: &[Touched],
    others: &[Stack],
    files: &[TreeFile],
    read: &BTreeMap<String, Vec<String>>,
) -> BTreeSet<String> {
    if touched.is_empty() || others.is_empty() {
        return BTreeSet::new();
    }
    let all = || touched.iter().map(|touched| &touched.stack).chain(others);
    let names: Vec<String> = all().map(Stack::name).collect();
    let followers = Order::of(all(), files, read).followers(0..touched.len());
    followers.into_iter().map(|at| names[at].clone()).collect()
}

/// What stacks name and read outside of the repository.
fn outside(stacks: Vec<Stack>, mut programs: Programs<'_>) -> BTreeSet<String> {
    let followed = stacks.into_iter().map(|mut stack| {
        programs.follow(&mut stack);
        stack
    });
    followed.flat_map(|stack| stack.outside().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The fault of a stack that takes from outside of the repository what nothing at the base does: whoever asks for a merge would
/// have files of this machine shown, or run.
fn new_outside(stack: &Stack, known: &BTreeSet<String>, base: &str) -> Option<Fault> {
    let new: Vec<String> = stack.outside().filter(|path| !known.contains(*path)).map(path::shown).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    let file = path::shown(&stack.project_file);
    let failure = Failure::input(format!(
        "{file}: it takes {} from outside of the repository, which nothing on {base} does",
        list(&new, 3)
    ));
    (!new.is_empty()).then(|| Fault {
        stack: Some(stack.name()),
        folder: stack.folder.clone(),
        has_stacks: true,
        failure: failure.hint(format!("commit what it needs; what is on {base} already may be taken from there")),
        twins: Vec::new(),
    })
}

/// Why a stack is touched; `None` when it is not.
fn why(stack: &Stack, before: &BTreeSet<String>, changed: &[String]) -> Option<String> {
    // What the base can't tell, such as a project file that is broken there, makes a stack a new one.
    if !before.contains(&stack.name()) {
        return Some("a new stack".to_owned());
    }
    Reason::of_changes(stack, changed).map(|reason| reason.words())
}

/// Whether a merge has to do with a fault that was there before.
fn is_touched(fault: &Fault, changed: &[String]) -> bool {
    fault.stack.is_none() && changed.iter().any(|path| path::is_within(path, &fault.folder))
}

/// What can't be previewed, as the preview that it has.
pub(super) fn faulty(fault: Fault) -> StackPreview {
    let place = if fault.folder.is_empty() { "the root" } else { &fault.folder };
    StackPreview {
        name: fault.stack.unwrap_or_else(|| format!("the stacks in {}", path::shown(place))),
        reason: "it can't be read".to_owned(),
        failure: Some(fault.failure.with_hints()),
        changes: ChangeSet::default(),
        objections: Vec::new(),
        seal: None,
    }
}
