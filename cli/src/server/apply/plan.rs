//! What a command rolls out before a merge, and why it is refused. Everything is asked of the forge, of git and of what was shown.

use std::collections::BTreeMap;
use std::time::Duration;

use super::refused;
use crate::called;
use crate::config::{self, Config};
use crate::failure::{Failure, Result};
use crate::forge::command::{Command, Verb};
use crate::forge::{Mergeable, Pull};
use crate::git::{Commit, Mirror, Programs};
use crate::ledger::Ledger;
use crate::order::Order;
use crate::record::{Hold, HoldState, PullRecord};
use crate::repo::{self, Listing, Stack};
use crate::review::{Reviewer, Up};
use crate::server::commands::with_hints;
use crate::server::{Server, Watched};
use crate::text::{list, short};

/// How often a forge is asked that still works out whether it can be merged, and how long it is left to that.
const QUESTIONS: u32 = 5;
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(2);

/// What is rolled out.
pub(super) struct Plan {
    pub head: Commit,
    /// What `gitinfra.yaml` says at the base.
    pub config: Config,
    /// In the order in which they go, each with the seal that was shown.
    pub stacks: Vec<(Stack, String)>,
}

impl Plan {
    pub fn names(&self) -> Vec<String> {
        self.stacks.iter().map(|(stack, _)| stack.name()).collect()
    }
}

impl Server {
    /// What a command asks for, if all that is asked of it is so.
    pub(super) async fn to_apply(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        pull: &Pull,
        command: &Command,
    ) -> Result<Plan> {
        self.may_be_applied(watched, pull, command).await?;
        let mirror = &reviewer.previewer.mirror;
        let (_, merge) = reviewer.fetch(pull).await?;
        let (base, head) = merge.fetched.ok_or_else(|| Failure::bug("what was fetched is not there"))?;
        let config = mirror.config(&base.id)?;
        if !config.has_commands() {
            return refused(by_merge());
        }
        if command.commit.is_none() && command.verb == Verb::Up {
            return refused(format!("say which commit you read: `/gitinfra up {}`", short(&pull.head)));
        }
        if !mirror.has(&head.id, &base.id).await? {
            let (branch, at) = (&pull.base, short(&base.id));
            return refused(format!(
                "it is behind {branch}, which is at {at}: merge {branch} into it, read what is shown then, and say it again"
            ));
        }
        let record = self.ledger.pull(&watched.label, pull.number).await?.map(|(record, _)| record);
        let is_now = |record: &PullRecord| {
            let is_shown = record.state == "previewed" && record.end.is_none();
            is_shown && (&record.head, &record.base_commit) == (&pull.head, &base.id)
        };
        let Some(record) = record.filter(is_now) else {
            return refused(
                "nobody was shown yet what it would do now: wait for the preview, read it, and say it again",
            );
        };
        let listing = mirror.listing(&head.id)?;
        let mut stacks = config.apply(repo::stacks(&listing), &pull.base).stacks;
        let all: Vec<String> = stacks.iter().map(Stack::name).collect();
        let mut wanted = wanted(&config, &Touched::of(&record, &all), command.stack.as_deref())?;
        if command.verb == Verb::Retry {
            // No more than was to be rolled out by what failed.
            let up = Up::of(&self.ledger, &watched.label, pull.number).await?;
            wanted.retain(|name| up.names().contains(&name.as_str()));
            if wanted.is_empty() {
                return refused("nothing of it failed that is still to be rolled out");
            }
        }
        stacks.retain(|stack| wanted.contains(&stack.name()));
        let read = self.ledger.reads(&watched.label).await?;
        let stacks = in_order(mirror, (&head.id, &listing), stacks, &read)?;
        let sealed = |stack: Stack| {
            let name = stack.name();
            let seal = record.stacks.iter().find(|shown| shown.name == name).and_then(|shown| shown.seal.clone());
            let none = || Failure::input(format!("{name} was not previewed well, so nobody knows what it would do"));
            Ok((stack, seal.ok_or_else(none)?))
        };
        let stacks = stacks.into_iter().map(sealed).collect::<Result<Vec<_>>>()?;
        self.refuse_used(watched, reviewer, (pull, &head.id), &stacks).await?;
        mergeable(reviewer, pull).await?;
        Ok(Plan { head, config, stacks })
    }

