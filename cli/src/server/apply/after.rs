//! What becomes of what pull requests rolled out before their merge. A head of which something no longer stands says so, whoever moved
//! it; and what goes back after a close is told its end.

use std::collections::{BTreeMap, BTreeSet};

use super::branch::Branch;
use super::locks::owner;
use super::words::why;
use crate::decide::{Known, Reason};
use crate::failure::Result;
use crate::forge::{Pull, State};
use crate::ledger::{AllKnown, Answered, Applied, StackId};
use crate::record::{Action, EndState, Hold, HoldState, PullEnd, Run, RunState, StackEnd, Task};
use crate::review::{Reviewer, Stacks, Up};
use crate::server::{Server, Watched};
use crate::text::short;

impl Server {
    /// Asks for those to be told of whose stacks something else stands by now, or can't stand yet.
    pub(in crate::server) async fn look_at_left(&self, watched: &Watched, reviewer: &Reviewer) -> Result<()> {
        let all = self.ledger.applied(&watched.label).await?;
        let mut pulls = BTreeSet::new();
        if !all.is_empty() {
            let after = After::of(self, watched, reviewer).await?;
            for one in &all {
                pulls.extend(after.news(one).await?.map(|_| one.pull));
            }
        }
        for number in pulls {
            self.ask(watched, Task::Review, &owner(number), false).await?;
        }
        Ok(())
    }

    /// Tells a pull request what became of what it rolled out. One that was merged is told its end elsewhere.
    pub(in crate::server) async fn tell_left(&self, watched: &Watched, reviewer: &Reviewer, pull: &Pull) -> Result<()> {
        let mut own = self.ledger.applied(&watched.label).await?;
        own.retain(|one| one.pull == pull.number);
        if own.is_empty() {
            return Ok(());
        }
        let is_merged = pull.merged.is_some() && pull.base == watched.branch;
        let (after, mut over, mut is_told) = (After::of(self, watched, reviewer).await?, Vec::new(), false);
        let mut back = BTreeSet::new();
        for one in own {
            let news = if is_merged { Some(News::nothing()) } else { after.news(&one).await? };
            let Some(News { id, said, end, comes_to, is_over }) = news else {
                continue;
            };
            if comes_to == ComesTo::TheBranch {
                self.leave(watched, pull.number, &one.stack).await?;
                self.ask(watched, Task::RollOut, &watched.branch, true).await?;
            }
            if is_over && comes_to != ComesTo::TheBranch && !is_merged {
                back.insert(one.stack.clone());
            }
            if let Some(end) = self.keep_news(watched, pull, end).await? {
                for head in BTreeSet::from([&one.head, &pull.head]) {
                    reviewer.tell_unmerged(&pull.at(head), &end).await?;
                }
            }
            if let Some(said) = said {
                // An open one's head is told what its merge would do.
                if comes_to == ComesTo::AnotherCommit && (!pull.is_open || one.head != pull.head) {
                    reviewer.tell_applied(&pull.at(&one.head), &one.stack, State::Error, &said).await?;
                }
                let answered = Answered { at: self.context.now(), answer: format!("{} {said}", one.stack) };
                self.ledger.answer(&watched.label, pull.number, &id, &answered).await?;
                is_told = true;
            }
            over.extend(is_over.then_some(one));
        }
        if is_told {
            reviewer.tell_answers(pull.number).await?;
        }
        self.preview_beside(watched, reviewer, &back).await?;
        for one in over {
            self.ledger.forget_applied(&watched.label, &one).await?;
        }
        Ok(())
    }

    /// Keeps how far a stack is on its way back, where its pull request ended: the end as it is now.
    async fn keep_news(&self, watched: &Watched, pull: &Pull, news: Option<StackEnd>) -> Result<Option<PullEnd>> {
        let (Some(news), false) = (news, pull.is_open) else {
            return Ok(None);
        };
        let Some((mut record, _)) = self.ledger.pull(&watched.label, pull.number).await? else {
            return Ok(None);
        };
        let end = record.end.iter_mut().flat_map(|end| &mut end.stacks).find(|stack| stack.name == news.name);
        match end {
            Some(known) => *known = news,
            None => return Ok(None),
        }
        self.ledger.keep_end(&record).await?;
        Ok(record.end)
    }

