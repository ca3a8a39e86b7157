//! The one comment of a pull request: found again by its mark, edited in place, and made anew only where it is gone.

use std::collections::BTreeMap;

use super::{Reviewed, Reviewer};
use crate::comment::{self, Room};
use crate::failure::Result;
use crate::forge::mark::Mark;
use crate::forge::{Comment, Trouble, What};

/// Our comments on a pull request as they are.
pub(super) struct Ours {
    /// By part.
    pub parts: BTreeMap<usize, (Comment, Mark)>,
    /// What two of us made at the same time.
    twins: Vec<Comment>,
}

impl Reviewer {
    /// Writes the comment, and says whether it has no room for everything. What the forge finds too long is halved, once, and
    /// then left to the table alone.
    pub(super) async fn comment(&self, reviewed: &Reviewed) -> Result<bool> {
        let room = self.forge.abilities().comment;
        // What is so is looked at by whoever writes it: else an older look could be written over a newer one.
        let _pen = self.pen.lock().await;
        let above = self.above(&self.up_of(reviewed).await?);
        let taken = self.linked(reviewed.pull.number).len() + above.len();
        let room = Room { bytes: room.bytes.saturating_sub(taken), ..room };
        let sizes = [room, Room { bytes: room.bytes / 2, ..room }, Room { bytes: room.bytes / 4, comments: 1, ..room }];
        let mut refused = None;
        for size in sizes {
            let texts = self.texts(reviewed, &size);
            match self.write(reviewed, &texts, &above).await {
                Ok(()) => return Ok(is_cut(&texts)),
                Err(trouble) if trouble.what == What::TooLong => refused = Some(trouble),
                Err(trouble) => return Err(trouble.into()),
            }
        }
        refused.map_or(Ok(true), |trouble| Err(trouble.into()))
    }

    /// The line that leads to the page.
    fn linked(&self, number: u64) -> String {
        self.link(number).map(|link| format!("\n[Everything on one page]({link})\n")).unwrap_or_default()
    }

    fn texts(&self, reviewed: &Reviewed, room: &Room) -> Vec<String> {
        match reviewed.found.preview() {
            Some(preview) => comment::parts(preview, room).iter().map(|text| self.scrubber.scrub(text)).collect(),
            None => reviewed.texts.clone(),
        }
    }

    /// The caller has the pen.
    async fn write(&self, reviewed: &Reviewed, texts: &[String], above: &str) -> Result<(), Trouble> {
        let (number, hides_html) = (reviewed.pull.number, self.forge.abilities().hides_html);
        let mut ours = self.ours(number).await?;
        let answers = self.answers(number).await?;
        let link = self.linked(number);
        if ours.parts.is_empty() && answers.is_empty() && above.is_empty() && !reviewed.found.is_worth_a_comment() {
            return Ok(());
        }
        for (at, text) in texts.iter().enumerate() {
            let mark = self.mark(reviewed, at + 1, texts.len());
            let answered = match at {
                0 => format!("{above}{text}{link}{answers}"),
                _ => text.clone(),
            };
            let text = self.marks.sign(&mark, &answered, hides_html);
            match ours.parts.remove(&(at + 1)) {
                // What is the same is not sent: an edit is seen by everybody who follows.
                Some((comment, _)) if same(&comment.text, &text) => {}
                Some((comment, _)) => self.edit(number, &comment, &mark, &text).await?,
                None => self.create(number, &mark, &text).await?,
            }
        }
        let rest = ours.parts.into_values().map(|(comment, _)| comment).chain(ours.twins);
        for comment in rest {
            self.delete(number, &comment).await?;
        }
        Ok(())
    }

    /// Those that whoever the token belongs to wrote, and that are signed by us for this pull request.
    pub(super) async fn ours(&self, number: u64) -> Result<Ours, Trouble> {
        let key = self.key(number);
        let mut ours = Ours { parts: BTreeMap::new(), twins: Vec::new() };
        for comment in self.forge.comments(number).await? {
            let mark = self.marks.read(&comment.text).filter(|mark| comment.is_ours && mark.pull == key);
            match mark {
                Some(mark) if ours.parts.contains_key(&mark.part) => ours.twins.push(comment),
                Some(mark) => drop(ours.parts.insert(mark.part, (comment, mark))),
                None => {}
            }
        }
        Ok(ours)
    }

    /// What the comment says that was previewed last.
    pub(super) async fn last(&self, number: u64) -> Result<Option<Mark>, Trouble> {
        Ok(self.ours(number).await?.parts.remove(&1).map(|(_, mark)| mark))
    }

    /// Somebody may have deleted it meanwhile.
    pub(super) async fn edit(&self, number: u64, comment: &Comment, mark: &Mark, text: &str) -> Result<(), Trouble> {
        match self.forge.edit_comment(number, &comment.id, text).await {
            Err(trouble) if trouble.what == What::Missing => self.create(number, mark, text).await,
            edited => edited,
        }
    }

    /// An answer that got lost says nothing: what is there says whether it was made.
    pub(super) async fn create(&self, number: u64, mark: &Mark, text: &str) -> Result<(), Trouble> {
        match self.forge.create_comment(number, text).await {
            Err(trouble) if trouble.what == What::Unsure => match self.ours(number).await?.parts.get(&mark.part) {
                Some(_) => Ok(()),
                None => self.forge.create_comment(number, text).await,
            },
            created => created,
        }
    }

    async fn delete(&self, number: u64, comment: &Comment) -> Result<(), Trouble> {
        match self.forge.delete_comment(number, &comment.id).await {
            Err(trouble) if trouble.what == What::Missing => Ok(()),
            deleted => deleted,
        }
    }
}

/// Forges change line ends, and spaces at the end.
pub(super) fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(one) == plain(other)
}

fn is_cut(texts: &[String]) -> bool {
    texts.last().is_some_and(|text| text.contains("don't fit here.") || text.contains("change than fit here."))
}
