//! What came of a merged pull request: its one comment says how far its stacks got, and so do statuses of the commit that it came by.

use super::answers::{ALONE, body};
use super::comments::same;
use super::{Reviewer, shown, statuses};
use crate::comment::escape;
use crate::failure::Result;
use crate::forge::{Pull, State, Status, Told, What};
use crate::ledger::Applied;
use crate::record::{EndState, PullEnd, StackEnd};
use crate::text::{count, short};

/// How it begins, and how what was previewed does, before which it stands.
const HEAD: &str = "### gitinfra: ";
const PREVIEW: &str = "### gitinfra preview: ";
/// So many stacks have a row, danger first.
const MOST_ROWS: usize = 20;
/// With more stacks only the status for all is told.
const MOST_STACKS: usize = 50;
const LONGEST: usize = 300;

impl Reviewer {
    /// Tells a pull request how far its stacks got, and the commit that it came by where that is settled.
    pub async fn tell_end(&self, pull: &Pull, end: &PullEnd) -> Result<()> {
        self.comment_end(pull.number, end).await?;
        let merge = Pull { head: end.commit.clone(), branch: pull.base.clone(), ..pull.clone() };
        let stands = self.forge.statuses(&merge.head).await?;
        for status in told(end).into_iter().filter(|status| !self.is_told_so(status, &stands)) {
            self.set(&merge, status).await?;
        }
        Ok(())
    }

    /// The same in the comment alone.
    pub async fn tell_above(&self, pull: &Pull, end: &PullEnd) -> Result<()> {
        self.comment_end(pull.number, end).await
    }

    /// Tells a head of one that ended, and came to no branch that is rolled out, what came of all of it: it is not fit to be merged.
    pub async fn tell_unmerged(&self, pull: &Pull, end: &PullEnd) -> Result<()> {
        self.tell_one(pull, &statuses::one(statuses::SUMMARY, State::Error, &end.in_words())).await
    }

    /// Tells the head of a pull request what came of a stack that a command rolls out before the merge.
    pub async fn tell_applied(&self, pull: &Pull, stack: &str, state: State, words: &str) -> Result<()> {
        self.tell_one(pull, &statuses::one(&format!("{}{stack}", statuses::OF_STACKS), state, words)).await
    }

    /// Writes down what a pull request rolled out. The head that it rolled out before is told that it is fit to be merged no more.
    pub async fn note_applied(&self, pull: &Pull, stack: &str) -> Result<()> {
        let Some(ledger) = &self.ledger else {
            return Ok(());
        };
        let label = &self.previewer.mirror.source.label;
        let mut before = ledger.applied(label).await?;
        before.retain(|one| one.pull == pull.number && one.stack == stack && one.head != pull.head);
        for one in before {
            let (old, new) = (short(&one.head), short(&pull.head));
            let words = format!("is no longer rolled out at {old}: {new} took its place");
            self.tell_applied(&pull.at(&one.head), stack, State::Error, &words).await?;
        }
        let (stack, head) = (stack.to_owned(), pull.head.clone());
        ledger.note_applied(label, &Applied { pull: pull.number, stack, head, goes_back: false }).await
    }

    /// Tells a commit what came of a stack that it was told to wait for. It may be the head no more, of which nothing else is told.
    pub async fn tell_awaited(&self, pull: &Pull, stack: &str, state: State, words: &str) -> Result<()> {
        let status = statuses::one(&format!("{}{stack}", statuses::OF_STACKS), state, words);
        let name = crate::forge::fitting(&status.name, self.forge.abilities().status_name);
        let waits = |told: &Told| told.name == name && told.state == State::Pending;
        match self.forge.statuses(&pull.head).await?.iter().any(waits) {
            true => Ok(self.set(pull, status).await?),
            false => Ok(()),
        }
    }

    /// A commit that the forge has no more is told nothing.
    async fn tell_one(&self, pull: &Pull, status: &Status) -> Result<()> {
        let told = async {
            match self.is_told_so(status, &self.forge.statuses(&pull.head).await?) {
                true => Ok(()),
                false => self.set(pull, status.clone()).await,
            }
        };
        match told.await {
            Err(trouble) if trouble.what == What::Missing => Ok(()),
            told => Ok(told?),
        }
    }

    /// Tells a commit why nothing comes of what it was told to be on its way.
    pub async fn tell_unapplied(&self, pull: &Pull, state: State, why: &str) -> Result<()> {
        for told in self.forge.statuses(&pull.head).await? {
            if told.state == State::Pending && told.name.starts_with(statuses::OF_STACKS) {
                self.set(pull, statuses::one(&told.name, state, why)).await?;
            }
        }
        Ok(())
    }

