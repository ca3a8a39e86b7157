//! `gitinfra completion SHELL`.

use clap::CommandFactory;

use super::Context;
use crate::args::Args;

pub fn run(context: &Context, shell: clap_complete::Shell) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "gitinfra", &mut script);
    context.ui.data(&String::from_utf8_lossy(&script));
    0
}
