//! Pulumi: the CLI on this machine, and what it is asked besides running the engine.

mod backend;
mod engine;
pub mod event;
mod lock;
mod server;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::scrub::Scrubber;

pub use backend::Backend;
pub use engine::{Ending, Engine, Happening, Phase};
pub use lock::{LeftLock, locks};

/// Older ones lack what gitinfra drives: the exit codes and the event log over gRPC.
const OLDEST: (u64, u64) = (3, 259);

const HOW_TO_GET: &str =
    "get it from https://www.pulumi.com/docs/iac/download-install, and put it on the PATH";

/// The exit code of a command on a stack that the backend doesn't have.
const STACK_NOT_FOUND: i32 = 6;

/// The `pulumi` on the PATH.
#[derive(Debug, Clone)]
pub struct Pulumi {
    program: PathBuf,
    environment: Environment,
}

/// What a short command of Pulumi's came to.
struct Answer {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Pulumi {
    /// Finds the CLI, and sees to it that it is young enough.
    pub async fn find(environment: &Environment) -> Result<Pulumi> {
        let path = environment
            .get("PATH")
            .map(String::as_str)
            .unwrap_or_default();
        let program = std::env::split_paths(path)
            .map(|folder| folder.join("pulumi"))
            .find(|file| file.is_file());
        let program = program.ok_or_else(|| {
            Failure::setup("the `pulumi` CLI is not on the PATH").hint(HOW_TO_GET)
        })?;
        let pulumi = Pulumi {
            program,
            environment: environment.clone(),
        };
        let answer = pulumi.ask(Path::new("/"), &["version"]).await?;
        let version = answer.stdout.trim().to_owned();
        match version_of(&version) {
            Some(found) if found >= OLDEST => Ok(pulumi),
            Some(_) => Err(
                Failure::setup(format!("{} is {version}", pulumi.program.display())).hint(format!(
                    "v{}.{}.0 or newer is needed; {HOW_TO_GET}",
                    OLDEST.0, OLDEST.1
                )),
            ),
            None => Err(Failure::setup(format!(
                "{} does not say its version: {}",
                pulumi.program.display(),
                crate::text::last_line(&answer.stderr)
            ))
            .hint(HOW_TO_GET)),
        }
    }

    /// The same CLI with another variable set.
    pub fn with(&self, name: &str, value: &str) -> Pulumi {
        let mut pulumi = self.clone();
        pulumi.environment.insert(name.to_owned(), value.to_owned());
        pulumi
    }

    /// The same CLI with a variable set unless the user has set it.
    pub fn with_default(&self, name: &str, value: &str) -> Pulumi {
        match self.environment.contains_key(name) {
            true => self.clone(),
            false => self.with(name, value),
        }
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .envs(&self.environment)
            .current_dir(folder)
            .stdin(Stdio::null());
        command
    }

    async fn ask(&self, folder: &Path, args: &[&str]) -> Result<Answer> {
        let mut command = self.command(folder);
        // Ctrl-C in a terminal must not reach it: cutting off `stack init` would leave half a stack.
        command.args(args).process_group(0);
        let output = command.output().await;
        let output = output.map_err(|error| {
            Failure::setup(format!("starting {}: {error}", self.program.display()))
        })?;
        let text = |bytes: &[u8]| {
            crate::feed::plain(&String::from_utf8_lossy(bytes))
                .trim_end()
                .to_owned()
        };
        Ok(Answer {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        })
    }

    async fn demand(&self, folder: &Path, args: &[&str], doing: &str) -> Result<String> {
        let answer = self.ask(folder, args).await?;
        match answer.code {
            Some(0) => Ok(answer.stdout),
            _ => Err(Failure::setup(format!("{doing}: {}", said(&answer)))),
        }
    }

    /// Makes the stack in the backend. True when it was not there yet.
    pub async fn create_stack(&self, folder: &Path, stack: &str) -> Result<bool> {
        let args = [
            "stack",
            "init",
            stack,
            "--no-select",
            "--non-interactive",
            "--color",
            "never",
        ];
        let answer = self.ask(folder, &args).await?;
        match answer.code {
            Some(0) => Ok(true),
            _ if answer.stderr.contains("already exists") => Ok(false),
            _ => {
                let failure = Failure::setup(format!(
                    "creating the stack `{stack}` in the backend: {}",
                    said(&answer)
                ));
                let passphrase = answer.stderr.contains("PULUMI_CONFIG_PASSPHRASE");
                Err(failure.hint_some(passphrase.then(|| {
                    "the backend encrypts secrets with a passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE".to_owned()
                })))
            }
        }
    }

