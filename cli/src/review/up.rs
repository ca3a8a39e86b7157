//! What a pull request has to do with roll-outs before its merge. It is one state, known from the ledger: what stands above the
//! preview, the statuses of the commit, the page and the reasons of the locks all say what it says.

use std::collections::BTreeMap;

use super::{end, statuses};
use crate::comment::escape;
use crate::decide::{Known, Reason};
use crate::failure::Result;
use crate::forge::{State, Status};
use crate::ledger::{AllKnown, Ledger};
use crate::record::{EndState, Hold, HoldState, Lock, Offer, PullEnd, PullRecord, Run, RunState, StackEnd};
use crate::text::{list, short};

/// How what is kept begins.
const HEAD: &str = "### gitinfra up: ";
const LONGEST: usize = 300;

/// What is known of a repository's stacks at one moment.
pub struct Stacks {
    locks: Vec<Lock>,
    known: AllKnown,
    holds: BTreeMap<String, Hold>,
}

impl Stacks {
    pub async fn of(ledger: &Ledger, label: &str) -> Result<Stacks> {
        let mut locks = ledger.locks().await?;
        locks.retain(|lock| lock.repository == label);
        Ok(Stacks { locks, known: ledger.all_known(label).await?, holds: ledger.open_holds(label).await? })
    }
}

/// The state.
#[derive(Default)]
pub struct Up {
    /// What the pull request was told last.
    pub shown: PullRecord,
    /// Whether it is open, as far as anybody knows.
    pub is_open: bool,
    /// The stacks that are locked for it.
    kept: Vec<Kept>,
    /// For which branch they were rolled out, where any was.
    branch: Option<String>,
    /// Somebody else's lock on a stack that it might have rolled out.
    taken: Option<Lock>,
}

/// A stack that is locked for a pull request: what came of it, and at which commit.
struct Kept {
    end: StackEnd,
    at: Option<String>,
    /// Whether it is tried again after it had failed there.
    is_again: bool,
}

impl Up {
    pub async fn of(ledger: &Ledger, label: &str, number: u64) -> Result<Up> {
        Up::on(&Stacks::of(ledger, label).await?, ledger, label, number).await
    }

    /// The same for one of many.
    pub async fn on(stacks: &Stacks, ledger: &Ledger, label: &str, number: u64) -> Result<Up> {
        let shown = ledger.pull(label, number).await?.map(|(shown, _)| shown).unwrap_or_default();
        let (own, others): (Vec<&Lock>, Vec<&Lock>) =
            stacks.locks.iter().partition(|lock| lock.owner == format!("pr/{number}"));
        let (mut kept, mut branch) = (Vec::new(), None);
        for lock in own {
            let mut runs = ledger.newest_runs(label, &lock.name).await?;
            let known = stacks.known.get(&lock.name);
            if let (Some(run), Some((id, ..))) = (runs.first_mut(), known)
                && run.state == RunState::Running
                && !ledger.is_held(id).await?
            {
                // Whoever was at it was killed, and nobody has written that down yet.
                run.state = RunState::Interrupted;
            }
            let known = known.map(|(_, _, known)| known);
            let one = Kept::of(&lock.name, number, known, &runs, stacks.holds.get(&lock.name));
            branch = branch.or_else(|| runs.first().filter(|_| one.at.is_some()).map(|run| run.branch.clone()));
            kept.push(one);
        }
        let offered = shown.offer.iter().flat_map(|offer| &offer.stacks);
        let taken = offered.filter_map(|name| others.iter().find(|lock| lock.name == *name)).next();
        let (taken, is_open) = (taken.map(|lock| (*lock).clone()), shown.end.is_none());
        Ok(Up { shown, is_open, kept, branch, taken })
    }

    /// The commit that all of them are rolled out at, if there is one.
    fn at(&self) -> Option<&str> {
        let first = self.kept.first()?.at.as_ref();
        let is_at = |one: &Kept| one.end.state == EndState::RolledOut && one.at.as_ref() == first;
        first.map(String::as_str).filter(|_| self.kept.iter().all(is_at))
    }

