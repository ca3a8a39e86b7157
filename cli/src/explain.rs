//! Why a change touches a stack, path by path; and what of its program nobody looks into.

use serde::Serialize;

use crate::config::{FILE, fitting};
use crate::repo::{Stack, path};

/// What a change means to a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    pub stack: String,
    /// The paths that touch it; it stays as it is when there is none.
    pub paths: Vec<Touch>,
    /// What could touch it without being noticed.
    pub not_followed: Option<String>,
}

/// A path that changed, and why that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touch {
    pub path: String,
    pub why: String,
}

/// Explains a change, whose paths are sorted.
pub fn explain(stack: &Stack, changed: &[String]) -> Explained {
    let touch = |path: &String| Some(Touch { path: path::shown(path), why: why(stack, path)? });
    let paths = changed.iter().filter_map(touch).collect();
    Explained { stack: stack.name(), paths, not_followed: not_followed(stack) }
}

fn why(stack: &Stack, changed: &str) -> Option<String> {
    let Some(part) = stack.part_of(changed) else {
        let glob = fitting(&stack.triggers, changed)?;
        return Some(format!("{FILE} has the trigger {glob}"));
    };
    Some(match part {
        part if part == stack.config_file => "it is the stack's configuration".to_owned(),
        part if part == stack.project_file => "it is the project's file".to_owned(),
        "" => "it lies in the project's folder, the root".to_owned(),
        part if part == stack.folder => format!("it lies in the project's folder {}", path::shown(part)),
        part => format!("{} names {}, or a link leads there", stack.project_file, path::shown(part)),
    })
}

/// Code that a program takes from elsewhere in the repository shows only when it runs.
fn not_followed(stack: &Stack) -> Option<String> {
    let what = match stack.runtime.as_str() {
        "yaml" => "files that the program reads",
        _ => "files that the program imports",
    };
    let is_all = stack.folder.is_empty();
    (!is_all)
        .then(|| format!("{what} from outside of {} count only as a trigger in {FILE}", path::shown(&stack.folder)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, TreeFile, stacks};

    #[test]
    fn each_path_has_its_reason() {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let project = "name: net\nruntime: yaml\nmain: ../src/net\n";
        let files = vec![file("net/Pulumi.yaml", project), file("net/Pulumi.dev.yaml", "")];
        let mut stack = stacks(&Listing { files, ..Listing::default() }).stacks.remove(0);
        stack.triggers = vec!["shared/**".to_owned()];
        let changed = ["README.md", "net/Pulumi.dev.yaml", "net/Pulumi.yaml", "net/a.txt", "shared/b", "src/net/c"];
        let told = explain(&stack, &changed.map(str::to_owned));
        let told: Vec<_> = told.paths.iter().map(|touch| (touch.path.as_str(), touch.why.as_str())).collect();
        assert_eq!(
            told,
            [
                ("net/Pulumi.dev.yaml", "it is the stack's configuration"),
                ("net/Pulumi.yaml", "it is the project's file"),
                ("net/a.txt", "it lies in the project's folder net"),
                ("shared/b", "gitinfra.yaml has the trigger shared/**"),
                ("src/net/c", "net/Pulumi.yaml names src/net, or a link leads there"),
            ]
        );
    }
}
