//! A pull request that a command rolls out before its merge. Its head has to hold all of its base, so what is rolled out are the very
//! files that the merge brings, at a commit that the merge makes part of the branch: the roll-out of the branch then finds nothing to
//! do. From the command to the merge, or to its being closed, the stack has a lock that belongs to the pull request: nothing else is
//! rolled out there meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::workers::number_of;
use super::{Server, Watched};
use crate::called;
use crate::config::{self, Apply, Config};
use crate::decide::{Reason, short};
use crate::failure::{Failure, Kind, Result};
use crate::forge::command::{Command, Verb};
use crate::forge::{Mergeable, Pull, State};
use crate::git::{Commit, Mirror, Programs};
use crate::ledger::{Answered, Deed, StackId, Wish};
use crate::order::Order;
use crate::record::{Action, Lock, RunState, Task};
use crate::repo::{self, Stack};
use crate::review::Reviewer;
use crate::rollout::Outcome;
use crate::target::{Place, Target};
use crate::text;

/// How long a pull request keeps its stacks, if nobody ever closes it.
const LENGTH: i64 = 365 * 24 * 60 * 60_000;
/// How often a forge is asked that still works out whether it can be merged, and how long it is left to that.
const QUESTIONS: u32 = 5;
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(2);

/// What is rolled out.
pub(super) struct Plan {
    head: Commit,
    /// What `gitinfra.yaml` says at the base.
    config: Config,
    /// In the order in which they go, each with the seal that was shown.
    stacks: Vec<(Stack, String)>,
}

impl Plan {
    fn names(&self) -> Vec<String> {
        self.stacks.iter().map(|(stack, _)| stack.name()).collect()
    }
}

/// Whose locks those of a pull request are.
pub(super) fn owner(number: u64) -> String {
    format!("pr/{number}")
}

fn refused<T>(why: impl Into<String>) -> Result<T> {
    Err(Failure::input(why))
}

impl Server {
    /// Takes the stacks for a pull request, and says that they are going to be rolled out.
    pub(super) async fn begins_to_apply(
        &self,
        watched: &Watched,
        (pull, who, id): (&Pull, &str, &str),
        command: &Command,
    ) -> Result<String> {
        let reviewer = watched.reviewer.as_ref().ok_or_else(|| Failure::bug("a comment came from no forge"))?;
        let plan = self.to_apply(watched, reviewer, pull, command).await?;
        self.take(watched, pull, who, &plan).await?;
        self.ask(watched, Task::Apply, &format!("pr/{} {id}", pull.number), true).await?;
        Ok(format!("{} is being rolled out at {}", listed(&plan.names()), short(&pull.head)))
    }

    /// Rolls them out, and says what came of it. The subject is `pr/7 COMMENT`.
    pub(super) async fn apply(&self, watched: &Watched, subject: &str, cancel: &CancellationToken) -> Result<()> {
        let (pull, id) = subject.split_once(' ').unwrap_or_default();
        let (number, Some(reviewer)) = (number_of(pull)?, &watched.reviewer) else {
            return Ok(());
        };
        let end = format!("{id} up");
        if self.ledger.is_answered(&watched.label, &end).await? {
            return reviewer.tell_answers(number).await;
        }
        let answer = match self.applied(watched, reviewer, (number, id), cancel).await {
            Err(failure) if matches!(failure.kind, Kind::Setup | Kind::Cancelled | Kind::Bug) => return Err(failure),
            Err(failure) => failure.message,
            Ok(answer) => answer,
        };
        let answered = Answered { at: self.context.now(), answer };
        self.ledger.answer(&watched.label, number, &end, &answered).await?;
        reviewer.tell_answers(number).await
    }

