//! The `gitinfra` binary: reads its surroundings, runs one command, decides the exit code.

use std::process::ExitCode;

use clap::Parser;
use gitinfra::args::Args;
use gitinfra::commands::{self, Surroundings};

fn main() -> ExitCode {
    let args = Args::parse();
    let surroundings = Surroundings {
        // A name or a value that is no Unicode can't be meant for a program of ours.
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        cwd: std::env::current_dir().unwrap_or_else(|_| "/".into()),
        now,
    };
    ExitCode::from(commands::run(args, surroundings))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
