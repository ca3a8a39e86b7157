//! What a pull request has rolled out before its merge, as long as its stacks are locked for it: it stands above the preview, and on the
//! page.

use super::end::table;
use crate::comment::escape;
use crate::decide::{Known, Reason};
use crate::failure::Result;
use crate::ledger::Ledger;
use crate::record::{EndState, Hold, HoldState, PullEnd, Run, RunState, StackEnd};
use crate::text::{list, short};

/// How it begins.
pub(super) const HEAD: &str = "### gitinfra up: ";
/// How what is offered before it is rolled out begins, and how it goes on behind the head.
const OFFERED: &str = "> a comment with /gitinfra up ";
const ROLLS: &str = " rolls ";
const OUT: &str = " out before the merge";
/// The same once it is rolled out.
const DONE: &str = "> rolled out at ";
const MERGE: &str = ": merge it (";

const LONGEST: usize = 300;

/// The stacks that a pull request keeps.
pub struct Up {
    /// Each with the commit that is rolled out, where one is.
    stacks: Vec<(StackEnd, Option<String>)>,
    /// For which branch they were rolled out, where any was.
    branch: Option<String>,
    /// Where the pull request was when it was previewed last, and the branch that it went to then.
    head: String,
    base: String,
}

impl Up {
    /// `None` where it keeps none.
    pub async fn of(ledger: &Ledger, label: &str, number: u64) -> Result<Option<Up>> {
        let mut locks = ledger.locks().await?;
        locks.retain(|lock| lock.repository == label && lock.owner == format!("pr/{number}"));
        if locks.is_empty() {
            return Ok(None);
        }
        let (all, holds) = (ledger.all_known(label).await?, ledger.open_holds(label).await?);
        let (mut stacks, mut branch) = (Vec::new(), None);
        for lock in &locks {
            let runs = ledger.newest_runs(label, &lock.name).await?;
            let known = all.get(&lock.name).map(|(_, _, known)| known);
            let came = stack(&lock.name, number, known, &runs, holds.get(&lock.name));
            branch = branch.or_else(|| runs.first().filter(|_| came.1.is_some()).map(|run| run.branch.clone()));
            stacks.push(came);
        }
        let shown = ledger.pull(label, number).await?.map(|(shown, _)| shown).unwrap_or_default();
        Ok(Some(Up { stacks, branch, head: shown.head, base: shown.base }))
    }

    /// The commit that all of them are rolled out at, if there is one.
    fn at(&self) -> Option<&str> {
        let (_, first) = self.stacks.first()?;
        let is_at = |(stack, at): &(StackEnd, Option<String>)| stack.state == EndState::RolledOut && at == first;
        first.as_deref().filter(|_| self.stacks.iter().all(is_at))
    }

    fn end(&self) -> PullEnd {
        PullEnd { commit: String::new(), stacks: self.stacks.iter().map(|(stack, _)| stack.clone()).collect() }
    }

    /// In one line.
    pub fn in_words(&self) -> String {
        let end = self.end();
        let elsewhere = self.branch.as_ref().filter(|branch| **branch != self.base);
        match (self.at(), end.state()) {
            (Some(at), _) if elsewhere.is_some() => {
                let branch = elsewhere.map(String::as_str).unwrap_or_default();
                format!("rolled out at {} for {branch}: merged into {}, it goes back", short(at), self.base)
            }
            (Some(at), _) if at == self.head => format!("rolled out at {}: merge it", short(at)),
            (Some(at), _) => format!("rolled out at {}, and not at {}, where it is now", short(at), short(&self.head)),
            (None, EndState::Failed | EndState::Held) => end.in_words(),
            (None, _) => "under way".to_owned(),
        }
    }

    /// What stands above the preview. `page` is what the addresses of a server's pages begin with.
    pub(super) fn block(&self, page: Option<&str>) -> String {
        let words = escape(&self.in_words(), LONGEST);
        format!(
            "{HEAD}{words}\n\nNobody else rolls out what it keeps until it is merged or closed.\n\n{}",
            table(&self.end().stacks, page)
        )
    }

    /// Whether these are all that were offered to be rolled out at a head.
    fn is(&self, head: &str, names: &str) -> bool {
        let own: Vec<String> = self.stacks.iter().map(|(stack, _)| escape(&stack.name, LONGEST)).collect();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let mut offered: Vec<&str> = names.split(", ").collect();
        offered.sort_unstable();
        let is_for_base = self.branch.as_ref() == Some(&self.base);
        is_for_base && self.at().is_some_and(|at| at.starts_with(head)) && (offered == own || names == list(&own, 5))
    }
}

/// A preview with what is offered in it, or in its place that it was done, whichever is so.
pub(super) fn offered(preview: &str, up: Option<&Up>) -> String {
    let line = |line: &str| {
        let parted = undone(line).or_else(|| offer(line));
        let (head, names) = parted?;
        Some(match up.is_some_and(|up| up.is(head, names)) {
            true => format!("{DONE}{}{MERGE}{names})", short(head)),
            false if undone(line).is_some() => format!("{OFFERED}{head}{ROLLS}{names}{OUT}"),
            false => line.to_owned(),
        })
    };
    let lines: Vec<String> = preview.split('\n').map(|text| line(text).unwrap_or_else(|| text.to_owned())).collect();
    lines.join("\n")
}

/// The head and the names in an offer.
fn offer(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix(OFFERED)?.strip_suffix(OUT)?.split_once(ROLLS)
}

fn undone(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix(DONE)?.strip_suffix(')')?.split_once(MERGE)
}