    /// Everything is asked again: what was so when it was written may be so no more.
    async fn applied(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        (number, id): (u64, &str),
        cancel: &CancellationToken,
    ) -> Result<String> {
        let comments = reviewer.forge.comments(number).await?;
        let comment = comments.iter().find(|comment| comment.id == id && !comment.is_edited);
        let command = comment.and_then(|comment| Command::parse(&comment.text)).and_then(Result::ok);
        let Some(command) = command.filter(|command| command.verb == Verb::Up) else {
            return refused(
                "the comment that asked for the roll-out is no longer there as it was, so nothing is rolled out",
            );
        };
        let pull = reviewer.forge.pull(number).await?;
        let plan = self.to_apply(watched, reviewer, &pull, &command).await?;
        let who = comment.map(|comment| comment.author.as_str()).unwrap_or_default();
        self.take(watched, &pull, who, &plan).await?;
        let mirror = &reviewer.previewer.mirror;
        let mut previewer = reviewer.previewer.clone();
        previewer.context.cancel = cancel.clone();
        let keep_runs = watched.follow.lock().await.wishes.keep_runs;
        let place = Place { previewer, ledger: self.ledger.clone(), keep_runs, owner: Some(owner(number)) };
        let mut words = Vec::new();
        for (stack, seal) in &plan.stacks {
            mirror.keep_applied(&stack.name(), &plan.head.id)?;
            let (outcome, said) = self.one_applied(&place, &pull, (stack, seal), &plan).await?;
            if outcome == Outcome::Cancelled && cancel.is_cancelled() {
                return Err(Failure::cancelled());
            }
            reviewer.tell_applied(&pull, &stack.name(), state(&outcome), &said).await?;
            words.push(format!("{} {said}", stack.name()));
            if outcome != Outcome::RolledOut {
                let rest: Vec<String> = plan.names().into_iter().skip(words.len()).collect();
                words.extend((!rest.is_empty()).then(|| format!("{} waits for it", listed(&rest))));
                break;
            }
        }
        Ok(words.join("; "))
    }

    /// One stack. One that a try before brought to the head already stands.
    async fn one_applied(
        &self,
        place: &Place,
        pull: &Pull,
        (stack, seal): (&Stack, &str),
        plan: &Plan,
    ) -> Result<(Outcome, String)> {
        let label = &place.previewer.mirror.source.label;
        let id = self.ledger.stack(label, stack, self.context.now()).await?;
        let known = self.ledger.known(&id).await?;
        let stands = known.rolled_out.as_ref().is_some_and(|(commit, _)| *commit == plan.head.id);
        let at = short(&plan.head.id);
        if stands && known.last == Some(RunState::Succeeded) {
            return Ok((Outcome::RolledOut, format!("is rolled out at {at}: merge it")));
        }
        let reason = Reason::Applied { pull: pull.number };
        let (branch, commit) = (pull.base.clone(), plan.head.clone());
        let target = Target { stack: stack.clone(), branch, commit, id, known };
        let outcome = place.run(&target, (Action::RollOut, &reason), &plan.config, Some(seal)).await?;
        let holds = self.ledger.open_holds(label).await?;
        let hold = holds.get(&stack.name()).filter(|hold| hold.commit == plan.head.id);
        let again = format!("`/gitinfra up {at}`");
        let said = match (&outcome, hold) {
            (Outcome::RolledOut, _) => format!("is rolled out at {at}: merge it"),
            (Outcome::Held, Some(hold)) => format!(
                "is held as hold/{}: {}. Write `/gitinfra approve {}`, then {again} anew",
                hold.name,
                hold.case.in_words(),
                hold.seal
            ),
            (Outcome::Held, None) => format!("is held: once that is decided, write {again} anew"),
            (Outcome::Failed(_), _) => {
                format!("failed, and may be changed in part: the page says why, {again} tries it again")
            }
            (Outcome::Cancelled, _) => format!("was cancelled, and may be changed in part: {again} goes on"),
            (Outcome::Busy | Outcome::Full | Outcome::Moved, _) => {
                format!("was not touched, for somebody else works there: {again} tries it again")
            }
        };
        Ok((outcome, said))
    }

