//! Orphans of a run whose engine was killed: language hosts, providers and programs, which notice that late or never.
//!
//! They lie in process groups of their own, so a run's name in their environment is what tells them. Only Linux shows
//! another process's environment; elsewhere nothing is found, and they end by themselves after some minutes.

use std::fs;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use crate::process::{Liveness, Process};

/// The variable that holds the run's name.
pub const RUN: &str = "GITINFRA_RUN";

/// A provider that is asked to end finishes the calls that are under way first, so that what they make can be found.
const GRACE: Duration = Duration::from_secs(6);

/// Whoever is killed is gone at once, unless the system keeps it.
const KILLED: Duration = Duration::from_secs(2);

/// The processes of a run that are still there.
pub fn of(run: &str) -> Vec<Process> {
    let mark = format!("{RUN}={run}");
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        // Whose process it is is read first: should the number be used again meanwhile, it is another one's and gets no signal.
        .map(Process::of)
        .filter(|process| is_marked(process.pid, mark.as_bytes()))
        .filter(|process| process.liveness() == Liveness::Alive)
        .collect()
}

fn is_marked(pid: u32, mark: &[u8]) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|one| one == mark)
}

/// The Pulumi CLI of a run that is still there. Its program may have any name, so it is known by an option that gitinfra
/// gives to it alone.
pub fn cli(run: &str) -> Option<Process> {
    let is_cli = |process: &Process| {
        let line = fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == b"--non-interactive")
    };
    of(run).into_iter().find(is_cli)
}

/// Ends the orphans of a run, and waits until they are gone.
pub async fn end(run: &str) {
    for (signal, patience) in [(Signal::TERM, GRACE), (Signal::KILL, KILLED)] {
        for process in of(run) {
            process.signal(signal);
        }
        let deadline = Instant::now() + patience;
        while !of(run).is_empty() && Instant::now() < deadline {
            sleep(Duration::from_millis(50)).await;
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::{Child, Command};

    fn started(run: &str, script: &str) -> Child {
        let mut shell = Command::new("sh");
        let child = shell.args(["-c", script]).env(RUN, run).spawn();
        child.expect("a shell runs")
    }

    #[tokio::test]
    async fn what_bears_a_runs_name_ends_and_nothing_else() {
        let run = format!("orphans-{}", std::process::id());
        let mut mild = started(&run, "exec sleep 600");
        let mut deaf = started(&run, "trap '' TERM; while :; do sleep 600; done");
        let mut other = started(&format!("{run}0"), "exec sleep 600");
        end(&run).await;
        assert_eq!(of(&run), []);
        assert!(other.try_wait().expect("it is ours").is_none());
        for child in [&mut mild, &mut deaf, &mut other] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
