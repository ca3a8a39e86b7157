//! What the ledger knows of who reads whom, for whoever looks at the stacks of one repository.

use std::collections::{BTreeMap, BTreeSet};

use crate::order::{self, Contents};
use crate::record::{StackRecord, Standing};
use crate::repo::{Found, Stack};
use crate::text::list;

/// What is known of readers. Without a ledger that is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Whose outputs the stacks of the repository read in their newest runs, by their names.
    pub here: BTreeMap<String, Vec<String>>,
    /// The stacks of other repositories that read one of these, by the name of that one.
    elsewhere: BTreeMap<String, Vec<Reader>>,
    /// The folders and branches of those that were rolled out and stand, by their names.
    stand: BTreeMap<String, (String, Option<String>)>,
}

/// A stack of another repository.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reader {
    /// `far/dev in REPOSITORY`.
    named: String,
    follows: Follows,
}

/// When a stack follows what it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Follows {
    ByItself,
    OnceUnlocked,
    OnceResumed,
    AtATag,
    /// It reads only what others put out that follow.
    InTurn,
}

impl Follows {
    fn of(reader: &StackRecord) -> Follows {
        match reader {
            StackRecord { suspended: Some(_), .. } => Follows::OnceResumed,
            StackRecord { tags, .. } if !tags.is_empty() => Follows::AtATag,
            StackRecord { lock: Some(_), .. } => Follows::OnceUnlocked,
            _ => Follows::ByItself,
        }
    }
}

impl Reading {
    /// Out of all that the ledger knows.
    pub fn of(records: &[StackRecord], repository: &str) -> Reading {
        let (own, others): (Vec<&StackRecord>, Vec<&StackRecord>) =
            records.iter().partition(|record| record.repository == repository);
        let by_name: BTreeMap<&str, &StackRecord> = own.iter().map(|record| (record.name.as_str(), *record)).collect();
        let mut reading = Reading::default();
        for record in &own {
            if !record.reads.is_empty() {
                reading.here.insert(record.name.clone(), record.reads.clone());
            }
            if record.commit.is_some() && record.standing != Standing::Destroyed {
                reading.stand.insert(record.name.clone(), (record.folder.clone(), record.branch.clone()));
            }
        }
        let others: Vec<&StackRecord> =
            others.into_iter().filter(|reader| reader.standing != Standing::Gone && !reader.reads.is_empty()).collect();
        for source in by_name.values() {
            let readers = readers_of(source, &others);
            if !readers.is_empty() {
                reading.elsewhere.insert(source.name.clone(), readers);
            }
        }
        reading
    }

    /// That stacks of other repositories read a stack, and follow it, in words; `when` says when they do, if not in any case.
    pub fn elsewhere(&self, stack: &str, when: &str) -> Option<String> {
        let readers = self.elsewhere.get(stack)?;
        let who = |follows: Follows| -> Vec<&str> {
            readers.iter().filter(|reader| reader.follows == follows).map(|reader| reader.named.as_str()).collect()
        };
        let clause = |(follows, when): (Follows, &str)| {
            let who = who(follows);
            let follow = if who.len() == 1 { "follows" } else { "follow" };
            (!who.is_empty()).then(|| format!("by {}, which {follow}{when}", list(&who, 5)))
        };
        let whens = [
            (Follows::ByItself, when),
            (Follows::OnceUnlocked, " once unlocked"),
            (Follows::OnceResumed, " once resumed"),
            (Follows::AtATag, " at the next tag"),
        ];
        let clauses: Vec<String> = whens.into_iter().filter_map(clause).collect();
        let in_turn = who(Follows::InTurn);
        let in_turn =
            if in_turn.is_empty() { String::new() } else { format!("; {} may follow in turn", list(&in_turn, 5)) };
        Some(format!("{stack} is also read {}{in_turn}", clauses.join("; and ")))
    }

    /// Those that stand of a branch, and that files don't declare any more.
    pub fn gone(&self, found: &Found, branch: &str) -> BTreeSet<String> {
        let of_branch = self.stand.iter().filter(|(_, (_, of))| of.as_deref() == Some(branch));
        let known = of_branch.map(|(name, (folder, _))| (name.as_str(), folder.as_str()));
        found.lacks(known).into_iter().map(str::to_owned).collect()
    }

    /// Those of them that a stack reads. What its newest run read says nothing of a program that is another one now.
    pub fn of_gone<'a>(
        &self,
        stack: &Stack,
        contents: &Contents<'_>,
        (gone, is_changed): (&'a BTreeSet<String>, bool),
    ) -> Vec<&'a str> {
        if gone.is_empty() {
            return Vec::new();
        }
        let read = self.here.get(&stack.name()).filter(|_| !is_changed).map(Vec::as_slice).unwrap_or_default();
        let reads = order::reads(stack, contents, read);
        gone.iter().filter(|name| reads.contains(*name)).map(String::as_str).collect()
    }

    /// Whether nobody knows yet whom a stack reads: its program makes the name at run time, and was never rolled out.
    pub fn is_unknown(&self, stack: &Stack, contents: &Contents<'_>) -> bool {
        !self.stand.contains_key(&stack.name()) && order::is_made_at_run_time(stack, contents)
    }
}