    /// Has stacks previewed anew, of which another thing stands by now than any preview saw, wherever they would change.
    async fn preview_beside(&self, watched: &Watched, reviewer: &Reviewer, stacks: &BTreeSet<String>) -> Result<()> {
        if stacks.is_empty() {
            return Ok(());
        }
        for pull in reviewer.forge.open_pulls().await? {
            let Some((shown, _)) = self.ledger.pull(&watched.label, pull.number).await? else {
                continue;
            };
            for stack in shown.stacks.iter().filter(|stack| stacks.contains(&stack.name)) {
                self.preview_anew(watched, pull.number, Some(&stack.name)).await?;
            }
        }
        Ok(())
    }

    /// Asks for those to be told of which people would see another thing by now than when it was looked last. Whoever can't be told now
    /// is told by the next look.
    pub(in crate::server) async fn look_at_faces(&self, watched: &Watched) {
        self.tell_trouble(self.faces(watched).await.err());
    }

    async fn faces(&self, watched: &Watched) -> Result<()> {
        let stacks = Stacks::of(&self.ledger, &watched.label).await?;
        for number in watched.faces.numbers() {
            let (face, is_more) = Up::on(&stacks, &self.ledger, &watched.label, number).await?.face();
            if watched.faces.is_news(number, face, is_more) {
                self.ask(watched, Task::Review, &owner(number), false).await?;
            }
        }
        Ok(())
    }
}

/// What became of a stack that a pull request rolled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ComesTo {
    /// Its head came to the branch.
    TheBranch,
    /// Something else stands, or was begun.
    AnotherCommit,
    /// What the branch says is to stand again.
    AWayBack,
}

/// What a pull request is to be told of a stack.
#[derive(Debug, PartialEq, Eq)]
struct News {
    /// By which it is known that it was told.
    id: String,
    /// Behind the stack's name; nothing where its head came to the branch.
    said: Option<String>,
    /// The same, for one that ended.
    end: Option<StackEnd>,
    comes_to: ComesTo,
    /// Whether nothing comes after it.
    is_over: bool,
}

impl News {
    /// There is nothing to be told any more.
    fn nothing() -> News {
        News { id: String::new(), said: None, end: None, comes_to: ComesTo::TheBranch, is_over: true }
    }
}

/// What is known of the stacks of a repository.
struct After<'a> {
    server: &'a Server,
    watched: &'a Watched,
    branch: Branch<'a>,
    known: AllKnown,
    holds: BTreeMap<String, Hold>,
}

