//! Some stacks of a pull request previewed anew, beside what was previewed of the others: its comment stays whole.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::comment::Preview;

/// Previews of so many pull requests are kept, the newest. Of any other all stacks are previewed.
const MOST: usize = 20;

/// What was previewed last, and what of it is wanted anew.
#[derive(Clone, Default)]
pub struct Partly(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    previews: VecDeque<(u64, Preview)>,
    wanted: BTreeMap<u64, BTreeSet<String>>,
}

impl Partly {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wants one stack of a pull request previewed anew, or all.
    pub fn want(&self, number: u64, stack: Option<&str>) {
        let mut kept = self.kept();
        match stack {
            Some(stack) => drop(kept.wanted.entry(number).or_default().insert(stack.to_owned())),
            None => kept.previews.retain(|(known, _)| *known != number),
        }
    }

    /// The whole preview of these commits, head and base, and which stacks of it are wanted anew; `None` where all have to be previewed.
    pub(super) fn wanted(&self, number: u64, (head, base): (&str, &str)) -> Option<(Preview, Vec<String>)> {
        let mut kept = self.kept();
        let stacks: Vec<String> = kept.wanted.remove(&number)?.into_iter().collect();
        let (_, preview) = kept.previews.iter().find(|(known, _)| *known == number)?;
        let is_it = preview.head_commit == head && preview.base_commit == base;
        is_it.then(|| (preview.clone(), stacks))
    }

    pub(super) fn keep(&self, number: u64, preview: &Preview) {
        let mut kept = self.kept();
        kept.previews.retain(|(known, _)| *known != number);
        kept.previews.push_front((number, preview.clone()));
        kept.previews.truncate(MOST);
    }
}

/// A whole preview with some of its stacks as they were previewed anew.
pub(super) fn replaced(mut whole: Preview, anew: Preview) -> Preview {
    for stack in anew.stacks {
        match whole.stacks.iter_mut().find(|known| known.name == stack.name) {
            Some(known) => *known = stack,
            None => whole.stacks.push(stack),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::StackPreview;

    fn preview(head: &str, stacks: &[(&str, &str)]) -> Preview {
        let one = |(name, reason): &(&str, &str)| StackPreview {
            name: (*name).to_owned(),
            reason: (*reason).to_owned(),
            failure: None,
            changes: Default::default(),
            objections: Vec::new(),
            seal: None,
        };
        Preview {
            base: "main".to_owned(),
            base_commit: "b".to_owned(),
            head: "change".to_owned(),
            head_commit: head.to_owned(),
            stacks: stacks.iter().map(one).collect(),
            untouched: Vec::new(),
            gone: vec!["old/dev".to_owned()],
            notes: Vec::new(),
        }
    }

    #[test]
    fn one_stack_is_previewed_beside_what_is_known_of_the_others() {
        let partly = Partly::default();
        let wanted = |head: &str| partly.wanted(7, (head, "b")).map(|(_, stacks)| stacks);
        partly.want(7, Some("web/dev"));
        assert_eq!(wanted("a"), None, "nothing is known of the others");
        partly.keep(7, &preview("a", &[("net/dev", "1"), ("web/dev", "1")]));
        assert_eq!(wanted("a"), None, "nobody wants only some");
        partly.want(7, Some("web/dev"));
        partly.want(7, Some("net/dev"));
        assert_eq!(wanted("a"), Some(vec!["net/dev".to_owned(), "web/dev".to_owned()]));
        assert_eq!(wanted("a"), None, "they were wanted once");
        partly.want(7, Some("web/dev"));
        assert_eq!(wanted("c"), None, "it moved on");
        partly.want(7, Some("web/dev"));
        partly.want(7, None);
        assert_eq!(wanted("a"), None, "somebody wants all");
    }

    #[test]
    fn what_was_previewed_anew_takes_its_place() {
        let whole = preview("a", &[("net/dev", "old"), ("web/dev", "old")]);
        let anew = Preview { gone: Vec::new(), ..preview("a", &[("web/dev", "new")]) };
        let reasons: Vec<String> =
            replaced(whole.clone(), anew.clone()).stacks.into_iter().map(|one| one.reason).collect();
        assert_eq!((reasons, replaced(whole, anew).gone.len()), (vec!["old".to_owned(), "new".to_owned()], 1));
    }

    #[test]
    fn not_all_are_kept() {
        let partly = Partly::default();
        for number in 0..100 {
            partly.keep(number, &preview("a", &[]));
        }
        assert_eq!(partly.kept().previews.len(), MOST);
    }
}
