//! A merge's preview as the Markdown that a pull request would get. Nothing in it can leave its place: text is escaped,
//! values stand in fences that are longer than any run of backticks inside.

mod room;

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize, Serializer};

use crate::engine::changes::{ChangeSet, PropertyChange, ResourceChange, Said};
use crate::engine::operation::Effect;
use crate::engine::urn;
use crate::engine::value::Shown;
use crate::event::Severity;
use crate::seal::Seal;
use crate::text::short;
use room::{fenced, fenced_blocks};

pub use room::{Room, cut, escape, one_line};

/// Forges take some 65,000 characters in a comment. Counted in bytes, of which no character has less than one.
const MOST: Room = Room { bytes: 65_000, comments: 1, html: true };
/// The rows of the stacks take at most so many of 65 parts of it.
const ROWS: usize = 24;
/// And so do the names of stacks that go away.
const GONE: usize = 8;
/// Longer names and values are cut: a comment is for reading.
const LONGEST_NAME: usize = 150;
const LONGEST_VALUE: usize = 400;
/// Details with more lines begin closed.
const OPEN_LINES: usize = 40;
/// With more stacks the sums stand above their rows.
const FEW: usize = 10;
/// So many stacks that go away have a sentence each.
const FEW_GONE: usize = 3;

/// What merging one commit into another would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    pub base: String,
    pub base_commit: String,
    pub head: String,
    pub head_commit: String,
    /// The stacks that the merge touches.
    pub stacks: Vec<StackPreview>,
    /// Names of the others.
    pub untouched: Vec<String>,
    /// Names of stacks that the merge takes away. What they rolled out stays.
    pub gone: Vec<String>,
    /// What is worth knowing of the merge itself: that there is nothing to merge, that a checkout has more than what is committed.
    pub notes: Vec<String>,
}

impl Preview {
    /// The seals of its stacks.
    pub fn seals(&self) -> impl Iterator<Item = &Seal> {
        self.stacks.iter().filter_map(|stack| stack.seal.as_ref())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackPreview {
    pub name: String,
    /// Why it is previewed.
    pub reason: String,
    /// Why the preview failed, if it did.
    pub failure: Option<String>,
    pub changes: ChangeSet,
    /// What would hold its roll-out: budgets that it is over, policies that refuse it, people whose word it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<String>,
    /// The seal on it, if it was sealed; in JSON its id.
    #[serde(serialize_with = "id_of", skip_deserializing)]
    pub seal: Option<Seal>,
}

fn id_of<S: Serializer>(seal: &Option<Seal>, serializer: S) -> Result<S::Ok, S::Error> {
    seal.as_ref().map(Seal::id).serialize(serializer)
}

/// The whole comment. What fails stands first, then what changes; of what there is no room for, the number.
pub fn comment(preview: &Preview) -> String {
    parts(preview, &MOST).concat()
}

/// The same in as many comments as a forge gives room for: the first one has what decides whether to read on, the others go on
/// with the details where the one before had no room for the next resource.
pub fn parts(preview: &Preview, room: &Room) -> Vec<String> {
    let mut stacks: Vec<&StackPreview> = preview.stacks.iter().collect();
    stacks.sort_by_key(|stack| (stack.failure.is_none(), stack.changes.is_empty()));
    let heading = format!("### gitinfra preview: {} into {}", name(&preview.head), name(&preview.base));
    let mut text = format!("{heading}\n\n");
    for note in &preview.notes {
        let _ = writeln!(text, "> {}\n", escape(note, LONGEST_VALUE));
    }
    text += &match stacks.is_empty() {
        true => "No stack uses what this merge changes.\n".to_owned(),
        false => totals(&stacks) + &table(&stacks, room.part(ROWS)),
    };
    let end = gone(&preview.gone, room.part(GONE)) + &footer(preview, room.html);
    let mut rest = Rest { stacks: &stacks, from: 0, html: room.html };
    text += &rest.details(room.bytes.saturating_sub(text.len() + end.len()), room.comments < 2, false);
    let mut parts = vec![text + &end];
    while !rest.stacks.is_empty() && parts.len() < room.comments {
        let head = format!("{heading}, continued\n");
        let details = rest.details(room.bytes.saturating_sub(head.len()), parts.len() + 1 == room.comments, true);
        parts.push(head + &details);
    }
    parts
}

/// Why a merge can't be previewed at all, as a comment.
pub fn refusal(head: &str, base: &str, why: &str) -> String {
    let mut room = MOST.bytes / 2;
    format!("### gitinfra preview: {} into {}\n\n**Nothing was previewed.**\n\n", name(head), name(base))
        + &fenced("text", why, &mut room)
}

/// The details that are still to be written.
struct Rest<'a> {
    stacks: &'a [&'a StackPreview],
    /// From which of the first stack's resources on.
    from: usize,
    html: bool,
}

