//! What was answered to commands, in the one comment of the pull request: a preview that comes later keeps it.

use super::{Reviewed, Reviewer, Up, statuses};
use crate::comment::{Room, cut, escape, one_line};
use crate::failure::Result;
use crate::forge::mark::Mark;
use crate::forge::{Pull, State, Status, Trouble};
use crate::ledger::Answered;
use crate::text::count;

/// So many are shown, the newest; those before them are folded, as many as there is room for.
const SHOWN: usize = 5;
/// No more are looked at.
const MOST: i64 = 50;
const LONGEST: usize = 700;
/// Of a comment's room they take one part of so many, beside what was previewed.
const PART: usize = 15;
/// What stands above them where there is nothing else.
pub(super) const ALONE: &str = "### gitinfra";
/// How they begin. What is previewed stands in fences, where no line begins with a heading.
const HEAD: &str = "\n\n#### Answers\n\n";

impl Reviewer {
    /// The newest answers on a pull request as Markdown; nothing where there is none.
    pub(super) async fn answers(&self, number: u64) -> Result<String, Trouble> {
        let Some(ledger) = &self.ledger else {
            return Ok(String::new());
        };
        let answers = ledger.answers(&self.previewer.mirror.source.label, number, MOST).await?;
        let room = self.forge.abilities().comment;
        let line = |answered: &Answered| line(answered.at, &self.scrubber.scrub(&answered.answer), room.html);
        let lines: Vec<String> = answers.iter().map(line).collect();
        Ok(listed(&lines, &room))
    }

    /// Shows all that is so of a pull request and what was answered, without previewing anything: in its comment, in the statuses of
    /// its head and in the reasons of its locks. Whatever happens to it, it is told by this. Where there is no comment yet, one is made.
    pub async fn tell_answers(&self, number: u64) -> Result<()> {
        // What is so is looked at by whoever writes it: else an older look could be written over a newer one.
        let _pen = self.pen.lock().await;
        let pull = self.forge.pull(number).await?;
        let mut up = self.up(number).await?;
        up.is_open = pull.is_open;
        self.explain_locks(&up).await?;
        self.write_above(number, &self.above(&up)).await?;
        // Of another head, or where nothing was previewed yet, there is a preview to come.
        match pull.is_open && up.shown.head == pull.head {
            true => Ok(self.tell_statuses(&pull, &up).await?),
            false => Ok(()),
        }
    }

    /// The one for all stays as it is where a preview goes on or was cut off, and that of a stack where its roll-out is about to begin.
    async fn tell_statuses(&self, pull: &Pull, up: &Up) -> Result<(), Trouble> {
        let stands = self.forge.statuses(&pull.head).await?;
        let is_settled = |state| matches!(state, State::Success | State::Failure);
        let has_summary = stands.iter().any(|told| told.name == statuses::SUMMARY && is_settled(told.state));
        let is_awaited = |status: &Status| {
            let is_pending = stands.iter().any(|told| told.name == status.name && told.state == State::Pending);
            is_pending && status.name.strip_prefix(statuses::OF_STACKS).is_some_and(|name| up.is_at_work(name))
        };
        let all = up.statuses().into_iter().chain(Some(up.summary()).filter(|_| has_summary));
        for status in all.filter(|status| !self.is_told_so(status, &stands) && !is_awaited(status)) {
            self.set(pull, status).await?;
        }
        Ok(())
    }

    /// What is so of a pull request.
    pub(super) async fn up(&self, number: u64) -> Result<Up> {
        match &self.ledger {
            Some(ledger) => Up::of(ledger, &self.previewer.mirror.source.label, number).await,
            None => Ok(Up::default()),
        }
    }

    /// The same of one that is open and was just previewed.
    pub(super) async fn up_of(&self, reviewed: &Reviewed) -> Result<Up> {
        let mut up = self.up(reviewed.pull.number).await?;
        (up.shown, up.is_open) = (self.record(reviewed), true);
        Ok(up)
    }

    /// The same, as it stands above a preview.
    pub(super) fn above(&self, up: &Up) -> String {
        self.scrubber.scrub(&up.block(self.page.as_deref()))
    }

    async fn explain_locks(&self, up: &Up) -> Result<()> {
        let Some(ledger) = self.ledger.as_ref().filter(|_| !self.dry_run) else {
            return Ok(());
        };
        for (name, reason) in up.reasons() {
            if let Some(id) = ledger.find(&self.previewer.mirror.source.label, name).await? {
                ledger.explain_lock(&id, &format!("pr/{}", up.shown.number), &reason).await?;
            }
        }
        Ok(())
    }

    /// Of a comment that is about no preview: the next one takes its place.
    pub(super) fn unpreviewed(&self, number: u64) -> Mark {
        let none = || "-".to_owned();
        Mark { pull: self.key(number), part: 1, parts: 1, head: none(), base: none(), state: "answered".to_owned() }
    }
}

/// An answer, as an entry of a list.
fn line(at: i64, answer: &str, html: bool) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default().strftime("%-d %b %H:%M UTC").to_string();
    let lines: Vec<String> = cut(answer, LONGEST).lines().map(words).collect();
    format!("- {at} {}\n", lines.join(if html { "<br>" } else { "  \n  " }))
}

