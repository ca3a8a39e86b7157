//! Some stacks of a pull request previewed anew, beside what was previewed of the others: its comment stays whole. What was previewed is
//! in the ledger, for whoever does the next preview.

use serde::{Deserialize, Serialize};

use super::Reviewer;
use crate::comment::Preview;
use crate::failure::{Failure, Result};
use crate::forge::Pull;
use crate::seal::Seal;

/// What stands for all stacks.
pub const ALL: &str = "*";

/// A preview as the ledger keeps it: its seals whole, where else only their ids are told.
#[derive(Serialize, Deserialize)]
struct Kept {
    preview: Preview,
    seals: Vec<Seal>,
}

impl Kept {
    fn preview(self) -> Preview {
        let Kept { mut preview, seals } = self;
        for stack in &mut preview.stacks {
            stack.seal = seals.iter().find(|seal| seal.ground.stack == stack.name).cloned();
        }
        preview
    }
}

impl Reviewer {
    /// The preview beside which some stacks are previewed anew; `None` where all have to be.
    pub(super) async fn kept(&self, pull: &Pull, base: &str) -> Result<Option<Preview>> {
        let Some(ledger) = self.ledger.as_ref().filter(|_| !self.anew.is_empty() && self.anew != [ALL]) else {
            return Ok(None);
        };
        let kept = ledger.preview(&self.previewer.mirror.source.label, pull.number).await?;
        let preview = kept.and_then(|text| serde_json::from_str(&text).ok()).map(Kept::preview);
        Ok(preview.filter(|preview| preview.head_commit == pull.head && preview.base_commit == base))
    }

    /// Keeps a preview for the next one. Nothing secret is in a seal.
    pub(super) async fn keep(&self, number: u64, preview: &Preview) -> Result<()> {
        let Some(ledger) = self.ledger.as_ref().filter(|_| self.branch.is_some()) else {
            return Ok(());
        };
        let failed = |error: serde_json::Error| Failure::bug(format!("writing a preview: {error}"));
        let kept = Kept { preview: preview.clone(), seals: preview.seals().cloned().collect() };
        let mut text = serde_json::to_value(kept).map_err(failed)?;
        self.scrubber.scrub_json(&mut text["preview"]);
        ledger.keep_preview(&self.previewer.mirror.source.label, number, &text.to_string()).await
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
    use crate::engine::changes::{ChangeSet, PropertyChange, ResourceChange};
    use crate::engine::operation::Operation;
    use crate::engine::value::Shown;
    use crate::seal::{Ground, Plan};

    fn seal() -> Seal {
        let [repository, stack, head, base, tree, state] = ["r", "net/dev", "a", "b", "t", "s"].map(str::to_owned);
        let (configuration, environment, versions) = Default::default();
        let ground = Ground {
            repository,
            stack,
            head,
            base,
            tree,
            configuration,
            environment,
            state,
            versions,
            packs: Default::default(),
            refresh: false,
            destroy: false,
        };
        Seal { ground, changes: "digest".to_owned(), plan: Plan::default(), reads_others: false, refused: Vec::new() }
    }

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

    /// Whatever a comment shows of it.
    #[test]
    fn what_is_kept_is_what_was_previewed() {
        let property = |path: &str, before: Option<Shown>, after: Option<Shown>| PropertyChange {
            path: path.to_owned(),
            before,
            after,
        };
        let plain = |value: serde_json::Value| Some(Shown::Plain(value));
        let list = Shown::List(vec![Shown::Unknown, Shown::Object(vec![("a".to_owned(), Shown::Secret)])]);
        let properties = vec![
            property("size", plain(1.into()), plain("two".into())),
            property("word", Some(Shown::Secret), Some(Shown::NotSecret)),
            property("code", Some(Shown::Asset("[archive 0123456789ab]".to_owned())), None),
            property("list", None, Some(list)),
        ];
        let resource = ResourceChange {
            urn: "urn:pulumi:dev::net::a:b:C::x".to_owned(),
            kind: "a:b:C".to_owned(),
            name: "x".to_owned(),
            parent: None,
            operation: Operation::new("update"),
            replaced_for: vec!["size".to_owned()],
            properties,
        };
        let counts = [("update".to_owned(), 1)].into();
        let changes = ChangeSet { resources: vec![resource], counts, ..ChangeSet::default() };
        let mut whole = preview("a", &[("net/dev", "1"), ("web/dev", "1")]);
        whole.stacks[0].changes = changes;
        whole.stacks[0].seal = Some(seal());
        whole.stacks[1].objections = vec!["over budget".to_owned()];
        let kept = Kept { preview: whole.clone(), seals: whole.seals().cloned().collect() };
        let text = serde_json::to_string(&kept).expect("JSON");
        assert_eq!(serde_json::from_str::<Kept>(&text).expect("a preview").preview(), whole);
    }

    #[test]
    fn what_was_previewed_anew_takes_its_place() {
        let whole = preview("a", &[("net/dev", "old"), ("web/dev", "old")]);
        let anew = Preview { gone: Vec::new(), ..preview("a", &[("web/dev", "new")]) };
        let reasons: Vec<String> =
            replaced(whole.clone(), anew.clone()).stacks.into_iter().map(|one| one.reason).collect();
        assert_eq!((reasons, replaced(whole, anew).gone.len()), (vec!["old".to_owned(), "new".to_owned()], 1));
    }
}