    /// What a command asks for, if all that is asked of it is so.
    async fn to_apply(&self, watched: &Watched, reviewer: &Reviewer, pull: &Pull, command: &Command) -> Result<Plan> {
        self.may_be_applied(watched, pull, command).await?;
        let mirror = &reviewer.previewer.mirror;
        let (_, merge) = reviewer.fetch(pull).await?;
        let (base, head) = merge.fetched.ok_or_else(|| Failure::bug("what was fetched is not there"))?;
        let config = Config::read(&mirror.file(&base.id, config::FILE)?.unwrap_or_default())?;
        if !config.has_commands() {
            return refused(by_merge());
        }
        if command.commit.is_none() {
            return refused(format!("say which commit you read: `/gitinfra up {}`", short(&pull.head)));
        }
        if !mirror.has(&head.id, &base.id).await? {
            let (branch, at) = (&pull.base, short(&base.id));
            return refused(format!(
                "it is behind {branch}, which is at {at}: merge {branch} into it, read what is shown then, and say it again"
            ));
        }
        let record = self.ledger.pull(&watched.label, pull.number).await?.map(|(record, _)| record);
        let is_now = |record: &crate::record::PullRecord| {
            (&record.head, &record.base_commit, record.state.as_str()) == (&pull.head, &base.id, "previewed")
        };
        let Some(record) = record.filter(is_now) else {
            return refused(
                "nobody was shown yet what it would do now: wait for the preview, read it, and say it again",
            );
        };
        let shown: Vec<&str> = record.stacks.iter().map(|stack| stack.name.as_str()).collect();
        let wanted = wanted(&config, &shown, command.stack.as_deref())?;
        let read = self.ledger.reads(&watched.label).await?;
        let stacks = in_order(mirror, (&head.id, &pull.base), &config, &wanted, &read)?;
        let sealed = |stack: Stack| {
            let name = stack.name();
            let seal = record.stacks.iter().find(|shown| shown.name == name).and_then(|shown| shown.seal.clone());
            let none = || Failure::input(format!("{name} was not previewed well, so nobody knows what it would do"));
            Ok((stack, seal.ok_or_else(none)?))
        };
        let stacks = stacks.into_iter().map(sealed).collect::<Result<Vec<_>>>()?;
        mergeable(reviewer, pull).await?;
        Ok(Plan { head, config, stacks })
    }

    /// What can be told without looking at any commit.
    async fn may_be_applied(&self, watched: &Watched, pull: &Pull, command: &Command) -> Result<()> {
        if pull.base != watched.branch {
            return refused(format!("only {} is rolled out, and this goes into {}", watched.branch, pull.base));
        }
        if !pull.is_open {
            return refused(
                "it is closed: what was merged is rolled out by itself, and `/gitinfra retry` tries it again",
            );
        }
        match &command.commit {
            Some(commit) if !pull.head.starts_with(commit.as_str()) => {
                return refused(format!("it moved on to {} meanwhile: read that first", short(&pull.head)));
            }
            Some(commit) if pull.is_fork && *commit != pull.head => {
                return refused(format!("it comes from a fork: read it, then write `/gitinfra up {}`", pull.head));
            }
            _ => {}
        }
        if pull.is_fork && !self.ledger.is_trusted(&watched.label, &pull.head).await? {
            let head = &pull.head;
            return refused(format!("it comes from a fork: read it, then write `/gitinfra preview {head}` first"));
        }
        Ok(())
    }