/// The other repositories that have a stack which reads one of this repository.
pub fn far_readers(records: &[StackRecord], repository: &str) -> BTreeSet<String> {
    let own: BTreeSet<&str> =
        records.iter().filter(|record| record.repository == repository).map(|record| record.name.as_str()).collect();
    let others = records.iter().filter(|record| record.repository != repository && !record.reads.is_empty());
    let readers = others.filter(|record| record.sources().any(|name| own.contains(name.as_str())));
    readers.map(|record| record.repository.clone()).collect()
}

/// Who of others reads a stack, if only through one of them.
fn readers_of(source: &StackRecord, others: &[&StackRecord]) -> Vec<Reader> {
    let (mut found, mut last): (Vec<(&StackRecord, Follows)>, Vec<&StackRecord>) = (Vec::new(), vec![source]);
    while !last.is_empty() {
        let is_found = |reader: &&&StackRecord| !found.iter().any(|(known, _)| std::ptr::eq(*known, **reader));
        let next = others.iter().filter(is_found).filter(|reader| last.iter().any(|read| reader.reads_from(read)));
        let next: Vec<&StackRecord> = next.copied().collect();
        let is_direct = found.is_empty();
        found
            .extend(next.iter().map(|reader| (*reader, if is_direct { Follows::of(reader) } else { Follows::InTurn })));
        last = next;
    }
    let named = |reader: &StackRecord| format!("{} in {}", reader.name, reader.repository);
    found.into_iter().map(|(reader, follows)| Reader { named: named(reader), follows }).collect()
}

/// What is said of a stack that reads one whose name nobody can tell before.
pub const UNKNOWN: &str =
    "reads a stack whose name is made at run time: what it follows is known after its first roll-out";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_of_other_repositories_are_known() {
        let record = |name: &str, repository: &str, reads: &[&str]| StackRecord {
            name: name.to_owned(),
            repository: repository.to_owned(),
            reads: reads.iter().map(|read| (*read).to_owned()).collect(),
            commit: Some("aaaa".to_owned()),
            backend: Some("file://".to_owned()),
            branch: Some("main".to_owned()),
            standing: Standing::UpToDate,
            ..StackRecord::default()
        };
        let records = [
            record("hub/dev", "here", &[]),
            record("app/dev", "here", &["o/hub/dev"]),
            record("far/dev", "there", &["o/hub/dev", "o/hub/prod"]),
            // One that shares nothing but a name, one that does not stand, and one beside it in another repository.
            StackRecord { backend: Some("s3://".to_owned()), ..record("alien/dev", "there", &["o/hub/dev"]) },
            StackRecord { commit: None, ..record("new/dev", "there", &["o/hub/dev"]) },
            record("hub/dev", "third", &[]),
        ];
        let more = [
            StackRecord { suspended: Some("later".to_owned()), ..record("late/dev", "there", &["o/hub/dev"]) },
            StackRecord { tags: vec!["v*".to_owned()], ..record("tagged/dev", "there", &["o/hub/dev"]) },
            StackRecord { standing: Standing::Gone, ..record("left/dev", "there", &["o/hub/dev"]) },
            record("end/dev", "fourth", &["o/far/dev"]),
            record("last/dev", "fourth", &["o/end/dev", "o/end/prod"]),
        ];
        let told =
            Reading::of(&[&records[..], &more].concat(), "here").elsewhere("hub/dev", " soon").unwrap_or_default();
        let words = "hub/dev is also read by far/dev in there, which follows soon; and by late/dev in there, which follows once \
            resumed; and by tagged/dev in there, which follows at the next tag; end/dev in fourth, last/dev in fourth may follow \
            in turn";
        assert_eq!(told, words);
        assert_eq!(far_readers(&records, "here"), BTreeSet::from(["there".to_owned()]));
        let reading = Reading::of(&records, "here");
        let words = "hub/dev is also read by far/dev in there, which follows";
        assert_eq!(reading.elsewhere("hub/dev", "").as_deref(), Some(words));
        assert_eq!(reading.elsewhere("app/dev", ""), None);
        assert_eq!(reading.here.keys().collect::<Vec<_>>(), ["app/dev"]);
        assert_eq!(reading.gone(&Found::default(), "main"), BTreeSet::from(["app/dev", "hub/dev"].map(str::to_owned)));
        assert_eq!(reading.gone(&Found::default(), "release"), BTreeSet::new());
        assert_eq!(Reading::of(&records, "there").elsewhere("far/dev", ""), None);
    }
}
