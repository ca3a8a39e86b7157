//! Commands in comments, each acted upon once: asked for by somebody who may write, in a comment that nobody changed, about the
//! commit that it names.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::apply::{Branch, owner};
use super::workers::number_of;
use super::{Server, Watched};
use crate::approval::Asked;
use crate::called;
use crate::explain::{Explained, explain};
use crate::failure::{Failure, Kind, Result};
use crate::forge::command::{Command, Verb, Wrong};
use crate::forge::{Comment, Pull};
use crate::git::{Commit, Programs};
use crate::ledger::{Answered, Deed, Ledger};
use crate::record::{RunState, StackRecord, Standing};
use crate::repo::{self, Found, Stack};
use crate::review::{Reviewer, Up};
use crate::standing;
use crate::text;
use crate::text::{list, short};

/// A comment that is older is not acted upon: what was answered is not remembered for ever.
pub(super) const OLDEST: i64 = 30 * 24 * 60 * 60_000;
/// What strangers are told.
const NOT_YOURS: &str = "commands are for those who may write to the repository";

/// Something that somebody asks for in a comment.
struct Said<'a> {
    watched: &'a Watched,
    reviewer: &'a Reviewer,
    pull: Pull,
    who: &'a str,
    /// The comment.
    id: &'a str,
    command: Command,
}

impl Server {
    /// Does what a comment asks for. The subject is `pr/7 COMMENT`.
    pub(super) async fn command(self: &Arc<Self>, watched: &Watched, subject: &str) -> Result<()> {
        let (pull, id) = subject.split_once(' ').unwrap_or_default();
        let (number, Some(reviewer)) = (number_of(pull)?, &watched.reviewer) else {
            return Ok(());
        };
        // What was answered may not have been told yet.
        if self.ledger.is_answered(&watched.label, id).await? {
            return reviewer.tell_answers(number).await;
        }
        let comments = reviewer.forge.comments(number).await?;
        let Some((comment, parsed)) = comments.iter().find(|comment| comment.id == id).and_then(asks) else {
            return Ok(());
        };
        let now = self.context.now();
        if is_older(comment, self.ledger.watched_since(&watched.label, now).await?.max(now - OLDEST)) {
            return Ok(());
        }
        let refused = refused(reviewer, comment).await?;
        let is_taken = refused.is_none();
        // A stranger is told once, and not each time: else anybody makes us write as often as they like.
        if refused.as_deref() == Some(NOT_YOURS) && self.ledger.has_said(&watched.label, number, NOT_YOURS).await? {
            let silent = Answered { at: now, answer: String::new() };
            return self.ledger.answer(&watched.label, number, id, &silent).await;
        }
        let answer = match refused {
            Some(why) => why,
            None => self.answer_to(watched, reviewer, (number, id), &comment.author, parsed).await?,
        };
        let answered = Answered { at: self.context.now(), answer: format!("{}: {answer}", comment.author) };
        self.ledger.answer(&watched.label, number, id, &answered).await?;
        if is_taken {
            // It is only a sign that the comment was read.
            let _ = reviewer.forge.react(number, id).await;
        }
        reviewer.tell_answers(number).await
    }

    /// What is said to it. Only what can't be done now, but later, is a failure. What was done is written down once, with what was
    /// said to it.
    async fn answer_to(
        self: &Arc<Self>,
        watched: &Watched,
        reviewer: &Reviewer,
        (number, id): (u64, &str),
        who: &str,
        parsed: Result<Command, Wrong>,
    ) -> Result<String> {
        let command = match parsed {
            Ok(command) => command,
            Err(Wrong(why)) => return Ok(why),
        };
        let pull = reviewer.forge.pull(number).await?;
        let setup = self.setup();
        let who = setup.config.named(who);
        let said = Said { watched, reviewer, pull, who, id, command };
        let answer = match self.acted(&said).await {
            Err(failure) if matches!(failure.kind, Kind::Setup | Kind::Cancelled | Kind::Bug) => return Err(failure),
            Err(failure) => failure.message,
            Ok(answer) => answer,
        };
        let details = format!("{}: {}", said.command, reviewer.scrubber.scrub(&answer));
        let what = format!("{}#{number}", watched.name);
        self.ledger.audit(&Deed { who, did: "wrote", what: &what, details: &details }, self.context.now()).await?;
        Ok(answer)
    }