    /// Locks the stacks for a pull request: all of them or none.
    async fn take(&self, watched: &Watched, pull: &Pull, who: &str, plan: &Plan) -> Result<()> {
        let (owner, mut taken) = (owner(pull.number), Vec::<StackId>::new());
        let reason = format!("{who} rolls it out before its merge");
        for (stack, _) in &plan.stacks {
            let id = self.ledger.stack(&watched.label, stack, self.context.now()).await?;
            let before = self.ledger.lock_on(&id).await?;
            let wish = Wish { owner: &owner, reason: &reason, length: LENGTH };
            if self.ledger.lock(&id, &wish).await?.is_some() {
                taken.extend(before.is_none().then_some(id));
                continue;
            }
            for id in &taken {
                self.ledger.unlock(id, Some(&owner)).await?;
            }
            let by = before.map_or_else(|| "locked by somebody else".to_owned(), |lock| lock.in_words());
            return refused(format!("{} is {by}; nothing of this is rolled out before that is over", stack.name()));
        }
        Ok(())
    }

    /// One that was merged or closed gives its stacks back. What was rolled out and is not merged goes back to what the branch says.
    pub(super) async fn gives_back(&self, watched: &Watched, reviewer: &Reviewer, pull: &Pull) -> Result<()> {
        let locks = self.locks_of_pulls(watched).await?;
        let own: Vec<Lock> = locks.into_iter().filter(|lock| lock.owner == owner(pull.number)).collect();
        let mut applied = Vec::new();
        for lock in &own {
            let Some(id) = self.ledger.find(&watched.label, &lock.name).await? else {
                continue;
            };
            if pull.merged.is_none() && self.stands_apart(watched, reviewer, &id).await? {
                applied.push(lock.name.clone());
            }
            self.ledger.unlock(&id, Some(&owner(pull.number))).await?;
            let deed = Deed { who: "gitinfra", did: "unlocked", what: &lock.name, details: &owner(pull.number) };
            self.ledger.audit(&deed, self.context.now()).await?;
        }
        if !own.is_empty() {
            self.ask(watched, Task::RollOut, &watched.branch, true).await?;
        }
        if applied.is_empty() {
            return Ok(());
        }
        let answer = format!(
            "It was closed without a merge. {} was rolled out from it, and goes back to what {} says; what deletes more than is \
             allowed is held first",
            listed(&applied),
            watched.branch
        );
        let id = format!("closed pr/{} {}", pull.number, pull.head);
        self.ledger.answer(&watched.label, pull.number, &id, &Answered { at: self.context.now(), answer }).await?;
        reviewer.tell_answers(pull.number).await
    }

    /// Whether what stands of a stack, or may stand after a run that did not end well, is not what its branch says.
    pub(super) async fn stands_apart(&self, watched: &Watched, reviewer: &Reviewer, id: &StackId) -> Result<bool> {
        let mirror = &reviewer.previewer.mirror;
        let head = mirror.fetch_branch(&watched.branch).await?;
        let Some((commit, _)) = self.ledger.known(id).await?.rolled_out else {
            return Ok(false);
        };
        Ok(!mirror.has(&head.id, &commit).await?)
    }

    /// The locks that pull requests of a repository have.
    pub(super) async fn locks_of_pulls(&self, watched: &Watched) -> Result<Vec<Lock>> {
        let mut locks = self.ledger.locks().await?;
        locks.retain(|lock| lock.repository == watched.label && number_of(&lock.owner).is_ok());
        Ok(locks)
    }

    /// Asks for those to be looked at that have locks and are not open: nobody may have told that they were closed.
    pub(super) async fn look_at_applied(&self, watched: &Watched, open: &[Pull]) -> Result<()> {
        for lock in self.locks_of_pulls(watched).await? {
            if !open.iter().any(|pull| owner(pull.number) == lock.owner) {
                self.ask(watched, Task::Review, &lock.owner, false).await?;
            }
        }
        Ok(())
    }
}