    /// A commit that was merged waits for nothing any more.
    pub async fn tell_unawaited(&self, pull: &Pull, why: &str) -> Result<()> {
        let is_ours = |told: &Told| told.name == statuses::SUMMARY || told.name.starts_with(statuses::OF_STACKS);
        for told in self.forge.statuses(&pull.head).await? {
            if told.state == State::Pending && is_ours(&told) {
                self.set(pull, statuses::one(&told.name, State::Error, why)).await?;
            }
        }
        Ok(())
    }

    async fn comment_end(&self, number: u64, end: &PullEnd) -> Result<()> {
        let _pen = self.pen.lock().await;
        let block = self.scrubber.scrub(&block(end, self.page.as_deref()));
        self.write_above(number, &block).await
    }

    /// Writes something above what was previewed; in its place, where there is no room for both. The caller has the pen.
    pub(super) async fn write_above(&self, number: u64, above: &str) -> Result<()> {
        let hides_html = self.forge.abilities().hides_html;
        let answers = self.answers(number).await?;
        let Some((comment, mark)) = self.ours(number).await?.parts.remove(&1) else {
            if above.is_empty() && answers.is_empty() {
                return Ok(());
            }
            let mark = self.unpreviewed(number);
            let above = if above.is_empty() { ALONE } else { above };
            let text = self.marks.sign(&mark, &format!("{above}{answers}"), hides_html);
            return Ok(self.create(number, &mark, &text).await?);
        };
        let body = body(&comment.text, hides_html);
        let rest = previewed(&body);
        let above = if above.is_empty() && rest.is_empty() { ALONE } else { above };
        let text = |rest: &str| self.marks.sign(&mark, &format!("{above}{rest}{answers}"), hides_html);
        let whole = text(rest);
        if same(&comment.text, &whole) {
            return Ok(());
        }
        match self.edit(number, &comment, &mark, &whole).await {
            Err(trouble) if trouble.what == What::TooLong && !above.is_empty() => {
                Ok(self.edit(number, &comment, &mark, &text("")).await?)
            }
            edited => Ok(edited?),
        }
    }
}

/// What was previewed, without what stands above it.
fn previewed(text: &str) -> &str {
    match text.find(&format!("\n{PREVIEW}")) {
        _ if text.starts_with(PREVIEW) => text,
        Some(at) => &text[at + 1..],
        None => "",
    }
}

/// What stands above the preview. `page` is what the addresses of a server's pages begin with.
pub(super) fn block(end: &PullEnd, page: Option<&str>) -> String {
    let head = escape(&end.in_words(), LONGEST);
    let commit = match end.commit.is_empty() {
        true => String::new(),
        false => format!("Merged as `{}`.\n\n", short(&end.commit)),
    };
    format!("{HEAD}{head}\n\n{commit}{}", table(&end.stacks, page))
}

/// The stacks, each with how far it got.
pub(super) fn table(all: &[StackEnd], page: Option<&str>) -> String {
    let mut stacks: Vec<&StackEnd> = all.iter().collect();
    stacks.sort_by_key(|stack| match stack.state {
        EndState::Failed | EndState::Cancelled => 0,
        EndState::Held => 1,
        EndState::Running => 2,
        EndState::Waits | EndState::Locked | EndState::GoesBack | EndState::Stays => 3,
        EndState::RolledOut | EndState::Back | EndState::Untouched => 4,
    });
    let rows: String = stacks.iter().take(MOST_ROWS).map(|stack| row(stack, page)).collect();
    let rest = match stacks.len().saturating_sub(MOST_ROWS) {
        0 => String::new(),
        rest => format!("\n… and {}.\n", count(rest, "more stack")),
    };
    format!("| stack | state |\n|---|---|\n{rows}{rest}\n")
}

fn row(stack: &StackEnd, page: Option<&str>) -> String {
    let at = stack.at.as_deref().map(|at| match page {
        Some(base) => format!("[{at}]({})", shown::link_to(base, at)),
        None => format!("`{at}`"),
    });
    let at = at.map(|at| format!(": {at}")).unwrap_or_default();
    let why = stack.why.as_deref().map(|why| format!(", {}", escape(why, LONGEST))).unwrap_or_default();
    let asks = match (&stack.seal, stack.state) {
        (Some(seal), EndState::Held) => {
            format!("; write `/gitinfra approve {seal}` or `/gitinfra reject {seal} REASON`")
        }
        _ => String::new(),
    };
    let state = match stack.state {
        EndState::Held | EndState::Failed | EndState::Cancelled => format!("**{}**", stack.state.words()),
        state => state.words().to_owned(),
    };
    format!("| {} | {state}{at}{why}{asks} |\n", escape(&stack.name, LONGEST))
}