    async fn acted(self: &Arc<Self>, said: &Said<'_>) -> Result<String> {
        said.is_current()?;
        match said.command.verb {
            Verb::Help => Ok(help()),
            Verb::Preview => self.previews(said).await,
            Verb::Up => self.begins_to_apply(said.watched, (&said.pull, said.who, said.id), &said.command).await,
            Verb::Approve | Verb::Reject => self.decides(said).await,
            Verb::Cancel => self.cancels(said).await,
            Verb::Retry => self.retries(said).await,
            Verb::Unlock => self.unlocks(said).await,
            Verb::Explain => said.explained(&self.ledger).await,
        }
    }

    /// A fork's is run only at exactly the commit that somebody has read: the beginning of an id can be made to fit another.
    async fn previews(&self, said: &Said<'_>) -> Result<String> {
        let Said { watched, pull, who, command, .. } = said;
        if !pull.is_open {
            return Err(Failure::input("it is closed: there is nothing left to preview"));
        }
        if pull.is_fork {
            if command.commit.as_deref() != Some(&pull.head) {
                let why = match &command.commit {
                    Some(commit) if pull.head.starts_with(commit) => "it comes from a fork, so all digits are needed",
                    Some(_) => "it comes from a fork, and is at another commit",
                    None => "it comes from a fork",
                };
                return Err(Failure::input(format!("{why}: read it, then write `/gitinfra preview {}`", pull.head)));
            }
            self.ledger.trust(&watched.label, &pull.head, who, self.context.now()).await?;
        }
        let stack = self.touched(said).await?;
        // Somebody wants it anew, whatever was told before.
        said.reviewer.tell_begun(pull).await?;
        self.preview_anew(watched, pull.number, stack.as_deref()).await?;
        Ok(match stack {
            Some(stack) => format!("{stack} is being previewed at {}", short(&pull.head)),
            None => format!("{} is being previewed", short(&pull.head)),
        })
    }

    /// The stack that is named, where one is, of those that the pull request touches.
    async fn touched(&self, said: &Said<'_>) -> Result<Option<String>> {
        let Some(name) = &said.command.stack else {
            return Ok(None);
        };
        let (_, merge) = said.reviewer.fetch(&said.pull).await?;
        let Some((base, head)) = merge.fetched else {
            return Err(Failure::bug("what was fetched is not there"));
        };
        let found = said.declared(&base.id, &head.id)?;
        let names: Vec<String> = found.stacks.iter().map(Stack::name).collect();
        let name = called::stack(name, &names.iter().map(String::as_str).collect()).map_err(with_hints)?;
        let shown = self.ledger.pull(&said.watched.label, said.pull.number).await?.map(|(shown, _)| shown);
        let shown = shown.filter(|shown| shown.head == said.pull.head && shown.state == "previewed");
        match shown.is_some_and(|shown| !shown.stacks.iter().any(|stack| stack.name == name)) {
            true => {
                Err(Failure::input(format!("{name} uses nothing that it changes: there is nothing to preview of it")))
            }
            false => Ok(Some(name.to_owned())),
        }
    }

