//! A stack as its files were at some commit, with what the ledger knows of it: what is gone back to, or looked at again.

use crate::config::{self, Config};
use crate::decide::Known;
use crate::failure::{Failure, Result};
use crate::git::{Commit, Mirror};
use crate::ledger::{Ledger, StackId};
use crate::record::StackRecord;
use crate::repo::{self, Stack};

pub struct Target {
    pub stack: Stack,
    pub branch: String,
    pub commit: Commit,
    pub id: StackId,
    pub known: Known,
}

impl Target {
    /// The stack of a record at a commit, out of the mirror or, on a machine that has none yet, from the repository.
    pub async fn find(mirror: &Mirror, ledger: &Ledger, record: &StackRecord, commit: &str) -> Result<Target> {
        let name = &record.name;
        let commit = match mirror.commit(commit) {
            Ok(commit) => commit,
            Err(_) => mirror.fetch_ref(commit).await?,
        };
        let found = repo::stacks(&mirror.listing(&commit.id)?).select(std::slice::from_ref(name))?;
        let stack = found.stacks.into_iter().next();
        let stack = stack.ok_or_else(|| Failure::bug("a stack was selected and is not there"))?;
        let id = ledger.find(&record.repository, name).await?;
        let id = id.ok_or_else(|| Failure::input(format!("`{name}` was forgotten meanwhile")))?;
        let known = ledger.known(&id).await?;
        Ok(Target { stack, branch: record.branch.clone().unwrap_or_default(), commit, id, known })
    }

    /// What the branch says today, and not what it said at the commit.
    pub fn config(&self, mirror: &Mirror) -> Result<Config> {
        let head = mirror.head_seen(&self.branch).unwrap_or_else(|| self.commit.id.clone());
        Config::read(&mirror.file(&head, config::FILE)?.unwrap_or_default())
    }
}
