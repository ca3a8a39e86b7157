//! Packages by a project's own lock file: exactly those, or none.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::Shelf;
use crate::engine::pulumi::{Answer, Pulumi, failed};
use crate::failure::Result;

/// A tool that installs packages, and its lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tool {
    pub tool: &'static str,
    pub lock: &'static str,
}

/// Those of Node.js, in Pulumi's own order.
pub const NODE: [Tool; 6] = [
    Tool { tool: "yarn", lock: "yarn.lock" },
    Tool { tool: "pnpm", lock: "pnpm-lock.yaml" },
    Tool { tool: "bun", lock: "bun.lock" },
    Tool { tool: "bun", lock: "bun.lockb" },
    Tool { tool: "npm", lock: "package-lock.json" },
    Tool { tool: "npm", lock: "npm-shrinkwrap.json" },
];

pub const UV: Tool = Tool { tool: "uv", lock: "uv.lock" };

/// Files beside a lock that say how and from where is installed.
const SETTINGS: [&str; 6] = ["package.json", ".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", "bunfig.toml"];

/// Scripts of a project that run when its packages are installed, and may do anything.
const SCRIPTS: [&str; 7] =
    ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

/// What a lock says of packages that lie in the repository itself.
const LOCAL: [&str; 5] = ["\"file:", "file:.", "link:", "workspace:", "\"link\": true"];

/// A folder with a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    pub place: PathBuf,
    pub by: Tool,
}