fn name(text: &str) -> String {
    escape(text, LONGEST_NAME)
}

/// The sums of many stacks, which nobody adds up from rows.
fn totals(stacks: &[&StackPreview]) -> String {
    if stacks.len() <= FEW {
        return String::new();
    }
    let failed = stacks.iter().filter(|stack| stack.failure.is_some()).count();
    let same = stacks.iter().filter(|stack| stack.failure.is_none() && stack.changes.is_empty()).count();
    let have = if same == 1 { "has" } else { "have" };
    let parts = [
        (failed, format!("{failed} failed")),
        (stacks.len() - failed - same, format!("{} change", stacks.len() - failed - same)),
        (same, format!("{same} {have} no changes")),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(number, _)| *number > 0).map(|(_, words)| words).collect();
    let mut effects = BTreeMap::new();
    // A preview that failed saw a part of what would change.
    let whole = stacks.iter().filter(|stack| stack.failure.is_none());
    for (effect, count) in whole.flat_map(|stack| stack.changes.effects()) {
        *effects.entry(effect).or_default() += count;
    }
    let all = if effects.is_empty() { String::new() } else { format!(" In all {}.", to_do(&effects)) };
    format!("**{} stacks: {}.**{all}\n\n", stacks.len(), parts.join(", "))
}

/// A row for each stack, as far as there is room.
fn table(stacks: &[&StackPreview], room: usize) -> String {
    let has_imports = stacks.iter().any(|stack| stack.changes.effects().contains_key(&Effect::Import));
    let effects: Vec<Effect> = [Effect::Create, Effect::Update, Effect::Replace, Effect::Delete, Effect::Import]
        .into_iter()
        .filter(|effect| *effect != Effect::Import || has_imports)
        .collect();
    let heads: Vec<String> = effects.iter().map(|effect| format!("{} {}", effect.symbol(), effect.verb())).collect();
    let mut text = format!("| stack | {} | |\n|---|{}---|\n", heads.join(" | "), "--:|".repeat(effects.len()));
    for (shown, stack) in stacks.iter().enumerate() {
        let row = row(stack, &effects);
        if text.len() + row.len() > room {
            let _ = writeln!(text, "\n… and {} more stacks.", stacks.len() - shown);
            break;
        }
        text += &row;
    }
    text
}

fn row(stack: &StackPreview, effects: &[Effect]) -> String {
    let counts = stack.changes.effects();
    let cells: Vec<String> =
        effects.iter().map(|effect| counts.get(effect).map(usize::to_string).unwrap_or_default()).collect();
    format!("| {} | {} | {} |\n", name(&stack.name), cells.join(" | "), remark(stack))
}

fn remark(stack: &StackPreview) -> &'static str {
    match (&stack.failure, stack.changes.resources.is_empty(), stack.changes.outputs.is_empty()) {
        (Some(_), ..) => "❌ preview failed",
        _ if !stack.objections.is_empty() => "✋ would be held",
        (None, true, true) => "no changes",
        (None, true, false) => "only outputs",
        _ if stack.changes.effects().is_empty() => "only which values are secrets",
        _ => "",
    }
}

