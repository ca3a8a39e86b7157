//! The `gitinfra` binary: reads its surroundings, runs one command, decides the exit code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use gitinfra::commands::{self, Args, Surroundings};
use gitinfra::failure::Kind;

fn main() -> ExitCode {
    let args = Args::read(std::env::args_os());
    let surroundings = Surroundings {
        // A name or a value that is no Unicode can't be meant for a program of ours.
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        cwd: std::env::current_dir().unwrap_or_else(|_| "/".into()),
        clock: now,
    };
    // A panic is a mistake of ours: it has its own exit code, and the panic's own words stand above.
    let code = catch_unwind(AssertUnwindSafe(|| commands::run(args, surroundings)));
    ExitCode::from(code.unwrap_or(Kind::Bug.exit_code()))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
