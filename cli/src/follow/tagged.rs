//! Stacks that are rolled out by tags: each from the commit of its newest one, as long as that does not go back.

use std::collections::BTreeMap;

use super::look::Looked;
use super::{Follow, Tally};
use crate::config::Config;
use crate::decide::{Decision, Known, Reason};
use crate::digest;
use crate::event::Body;
use crate::failure::Result;
use crate::git::Commit;
use crate::ledger::AllKnown;
use crate::repo::{self, Stack};
use crate::tags::Tag;

impl Follow {
    /// The tags of the source, where any stack is rolled out by one.
    pub(super) async fn tags(&self, config: &Config) -> Result<Vec<Tag>> {
        match config.has_tags() {
            true => self.mirror.tags(|name| config.wants_tag(name)).await,
            false => Ok(Vec::new()),
        }
    }

    /// Whether the head or the tags are others than in the pass before; those count from now on.
    pub(super) fn is_new_sight(&mut self, head: &Commit, tags: &[Tag], is_new: bool) -> bool {
        let all: String = tags.iter().map(|tag| format!("{} {}\n", tag.name, tag.commit)).collect();
        let sight = if tags.is_empty() { head.id.clone() } else { format!("{} {}", head.id, digest::name_of(&all)) };
        self.seen.replace(sight) != self.seen || is_new
    }

    /// Decides about stacks that are rolled out by tags.
    pub(super) fn decided_by_tags(
        &self,
        stacks: Vec<Stack>,
        known: &AllKnown,
        (config, head, tags): (&Config, &Commit, &[Tag]),
        is_new: bool,
        tally: &mut Tally,
    ) -> Result<Vec<Looked>> {
        let mut by_commit: BTreeMap<&str, BTreeMap<String, &Tag>> = BTreeMap::new();
        for stack in &stacks {
            let newest = self.mirror.newest(tags, &stack.tags, &head.id);
            if let Some(tag) = newest.elsewhere.first().filter(|_| is_new) {
                let words = format!("the tag {} is not on {}, so it does not count", tag.name, self.wishes.branch);
                self.context.note(&stack.name(), words);
            }
            match newest.tag {
                Some(tag) => drop(by_commit.entry(&tag.commit).or_default().insert(stack.name(), tag)),
                None => self.waits_for_tag(stack, is_new, tally),
            }
        }
        let mut all = Vec::new();
        for (commit, tags) in by_commit {
            all.extend(self.decided_at(commit, &tags, known, config, (is_new, &mut *tally))?);
        }
        Ok(all)
    }

    fn waits_for_tag(&self, stack: &Stack, is_new: bool, tally: &mut Tally) {
        tally.skipped += 1;
        if is_new {
            let (tags, branch) = (stack.tags.join(", "), &self.wishes.branch);
            let reason = format!("it waits for a tag: none of {tags} is on {branch}");
            self.context.tell(Some(&stack.name()), Body::waits(reason));
        }
    }

    /// Decides about the stacks whose newest tags stand for one commit, by its files.
    fn decided_at(
        &self,
        commit: &str,
        tags: &BTreeMap<String, &Tag>,
        known: &AllKnown,
        config: &Config,
        (is_new, tally): (bool, &mut Tally),
    ) -> Result<Vec<Looked>> {
        let commit = self.scrubbed(self.mirror.commit(commit)?);
        let listing = self.mirror.listing(&commit.id)?;
        let mut found = config.apply(repo::stacks(&listing), &self.wishes.branch);
        found.stacks.retain(|stack| tags.contains_key(&stack.name()));
        found.faults.retain(|fault| fault.stack.as_ref().is_some_and(|name| tags.contains_key(name)));
        self.tell_faults(&found.faults, &commit.id, is_new, tally);
        let has = |name: &String| found.stacks.iter().any(|stack| stack.name() == *name);
        let is_faulty = |name: &String| found.faults.iter().any(|fault| fault.stack.as_ref() == Some(name));
        for (name, tag) in tags.iter().filter(|(name, _)| !has(name) && !is_faulty(name)) {
            tally.skipped += 1;
            if is_new {
                let reason = format!("it waits for a tag: {} does not have it yet", tag.name);
                self.context.tell(Some(name), Body::waits(reason));
            }
        }
        let mut looked = self.decided(found.stacks, known, &commit, &listing)?;
        for looked in &mut looked {
            if let Some(tag) = tags.get(&looked.stack.name()) {
                self.by_tag(looked, tag, is_new);
            }
        }
        Ok(looked)
    }

    /// What comes of a decision because of the tag: nothing goes back by itself, and what goes on says by which tag.
    fn by_tag(&self, looked: &mut Looked, tag: &Tag, is_new: bool) {
        let name = looked.stack.name();
        if let Some((stands, at)) = self.goes_back(&looked.known, tag) {
            let is_due = matches!(looked.decision, Decision::RollOut(_));
            looked.decision = Decision::UpToDate { commit: stands, at };
            if is_new && is_due {
                self.context.note(&name, older(&name, &tag.name));
            }
        } else if let (Decision::RollOut(reason @ Reason::ReadsAnew { .. }), Some((stands, at))) =
            (&looked.decision, looked.known.rolled_out.clone())
            && stands == tag.commit
        {
            if is_new {
                let force = format!("`gitinfra sync --force {name}`");
                self.context.note(&name, format!("{}: the next tag rolls it out, or {force}", reason.words()));
            }
            looked.decision = Decision::UpToDate { commit: stands, at };
        } else if let Decision::RollOut(reason) = &looked.decision {
            let (tag, why) = (tag.name.clone(), Box::new(reason.clone()));
            looked.decision = Decision::RollOut(Reason::Tagged { tag, why });
        }
    }

    /// What stands, where the tag's commit is an older one.
    fn goes_back(&self, known: &Known, tag: &Tag) -> Option<(String, i64)> {
        let (stands, at) = known.rolled_out.clone().filter(|_| !self.wishes.force)?;
        (stands != tag.commit && self.mirror.is_on(&tag.commit, &stands)).then_some((stands, at))
    }
}

fn older(name: &str, tag: &str) -> String {
    format!(
        "the tag {tag} is older than what stands, and nothing goes back by itself: `gitinfra rollback stack/{name} --to RUN` does, or \
         `gitinfra sync --force {name}`"
    )
}
