//! Small things that all views are made of: states, effects, times, links.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, PreEscaped, Render, html};

use crate::engine::operation::Effect;
use crate::text;

/// The shapes of states, once in each page.
pub fn symbols() -> Markup {
    PreEscaped(include_str!("signs.svg").to_owned())
}

/// The shape of a state: each reads without its colour.
pub fn shape(word: &str) -> &'static str {
    match word {
        "current" | "approved" => "current",
        "succeeded" | "clean" | "passed" | "given" | "created" | "updated" | "replaced" | "deleted" | "done" => "check",
        "running" | "creating" | "updating" | "replacing" | "deleting" => "running",
        "held" => "held",
        "blocked" | "busy" | "cancelled" => "blocked",
        "failing" | "interrupted" | "warned" => "failing",
        "failed" | "rejected" => "failed",
        "suspended" => "suspended",
        "gone" => "gone",
        "new" | "destroyed" => "new",
        "drifted" => "drifted",
        "skipped" | "overtaken" => "skipped",
        "sealed" | "used" => "sealed",
        "taken" => "lock",
        "other" => "other",
        "same" => "same",
        "unchecked" | "free" => "dash",
        _ => "queued",
    }
}

/// A state as its shape and its word.
pub fn state(word: &str) -> Markup {
    html! { span class=(format!("st st-{word}")) { svg.i aria-hidden="true" { use href=(format!("#i-{}", shape(word))) {} } (word) } }
}

/// An effect as its sign and its word.
pub fn effect(effect: Effect) -> Markup {
    let sign = if effect == Effect::Delete { "−" } else { effect.symbol() };
    html! { span class=(format!("fx fx-{}", effect.verb())) { i aria-hidden="true" { (sign) } (effect.verb()) } }
}

/// How long ago, with the exact time for whoever asks.
pub fn age(at: i64, now: i64) -> Markup {
    let exact = text::timestamp(at);
    html! { time datetime=(exact) title=(exact) { (text::age(now - at)) } }
}

/// A time of the day, or the date where it is long ago.
pub fn clock(at: i64, now: i64) -> Markup {
    let exact = text::timestamp(at);
    let short = if now - at < 20 * 3_600_000 { exact.get(11..16) } else { exact.get(5..10) };
    html! { time datetime=(exact) title=(exact) { (short.unwrap_or_default()) } }
}

/// An address of a stack's. Another repository may have a stack of the same name, so it says which one is meant.
pub fn of_repository(path: &str, repository: &str) -> String {
    let repository: String = url::form_urlencoded::byte_serialize(repository.as_bytes()).collect();
    format!("{path}?repository={repository}")
}

pub fn to_stack(name: &str, repository: &str) -> String {
    of_repository(&format!("/stack/{name}"), repository)
}

pub fn link_to_stack(name: &str, repository: &str) -> Markup {
    html! { a href=(to_stack(name, repository)) { (name) } }
}

/// Names that stacks of several repositories have: where one of those is read, it is said whose it is.
pub struct Twins<'a>(BTreeSet<&'a str>);

impl<'a> Twins<'a> {
    /// Out of all names that are shown together, each with its repository.
    pub fn of(all: impl Iterator<Item = (&'a str, &'a str)>) -> Twins<'a> {
        let (mut first, mut twins) = (BTreeMap::new(), BTreeSet::new());
        for (name, repository) in all {
            if *first.entry(name).or_insert(repository) != repository {
                twins.insert(name);
            }
        }
        Twins(twins)
    }

    /// Whose it is, where that has to be said.
    pub fn whose(&self, name: &str, repository: &str) -> String {
        if self.0.contains(name) { format!(" in {}", brief(repository, 80)) } else { String::new() }
    }

    pub fn link(&self, name: &str, repository: &str) -> Markup {
        let whose = self.whose(name, repository);
        html! { a href=(to_stack(name, repository)) { (name) @if !whose.is_empty() { small { (whose) } } } }
    }
}

pub fn commit(id: &str) -> Markup {
    html! { code { (crate::text::short(id)) } }
}

/// Foreign text on one line, legible and no longer than a glance.
pub fn brief(words: &str, most: usize) -> String {
    let line = words.lines().next().unwrap_or_default();
    legible(&crate::comment::cut(line, most))
}

/// Without characters that steer what is seen.
pub fn legible(words: &str) -> String {
    let shown = |c: char| match text::is_steering(c) {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    };
    words.chars().map(shown).collect()
}

/// A form with one button, and what else it bears: the word of the session, and what it is about.
pub fn button(action: &str, fields: &Markup, class: &str, says: impl Render) -> Markup {
    html! {
        form method="post" action=(action) { (fields) button class=(class) { (says) } }
    }
}

/// The button that approves something. What deletes or replaces is approved by whoever says that they have seen it: the server
/// takes no other word for it.
pub fn consent(destroys: bool, of: &str) -> Markup {
    let space = if of.is_empty() { "" } else { " " };
    html! {
        @if destroys {
            label.check { input type="checkbox" name="seen" value="yes" required; span { "I have seen what is deleted and replaced." } }
            button.no { "Approve " (of) (space) "what is deleted and replaced" }
        } @else {
            button.go { "Approve" (space) (of) }
        }
    }
}

pub fn word_field(word: Option<&str>) -> Markup {
    html! { @if let Some(word) = word { input type="hidden" name="word" value=(word); } }
}

/// What a form about a stack bears.
pub fn stack_fields(word: Option<&str>, repository: &str) -> Markup {
    html! { (word_field(word)) input type="hidden" name="repository" value=(repository); }
}

/// Heads of a table that becomes cards.
pub fn heads(names: &[&str]) -> Markup {
    html! { thead role="rowgroup" { tr role="row" { @for name in names { th role="columnheader" scope="col" { (name) } } } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_text() {
        let name = "<img src=x onerror=alert(1)>\u{202e}\u{7}";
        let shown = html! { (brief(name, 100)) }.into_string();
        assert_eq!(shown, "&lt;img src=x onerror=alert(1)&gt;\\u{202e}\\u{7}");
        let form = button("/x\"y", &stack_fields(Some("w"), "<b>"), "go", "<b>").into_string();
        assert_eq!(form.matches("<b>").count(), 0);
    }

    #[test]
    fn a_stack_is_one_of_a_repository() {
        assert_eq!(
            to_stack("net/dev", "https://a.example/x y&z"),
            "/stack/net/dev?repository=https%3A%2F%2Fa.example%2Fx+y%26z"
        );
        let fields = stack_fields(None, "/srv/infra").into_string();
        assert_eq!(fields, "<input type=\"hidden\" name=\"repository\" value=\"/srv/infra\">");
    }

    #[test]
    fn every_shape_is_drawn() {
        let words = ["current", "held", "failing", "drifted", "taken", "nonsense", "same", "other", "unchecked"];
        let drawn = symbols().into_string();
        for word in words {
            assert!(drawn.contains(&format!("id=\"i-{}\"", shape(word))), "{word}");
        }
    }
}
