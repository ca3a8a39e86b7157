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
    /// The stacks of other repositories that read one of these, by the name of that one: `far/dev in REPOSITORY`.
    elsewhere: BTreeMap<String, Vec<String>>,
    /// The folders and branches of those that were rolled out and stand, by their names.
    stand: BTreeMap<String, (String, Option<String>)>,
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
        for reader in others {
            let read = reader.sources().filter_map(|name| by_name.get(name.as_str()).copied());
            for source in read.filter(|source| reader.reads_from(source)) {
                let named = format!("{} in {}", reader.name, reader.repository);
                reading.elsewhere.entry(source.name.clone()).or_default().push(named);
            }
        }
        reading
    }

    /// That stacks of other repositories read a stack, and follow it, in words; `when` says when they do, if not in any case.
    pub fn elsewhere(&self, stack: &str, when: &str) -> Option<String> {
        let readers: Vec<&str> = self.elsewhere.get(stack)?.iter().map(String::as_str).collect();
        let follow = if readers.len() == 1 { "follows" } else { "follow" };
        Some(format!("{stack} is also read by {}, which {follow}{when}", list(&readers, 5)))
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
