//! GitHub, GitLab and Bitbucket, played by a server that is held to their vendors' descriptions.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::http;
use crate::cli::place::Place;
use crate::cli::said::Said;
use crate::tools;

pub const KINDS: [&str; 3] = ["github", "gitlab", "bitbucket"];

/// A place whose pull requests are on a played forge. `pr/1` is open, from the branch `change`.
pub struct Played {
    pub place: Place,
    pub kind: &'static str,
    pub url: String,
    process: Child,
}

impl Played {
    /// `main` has the stack `test/dev` with these files, and `change` has those.
    pub fn of(kind: &'static str, main: &[(&str, &str)], change: &[(&str, &str)]) -> Played {
        let place = Place::of(main);
        let description = match kind {
            "github" => tools::bin().join("github-openapi.json"),
            kind => tools::repository().join(format!("tests/forge/{kind}.json")),
        };
        assert!(description.exists(), "there is no {}: run tools/get", description.display());
        let mut python = Command::new(tools::python());
        python.arg("-B").arg(tools::repository().join("tests/forge/server.py"));
        python.args(["--kind", kind, "--description"]).arg(description);
        let mut process = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the tests' Python runs");
        let mut port = String::new();
        let said = process.stdout.take().expect("its output is piped");
        BufReader::new(said).read_line(&mut port).expect("it says its port");
        let url = format!("http://127.0.0.1:{}", port.trim());
        let place = place.env("GITINFRA_FORGE", format!("{url}/acme/infra")).env("GITINFRA_FORGE_KIND", kind);
        let place = place.env("GITINFRA_FORGE_TOKEN", "hush-token");
        let played = Played { place, kind, url, process };
        played.place.repo.branch("change");
        played.push(change);
        played
    }

    /// Changes the branch, and the forge's pull request with it. The commit's id.
    pub fn push(&self, files: &[(&str, &str)]) -> String {
        self.place.repo.switch("change");
        let head = self.place.change(files);
        self.tell("pull", json!({ "number": 1, "head": head, "branch": "change", "base": "main" }));
        head
    }

    /// Says something about the forge: what there is, and what goes wrong.
    pub fn tell(&self, what: &str, body: Value) -> Value {
        let (status, said) = http::send(&self.url, "POST", &format!("/_gitinfra/{what}"), &[], Some(&body));
        assert_eq!(status, 200, "{what}: {said}");
        said
    }

    /// Answers so many requests with this instead.
    pub fn fault(&self, method: &str, path: &str, answer: Value) {
        let mut fault = json!({ "method": method, "path": path });
        fault.as_object_mut().expect("an object").extend(answer.as_object().cloned().unwrap_or_default());
        self.tell("fault", fault);
    }

    /// What the forge holds. Nothing that it was asked or answered may be against its description.
    #[track_caller]
    pub fn state(&self) -> Value {
        let state = self.tell("state", json!({}));
        assert_eq!(state["wrong"], json!([]), "{}", self.kind);
        state
    }

    #[track_caller]
    pub fn review(&self, words: &str) -> Said {
        self.place.run(&format!("review {words}")).expect_without(&["hush-token"])
    }

    /// Comments of ours, each with its text and how often it was edited.
    #[track_caller]
    pub fn ours(&self) -> Vec<(String, u64)> {
        let state = self.state();
        let all = state["comments"].as_array().into_iter().flatten();
        let ours = all.filter(|comment| comment["user"].as_str().is_some_and(|user| user.starts_with("gitinfra")));
        ours.map(|comment| {
            let text = comment["text"].as_str().unwrap_or_default().to_owned();
            (text, comment["edits"].as_u64().unwrap_or_default())
        })
        .collect()
    }

    /// The last state and words of each status of a commit, as `NAME STATE WORDS`, in order.
    #[track_caller]
    pub fn statuses(&self, commit: &str) -> Vec<String> {
        let state = self.state();
        let mut last = std::collections::BTreeMap::new();
        for status in state["statuses"].as_array().into_iter().flatten().filter(|status| status["commit"] == commit) {
            let word = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
            last.insert(word("name"), format!("{} {}", word("state"), word("words")));
        }
        last.into_iter().map(|(name, words)| format!("{name} {words}")).collect()
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
