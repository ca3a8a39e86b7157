//! Rules that are about no stack: a slip of the pen takes away in silence what they ask for.

use serde_saphyr::Spanned;

use super::{Config, FILE, Rule};
use crate::failure::nearest;
use crate::glob::matches;
use crate::repo::{Found, Stack};

impl Config {
    /// What of the rules for a branch fits none of its stacks, a sentence for each glob, with its place.
    pub fn idle(&self, found: &Found, branch: &str) -> Vec<String> {
        let names =
            found.stacks.iter().map(Stack::name).chain(found.faults.iter().filter_map(|fault| fault.stack.clone()));
        let names: Vec<String> = names.collect();
        // What can't be read may be the one that is meant.
        if found.faults.iter().any(|fault| fault.stack.is_none() && fault.has_stacks) {
            return Vec::new();
        }
        // The stacks of another branch are not seen from here.
        let is_here = |rule: &&Rule| rule.branch.as_ref().is_none_or(|own| own == branch);
        let globs = self.rules.iter().filter(is_here).flat_map(|rule| rule.stacks.iter().chain(&rule.after));
        globs
            .filter(|glob| !names.iter().any(|name| matches(&glob.value, name)))
            .map(|glob| told(glob, &names))
            .collect()
    }
}

fn told(glob: &Spanned<String>, names: &[String]) -> String {
    let Spanned { value, referenced, .. } = glob;
    let like: Vec<String> = names.iter().map(|name| in_its_shape(value, name)).collect();
    let meant = nearest(value, like.iter().map(String::as_str)).map(|meant| format!(": {meant}")).unwrap_or_default();
    let value = value.escape_debug();
    format!("{FILE}:{}:{}: `{value}` fits no stack{meant}", referenced.line(), referenced.column())
}

/// A name with wildcards where a glob has some: `net/*` of `net/dev`, as `nte/*` is written.
fn in_its_shape(glob: &str, name: &str) -> String {
    let Some(((project, stack), (of_project, of_stack))) = glob.split_once('/').zip(name.split_once('/')) else {
        return name.to_owned();
    };
    let part = |glob: &str, name: &str| if glob.contains(['*', '?']) { glob.to_owned() } else { name.to_owned() };
    format!("{}/{}", part(project, of_project), part(stack, of_stack))
}