/// What came of a stack that is locked for a pull request, and at which commit.
fn stack(
    name: &str,
    number: u64,
    known: Option<&Known>,
    runs: &[Run],
    hold: Option<&Hold>,
) -> (StackEnd, Option<String>) {
    let end = |state, at, why| StackEnd { name: name.to_owned(), state, at, why, seal: None };
    let newest = runs.iter().find(|run| run.state != RunState::Busy);
    let Some(run) = newest.filter(|run| run.reason == (Reason::Applied { pull: number }).words()) else {
        return (end(EndState::Waits, None, None), None);
    };
    let (by, commit) = (Some(format!("run/{}", run.name)), Some(run.commit.clone()));
    let first = run.message.as_deref().and_then(|message| message.lines().next());
    let why = first.unwrap_or(run.state.word()).to_owned();
    let stands = known.and_then(|known| known.rolled_out.as_ref()).is_some_and(|(stands, _)| *stands == run.commit);
    let end = match (run.state, hold.filter(|hold| hold.run == run.name)) {
        (RunState::Succeeded, _) if stands => end(EndState::RolledOut, by, None),
        (RunState::Succeeded | RunState::Busy, _) => end(EndState::Waits, None, None),
        (RunState::Running, _) => end(EndState::Waits, by, Some("under way".to_owned())),
        (RunState::Held, Some(hold)) if hold.state == HoldState::Approved => {
            let next = format!("allowed: write /gitinfra up {} anew", short(&run.commit));
            end(EndState::Held, Some(format!("hold/{}", hold.name)), Some(next))
        }
        (RunState::Held, Some(hold)) => StackEnd {
            seal: Some(hold.seal.clone()),
            ..end(EndState::Held, Some(format!("hold/{}", hold.name)), Some(hold.case.in_words()))
        },
        (RunState::Held, None) => end(EndState::Held, by, None),
        (RunState::Failed | RunState::Cancelled | RunState::Interrupted, _) => end(EndState::Failed, by, Some(why)),
    };
    (end, commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up(states: &[EndState], head: &str) -> Up {
        let one = |(at, state): (usize, &EndState)| {
            let (name, by) = (["net/dev", "web/dev"][at].to_owned(), Some("run/a1".to_owned()));
            (StackEnd { name, state: *state, at: by, why: None, seal: None }, Some("9f31c2aaaa".to_owned()))
        };
        let stacks = states.iter().enumerate().map(one).collect();
        Up { stacks, branch: Some("main".to_owned()), head: head.to_owned(), base: "main".to_owned() }
    }

    #[test]
    fn it_is_to_be_merged_where_all_of_it_stands() {
        use EndState::{Failed, RolledOut, Waits};
        let words = |states: &[EndState], head| up(states, head).in_words();
        assert_eq!(words(&[RolledOut, RolledOut], "9f31c2aaaa"), "rolled out at 9f31c2a: merge it");
        assert_eq!(words(&[RolledOut], "1a2b3c4ddd"), "rolled out at 9f31c2a, and not at 1a2b3c4, where it is now");
        let elsewhere = Up { base: "dev".to_owned(), ..up(&[RolledOut], "9f31c2aaaa") };
        assert_eq!(elsewhere.in_words(), "rolled out at 9f31c2a for main: merged into dev, it goes back");
        assert_eq!(words(&[RolledOut, Failed], "9f31c2aaaa"), "web/dev failed");
        assert_eq!(words(&[RolledOut, Waits], "9f31c2aaaa"), "under way");
        let block = up(&[RolledOut], "9f31c2aaaa").block(Some("https://i.example"));
        assert!(block.starts_with("### gitinfra up: rolled out at 9f31c2a: merge it\n\n"), "{block}");
        assert!(block.ends_with("| net/dev | rolled out: [run/a1](https://i.example/run/a1) |\n\n"), "{block}");
    }

    #[test]
    fn what_came_of_a_stack_is_what_its_newest_run_for_it_says() {
        let run = |state| Run { reason: (Reason::Applied { pull: 7 }).words(), ..Run::sample(state) };
        let known = Known { rolled_out: Some(("1a2b3c4d".to_owned(), 1)), ..Known::default() };
        let came = |runs: &[Run]| {
            let (end, at) = stack("net/dev", 7, Some(&known), runs, None);
            (end.state, end.at.unwrap_or_default(), at.is_some())
        };
        assert_eq!(came(&[run(RunState::Succeeded)]), (EndState::RolledOut, "run/abc".to_owned(), true));
        assert_eq!(came(&[run(RunState::Busy), run(RunState::Failed)]), (EndState::Failed, "run/abc".to_owned(), true));
        assert_eq!(came(&[run(RunState::Running)]).0, EndState::Waits);
        let of_branch = Run::sample(RunState::Succeeded);
        assert_eq!(came(&[of_branch, run(RunState::Succeeded)]), (EndState::Waits, String::new(), false));
        assert_eq!(came(&[]), (EndState::Waits, String::new(), false));
    }

    #[test]
    fn what_was_done_is_no_longer_offered() {
        let offer = "### x\n\n> a comment with /gitinfra up 9f31c2a rolls net/dev out before the merge\n\nrow";
        let done = "### x\n\n> rolled out at 9f31c2a: merge it (net/dev)\n\nrow";
        let whole = up(&[EndState::RolledOut], "9f31c2aaaa");
        assert_eq!(offered(offer, Some(&whole)), done);
        assert_eq!(offered(done, Some(&whole)), done);
        assert_eq!(offered(done, None), offer);
        // What is rolled out in part, or beside others that are not, is offered still.
        assert_eq!(offered(offer, Some(&up(&[EndState::Failed], "9f31c2aaaa"))), offer);
        let two = offer.replace("net/dev", "net/dev, web/dev");
        assert_eq!(offered(&two, Some(&whole)), two);
        assert_eq!(offered(&two, Some(&up(&[EndState::RolledOut; 2], "9f31c2aaaa"))).matches("merge it").count(), 1);
    }
}