    /// A seal says which commit, stack and change it is about; another pull request's is none of this one.
    async fn decides(&self, said: &Said<'_>) -> Result<String> {
        let (now, mut answers) = (self.context.now(), Vec::new());
        if said.command.seals.is_empty() {
            return Err(Failure::input("say which: a seal's id, twelve digits, from the comment or the page"));
        }
        for seal in &said.command.seals {
            let asked = Asked::find(&self.ledger, seal).await?;
            let is_of_it = asked.hold.is_some() || asked.commit == said.pull.head;
            if asked.repository != said.watched.label || !is_of_it {
                return Err(Failure::input(format!("{seal} is about something else than this pull request shows")));
            }
            answers.push(match said.command.verb {
                Verb::Approve => asked.approve(&self.ledger, said.who, now).await?,
                _ => {
                    let reason = said.command.reason.as_deref();
                    let reason = reason.ok_or_else(|| Failure::input("say why, behind the seal"))?;
                    asked.reject(&self.ledger, said.who, reason, now).await?
                }
            });
        }
        self.soon(&said.watched.label).await?;
        Ok(answers.join("; "))
    }

    async fn cancels(&self, said: &Said<'_>) -> Result<String> {
        let stack = self.meant(said).await?;
        let run = stack.last_run.as_deref().filter(|_| stack.last_state == Some(RunState::Running));
        let over = || Failure::input(format!("no run of {} goes on", stack.name));
        let run = run.ok_or_else(over)?;
        match self.ledger.ask_to_stop(run, said.who).await? {
            true => Ok(format!("run/{run} was asked to stop")),
            false => Err(over()),
        }
    }

    /// What an open pull request failed to roll out is rolled out again; where nothing failed it is previewed again. After a merge the stack that is named is rolled out again; without a name all of the
    /// branch that did not go well.
    async fn retries(&self, said: &Said<'_>) -> Result<String> {
        if said.pull.is_open {
            let up = Up::of(&self.ledger, &said.watched.label, said.pull.number).await?;
            let is_meant = |name: &String| match &said.command.stack {
                Some(meant) => name == meant || name.ends_with(&format!("/{meant}")),
                None => true,
            };
            let has_failed = up.shown.head == said.pull.head && up.failed().iter().any(is_meant);
            return match has_failed {
                true => self.begins_to_apply(said.watched, (&said.pull, said.who, said.id), &said.command).await,
                false => self.previews(said).await,
            };
        }
        let stacks = match said.command.stack {
            Some(_) => vec![self.meant(said).await?.name],
            None => self.unwell(said.watched).await?,
        };
        if stacks.is_empty() {
            return Ok(format!(
                "there is nothing to try again: the newest run of every stack of {} went well",
                said.watched.branch
            ));
        }
        let answer =
            format!("{} is tried again", text::list(&stacks.iter().map(String::as_str).collect::<Vec<_>>(), 5));
        self.retry(&said.watched.label, &stacks).await?;
        Ok(answer)
    }

    /// The stacks on a branch whose newest run did not go well.
    async fn unwell(&self, watched: &Watched) -> Result<Vec<String>> {
        let mut all = self.ledger.stack_records().await?;
        all.retain(|record| record.repository == watched.label && record.branch.as_ref() == Some(&watched.branch));
        tokio::task::block_in_place(|| standing::look(&self.context, &mut all));
        Ok(all.into_iter().filter(went_wrong).map(|record| record.name).collect())
    }

    /// One's own lock alone: to write to the repository is not yet to be an admin here.
    async fn unlocks(&self, said: &Said<'_>) -> Result<String> {
        let stack = self.meant(said).await?;
        let free = || Failure::input(format!("nobody has a lock on {}", stack.name));
        let id = self.ledger.find(&stack.repository, &stack.name).await?.ok_or_else(free)?;
        let own = owner(said.pull.number);
        if let Some(lock) = self.ledger.lock_on(&id).await?.filter(|lock| lock.owner == own) {
            let branch = Branch::fetched(self, said.watched, said.reviewer).await?;
            if stack.last_state == Some(RunState::Running) {
                let words = format!("{0} is being rolled out from this: `/gitinfra cancel {0}` stops it", stack.name);
                return Err(Failure::input(words));
            }
            if branch.apart(&lock.name, &id).await?.is_some() {
                let words = format!("{} is rolled out from this and not merged: merge or close it", stack.name);
                return Err(Failure::input(words));
            }
            let why = format!("{} gave the stack back", said.who);
            self.ledger.give_up(&id, Some(&own), &why, self.context.now()).await?;
            self.look_at_faces(said.watched).await;
            return Ok(format!("{} is unlocked", stack.name));
        }
        if self.ledger.unlock(&id, Some(said.who)).await? {
            return Ok(format!("{} is unlocked", stack.name));
        }
        match self.ledger.lock_on(&id).await? {
            Some(lock) => {
                Err(Failure::input(format!("the lock on {} is somebody else's: {} has it", stack.name, lock.owner)))
            }
            None => Err(free()),
        }
    }

