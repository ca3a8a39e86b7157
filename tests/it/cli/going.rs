//! A command of gitinfra's that is not over yet.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

use super::place::Place;
use super::said::Said;
use crate::pulumi::poll;

/// A running command, in a process group of its own. What it says goes to files, so that it can be read meanwhile.
pub struct Going {
    line: String,
    child: Child,
    dir: TempDir,
}

impl Going {
    pub fn start(mut command: Command) -> Going {
        let dir = TempDir::with_prefix("gitinfra-said-").expect("a folder for what it says");
        let file = |name: &str| fs::File::create(dir.path().join(name)).expect("a file");
        command.process_group(0).stdin(Stdio::null());
        command.stdout(file("out")).stderr(file("err"));
        Going { line: format!("{command:?}"), child: command.spawn().expect("gitinfra runs"), dir }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has said something on stdout.
    #[track_caller]
    pub fn until(&self, words: &str) -> &Going {
        poll(words, || self.read("out").contains(words));
        self
    }

    /// Waits until it has said something on stderr.
    #[track_caller]
    pub fn until_err(&self, words: &str) -> &Going {
        poll(words, || self.read("err").contains(words));
        self
    }

    /// Where a server is reached, once it listens.
    #[track_caller]
    pub fn serves(&self) -> String {
        let out = self.until("\"kind\":\"listening\"").out();
        let (_, rest) = out.split_once("\"address\":\"").expect("it says where");
        format!("http://{}", rest.split('"').next().unwrap_or_default())
    }

    /// What it has said on stdout so far.
    pub fn out(&self) -> String {
        self.read("out")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }

    /// Ctrl-C, once.
    pub fn interrupt(&self) -> &Going {
        self.signal(Signal::INT)
    }

    /// kill -9: it gets no chance to do anything more.
    pub fn kill(&self) -> &Going {
        self.signal(Signal::KILL)
    }

    pub fn signal(&self, signal: Signal) -> &Going {
        kill_process(Pid::from_child(&self.child), signal).expect("it is still running");
        self
    }

    /// Waits until it is over.
    pub fn finish(mut self) -> Said {
        let status = self.child.wait().expect("gitinfra ends");
        let (stdout, stderr) = (self.read("out").into(), self.read("err").into());
        let output = std::process::Output { status, stdout, stderr };
        Said::ended(std::mem::take(&mut self.line), &output)
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        // A test that failed must leave nothing running; whatever is over already stays so.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Files that are slow until they are told to be done. A creation of `slow: 1000000` waits for that.
impl Place {
    /// A server with this configuration, and where it is reached.
    #[track_caller]
    pub fn serve(&self, config: &str) -> (Going, String) {
        fs::write(self.path("serve.yaml"), config).expect("the configuration can be written");
        let going = self.start("serve --config serve.yaml");
        let url = going.serves();
        (going, url)
    }

    /// Waits until the provider is waiting for a file of `test/dev`.
    #[track_caller]
    pub fn until_slow(&self, file: &str) -> &Place {
        let busy = self.path("root/test/dev/.files").join(format!("{file}.busy"));
        poll(file, || busy.exists());
        self
    }

    /// A `sync` that is killed while it rolls out a slow file of `test/dev`, and its engine with it.
    #[track_caller]
    pub fn cut_off(&self, file: &str) {
        let killed = self.start("sync");
        self.until_slow(file);
        let engine = self.engine();
        killed.kill();
        kill_process_group(engine, Signal::KILL).expect("the engine is at work");
        killed.finish().expect_code(-1);
    }

    /// Lets a slow file of `test/dev` be done.
    #[track_caller]
    pub fn release(&self, file: &str, is_done: impl Fn() -> bool) -> &Place {
        let busy = self.path("root/test/dev/.files").join(format!("{file}.busy"));
        poll("the file to be done", || {
            // The provider counts down in the same file, so one writing may be lost.
            fs::write(&busy, "0").expect("the file can be written");
            is_done()
        });
        self
    }

    /// What runs on this machine: the names of the programs that have its home, cut to 15 letters by the system.
    pub fn processes(&self) -> Vec<String> {
        let name = |process: PathBuf| fs::read_to_string(process.join("comm")).ok();
        let names = self.alive().into_iter().filter_map(name);
        names.map(|name| name.trim().to_owned()).collect()
    }

    /// The one process on this machine whose program is called so.
    #[track_caller]
    pub fn pid_of(&self, name: &str) -> Pid {
        let is_it = |process: &&PathBuf| fs::read_to_string(process.join("comm")).is_ok_and(|comm| comm.trim() == name);
        let all = self.alive();
        let found = all.iter().find(is_it).and_then(|process| process.file_name()?.to_str()?.parse().ok());
        found.and_then(Pid::from_raw).unwrap_or_else(|| panic!("no {name} runs"))
    }

    /// kill -9 for all that runs on this machine, as when its memory is full or its power fails.
    pub fn kill_all(&self) {
        let pid = |process: &PathBuf| process.file_name()?.to_str()?.parse().ok();
        let all = self.alive();
        for pid in all.iter().filter_map(pid).filter_map(Pid::from_raw) {
            // It may have ended by itself just now.
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    fn alive(&self) -> Vec<PathBuf> {
        let home = format!("HOME={}\0", self.path("home").display());
        let all = fs::read_dir("/proc").expect("this is Linux").flatten();
        let has_home = |process: &PathBuf| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&home)
        };
        all.map(|entry| entry.path()).filter(has_home).collect()
    }

    /// The newest run's engine, by its process id, which is its group's as well: the language host does not notice by itself
    /// that its engine was killed. Waits until the ledger knows it.
    #[track_caller]
    pub fn engine(&self) -> Pid {
        let read = || {
            let runs = self.get("runs");
            let pid = runs.first()?.pointer("/engine/pid")?.as_i64()?;
            Pid::from_raw(i32::try_from(pid).ok()?)
        };
        poll("the engine", || read().is_some());
        read().expect("it was there")
    }
}
