//! The page: what each view says, in parts that can be replaced one by one. Everything foreign is text.

mod frame;
mod graph;
mod hold;
mod lists;
mod preview;
mod pull;
mod pulls;
mod queue;
mod run;
mod signs;
mod stack;
mod stacks;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::BTreeMap;

use axum::http::Uri;
use maud::Markup;
use serde_json::Value;

use super::Server;
use super::people::You;
use super::shared::Fresh;
use crate::failure::{Failure, Result};

pub(super) use frame::{broken, sign_in, title, whole};
pub(super) use run::lines;
pub(super) use signs::of_repository;
pub(super) use stacks::{states, the_one, unknown};

pub(super) const STYLE: &str = include_str!("page/style.css");
pub(super) const SCRIPT: &str = include_str!("page/live.js");

/// One view.
pub(super) struct Page {
    pub title: String,
    /// The one word of state that the title shows.
    pub state: Option<&'static str>,
    /// Which entry of the navigation it belongs to.
    pub here: &'static str,
    /// What is replaced by itself, from top to bottom.
    pub parts: Vec<(&'static str, Markup)>,
    /// The same as data, as the command line's `-o json` has it.
    pub data: Value,
}

/// Who looks at what, and when.
pub(super) struct Look<'a> {
    pub server: &'a Server,
    pub you: &'a You,
    pub query: BTreeMap<String, String>,
    pub now: i64,
    pub fresh: Fresh,
}

impl Look<'_> {
    /// What a query says, if it says something.
    fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
}

/// The view at an address, which is a type, or a type and a name.
pub(super) async fn at(server: &Server, you: &You, uri: &Uri, fresh: Fresh) -> Result<Page> {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let look = Look { server, you, query: query.into_iter().collect(), now: server.context.now(), fresh };
    let path = percent_encoding::percent_decode_str(uri.path()).decode_utf8_lossy().into_owned();
    let path = path.strip_suffix(".json").unwrap_or(&path);
    let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
    match words[..] {
        [] | ["stacks"] => stacks::page(&look).await,
        ["stack", project, stack] => stack::page(&look, &format!("{project}/{stack}")).await,
        ["graph"] => graph::page(&look).await,
        ["runs"] => lists::runs(&look).await,
        ["run", name] => run::page(&look, name).await,
        ["holds"] => lists::holds(&look).await,
        ["hold", name] => hold::page(&look, name).await,
        ["preview", name] => preview::page(&look, name).await,
        ["pull", ref path @ .., number] => pull::page(&look, &path.join("/"), number).await,
        ["pulls"] => pulls::page(&look).await,
        ["queue" | "locks"] => queue::page(&look).await,
        ["drifts"] => lists::drifts(&look).await,
        ["events"] => lists::events(&look).await,
        ["repositories"] => lists::repositories(&look).await,
        ["keys" | "words"] => Ok(lists::words()),
        _ => Err(Failure::input("there is nothing at this address").hint("/stacks lists what there is")),
    }
}
