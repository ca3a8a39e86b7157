//! The types that `get` and `describe` know, one a file: its names, its columns, and how its records are found.

pub mod drift;
pub mod hold;
pub mod job;
pub mod lock;
pub mod preview;
pub mod repository;
pub mod run;
pub mod stack;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::shell::Shell;
use crate::failure::{Failure, Kind, Result, nearest};
use crate::jsonpath::Field;
use crate::ledger::Ledger;
use crate::record::{Drift, Hold, Job, Lock, Repository, Run, SealRecord, StackRecord};
use crate::ui::Table;

/// Makes the types out of a table: in each line a type, its records, its names (plural, singular, short), and what can be done with it.
macro_rules! types {
    ($($kind:ident: $record:ty, $names:expr, $verbs:expr;)+) => {
        /// What there is to list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Type {
            $($kind,)+
        }

        impl Type {
            pub const ALL: &[Type] = &[$(Type::$kind),+];

            /// Plural, singular, short, as kubectl has them.
            pub fn names(self) -> [&'static str; 3] {
                match self {
                    $(Type::$kind => $names,)+
                }
            }

            /// What one is, as kubectl writes kinds.
            pub fn kind(self) -> &'static str {
                match self {
                    $(Type::$kind => stringify!($kind),)+
                }
            }

            /// What can be done with it.
            pub fn verbs(self) -> &'static str {
                match self {
                    $(Type::$kind => $verbs,)+
                }
            }
        }

        /// A record of any type.
        #[derive(Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum AnyRecord {
            $($kind($record),)+
        }

        $(impl From<$record> for AnyRecord {
            fn from(record: $record) -> Self {
                AnyRecord::$kind(record)
            }
        })+
    };
}

const OF_STACKS: &str =
    "get,describe,wait,events,logs,draw,sync,retry,suspend,resume,lock,unlock,cancel,rollback,drift,destroy,forget";

types! {
    Stack: StackRecord, ["stacks", "stack", "st"], OF_STACKS;
    Run: Run, ["runs", "run", "ru"], "get,describe,wait,logs,retry";
    Preview: SealRecord, ["previews", "preview", "pv"], "get,describe,wait,approve,reject";
    Hold: Hold, ["holds", "hold", "ho"], "get,describe,wait,approve,reject";
    Lock: Lock, ["locks", "lock", "lo"], "get,describe,wait";
    Drift: Drift, ["drifts", "drift", "dr"], "get,describe,wait";
    Job: Job, ["queue", "job", "jo"], "get,describe,wait,retry";
    Repository: Repository, ["repositories", "repository", "re"], "get,describe,wait";
}

/// Does the same with the records of whichever type it is.
macro_rules! of_type {
    ($kind:expr, $record:ident => $do:expr) => {
        match $kind {
            Type::Stack => of_type!(@ StackRecord, $record, $do),
            Type::Run => of_type!(@ Run, $record, $do),
            Type::Preview => of_type!(@ SealRecord, $record, $do),
            Type::Hold => of_type!(@ Hold, $record, $do),
            Type::Lock => of_type!(@ Lock, $record, $do),
            Type::Drift => of_type!(@ Drift, $record, $do),
            Type::Job => of_type!(@ Job, $record, $do),
            Type::Repository => of_type!(@ Repository, $record, $do),
        }
    };
    (@ $of:ident, $record:ident, $do:expr) => {{
        type $record = crate::record::$of;
        $do
    }};
}

pub(super) use of_type;

/// Which records are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// By name, in this order; all when there is none.
    pub names: Vec<&'a str>,
    /// Runs of this stack only.
    pub stack: Option<String>,
    /// How many runs, newest first; zero for all.
    pub limit: u32,
}

