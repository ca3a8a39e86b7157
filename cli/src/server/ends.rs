//! How far what was merged got: known from the ledger, told on the pull request.

use std::collections::BTreeMap;

use super::{Server, Watched};
use crate::config::{self, Config};
use crate::failure::Result;
use crate::follow::Tally;
use crate::forge::Pull;
use crate::ledger::{AllKnown, RunFilter};
use crate::record::{EndState, Hold, PullEnd, PullRecord, Run, RunState, StackEnd, Task};
use crate::review::Reviewer;

impl Server {
    /// After a pass in which something came of a stack, or that was the first at its head: those who merged it are told. What can't be
    /// told now is found by a look.
    pub(super) async fn tell_ends(&self, watched: &Watched, tally: &Tally, is_new: bool) {
        let has_news = tally.rolled_out + tally.failed + tally.held > 0;
        let Some(reviewer) = watched.reviewer.as_ref().filter(|_| has_news || is_new) else {
            return;
        };
        let looked = async {
            let merged = reviewer.forge.merged_pulls().await?;
            self.look_at_ends(watched, reviewer, &merged).await
        };
        self.tell_trouble(looked.await.err());
    }

    /// Asks for those to be told of whose stacks something new is known.
    pub(super) async fn look_at_ends(&self, watched: &Watched, reviewer: &Reviewer, merged: &[Pull]) -> Result<()> {
        let mut ends = None;
        for pull in merged {
            let Some((commit, record)) = self.told_before(watched, pull).await? else {
                continue;
            };
            let ends = match &ends {
                Some(ends) => ends,
                None => ends.insert(Ends::of(self, watched, reviewer).await?),
            };
            let end = ends.end(self, commit, &record).await?;
            if end.is_known() && record.end.as_ref() != Some(&end) {
                self.ask(watched, Task::Review, &format!("pr/{}", pull.number), false).await?;
            }
        }
        Ok(())
    }

    /// Tells one that is merged, where something new is known of it.
    pub(super) async fn tell_what_came(&self, watched: &Watched, reviewer: &Reviewer, pull: &Pull) -> Result<()> {
        let Some((commit, record)) = self.told_before(watched, pull).await? else {
            return Ok(());
        };
        let end = Ends::of(self, watched, reviewer).await?.end(self, commit, &record).await?;
        if !end.is_known() || record.end.as_ref() == Some(&end) {
            return Ok(());
        }
        reviewer.tell_end(pull, &end).await?;
        self.ledger.keep_end(&PullRecord { end: Some(end), ..record }).await
    }

    /// By which commit it was merged, and what it was told, where more may come of that.
    async fn told_before<'a>(&self, watched: &Watched, pull: &'a Pull) -> Result<Option<(&'a str, PullRecord)>> {
        let Some(commit) = pull.merged.as_deref().filter(|_| pull.base == watched.branch) else {
            return Ok(None);
        };
        let record = self.ledger.pull(&watched.label, pull.number).await?.map(|(record, _)| record);
        let more =
            |record: &PullRecord| !record.stacks.is_empty() && !record.end.as_ref().is_some_and(PullEnd::is_over);
        Ok(record.filter(more).map(|record| (commit, record)))
    }
}

/// What is known of the stacks of a repository.
struct Ends<'a> {
    reviewer: &'a Reviewer,
    label: &'a str,
    known: AllKnown,
    holds: BTreeMap<String, Hold>,
    /// What `gitinfra.yaml` says at the head of the branch.
    config: Config,
}

impl<'a> Ends<'a> {
    async fn of(server: &Server, watched: &'a Watched, reviewer: &'a Reviewer) -> Result<Ends<'a>> {
        let mirror = &reviewer.previewer.mirror;
        // What another server rolled out may not be here yet.
        let head = mirror.fetch_branch(&watched.branch).await?;
        let config = Config::read(&mirror.file(&head.id, config::FILE)?.unwrap_or_default())?;
        let (known, holds) =
            (server.ledger.all_known(&watched.label).await?, server.ledger.open_holds(&watched.label).await?);
        Ok(Ends { reviewer, label: &watched.label, known, holds, config })
    }

    /// How far the stacks got that a pull request touched, since it came by a commit.
    async fn end(&self, server: &Server, commit: &str, record: &PullRecord) -> Result<PullEnd> {
        let mut stacks = Vec::new();
        for stack in &record.stacks {
            stacks.push(self.of_stack(server, (commit, &record.head), &stack.name).await?);
        }
        Ok(PullEnd { commit: commit.to_owned(), stacks })
    }

    async fn has(&self, newer: &str, commit: &str) -> Result<bool> {
        self.reviewer.previewer.mirror.has(newer, commit).await
    }

    /// `head` is what was merged by the commit.
    async fn of_stack(&self, server: &Server, (commit, head): (&str, &str), name: &str) -> Result<StackEnd> {
        let end = |state, at, why| StackEnd { name: name.to_owned(), state, at, why, seal: None };
        let by_tag = self.config.is_by_tag(name).then(|| "a tag rolls it out, and not the merge".to_owned());
        let Some((id, _, known)) = self.known.get(name) else {
            return Ok(end(EndState::Waits, None, by_tag));
        };
        let filter = RunFilter { stack: Some(name.to_owned()), limit: 20, ..RunFilter::default() };
        let mut runs = server.ledger.runs(&filter).await?;
        runs.retain(|run| run.repository == self.label);
        let stands = known.rolled_out.as_ref().map(|(stands, _)| stands.as_str()).unwrap_or_default();
        if self.has(stands, commit).await? {
            let by = runs.iter().find(|run| run.commit == stands && run.state == RunState::Succeeded);
            return Ok(end(EndState::RolledOut, by.map(|run| format!("run/{}", run.name)), None));
        }
        // One that was looked at and needed nothing is as it should be.
        if let Some(settled) = server.ledger.settled(id).await?.filter(|_| by_tag.is_none())
            && self.has(&settled, commit).await?
        {
            let by = runs.iter().find(|run| run.commit == head && stands == head && run.state == RunState::Succeeded);
            let why = if by.is_some() { "before its merge" } else { "it needed nothing" };
            return Ok(end(EndState::RolledOut, by.map(|run| format!("run/{}", run.name)), Some(why.to_owned())));
        }
        if let Some(hold) = self.holds.get(name).filter(|hold| !hold.case.is_reconciling)
            && self.has(&hold.commit, commit).await?
        {
            return Ok(held(name, hold));
        }
        match runs.first().filter(|run| !matches!(run.state, RunState::Running | RunState::Busy)) {
            Some(run) if self.has(&run.commit, commit).await? => Ok(failed(name, run)),
            _ => Ok(end(
                EndState::Waits,
                None,
                known.suspended.as_ref().map(|why| format!("suspended: {why}")).or(by_tag),
            )),
        }
    }
}

fn held(name: &str, hold: &Hold) -> StackEnd {
    let why = match (&hold.decided_by, &hold.reason) {
        (Some(who), Some(why)) => format!("{who} refused it: {why}"),
        _ => hold.case.in_words(),
    };
    StackEnd {
        name: name.to_owned(),
        state: EndState::Held,
        at: Some(format!("hold/{}", hold.name)),
        why: Some(why),
        seal: Some(hold.seal.clone()),
    }
}

fn failed(name: &str, run: &Run) -> StackEnd {
    let why = run.message.as_deref().and_then(|message| message.lines().next()).unwrap_or(run.state.word());
    StackEnd {
        name: name.to_owned(),
        state: EndState::Failed,
        at: Some(format!("run/{}", run.name)),
        why: Some(why.to_owned()),
        seal: None,
    }
}