    fn end(&self) -> PullEnd {
        let stacks = self.kept.iter().map(|one| one.end.clone()).collect();
        PullEnd { commit: String::new(), unmerged: None, stacks }
    }

    /// The branch that it would be merged into, where that is another one than it was rolled out for.
    fn elsewhere(&self) -> Option<&str> {
        self.branch.as_deref().filter(|branch| *branch != self.shown.base)
    }

    /// Whether a merge makes part of the branch what is rolled out, all of it and nothing else.
    fn is_to_be_merged(&self) -> bool {
        self.elsewhere().is_none() && self.at() == Some(&self.shown.head) && self.shown.state != "refused"
    }

    /// In one line; `None` where it keeps no stack.
    pub fn in_words(&self) -> Option<String> {
        let (first, end) = (self.kept.first(), self.end());
        first?;
        Some(match (self.at(), self.elsewhere()) {
            (Some(at), Some(branch)) => {
                format!("rolled out at {} for {branch}: merged into {}, it goes back", short(at), self.shown.base)
            }
            (Some(at), None) if self.is_to_be_merged() => format!("rolled out at {}: merge it", short(at)),
            (Some(at), None) if at == self.shown.head => {
                format!("rolled out at {}, and it can't be merged as it is", short(at))
            }
            (Some(at), None) => {
                format!("rolled out at {}, and not at {}, where it is now", short(at), short(&self.shown.head))
            }
            (None, _) => match end.state() {
                EndState::Failed | EndState::Cancelled | EndState::Held | EndState::Running => end.in_words(),
                _ => "under way".to_owned(),
            },
        })
    }

    /// How it ended, where it did.
    fn ended(&self) -> Option<&PullEnd> {
        self.shown.end.as_ref().filter(|_| !self.is_open)
    }

    /// What stands above the preview. `page` is what the addresses of a server's pages begin with.
    pub fn block(&self, page: Option<&str>) -> String {
        if let Some(end) = self.ended() {
            return end::block(end, page);
        }
        let kept = self.in_words().map(|words| {
            let (words, table) = (escape(&words, LONGEST), end::table(&self.end().stacks, page));
            format!("{HEAD}{words}\n\nNobody else rolls out what it keeps until it is merged or closed.\n\n{table}")
        });
        let offer = self.offer().map(|words| format!("> {}\n\n", escape(&words, LONGEST)));
        kept.into_iter().chain(offer).collect()
    }

    /// What a command would roll out, as long as it would.
    fn offer(&self) -> Option<String> {
        let Offer { head, stacks, is_current } = self.shown.offer.as_ref().filter(|_| self.is_open)?;
        if stacks.iter().all(|name| self.is_done(name) || self.is_at_work(name)) {
            return None;
        }
        let names = list(&stacks.iter().map(String::as_str).collect::<Vec<_>>(), 5);
        Some(match (&self.taken, is_current) {
            (None, false) => {
                format!("once {} is merged into it, /gitinfra up rolls {names} out before the merge", self.shown.base)
            }
            (Some(lock), false) => {
                let (name, by, base) = (&lock.name, lock.in_words(), &self.shown.base);
                format!(
                    "{name}: {by}; once that is over and {base} is merged into it, /gitinfra up rolls {names} out before the merge"
                )
            }
            (Some(lock), true) => {
                let (name, by) = (&lock.name, lock.in_words());
                format!("{name}: {by}; once that is over, /gitinfra up {head} rolls {names} out before the merge")
            }
            (None, true) => format!("a comment with /gitinfra up {head} rolls {names} out before the merge"),
        })
    }

    fn kept(&self, name: &str) -> Option<&Kept> {
        self.kept.iter().find(|one| one.end.name == name)
    }

