//! Where gitinfra runs: a repository that it follows, a state directory, a backend, and the folder that the files go to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::going::Going;
use super::repo::Repo;
use super::said::Said;
use crate::pulumi::{SALT, State};
use crate::tools;

/// A repository and a machine. Both go when it is dropped.
pub struct Place {
    pub repo: Repo,
    dir: TempDir,
    env: Vec<(String, String)>,
}

impl Place {
    /// An empty repository, and a machine on which gitinfra has never run.
    pub fn new() -> Place {
        let dir = TempDir::with_prefix("gitinfra-").expect("a folder for a machine");
        fs::create_dir_all(dir.path().join("backend")).expect("the folder can be written");
        let (repo, env) = (Repo::new(), Vec::new());
        Place { repo, dir, env }
    }

    /// A place whose repository has the stack `test/dev` in its root, committed: these files.
    pub fn of(files: &[(&str, &str)]) -> Place {
        let place = Place::new();
        place.project("", "test", &["dev"], files);
        place.repo.commit("Files");
        place
    }

    /// Writes a project of files into the repository's folder, with a configuration for each of its stacks. A stack's files
    /// lie in `root/PROJECT/STACK`.
    pub fn project(&self, folder: &str, name: &str, stacks: &[&str], files: &[(&str, &str)]) -> &Place {
        self.program(folder, name, &crate::files::of(files));
        for stack in stacks {
            let root = self.path(&format!("root/{name}/{stack}"));
            let config = format!("{SALT}config:\n  files:root: {}\n", root.display());
            self.repo.write(&within(folder, &format!("Pulumi.{stack}.yaml")), &config);
        }
        self
    }

    /// Writes a project's file alone.
    pub fn program(&self, folder: &str, name: &str, program: &str) -> &Place {
        let plugin = tools::files().program;
        let plugin = plugin.parent().unwrap_or(Path::new("/")).display();
        let head =
            format!("name: {name}\nruntime: yaml\nplugins:\n  providers:\n    - {{name: files, path: {plugin}}}\n");
        self.repo.write(&within(folder, "Pulumi.yaml"), &format!("{head}{program}"));
        self
    }

    /// Changes the files of `test/dev` and commits; says the commit's id.
    pub fn change(&self, files: &[(&str, &str)]) -> String {
        self.program("", "test", &crate::files::of(files));
        self.repo.commit("Change")
    }

    /// Every later command sees this variable.
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Place {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// A path on the machine: `state`, `backend`, `root`, `home`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A file that `test/dev` made; nothing where there is none.
    pub fn file(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path("root/test/dev").join(name)).ok()
    }

    /// Runs gitinfra with these words, parted at spaces.
    pub fn run(&self, words: &str) -> Said {
        Said::of(self.gitinfra(words))
    }

    /// Runs a prepared command.
    pub fn run_as(&self, words: &str, change: impl FnOnce(&mut Command) -> &mut Command) -> Said {
        let mut command = self.gitinfra(words);
        change(&mut command);
        Said::of(command)
    }

    /// The same, seen while it goes on.
    pub fn start(&self, words: &str) -> Going {
        Going::start(self.gitinfra(words))
    }

    /// `gitinfra sync`, which has to do well.
    #[track_caller]
    pub fn sync(&self) -> Said {
        self.run("sync").expect_code(0)
    }

    /// The records that `gitinfra get` lists as JSON, newest first.
    #[track_caller]
    pub fn get(&self, words: &str) -> Vec<Value> {
        let said = self.run(&format!("get {words} -o json")).expect_code(0);
        let list: Value = serde_json::from_str(&said.stdout).expect("the list is JSON");
        list["items"].as_array().cloned().unwrap_or_default()
    }

    /// The states of the runs in the ledger, oldest first.
    #[track_caller]
    pub fn states(&self) -> Vec<String> {
        let runs = self.get("runs");
        let states = runs.iter().rev().filter_map(|run| run["state"].as_str());
        states.map(str::to_owned).collect()
    }

    /// What the engine itself says that a stack holds.
    #[track_caller]
    pub fn state(&self, project: &str, stack: &str) -> State {
        let mut pulumi = Command::new(tools::bin().join("pulumi"));
        let stack = format!("organization/{project}/{stack}");
        pulumi.args(["stack", "export", "--stack", &stack]);
        self.surround(&mut pulumi);
        State::read(&Said::of(pulumi).expect_code(0).stdout)
    }

    /// How many updates of a stack the engine's own history has.
    pub fn updates(&self, project: &str, stack: &str) -> usize {
        let folder = format!("backend/.pulumi/history/{project}/{stack}");
        let files = fs::read_dir(self.path(&folder)).into_iter().flatten().flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        names.filter(|name| name.ends_with(".history.json")).count()
    }

    /// The engine's own CLI in the repository's folder, as somebody runs it who has no gitinfra.
    pub fn pulumi(&self, words: &str) -> Command {
        let mut pulumi = Command::new(tools::bin().join("pulumi"));
        self.surround(&mut pulumi);
        pulumi.args(words.split(' ')).arg("--non-interactive");
        pulumi.current_dir(self.repo.folder());
        pulumi
    }

    pub fn gitinfra(&self, words: &str) -> Command {
        let mut command = Command::new(tools::program("gitinfra"));
        command.args(words.split_whitespace());
        self.surround(&mut command);
        command
    }

    /// What every program on this machine sees.
    pub fn surround(&self, command: &mut Command) {
        let inherited = std::env::var("PATH").unwrap_or_default();
        let at = |name: &str| self.path(name).display().to_string();
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", format!("{}:{inherited}", tools::bin().display()))
            .env("HOME", at("home"))
            .env("GITINFRA_REPO", self.repo.folder())
            .env("GITINFRA_STATE_DIR", at("state"))
            .env("PULUMI_HOME", at("pulumi"))
            .env("PULUMI_BACKEND_URL", format!("file://{}", at("backend")))
            .env("PULUMI_CONFIG_PASSPHRASE", "x")
            .env("PULUMI_SKIP_UPDATE_CHECK", "1")
            // An engine that lives for a second has no need to tidy its memory.
            .env("GOGC", "400")
            .env("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "1")
            .env("PULUMI_DISABLE_REGISTRY_RESOLVE", "1")
            .env("FILES_PACE", "0.001")
            .envs(self.env.iter().map(|(k, v)| (k, v)));
    }
}

fn within(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}
