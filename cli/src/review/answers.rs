//! What was answered to commands, in the one comment of the pull request: a preview that comes later keeps it.

use super::Reviewer;
use super::comments::same;
use crate::comment::escape;
use crate::failure::Result;
use crate::forge::Trouble;
use crate::forge::mark::Mark;
use crate::text::timestamp;

/// So many are shown, the newest.
const MOST: i64 = 5;
const LONGEST: usize = 500;
/// How they begin. What is previewed stands in fences, where no line begins with a heading.
const HEAD: &str = "\n\n#### Answers\n\n";

impl Reviewer {
    /// The newest answers on a pull request as Markdown; nothing where there is none.
    pub(super) async fn answers(&self, number: u64) -> Result<String, Trouble> {
        let Some(ledger) = &self.ledger else {
            return Ok(String::new());
        };
        let answers = ledger.answers(&self.previewer.mirror.source.label, number, MOST).await?;
        let line = |at: i64, answer: &str| {
            let day = timestamp(at);
            let time = day.get(11..16).unwrap_or_default().to_owned();
            let answer = self.scrubber.scrub(answer);
            let answer = crate::comment::cut(&answer, LONGEST);
            let lines: Vec<String> = answer.lines().map(|line| escape(line, LONGEST)).collect();
            format!("- {time} UTC {}\n", lines.join("<br>"))
        };
        let lines: String = answers.iter().map(|answered| line(answered.at, &answered.answer)).collect();
        Ok(if lines.is_empty() { lines } else { format!("{HEAD}{lines}") })
    }

    /// Shows what was answered, without previewing anything. Where there is no comment yet, one is made for it.
    pub async fn tell_answers(&self, number: u64) -> Result<()> {
        let hides_html = self.forge.abilities().hides_html;
        let answers = self.answers(number).await?;
        match self.ours(number).await?.parts.remove(&1) {
            Some((comment, mark)) => {
                let text = format!("{}{answers}", body(&comment.text, hides_html));
                let text = self.marks.sign(&mark, &text, hides_html);
                if !same(&comment.text, &text) {
                    self.edit(number, &comment, &mark, &text).await?;
                }
            }
            None => {
                let mark = self.unpreviewed(number);
                let text = self.marks.sign(&mark, &format!("### gitinfra{answers}"), hides_html);
                self.create(number, &mark, &text).await?;
            }
        }
        Ok(())
    }

    /// Of a comment that is about no preview: the next one takes its place.
    fn unpreviewed(&self, number: u64) -> Mark {
        let none = || "-".to_owned();
        Mark { pull: self.key(number), part: 1, parts: 1, head: none(), base: none(), state: "answered".to_owned() }
    }
}

/// A comment without its mark and without answers.
fn body(text: &str, hides_html: bool) -> String {
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

    #[test]
    fn a_comment_is_taken_apart() {
        let marked = format!("<!-- gitinfra v1 mac=00 -->\r\n### gitinfra\r\n\r\nrow{HEAD}- 14:02 UTC done\n");
        assert_eq!(body(&marked, true), "### gitinfra\n\nrow");
        assert_eq!(body(&format!("### x\n\nrow{HEAD}- y\n\n[//]: # (gitinfra v1 mac=0)\n"), false), "### x\n\nrow");
    }
}