    fn is_done(&self, name: &str) -> bool {
        let is_at = |one: &Kept| one.end.state == EndState::RolledOut && one.at.as_ref() == Some(&self.shown.head);
        self.elsewhere().is_none() && self.kept(name).is_some_and(is_at)
    }

    /// Whether it is being rolled out, or is to be.
    pub(super) fn is_at_work(&self, name: &str) -> bool {
        self.kept(name).is_some_and(|one| matches!(one.end.state, EndState::Waits | EndState::Running))
    }

    /// What came of a stack, in words behind its name.
    pub fn said(&self, name: &str) -> Option<(State, String)> {
        self.kept(name)?.said()
    }

    /// Whose words come before those of a preview: what is so of its head.
    fn of_head(&self) -> impl Iterator<Item = (&Kept, State, String)> {
        let of_it = self.kept.iter().filter(|one| one.at.as_ref() == Some(&self.shown.head));
        of_it.filter_map(|one| one.said().map(|(state, words)| (one, state, words)))
    }

    /// The statuses of the stacks at the head.
    pub(super) fn statuses(&self) -> Vec<Status> {
        let mut all = statuses::of(&self.shown);
        for (one, state, words) in self.of_head() {
            let words = match one.end.state {
                EndState::RolledOut if self.is_to_be_merged() => format!("{words}: merge it"),
                EndState::RolledOut if self.shown.state == "refused" => {
                    format!("{words}, and it can't be merged as it is")
                }
                _ => words,
            };
            let status = statuses::one(&format!("{}{}", statuses::OF_STACKS, one.end.name), state, &words);
            match all.iter_mut().find(|known| known.name == status.name) {
                Some(known) => *known = status,
                None => all.push(status),
            }
        }
        all
    }

    /// The one for all. A head that is rolled out in part is not fit to be merged.
    pub(super) fn summary(&self) -> Status {
        let is_bad = |one: &Kept| matches!(one.end.state, EndState::Failed | EndState::Cancelled);
        let is_again = |one: &Kept| one.end.state == EndState::Running && one.is_again;
        let bad = self.of_head().find(|(one, ..)| is_bad(one) || is_again(one));
        match bad {
            Some((one, ..)) if is_again(one) => {
                let words = format!("{} failed, and is being rolled out again", one.end.name);
                statuses::one(statuses::SUMMARY, State::Failure, &words)
            }
            Some((one, state, words)) => statuses::one(statuses::SUMMARY, state, &format!("{} {words}", one.end.name)),
            None => statuses::summary(&self.shown),
        }
    }

    /// Why each of its locks is there, where more is known of that than who asked for it.
    pub(super) fn reasons(&self) -> impl Iterator<Item = (&str, String)> {
        self.kept.iter().filter_map(|one| Some((one.end.name.as_str(), one.reason()?)))
    }

    /// The names of the stacks that it keeps and that were not brought to its head.
    pub fn failed(&self) -> Vec<String> {
        let is_bad = |one: &&Kept| matches!(one.end.state, EndState::Failed | EndState::Cancelled);
        let of_head = |one: &&Kept| one.at.as_ref() == Some(&self.shown.head);
        self.kept.iter().filter(is_bad).filter(of_head).map(|one| one.end.name.clone()).collect()
    }

    /// The commit at which a stack was last begun to be rolled out for it.
    pub fn begun_at(&self, name: &str) -> Option<&str> {
        self.kept(name)?.at.as_deref()
    }

    /// The names of the stacks that it keeps.
    pub fn names(&self) -> Vec<&str> {
        self.kept.iter().map(|one| one.end.name.as_str()).collect()
    }

    /// All that people see of it, to be told from what they saw before; and whether there is more than a preview.
    pub fn face(&self) -> (String, bool) {
        let reasons: Vec<(&str, String)> = self.reasons().collect();
        let statuses: Vec<Status> = self.statuses().into_iter().chain([self.summary()]).collect();
        (format!("{}{statuses:?}{reasons:?}", self.block(None)), !self.kept.is_empty() || self.taken.is_some())
    }
}

