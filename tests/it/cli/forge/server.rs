//! The real Gitea: one server for all tests, with as many repositories as they want.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::http;
use crate::cli::place::Place;
use crate::pulumi::poll;
use crate::tools;

/// Who owns what the tests make, who else comments, and whose fork it is.
pub const ADA: &str = "ada";
pub const BOT: &str = "bot";
pub const EVE: &str = "eve";
pub const PASSWORD: &str = "hush-password-1";

/// A running server.
pub struct Server {
    pub url: String,
    dir: PathBuf,
    /// Ends with this process, and its folder goes: it waits for a line that never comes.
    _process: Child,
}

/// The server of this test process.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

fn config(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "APP_NAME = forge\nRUN_MODE = prod\nI_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true\nWORK_PATH = {folder}\n\
         [server]\nHTTP_ADDR = 127.0.0.1\nHTTP_PORT = {port}\nROOT_URL = http://127.0.0.1:{port}/\nOFFLINE_MODE = true\nDISABLE_SSH = true\n\
         [database]\nDB_TYPE = sqlite3\nPATH = {folder}/gitea.db\nSQLITE_TIMEOUT = 60000\n\
         [security]\nINSTALL_LOCK = true\nPASSWORD_HASH_ALGO = pbkdf2$1000$50\n\
         [webhook]\nALLOWED_HOST_LIST = loopback\n\
         [log]\nLEVEL = Warn\n\
         [repository]\nROOT = {folder}/repositories\nDEFAULT_BRANCH = main\n\
         [cron.update_checker]\nENABLED = false\n"
    )
}

impl Server {
    fn start() -> Server {
        let dir = TempDir::with_prefix("gitinfra-forge-").expect("a folder for a forge").keep();
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        fs::write(dir.join("app.ini"), config(&dir, port)).expect("the folder can be written");
        let said = run(&dir, &["migrate"]);
        assert!(said.is_some(), "the forge's database can be made");
        let mut shell = Command::new("sh");
        // The forge must not outlive the tests, however they end.
        let words = "\"$0\" --config app.ini web >web.log 2>&1 & read line; kill $!; wait; rm -rf \"$1\"";
        shell.args(["-c", words]).arg(program()).arg(&dir).current_dir(&dir).env("HOME", &dir);
        let process = shell.stdin(Stdio::piped()).spawn().expect("a shell runs");
        let server = Server { url: format!("http://127.0.0.1:{port}"), dir, _process: process };
        poll("the forge", || http::send(&server.url, "GET", "/api/v1/version", &[], None).0 == 200);
        for (name, admin) in [(ADA, true), (BOT, false), (EVE, false)] {
            let mail = format!("{name}@example.com");
            let mut words =
                vec!["admin", "user", "create", "--username", name, "--password", PASSWORD, "--email", &mail];
            words.extend(["--must-change-password=false"].into_iter().chain(admin.then_some("--admin")));
            assert!(run(&server.dir, &words).is_some(), "{name} can be made");
        }
        server
    }

    /// A new token of somebody's, with no more than it needs.
    pub fn token(&self, user: &str) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("token-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let scopes = "write:issue,write:repository,read:user";
        let words = ["admin", "user", "generate-access-token", "--username", user, "--token-name", &name];
        let said = run(&self.dir, &[&words[..], &["--scopes", scopes, "--raw"]].concat());
        said.expect("a token can be made").lines().last().unwrap_or_default().trim().to_owned()
    }

    /// A repository of Ada's with a place's `main`, in which the bot may write. Its path, `ada/NAME`.
    pub fn repository(&self, place: &Place) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("infra{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.call(ADA, "POST", "user/repos", Some(&json!({ "name": name, "default_branch": "main" })));
        let path = format!("{ADA}/{name}");
        let member = format!("repos/{path}/collaborators/{BOT}");
        self.call(ADA, "PUT", &member, Some(&json!({ "permission": "write" })));
        place.repo.git(&["remote", "add", "origin", &self.push_url(ADA, &path)]);
        place.repo.git(&["push", "-q", "origin", "main"]);
        // Until the forge has noticed the push, it has no pull requests for it.
        poll("the push", || self.call(ADA, "GET", &format!("repos/{path}"), None)["empty"] == false);
        path
    }

    pub fn push_url(&self, user: &str, path: &str) -> String {
        format!("http://{user}:{PASSWORD}@{}/{path}.git", self.url.trim_start_matches("http://"))
    }

    /// One call of the API as somebody; it has to do well.
    #[track_caller]
    pub fn call(&self, user: &str, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, said) = self.try_call(user, method, path, body);
        assert!((200..300).contains(&status), "{method} {path} as {user}: {status} {said}");
        said
    }

    pub fn try_call(&self, user: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        // `user:hush-password-1` in base64, which no crate is needed for.
        let basic = match user {
            ADA => "YWRhOmh1c2gtcGFzc3dvcmQtMQ==",
            BOT => "Ym90Omh1c2gtcGFzc3dvcmQtMQ==",
            _ => "ZXZlOmh1c2gtcGFzc3dvcmQtMQ==",
        };
        let authorization = format!("Basic {basic}");
        http::send(&self.url, method, &format!("/api/v1/{path}"), &[("Authorization", &authorization)], body)
    }
}

fn program() -> PathBuf {
    let program = tools::bin().join("gitea");
    assert!(program.exists(), "there is no gitea in {}: run tools/get", tools::bin().display());
    program
}

/// What one of the forge's own commands says; `None` when it fails.
fn run(folder: &Path, words: &[&str]) -> Option<String> {
    let mut command = Command::new(program());
    command.args(["--config", "app.ini"]).args(words).current_dir(folder).env("HOME", folder);
    let output = command.output().expect("gitea runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        eprintln!("gitea {words:?}: {text}{err}");
    }
    output.status.success().then_some(text)
}
