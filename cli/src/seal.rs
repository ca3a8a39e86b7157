//! A sealed preview: what was shown, and everything that it rests on. Whether it still holds is a comparison of values.

mod difference;
mod plan;
mod rest;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::name_of;
use crate::engine::Identity;
use crate::text::list;

pub use difference::difference;
pub use plan::{Change, Plan, Property};
pub use rest::{has_unknown, is_rest};

/// How many names a sentence tells.
const FEW: usize = 5;

/// What a preview rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The repository as the ledger calls it.
    pub repository: String,
    /// `PROJECT/STACK`.
    pub stack: String,
    /// The commit that was to be merged.
    pub head: String,
    /// The commit that it was to be merged into.
    pub base: String,
    /// The tree that the merge makes.
    pub tree: String,
    /// Digests of the stack's configuration by key.
    pub configuration: BTreeMap<String, String>,
    /// Keyed digests of the variables that the engine sees, by name; none of those that previews are given otherwise than
    /// roll-outs, for of these nothing was promised.
    #[serde(default)]
    pub environment: BTreeMap<String, Option<String>>,
    /// The digest of the stack's state.
    pub state: String,
    /// Versions of the engine, of the program's language and of the plugins, by name.
    pub versions: BTreeMap<String, String>,
    /// Which policy packs judged it, by their folders, with the ids of their files.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub packs: BTreeMap<String, String>,
    /// Whether what stands was looked at anew, and not only what the state says of it.
    #[serde(default)]
    pub refresh: bool,
    /// Whether it is about destroying all that stands.
    #[serde(default, skip_serializing_if = "is_false")]
    pub destroy: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A preview with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    #[serde(flatten)]
    pub ground: Ground,
    /// The keyed digest of the changes with every value, by which they are compared.
    pub changes: String,
    /// The changes as they may be shown.
    pub plan: Plan,
    /// Whether the program reads outputs of other stacks. They are no part of the ground, so what would happen has to be asked again.
    #[serde(default = "unknown_reads")]
    pub reads_others: bool,
    /// What policy packs refused of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
}

/// A seal that does not say it was made before anybody asked.
fn unknown_reads() -> bool {
    true
}

/// What is said where the same ground leads to other changes.
pub fn other_outputs() -> Other {
    Other { field: Field::Outputs, words: "what it reads of other stacks may not be what it was".to_owned() }
}

/// What is said where the same state does not tell all of what stands.
pub fn other_standing() -> Other {
    Other { field: Field::State, words: "what stands is not what it was".to_owned() }
}

/// One of the things that a preview rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    Stack,
    Head,
    Base,
    Tree,
    Configuration,
    Environment,
    State,
    Versions,
    Packs,
    Outputs,
}

/// A field that is another one now, with words for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    pub field: Field,
    pub words: String,
}

impl Seal {
    /// Its name, made of all that it holds: whoever allows it allows exactly this.
    pub fn id(&self) -> String {
        let ground = serde_json::to_string(&self.ground).unwrap_or_default();
        name_of(&format!("{ground}\n{}", self.changes))
    }
}

impl Ground {
    /// The same place with what the engine says of the stack.
    pub fn with(mut self, identity: Identity) -> Ground {
        (self.configuration, self.state, self.versions) = (identity.configuration, identity.state, identity.versions);
        self
    }

    /// What is another thing now. Whether head and base are the same is for Git to say: a merge makes a commit of its own.
    pub fn others(&self, now: &Ground, has_head: bool, has_base: bool) -> Vec<Other> {
        let is_stack = (&self.repository, &self.stack) == (&now.repository, &now.stack);
        let all = [
            (Field::Stack, is_stack, "the stack is another one".to_owned()),
            (Field::Head, has_head, "the commit that was previewed is not part of it".to_owned()),
            (Field::Base, has_base, "other commits came to the branch meanwhile".to_owned()),
            (Field::Tree, self.tree == now.tree, "the files are not those of the merge that was previewed".to_owned()),
            (
                Field::Configuration,
                self.configuration == now.configuration,
                format!("the configuration changed: {}", differing(&self.configuration, &now.configuration)),
            ),
            (
                Field::Environment,
                other_variables(&self.environment, &now.environment).is_empty(),
                format!(
                    "variables of the environment changed: {}",
                    list(&other_variables(&self.environment, &now.environment), FEW)
                ),
            ),
            (Field::State, self.state == now.state, "the stack's state changed".to_owned()),
            (
                Field::Versions,
                self.versions == now.versions,
                format!("other versions are at work: {}", versions(&self.versions, &now.versions)),
            ),
            (
                Field::Packs,
                self.packs == now.packs,
                format!("other policy packs judge it: {}", differing(&self.packs, &now.packs)),
            ),
        ];
        let others = all.into_iter().filter(|(_, is_same, _)| !is_same);
        others.map(|(field, _, words)| Other { field, words }).collect()
    }
}

