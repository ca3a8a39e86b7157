//! How far what was merged got: known from the ledger, told on the pull request.

use std::collections::BTreeMap;

use super::apply::{owner, unmerged};
use super::{Server, Watched};
use crate::config::Config;
use crate::failure::Result;
use crate::follow::Tally;
use crate::forge::Pull;
use crate::git::Mirror;
use crate::ledger::AllKnown;
use crate::record::{EndState, Hold, Lock, PullEnd, PullRecord, PullStack, Run, RunState, StackEnd, Task};
use crate::repo::{self, Found};
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
            self.look_at_ends(watched, reviewer, &merged).await?;
            self.look_at_left(watched, reviewer).await
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
            let end = ends.end(commit, &record).await?;
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
        let end = Ends::of(self, watched, reviewer).await?.end(commit, &record).await?;
        if !end.is_known() || record.end.as_ref() == Some(&end) {
            return Ok(());
        }
        reviewer.tell_end(pull, &end).await?;
        self.ledger.keep_end(&PullRecord { end: Some(end), ..record }).await?;
        reviewer.tell_answers(pull.number).await
    }

    /// Tells one that was closed, of which nothing was rolled out before, that nothing of it is. What its head was told still holds of it:
    /// another one may have the same head.
    pub(super) async fn tell_closed(&self, watched: &Watched, reviewer: &Reviewer, pull: &Pull) -> Result<()> {
        let Some(how) = unmerged(pull, &watched.branch) else {
            return Ok(());
        };
        let record = self.ledger.pull(&watched.label, pull.number).await?.map(|(record, _)| record);
        let is_new = |record: &PullRecord| !record.stacks.is_empty() && record.end.is_none();
        let Some(record) = record.filter(is_new) else {
            return Ok(());
        };
        let untouched = |stack: &PullStack| {
            let (name, state) = (stack.name.clone(), EndState::Untouched);
            StackEnd { name, state, at: None, why: None, seal: None }
        };
        let stacks = record.stacks.iter().map(untouched).collect();
        let end = PullEnd { commit: String::new(), unmerged: Some(how), stacks };
        reviewer.tell_above(pull, &end).await?;
        self.ledger.keep_end(&PullRecord { end: Some(end), ..record }).await?;
        // Whoever looked before that took what was told for all that there is to tell.
        match reviewer.forge.pull(pull.number).await?.is_open {
            true => self.ask(watched, Task::Review, &owner(pull.number), true).await,
            false => Ok(()),
        }
    }

    /// By which commit it was merged, and what it was told, where more may come of that.
    async fn told_before<'a>(&self, watched: &Watched, pull: &'a Pull) -> Result<Option<(&'a str, PullRecord)>> {
        let Some(commit) = pull.merged.as_deref().filter(|_| pull.base == watched.branch) else {
            return Ok(None);
        };
        let record = self.ledger.pull(&watched.label, pull.number).await?.map(|(record, _)| record);
        let is_over = |end: &PullEnd| end.unmerged.is_none() && end.is_over();
        let more = |record: &PullRecord| !record.stacks.is_empty() && !record.end.as_ref().is_some_and(is_over);
        Ok(record.filter(more).map(|record| (commit, record)))
    }
}

/// What is known of the stacks of a repository.
struct Ends<'a> {
    server: &'a Server,
    watched: &'a Watched,
    mirror: &'a Mirror,
    known: AllKnown,
    holds: BTreeMap<String, Hold>,
    locks: Vec<Lock>,
}

/// What is known of one of them: no run where it was never rolled out.
struct Stood<'a> {
    name: &'a str,
    stands: &'a str,
    suspended: Option<&'a str>,
    runs: Vec<Run>,
    settled: Option<String>,
    hold: Option<&'a Hold>,
    lock: Option<&'a Lock>,
}