    /// Refuses what was shown and was rolled out since, where something else stands by now: it says no more what would be done. It is
    /// previewed anew.
    async fn refuse_used(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        (pull, head): (&Pull, &str),
        stacks: &[(Stack, String)],
    ) -> Result<()> {
        let stacks = stacks.iter().map(|(stack, seal)| (stack.name(), seal.as_str()));
        let used = used(&self.ledger, (&watched.label, head), stacks).await?;
        if used.is_empty() {
            return Ok(());
        }
        reviewer.tell_begun(pull).await?;
        for name in &used {
            self.preview_anew(watched, pull.number, Some(name)).await?;
        }
        let (names, at) = (list(&used.iter().map(String::as_str).collect::<Vec<_>>(), 5), short(head));
        refused(format!(
            "what was shown of {names} was rolled out once, and something else stands by now: it is previewed anew; read that, then \
             write `/gitinfra up {at}` again"
        ))
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
}

/// What somebody allowed of a stack that was held at a head: that, and no longer what was shown before, is rolled out.
pub(super) async fn allowed(ledger: &Ledger, (label, head): (&str, &str), name: &str) -> Result<Option<String>> {
    let hold = ledger.open_holds(label).await?.remove(name);
    let is_it = |hold: &Hold| hold.commit == head && hold.state == HoldState::Approved;
    Ok(hold.filter(is_it).map(|hold| hold.seal))
}

/// Those of the stacks whose seals were used up, and that don't stand at the head.
async fn used<'s>(
    ledger: &Ledger,
    at: (&str, &str),
    stacks: impl Iterator<Item = (String, &'s str)>,
) -> Result<Vec<String>> {
    let ((label, head), mut used) = (at, Vec::new());
    let known = ledger.all_known(label).await?;
    for (name, seal) in stacks {
        let stands = known.get(&name).is_some_and(|(_, _, known)| known.stands_at(head));
        if !stands && ledger.open_seal(seal).await?.is_none() && allowed(ledger, at, &name).await?.is_none() {
            used.push(name);
        }
    }
    Ok(used)
}

/// What a pull request has to do with stacks.
struct Touched<'a> {
    /// Those that it was shown to change.
    shown: Vec<&'a str>,
    /// Those that it takes away.
    gone: Vec<&'a str>,
    /// All of its head.
    all: Vec<&'a str>,
}

impl<'a> Touched<'a> {
    fn of(record: &'a PullRecord, all: &'a [String]) -> Touched<'a> {
        Touched {
            shown: record.stacks.iter().map(|stack| stack.name.as_str()).collect(),
            gone: record.gone.iter().map(String::as_str).collect(),
            all: all.iter().map(String::as_str).collect(),
        }
    }

    /// The stack that is meant, if it is changed.
    fn named(&self, name: &str) -> Result<&'a str> {
        let among = |names: &[&'a str]| called::stack(name, &names.iter().copied().collect());
        if let Ok(found) = among(&self.shown) {
            return Ok(found);
        }
        if let Ok(gone) = among(&self.gone) {
            return refused(taken_away(&[gone]));
        }
        let found = among(&self.all).map_err(with_hints)?;
        refused(format!("{found} uses nothing that it changes: there is nothing to roll out of it"))
    }
}

/// What is said of stacks that a pull request takes away.
fn taken_away(names: &[&str]) -> String {
    format!("it takes {} away, and what that rolled out is left standing: there is nothing to roll out", list(names, 5))
}

/// The stacks that are to be rolled out: the one that is named, or all that may be.
fn wanted(config: &Config, touched: &Touched<'_>, named: Option<&str>) -> Result<Vec<String>> {
    let shown = &touched.shown;
    if let Some(named) = named {
        let name = touched.named(named)?;
        return match (config.is_by_tag(name), config.is_by_command(name)) {
            (true, _) => refused(format!("{name} is rolled out by a tag, and by nothing before that")),
            (_, true) => Ok(vec![name.to_owned()]),
            (_, false) => refused(format!("{name} is rolled out by the merge, and by nothing before it; {}", allows())),
        };
    }
    let all: Vec<String> =
        shown.iter().filter(|name| config.is_by_command(name)).map(|name| (*name).to_owned()).collect();
    match (shown.is_empty(), all.is_empty()) {
        (true, _) if !touched.gone.is_empty() => refused(taken_away(&touched.gone)),
        (true, _) => refused("it changes no stack: there is nothing to roll out"),
        (_, true) => refused(by_merge()),
        _ => Ok(all),
    }
}

