//! Processes of this machine: who we are, and whether some process that was written down still lives.

use std::fs;

use rustix::process::Signal;
use serde::{Deserialize, Serialize};

/// A process on some host. Process ids are used again, so its start and the host's boot belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub host: String,
    pub boot: Option<String>,
    /// The PID namespace in which its id counts, where the system has such: containers of one host have one each.
    #[serde(default)]
    pub namespace: Option<String>,
    pub pid: u32,
    /// Clock ticks from boot to the process's start, where the system tells.
    pub started: Option<u64>,
}

/// What is known about a process that was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    Alive,
    Dead,
    /// It belongs to another host or container, so nothing can be said from here.
    Elsewhere,
}

/// A process that worked for us, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    pub process: Process,
    /// Milliseconds since 1970.
    pub from: i64,
    /// None as long as no end was written down.
    pub until: Option<i64>,
}

impl Process {
    /// This very process.
    pub fn current() -> Self {
        Process::of(std::process::id())
    }

    /// A process of this machine by its id.
    pub fn of(pid: u32) -> Self {
        let started = stat(pid).map(|stat| stat.started);
        Process { host: host(), boot: boot(), namespace: namespace(), pid, started }
    }

    pub fn liveness(&self) -> Liveness {
        if self.host != host() {
            return Liveness::Elsewhere;
        }
        match (self.boot == boot(), self.namespace == namespace()) {
            (false, _) => Liveness::Dead,
            (true, false) => Liveness::Elsewhere,
            (true, true) if is_running(self.pid, self.started) => Liveness::Alive,
            (true, true) => Liveness::Dead,
        }
    }

    /// Sends a signal, once; whoever is gone already needs none.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid).ok().and_then(rustix::process::Pid::from_raw);
        if let (Some(pid), Liveness::Alive) = (pid, self.liveness()) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }
}

/// Asks a process group of ours to end, by its leader's pid.
pub fn terminate_group(leader: Option<u32>) {
    let pid = leader.and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process_group(pid, Signal::TERM);
    }
}

/// Ends a process group of ours at once, by its leader's pid.
pub fn kill_group(leader: Option<u32>) {
    let pid = leader.and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process_group(pid, Signal::KILL);
    }
}

/// This machine's name, as Pulumi writes it into its locks.
pub fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let asked = || std::process::Command::new("hostname").output().ok();
    let name = name.or_else(|| asked().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()));
    name.unwrap_or_else(|| "localhost".to_owned())
}

fn boot() -> Option<String> {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned())
}

fn namespace() -> Option<String> {
    fs::read_link("/proc/self/ns/pid").ok().map(|link| link.to_string_lossy().into_owned())
}

struct Stat {
    state: char,
    started: u64,
}

/// Reads `/proc/PID/stat`. The command may hold spaces and brackets, so fields count from its last bracket.
fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Some(Stat { state: fields.first()?.chars().next()?, started: fields.get(19)?.parse().ok()? })
}

fn is_running(pid: u32, started: Option<u64>) -> bool {
    match (stat(pid), started) {
        // A process that nobody has reaped yet works no more.
        (Some(stat), _) if matches!(stat.state, 'Z' | 'X') => false,
        (Some(stat), Some(started)) => stat.started == started,
        (Some(_), None) => true,
        (None, _) if cfg!(target_os = "linux") => false,
        (None, _) => {
            let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
            pid.is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_living_and_the_dead_are_told_apart() {
        let me = Process::current();
        assert_eq!(me.liveness(), Liveness::Alive);
        assert_eq!(Process { started: Some(1), ..me.clone() }.liveness(), Liveness::Dead);
        assert_eq!(Process { boot: Some("another boot".to_owned()), ..me.clone() }.liveness(), Liveness::Dead);
        assert_eq!(Process { namespace: Some("pid:[1]".to_owned()), ..me.clone() }.liveness(), Liveness::Elsewhere);
        assert_eq!(Process { host: "elsewhere.example".to_owned(), ..me }.liveness(), Liveness::Elsewhere);
        let mut child = std::process::Command::new("true").spawn().expect("`true` runs");
        let written = Process::of(child.id());
        child.wait().expect("`true` ends");
        assert_eq!(written.liveness(), Liveness::Dead);
    }
}
