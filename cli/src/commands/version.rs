//! `gitinfra version`.

use clap::Args as Arguments;

use super::shell::Shell;
use super::{Reach, Verb};
use crate::failure::Result;

/// Print the version
#[derive(Debug, Arguments)]
pub struct Version {}

impl Verb for Version {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.ui.data(concat!("gitinfra ", env!("CARGO_PKG_VERSION")));
        Ok(0)
    }
}
