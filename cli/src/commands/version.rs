//! `gitinfra version`.

use clap::Args as Arguments;

use super::Verb;
use super::shell::Shell;
use crate::failure::Result;

/// Print the version
#[derive(Debug, Arguments)]
pub struct Version {}

impl Verb for Version {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.ui.data(concat!("gitinfra ", env!("CARGO_PKG_VERSION")));
        Ok(0)
    }
}
