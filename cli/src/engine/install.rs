//! The packages of a program's language, which a fresh worktree lacks.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::pulumi::{Pulumi, failed};
use crate::failure::{Failure, Result};
use crate::process;

/// Whether a program reads packages from its own folder, and they aren't there. Programs in Node.js and Python do; other
/// languages fetch what they need as they build.
pub fn needs_install(folder: &Path, runtime: &str) -> bool {
    match runtime {
        "nodejs" | "bun" => folder.join("package.json").is_file() && !folder.join("node_modules").is_dir(),
        "python" => ["requirements.txt", "pyproject.toml"].iter().any(|file| folder.join(file).is_file()),
        _ => false,
    }
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