    /// Whether the backend has the stack.
    pub async fn has_stack(&self, folder: &Path, stack: &str) -> Result<bool> {
        let args = [
            "stack",
            "ls",
            "--json",
            "--non-interactive",
            "--color",
            "never",
        ];
        let listed = self
            .demand(folder, &args, "listing the backend's stacks")
            .await?;
        let listed: Vec<Value> = serde_json::from_str(&listed).unwrap_or_default();
        let name = |value: &Value| {
            value["name"]
                .as_str()
                .map(|name| name.rsplit('/').next() == Some(stack))
        };
        Ok(listed.iter().any(|value| name(value) == Some(true)))
    }

    /// Gets the packages that a program's language needs; a fresh worktree has none.
    pub async fn install(&self, folder: &Path, runtime: &str) -> Result<()> {
        if !needs_install(folder, runtime) {
            return Ok(());
        }
        let args = [
            "install",
            "--no-plugins",
            "--non-interactive",
            "--color",
            "never",
        ];
        self.demand(
            folder,
            &args,
            "installing the program's packages (`pulumi install`)",
        )
        .await
        .map(drop)
    }

    /// Teaches the scrubber the stack's secret configuration. It is no failure when that can't be read: then the engine
    /// can't read it either, and says so better.
    pub async fn learn_secrets(
        &self,
        folder: &Path,
        stack: &str,
        scrubber: &mut Scrubber,
    ) -> Result<()> {
        let args = [
            "config",
            "--json",
            "--show-secrets",
            "--stack",
            stack,
            "--non-interactive",
        ];
        let answer = self.ask(folder, &args).await?;
        let config: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
        for entry in config
            .as_object()
            .into_iter()
            .flat_map(|entries| entries.values())
        {
            if let (Some(true), Some(value)) = (entry["secret"].as_bool(), entry["value"].as_str())
            {
                scrubber.add(value);
            }
        }
        Ok(())
    }

    /// Removes the engine's locks of a stack. Whoever calls this has made sure that nobody holds them.
    pub async fn cancel(&self, folder: &Path, stack: &str) -> Result<()> {
        let args = [
            "cancel",
            "--yes",
            "--stack",
            stack,
            "--non-interactive",
            "--color",
            "never",
        ];
        self.demand(folder, &args, "removing the left lock (`pulumi cancel`)")
            .await
            .map(drop)
    }

    /// The stack's state as Pulumi exports it, secrets encrypted.
    pub async fn export(&self, folder: &Path, stack: &str) -> Result<Value> {
        let args = ["stack", "export", "--stack", stack, "--non-interactive"];
        let text = self
            .demand(folder, &args, "exporting the stack's state")
            .await?;
        serde_json::from_str(&text)
            .map_err(|error| Failure::setup(format!("reading the exported state: {error}")))
    }

    /// Puts an exported state back, which drops its pending operations.
    pub async fn import(
        &self,
        folder: &Path,
        stack: &str,
        state: &Value,
        file: &Path,
    ) -> Result<()> {
        let written = std::fs::write(file, state.to_string());
        written.map_err(|error| Failure::setup(format!("writing {}: {error}", file.display())))?;
        let path = file.display().to_string();
        let args = [
            "stack",
            "import",
            "--stack",
            stack,
            "--file",
            &path,
            "--non-interactive",
            "--color",
            "never",
        ];
        let imported = self
            .demand(folder, &args, "putting the stack's state back")
            .await
            .map(drop);
        let _ = std::fs::remove_file(file);
        imported
    }
}

/// Node.js and Python programs read their packages from the project's folder; other languages fetch what they need as they build.
fn needs_install(folder: &Path, runtime: &str) -> bool {
    match runtime {
        "nodejs" | "bun" => {
            folder.join("package.json").is_file() && !folder.join("node_modules").is_dir()
        }
        "python" => ["requirements.txt", "pyproject.toml"]
            .iter()
            .any(|file| folder.join(file).is_file()),
        _ => false,
    }
}

fn said(answer: &Answer) -> String {
    let text = if answer.stderr.is_empty() {
        &answer.stdout
    } else {
        &answer.stderr
    };
    text.trim_start_matches("error: ").to_owned()
}

/// `v3.259.0` or `3.259.0-alpha.1` as major and minor.
fn version_of(text: &str) -> Option<(u64, u64)> {
    let mut parts = text.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare() {
        let cases = [
            ("v3.259.0\n", Some(true)),
            ("3.300.1-dev", Some(true)),
            ("v3.258.9", Some(false)),
            ("v4.0.0", Some(true)),
            ("dev", None),
        ];
        for (text, expected) in cases {
            assert_eq!(
                version_of(text).map(|version| version >= OLDEST),
                expected,
                "{text}"
            );
        }
    }
}