impl Kept {
    fn of(name: &str, number: u64, known: Option<&Known>, runs: &[Run], hold: Option<&Hold>) -> Kept {
        let end = |state, at| StackEnd { name: name.to_owned(), state, at, why: None, seal: None };
        let newest = runs.iter().find(|run| run.state != RunState::Busy);
        let Some(run) = newest.filter(|run| run.reason == (Reason::Applied { pull: number }).words()) else {
            return Kept { end: end(EndState::Waits, None), at: None, is_again: false };
        };
        let by = Some(format!("run/{}", run.name));
        let stands = known.and_then(|known| known.rolled_out.as_ref()).is_some_and(|(stands, _)| *stands == run.commit);
        let end = match (run.state, hold.filter(|hold| hold.run == run.name)) {
            (RunState::Succeeded, _) if stands => end(EndState::RolledOut, by),
            (RunState::Succeeded | RunState::Busy, _) => end(EndState::Waits, None),
            (RunState::Running, _) => end(EndState::Running, by),
            (RunState::Held, Some(hold)) if hold.state == HoldState::Approved => {
                let next = format!("allowed: write /gitinfra up {} anew", short(&run.commit));
                StackEnd { why: Some(next), ..StackEnd::of_hold(hold) }
            }
            (RunState::Held, Some(hold)) => StackEnd::of_hold(hold),
            (RunState::Held, None) => end(EndState::Held, by),
            (RunState::Failed | RunState::Cancelled | RunState::Interrupted, _) => StackEnd::of_run(run),
        };
        let end = StackEnd { name: name.to_owned(), ..end };
        let mut before = runs.iter().filter(|one| one.state != RunState::Busy).skip(1);
        let failed = |one: &Run| matches!(one.state, RunState::Failed | RunState::Cancelled | RunState::Interrupted);
        let is_again = before.next().is_some_and(|one| failed(one) && one.commit == run.commit);
        Kept { end, at: Some(run.commit.clone()), is_again }
    }

    /// What its status says; `None` where there is nothing to be said yet.
    fn said(&self) -> Option<(State, String)> {
        let at = short(self.at.as_deref()?);
        let (by, why) = (self.end.at.as_deref().unwrap_or_default(), self.end.why.as_deref());
        let again = format!("`/gitinfra up {at}`");
        let partly = || match why {
            Some(why) => format!("may be changed in part: {why} (`gitinfra logs {by}` says all)"),
            None => format!("may be changed in part (`gitinfra logs {by}` says why)"),
        };
        Some(match (self.end.state, &self.end.seal) {
            (EndState::RolledOut, _) => (State::Success, format!("is rolled out at {at}")),
            (EndState::Running, _) => (State::Pending, "is being rolled out before the merge".to_owned()),
            (EndState::Held, Some(seal)) => {
                let next = format!("Write `/gitinfra approve {seal}`, then {again} anew");
                (State::Failure, format!("is held as {by}: {}. {next}", why.unwrap_or_default()))
            }
            (EndState::Held, None) => match why {
                Some(why) => (State::Failure, format!("is held as {by}: {why}")),
                None => (State::Failure, format!("is held: once that is decided, write {again} anew")),
            },
            (EndState::Failed, _) => (State::Failure, format!("failed, and {}; {again} tries it again", partly())),
            (EndState::Cancelled, _) => (State::Failure, format!("was cancelled, and {}; {again} goes on", partly())),
            _ => return None,
        })
    }

