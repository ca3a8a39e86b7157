//! What is around every view: navigation, who is signed in, whether it is live; and the pages that are no views.

use axum::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::Page;
use super::signs::{legible, symbols, word_field};
use crate::failure::Failure;
use crate::server::people::You;
use crate::text;

const PLACES: [(&str, &str); 7] = [
    ("stacks", "Stacks"),
    ("pulls", "Pull requests"),
    ("runs", "Runs"),
    ("holds", "Holds"),
    ("queue", "Queue"),
    ("events", "Events"),
    ("repositories", "Repositories"),
];

/// A view as a whole document. `holds` is how many wait for a decision.
pub fn whole(page: &Page, you: &You, holds: usize, now: i64) -> Markup {
    let title = title(page);
    let content = html! {
        @for (id, part) in &page.parts { div id=(id) { (part) } }
    };
    document(&title, Some(page.here), you, holds, now, &content)
}

pub fn title(page: &Page) -> String {
    match page.state {
        Some(state) => format!("{state} · {}", page.title),
        None => page.title.clone(),
    }
}

/// `here` is where a view belongs to. What is no view does not change, and is asked for no news.
fn document(title: &str, here: Option<&str>, you: &You, holds: usize, now: i64, content: &Markup) -> Markup {
    let at = text::timestamp(now);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/style.css";
                @if here.is_some() { script src="/live.js" defer {} }
            }
            body {
                (symbols())
                a.skip href="#content" { "Skip to content" }
                header.top {
                    a.brand href="/stacks" { "gitinfra" }
                    nav aria-label="Main" {
                        @for (place, name) in PLACES {
                            a href=(format!("/{place}")) aria-current=[(Some(place) == here).then_some("page")] {
                                (name)
                                @if place == "holds" && holds > 0 { " " b { (holds) span.vh { " waiting" } } }
                            }
                        }
                    }
                    div.live {
                        @if here.is_some() {
                            span id="live" { "as of " time datetime=(at) { (at.get(11..19).unwrap_or_default()) } }
                            button.small id="pause" type="button" hidden { "Pause" }
                        }
                        (who(you))
                    }
                }
                p.vh id="told" role="status" {}
                main id="content" { (content) }
            }
        }
    }
}

fn who(you: &You) -> Markup {
    html! {
        @match &you.name {
            Some(name) => {
                span { (name) }
                form method="post" action="/sign-out" { (word_field(you.word.as_deref())) button.small { "Sign out" } }
            }
            None => a href="/sign-in" { "Sign in" }
        }
    }
}

/// Where somebody signs in; `next` is where they go from there.
pub fn sign_in(next: &str, trouble: Option<&str>, elsewhere: &[&str], now: i64) -> Markup {
    let to: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let content = html! {
        div.sign {
            h1 { "Sign in" }
            div.card {
                @for name in elsewhere { p { a.btn href=(format!("/sign-in/{name}?next={to}")) { "Sign in with " (name) } } }
                form method="post" action="/sign-in" {
                    input type="hidden" name="next" value=(next);
                    label for="token" { "Your token" }
                    input id="token" name="token" type="password" required autocomplete="current-password" autofocus
                        aria-invalid=[trouble.map(|_| "true")] aria-describedby=[trouble.map(|_| "wrong")];
                    @if let Some(trouble) = trouble { p.err id="wrong" role="alert" { (trouble) } }
                    button.go { "Sign in" }
                }
                p.soft { "Whoever runs this server gave it to you. It is in the file that the configuration names for you." }
            }
        }
    };
    document("Sign in", None, &You::default(), 0, now, &content)
}

/// What could not be shown or done, and what to do.
pub fn broken(status: StatusCode, failure: &Failure, you: &You, now: i64) -> Markup {
    let heading = match status {
        StatusCode::NOT_FOUND => "Not here",
        StatusCode::FORBIDDEN => "Not yours to do",
        _ => "It did not work",
    };
    let content = html! {
        h1 { (heading) }
        div.card.bad {
            p { (legible(&failure.message)) }
            @for hint in &failure.hints { p.soft { (legible(hint)) } }
            p { a href="/stacks" { "All stacks" } }
        }
    };
    document(heading, None, you, 0, now, &content)
}

/// Where there is nothing: what would be here, and how to get it.
pub fn empty(says: &str, command: &str) -> Markup {
    html! {
        div.card.empty { p { (says) } pre { code { (command) } } }
    }
}
