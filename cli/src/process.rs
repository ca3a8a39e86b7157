//! Processes of this machine: who we are, and whether some process that was written down still lives.

use std::fs;

use rustix::process::Signal;
use serde::{Deserialize, Serialize};

use crate::digest::name_of;

/// A process on some host. Process ids are used again, so its start and the host's boot belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub host: String,
    pub boot: Option<String>,
    /// Which machine that is, where the system tells: several may have one name. What older versions wrote lacks it.
    #[serde(default)]
    pub machine: Option<String>,
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
        Process { host: host(), boot: boot(), machine: machine(), namespace: namespace(), pid, started }
    }

    pub fn liveness(&self) -> Liveness {
        self.liveness_seen_from(&Process::current())
    }

    /// What a process of this machine can say. Another boot ended it if it was this very machine's: two machines may share a
    /// name, and a ledger.
    fn liveness_seen_from(&self, here: &Process) -> Liveness {
        let is_same_boot = self.boot == here.boot;
        // An older version did not write which machine it was, but no two have the same boot.
        let is_same_machine = match &self.machine {
            Some(machine) => here.machine.as_ref() == Some(machine),
            None => is_same_boot,
        };
        if self.host != here.host || !is_same_machine {
            return Liveness::Elsewhere;
        }
        match (is_same_boot, self.namespace == here.namespace) {
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

/// The machine's id as a digest: systemd asks that the id itself be shown to nobody.
fn machine() -> Option<String> {
    let files = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
    let id = files.into_iter().find_map(|file| fs::read_to_string(file).ok().filter(|id| !id.trim().is_empty()))?;
    Some(name_of(&format!("gitinfra {}", id.trim())))
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

/// The name of the user who runs this process, by the machine's own list.
pub fn user() -> Option<String> {
    named(&fs::read_to_string("/etc/passwd").ok()?, rustix::process::geteuid().as_raw())
}

/// Who has an id by a list of users, a line each: `name:password:id:...`.
fn named(list: &str, id: u32) -> Option<String> {
    let name = |line: &str| {
        let mut fields = line.split(':');
        let (name, is_it) = (fields.next()?, fields.nth(1)?.parse() == Ok(id));
        (is_it && !name.is_empty()).then(|| name.to_owned())
    };
    list.lines().find_map(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_by_the_machines_list() {
        let list = "root:x:0:0::/root:/bin/sh\nbroken\n:x:7:7::/:\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n";
        for (id, expected) in [(0, Some("root")), (1000, Some("ada")), (7, None), (1, None)] {
            assert_eq!(named(list, id).as_deref(), expected, "{id}");
        }
    }

    #[test]
    fn the_living_and_the_dead_are_told_apart() {
        let me = Process::current();
        assert_eq!(me.liveness(), Liveness::Alive);
        assert_eq!(Process { started: Some(1), ..me.clone() }.liveness(), Liveness::Dead);
        assert_eq!(Process { namespace: Some("pid:[1]".to_owned()), ..me.clone() }.liveness(), Liveness::Elsewhere);
        assert_eq!(Process { host: "elsewhere.example".to_owned(), ..me }.liveness(), Liveness::Elsewhere);
        let mut child = std::process::Command::new("true").spawn().expect("`true` runs");
        let written = Process::of(child.id());
        child.wait().expect("`true` ends");
        assert_eq!(written.liveness(), Liveness::Dead);
    }

    #[test]
    fn another_boot_is_the_end_only_of_what_this_very_machine_did() {
        let some = |text: &str| Some(text.to_owned());
        let here = Process { machine: some("m1"), boot: some("b2"), ..Process::current() };
        let cases = [
            (some("m1"), some("b1"), Liveness::Dead),
            (some("m2"), some("b1"), Liveness::Elsewhere),
            (some("m2"), some("b2"), Liveness::Elsewhere),
            // What an older version wrote.
            (None, some("b1"), Liveness::Elsewhere),
            (None, some("b2"), Liveness::Alive),
        ];
        for (machine, boot, expected) in cases {
            let written = Process { machine, boot, ..here.clone() };
            assert_eq!(written.liveness_seen_from(&here), expected, "{written:?}");
        }
        // A machine that has no id can't tell its boots from another machine's.
        let nameless = Process { machine: None, ..here };
        let before = Process { boot: some("b1"), ..nameless.clone() };
        assert_eq!(before.liveness_seen_from(&nameless), Liveness::Elsewhere);
    }
}
