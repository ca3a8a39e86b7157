//! A preview for eyes: a tree of what changes, each resource below the one that it belongs to, and the sums last.

use std::collections::{BTreeMap, BTreeSet};

use super::{Paint, Tone};
use crate::comment::{Preview, StackPreview, cut, one_line};
use crate::engine::changes::{ChangeSet, PropertyChange, ResourceChange};
use crate::engine::operation::Effect;
use crate::engine::urn;
use crate::engine::value::Shown;
use crate::event::Severity;
use crate::text::{count, list, short};

/// Longer values are cut, and longer lists of properties.
const LONGEST_VALUE: usize = 200;
const MOST_PROPERTIES: usize = 6;

/// A merge's preview.
pub fn merge(preview: &Preview, has_values: bool, paint: Paint) -> String {
    let (head, base) = (short(&preview.head_commit), short(&preview.base_commit));
    let (name, into) = (paint.tone(Tone::Strong, &preview.head), paint.tone(Tone::Strong, &preview.base));
    let mut parts = vec![format!("{name} into {into} {}", paint.tone(Tone::Faint, &format!("({head} into {base})")))];
    let note = |note: &String| format!("{} {note}", paint.tone(Tone::Note, "note:"));
    parts.extend(preview.notes.iter().map(note));
    parts.extend(preview.stacks.iter().map(|preview| format!("\n{}", stack(preview, has_values, paint))));
    parts.push(format!("\n{}", sums(preview, paint)));
    parts.join("\n")
}

/// A stack with the tree of its changes.
pub fn stack(preview: &StackPreview, has_values: bool, paint: Paint) -> String {
    let (name, reason) = (paint.tone(Tone::Strong, &preview.name), paint.tone(Tone::Faint, &preview.reason));
    let mut lines = vec![format!("{name} {reason}")];
    let changes = &preview.changes;
    let tree = Tree { changes, has_values, paint };
    lines.extend(tree.below(None, ""));
    lines.extend(tree.outputs());
    if preview.failure.is_none() && changes.is_empty() {
        lines.push("no changes".to_owned());
    }
    lines.extend(said(changes, preview.failure.as_deref(), paint));
    let failed = |failure: &String| format!("{} the preview failed: {}", paint.tone(Tone::Bad, "✗"), failure.trim());
    lines.extend(preview.failure.as_ref().map(failed));
    let held = |words: &String| format!("{} it would be held: {words}", paint.tone(Tone::Careful, "!"));
    lines.extend(preview.objections.iter().map(held));
    lines.extend(preview.seal.as_ref().map(|seal| paint.tone(Tone::Faint, &format!("sealed as {}", seal.id()))));
    lines.join("\n")
}

/// A stack's changes as a tree.
struct Tree<'a> {
    changes: &'a ChangeSet,
    has_values: bool,
    paint: Paint,
}

impl Tree<'_> {
    /// The lines of all that belongs to a resource, or to the stack itself.
    fn below(&self, parent: Option<&str>, indent: &str) -> Vec<String> {
        let children = self.children(parent);
        let mut lines = Vec::new();
        for (at, child) in children.iter().enumerate() {
            let (branch, further) = if at + 1 == children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let (branch, further) = (self.paint.tone(Tone::Faint, branch), self.paint.tone(Tone::Faint, further));
            lines.push(format!("{indent}{branch}{}", self.head(child)));
            let indent = format!("{indent}{further}");
            lines.extend(self.values(child).into_iter().map(|line| format!("{indent}    {line}")));
            lines.extend(self.below(Some(child), &indent));
        }
        lines
    }

    /// The URNs that stand below one: of resources that change, and of those that have such ones below them.
    fn children(&self, parent: Option<&str>) -> Vec<&str> {
        let parents = &self.changes.parents;
        let parent_of = |urn: &str| parents.get(urn).map(String::as_str);
        let mut shown = BTreeSet::new();
        for change in &self.changes.resources {
            let mut at = Some(change.urn.as_str());
            while let Some(urn) = at.filter(|urn| shown.insert(*urn)) {
                at = parent_of(urn);
            }
        }
        let mut children: Vec<&str> = shown.into_iter().filter(|urn| parent_of(urn) == parent).collect();
        children.sort_by_key(|urn| (urn::parse(urn).kind, urn::parse(urn).name));
        children
    }

    fn change(&self, urn: &str) -> Option<&ResourceChange> {
        self.changes.resources.iter().find(|change| change.urn == urn)
    }

    fn head(&self, urn: &str) -> String {
        let named = urn::parse(urn);
        let (kind, name) = (self.paint.tone(Tone::Faint, named.kind), one_line(&cut(named.name, LONGEST_VALUE)));
        let Some(change) = self.change(urn) else {
            return format!("  {kind} {name}");
        };
        let effect = change.operation.effect();
        let because = match change.replaced_for.is_empty() {
            true => String::new(),
            false => format!(" because of {}", self.paint.tone(Tone::Replaced, &change.replaced_for.join(", "))),
        };
        let sign = self.paint.effect(effect, &format!("{} {}", effect.symbol(), effect.verb()));
        format!("{sign} {kind} {name}{because}{}", self.properties(change))
    }

    /// Which properties change, where their values are not shown. Of what is new all do.
    fn properties(&self, change: &ResourceChange) -> String {
        let is_told = |property: &&PropertyChange| !change.replaced_for.contains(&property.path);
        let paths: Vec<String> = change.properties.iter().filter(is_told).map(PropertyChange::named).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        match self.has_values || paths.is_empty() || change.operation.effect() == Effect::Create {
            true => String::new(),
            false => self.paint.tone(Tone::Faint, &format!(" [{}]", one_line(&list(&paths, MOST_PROPERTIES)))),
        }
    }

    fn values(&self, urn: &str) -> Vec<String> {
        let properties = self.change(urn).filter(|_| self.has_values).map(|change| change.properties.as_slice());
        properties.unwrap_or_default().iter().map(|property| value(property, self.paint)).collect()
    }

    fn outputs(&self) -> Vec<String> {
        let outputs = &self.changes.outputs;
        if outputs.is_empty() {
            return Vec::new();
        }
        let names: Vec<String> = outputs.iter().map(PropertyChange::named).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match self.has_values {
            true => {
                let lines = outputs.iter().map(|output| format!("    {}", value(output, self.paint)));
                std::iter::once("outputs".to_owned()).chain(lines).collect()
            }
            false => vec![format!(
                "outputs {}",
                self.paint.tone(Tone::Faint, &format!("[{}]", one_line(&list(&names, MOST_PROPERTIES))))
            )],
        }
    }
}

