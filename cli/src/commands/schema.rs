//! `gitinfra schema`: the schemas of what gitinfra reads.

use clap::{Args as Arguments, ValueEnum};

use super::shell::Shell;
use super::{Reach, Verb};
use crate::config;
use crate::failure::Result;
use crate::server;

/// Print the JSON schema of a file that gitinfra reads
#[derive(Debug, Arguments)]
pub struct Schema {
    /// config: gitinfra.yaml, at a repository's root. serve: the configuration of `gitinfra serve`
    file: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum File {
    Config,
    Serve,
}

impl Verb for Schema {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.ui.data(match self.file {
            File::Config => config::SCHEMA,
            File::Serve => server::config::SCHEMA,
        });
        Ok(0)
    }
}
