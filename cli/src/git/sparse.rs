//! What of a commit is checked out for a stack that asks for no more than it needs (`sparse: true`).

use std::collections::BTreeSet;

use super::{Mirror, Programs};
use crate::failure::Result;
use crate::repo::Stack;
use crate::repo::path::split;

impl Mirror {
    /// The patterns of a sparse checkout, in git's cone form. `None` where everything is needed, or nobody can tell what is.
    pub(super) fn cone(&self, commit: &str, stack: &Stack) -> Result<Option<String>> {
        if !stack.sparse {
            return Ok(None);
        }
        // Whoever decided about it at this commit has followed it.
        if stack.reach.is_some() {
            return Ok(needed(stack).map(|folders| patterns(&folders)));
        }
        let mut stack = stack.clone();
        Programs::at(self, commit, &self.listing(commit)?)?.follow(&mut stack);
        Ok(needed(&stack).map(|folders| patterns(&folders)))
    }
}

/// The folders that a stack needs with all that lies in them. Of a file's folder, and of the folders above, the files come too.
fn needed(stack: &Stack) -> Option<BTreeSet<String>> {
    let reach = stack.reach.as_ref().filter(|reach| reach.unknown.is_empty())?;
    let packages = reach.packages.keys().map(|(folder, _)| folder);
    let all = stack.parts().iter().chain(reach.files.keys()).chain(reach.folders.keys()).chain(packages);
    let folders: BTreeSet<String> = all.cloned().collect();
    (!folders.contains("")).then_some(folders)
}

/// A path that is a file is harmless: it is no folder, and the files beside it come with the folder above.
fn patterns(folders: &BTreeSet<String>) -> String {
    let mut above: BTreeSet<&str> = BTreeSet::new();
    for folder in folders {
        let mut place = split(folder).0;
        while !place.is_empty() && above.insert(place) {
            place = split(place).0;
        }
    }
    let ways = above.into_iter().filter(|place| !folders.contains(*place));
    let ways = ways.map(|place| format!("/{0}/\n!/{0}/*/\n", quoted(place)));
    let whole = folders.iter().map(|folder| format!("/{}/\n", quoted(folder)));
    std::iter::once("/*\n!/*/\n".to_owned()).chain(ways).chain(whole).collect()
}

fn quoted(path: &str) -> String {
    let is_special = |letter: char| matches!(letter, '*' | '?' | '[' | '\\');
    path.chars().flat_map(|letter| is_special(letter).then_some('\\').into_iter().chain([letter])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_are_gits() {
        let folders = ["a/b", "a/b/x.txt", "c[d]/e"].map(str::to_owned).into();
        let told = "/*\n!/*/\n/a/\n!/a/*/\n/c\\[d]/\n!/c\\[d]/*/\n/a/b/\n/a/b/x.txt/\n/c\\[d]/e/\n";
        assert_eq!(patterns(&folders), told);
    }
}