impl<'a> Ends<'a> {
    async fn of(server: &'a Server, watched: &'a Watched, reviewer: &'a Reviewer) -> Result<Ends<'a>> {
        let (known, holds) =
            (server.ledger.all_known(&watched.label).await?, server.ledger.open_holds(&watched.label).await?);
        let mut locks = server.ledger.locks().await?;
        locks.retain(|lock| lock.repository == watched.label);
        Ok(Ends { server, watched, mirror: &reviewer.previewer.mirror, known, holds, locks })
    }

    /// How far the stacks got that a pull request touched, since it came by a commit.
    async fn end(&self, commit: &str, record: &PullRecord) -> Result<PullEnd> {
        let mut all = Vec::new();
        for stack in &record.stacks {
            all.push(self.stood(&stack.name).await?);
        }
        self.fetch_for(std::iter::once(commit).chain(all.iter().flat_map(Stood::commits))).await?;
        let config = self.config()?;
        let found = config.apply(repo::stacks(&self.mirror.listing(&self.head())?), &self.watched.branch);
        let mut stacks = Vec::new();
        for stood in &all {
            let mut end = self.of_stack(&config, (commit, &record.head), stood).await?;
            if matches!(end.state, EndState::Waits | EndState::Locked)
                && is_gone(&found, (stood.name, self.folder(stood.name)))
            {
                let why = format!("it is not on {} any more", self.watched.branch);
                end = StackEnd { state: EndState::Untouched, why: Some(why), ..end };
            }
            stacks.push(end);
        }
        Ok(PullEnd { commit: commit.to_owned(), unmerged: None, stacks })
    }

    async fn stood<'s>(&'s self, name: &'s str) -> Result<Stood<'s>> {
        let hold = self.holds.get(name).filter(|hold| !hold.case.is_aside());
        let lock = self.locks.iter().find(|lock| lock.name == name);
        let Some((id, _, known)) = self.known.get(name) else {
            return Ok(Stood { name, stands: "", suspended: None, runs: Vec::new(), settled: None, hold, lock });
        };
        let runs = self.server.ledger.newest_runs(&self.watched.label, name).await?;
        let settled = self.server.ledger.settled(id).await?;
        let stands = known.rolled_out.as_ref().map(|(stands, _)| stands.as_str()).unwrap_or_default();
        Ok(Stood { name, stands, suspended: known.suspended.as_deref(), runs, settled, hold, lock })
    }

    /// What another server rolled out, or a forge tells of, may not be here yet. What the branch does not have, either, is looked for once.
    async fn fetch_for<'s>(&self, commits: impl Iterator<Item = &'s str>) -> Result<()> {
        let lacking: Vec<&str> = commits.filter(|commit| !self.mirror.holds(commit)).collect();
        if lacking.iter().all(|commit| self.watched.absent.has(commit))
            && self.mirror.head_seen(&self.watched.branch).is_some()
        {
            return Ok(());
        }
        self.mirror.fetch_branch(&self.watched.branch).await?;
        lacking
            .into_iter()
            .filter(|commit| !self.mirror.holds(commit))
            .for_each(|commit| self.watched.absent.note(commit));
        Ok(())
    }

    /// What `gitinfra.yaml` says at the head of the branch.
    fn config(&self) -> Result<Config> {
        self.mirror.config(&self.head())
    }

    /// Where a stack lay when it was looked at last.
    fn folder(&self, name: &str) -> &str {
        self.known.get(name).map(|(_, folder, _)| folder.as_str()).unwrap_or_default()
    }

    fn head(&self) -> String {
        self.mirror.head_seen(&self.watched.branch).unwrap_or_default()
    }

