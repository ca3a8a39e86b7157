//! What keeps the server from a repository, and a configuration that is not in force: the likely cause first, and since when.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::Look;
use super::signs::{brief, clock, legible, state};
use crate::failure::Failure;
use crate::server::trouble::{Side, Trouble};
use crate::server::watched::Watched;
use crate::text::timestamp;

const LONGEST: usize = 400;

/// All of it that may be seen; nothing where all is well. A configuration is about all repositories.
pub fn card(look: &Look<'_>) -> Markup {
    let setup = look.server.setup();
    let seen = setup.watched.iter().filter(|watched| look.you.sees(&watched.label));
    let troubles: Vec<(String, Side, Trouble)> = seen
        .flat_map(|watched| {
            watched.troubles.all().into_iter().map(|(side, trouble)| (watched.name.clone(), side, trouble))
        })
        .collect();
    let refused = look.server.refused_configuration().filter(|_| look.you.sees_all());
    let later = look.server.needs_a_restart().filter(|_| look.you.sees_all());
    html! {
        @if refused.is_some() || !troubles.is_empty() {
            div.card.bad {
                h2 { "The server is in trouble" }
                ul {
                    @if let Some((failure, at)) = &refused {
                        li { b { "The configuration is refused, and the one before stays in force" } ", since " (clock(*at, look.now)) (why(failure)) }
                    }
                    @for (name, side, trouble) in &troubles {
                        li { b { (name) ": " (trouble.cause.at(*side)) } ", since " (clock(trouble.since, look.now)) (why(&trouble.failure)) }
                    }
                }
            }
        }
        @if let Some(later) = later { div.card.care { p { "The configuration is not in force as a whole: " (legible(&later)) "." } } }
    }
}

fn why(failure: &Failure) -> Markup {
    html! {
        p { (brief(&failure.message, LONGEST)) }
        @for hint in &failure.hints { p.soft { (brief(hint, LONGEST)) } }
    }
}

/// How a repository is, in its row.
pub fn of(watched: &Watched) -> Markup {
    let troubles = watched.troubles.all();
    html! {
        @if troubles.is_empty() { "well" }
        @for (side, trouble) in &troubles { (state("failing")) small { (trouble.cause.at(*side)) } }
    }
}

/// The same as data.
pub fn data(watched: &Watched) -> Value {
    let one = |(side, trouble): (Side, Trouble)| {
        let since = timestamp(trouble.since);
        json!({ "side": side.word(), "cause": trouble.cause.word(), "message": trouble.failure.message, "since": since })
    };
    watched.troubles.all().into_iter().map(one).collect()
}
