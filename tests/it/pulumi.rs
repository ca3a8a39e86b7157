//! A scratch project that the real Pulumi engine runs: a folder with a backend, a home and a stack of its own.

mod example;
mod run;
mod running;
mod state;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

pub use self::run::Run;
pub use self::running::{Running, poll};
pub use self::state::State;
use crate::tools::{self, Plugin};

/// The project's name, and what every URN of it begins with.
pub const PROJECT: &str = "test";
pub const STACK: &str = "dev";
const PASSPHRASE: &str = "x";

/// What `pulumi stack init` writes for a passphrase, a quarter of a second faster.
pub const SALT: &str = "encryptionsalt: v1:WagC5zsmoyE=:v1:iErttzKYPnv3j8CN:EzFzb6YddvGiuwO9RKHSBDNV2/2NiA==\n";

/// A project with one stack. The folder goes when the project is dropped.
pub struct Project {
    dir: TempDir,
    head: String,
    env: Vec<(String, String)>,
}

impl Project {
    /// A project in a language, with the plugins that its program uses. `@DIR@` in a program stands for the project's folder.
    pub fn new(runtime: &str, plugins: &[Plugin]) -> Project {
        let head = format!("name: {PROJECT}\nruntime: {runtime}\n{}", listed(plugins));
        let project = Project::called(PROJECT, head);
        project.write("Pulumi.yaml", &project.head);
        project
    }

    /// An empty folder with the stack of a project of this name.
    fn called(name: &str, head: String) -> Project {
        let project =
            Project { dir: TempDir::with_prefix("gitinfra-").expect("a folder for a project"), head, env: Vec::new() };
        let stack = format!("organization/{name}/{STACK}");
        let empty = json!({"version": 3, "checkpoint": {"stack": stack, "latest": null}});
        let path = format!("backend/.pulumi/stacks/{name}/{STACK}.json");
        project.write("backend/.pulumi/meta.yaml", "version: 1\n");
        project.write(&path, &empty.to_string());
        project.write("Pulumi.dev.yaml", SALT);
        project
    }

    /// A project of YAML: what stands in Pulumi.yaml beside the project's own head.
    pub fn yaml(plugins: &[Plugin], program: &str) -> Project {
        let project = Project::new("yaml", plugins);
        project.program(program);
        project
    }

    /// Replaces the YAML program.
    pub fn program(&self, program: &str) -> &Project {
        self.write("Pulumi.yaml", &format!("{}{program}", self.head))
    }

    /// Every later command sees this variable.
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Project {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the stack's configuration, as plain as it stands.
    pub fn config(&self, key: &str, value: &str) -> &Project {
        self.command(&["config", "set", "--path", key, value]).expect_ok();
        self
    }

    /// Sets a secret of the stack's configuration.
    pub fn secret(&self, key: &str, value: &str) -> &Project {
        self.command(&["config", "set", "--secret", key, value]).expect_ok();
        self
    }

    /// Adds a line to the stack's configuration file.
    pub fn line(&self, line: &str) -> &Project {
        let text = self.read("Pulumi.dev.yaml").unwrap_or_default();
        self.write("Pulumi.dev.yaml", &format!("{text}{line}\n"))
    }

    /// A path in the project's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file in the project's folder.
    pub fn write(&self, name: &str, text: &str) -> &Project {
        let path = self.path(name);
        let folder = path.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).expect("the project's folder can be written");
        let text = text.replace("@DIR@", &self.dir.path().display().to_string());
        fs::write(path, text).expect("the project's folder can be written");
        self
    }