/// A record of the ledger's that can be listed and described.
pub trait Record: Sized + Serialize + Into<AnyRecord> + 'static {
    const TABLE: Table<Self>;

    /// Those that are wanted. A name that nothing has is a failure.
    async fn list(shell: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<Self>>;

    /// What `describe` tells below the columns, as lines.
    async fn rest(&self, shell: &Shell, ledger: &Ledger) -> Result<Vec<String>>;

    /// The same as fields beside its own, for scripts.
    async fn more(&self, ledger: &Ledger) -> Result<(&'static str, Value)>;

    /// What it is labelled with, for types that have labels.
    fn labels(&self) -> Option<&BTreeMap<String, String>> {
        None
    }

    /// The whole of it as Markdown, for types that have such a form.
    fn markdown(&self) -> Option<String> {
        None
    }
}

/// A record as JSON.
pub fn as_json<T: Record>(record: &T) -> Result<Value> {
    serde_json::to_value(record).map_err(|error| Failure::bug(format!("writing JSON: {error}")))
}

/// The types that are named, each with the names of those that are wanted: `TYPE NAME...`, or `TYPE/NAME` as often as one
/// likes; or several types with a comma between them. None means all. A stack may be named without its type.
pub fn named(words: &[String]) -> Result<Vec<(Type, Vec<&str>)>> {
    let mut named: Vec<(Type, Vec<&str>)> = Vec::new();
    let first = words.first().map(String::as_str).unwrap_or_default();
    if words.len() == 1 && first.contains(',') && !first.contains('/') {
        let mut seen = BTreeSet::new();
        let kinds = first.split(',').filter(|kind| seen.insert(*kind));
        return kinds.map(|kind| Ok((Type::parse(kind)?.0, Vec::new()))).collect();
    }
    let (kind, name) = Type::parse(first).unwrap_or((Type::Stack, Some(first)));
    named.push((kind, name.into_iter().collect()));
    for word in &words[1..] {
        // After a type alone every word is a name of it. A stack's name holds a slash as well.
        let with_type = if name.is_some() { Type::parse(word).ok().filter(|(_, name)| name.is_some()) } else { None };
        // Only names of stacks and repositories hold a slash.
        let is_stack = name.is_some() && word.contains('/') && !kind.has_slashes();
        let alone = if is_stack { Type::Stack } else { kind };
        let (kind, name) = with_type.map_or((alone, word.as_str()), |(kind, name)| (kind, name.unwrap_or_default()));
        match named.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, names)) => names.push(name),
            None => named.push((kind, vec![name])),
        }
    }
    Ok(named)
}

/// The failure of whoever looked for what is named. What is neither a type nor a stack may be a slip of either.
pub fn in_vain(words: &[String], failure: Failure) -> Failure {
    let first = words.first().map(String::as_str).unwrap_or_default();
    match Type::parse(first) {
        Err(no_type) if failure.kind == Kind::Input && failure.message.contains(&format!("`{first}`")) => {
            let message = format!("{}, and {}", no_type.message, failure.message);
            Failure { message, hints: [failure.hints, no_type.hints].concat(), ..failure }
        }
        _ => failure,
    }
}

/// Sorts records by a field, those without it first, and leaves those as they are that are alike in it.
pub fn sort<T: Record>(records: &mut Vec<T>, field: &Field) -> Result<()> {
    let mut keyed = Vec::new();
    for record in records.drain(..) {
        let json = as_json(&record)?;
        keyed.push((field.of(&json).cloned().unwrap_or_default(), record));
    }
    if !keyed.is_empty() && keyed.iter().all(|(key, _)| key.is_null()) {
        let mut fields: Vec<&str> = T::TABLE.columns.iter().map(|column| column.path).collect();
        let mut seen = BTreeSet::new();
        fields.retain(|field| seen.insert(*field));
        return Err(Failure::input(format!("none of the {} has that field to sort by", T::TABLE.what))
            .hint(format!("there are, among others: .{}", fields.join(", ."))));
    }
    keyed.sort_by(|(a, _), (b, _)| ordered(a, b));
    records.extend(keyed.into_iter().map(|(_, record)| record));
    Ok(())
}

/// Numbers by size, all else as text.
fn ordered(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64(), a.as_str(), b.as_str()) {
        (Some(a), Some(b), ..) => a.total_cmp(&b),
        (.., Some(a), Some(b)) => a.cmp(b),
        _ if a.is_null() || b.is_null() => b.is_null().cmp(&a.is_null()),
        _ => a.to_string().cmp(&b.to_string()),
    }
}

