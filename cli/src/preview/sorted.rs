//! Which stacks a merge touches, which it leaves as they are, and which it takes away.

use crate::decide::Reason;
use crate::failure::Result;
use crate::git::{Commit, Mirror};
use crate::repo::{self, Stack};

/// A stack that the merge touches, and why.
pub(super) struct Touched {
    pub stack: Stack,
    pub reason: String,
}

/// The stacks on both sides of a merge.
#[derive(Default)]
pub(super) struct Sorted {
    pub touched: Vec<Touched>,
    pub untouched: Vec<String>,
    pub gone: Vec<String>,
}

/// Tells the stacks of the merged tree whose files differ from the base from the others.
pub(super) fn sorted(mirror: &Mirror, base: &Commit, merged: &str, wanted: &[String]) -> Result<Sorted> {
    let stacks = repo::stacks(&mirror.pulumi_files(merged)?).map_err(repo::all_of)?;
    // What the base can't tell, such as a project file that is broken there, makes every stack a new one.
    let before = repo::stacks(&mirror.pulumi_files(&base.id)?).unwrap_or_default();
    let changed = mirror.changed_paths(&base.id, merged)?.unwrap_or_default();
    let mut sorted = Sorted::default();
    if wanted.is_empty() {
        let is_gone = |known: &&Stack| !stacks.iter().any(|stack| stack.name() == known.name());
        sorted.gone = before.iter().filter(is_gone).map(Stack::name).collect();
    }
    for stack in repo::select(stacks, wanted)? {
        match why(&stack, &before, &changed) {
            Some(reason) => sorted.touched.push(Touched { stack, reason }),
            None => sorted.untouched.push(stack.name()),
        }
    }
    Ok(sorted)
}

/// Why a stack is touched; `None` when it is not.
fn why(stack: &Stack, before: &[Stack], changed: &[String]) -> Option<String> {
    if !before.iter().any(|known| known.name() == stack.name()) {
        return Some("a new stack".to_owned());
    }
    let mut used = changed.iter().filter(|path| stack.uses(path));
    let example = used.next()?.clone();
    Some(Reason::Changed { files: 1 + used.count(), example }.words())
}
