//! The packages of a program's language, which a fresh worktree lacks.

use std::fs;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::{Pulumi, failed};
use crate::failure::{Failure, Result};
use crate::process;
use crate::repo::Stack;

/// Whether a program reads packages from folders of the repository, and they aren't there. Programs in Node.js and Python
/// do; other languages fetch what they need as they build. They lie beside what names them: with the program, with the
/// project, or above, where several programs share a workspace.
pub fn needs_install(tree: &Path, stack: &Stack) -> bool {
    let program = tree.join(&stack.program);
    let folder = if program.is_file() { program.parent().unwrap_or(tree) } else { program.as_path() };
    let mut above = folder.ancestors().take_while(|folder| folder.starts_with(tree));
    let has = |folder: &Path, names: &[&str]| names.iter().any(|name| folder.join(name).is_file());
    match stack.runtime.as_str() {
        "nodejs" | "bun" => {
            above.clone().any(|folder| has(folder, &["package.json"])) && !above.any(|folder| has_packages(folder))
        }
        "python" => above.any(|folder| has(folder, &["requirements.txt", "pyproject.toml"])),
        _ => false,
    }
}

/// Whether packages are committed in a folder. One that is kept with a file of its own, such as `.gitkeep`, has none.
fn has_packages(folder: &Path) -> bool {
    let entries = fs::read_dir(folder.join("node_modules")).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
}

impl Pulumi {
    /// Runs `pulumi install`. It can be stopped at any time, since a run that follows begins with a fresh worktree.
    pub async fn install(&self, folder: &Path, cancel: &CancellationToken) -> Result<()> {
        let mut command = self.command(folder);
        command.args(["install", "--no-plugins", "--non-interactive", "--color", "never"]);
        let child = self.spawn(&mut command)?;
        let group = child.id();
        let answer = tokio::select! {
            answer = Pulumi::answer(child) => answer?,
            () = cancel.cancelled() => {
                process::terminate_group(group);
                return Err(Failure::cancelled());
            }
        };
        match answer.code {
            Some(0) => Ok(()),
            _ => Err(failed("installing the program's packages (`pulumi install`)", &answer)),
        }
    }
}