impl<'a> After<'a> {
    async fn of(server: &'a Server, watched: &'a Watched, reviewer: &'a Reviewer) -> Result<After<'a>> {
        let (known, holds) =
            (server.ledger.all_known(&watched.label).await?, server.ledger.open_holds(&watched.label).await?);
        Ok(After { server, watched, branch: Branch::seen(server, watched, reviewer).await?, known, holds })
    }

    /// What is to be told of a stack that was not told yet.
    async fn news(&self, one: &Applied) -> Result<Option<News>> {
        let Some((id, _, known)) = self.known.get(&one.stack) else {
            return Ok(Some(News::nothing()));
        };
        let news = match one.goes_back {
            true => self.way_back(one, id, known).await?,
            false => self.moved(one, known).await?,
        };
        let Some(news) = news else {
            return Ok(None);
        };
        let is_told = !news.is_over && self.server.ledger.is_answered(&self.watched.label, &news.id).await?;
        Ok((!is_told).then_some(news))
    }

    /// That something else stands, or was begun, than what the pull request rolled out.
    async fn moved(&self, one: &Applied, known: &Known) -> Result<Option<News>> {
        let stands = known.rolled_out.as_ref().map(|(commit, _)| commit.as_str());
        let is_whole = stands != Some(&one.head);
        if self.branch.has(&one.head).await? {
            let (at, branch) = (short(&one.head), &self.watched.branch);
            let said = Some(format!("came to {branch} at {at}: it is kept for this no more"));
            let id = format!("came {} {} {}", owner(one.pull), one.stack, one.head);
            return Ok(Some(News { id, said, ..News::nothing() }));
        }
        if !is_whole && known.last == Some(RunState::Succeeded) {
            return Ok(None);
        }
        let runs = self.server.ledger.newest_runs(&self.watched.label, &one.stack).await?;
        let by =
            if is_whole { runs.iter().find(|run| run.state == RunState::Succeeded) } else { by_others(&runs, one) };
        let Some(run) = by else {
            return Ok(None);
        };
        // It rolls out what it moved on to: that is told by whoever does it.
        if run.reason == (Reason::Applied { pull: one.pull }).words() {
            return Ok(None);
        }
        let by = match (is_whole, stands) {
            (true, Some(commit)) => format!("run/{} brought it to {}", run.name, short(commit)),
            (true, None) => format!("run/{} destroyed it", run.name),
            (false, _) => format!("run/{} may have changed it in part", run.name),
        };
        let said = Some(format!("is no longer rolled out at {}: {by}", short(&one.head)));
        let id = format!("left {} {}", owner(one.pull), run.name);
        Ok(Some(News { id, said, end: None, comes_to: ComesTo::AnotherCommit, is_over: true }))
    }

    /// How far a stack is on its way back to what the branch says.
    async fn way_back(&self, one: &Applied, id: &StackId, known: &Known) -> Result<Option<News>> {
        let (name, pull) = (&one.stack, owner(one.pull));
        let runs = self.server.ledger.newest_runs(&self.watched.label, name).await?;
        if known.last == Some(RunState::Succeeded)
            && let Some(said) = self.is_back(id, known, runs.first()).await?
        {
            let id = format!("back {pull} {name} {}", runs.first().map(|run| run.name.as_str()).unwrap_or_default());
            let at = runs.first().map(|run| format!("run/{}", run.name));
            let end = StackEnd { name: name.clone(), state: EndState::Back, at, why: None, seal: None };
            let (said, end) = (Some(said), Some(end));
            return Ok(Some(News { id, said, end, comes_to: ComesTo::AWayBack, is_over: true }));
        }
        let told = |id, said, end: StackEnd| {
            let end = Some(StackEnd { name: name.clone(), ..end });
            Some(News { id, said: Some(said), end, comes_to: ComesTo::AWayBack, is_over: false })
        };
        let hold = self.holds.get(name).filter(|hold| hold.state == HoldState::Held && !hold.case.is_before_merge);
        if let Some(hold) = hold.filter(|hold| !hold.case.is_aside())
            && self.branch.has(&hold.commit).await?
        {
            return Ok(told(
                format!("back {pull} hold/{} {}", hold.name, hold.seal),
                held(hold),
                StackEnd::of_hold(hold),
            ));
        }
        if let Some(run) = runs.first().filter(|run| has_failed(run))
            && self.branch.has(&run.commit).await?
        {
            return Ok(told(format!("back {pull} {name} failed"), failed(run), StackEnd::of_run(run)));
        }
        Ok(None)
    }

    /// That it stands as the branch says.
    async fn is_back(&self, id: &StackId, known: &Known, run: Option<&Run>) -> Result<Option<String>> {
        let by = run.map(|run| format!(": run/{}", run.name)).unwrap_or_default();
        let branch = &self.watched.branch;
        let Some((stands, _)) = &known.rolled_out else {
            return Ok(Some(format!("was destroyed{by}")));
        };
        if self.branch.has(stands).await? {
            return Ok(Some(format!("is back at what {branch} says, at {}{by}", short(stands))));
        }
        let settled = match self.server.ledger.settled(id).await? {
            Some(settled) => self.branch.has(&settled).await?,
            None => false,
        };
        Ok(settled.then(|| format!("is what {branch} says by now: nothing had to go back")))
    }
}

/// The newest run that may have changed something and did not end well, where it was of another commit than what was rolled out.
fn by_others<'r>(runs: &'r [Run], one: &Applied) -> Option<&'r Run> {
    let newest = runs.iter().find(|run| !matches!(run.state, RunState::Held | RunState::Busy));
    newest.filter(|run| has_failed(run) && (run.commit != one.head || run.action == Action::Destroy))
}

fn has_failed(run: &Run) -> bool {
    matches!(run.state, RunState::Failed | RunState::Cancelled | RunState::Interrupted)
}

fn held(hold: &Hold) -> String {
    let (name, seal) = (&hold.name, &hold.seal);
    format!(
        "does not go back yet, it is held as hold/{name}: {}. Write `/gitinfra approve {seal}` or `/gitinfra reject {seal} REASON`",
        hold.case.asks()
    )
}

fn failed(run: &Run) -> String {
    format!("is not back yet: run/{} {}: {}; it is tried again", run.name, run.state.word(), why(run))
}
