//! The packages of a program's language, which a fresh worktree lacks.

mod locked;
mod shelf;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::pulumi::{Answer, Pulumi, failed, on_path};
use crate::failure::{Failure, Result};
use crate::process;
use crate::repo::Stack;
use locked::{NODE, Tool, UV};

pub use locked::Locked;
pub use shelf::Shelf;

/// Packages that are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// `pulumi install` gets them.
    Program,
    /// They belong to a folder above the program, for which `pulumi install` does not look: this program gets them there.
    Above(PathBuf, &'static str),
    /// A lock file says which they are, and nothing else is installed.
    Locked(Locked),
}

/// What a program's packages lack. Programs in Node.js and Python read them from folders of the repository; other
/// languages fetch what they need as they build, Go by what `go.sum` says.
pub fn missing(tree: &Path, stack: &Stack) -> Option<Missing> {
    let program = tree.join(&stack.program);
    let folder = if program.is_file() { program.parent().unwrap_or(tree) } else { program.as_path() };
    missing_of(tree, folder, &stack.runtime, &Options::read(&tree.join(&stack.project_file)))
}

/// What a policy pack's packages lack, by its own project file.
pub fn missing_of_pack(tree: &Path, pack: &Path, project: &str) -> Option<Missing> {
    let options = Options::read(&pack.join(project));
    missing_of(tree, pack, &options.runtime, &options)
}

fn missing_of(tree: &Path, folder: &Path, runtime: &str, options: &Options) -> Option<Missing> {
    match runtime {
        "nodejs" | "bun" => missing_of_node(tree, folder, options),
        "python" => {
            let names = ["requirements.txt", "pyproject.toml"];
            let is_python = |folder: &Path| names.iter().any(|name| folder.join(name).is_file());
            let locked = above(tree, folder).find(|folder| folder.join(UV.lock).is_file());
            let locked = locked.filter(|_| options.fits_uv()).map(|place| Locked { place: place.to_owned(), by: UV });
            let all = || above(tree, folder).any(is_python).then_some(Missing::Program);
            locked.map(Missing::Locked).or_else(all)
        }
        _ => None,
    }
}

/// What a project says of how its packages are installed.
#[derive(Debug, Default)]
struct Options {
    runtime: String,
    tool: Option<String>,
    virtualenv: Option<String>,
    /// Packages that `pulumi install` makes itself.
    has_packages: bool,
}

impl Options {
    fn read(project: &Path) -> Options {
        let text = fs::read_to_string(project).unwrap_or_default();
        let project: Value = serde_saphyr::from_str(&text).unwrap_or_default();
        let (runtime, options) = (&project["runtime"], &project["runtime"]["options"]);
        let text = |name: &str| options[name].as_str().map(str::to_owned);
        Options {
            runtime: runtime.as_str().or_else(|| runtime["name"].as_str()).unwrap_or_default().to_owned(),
            tool: text("packagemanager").or_else(|| text("toolchain")),
            virtualenv: text("virtualenv"),
            has_packages: project["packages"].as_object().is_some_and(|packages| !packages.is_empty()),
        }
    }

    /// Whether `pulumi install` would ask the same tool for the same packages.
    fn fits(&self, tool: &str) -> bool {
        !self.has_packages && self.tool.as_ref().is_none_or(|own| own == tool)
    }

    fn fits_uv(&self) -> bool {
        self.fits(UV.tool) && self.virtualenv.as_ref().is_none_or(|own| own == ".venv")
    }
}

/// The folder itself and those above it, up to the worktree's root.
fn above<'a>(tree: &'a Path, folder: &'a Path) -> impl Iterator<Item = &'a Path> {
    folder.ancestors().take_while(move |folder| folder.starts_with(tree))
}

fn missing_of_node(tree: &Path, folder: &Path, options: &Options) -> Option<Missing> {
    let package = above(tree, folder).find(|folder| folder.join("package.json").is_file())?;
    // A member of a workspace has its packages, and their lock file, where the workspace begins.
    let workspace = || above(tree, package).skip(1).find(|folder| is_workspace(folder));
    let place = if lock(package).is_some() { package } else { workspace().unwrap_or(package) };
    if above(place, folder).any(has_packages) {
        return None;
    }
    let locked = lock(place).filter(|by| options.fits(by.tool));
    Some(match locked {
        Some(by) => Missing::Locked(Locked { place: place.to_owned(), by }),
        None if place == folder => Missing::Program,
        None => Missing::Above(place.to_owned(), lock(place).map_or("npm", |by| by.tool)),
    })
}

