//! The packages of a program's language, which a fresh worktree lacks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::pulumi::{Answer, Pulumi, failed};
use crate::failure::{Failure, Result};
use crate::process;
use crate::repo::Stack;

/// Lock files of Node.js, each with the program that writes it.
const LOCKS: [(&str, &str); 6] = [
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
    ("yarn.lock", "yarn"),
    ("pnpm-lock.yaml", "pnpm"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
];

/// Packages that are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// `pulumi install` gets them.
    Program,
    /// They belong to a folder above the program, for which `pulumi install` does not look: this program gets them there.
    Above(PathBuf, &'static str),
}

/// What a program's packages lack. Programs in Node.js and Python read them from folders of the repository; other
/// languages fetch what they need as they build.
pub fn missing(tree: &Path, stack: &Stack) -> Option<Missing> {
    let program = tree.join(&stack.program);
    let folder = if program.is_file() { program.parent().unwrap_or(tree) } else { program.as_path() };
    match stack.runtime.as_str() {
        "nodejs" | "bun" => missing_of_node(tree, folder),
        "python" => {
            let names = ["requirements.txt", "pyproject.toml"];
            let is_python = |folder: &Path| names.iter().any(|name| folder.join(name).is_file());
            above(tree, folder).any(is_python).then_some(Missing::Program)
        }
        _ => None,
    }
}

/// The folder itself and those above it, up to the worktree's root.
fn above<'a>(tree: &'a Path, folder: &'a Path) -> impl Iterator<Item = &'a Path> {
    folder.ancestors().take_while(move |folder| folder.starts_with(tree))
}

fn missing_of_node(tree: &Path, folder: &Path) -> Option<Missing> {
    let package = above(tree, folder).find(|folder| folder.join("package.json").is_file())?;
    // A member of a workspace has its packages, and their lock file, where the workspace begins.
    let workspace = || above(tree, package).skip(1).find(|folder| is_workspace(folder));
    let place = if lock(package).is_some() { package } else { workspace().unwrap_or(package) };
    if above(place, folder).any(has_packages) {
        return None;
    }
    Some(match place == folder {
        true => Missing::Program,
        false => Missing::Above(place.to_owned(), lock(place).unwrap_or("npm")),
    })
}

/// The program whose lock file lies in a folder.
fn lock(folder: &Path) -> Option<&'static str> {
    LOCKS.into_iter().find(|(file, _)| folder.join(file).is_file()).map(|(_, program)| program)
}

fn is_workspace(folder: &Path) -> bool {
    let package = fs::read(folder.join("package.json")).unwrap_or_default();
    let package: Value = serde_json::from_slice(&package).unwrap_or_default();
    !package["workspaces"].is_null() || folder.join("pnpm-workspace.yaml").is_file()
}

/// Whether packages are committed in a folder. One that is kept with a file of its own, such as `.gitkeep`, has none.
fn has_packages(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder.join("node_modules")).into_iter().flatten().flatten();
    entries.any(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
}

impl Pulumi {
    /// Gets packages. It can be stopped at any time, since a run that follows begins with a fresh worktree.
    pub async fn install(&self, missing: &Missing, folder: &Path, cancel: &CancellationToken) -> Result<()> {
        let (mut command, doing) = match missing {
            Missing::Program => {
                let mut command = self.command(folder);
                command.args(["install", "--no-plugins", "--non-interactive", "--color", "never"]);
                (command, "`pulumi install`".to_owned())
            }
            Missing::Above(place, program) => {
                let mut command = Command::new(self.on_path(program)?);
                command.arg("install").env_clear().envs(&self.environment).current_dir(place).stdin(Stdio::null());
                (command, format!("`{program} install`"))
            }
        };
        let child = self.spawn(&mut command)?;
        let answer = stoppable(child, cancel).await?;
        match answer.code {
            Some(0) => Ok(()),
            _ => Err(failed(&format!("installing the program's packages ({doing})"), &answer)),
        }
    }

    fn on_path(&self, program: &str) -> Result<PathBuf> {
        let path = self.environment.get("PATH").map(String::as_str).unwrap_or_default();
        let found = std::env::split_paths(path).map(|folder| folder.join(program)).find(|file| file.is_file());
        found.ok_or_else(|| {
            Failure::setup(format!("installing the program's packages: `{program}` is not on the PATH"))
                .hint(format!("the lock file beside the packages is {program}'s: install it"))
        })
    }
}

async fn stoppable(child: tokio::process::Child, cancel: &CancellationToken) -> Result<Answer> {
    let group = child.id();
    tokio::select! {
        answer = Pulumi::answer(child) => answer,
        () = cancel.cancelled() => {
            process::terminate_group(group);
            Err(Failure::cancelled())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, TreeFile, stacks};

    fn stack(project: &str) -> Stack {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let files = vec![file("a/Pulumi.yaml", project), file("a/Pulumi.dev.yaml", "")];
        stacks(&Listing { files, ..Listing::default() }).stacks.remove(0)
    }

    #[test]
    fn packages_are_installed_where_their_lock_file_lies() {
        const ROOT: &str = r#"{"workspaces": ["a"]}"#;
        let node = "name: a\nruntime: nodejs";
        let src = "name: a\nruntime: nodejs\nmain: src";
        let file = "name: a\nruntime: nodejs\nmain: src/index.ts";
        type Files<'a> = &'a [(&'a str, &'a str)];
        /// The folder above and the program there; no folder for `pulumi install`.
        type Expected = Option<(Option<&'static str>, &'static str)>;
        let at = |place, program| Some((Some(place), program));
        let here = Some((None, ""));
        let cases: [(&str, Files<'_>, Expected); 13] = [
            (node, &[], None),
            (node, &[("a/package.json", "{}")], here),
            (node, &[("a/package.json", "{}"), ("a/node_modules/.gitkeep", "")], here),
            (node, &[("a/package.json", "{}"), ("a/node_modules/x/index.js", "")], None),
            (node, &[("a/package.json", "{}"), ("package.json", "{}"), ("yarn.lock", "")], here),
            (node, &[("a/package.json", "{}"), ("package.json", ROOT), ("yarn.lock", "")], at("", "yarn")),
            (node, &[("a/package.json", "{}"), ("pnpm-workspace.yaml", ""), ("pnpm-lock.yaml", "")], at("", "pnpm")),
            (node, &[("a/package.json", "{}"), ("a/package-lock.json", ""), ("package.json", ROOT)], here),
            (node, &[("package.json", "{}")], at("", "npm")),
            (src, &[("a/src/package.json", "{}")], here),
            (src, &[("a/package.json", "{}"), ("a/src/index.ts", "")], at("a", "npm")),
            (file, &[("a/src/package.json", "{}"), ("a/src/index.ts", "")], here),
            ("name: a\nruntime: yaml", &[("a/package.json", "{}")], None),
        ];
        for (project, files, expected) in cases {
            let tree = tempfile::tempdir().expect("a temporary folder");
            fs::create_dir(tree.path().join("a")).expect("a folder");
            for (path, text) in files {
                let path = tree.path().join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, text).expect("a file");
            }
            let expected = expected.map(|(place, program)| match place {
                None => Missing::Program,
                Some("") => Missing::Above(tree.path().to_owned(), program),
                Some(place) => Missing::Above(tree.path().join(place), program),
            });
            assert_eq!(missing(tree.path(), &stack(project)), expected, "{project} {files:?}");
        }
    }
}
