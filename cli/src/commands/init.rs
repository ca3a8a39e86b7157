//! `gitinfra init`: the files with which a repository begins.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args as Arguments, ValueEnum};

use super::shell::Shell;
use super::{Reach, Verb};
use crate::config;
use crate::failure::{Failure, Result};

const CONFIG: &str = include_str!("init/gitinfra.yaml");
const WORKFLOW: &str = include_str!("init/workflow.yaml");

/// Write a commented gitinfra.yaml, and workflows that preview pull requests and roll out what is merged
#[derive(Debug, Arguments)]
pub struct Init {
    /// The repository's folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// For which forge a workflow is written; may be given several times
    #[arg(long = "forge", value_name = "NAME", default_values = ["github", "gitea"])]
    forges: Vec<Forge>,
    /// The branch that is rolled out
    #[arg(long, value_name = "NAME", default_value = "main")]
    branch: String,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Forge {
    /// A GitHub Action
    Github,
    /// A workflow of Gitea's or Forgejo's
    Gitea,
    /// None
    None,
}

impl Forge {
    fn file(self) -> Option<&'static str> {
        match self {
            Forge::Github => Some(".github/workflows/gitinfra.yaml"),
            Forge::Gitea => Some(".gitea/workflows/gitinfra.yaml"),
            Forge::None => None,
        }
    }
}

impl Verb for Init {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let root = shell.context.cwd.join(&self.folder);
        if !root.is_dir() {
            return Err(Failure::input(format!("there is no folder {}", self.folder.display())));
        }
        check_branch(&self.branch)?;
        let files = self.files();
        let there: Vec<&str> = files.iter().map(|(name, _)| *name).filter(|name| root.join(name).exists()).collect();
        if !there.is_empty() && !self.force && !self.dry_run {
            return Err(Failure::input(format!("there already: {}", there.join(", ")))
                .hint("`--force` writes over it; `--dry-run` shows what would be written"));
        }
        for (name, text) in &files {
            if self.dry_run {
                shell.ui.data(&format!("# {name}\n{text}"));
            } else {
                write(&root.join(name), text)?;
                shell.ui.data(&format!("{name} written"));
            }
        }
        if !self.dry_run {
            let read = if files.len() > 1 { "read what the workflows need, " } else { "" };
            shell.ui.talk(&format!("next: {read}commit, and run `gitinfra doctor`"));
        }
        Ok(0)
    }
}

impl Init {
    fn files(&self) -> Vec<(&'static str, String)> {
        let mut files = vec![(config::FILE, CONFIG.to_owned())];
        for name in self.forges.iter().filter_map(|forge| forge.file()) {
            // The placeholder stands where a branch's name does; variables of the shell are called so, too.
            let text = WORKFLOW
                .replace("[BRANCH]", &format!("[{}]", self.branch))
                .replace("into BRANCH.", &format!("into {}.", self.branch));
            if !files.iter().any(|(known, _)| *known == name) {
                files.push((name, text));
            }
        }
        files
    }
}

/// What stands in a workflow's list has to be a plain name there.
fn check_branch(branch: &str) -> Result<()> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    match !branch.is_empty() && !branch.starts_with('-') && branch.chars().all(is_plain) {
        true => Ok(()),
        false => Err(Failure::input(format!("`{branch}` is no branch that a workflow can name"))),
    }
}

/// Writes a file, and the folders that it lies in.
pub(super) fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, text));
    written.map_err(|error| Failure::setup(format!("writing {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// As it is written it says nothing, and with its examples it is right.
    #[test]
    fn the_configuration_is_right_with_its_examples_and_without() {
        assert_eq!(Config::read(CONFIG), Ok(Config::default()));
        let lines = CONFIG.lines().filter_map(|line| line.strip_prefix("# "));
        let is_key = |line: &str| line.split_once(':').is_some_and(|(key, _)| !key.contains(' '));
        let mut examples: Vec<(&str, String)> = Vec::new();
        for line in lines.filter(|line| line.starts_with("  ") || is_key(line)) {
            match examples.last_mut().filter(|_| line.starts_with(' ')) {
                Some((_, example)) => *example += &format!("\n{line}"),
                None => examples.push((line.split(':').next().unwrap_or_default(), line.to_owned())),
            }
        }
        let keys: Vec<&str> = examples.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["include", "exclude", "rules", "budgets", "approvals", "policies", "drift"]);
        let whole = examples.iter().map(|(_, example)| example.as_str()).collect::<Vec<_>>().join("\n");
        for text in examples.iter().map(|(_, example)| example).chain([&whole]) {
            assert_ne!(Config::read(text).expect("the example is right"), Config::default(), "{text}");
        }
    }

    #[test]
    fn the_workflow_is_yaml_and_names_the_branch() {
        let init = Init {
            folder: ".".into(),
            forges: vec![Forge::Github, Forge::Gitea, Forge::Github],
            branch: "release/1".into(),
            force: false,
            dry_run: false,
        };
        let files = init.files();
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["gitinfra.yaml", ".github/workflows/gitinfra.yaml", ".gitea/workflows/gitinfra.yaml"]);
        let workflow: serde_json::Value = serde_saphyr::from_str(&files[1].1).expect("YAML");
        assert_eq!(workflow["on"]["push"]["branches"][0], "release/1");
        assert!(workflow["jobs"]["sync"]["steps"].is_array());
        for wrong in ["", "-x", "a b", "a,b", "a]"] {
            assert!(check_branch(wrong).is_err(), "{wrong}");
        }
    }

    /// The steps are run as forges do in a container, by `sh -e`.
    #[test]
    fn the_workflows_steps_fail_as_gitinfra_does() {
        let workflow: serde_json::Value = serde_saphyr::from_str(WORKFLOW).expect("YAML");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let summary = folder.path().join("summary");
        let unsealed = "it would change\n\nNot sealed, since there is no secret GITINFRA_LEDGER: no roll-out is compared with this preview.\n";
        let cases = [("preview", "x", "it would change\n"), ("preview", "", unsealed), ("sync", "x", "")];
        for (job, ledger, told) in cases {
            // A preview is sealed where a ledger is named; the roll-out looks for its seal in the same one.
            let named = &workflow["jobs"][job]["steps"][1]["env"]["GITINFRA_LEDGER"];
            assert_eq!(*named, "${{ secrets.GITINFRA_LEDGER }}", "{job}");
            let step = workflow["jobs"][job]["steps"][1]["run"].as_str().expect("a script");
            for code in [0, 4] {
                let script = format!("git() {{ :; }}\ngitinfra() {{ echo it would change; return {code}; }}\n{step}");
                let mut shell = std::process::Command::new("sh");
                shell.args(["-e", "-c", &script]).current_dir(folder.path()).env("GITHUB_STEP_SUMMARY", &summary);
                shell.envs([("PULUMI_CONFIG_PASSPHRASE", "x"), ("BASE", "main"), ("BRANCH", "main")]);
                shell.env("GITINFRA_LEDGER", ledger);
                let output = shell.output().expect("a shell");
                assert_eq!(output.status.code(), Some(code), "{job}");
                let said = if told.is_empty() { "it would change\n" } else { told };
                assert_eq!(String::from_utf8_lossy(&output.stdout), said, "{job}");
                assert_eq!(fs::read_to_string(&summary).unwrap_or_default(), told, "{job}");
                let _ = fs::remove_file(&summary);
            }
        }
    }
}