    /// The stack that is named, of this repository.
    async fn meant(&self, said: &Said<'_>) -> Result<StackRecord> {
        let mut all = self.ledger.stack_records().await?;
        all.retain(|record| record.repository == said.watched.label);
        let name = said.command.stack.as_deref().ok_or_else(|| Failure::input("say which stack"))?;
        let names = all.iter().map(|record| record.name.as_str()).collect();
        let name = called::stack(name, &names).map_err(with_hints)?.to_owned();
        let found = all.into_iter().find(|record| record.name == name);
        found.ok_or_else(|| Failure::bug(format!("`{name}` was found and is not there")))
    }
}

impl Said<'_> {
    /// Whether the commit that it names is still the one that would be merged.
    fn is_current(&self) -> Result<()> {
        match &self.command.commit {
            Some(commit) if !self.pull.head.starts_with(commit.as_str()) => {
                let head = short(&self.pull.head);
                let why = match self.reviewer.previewer.mirror.has_commit(commit) {
                    true => format!("it moved on to {head} meanwhile"),
                    false => format!("no commit {commit} is known here, and it is at {head}"),
                };
                Err(Failure::input(format!("{why}: read that, and say it again for {head}")))
            }
            _ => Ok(()),
        }
    }

    /// The stacks of its head, with what `gitinfra.yaml` says of them at the base.
    fn declared(&self, base: &str, head: &str) -> Result<Found> {
        let mirror = &self.reviewer.previewer.mirror;
        let config = mirror.config(base)?;
        Ok(config.apply(repo::stacks(&mirror.listing(head)?), &self.pull.base))
    }

    /// From where to where it goes. The base of one that is closed may have it, so there it is the one that it was shown for last.
    async fn sides(&self, ledger: &Ledger) -> Result<(Commit, Commit)> {
        let mirror = &self.reviewer.previewer.mirror;
        if self.pull.is_open {
            return Ok((mirror.fetch_branch(&self.pull.base).await?, mirror.fetch_ref(&self.pull.head).await?));
        }
        let shown = ledger.pull(&self.watched.label, self.pull.number).await?.map(|(shown, _)| shown);
        let unknown = || Failure::input("it is closed, and was never previewed here: nobody knows what it changed");
        let shown = shown.filter(|shown| shown.head == self.pull.head).ok_or_else(unknown)?;
        Ok((mirror.fetch_ref(&shown.base_commit).await?, mirror.fetch_ref(&shown.head).await?))
    }

    /// Why its stacks are touched.
    async fn explained(&self, ledger: &Ledger) -> Result<String> {
        let mirror = &self.reviewer.previewer.mirror;
        let (base, head) = self.sides(ledger).await?;
        let reading = standing::reading(&self.reviewer.previewer.context, ledger, &self.watched.label).await?;
        let merged = mirror.merge(&base.id, &head.id).await?;
        let listing = mirror.listing(&merged)?;
        let names: Vec<String> = self.command.stack.iter().cloned().collect();
        let mut found = self.declared(&base.id, &merged)?;
        let gone = reading.gone(&repo::stacks(&listing), &self.pull.base);
        let wanted = found.clone().select(&names).map_err(with_hints)?;
        let unread = wanted.faults.iter().filter(|fault| fault.has_stacks).map(Explained::unread);
        let unread: Vec<String> = unread.map(|unread| why(&unread)).collect();
        let wanted: BTreeSet<String> = wanted.stacks.iter().map(Stack::name).collect();
        let mut programs = Programs::at(mirror, &merged, &listing)?;
        found.stacks.iter_mut().for_each(|stack| programs.follow(stack));
        let changed = mirror.changed_paths(&base.id, &merged)?;
        let changed = changed.ok_or_else(|| Failure::input(format!("`{}` can't be compared", self.pull.base)))?;
        let mut all = explain(&found.stacks, &changed, (&listing.files, &reading, &gone));
        all.retain(|explained| !explained.paths.is_empty() || !explained.reads.is_empty());
        let touched: Vec<&str> = all.iter().map(|explained| explained.stack.as_str()).collect();
        let told = all.iter().filter(|explained| wanted.contains(&explained.stack)).take(10).map(why);
        let lines: Vec<String> = unread.into_iter().chain(told).collect();
        Ok(match (lines.is_empty(), &self.command.stack) {
            (false, _) => lines.join("\n"),
            (true, Some(stack)) if !touched.is_empty() => {
                format!("it does not touch {stack}; it touches {}", list(&touched, 10))
            }
            (true, _) => "it touches no stack".to_owned(),
        })
    }
}