/// A line that means nothing to Markdown, but for what stands between backticks: that is code.
fn words(mut line: &str) -> String {
    let mut text = String::new();
    while let Some((plain, code, rest)) = code(line) {
        text += &escape(plain, LONGEST);
        text += &format!("`{}`", one_line(code));
        line = rest;
    }
    text + &escape(line, LONGEST)
}

/// What stands before, between and after the next two backticks.
fn code(line: &str) -> Option<(&str, &str, &str)> {
    let (plain, rest) = line.split_once('`')?;
    let (code, rest) = rest.split_once('`')?;
    (!code.trim().is_empty()).then_some((plain, code, rest))
}

/// The entries, the oldest first. Those before the newest are folded where the forge can fold, and left out where they don't fit.
fn listed(lines: &[String], room: &Room) -> String {
    let mut left = room.bytes / PART;
    let mut fits = |line: &&String| {
        let rest = left.checked_sub(line.len());
        left = rest.unwrap_or_default();
        rest.is_some()
    };
    // The newest one is shown however long it is.
    let newest = lines.iter().rev().take(1);
    let others = lines.iter().rev().skip(1).take_while(&mut fits);
    let fitting = newest.chain(others).count();
    let shown = fitting.min(SHOWN);
    let (older, shown) = lines.split_at(lines.len() - shown);
    if shown.is_empty() {
        return String::new();
    }
    let folded = older[older.len() - (fitting - shown.len())..].concat();
    let older = match (older.len(), room.html && !folded.is_empty()) {
        (0, _) => String::new(),
        (all, true) => {
            format!("<details><summary>{}</summary>\n\n{folded}\n</details>\n\n", count(all, "older answer"))
        }
        (all, false) => format!("{} before these.\n\n", count(all, "answer")),
    };
    format!("{HEAD}{older}{}", shown.concat())
}

/// A comment without its mark and without answers.
pub(super) fn body(text: &str, hides_html: bool) -> String {
    let text = text.replace("\r\n", "\n");
    let unmarked = match hides_html {
        true => text.split_once('\n').map(|(_, rest)| rest),
        false => text.rsplit_once("\n\n[//]: # (").map(|(rest, _)| rest),
    };
    let unmarked = unmarked.unwrap_or_default();
    unmarked.rsplit_once(HEAD).map_or(unmarked, |(rest, _)| rest).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: Room = Room { bytes: 60_000, comments: 3, html: true };

    #[test]
    fn what_stands_between_backticks_is_code_and_all_else_is_text() {
        let cases = [
            ("write `/gitinfra help` @ada", "write `/gitinfra help` @&#8203;ada"),
            ("`@ada <b>` and <b>", "`@ada <b>` and &#60;b&#62;"),
            ("one ` alone", "one &#96; alone"),
            ("none `` here `x`", "none &#96;&#96; here &#96;x&#96;"),
            ("`a\u{202e}b`", "`a\\u202eb`"),
        ];
        for (said, expected) in cases {
            assert_eq!(words(said), expected, "{said}");
        }
    }

    #[test]
    fn an_answer_has_its_day() {
        assert_eq!(line(1_795_528_920_000, "ada: done\nand more", true), "- 24 Nov 14:02 UTC ada: done<br>and more\n");
        assert_eq!(line(0, "ada: done\nand more", false), "- 1 Jan 00:00 UTC ada: done  \n  and more\n");
    }

    #[test]
    fn older_answers_are_folded() {
        let lines = |number: usize| (1..=number).map(|at| format!("- {at}\n")).collect::<Vec<String>>();
        assert_eq!(listed(&[], &HTML), "");
        assert_eq!(listed(&lines(2), &HTML), "\n\n#### Answers\n\n- 1\n- 2\n");
        let folded =
            "<details><summary>2 older answers</summary>\n\n- 1\n- 2\n\n</details>\n\n- 3\n- 4\n- 5\n- 6\n- 7\n";
        assert_eq!(listed(&lines(7), &HTML), format!("{HEAD}{folded}"));
        let plain = Room { html: false, ..HTML };
        assert_eq!(listed(&lines(6), &plain), format!("{HEAD}1 answer before these.\n\n- 2\n- 3\n- 4\n- 5\n- 6\n"));
        // They leave what was previewed its room, and the newest is there all the same.
        let long: Vec<String> = (0..20).map(|at| format!("- {at} {}\n", "x".repeat(900))).collect();
        let text = listed(&long, &HTML);
        assert!(text.len() < 6_000 && text.contains("- 19 x") && text.contains("15 answers before these."), "{text}");
        let text = listed(&["x".repeat(9_000)], &plain);
        assert!(text.len() > 9_000);
    }

    #[test]
    fn a_comment_is_taken_apart() {
        let marked = format!("<!-- gitinfra v1 mac=00 -->\r\n### gitinfra\r\n\r\nrow{HEAD}- 14:02 UTC done\n");
        assert_eq!(body(&marked, true), "### gitinfra\n\nrow");
        assert_eq!(body(&format!("### x\n\nrow{HEAD}- y\n\n[//]: # (gitinfra v1 mac=0)\n"), false), "### x\n\nrow");
    }
}
