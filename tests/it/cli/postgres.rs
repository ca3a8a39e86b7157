//! A PostgreSQL that all tests share, on a temporary folder and reachable through a socket in it. It ends with the tests.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::said::Said;
use crate::pulumi::poll;

/// Who runs the server when the tests run as root, which PostgreSQL refuses to be.
const NOBODY: u32 = 65534;

/// Keeps the server for as long as its input is open, which it is until the tests end, however they end.
const KEEPER: &str = r#"
"$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off >"$2/log" 2>&1 &
cat >/dev/null
kill -INT $!
wait
rm -rf "$2"
"#;

struct Server {
    folder: PathBuf,
    user: Option<u32>,
    /// Its input is what keeps the server.
    _keeper: Child,
}

/// An empty database of one's own, as the URL of a ledger.
pub fn database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    static SHARED: OnceLock<Server> = OnceLock::new();
    let server = SHARED.get_or_init(start);
    let name = format!("ledger{}", NEXT.fetch_add(1, Ordering::Relaxed));
    server.sql("postgres", &format!("CREATE DATABASE {name}"));
    format!("postgres://gitinfra@localhost/{name}?host={}", server.folder.display())
}

/// What psql answers to a query on a database, one row a line.
pub fn query(url: &str, sql: &str) -> String {
    let (rest, folder) = url.split_once("?host=").expect("a URL of ours");
    let name = rest.rsplit('/').next().expect("a URL of ours");
    let mut psql = Command::new(program("psql"));
    psql.args(["-U", "gitinfra", "-h", folder, "-d", name, "-tA", "-c", sql]);
    Said::of(psql).expect_code(0).stdout.trim().to_owned()
}

fn start() -> Server {
    let dir = TempDir::with_prefix("gitinfra-pg-").expect("a folder for the server");
    let folder = dir.keep();
    let is_root = fs::metadata(&folder).is_ok_and(|meta| meta.uid() == 0);
    let user = is_root.then_some(NOBODY);
    if is_root {
        chown(&folder, user, user).expect("root may give a folder away");
    }
    let mut initdb = command("initdb", user);
    initdb.args(["--auth=trust", "--username=gitinfra", "--no-sync", "-D"]);
    initdb.arg(folder.join("data"));
    Said::of(initdb).expect_code(0);
    let mut keeper = command("sh", user);
    keeper.args(["-c", KEEPER, "keeper"]).arg(program("postgres"));
    keeper.arg(&folder).stdin(Stdio::piped());
    let server = Server { folder, user, _keeper: keeper.spawn().expect("sh runs") };
    let file = server.folder.join("data/postmaster.pid");
    poll("PostgreSQL", || fs::read_to_string(&file).is_ok_and(|text| text.lines().any(|l| l.trim() == "ready")));
    server
}

impl Server {
    fn sql(&self, database: &str, sql: &str) {
        let mut psql = command("psql", self.user);
        psql.args(["-U", "gitinfra", "-d", database, "-c", sql, "-h"]);
        Said::of({
            psql.arg(&self.folder);
            psql
        })
        .expect_code(0);
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
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = versions.map(|entry| entry.path().join("bin"));
    let mut files = std::env::split_paths(&path).chain(versions).map(|folder| folder.join(name));
    let found = files.find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is needed for this test: install PostgreSQL"))
}