impl Rest<'_> {
    /// The parts of the stacks, as many as there is room for. In the last comment what is left over is told. `is_empty` says that
    /// no comment has more room than this one.
    fn details(&mut self, mut room: usize, is_last: bool, is_empty: bool) -> String {
        const LEFT_OUT: usize = 80;
        let mut text = String::new();
        while let Some((stack, others)) = self.stacks.split_first() {
            let (left, is_fresh) = (room.saturating_sub(LEFT_OUT), is_empty && text.is_empty());
            let Some((part, next)) = self.one(stack, left, is_last, is_fresh) else {
                break;
            };
            room -= part.len();
            text += &part;
            self.from = next.unwrap_or_default();
            if next.is_some() {
                return text;
            }
            self.stacks = others;
        }
        if is_last && !self.stacks.is_empty() {
            let _ = writeln!(text, "\nThe details of {} more stacks don't fit here.", self.stacks.len());
        }
        text
    }

    /// A stack's part, and from where it goes on in the next comment. A resource that no comment has room for is left out.
    fn one(&self, stack: &StackPreview, room: usize, is_last: bool, is_fresh: bool) -> Option<(String, Option<usize>)> {
        let goes_on = !is_last;
        match details(stack, self.from, room, goes_on, self.html)? {
            (_, Some(next)) if next == self.from && is_fresh => details(stack, self.from, room, false, self.html),
            (_, Some(next)) if next == self.from => None,
            part => Some(part),
        }
    }
}

/// A stack's part: what fails first, then each resource from one on, then outputs, then what was said; and the resource that
/// it has to go on with. `None` without room for any of it.
fn details(
    stack: &StackPreview,
    from: usize,
    room: usize,
    goes_on: bool,
    html: bool,
) -> Option<(String, Option<usize>)> {
    /// With less room a part says nothing worth reading.
    const LEAST: usize = 500;
    if stack.failure.is_none() && stack.changes.is_empty() && stack.changes.diagnostics.is_empty() {
        return Some((String::new(), None));
    }
    let head = |open: &str| head(stack, from > 0, open, html);
    let end = if html { "</details>\n" } else { "" };
    let mut room = room.checked_sub(head(" open").len() + end.len()).filter(|room| *room >= LEAST)?;
    let failure = stack.failure.as_deref().filter(|_| from == 0);
    let failure = failure.map(|failure| fenced("text", failure, &mut room)).unwrap_or_default();
    let failure = if from == 0 { objections(stack, &mut room) + &failure } else { failure };
    let (diff, next) = diff(&stack.changes, from, goes_on, &mut room);
    let said = if next.is_none() { fenced("text", &said(stack), &mut room) } else { String::new() };
    let text = failure + &diff + &said;
    let is_open = text.lines().count() <= OPEN_LINES || stack.failure.is_some() || !stack.objections.is_empty();
    Some((head(if is_open { " open" } else { "" }) + &text + end, next))
}

/// What would hold the roll-out, above all that would change.
fn objections(stack: &StackPreview, room: &mut usize) -> String {
    match stack.objections.is_empty() {
        true => String::new(),
        false => format!("**It would be held:**\n{}", fenced("text", &stack.objections.join("\n"), room)),
    }
}

/// What a stack's part begins with. Where HTML shows as text, a heading does.
fn head(stack: &StackPreview, is_continued: bool, open: &str, html: bool) -> String {
    let (name, reason, words) = (name(&stack.name), name(&stack.reason), in_words(stack));
    let words = if is_continued { "continued" } else { &words };
    let sealed = stack.seal.as_ref().map(|seal| format!("; sealed as `{}`", seal.id())).unwrap_or_default();
    match html {
        true => {
            format!("\n<details{open}><summary><b>{name}</b>: {words}</summary>\n\n<sub>{reason}{sealed}</sub>\n\n")
        }
        false => format!("\n#### {name}: {words}\n\n{reason}{sealed}\n\n"),
    }
}

fn in_words(stack: &StackPreview) -> String {
    let counts: BTreeMap<Effect, usize> = stack.changes.effects();
    match (stack.failure.is_some(), counts.is_empty()) {
        (true, true) => "the preview failed".to_owned(),
        (true, false) => format!("the preview failed after {}", to_do(&counts)),
        (false, true) => remark(stack).to_owned(),
        (false, false) => to_do(&counts),
    }
}

fn to_do(counts: &BTreeMap<Effect, usize>) -> String {
    let words: Vec<String> = counts.iter().map(|(effect, count)| format!("{count} to {}", effect.verb())).collect();
    words.join(", ")
}

