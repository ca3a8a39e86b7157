//! A merge's preview as the Markdown that a pull request would get. Nothing in it can leave its place: text is escaped,
//! values stand in fences that are longer than any run of backticks inside.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::decide::short;
use crate::engine::changes::{ChangeSet, PropertyChange, ResourceChange, Said};
use crate::engine::operation::Effect;
use crate::engine::urn;
use crate::engine::value::Shown;
use crate::event::Severity;

/// Forges take some 65,000 characters in a comment; the rest is for what surrounds the details.
const MOST: usize = 60_000;
/// Longer values are cut: a comment is for reading.
const LONGEST_VALUE: usize = 400;
/// So is what failed and what was said, for each stack.
const LONGEST_TEXT: usize = 8_000;
/// What a stack's part holds besides its details.
const FRAME: usize = 500;
/// Details with more lines begin closed.
const OPEN_LINES: usize = 40;

/// What merging one commit into another would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackPreview {
    pub name: String,
    /// Why it is previewed.
    pub reason: String,
    /// Why the preview failed, if it did.
    pub failure: Option<String>,
    pub changes: ChangeSet,
}

/// The whole comment.
pub fn comment(preview: &Preview) -> String {
    let mut text = String::new();
    let (head, base) = (escape(&preview.head), escape(&preview.base));
    let _ = writeln!(text, "### gitinfra preview: {head} into {base}\n");
    if preview.stacks.is_empty() {
        let _ = writeln!(text, "No stack uses what this merge changes.");
    } else {
        text += &table(&preview.stacks);
        let mut room = MOST.saturating_sub(text.len());
        let mut left_out = 0;
        for stack in &preview.stacks {
            match room.checked_sub(FRAME) {
                Some(rest) => {
                    room = rest;
                    text += &details(stack, &mut room);
                }
                None => left_out += 1,
            }
        }
        if left_out > 0 {
            let _ = writeln!(text, "\nThe details of {left_out} more stacks don't fit here.");
        }
    }
    for name in &preview.gone {
        let _ = writeln!(text, "\n**{}** goes away; what it rolled out is left standing.", escape(name));
    }
    text += &footer(preview);
    text
}

fn table(stacks: &[StackPreview]) -> String {
    let effects: Vec<Effect> = [Effect::Create, Effect::Update, Effect::Replace, Effect::Delete, Effect::Import]
        .into_iter()
        .filter(|effect| {
            *effect != Effect::Import || stacks.iter().any(|stack| stack.changes.effects().contains_key(effect))
        })
        .collect();
    let heads: Vec<String> = effects.iter().map(|effect| format!("{} {}", effect.symbol(), effect.verb())).collect();
    let mut text = format!("| stack | {} | |\n|---|{}---|\n", heads.join(" | "), "--:|".repeat(effects.len()));
    for stack in stacks {
        let counts = stack.changes.effects();
        let cells: Vec<String> =
            effects.iter().map(|effect| counts.get(effect).map(usize::to_string).unwrap_or_default()).collect();
        let _ = writeln!(text, "| {} | {} | {} |", escape(&stack.name), cells.join(" | "), remark(stack));
    }
    text
}

fn remark(stack: &StackPreview) -> &'static str {
    match (&stack.failure, stack.changes.resources.is_empty(), stack.changes.outputs.is_empty()) {
        (Some(_), ..) => "❌ preview failed",
        (None, true, true) => "no changes",
        (None, true, false) => "only outputs",
        _ => "",
    }
}

/// A stack's part: what fails first, then each resource, then outputs, then what was said.
fn details(stack: &StackPreview, room: &mut usize) -> String {
    let mut text = String::new();
    if let Some(failure) = &stack.failure {
        let _ = writeln!(text, "{}\n", fenced("text", &fitting(failure, room)));
    }
    let (lines, left_out) = diff(&stack.changes, room);
    if !lines.is_empty() {
        let _ = writeln!(text, "{}\n", fenced("diff", &lines));
    }
    if left_out > 0 {
        let _ = writeln!(text, "{left_out} more resources change than fit here.\n");
    }
    let said = said(stack);
    if !said.is_empty() {
        let _ = writeln!(text, "{}\n", fenced("text", &fitting(&said, room)));
    }
    if text.is_empty() {
        return text;
    }
    let open = if text.lines().count() <= OPEN_LINES || stack.failure.is_some() { " open" } else { "" };
    let (name, reason) = (escape(&stack.name), escape(&stack.reason));
    format!(
        "\n<details{open}><summary><b>{name}</b>: {}</summary>\n\n<sub>{reason}</sub>\n\n{text}</details>\n",
        in_words(stack)
    )
}