/// A property's old and new value.
fn value(property: &PropertyChange, paint: Paint) -> String {
    let path = one_line(&cut(&property.path, LONGEST_VALUE));
    let side = |side: &Shown| one_line(&cut(&side.line(), LONGEST_VALUE));
    match (&property.before, &property.after) {
        (None, None) => format!("{path} differs"),
        (None, Some(after)) => format!("{path}: {}", paint.tone(Tone::Good, &side(after))),
        (Some(before), None) => format!("{path}: {} is dropped", paint.tone(Tone::Bad, &side(before))),
        (Some(before), Some(after)) => {
            format!("{path}: {} -> {}", paint.tone(Tone::Bad, &side(before)), paint.tone(Tone::Good, &side(after)))
        }
    }
}

/// What was said besides the failure.
fn said(changes: &ChangeSet, failure: Option<&str>, paint: Paint) -> Vec<String> {
    let is_new = |message: &str| failure.is_none_or(|failure| !failure.contains(message.trim()));
    let told = changes.diagnostics.iter().filter(|said| is_new(&said.message));
    let line = |said: &crate::engine::changes::Said| {
        let head = match said.severity {
            Severity::Error => paint.tone(Tone::Bad, "error:"),
            Severity::Warning => paint.tone(Tone::Careful, "warning:"),
            Severity::Info => paint.tone(Tone::Note, "info:"),
        };
        let place = said.urn.as_deref().filter(|urn| !urn::is_stack(urn)).map(|urn| urn::parse(urn).name);
        format!("{head} {}{}", place.map(|name| format!("{name}: ")).unwrap_or_default(), said.message.trim())
    };
    told.map(line).collect()
}

