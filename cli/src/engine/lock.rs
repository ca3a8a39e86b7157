//! Locks that a dead engine left in a file backend: who made them, and whether they may go.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use crate::process::{Liveness, Worked};

/// A lock file, as Pulumi's DIY backends write it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LeftLock {
    pub pid: u32,
    #[serde(default)]
    pub username: String,
    pub hostname: String,
    #[serde(default)]
    pub timestamp: String,
    #[serde(skip)]
    pub path: PathBuf,
}

/// The locks of a stack in a backend's folder. What can't be read is left for the engine to complain of.
pub fn locks(backend: &Path, project: &str, stack: &str) -> Vec<LeftLock> {
    let folder = backend.join(".pulumi/locks/organization").join(project).join(stack);
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).ok()?;
        let lock: LeftLock = serde_json::from_str(&text).ok()?;
        Some(LeftLock { path, ..lock })
    };
    files.filter_map(read).collect()
}

/// The locks that the engine names when it refuses a locked stack. Backends other than files tell of them nowhere else.
pub fn named_locks(refusal: &str) -> Vec<LeftLock> {
    let read = |line: &str| {
        let (path, rest) = line.trim().split_once(": created by ")?;
        let (owner, rest) = rest.split_once(" (pid ")?;
        let (pid, timestamp) = rest.split_once(") at ")?;
        let (username, hostname) = owner.rsplit_once('@')?;
        let (username, hostname, timestamp) = (username.to_owned(), hostname.to_owned(), timestamp.to_owned());
        Some(LeftLock { pid: pid.parse().ok()?, username, hostname, timestamp, path: PathBuf::from(path) })
    };
    match refusal.contains("currently locked by") {
        true => refusal.lines().filter_map(read).collect(),
        false => Vec::new(),
    }
}

/// Who holds the stack, when the engine refused it for that.
pub fn holder(refusal: &str) -> Option<String> {
    // What Pulumi's own cloud says; it doesn't tell who it is.
    let is_conflict = refusal.contains("[409] Conflict: Another update is currently in progress");
    let owner = named_locks(refusal).first().map(LeftLock::owner);
    owner.or_else(|| is_conflict.then(|| "another update".to_owned()))
}

impl LeftLock {
    /// Whether its maker is certainly gone: it is one of these engines of ours, and that one ended. Of anybody else's nothing
    /// is certain: its program may have any name, and its pid may be that of another container.
    pub fn is_left(&self, engines: &[Worked]) -> bool {
        engines.iter().any(|engine| self.is_of(engine) && engine.process.liveness() == Liveness::Dead)
    }

    /// Whether this engine made it: its pid on its host, while it worked. Pulumi may leave parts of a second out.
    fn is_of(&self, engine: &Worked) -> bool {
        let Ok(made) = self.timestamp.parse::<Timestamp>() else {
            return false;
        };
        let (from, until) = (engine.from - 999, engine.until.unwrap_or(i64::MAX));
        let is_same = engine.process.pid == self.pid && engine.process.host == self.hostname;
        is_same && (from..=until).contains(&made.as_millisecond())
    }

    /// "pid 4711 of ada@build-1 since 2026-01-01T10:00:00Z".
    pub fn owner(&self) -> String {
        let since = self.timestamp.split('.').next().unwrap_or_default();
        format!("pid {} of {}@{} since {since}", self.pid, self.username, self.hostname)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{self, Process};

    fn lock(pid: u32, hostname: &str) -> LeftLock {
        let (username, timestamp) = ("ada".to_owned(), "2026-01-01T10:00:00.5+01:00".to_owned());
        LeftLock { pid, username, hostname: hostname.to_owned(), timestamp, path: PathBuf::new() }
    }

    #[test]
    fn only_a_dead_engine_of_ours_leaves_a_lock() {
        let here = process::host();
        let mut child = std::process::Command::new("true").spawn().expect("`true` runs");
        let dead = Process::of(child.id());
        child.wait().expect("`true` ends");
        // The lock was made at this time; the engine began and ended so many milliseconds after it.
        let made = 1_767_258_000_500;
        let cases = [
            (&dead, dead.pid, here.as_str(), -100, None, true),
            (&dead, dead.pid, &here, -100, Some(100), true),
            (&dead, dead.pid, &here, 500, None, true),
            (&dead, dead.pid, &here, 1000, None, false),
            (&dead, dead.pid, &here, -200, Some(-100), false),
            (&dead, dead.pid, "elsewhere.example", -100, None, false),
            (&dead, 1, &here, -100, None, false),
            (&Process::current(), std::process::id(), &here, -100, None, false),
        ];
        for (process, pid, host, from, until, expected) in cases {
            let (from, until) = (made + from, until.map(|until: i64| made + until));
            let engines = [Worked { process: process.clone(), from, until }];
            assert_eq!(lock(pid, host).is_left(&engines), expected, "{pid} {host} {from} {until:?}");
        }
        assert!(!lock(dead.pid, &here).is_left(&[]), "whoever is not ours may live under another name");
    }

    #[test]
    fn locks_are_read_out_of_a_refusal() {
        let refusal = "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete \
            the lock file with `pulumi cancel`.\n  s3://b/.pulumi/locks/organization/net/dev/1.json: created by ada@build-1 \
            (pid 4711) at 2026-01-01T10:00:00+01:00";
        let owners: Vec<String> = named_locks(refusal).iter().map(LeftLock::owner).collect();
        assert_eq!(owners, ["pid 4711 of ada@build-1 since 2026-01-01T10:00:00+01:00"]);
        assert_eq!(named_locks("no stack named 'dev' found"), []);
        assert_eq!(holder(refusal).as_ref(), owners.first());
        let cloud = "[409] Conflict: Another update is currently in progress.\nTo learn more";
        assert_eq!(holder(cloud).as_deref(), Some("another update"));
        assert_eq!(holder("no stack named 'dev' found"), None);
    }

    #[test]
    fn locks_are_read_as_pulumi_writes_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join(".pulumi/locks/organization/net/dev");
        fs::create_dir_all(&place).expect("a folder");
        let text = r#"{"pid":42,"username":"ada","hostname":"h","timestamp":"2026-01-01T10:00:00Z"}"#;
        fs::write(place.join("a.json"), text).expect("a file");
        fs::write(place.join("b.json"), "{").expect("a file");
        let found = locks(folder.path(), "net", "dev");
        assert_eq!(
            found.iter().map(LeftLock::owner).collect::<Vec<_>>(),
            ["pid 42 of ada@h since 2026-01-01T10:00:00Z"]
        );
    }
}