fn in_words(stack: &StackPreview) -> String {
    let counts: BTreeMap<Effect, usize> = stack.changes.effects();
    let words: Vec<String> = counts.iter().map(|(effect, count)| format!("{count} to {}", effect.verb())).collect();
    match (stack.failure.is_some(), words.is_empty()) {
        (true, true) => "the preview failed".to_owned(),
        (true, false) => format!("the preview failed after {}", words.join(", ")),
        (false, true) => remark(stack).to_owned(),
        (false, false) => words.join(", "),
    }
}

/// The beginning of a text, as much as there is room for.
fn fitting(text: &str, room: &mut usize) -> String {
    let most = LONGEST_TEXT.min(*room);
    let end = text.floor_char_boundary(most);
    *room -= end;
    match text.len() - end {
        0 => text.to_owned(),
        rest => format!("{}\n… and {rest} more bytes", &text[..end]),
    }
}

/// Resources and outputs as the lines of a diff, as many as there is room for; and how many did not fit.
fn diff(changes: &ChangeSet, room: &mut usize) -> (String, usize) {
    let mut text = String::new();
    let mut left_out = 0;
    for resource in &changes.resources {
        let block = resource_lines(resource);
        match room.checked_sub(block.len()) {
            Some(rest) if left_out == 0 => {
                *room = rest;
                text += &block;
            }
            _ => left_out += 1,
        }
    }
    if !changes.outputs.is_empty() {
        let outputs = format!("  outputs\n{}", changes.outputs.iter().map(property_lines).collect::<String>());
        text += &fitting(&outputs, room);
    }
    (text, left_out)
}

fn resource_lines(resource: &ResourceChange) -> String {
    let effect = resource.operation.effect();
    let because = match resource.replaced_for.is_empty() {
        true => String::new(),
        false => format!(" (because of {})", resource.replaced_for.join(", ")),
    };
    let head = format!("{} {} {} {}{because}", effect.symbol(), effect.verb(), resource.kind, resource.name);
    let lines: String = resource.properties.iter().map(property_lines).collect();
    format!("{}\n{lines}", one_line(&head))
}

/// A property's old value under "-" and its new one under "+", as a diff's colours want it.
fn property_lines(property: &PropertyChange) -> String {
    let line =
        |sign: &str, value: &Shown| one_line(&format!("{sign}     {}: {}", property.path, cut(&value.line()))) + "\n";
    match (&property.before, &property.after) {
        (None, None) => format!("      {} differs\n", one_line(&property.path)),
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

fn footer(preview: &Preview) -> String {
    let commits = format!("{} into {}", short(&preview.head_commit), short(&preview.base_commit));
    let untouched = match preview.untouched.len() {
        0 => String::new(),
        1 => format!("; 1 stack is untouched: {}", escape(&preview.untouched[0])),
        count => format!("; {count} stacks are untouched"),
    };
    format!("\n<sub>previewed the merge of {commits}{untouched}</sub>\n")
}

/// A fence that the content can't close: longer than any run of backticks in it.
fn fenced(language: &str, content: &str) -> String {
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", content.trim_end_matches('\n'))
}

/// Text without a meaning of its own in Markdown, HTML or a forge: no markup, no mention, no issue link, no line break.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            // Forges look for mentions and issue links after they have read entities, so a character of no width parts them.
            '@' | '#' => {
                escaped.push(c);
                escaped.push_str("&#8203;");
            }
            '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '\\' | '!' | '$' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn one_line(text: &str) -> String {
    text.replace('\r', "\\r").replace('\n', "\\n")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