/// What is another thing now, in one sentence.
pub fn in_words(others: &[Other]) -> String {
    others.iter().map(|other| other.words.as_str()).collect::<Vec<_>>().join("; ")
}

fn differing(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> String {
    list(&others(before, now), FEW)
}

/// Variables that are others now, but for those of which nothing was promised.
fn other_variables<'a>(
    before: &'a BTreeMap<String, Option<String>>,
    now: &'a BTreeMap<String, Option<String>>,
) -> Vec<&'a str> {
    let mut names = others(before, now);
    names.retain(|name| before.get(*name) != Some(&None));
    names
}

/// The names of what is not the same in both.
fn others<'a, T: PartialEq>(before: &'a BTreeMap<String, T>, now: &'a BTreeMap<String, T>) -> Vec<&'a str> {
    let mut names: Vec<&str> = before.keys().chain(now.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| before.get(*name) != now.get(*name));
    names
}

fn versions(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> String {
    let told = |name: &&String| before.get(*name) != now.get(*name);
    let version = |of: &BTreeMap<String, String>, name: &str| of.get(name).map_or("none", String::as_str).to_owned();
    let line = |name: &String| format!("{name} {} instead of {}", version(now, name), version(before, name));
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    let lines: Vec<String> = now.keys().chain(gone).filter(told).map(line).collect();
    list(&lines.iter().map(String::as_str).collect::<Vec<_>>(), FEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn handed(pairs: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<String>> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
    }

    fn ground() -> Ground {
        let text = |text: &str| text.to_owned();
        Ground {
            repository: text("here"),
            stack: text("net/dev"),
            head: text("aaaa"),
            base: text("bbbb"),
            tree: text("cccc"),
            configuration: of(&[("net:size", "1"), ("net:word", "2")]),
            environment: handed(&[("AWS_REGION", Some("1")), ("DB", Some("2")), ("AWS_PROFILE", None)]),
            state: text("dddd"),
            versions: of(&[("pulumi", "3.259.0"), ("aws", "7.0.0")]),
            packs: of(&[("policies/house", "eeee")]),
            refresh: false,
            destroy: false,
        }
    }

    #[test]
    fn each_field_is_compared() {
        let same = ground();
        assert_eq!(same.others(&ground(), true, true), []);
        type Change = fn(&mut Ground);
        let cases: [(Change, Field, &str); 7] = [
            (|now| now.packs = of(&[("policies/house", "ffff")]), Field::Packs, "judge it: policies/house"),
            (|now| now.stack = "net/prod".to_owned(), Field::Stack, "another one"),
            (|now| now.tree = "x".to_owned(), Field::Tree, "the files are not those"),
            (|now| now.state = "x".to_owned(), Field::State, "state changed"),
            (
                |now| now.configuration = of(&[("net:size", "1"), ("net:word", "3")]),
                Field::Configuration,
                "changed: net:word",
            ),
            (
                |now| now.environment = handed(&[("DB", Some("3")), ("NEW", Some("4")), ("AWS_PROFILE", Some("5"))]),
                Field::Environment,
                "environment changed: AWS_REGION, DB, NEW",
            ),
            (
                |now| now.versions = of(&[("pulumi", "3.260.0"), ("tls", "5.0.0")]),
                Field::Versions,
                "pulumi 3.260.0 instead of 3.259.0, tls 5.0.0 instead of none, aws none instead of 7.0.0",
            ),
        ];
        for (change, field, words) in cases {
            let mut now = ground();
            change(&mut now);
            let others = same.others(&now, true, true);
            assert_eq!(others.len(), 1, "{others:?}");
            assert!(others[0].field == field && others[0].words.contains(words), "{others:?}");
        }
        // Of what previews are given otherwise than roll-outs nothing was promised.
        let mut now = ground();
        now.environment = handed(&[("AWS_REGION", Some("1")), ("DB", Some("2")), ("AWS_PROFILE", Some("own"))]);
        assert_eq!(same.others(&now, true, true), []);
        let others = same.others(&ground(), false, false);
        assert_eq!(others.iter().map(|other| other.field).collect::<Vec<_>>(), [Field::Head, Field::Base]);
        assert!(in_words(&others).contains("; other commits came"));
    }

    #[test]
    fn a_seals_name_is_of_all_that_it_holds() {
        let seal = Seal {
            ground: ground(),
            changes: "e".to_owned(),
            plan: Plan::default(),
            reads_others: false,
            refused: Vec::new(),
        };
        assert_eq!(seal.id().len(), 12);
        assert_ne!(seal.id(), Seal { changes: "f".to_owned(), ..seal.clone() }.id());
        let elsewhere = Ground { head: "x".to_owned(), ..ground() };
        assert_ne!(seal.id(), Seal { ground: elsewhere, ..seal.clone() }.id());
        let written = serde_json::to_string(&seal).expect("JSON");
        assert_eq!(serde_json::from_str::<Seal>(&written).expect("a seal"), seal);
    }
}