/// The statuses of the commit: of the stacks of which something is known, and for all once nothing waits but for a lock, which ends.
fn told(end: &PullEnd) -> Vec<Status> {
    let state = |state| match state {
        EndState::Waits | EndState::Running | EndState::GoesBack => None,
        EndState::Locked => Some(State::Pending),
        EndState::RolledOut | EndState::Back | EndState::Stays | EndState::Untouched => Some(State::Success),
        EndState::Held | EndState::Failed | EndState::Cancelled => Some(State::Failure),
    };
    let one = |stack: &StackEnd| {
        let why = stack.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        let (name, words) = (format!("{}{}", statuses::OF_STACKS, stack.name), format!("{}{why}", stack.state.words()));
        state(stack.state).map(|state| statuses::one(&name, state, &words))
    };
    let of_stacks = end.stacks.iter().filter(|_| end.stacks.len() <= MOST_STACKS).filter_map(one);
    let all = state(end.state()).map(|state| statuses::one(statuses::SUMMARY, state, &end.in_words()));
    of_stacks.chain(all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(name: &str, state: EndState, at: Option<&str>) -> StackEnd {
        let seal = (state == EndState::Held).then(|| "846afcf7df77".to_owned());
        let why = (state == EndState::Held).then(|| "over | budget".to_owned());
        StackEnd { name: name.to_owned(), state, at: at.map(str::to_owned), why, seal }
    }

    fn end() -> PullEnd {
        let stacks = vec![
            stack("net/dev", EndState::RolledOut, Some("run/a1")),
            stack("web/dev", EndState::Held, Some("hold/b2")),
        ];
        PullEnd { commit: "8e1f0c3aaaa".to_owned(), unmerged: None, stacks }
    }

    #[test]
    fn an_end_is_a_table_that_leads_on() {
        let text = block(&end(), Some("https://infra.example/"));
        let expected = "### gitinfra: web/dev is held\n\nMerged as `8e1f0c3`.\n\n| stack | state |\n|---|---|\n\
            | web/dev | **held**: [hold/b2](https://infra.example/hold/b2), over &#124; budget; write `/gitinfra approve 846afcf7df77` \
            or `/gitinfra reject 846afcf7df77 REASON` |\n| net/dev | rolled out: [run/a1](https://infra.example/run/a1) |\n\n";
        assert_eq!(text, expected);
        assert!(block(&end(), None).contains("rolled out: `run/a1` |"));
        let many =
            PullEnd { stacks: (0..30).map(|at| stack(&at.to_string(), EndState::RolledOut, None)).collect(), ..end() };
        let text = block(&many, None);
        assert!(text.contains("30 stacks are rolled out") && text.contains("… and 10 more stacks."), "{text}");
    }

    #[test]
    fn it_stands_once_above_the_preview() {
        let preview = "### gitinfra preview: a into main\n\nrow";
        assert_eq!(previewed(preview), preview);
        assert_eq!(previewed(&format!("{}{preview}", block(&end(), None))), preview);
        assert_eq!(previewed(&format!("> a comment rolls it out\n\n{preview}")), preview);
        assert_eq!(previewed(block(&end(), None).trim_end()), "");
        assert_eq!(previewed(ALONE), "", "nothing was previewed");
    }

    #[test]
    fn a_commit_is_told_what_is_settled() {
        let words = |end: &PullEnd| {
            told(end).into_iter().map(|one| format!("{} {:?} {}", one.name, one.state, one.words)).collect::<Vec<_>>()
        };
        assert_eq!(
            words(&end()),
            [
                "gitinfra/net/dev Success rolled out",
                "gitinfra/web/dev Failure held: over | budget",
                "gitinfra Failure web/dev is held"
            ]
        );
        let waits = PullEnd {
            stacks: vec![stack("a/b", EndState::Waits, None), stack("c/d", EndState::RolledOut, None)],
            ..end()
        };
        assert_eq!(words(&waits), ["gitinfra/c/d Success rolled out"], "nothing is pending that may never end");
        let why = Some("pr/1 has it".to_owned());
        let locked = PullEnd { stacks: vec![StackEnd { why, ..stack("a/b", EndState::Locked, None) }], ..end() };
        assert_eq!(words(&locked), ["gitinfra/a/b Pending waits: pr/1 has it", "gitinfra Pending a/b waits"]);
    }
}
