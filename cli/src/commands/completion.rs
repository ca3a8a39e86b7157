//! `gitinfra completion`: a script that completes gitinfra's words in a shell.

use clap::Args as Arguments;
use clap_complete::Shell as Kind;

use super::shell::Shell;
use super::{Args, Reach, Verb};
use crate::failure::Result;

/// Print a script that completes gitinfra's words in a shell
#[derive(Debug, Arguments)]
pub struct Completion {
    /// The shell to complete in
    shell: Kind,
}

impl Verb for Completion {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Args::declaration(), "gitinfra", &mut script);
        shell.ui.data(&String::from_utf8_lossy(&script));
        Ok(0)
    }
}
