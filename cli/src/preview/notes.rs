//! What is worth knowing of a merge itself, before any stack of it.

use std::collections::BTreeSet;

use super::{Merge, Previewer};
use crate::config::FILE;
use crate::failure::Result;
use crate::git::Commit;
use crate::order::Order;
use crate::repo::Stack;
use crate::text::{count, list};

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

/// That a merge alone rolls nothing out of those stacks that are rolled out by tags.
pub(super) fn of_tags<'a>(stacks: impl Iterator<Item = &'a Stack>) -> Option<String> {
    let stacks: Vec<&Stack> = stacks.filter(|stack| !stack.tags.is_empty()).collect();
    let (names, globs) = (stacks.iter().map(|stack| stack.name()), stacks.iter().flat_map(|stack| &stack.tags));
    let names: Vec<String> = names.collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let globs: BTreeSet<&str> = globs.map(String::as_str).collect();
    let globs: Vec<&str> = globs.into_iter().rev().collect();
    (!names.is_empty())
        .then(|| format!("the merge alone does not roll out {}, but a tag does: {}", list(&names, 5), globs.join(", ")))
}

/// Stacks that wait for one another, each circle in a sentence.
pub(super) fn of_circles(names: &[String], order: &Order) -> Vec<String> {
    let named = |circle: &Vec<usize>| circle.iter().map(|at| names[*at].as_str()).collect::<Vec<_>>().join(" and ");
    let circles = order.circles().iter().map(named);
    circles
        .map(|named| format!("{named} wait for one another in a circle, and what would close it does not count"))
        .collect()
}

/// Who reads stacks that could not be previewed.
pub(super) fn of_readers(names: &[String], order: &Order, failed: &[&str]) -> Option<String> {
    let is_read = |at: &usize| failed.contains(&names[*at].as_str()) && !order.followers([*at]).is_empty();
    let of: Vec<usize> = (0..names.len()).filter(is_read).collect();
    let named = |all: Vec<usize>| list(&all.into_iter().map(|at| names[at].as_str()).collect::<Vec<_>>(), 5);
    let readers: Vec<usize> = order.followers(of.iter().copied()).into_iter().collect();
    let s = if readers.len() == 1 { "s" } else { "" };
    (!readers.is_empty()).then(|| {
        let (readers, of) = (named(readers), named(of));
        format!("{readers} read{s} what {of} puts out, which can't be previewed: what is shown rests on what was put out last")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, TreeFile, stacks};

    #[test]
    fn who_reads_what_is_left_open_is_named() {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let project = |name: &str| {
            [
                file(&format!("{name}/Pulumi.yaml"), &format!("name: {name}\nruntime: yaml")),
                file(&format!("{name}/Pulumi.dev.yaml"), ""),
            ]
        };
        let files = ["app", "db", "net", "web"].map(project).concat();
        let stacks = stacks(&Listing { files, ..Listing::default() }).stacks;
        let names: Vec<String> = stacks.iter().map(Stack::name).collect();
        let read = [("app/dev", "o/db/dev"), ("db/dev", "o/net/dev")];
        let read = read.map(|(name, read)| (name.to_owned(), vec![read.to_owned()])).into();
        let order = Order::of(stacks.iter(), &[], &read);
        let told = of_readers(&names, &order, &["db/dev"]);
        assert!(
            told.is_some_and(|told| told.starts_with("app/dev reads what db/dev puts out, which can't be previewed"))
        );
        let told = of_readers(&names, &order, &["net/dev", "web/dev"]);
        assert!(told.is_some_and(|told| told.starts_with("app/dev, db/dev read what net/dev puts out")));
        assert_eq!(of_readers(&names, &order, &["web/dev"]), None);
    }

    #[test]
    fn who_waits_for_a_tag_is_named() {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let files = ["dev", "prod"].map(|stack| file(&format!("Pulumi.{stack}.yaml"), ""));
        let files = [vec![file("Pulumi.yaml", "name: web\nruntime: yaml")], files.to_vec()].concat();
        let mut stacks = stacks(&Listing { files, ..Listing::default() }).stacks;
        assert_eq!(of_tags(stacks.iter()), None);
        stacks[1].tags = vec!["v*".to_owned(), "!*-rc*".to_owned()];
        let words = "the merge alone does not roll out web/prod, but a tag does: v*, !*-rc*";
        assert_eq!(of_tags(stacks.iter()).as_deref(), Some(words));
    }
}