/// The tool whose lock file lies in a folder.
fn lock(folder: &Path) -> Option<Tool> {
    NODE.into_iter().find(|tool| folder.join(tool.lock).is_file())
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
    pub async fn install(
        &self,
        missing: &Missing,
        folder: &Path,
        shelf: &Shelf,
        cancel: &CancellationToken,
    ) -> Result<()> {
        let (mut command, doing) = match missing {
            Missing::Locked(locked) => return self.install_locked(locked, shelf, cancel).await,
            Missing::Program => {
                let mut command = self.command(folder);
                command.args(["install", "--no-plugins", "--non-interactive", "--color", "never"]);
                (command, "`pulumi install`".to_owned())
            }
            Missing::Above(place, program) => {
                let mut command = self.tool(program, place)?;
                command.arg("install");
                (command, format!("`{program} install`"))
            }
        };
        let answer = self.stoppable(&mut command, cancel).await?;
        match answer.code {
            Some(0) => Ok(()),
            _ => Err(failed(&format!("installing the program's packages ({doing})"), &answer)),
        }
    }

    /// One of a language's own tools.
    fn tool(&self, program: &str, folder: &Path) -> Result<Command> {
        let mut command = Command::new(self.on_path(program)?);
        command.env_clear().envs(&self.environment).current_dir(folder).stdin(Stdio::null());
        Ok(command)
    }

    async fn stoppable(&self, command: &mut Command, cancel: &CancellationToken) -> Result<Answer> {
        stoppable(self.spawn(command)?, cancel).await
    }

    fn on_path(&self, program: &str) -> Result<PathBuf> {
        on_path(&self.environment, program).ok_or_else(|| {
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
        let pnpm = "name: a\nruntime: {name: nodejs, options: {packagemanager: pnpm}}";
        let own = "name: a\nruntime: nodejs\npackages: {x: ./sdks/x}";
        let python = "name: a\nruntime: python";
        let pip = "name: a\nruntime: {name: python, options: {toolchain: pip}}";
        type Files<'a> = &'a [(&'a str, &'a str)];
        /// The folder and the program there, and whether by its lock; no folder for `pulumi install`.
        type Expected = Option<(Option<&'static str>, &'static str, bool)>;
        let at = |place, program| Some((Some(place), program, false));
        let by_lock = |place, program| Some((Some(place), program, true));
        let here = Some((None, "", false));
        let cases: [(&str, Files<'_>, Expected); 21] = [
            (node, &[], None),
            (node, &[("a/package.json", "{}")], here),
            (node, &[("a/package.json", "{}"), ("a/node_modules/.gitkeep", "")], here),
            (node, &[("a/package.json", "{}"), ("a/node_modules/x/index.js", "")], None),
            (node, &[("a/package.json", "{}"), ("package.json", "{}"), ("yarn.lock", "")], here),
            (node, &[("a/package.json", "{}"), ("package.json", ROOT), ("yarn.lock", "")], by_lock("", "yarn")),
            (
                node,
                &[("a/package.json", "{}"), ("pnpm-workspace.yaml", ""), ("pnpm-lock.yaml", "")],
                by_lock("", "pnpm"),
            ),
            (
                node,
                &[("a/package.json", "{}"), ("a/package-lock.json", ""), ("package.json", ROOT)],
                by_lock("a", "npm"),
            ),
            // Of several locks Pulumi takes that of yarn first.
            (node, &[("a/package.json", "{}"), ("a/package-lock.json", ""), ("a/yarn.lock", "")], by_lock("a", "yarn")),
            (node, &[("package.json", "{}")], at("", "npm")),
            (src, &[("a/src/package.json", "{}")], here),
            (src, &[("a/package.json", "{}"), ("a/src/index.ts", "")], at("a", "npm")),
            (file, &[("a/src/package.json", "{}"), ("a/src/index.ts", "")], here),
            // Another tool than the lock's, and packages that Pulumi makes itself.
            (pnpm, &[("a/package.json", "{}"), ("a/package-lock.json", "")], here),
            (pnpm, &[("a/package.json", "{}"), ("a/pnpm-lock.yaml", "")], by_lock("a", "pnpm")),
            (own, &[("a/package.json", "{}"), ("a/package-lock.json", "")], here),
            (python, &[("a/requirements.txt", "")], here),
            (python, &[("a/pyproject.toml", ""), ("uv.lock", "")], by_lock("", "uv")),
            (python, &[("a/pyproject.toml", ""), ("a/poetry.lock", "")], here),
            (pip, &[("a/requirements.txt", ""), ("a/uv.lock", "")], here),
            ("name: a\nruntime: yaml", &[("a/package.json", "{}")], None),
        ];
        for (project, files, expected) in cases {
            let tree = tempfile::tempdir().expect("a temporary folder");
            fs::create_dir(tree.path().join("a")).expect("a folder");
            for (path, text) in files.iter().chain(&[("a/Pulumi.yaml", project)]) {
                let path = tree.path().join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, text).expect("a file");
            }
            let inside = |place: &str| if place.is_empty() { tree.path().to_owned() } else { tree.path().join(place) };
            let found = missing(tree.path(), &stack(project)).map(|missing| match missing {
                Missing::Program => (None, "", false),
                Missing::Above(place, program) => (Some(place), program, false),
                Missing::Locked(Locked { place, by }) => (Some(place), by.tool, true),
            });
            let expected = expected.map(|(place, program, locked)| (place.map(inside), program, locked));
            assert_eq!(found, expected, "{project} {files:?}");
        }
    }

    /// A policy pack has its packages as a program has, by what its own project file says.
    #[test]
    fn packs_are_installed_as_programs_are() {
        let tree = tempfile::tempdir().expect("a temporary folder");
        let pack = tree.path().join("policies/house");
        fs::create_dir_all(&pack).expect("a folder");
        for name in ["package.json", "package-lock.json", "requirements.txt"] {
            fs::write(pack.join(name), "{}").expect("a file");
        }
        let npm = Some(Missing::Locked(Locked { place: pack.clone(), by: NODE[4] }));
        let pip = Some(Missing::Program);
        let cases = [("nodejs", &npm), ("{name: nodejs}", &npm), ("python", &pip), ("opa", &None), ("[", &None)];
        for (runtime, expected) in cases {
            fs::write(pack.join("PulumiPolicy.yaml"), format!("runtime: {runtime}\n")).expect("a file");
            assert_eq!(missing_of_pack(tree.path(), &pack, "PulumiPolicy.yaml"), *expected, "{runtime}");
        }
    }
}
