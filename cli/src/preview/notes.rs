//! What is worth knowing of a merge itself, before any stack of it.

use super::{Merge, Previewer};
use crate::config::FILE;
use crate::failure::Result;
use crate::git::Commit;
use crate::text::count;

impl Previewer {
    /// That there is nothing to merge, and that the checkout which was meant has more than what is committed.
    pub(super) async fn notes(&self, merge: &Merge, base: &Commit, head: &Commit) -> Result<Vec<String>> {
        let (into, source) = (&merge.base, &self.mirror.source);
        let name = source.name_of(&merge.head);
        let mut notes = Vec::new();
        if base.id == head.id {
            notes.push(format!("{name} is at the same commit as {into}, so there is nothing to merge"));
        } else if self.mirror.has(&base.id, &head.id).await? {
            notes.push(format!("{into} has everything that {name} has, so there is nothing to merge"));
        }
        if self.mirror.file(&base.id, FILE).ok() != self.mirror.file(&head.id, FILE).ok() && notes.is_empty() {
            notes.push(format!("{FILE} differs on {name}: this preview is by that of {into}"));
        }
        match source.uncommitted(&head.id) {
            0 => {}
            files => notes.push(format!(
                "the checkout in {} has {} that {} not committed, and no part of this preview",
                source.label,
                count(files, "change"),
                if files == 1 { "is" } else { "are" }
            )),
        }
        Ok(notes)
    }
}
