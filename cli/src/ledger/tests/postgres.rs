//! A PostgreSQL of one test: on a temporary folder, reachable through a socket in it, gone when dropped.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Who runs the server when the tests run as root, which PostgreSQL refuses to be.
const NOBODY: u32 = 65534;

pub struct Server {
    pub url: String,
    child: Child,
    folder: tempfile::TempDir,
}

impl Server {
    pub async fn start() -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = fs::metadata(folder.path()).expect("the folder is there").uid() == 0;
        let user = root.then_some(NOBODY);
        if root {
            chown(folder.path(), user, user).expect("root may give a folder away");
        }
        let data = folder.path().join("data");
        let made =
            command("initdb", user).args(["--auth=trust", "--username=ledger", "--no-sync", "-D"]).arg(&data).output();
        let made = made.expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut server = command("postgres", user);
        server.arg("-D").arg(&data).arg("-k").arg(folder.path()).args(["-c", "listen_addresses=", "-c", "fsync=off"]);
        let child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("postgres starts");
        await_ready(&data.join("postmaster.pid")).await;
        let url = format!("postgres://ledger@localhost/postgres?host={}", folder.path().display());
        Server { url, child, folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(self.folder.path());
    }
}

fn command(name: &str, user: Option<u32>) -> Command {
    let mut command = Command::new(program(name));
    command.current_dir("/");
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    command
}

/// On the PATH, or where Debian keeps the server's programs.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let found =
        std::env::split_paths(&path).chain(versions).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is needed for this test: install PostgreSQL"))
}

/// The last line of the server's own file says `ready` once it takes connections.
async fn await_ready(file: &Path) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !fs::read_to_string(file).is_ok_and(|text| text.lines().any(|line| line.trim() == "ready")) {
        assert!(Instant::now() < deadline, "postgres does not become ready");
        sleep(Duration::from_millis(20)).await;
    }
}
