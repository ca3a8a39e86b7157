//! What cache policies and origin request policies have in common: which cookies and query strings count.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::types::{CookieNames, Headers, QueryStringNames};
use pulumi_plugin::{Fault, Faults, Property, Result};

use crate::aws::list::{count, some};
use crate::cloudfront::built;
use crate::types::Lowercase;

/// Which cookies or query strings count.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum Chosen {
    /// None.
    #[default]
    #[prop(rename = "none")]
    None,
    /// Those that are listed.
    #[prop(rename = "whitelist")]
    Whitelist,
    /// All but those that are listed.
    #[prop(rename = "allExcept")]
    AllExcept,
    /// All.
    #[prop(rename = "all")]
    All,
}

/// Which cookies count.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct CookiesConfig {
    /// The cookie behavior.
    #[prop(default)]
    pub cookie_behavior: Chosen,
    /// The names of the cookies, for `whitelist` and `allExcept`.
    #[prop(default)]
    pub cookies: BTreeSet<String>,
}

/// Which query strings count.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct QueryStringsConfig {
    /// The query string behavior.
    #[prop(default)]
    pub query_string_behavior: Chosen,
    /// The names of the query strings, for `whitelist` and `allExcept`.
    #[prop(default)]
    pub query_strings: BTreeSet<String>,
}

impl CookiesConfig {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let lists = self.cookie_behavior.lists();
        listed(Faults::of(self), "cookies", lists, self.cookies.is_empty())
    }

    /// The names as AWS takes them.
    pub fn names(&self) -> Result<Option<CookieNames>> {
        let names = CookieNames::builder().quantity(count(&self.cookies)).set_items(some(self.cookies.iter().cloned()));
        self.cookie_behavior.lists().then(|| names.build().map_err(built)).transpose()
    }
}

impl QueryStringsConfig {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let lists = self.query_string_behavior.lists();
        listed(Faults::of(self), "queryStrings", lists, self.query_strings.is_empty())
    }

    /// The names as AWS takes them.
    pub fn names(&self) -> Result<Option<QueryStringNames>> {
        let names = QueryStringNames::builder().quantity(count(&self.query_strings));
        let names = names.set_items(some(self.query_strings.iter().cloned()));
        self.query_string_behavior.lists().then(|| names.build().map_err(built)).transpose()
    }
}

impl Chosen {
    fn lists(self) -> bool {
        matches!(self, Chosen::Whitelist | Chosen::AllExcept)
    }
}

/// The names of headers as AWS takes them.
pub fn headers(names: &BTreeSet<Lowercase>) -> Result<Headers> {
    let items = names.iter().map(|name| name.as_str().to_owned());
    Headers::builder().quantity(count(names)).set_items(some(items)).build().map_err(built)
}

/// The names of headers as AWS returns them.
pub fn header_names(headers: Option<Headers>) -> BTreeSet<Lowercase> {
    let items = headers.and_then(|headers| headers.items).unwrap_or_default();
    items.into_iter().map(Lowercase::from).collect()
}

/// Names are listed where the behavior wants them, and only there.
pub fn listed(faults: Faults, at: &str, lists: bool, empty: bool) -> Vec<Fault> {
    faults
        .when(lists && empty, at, "missing: this behavior needs at least one")
        .when(!lists && !empty, at, "can't be given with this behavior: it lists none")
        .into_vec()
}