/// Why a stack is touched, on one line.
fn why(explained: &Explained) -> String {
    let Explained { stack, paths, reads, notes, refused, .. } = explained;
    if let Some(refused) = refused {
        return format!("{stack} can't be rolled out: {}", refused.replace('\n', "; "));
    }
    let reads: Vec<&str> = reads.iter().map(String::as_str).collect();
    let whys: Vec<String> = paths.iter().take(5).map(|touch| format!("{}: {}", touch.path, touch.why)).collect();
    let why = match whys.is_empty() {
        true => format!("{stack} if what it reads of {} comes to be another thing", list(&reads, 5)),
        false => format!("{stack} because {}", whys.join("; ")),
    };
    std::iter::once(&why).chain(notes).cloned().collect::<Vec<_>>().join("; ")
}

/// An answer is one text: what helps stands in it.
pub(super) fn with_hints(failure: Failure) -> Failure {
    let message = std::iter::once(&failure.message).chain(&failure.hints).cloned().collect::<Vec<_>>().join("; ");
    Failure { message, ..failure }
}

/// Why a comment is not acted upon, whatever it asks for.
async fn refused(reviewer: &Reviewer, comment: &Comment) -> Result<Option<String>> {
    if comment.is_edited {
        return Ok(Some("this comment was edited, so it counts for nothing: write a new one".to_owned()));
    }
    let may_write = reviewer.forge.may_write(&comment.author).await?;
    Ok((!may_write).then(|| NOT_YOURS.to_owned()))
}

/// What `gitinfra retry` tries again where nothing is named.
fn went_wrong(record: &StackRecord) -> bool {
    let is_there = !matches!(record.standing, Standing::Gone | Standing::Destroyed);
    is_there && record.last_state.is_some_and(|state| !matches!(state, RunState::Succeeded | RunState::Running))
}

/// A comment of somebody else's that begins as a command.
fn asks(comment: &Comment) -> Option<(&Comment, Result<Command, Wrong>)> {
    Command::parse(&comment.text).filter(|_| !comment.is_ours).map(|parsed| (comment, parsed))
}

/// Whether it was written before anybody looked. Some forges know no more than seconds.
pub(super) fn is_older(comment: &Comment, since: i64) -> bool {
    comment.at / 1000 < since / 1000
}

fn help() -> String {
    let line = |(verb, word, does): &(Verb, &str, &str)| format!("`/gitinfra {word}{}` {does}", verb.takes());
    Verb::ALL.iter().map(line).collect::<Vec<_>>().join("\n")
}