fn sums(preview: &Preview, paint: Paint) -> String {
    let mut effects: BTreeMap<Effect, usize> = BTreeMap::new();
    // A preview that failed saw a part of what would change.
    let whole: Vec<&StackPreview> = preview.stacks.iter().filter(|stack| stack.failure.is_none()).collect();
    for (effect, number) in whole.iter().flat_map(|stack| stack.changes.effects()) {
        *effects.entry(effect).or_default() += number;
    }
    let words = |(effect, number): (&Effect, &usize)| paint.effect(*effect, &format!("{number} to {}", effect.verb()));
    let to_do: Vec<String> = effects.iter().map(words).collect();
    let mut lines = Vec::new();
    let failed: Vec<&str> =
        preview.stacks.iter().filter(|stack| stack.failure.is_some()).map(|stack| stack.name.as_str()).collect();
    match (whole.len(), to_do.is_empty()) {
        _ if preview.stacks.is_empty() => lines.push("No stack uses what this merge changes.".to_owned()),
        (0, _) => {}
        (stacks, true) => {
            let has_none = whole.iter().all(|stack| stack.changes.is_empty());
            let words = if has_none { "nothing to change" } else { "only outputs, or which values are secrets" };
            lines.push(format!("{}: {words}", count(stacks, "stack")));
        }
        (stacks, false) => lines.push(format!("{}: {}", count(stacks, "stack"), to_do.join(", "))),
    }
    for (names, words) in
        [(&preview.untouched, "untouched"), (&preview.gone, "gone, and what it rolled out is left standing")]
    {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        lines.extend(
            (!names.is_empty()).then(|| format!("{} {words}: {}", count(names.len(), "stack"), list(&names, 5))),
        );
    }
    if !failed.is_empty() {
        let words = format!("{} failed: {}", count(failed.len(), "preview"), list(&failed, 5));
        lines.push(paint.tone(Tone::Bad, &words));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::operation::Operation;
    use serde_json::json;

    fn urn(name: &str) -> String {
        format!("urn:pulumi:dev::net::a:b:C::{name}")
    }

    fn property(path: &str, before: Option<Shown>, after: Option<Shown>) -> PropertyChange {
        PropertyChange { path: path.to_owned(), before, after }
    }

    fn change(operation: &str, name: &str, replaced_for: &[&str], properties: Vec<PropertyChange>) -> ResourceChange {
        ResourceChange {
            urn: urn(name),
            kind: "a:b:C".to_owned(),
            name: name.to_owned(),
            parent: None,
            operation: Operation::new(operation),
            replaced_for: replaced_for.iter().map(|path| (*path).to_owned()).collect(),
            properties,
        }
    }

    fn preview() -> StackPreview {
        let plain = |value| Some(Shown::Plain(value));
        let parents = [("a", "top"), ("b", "a"), ("unchanged", "top")];
        let changes = ChangeSet {
            resources: vec![
                change("update", "a", &[], vec![property("size", plain(json!(1)), plain(json!(2)))]),
                change(
                    "replace",
                    "b",
                    &["zone"],
                    vec![
                        property("zone", plain(json!("x")), plain(json!("y"))),
                        property("word", Some(Shown::Secret), Some(Shown::Secret)),
                    ],
                ),
                change("create", "c", &[], vec![property("size", None, plain(json!(3)))]),
            ],
            outputs: vec![property("url", None, Some(Shown::Unknown))],
            parents: parents.into_iter().map(|(child, parent)| (urn(child), urn(parent))).collect(),
            ..ChangeSet::default()
        };
        StackPreview {
            name: "net/dev".to_owned(),
            reason: "main.ts changed".to_owned(),
            failure: None,
            changes,
            objections: Vec::new(),
            seal: None,
        }
    }

    #[test]
    fn each_resource_stands_below_the_one_that_it_belongs_to() {
        let expected = "\
net/dev main.ts changed
├─ + create a:b:C c
└─   a:b:C top
   └─ ~ update a:b:C a [size]
      └─ ± replace a:b:C b because of zone [word]
outputs [url]";
        assert_eq!(stack(&preview(), false, Paint::new(false)), expected);
    }

    #[test]
    fn values_are_shown_on_request_and_secrets_never() {
        let expected = "\
net/dev main.ts changed
├─ + create a:b:C c
│      size: 3
└─   a:b:C top
   └─ ~ update a:b:C a
          size: 1 -> 2
      └─ ± replace a:b:C b because of zone
             zone: \"x\" -> \"y\"
             word: [secret] -> [secret]
outputs
    url: known after apply";
        assert_eq!(stack(&preview(), true, Paint::new(false)), expected);
    }

    #[test]
    fn what_stops_being_a_secret_is_told_without_values_too() {
        let opened = |path: &str| property(path, Some(Shown::Secret), Some(Shown::NotSecret));
        let changes = ChangeSet {
            resources: vec![change("same", "a", &[], vec![opened("word")])],
            outputs: vec![property("labels", Some(Shown::NotSecret), Some(Shown::Secret))],
            ..ChangeSet::default()
        };
        let expected = "\
net/dev main.ts changed
└─   unchanged a:b:C a [word is no longer a secret]
outputs [labels becomes a secret]";
        assert_eq!(stack(&StackPreview { changes, ..preview() }, false, Paint::new(false)), expected);
    }

    #[test]
    fn the_sums_stand_last() {
        let failed = StackPreview { failure: Some("no VPC\nhint: make one".to_owned()), ..preview() };
        let preview = Preview {
            base: "main".to_owned(),
            base_commit: "1".repeat(40),
            head: "change".to_owned(),
            head_commit: "2".repeat(40),
            stacks: vec![preview(), failed],
            untouched: vec!["web/dev".to_owned()],
            gone: vec!["old/dev".to_owned()],
            notes: vec!["nothing to merge".to_owned()],
        };
        let text = merge(&preview, false, Paint::new(false));
        let last = "\n\n1 stack: 1 to create, 1 to update, 1 to replace\n1 stack untouched: web/dev\n\
            1 stack gone, and what it rolled out is left standing: old/dev\n1 preview failed: net/dev";
        assert!(
            text.starts_with("change into main (2222222 into 1111111)\nnote: nothing to merge\n\nnet/dev"),
            "{text}"
        );
        assert!(text.ends_with(last), "{text}");
        assert!(text.contains("✗ the preview failed: no VPC\nhint: make one"), "{text}");
        let failed = Preview { stacks: preview.stacks[1..].to_vec(), untouched: vec![], gone: vec![], ..preview };
        assert!(merge(&failed, false, Paint::new(false)).ends_with("make one\n\n1 preview failed: net/dev"));
    }
}