/// Stacks of a head, those first whose outputs others read.
fn in_order(
    mirror: &Mirror,
    (head, listing): (&str, &Listing),
    mut stacks: Vec<Stack>,
    read: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Stack>> {
    let mut programs = Programs::at(mirror, head, listing)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::Reason;
    use crate::engine::operation::Counts;
    use crate::ledger::{Claim, Done, NewRun};
    use crate::process::Process;
    use crate::record::{Action, RunState};
    use crate::repo::TreeFile;
    use crate::seal::{Ground, Seal};

    /// Once it was rolled out and went back, nobody knows any more what it would do.
    #[tokio::test]
    async fn what_was_shown_counts_until_it_is_rolled_out() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ledger = Ledger::open(None, folder.path()).await.expect("a ledger");
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let files = [file("net/Pulumi.yaml", "name: net\nruntime: yaml"), file("net/Pulumi.dev.yaml", "")];
        let stack = repo::stacks(&Listing { files: files.into(), ..Listing::default() }).stacks.remove(0);
        let id = ledger.stack("here", &stack, 1).await.expect("a row");
        let [repository, name, head, base, tree, state] =
            ["here", "net/dev", "head", "base", "tree", "s"].map(str::to_owned);
        let (configuration, environment, versions, refresh, destroy) = Default::default();
        let ground = Ground {
            repository,
            stack: name,
            head,
            base,
            tree,
            configuration,
            environment,
            state,
            versions,
            packs: Default::default(),
            refresh,
            destroy,
        };
        let seal =
            Seal { ground, changes: String::new(), plan: Default::default(), reads_others: false, refused: Vec::new() };
        let shown = seal.id();
        let of = async || {
            let stacks = std::iter::once((stack.name(), shown.as_str()));
            used(&ledger, ("here", "head"), stacks).await.expect("an answer")
        };
        let stands = async |commit: &str, seal: Option<&str>| {
            let claim = ledger.claim(&id, &Process::current()).await.expect("an answer");
            let Claim::Ours(lease) = claim else { panic!("{claim:?}") };
            let (branch, subject, host, backend, action) = ("main", "", "here", None, Action::RollOut);
            let reason = &(Reason::Applied { pull: 7 }).words();
            let new = NewRun { branch, commit, subject, reason, action, host, backend };
            let run = ledger.begin(&id, &lease, &new, 1).await.expect("a run");
            let changes = Counts::new();
            let done = Done { stands: Some(commit), seal, releases: true, ..Done::of(RunState::Succeeded, &changes) };
            assert!(ledger.finish(&id, &lease, &run, &done, 1).await.expect("an answer"));
        };
        ledger.keep_shown(std::iter::once(&seal), 1).await.expect("a seal");
        assert_eq!(of().await, [""; 0]);
        stands("head", Some(&shown)).await;
        assert_eq!(of().await, [""; 0], "it stands");
        stands("base", None).await;
        assert_eq!(of().await, ["net/dev"]);
        ledger.keep_shown(std::iter::once(&seal), 2).await.expect("a seal");
        assert_eq!(of().await, [""; 0], "it was previewed anew");
    }

    #[test]
    fn only_what_the_base_allows_is_rolled_out_before_the_merge() {
        let shown = ["net/dev", "web/dev", "web/prod"];
        let said = |text: &str, named| {
            let config = Config::read(text).expect("a configuration");
            let all = [shown.as_slice(), &["old/dev"]].concat();
            let touched = Touched { shown: shown.to_vec(), gone: vec!["gone/dev"], all };
            wanted(&config, &touched, named).map_or_else(|failure| failure.message, |names| names.join(" "))
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
        assert_eq!(
            said("apply: command", Some("old/dev")),
            "old/dev uses nothing that it changes: there is nothing to roll out of it"
        );
        assert_eq!(said("apply: command", Some("net/dve")), "no stack is called `net/dve`; did you mean `net/dev`?");
        let empty = |gone| {
            let touched = Touched { shown: Vec::new(), gone, all: Vec::new() };
            wanted(&Config::default(), &touched, None).map_or_else(|failure| failure.message, |names| names.join(" "))
        };
        assert_eq!(empty(Vec::new()), "it changes no stack: there is nothing to roll out");
        assert!(empty(vec!["gone/dev"]).starts_with("it takes gone/dev away"));
        assert!(said("apply: command", Some("gone/dev")).starts_with("it takes gone/dev away"));
    }
}
