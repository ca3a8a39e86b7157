//! Whose outputs stacks read, what those put out then, and what they put out now.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::{Ledger, StackId, failed};
use crate::failure::Result;
use crate::order::referred;

/// What a run read: for each stack, as the program names it, the digest of what that one put out before the run began. There is none
/// where it put out nothing, or where nobody knows.
pub type Reads = BTreeMap<String, Option<String>>;

/// What stacks put out by now, as digests by their names.
pub type PutOut = BTreeMap<String, String>;

/// `reads` as it is written: older gitinfras wrote the names alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Reads(Reads),
    Names(Vec<String>),
}

/// What one stack read when it was rolled out, and when that was.
pub(super) struct Reader {
    /// `PROJECT/STACK`.
    name: String,
    backend: Option<String>,
    reads: Reads,
    rolled_out_at: i64,
}

/// What stands of a stack that others may read.
struct Source {
    put_out: Option<String>,
    rolled_out_at: i64,
}

/// What stands, by backend and name.
type Sources = BTreeMap<(String, String), Source>;

impl Ledger {
    /// Whose outputs the stacks of a repository read in their newest runs, by their names.
    pub async fn reads(&self, repository: &str) -> Result<BTreeMap<String, Vec<String>>> {
        let list = "SELECT s.name, s.reads FROM stacks s JOIN repositories r ON r.id = s.repository_id \
            WHERE r.label = $1 AND s.reads NOT IN ('[]', '{}')";
        let failed = failed("looking what stacks read");
        let rows = sqlx::query(list).bind(repository.to_owned()).fetch_all(&self.pool).await.map_err(&failed)?;
        let read = |row: &AnyRow| {
            let reads: String = row.try_get("reads")?;
            Ok((row.try_get("name")?, names_in(&reads)))
        };
        rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(failed)
    }

    /// What the stacks put out by now that lie in the same backend as this one.
    pub async fn put_out(&self, stack: &StackId) -> Result<PutOut> {
        let list = "SELECT name, put_out FROM stacks WHERE put_out IS NOT NULL \
            AND backend = (SELECT backend FROM stacks WHERE id = $1) ORDER BY rolled_out_at";
        let failed = failed("looking what stacks put out");
        let rows = sqlx::query(list).bind(stack.0.clone()).fetch_all(&self.pool).await.map_err(&failed)?;
        let read = |row: &AnyRow| Ok((row.try_get("name")?, row.try_get("put_out")?));
        rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(failed)
    }

    /// The stacks that were destroyed and lie in the same backend as this one: they put out nothing any more.
    pub async fn destroyed_beside(&self, stack: &StackId) -> Result<BTreeSet<String>> {
        let list = "SELECT s.name FROM stacks s WHERE s.destroyed_at IS NOT NULL \
            AND s.backend = (SELECT backend FROM stacks WHERE id = $1) \
            AND NOT EXISTS (SELECT 1 FROM stacks t WHERE t.name = s.name AND t.backend = s.backend \
                AND t.rolled_out_commit IS NOT NULL)";
        let names: Result<Vec<String>, _> = sqlx::query_scalar(list).bind(stack.0.clone()).fetch_all(&self.pool).await;
        names.map(BTreeSet::from_iter).map_err(failed("looking what was destroyed"))
    }

    /// For each of these the first stack that puts out other values by now than it read, if there is one. What is rolled out before its
    /// merge does not count until it is merged.
    pub(super) async fn read_anew(&self, readers: &[Option<Reader>]) -> Result<Vec<Option<String>>> {
        if readers.iter().all(Option::is_none) {
            return Ok(vec![None; readers.len()]);
        }
        let failed = failed("looking what stacks put out");
        let list = "SELECT s.name, s.backend, s.put_out, s.rolled_out_at FROM stacks s \
            JOIN repositories r ON r.id = s.repository_id \
            WHERE s.rolled_out_commit IS NOT NULL AND s.backend IS NOT NULL \
                AND NOT EXISTS (SELECT 1 FROM applied a WHERE a.repository = r.label AND a.stack = s.name) \
            ORDER BY s.rolled_out_at";
        let rows = sqlx::query(list).fetch_all(&self.pool).await.map_err(&failed)?;
        let source = |row: &AnyRow| {
            let stands = Source { put_out: row.try_get("put_out")?, rolled_out_at: row.try_get("rolled_out_at")? };
            Ok(((row.try_get("backend")?, row.try_get("name")?), stands))
        };
        let sources: Sources = rows.iter().map(source).collect::<Result<_, sqlx::Error>>().map_err(failed)?;
        Ok(read_anew(readers, &sources))
    }
}

impl Reader {
    /// `None` for one that reads nothing, which most are.
    pub fn new(name: &str, backend: Option<&str>, reads: &str, rolled_out_at: Option<i64>) -> Option<Reader> {
        let reads = parsed(reads);
        let (name, backend) = (name.to_owned(), backend.map(str::to_owned));
        let rolled_out_at = rolled_out_at.unwrap_or_default();
        (!reads.is_empty()).then_some(Reader { name, backend, reads, rolled_out_at })
    }

    /// Of a row that has these columns of `stacks`.
    pub fn of(row: &AnyRow) -> Result<Option<Reader>, sqlx::Error> {
        let at = row.try_get("rolled_out_at")?;
        Ok(Reader::new(row.try_get("name")?, row.try_get("backend")?, row.try_get("reads")?, at))
    }