    /// Reads a file in the project's folder; nothing where there is none.
    pub fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(name)).ok()
    }

    /// Deletes a file in the project's folder.
    pub fn remove(&self, name: &str) -> &Project {
        fs::remove_file(self.path(name)).expect("the file is there");
        self
    }

    /// `pulumi up`.
    pub fn up(&self) -> Run {
        self.act("up", &[])
    }

    /// `pulumi preview`.
    pub fn preview(&self) -> Run {
        self.act("preview", &[])
    }

    /// `pulumi refresh`.
    pub fn refresh(&self) -> Run {
        self.act("refresh", &[])
    }

    /// `pulumi destroy`.
    pub fn destroy(&self) -> Run {
        self.act("destroy", &[])
    }

    /// Expects that nothing is left to do.
    #[track_caller]
    pub fn expect_settled(&self) -> &Project {
        self.act("preview", &["--expect-no-changes"]).expect_ok().expect_steps(&[]);
        self
    }

    /// Expects that a refresh finds nothing.
    #[track_caller]
    pub fn refresh_settled(&self) -> &Project {
        self.act("refresh", &["--expect-no-changes"]).expect_ok();
        self
    }

    /// A command that runs the engine, with more arguments.
    pub fn act(&self, verb: &str, more: &[&str]) -> Run {
        Run::of(self.engine(verb, more), &self.path("events.json"))
    }

    /// The same, seen while it runs.
    pub fn start(&self, verb: &str, more: &[&str]) -> Running {
        Running::start(self.engine(verb, more), self.path("events.json"))
    }

    fn engine(&self, verb: &str, more: &[&str]) -> Command {
        let mut command = self.pulumi();
        command.arg(verb).args(["--color=never", "--non-interactive", "--event-log"]);
        command.arg(self.path("events.json"));
        if verb != "preview" {
            command.args(["--yes", "--skip-preview"]);
        }
        command.args(more);
        // Events of an earlier command must not be taken for this one's.
        let _ = fs::remove_file(self.path("events.json"));
        command
    }

    /// Any other command.
    pub fn command(&self, args: &[&str]) -> Run {
        let mut command = self.pulumi();
        command.args(args).args(["--color=never", "--non-interactive"]);
        Run::of(command, &self.path("no-events"))
    }

    /// Commands of a shell, as a user types them; the engine asks for no confirmation.
    pub fn shell(&self, commands: &str) -> Run {
        let mut shell = self.command_of(Path::new("sh"));
        shell.args(["-e", "-c", commands]);
        shell.env("PULUMI_SKIP_CONFIRMATIONS", "true");
        Run::of(shell, &self.path("no-events"))
    }

    /// What the stack holds.
    pub fn state(&self) -> State {
        State::read(&self.command(&["stack", "export"]).expect_ok().stdout)
    }

    /// Changes what the stack holds, behind the provider's back.
    pub fn edit_state(&self, edit: impl FnOnce(&mut serde_json::Value)) -> &Project {
        let text = self.command(&["stack", "export"]).expect_ok().stdout;
        let mut state = serde_json::from_str(&text).expect("the export is JSON");
        edit(&mut state);
        self.write("edited.json", &state.to_string());
        let path = self.path("edited.json").display().to_string();
        self.command(&["stack", "import", "--file", &path]).expect_ok();
        self
    }

    fn pulumi(&self) -> Command {
        self.command_of(&tools::bin().join("pulumi"))
    }

    fn command_of(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        let inherited = std::env::var("PATH").unwrap_or_default();
        let venv = tools::python().ancestors().nth(2).expect("a python lies in an environment");
        let path = format!("{}:{}/bin:{inherited}", tools::bin().display(), venv.display());
        let backend = format!("file://{}", self.path("backend").display());
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", path)
            .env("VIRTUAL_ENV", venv)
            .env("HOME", self.dir.path())
            .env("PULUMI_HOME", self.path("home"))
            .env("PULUMI_BACKEND_URL", backend)
            .env("PULUMI_STACK", STACK)
            .env("PULUMI_CONFIG_PASSPHRASE", PASSPHRASE)
            .env("PULUMI_SKIP_UPDATE_CHECK", "1")
            // An engine that lives for a second has no need to tidy its memory.
            .env("GOGC", "400")
            .env("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "1")
            .env("PULUMI_DISABLE_REGISTRY_RESOLVE", "1")
            // The event log's flag is hidden without it.
            .env("PULUMI_DEBUG_COMMANDS", "1")
            .envs(self.env.iter().map(|(k, v)| (k, v)));
        command
    }
}

/// The part of Pulumi.yaml that says where plugins are.
fn listed(plugins: &[Plugin]) -> String {
    let mut lines = "plugins:\n  providers:\n".to_owned();
    for plugin in plugins {
        let folder = plugin.program.parent().unwrap_or(Path::new("/"));
        lines += &format!("    - {{name: {}, path: {}}}\n", plugin.name, folder.display());
    }
    if plugins.is_empty() { String::new() } else { lines }
}

/// The URN of a resource that is no component's child.
pub fn urn(token: &str, name: &str) -> String {
    format!("urn:pulumi:{STACK}::{PROJECT}::{token}::{name}")
}