    fn reason(&self) -> Option<String> {
        let (at, by) = (short(self.at.as_deref()?), self.end.at.as_deref().unwrap_or_default());
        Some(match self.end.state {
            EndState::RolledOut => format!("it is rolled out at {at}, and not merged yet"),
            EndState::Running => format!("it is being rolled out at {at}"),
            EndState::Held => format!("its roll-out at {at} is held as {by}"),
            EndState::Failed => format!("its roll-out at {at} failed, as {by} says"),
            EndState::Cancelled => format!("its roll-out at {at} was cancelled, as {by} says"),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::PullStack;

    const HEAD: &str = "9f31c2aaaa";

    fn shown(names: &[&str]) -> PullRecord {
        let stack = |name: &&str| PullStack {
            name: (*name).to_owned(),
            reason: String::new(),
            words: "1 to create".to_owned(),
            failure: None,
            objections: Vec::new(),
            seal: None,
        };
        let stacks = names.iter().map(|name| (*name).to_owned()).collect();
        PullRecord {
            number: 7,
            base: "main".to_owned(),
            head: HEAD.to_owned(),
            state: "previewed".to_owned(),
            words: "it would do this".to_owned(),
            stacks: names.iter().map(stack).collect(),
            offer: Some(Offer { head: short(HEAD).to_owned(), stacks, is_current: true }),
            ..PullRecord::default()
        }
    }

    fn run(state: RunState) -> Run {
        let reason = (Reason::Applied { pull: 7 }).words();
        Run { reason, commit: HEAD.to_owned(), message: Some("boom".to_owned()), ..Run::sample(state) }
    }

    fn hold(state: HoldState) -> Hold {
        let text = |text: &str| text.to_owned();
        let case = crate::record::Case {
            objections: vec![crate::record::Objection { why: crate::record::Why::Budget, words: text("over budget") }],
            is_before_merge: true,
            ..Default::default()
        };
        let decided = (state != HoldState::Held).then(|| text("kim"));
        Hold {
            name: text("h1"),
            stack: text("net/dev"),
            repository: text("here"),
            branch: text("main"),
            commit: text(HEAD),
            state,
            seal: text("846afcf7df77"),
            shown_seal: None,
            run: text("abc"),
            approvals: Vec::new(),
            decided_by: decided,
            reason: (state == HoldState::Rejected).then(|| text("not now")),
            decided_at: None,
            created_at: 0,
            case,
        }
    }

    fn known(at: &str) -> Known {
        Known { rolled_out: Some((at.to_owned(), 1)), ..Known::default() }
    }

    /// What came of `net/dev` alone.
    fn up(runs: &[Run], hold: Option<&Hold>) -> Up {
        let kept = Kept::of("net/dev", 7, Some(&known(HEAD)), runs, hold);
        let branch = kept.at.as_ref().map(|_| "main".to_owned());
        Up { shown: shown(&["net/dev"]), is_open: true, kept: vec![kept], branch, taken: None }
    }

    fn told(status: &Status) -> String {
        format!("{:?} {}", status.state, status.words)
    }

    /// How a run and its hold stand; the top, the stack's status, the one for all and the lock's reason.
    type Row<'a> = (RunState, Option<HoldState>, &'a str, String, String, &'a str);

    /// Each row: what the ledger says, then what the top, the stack's status, the one for all and the lock say of it.
    #[test]
    fn all_that_people_see_says_the_same() {
        let part = "may be changed in part: boom (`gitinfra logs run/abc` says all)";
        let again = "`/gitinfra up 9f31c2a`";
        let fine = "Success it would do this".to_owned();
        let (failed, cancelled) = (
            format!("failed, and {part}; {again} tries it again"),
            format!("was cancelled, and {part}; {again} goes on"),
        );
        let rows: Vec<Row<'_>> = vec![
            (
                RunState::Succeeded,
                None,
                "rolled out at 9f31c2a: merge it",
                "Success is rolled out at 9f31c2a: merge it".to_owned(),
                fine.clone(),
                "it is rolled out at 9f31c2a, and not merged yet",
            ),
            (
                RunState::Running,
                None,
                "net/dev is being rolled out",
                "Pending is being rolled out before the merge".to_owned(),
                fine.clone(),
                "it is being rolled out at 9f31c2a",
            ),
            (
                RunState::Failed,
                None,
                "net/dev failed",
                format!("Failure {failed}"),
                format!("Failure net/dev {failed}"),
                "its roll-out at 9f31c2a failed, as run/abc says",
            ),
            (
                RunState::Cancelled,
                None,
                "net/dev was cancelled",
                format!("Failure {cancelled}"),
                format!("Failure net/dev {cancelled}"),
                "its roll-out at 9f31c2a was cancelled, as run/abc says",
            ),
            (
                RunState::Held,
                Some(HoldState::Held),
                "net/dev is held",
                format!(
                    "Failure is held as hold/h1: over budget. Write `/gitinfra approve 846afcf7df77`, then {again} anew"
                ),
                fine.clone(),
                "its roll-out at 9f31c2a is held as hold/h1",
            ),
            (
                RunState::Held,
                Some(HoldState::Approved),
                "net/dev is held",
                "Failure is held as hold/h1: allowed: write /gitinfra up 9f31c2a anew".to_owned(),
                fine.clone(),
                "its roll-out at 9f31c2a is held as hold/h1",
            ),
            (
                RunState::Held,
                Some(HoldState::Rejected),
                "net/dev is held",
                "Failure is held as hold/h1: kim refused it: not now".to_owned(),
                fine.clone(),
                "its roll-out at 9f31c2a is held as hold/h1",
            ),
            (RunState::Busy, None, "under way", "Success 1 to create".to_owned(), fine, ""),
        ];
        for (state, decided, top, status, summary, reason) in rows {
            let up = up(&[run(state)], decided.map(hold).as_ref());
            let reasons: Vec<String> = up.reasons().map(|(_, reason)| reason).collect();
            assert_eq!(up.in_words().as_deref(), Some(top), "{state:?} {decided:?}");
            assert_eq!(told(&up.statuses()[0]), status, "{state:?} {decided:?}");
            assert_eq!(told(&up.summary()), summary, "{state:?} {decided:?}");
            assert_eq!(reasons.concat(), reason, "{state:?} {decided:?}");
            assert_eq!(
                up.block(None).contains("or `/gitinfra reject"),
                decided == Some(HoldState::Held),
                "{decided:?}"
            );
            assert_eq!(up.failed().len(), usize::from(matches!(state, RunState::Failed | RunState::Cancelled)));
        }
        // What failed does not turn green before it went well.
        let again = up(&[run(RunState::Running), run(RunState::Failed)], None);
        assert_eq!(told(&again.summary()), "Failure net/dev failed, and is being rolled out again");
        let well = up(&[run(RunState::Succeeded), run(RunState::Failed)], None);
        assert_eq!(told(&well.summary()), "Success it would do this");
    }

    #[test]
    fn it_is_to_be_merged_where_all_of_it_stands() {
        let whole = up(&[run(RunState::Succeeded)], None);
        let block = whole.block(Some("https://i.example"));
        assert!(block.starts_with("### gitinfra up: rolled out at 9f31c2a: merge it\n\n"), "{block}");
        assert!(block.ends_with("| net/dev | rolled out: [run/abc](https://i.example/run/abc) |\n\n"), "{block}");
        let with = |shown: PullRecord| {
            let up = Up { shown, ..up(&[run(RunState::Succeeded)], None) };
            (up.in_words().unwrap_or_default(), up.statuses().iter().map(told).collect::<Vec<_>>().join("; "))
        };
        // A preview of a later head says what that would do, whatever stands.
        let moved = with(PullRecord { head: "1a2b3c4ddd".to_owned(), ..shown(&["net/dev"]) });
        assert_eq!(moved.0, "rolled out at 9f31c2a, and not at 1a2b3c4, where it is now");
        assert_eq!(moved.1, "Success 1 to create");
        let elsewhere = with(PullRecord { base: "dev".to_owned(), ..shown(&["net/dev"]) });
        assert_eq!(elsewhere.0, "rolled out at 9f31c2a for main: merged into dev, it goes back");
        assert_eq!(elsewhere.1, "Success is rolled out at 9f31c2a");
        let refused = with(PullRecord { state: "refused".to_owned(), stacks: Vec::new(), ..shown(&["net/dev"]) });
        assert_eq!(refused.0, "rolled out at 9f31c2a, and it can't be merged as it is");
        assert_eq!(refused.1, "Success is rolled out at 9f31c2a, and it can't be merged as it is");
        let mut half = up(&[run(RunState::Succeeded)], None);
        half.kept.push(Kept::of("web/dev", 7, None, &[], None));
        assert_eq!(half.in_words().as_deref(), Some("under way"));
    }

    #[test]
    fn what_came_of_a_stack_is_what_its_newest_run_for_it_says() {
        let came = |runs: &[Run]| {
            let one = Kept::of("net/dev", 7, Some(&known(HEAD)), runs, None);
            (one.end.state, one.end.at.unwrap_or_default(), one.at.is_some())
        };
        assert_eq!(came(&[run(RunState::Busy), run(RunState::Failed)]), (EndState::Failed, "run/abc".to_owned(), true));
        let of_branch = Run::sample(RunState::Succeeded);
        assert_eq!(came(&[of_branch, run(RunState::Succeeded)]), (EndState::Waits, String::new(), false));
        assert_eq!(came(&[]), (EndState::Waits, String::new(), false));
    }

    #[test]
    fn what_can_not_be_rolled_out_now_is_not_offered() {
        let offer = |up: Up| up.offer().unwrap_or_default();
        let nothing = || Up { shown: shown(&["net/dev"]), is_open: true, ..Up::default() };
        assert_eq!(offer(nothing()), "a comment with /gitinfra up 9f31c2a rolls net/dev out before the merge");
        assert_eq!(offer(Up { is_open: false, ..nothing() }), "", "it was merged or closed");
        assert_eq!(offer(up(&[run(RunState::Succeeded)], None)), "", "it is done");
        assert_eq!(offer(up(&[run(RunState::Running)], None)), "", "it is being done");
        assert!(offer(up(&[run(RunState::Failed)], None)).starts_with("a comment with "));
        let two = Up { shown: shown(&["net/dev", "web/dev"]), ..up(&[run(RunState::Succeeded)], None) };
        assert!(offer(two).contains("rolls net/dev, web/dev out"), "a part of it is done");
        let lock = Lock::sample("pr/1");
        let taken = offer(Up { taken: Some(lock.clone()), ..nothing() });
        assert!(taken.starts_with("net/dev: pr/1 has it: moving; once that is over, /gitinfra up 9f31c2a"));
        let mut behind = nothing();
        behind.shown.offer.as_mut().expect("an offer").is_current = false;
        let both = Up { taken: Some(lock), shown: behind.shown.clone(), ..nothing() };
        assert!(offer(behind).starts_with("once main is merged into it, /gitinfra up rolls net/dev out"));
        assert!(
            offer(both).starts_with("net/dev: pr/1 has it: moving; once that is over and main is merged into it, ")
        );
    }

    #[test]
    fn what_ended_says_its_end_and_nothing_else() {
        let mut up = up(&[run(RunState::Succeeded)], None);
        let stack = StackEnd { state: EndState::Back, ..up.kept[0].end.clone() };
        let how = Some("it was closed without a merge".to_owned());
        up.shown.end = Some(PullEnd { commit: String::new(), unmerged: how, stacks: vec![stack] });
        up.is_open = false;
        let text = up.block(None);
        assert!(text.starts_with("### gitinfra: it was closed without a merge: net/dev is back\n\n| stack"), "{text}");
        assert!(!text.contains("/gitinfra up") && !text.contains("Merged as"), "{text}");
        up.is_open = true;
        assert!(up.block(None).starts_with("### gitinfra up: "), "it was opened again");
    }
}