    /// What it read, by the names of stacks.
    fn named(&self) -> impl Iterator<Item = (String, Option<&String>)> {
        let project = self.name.split('/').next().unwrap_or_default();
        self.reads.iter().filter_map(move |(name, read)| Some((referred(name, project)?, read.as_ref())))
    }

    /// The first that puts out other values than it read. Those that wait for one another in a circle would roll each other out for ever,
    /// so they don't count.
    fn read_anew(&self, sources: &Sources, is_circle: impl Fn(&str) -> bool) -> Option<String> {
        let backend = self.backend.as_ref()?;
        let source = |name: &String| sources.get(&(backend.clone(), name.clone()));
        let is_other = |(name, read): &(String, Option<&String>)| {
            source(name).is_some_and(|source| source.differs(*read, self.rolled_out_at)) && !is_circle(name)
        };
        self.named().find(is_other).map(|(name, _)| name)
    }
}

fn read_anew(readers: &[Option<Reader>], sources: &Sources) -> Vec<Option<String>> {
    let names = |reader: &Reader| reader.named().map(|(name, _)| name).collect();
    let named = readers.iter().flatten().map(|reader| (reader.name.as_str(), names(reader))).collect();
    let anew = |reader: &Reader| reader.read_anew(sources, |source| reads_from(&named, source, &reader.name));
    readers.iter().map(|reader| anew(reader.as_ref()?)).collect()
}

/// Whether a stack reads another one's outputs, if only through others.
fn reads_from(named: &BTreeMap<&str, Vec<String>>, stack: &str, other: &str) -> bool {
    let (mut seen, mut left) = (BTreeSet::new(), vec![stack]);
    while let Some(name) = left.pop() {
        if name == other {
            return true;
        }
        if seen.insert(name) {
            left.extend(named.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    false
}

impl Source {
    /// Whether it puts out other values than were read. Of what nobody noted, only what was rolled out since may be others.
    fn differs(&self, read: Option<&String>, read_at: i64) -> bool {
        match (&self.put_out, read) {
            (Some(_), None) => self.rolled_out_at > read_at,
            (now, read) => now.as_ref() != read,
        }
    }
}

/// Writes down what a stack read and what it puts out now; what it read stays where that is not known.
pub(super) async fn keep(
    transaction: &mut AnyConnection,
    stack: &StackId,
    reads: Option<&Reads>,
    put_out: Option<&str>,
) -> Result<(), sqlx::Error> {
    let update = "UPDATE stacks SET reads = COALESCE($1, reads), put_out = $2 WHERE id = $3";
    let reads = reads.map(|reads| serde_json::to_string(reads).unwrap_or_default());
    let bound = sqlx::query(update).bind(reads).bind(put_out.map(str::to_owned)).bind(stack.0.clone());
    bound.execute(transaction).await.map(drop)
}

/// The names of the stacks that were read.
pub(super) fn names_in(written: &str) -> Vec<String> {
    parsed(written).into_keys().collect()
}

fn parsed(written: &str) -> Reads {
    if matches!(written, "[]" | "{}") {
        return Reads::new();
    }
    match serde_json::from_str(written) {
        Ok(Written::Reads(reads)) => reads,
        Ok(Written::Names(names)) => names.into_iter().map(|name| (name, None)).collect(),
        Err(_) => Reads::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_compared_with_what_is_put_out() {
        let cases = [
            (Some("a"), Some("a"), 9, false),
            (Some("a"), Some("b"), 9, true),
            (None, Some("b"), 9, true),
            (None, None, 9, false),
            // Read by an older gitinfra, or before anything was put out: only what came since counts.
            (Some("a"), None, 9, true),
            (Some("a"), None, 3, false),
        ];
        for (now, read, rolled_out_at, expected) in cases {
            let source = Source { put_out: now.map(str::to_owned), rolled_out_at };
            let read = read.map(str::to_owned);
            assert_eq!(source.differs(read.as_ref(), 5), expected, "{now:?} {read:?} {rolled_out_at}");
        }
        assert_eq!(parsed(r#"["o/net/dev"]"#), Reads::from([("o/net/dev".to_owned(), None)]));
        assert_eq!(parsed(r#"{"o/net/dev":"a"}"#), Reads::from([("o/net/dev".to_owned(), Some("a".to_owned()))]));
        assert_eq!(parsed("[]"), Reads::new());
    }

    #[test]
    fn stacks_that_read_each_other_do_not_roll_each_other_out() {
        let reader = |name: &str, reads: &[&str]| Reader {
            name: name.to_owned(),
            backend: Some("file://".to_owned()),
            reads: reads.iter().map(|read| (format!("o/{read}"), None)).collect(),
            rolled_out_at: 1,
        };
        let readers = [
            reader("a/dev", &["b/dev"]),
            reader("b/dev", &["c/dev", "net/dev"]),
            reader("c/dev", &["a/dev"]),
            reader("own/dev", &["own/dev"]),
            reader("end/dev", &["a/dev"]),
            Reader { backend: Some("s3://".to_owned()), ..reader("far/dev", &["net/dev"]) },
        ];
        let names = ["a/dev", "b/dev", "c/dev", "own/dev", "net/dev"];
        let source = |name: &&str| {
            (("file://".to_owned(), (*name).to_owned()), Source { put_out: Some("x".to_owned()), rolled_out_at: 2 })
        };
        let sources = names.iter().map(source).collect();
        let told = read_anew(&readers.map(Some), &sources);
        let told: Vec<&str> = told.iter().map(|of| of.as_deref().unwrap_or("-")).collect();
        assert_eq!(told, ["-", "net/dev", "-", "-", "a/dev", "-"]);
    }
}