impl Type {
    /// Reads `TYPE` or `TYPE/NAME`. A stack's name holds a slash itself, so only the first one parts.
    pub fn parse(text: &str) -> Result<(Type, Option<&str>)> {
        let (kind, name) = text.split_once('/').map_or((text, None), |(kind, name)| (kind, Some(name)));
        let known = Self::ALL.iter().copied().find(|known| known.names().contains(&kind));
        let kind = known.ok_or_else(|| {
            let names = || Self::ALL.iter().copied().map(Type::names);
            let each = names().map(|[plural, _, short]| format!("{plural} ({short})")).collect::<Vec<_>>();
            Failure::input(format!("there is no type `{kind}`"))
                .hint_some(nearest(kind, names().flatten()))
                .hint(format!("the types are: {}", each.join(", ")))
        })?;
        Ok((kind, name.filter(|name| !name.is_empty())))
    }

    /// Whether the names of its records hold slashes: those of stacks, and of repositories.
    fn has_slashes(self) -> bool {
        matches!(self, Type::Stack | Type::Lock | Type::Drift | Type::Repository)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_have_an_order() {
        let cases =
            [(json!(9), json!(10)), (json!("a"), json!("b")), (json!(null), json!("")), (json!(null), json!(0))];
        for (less, more) in cases {
            assert_eq!((ordered(&less, &more), ordered(&more, &less)), (Ordering::Less, Ordering::Greater));
        }
    }

    #[test]
    fn several_can_be_named() {
        type Case<'a> = (&'a [&'a str], &'a [(Type, &'a [&'a str])]);
        let cases: [Case<'_>; 11] = [
            (&["stacks"], &[(Type::Stack, &[])]),
            (&["stack", "net/dev", "run/dev"], &[(Type::Stack, &["net/dev", "run/dev"])]),
            (&["st/net/dev", "stack/web/dev"], &[(Type::Stack, &["net/dev", "web/dev"])]),
            (&["run/abc", "stack/net/dev", "run/def"], &[(Type::Run, &["abc", "def"]), (Type::Stack, &["net/dev"])]),
            (&["stack/net/dev", "web/dev"], &[(Type::Stack, &["net/dev", "web/dev"])]),
            (&["net/dev"], &[(Type::Stack, &["net/dev"])]),
            (&["dev", "web/prod", "run/abc"], &[(Type::Stack, &["dev", "web/prod"]), (Type::Run, &["abc"])]),
            (&["run/abc", "net/dev", "def"], &[(Type::Run, &["abc", "def"]), (Type::Stack, &["net/dev"])]),
            (&["lock/net/dev", "web/dev"], &[(Type::Lock, &["net/dev", "web/dev"])]),
            (&["locks", "web/dev"], &[(Type::Lock, &["web/dev"])]),
            (&["repository//srv/net", "team/web"], &[(Type::Repository, &["/srv/net", "team/web"])]),
        ];
        for (words, expected) in cases {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let found = named(&words).expect("they are types");
            let expected: Vec<(Type, Vec<&str>)> =
                expected.iter().map(|(kind, names)| (*kind, names.to_vec())).collect();
            assert_eq!(found, expected, "{words:?}");
        }
    }

    #[test]
    fn types_have_many_names() {
        let cases = [
            ("stacks", Some((Type::Stack, None))),
            ("st/network/dev", Some((Type::Stack, Some("network/dev")))),
            ("run/abc", Some((Type::Run, Some("abc")))),
            ("ru", Some((Type::Run, None))),
            ("pods", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Type::parse(text).ok(), expected, "{text}");
        }
    }

    /// Every column tells of a field that the JSON of a whole record has, so that nobody looks for it in vain.
    pub fn check_paths<T: Record>(record: &T) {
        let json = serde_json::to_value(record).expect("JSON");
        for column in T::TABLE.columns {
            let found = column.path.split('.').try_fold(&json, |value, name| value.get(name));
            assert!(found.is_some(), "{}: no `{}` in {json}", column.head, column.path);
        }
    }
}
