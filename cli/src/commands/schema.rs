//! `gitinfra schema`: the schemas of what gitinfra reads.

use clap::{Args as Arguments, ValueEnum};

use super::shell::Shell;
use super::{Reach, Verb};
use crate::config::SCHEMA;
use crate::failure::Result;

/// Print the JSON schema of a file that gitinfra reads
#[derive(Debug, Arguments)]
pub struct Schema {
    /// config: gitinfra.yaml, at a repository's root
    file: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum File {
    Config,
}

impl Verb for Schema {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let File::Config = self.file;
        shell.ui.data(SCHEMA);
        Ok(0)
    }
}