/// The stacks that are to be rolled out: the one that is named, or all that may be.
fn wanted(config: &Config, shown: &[&str], named: Option<&str>) -> Result<Vec<String>> {
    let may = |name: &str| config.apply_of(name) == Apply::Command && !config.is_by_tag(name);
    if let Some(named) = named {
        let name = called::stack(named, &shown.iter().copied().collect())?;
        return match (config.is_by_tag(name), may(name)) {
            (true, _) => refused(format!("{name} is rolled out by a tag, and by nothing before that")),
            (_, true) => Ok(vec![name.to_owned()]),
            (_, false) => refused(format!("{name} is rolled out by the merge, and by nothing before it; {}", allows())),
        };
    }
    let all: Vec<String> = shown.iter().filter(|name| may(name)).map(|name| (*name).to_owned()).collect();
    match (shown.is_empty(), all.is_empty()) {
        (true, _) => refused("it changes no stack: there is nothing to roll out"),
        (_, true) => refused(by_merge()),
        _ => Ok(all),
    }
}

/// The stacks of a head that are wanted, those first whose outputs others read.
fn in_order(
    mirror: &Mirror,
    (head, base): (&str, &str),
    config: &Config,
    wanted: &[String],
    read: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Stack>> {
    let listing = mirror.listing(head)?;
    let mut stacks = config.apply(repo::stacks(&listing), base).stacks;
    stacks.retain(|stack| wanted.contains(&stack.name()));
    let mut programs = Programs::at(mirror, head, &listing)?;
    stacks.iter_mut().for_each(|stack| programs.follow(stack));
    let mut order = Order::of(stacks.iter(), &listing.files, read);
    let mut ordered = Vec::new();
    while let Some(at) = order.start_next() {
        order.ended(at, true);
        ordered.push(stacks[at].clone());
    }
    Ok(ordered)
}

/// How it may be allowed.
fn allows() -> String {
    format!("`apply: command` in {} of the base branch allows it", config::FILE)
}

/// What is said where nothing may be rolled out before the merge.
fn by_merge() -> String {
    format!("merge it: what the comment shows is rolled out by the merge, and nothing is before it; {}", allows())
}

/// Refuses what the forge would not let be merged.
async fn mergeable(reviewer: &Reviewer, pull: &Pull) -> Result<()> {
    for _ in 0..QUESTIONS {
        match reviewer.forge.mergeable(pull).await? {
            Mergeable::Yes => return Ok(()),
            Mergeable::No(why) => return refused(format!("it can't be merged yet, so it is not rolled out: {why}")),
            Mergeable::Unknown => tokio::time::sleep(BETWEEN_QUESTIONS).await,
        }
    }
    refused("the forge does not say yet whether it can be merged: say it again in a minute")
}

fn state(outcome: &Outcome) -> State {
    match outcome {
        Outcome::RolledOut => State::Success,
        Outcome::Held | Outcome::Failed(_) | Outcome::Cancelled => State::Failure,
        Outcome::Busy | Outcome::Full | Outcome::Moved => State::Error,
    }
}

fn listed(names: &[String]) -> String {
    text::list(&names.iter().map(String::as_str).collect::<Vec<_>>(), 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_base_allows_is_rolled_out_before_the_merge() {
        let shown = ["net/dev", "web/dev", "web/prod"];
        let said = |text: &str, named| {
            let config = Config::read(text).expect("a configuration");
            wanted(&config, &shown, named).map_or_else(|failure| failure.message, |names| names.join(" "))
        };
        let web = "rules: [{stacks: ['web/*'], apply: command}]";
        assert_eq!(said("apply: command", None), "net/dev web/dev web/prod");
        assert_eq!(said(web, None), "web/dev web/prod");
        assert_eq!(said(web, Some("prod")), "web/prod");
        assert!(said(web, Some("net/dev")).starts_with("net/dev is rolled out by the merge"));
        let none = said("", None);
        assert!(none.starts_with("merge it: ") && none.contains("`apply: command`"), "{none}");
        let tagged = "apply: command\nrules: [{stacks: ['web/prod'], tags: ['v*']}]";
        assert_eq!(said(tagged, None), "net/dev web/dev");
        assert!(said(tagged, Some("web/prod")).contains("by a tag"));
        assert!(wanted(&Config::default(), &[], None).is_err());
    }
}