    /// `head` is what was merged by the commit.
    async fn of_stack(&self, config: &Config, (commit, head): (&str, &str), stood: &Stood<'_>) -> Result<StackEnd> {
        let (name, stands) = (stood.name, stood.stands);
        let end = |state, at, why| StackEnd { name: name.to_owned(), state, at, why, seal: None };
        let by_tag = config.is_by_tag(name).then(|| "a tag rolls it out, and not the merge".to_owned());
        let well = |at: &str| stood.runs.iter().find(|run| run.commit == at && run.state == RunState::Succeeded);
        let by = |run: Option<&Run>| run.map(|run| format!("run/{}", run.name));
        if self.mirror.has(stands, commit).await? {
            return Ok(end(EndState::RolledOut, by(well(stands)), None));
        }
        // One that was looked at and needed nothing is as it should be.
        if let Some(settled) = stood.settled.as_ref().filter(|_| by_tag.is_none())
            && self.mirror.has(settled, commit).await?
        {
            let before = well(head).filter(|_| stands == head);
            let why = if before.is_some() { "before its merge" } else { "it needed nothing" };
            return Ok(end(EndState::RolledOut, by(before), Some(why.to_owned())));
        }
        if let Some(hold) = stood.hold
            && self.mirror.has(&hold.commit, commit).await?
        {
            return Ok(StackEnd { name: name.to_owned(), ..StackEnd::of_hold(hold) });
        }
        match stood.ended() {
            Some(run) if self.mirror.has(&run.commit, commit).await? => {
                Ok(StackEnd { name: name.to_owned(), ..StackEnd::of_run(run) })
            }
            _ => {
                let (state, why) = stood.waits(by_tag);
                Ok(end(state, None, why))
            }
        }
    }
}

/// Whether a stack, by its name and folder, is certainly none of those that a branch rolls out.
fn is_gone(found: &Found, stack: (&str, &str)) -> bool {
    !found.lacks(std::iter::once(stack)).is_empty()
}

impl Stood<'_> {
    /// The newest run, where that is over.
    fn ended(&self) -> Option<&Run> {
        self.runs.first().filter(|run| !matches!(run.state, RunState::Running | RunState::Busy))
    }

    /// For what it waits. What is suspended or locked goes on by itself once that ends; what waits for a tag may never.
    fn waits(&self, by_tag: Option<String>) -> (EndState, Option<String>) {
        match (by_tag, self.suspended, self.lock) {
            (Some(by_tag), ..) => (EndState::Waits, Some(by_tag)),
            (None, Some(why), _) => (EndState::Locked, Some(format!("suspended: {why}"))),
            (None, None, Some(lock)) => (EndState::Locked, Some(lock.in_words())),
            (None, None, None) => (EndState::Waits, None),
        }
    }

    /// The commits that say how far it got.
    fn commits(&self) -> impl Iterator<Item = &str> {
        let hold = self.hold.map(|hold| hold.commit.as_str());
        let run = self.ended().map(|run| run.commit.as_str());
        let all = [Some(self.stands), self.settled.as_deref(), hold, run];
        all.into_iter().flatten().filter(|commit| !commit.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_its_branch_waits_no_more() {
        let file = |path: &str, text: &str| crate::repo::TreeFile { path: path.to_owned(), content: text.into() };
        let files = [
            file("net/Pulumi.yaml", "name: net\nruntime: yaml"),
            file("net/Pulumi.dev.yaml", ""),
            file("web/Pulumi.yaml", "name: [\n"),
        ];
        let listing = repo::Listing { files: files.into(), ..repo::Listing::default() };
        let gone = |config: &str| {
            let found = Config::read(config).expect("a configuration").apply(repo::stacks(&listing), "main");
            let known = [("net/dev", "net"), ("web/dev", "web"), ("old/dev", "old")];
            known.into_iter().filter(|stack| is_gone(&found, *stack)).map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(gone(""), ["old/dev"], "what can't be read may be there");
        assert_eq!(gone("exclude: ['net/']"), ["net/dev", "old/dev"]);
    }

    #[test]
    fn what_waits_says_for_what() {
        let lock = Lock::sample("pr/1");
        let waits = |suspended, lock, by_tag: Option<&str>| {
            let stood =
                Stood { name: "net/dev", stands: "", suspended, runs: Vec::new(), settled: None, hold: None, lock };
            let (state, why) = stood.waits(by_tag.map(str::to_owned));
            (state, why.unwrap_or_default())
        };
        assert_eq!(waits(None, None, None), (EndState::Waits, String::new()));
        assert_eq!(waits(None, Some(&lock), None), (EndState::Locked, "pr/1 has it: moving".to_owned()));
        assert_eq!(waits(None, Some(&lock), Some("a tag")), (EndState::Waits, "a tag".to_owned()));
        assert_eq!(waits(Some("a freeze"), Some(&lock), None), (EndState::Locked, "suspended: a freeze".to_owned()));
    }
}