impl Locked {
    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.place.join(name)).unwrap_or_default()
    }

    /// The arguments that install what the lock says, and fail where it does not fit the manifest.
    fn arguments(&self) -> &'static [&'static str] {
        match self.by.tool {
            "npm" => &["ci", "--no-audit", "--no-fund"],
            "yarn" if self.is_berry() => &["install", "--immutable"],
            "yarn" => &["install", "--frozen-lockfile", "--non-interactive"],
            "uv" => &["sync", "--locked"],
            _ => &["install", "--frozen-lockfile"],
        }
    }

    /// Whether it is a yarn of version 2 or newer.
    fn is_berry(&self) -> bool {
        self.read(self.by.lock).contains("__metadata:") || self.place.join(".yarnrc.yml").is_file()
    }

    /// What the packages come of, as far as the repository says it; `None` where more than that counts, so that they can't be kept:
    /// the project's own scripts, packages that lie in the repository, and more than one folder of packages.
    fn ground(&self) -> Option<String> {
        let lock = fs::read(self.place.join(self.by.lock)).ok()?;
        let manifest: Value = serde_json::from_str(&self.read("package.json")).ok()?;
        let has_scripts = SCRIPTS.iter().any(|name| !manifest["scripts"][*name].is_null());
        let text = String::from_utf8_lossy(&lock);
        let is_local = LOCAL.iter().any(|words| text.contains(words));
        let is_one = manifest["workspaces"].is_null() && !self.place.join("pnpm-workspace.yaml").exists();
        let is_plain = matches!(self.by.tool, "npm" | "bun") || (self.by.tool == "yarn" && !self.is_berry());
        if has_scripts || is_local || !is_one || !is_plain {
            return None;
        }
        let settings = SETTINGS.map(|name| format!("{name}\0{}\0", self.read(name)));
        Some(format!("{}\0{}\0{}", self.by.lock, hex(&Sha256::digest(&lock)), settings.concat()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Pulumi {
    /// Installs what a lock says: from the shelf where the same was installed before, else by the lock's own tool.
    pub(super) async fn install_locked(
        &self,
        locked: &Locked,
        shelf: &Shelf,
        cancel: &CancellationToken,
    ) -> Result<()> {
        let tool = locked.by.tool;
        self.on_path(tool)?;
        let name = self.name(locked, cancel).await?;
        let packages = locked.place.join("node_modules");
        if let Some(name) = &name
            && shelf.take(name, &packages).await
        {
            return Ok(());
        }
        let arguments = locked.arguments();
        let answer = self.stoppable(self.tool(tool, &locked.place)?.args(arguments), cancel).await?;
        match (answer.code, name) {
            (Some(0), Some(name)) => shelf.put(&name, &packages).await,
            (Some(0), None) => {}
            _ => return Err(refused(locked, &answer)),
        }
        Ok(())
    }

    /// What packages are called on the shelf: by all that they come of. `None` where they are not kept.
    async fn name(&self, locked: &Locked, cancel: &CancellationToken) -> Result<Option<String>> {
        let Some(mut all) = locked.ground() else {
            return Ok(None);
        };
        for tool in [locked.by.tool, "node"] {
            let version = match self.tool(tool, Path::new("/")) {
                Ok(mut command) => self.stoppable(command.arg("--version"), cancel).await?.stdout,
                Err(_) => String::new(),
            };
            all.push_str(&format!("\0{tool} {version}"));
        }
        // What a user's own settings say counts as well: the registry, and what is left out.
        for (name, value) in self.environment.iter().filter(|(name, _)| is_setting(name)) {
            all.push_str(&format!("\0{name}={value}"));
        }
        all.push_str(&format!("\0{} {}", std::env::consts::OS, std::env::consts::ARCH));
        Ok(Some(hex(&Sha256::digest(all.as_bytes())[..16])))
    }
}

fn is_setting(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with("NPM_CONFIG_") || name.starts_with("NODE_")
}

/// The failure of a tool, with what to do where the lock does not fit.
fn refused(locked: &Locked, answer: &Answer) -> crate::failure::Failure {
    let (tool, arguments) = (locked.by.tool, locked.arguments().join(" "));
    let said = format!("{} {}", answer.stdout, answer.stderr).to_lowercase();
    let words = ["in sync", "frozen", "immutable", "lockfile", "lock file", "needs to be updated"];
    let is_other = words.iter().any(|words| said.contains(words));
    let hint = || {
        let again = if tool == "uv" { "uv lock".to_owned() } else { format!("{tool} install") };
        format!("{} is not of this manifest: `{again}` makes it anew, then commit it", locked.by.lock)
    };
    failed(&format!("installing the program's packages (`{tool} {arguments}`)"), answer).hint_some(is_other.then(hint))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::config::Work;
    use crate::environment::Environment;

    /// A project with a lock, a tool that counts how often it installs, and a shelf.
    struct Project {
        folder: tempfile::TempDir,
        pulumi: Pulumi,
    }

    impl Project {
        fn new(script: &str) -> Project {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let bin = folder.path().join("bin");
            fs::create_dir(&bin).expect("a folder");
            let text = format!("#!/bin/sh\nif [ \"$1\" = --version ]; then echo 11; exit; fi\n{script}");
            // Another process writes it: a program that a fork of this one still holds open for writing can't be started ("Text file busy").
            let written = Command::new("sh")
                .args(["-c", "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\""])
                .arg(bin.join("npm"))
                .arg(text)
                .status();
            assert!(written.expect("a shell").success());
            let path = format!("{}:/usr/bin:/bin", bin.display());
            let pulumi = Pulumi::idle(&Environment::from([("PATH".to_owned(), path)]));
            Project { folder, pulumi }
        }

        /// A worktree with these files beside its lock.
        fn tree(&self, name: &str, lock: &str, manifest: &str) -> Locked {
            let place = self.folder.path().join(name);
            fs::create_dir_all(&place).expect("a folder");
            fs::write(place.join("package-lock.json"), lock).expect("a file");
            fs::write(place.join("package.json"), manifest).expect("a file");
            Locked { place, by: NODE[4] }
        }

        async fn install(&self, locked: &Locked, work: Work) -> Result<()> {
            let shelf = Shelf::of(self.folder.path(), work);
            self.pulumi.install_locked(locked, &shelf, &CancellationToken::new()).await
        }

        /// How often the tool was asked.
        fn asked(&self) -> usize {
            let text = fs::read_to_string(self.folder.path().join("asked")).unwrap_or_default();
            text.lines().filter(|line| *line == "ci --no-audit --no-fund").count()
        }
    }

    const INSTALLS: &str = "echo \"$@\" >> ../asked\nmkdir -p node_modules/.bin node_modules/x\n\
        cat package-lock.json > node_modules/x/index.js\nln -s ../x/index.js node_modules/.bin/x\n";

    #[tokio::test]
    async fn the_same_packages_are_installed_once() {
        let project = Project::new(INSTALLS);
        let (one, two) = (project.tree("one", "{}", "{}"), project.tree("two", "{}", "{}"));
        for tree in [&one, &two] {
            project.install(tree, Work::RollOut).await.expect("installed");
            let read = |path: &str| fs::read_to_string(tree.place.join("node_modules").join(path)).expect("a file");
            assert_eq!((read("x/index.js"), read(".bin/x")), ("{}".to_owned(), "{}".to_owned()));
        }
        assert_eq!(project.asked(), 1);
        // What one tree does to its own is not done to another's.
        fs::write(two.place.join("node_modules/x/index.js"), "spoilt").expect("a file");
        let three = project.tree("three", "{}", "{}");
        project.install(&three, Work::RollOut).await.expect("installed");
        assert_eq!(fs::read_to_string(three.place.join("node_modules/x/index.js")).expect("a file"), "{}");
        assert_eq!(project.asked(), 1);
        // Another lock, another manifest, and what pull requests install are others.
        for (name, lock, manifest, work) in [
            ("lock", "{ }", "{}", Work::RollOut),
            ("manifest", "{}", "{ }", Work::RollOut),
            ("preview", "{}", "{}", Work::Preview),
        ] {
            let before = project.asked();
            project.install(&project.tree(name, lock, manifest), work).await.expect("installed");
            assert_eq!(project.asked(), before + 1, "{name}");
        }
    }

    #[tokio::test]
    async fn what_comes_of_more_than_the_lock_is_not_kept() {
        let project = Project::new(INSTALLS);
        let cases = [
            ("{}", r#"{"scripts": {"postinstall": "make"}}"#),
            ("{}", r#"{"workspaces": ["a"]}"#),
            (r#"{"packages": {"node_modules/a": {"resolved": "a", "link": true}}}"#, "{}"),
            (r#"{"packages": {"node_modules/a": {"resolved": "file:a.tgz"}}}"#, "{}"),
        ];
        for (at, (lock, manifest)) in cases.into_iter().enumerate() {
            for name in [format!("{at}-a"), format!("{at}-b")] {
                let before = project.asked();
                project.install(&project.tree(&name, lock, manifest), Work::RollOut).await.expect("installed");
                assert_eq!(project.asked(), before + 1, "{manifest}");
            }
        }
    }

    #[tokio::test]
    async fn a_lock_of_another_manifest_is_refused_with_a_way_out() {
        let project =
            Project::new("echo 'npm error `npm ci` can only install packages when they are in sync' >&2; exit 1\n");
        let failure = project.install(&project.tree("a", "{}", "{}"), Work::RollOut).await.expect_err("it is refused");
        assert!(
            failure.message.starts_with("installing the program's packages (`npm ci --no-audit --no-fund`): "),
            "{failure:?}"
        );
        assert_eq!(
            failure.hints,
            ["package-lock.json is not of this manifest: `npm install` makes it anew, then commit it"]
        );
        // Without the lock's tool nothing else is tried.
        let locked = Locked { by: NODE[1], ..project.tree("b", "{}", "{}") };
        let failure = project.install(&locked, Work::RollOut).await.expect_err("there is none");
        assert!(failure.message.contains("`pnpm` is not on the PATH"), "{failure:?}");
    }

    #[test]
    fn each_tool_has_its_own_word_for_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let said = |by: Tool| Locked { place: folder.path().to_owned(), by }.arguments().join(" ");
        assert_eq!(NODE[1..4].iter().map(|by| said(*by)).collect::<Vec<_>>(), ["install --frozen-lockfile"; 3]);
        assert_eq!(
            (said(NODE[0]), said(UV)),
            ("install --frozen-lockfile --non-interactive".to_owned(), "sync --locked".to_owned())
        );
        fs::write(folder.path().join("yarn.lock"), "__metadata:\n  version: 8\n").expect("a file");
        assert_eq!(said(NODE[0]), "install --immutable");
    }
}