/// Resources from one on, and outputs, as the lines of a diff; and the resource that it has to go on with, if it may.
fn diff(changes: &ChangeSet, from: usize, goes_on: bool, room: &mut usize) -> (String, Option<usize>) {
    let mut blocks = Vec::new();
    let mut length = 0;
    for resource in &changes.resources[from..] {
        // What is far beyond the room is only counted.
        let block = if length > *room { String::new() } else { resource_lines(resource) };
        length += block.len();
        blocks.push(block);
    }
    let outputs = match changes.outputs.is_empty() {
        true => String::new(),
        false => format!("  outputs\n{}", changes.outputs.iter().map(property_lines).collect::<String>()),
    };
    let (text, next) = fenced_blocks(&blocks, &outputs, goes_on, room);
    (text, next.map(|next| from + next))
}

fn resource_lines(resource: &ResourceChange) -> String {
    let effect = resource.operation.effect();
    let because = match resource.replaced_for.is_empty() {
        true => String::new(),
        false => format!(" (because of {})", resource.replaced_for.join(", ")),
    };
    let head = format!("{} {} {} {}{because}", effect.symbol(), effect.verb(), resource.kind, resource.name);
    let lines: String = resource.properties.iter().map(property_lines).collect();
    format!("{}\n{lines}", one_line(&cut(&head, LONGEST_VALUE)))
}

/// A property's old value under "-" and its new one under "+", as a diff's colours want it.
fn property_lines(property: &PropertyChange) -> String {
    let path = one_line(&cut(&property.path, LONGEST_VALUE));
    let line = |sign: &str, value: &Shown| {
        let value = value.line();
        format!("{sign}     {path}: {}\n", one_line(&cut(&value, LONGEST_VALUE)))
    };
    match (&property.before, &property.after) {
        (None, None) => format!("      {path} differs\n"),
        (before, after) => {
            before.as_ref().map(|value| line("-", value)).unwrap_or_default()
                + &after.as_ref().map(|value| line("+", value)).unwrap_or_default()
        }
    }
}

/// What was said besides the failure, which already stands above with what the program wrote of it.
fn said(stack: &StackPreview) -> String {
    let failure = stack.failure.as_deref();
    let is_shown = |said: &&Said| {
        failure.is_some_and(|failure| said.severity == Severity::Info || failure.contains(said.message.trim()))
    };
    let line = |said: &Said| {
        let severity = match said.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let place = said.urn.as_deref().filter(|urn| !urn::is_stack(urn)).map(urn::parse);
        let place = place.map(|urn| format!("{} {}: ", urn.kind, urn.name)).unwrap_or_default();
        format!("{severity}: {place}{}", said.message.trim())
    };
    stack.changes.diagnostics.iter().filter(|said| !is_shown(said)).map(line).collect::<Vec<_>>().join("\n")
}

/// A sentence for each stack that goes away, or one for all and their names, as far as there is room.
fn gone(names: &[String], room: usize) -> String {
    if names.len() <= FEW_GONE {
        let one = |gone: &String| format!("\n**{}** goes away; what it rolled out is left standing.\n", name(gone));
        return names.iter().map(one).collect();
    }
    let mut text = format!("\n**{} stacks go away; what they rolled out is left standing.**", names.len());
    for (shown, gone) in names.iter().enumerate() {
        if text.len() > room {
            let _ = write!(text, " and {} more", names.len() - shown);
            break;
        }
        let _ = write!(text, "{} {}", if shown == 0 { "" } else { "," }, name(gone));
    }
    text + "\n"
}

fn footer(preview: &Preview, html: bool) -> String {
    let commits = format!("{} into {}", short(&preview.head_commit), short(&preview.base_commit));
    let untouched = match preview.untouched.len() {
        0 => String::new(),
        1 => format!("; 1 stack is untouched: {}", name(&preview.untouched[0])),
        count => format!("; {count} stacks are untouched"),
    };
    let words = format!("previewed the merge of {commits}{untouched}");
    if html { format!("\n<sub>{words}</sub>\n") } else { format!("\n{words}\n") }
}

#[cfg(test)]
mod tests;
