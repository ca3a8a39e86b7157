//! A repository on the real Gitea, with a place that it came from.

use std::cell::Cell;

use serde_json::{Value, json};

use super::server::{ADA, BOT, Server, server};
use crate::cli::place::Place;
use crate::cli::said::Said;
use crate::pulumi::poll;

/// A place whose repository is on the forge, and gitinfra, which speaks as the bot.
pub struct Hosted {
    pub place: Place,
    pub server: &'static Server,
    /// `OWNER/REPOSITORY`.
    pub path: String,
    pub token: String,
}

impl Hosted {
    /// `main` has the stack `test/dev` with these files.
    pub fn of(files: &[(&str, &str)]) -> Hosted {
        let (place, server) = (Place::of(files), server());
        let (path, token) = (server.repository(&place), server.token(BOT));
        let url = format!("{}/{path}.git", server.url);
        let place = place.env("GITINFRA_REPO", url).env("GITINFRA_FORGE_KIND", "gitea");
        let place = place.env("GITINFRA_FORGE_TOKEN", &token);
        Hosted { place, server, path, token }
    }

    /// Commits these files on a branch and pushes it. The commit's id.
    pub fn push(&self, branch: &str, files: &[(&str, &str)]) -> String {
        let repo = &self.place.repo;
        let is_there = !repo.git(&["branch", "--list", branch]).is_empty();
        if is_there {
            repo.switch(branch)
        } else {
            repo.switch("main").branch(branch)
        };
        let commit = self.place.change(files);
        repo.git(&["push", "-q", "--force", "origin", branch]);
        // The forge learns of a push a little later than git.
        let is_behind = |pull: &Value| pull["head"]["ref"] == branch && pull["head"]["sha"] != commit;
        poll("the push", || !self.pulls().iter().any(is_behind));
        commit
    }

    fn pulls(&self) -> Vec<Value> {
        let open = self.server.call(ADA, "GET", &self.at("pulls?state=open"), None);
        open.as_array().cloned().unwrap_or_default()
    }

    /// Waits until the forge knows a push.
    pub fn until_head(&self, number: u64, commit: &str) {
        poll("the push", || self.pulls().iter().any(|pull| pull["number"] == number && pull["head"]["sha"] == commit));
    }

    /// Opens a pull request from a branch into `main`. Its number.
    pub fn open(&self, branch: &str) -> u64 {
        self.open_as(ADA, branch)
    }

    pub fn open_as(&self, user: &str, branch: &str) -> u64 {
        let body = json!({ "title": "Change", "head": branch, "base": "main" });
        let tried = Cell::new(None);
        poll("the branch", || {
            let (status, pull) = self.server.try_call(user, "POST", &self.at("pulls"), Some(&body));
            assert!(matches!(status, 201 | 404), "{status} {pull}");
            tried.set(pull["number"].as_u64());
            status == 201
        });
        tried.get().expect("it has a number")
    }

    pub fn at(&self, rest: &str) -> String {
        format!("repos/{}/{rest}", self.path)
    }

    #[track_caller]
    pub fn review(&self, words: &str) -> Said {
        let said = self.place.run(&format!("review {words}"));
        said.expect_without(&[&self.token])
    }

    /// All comments of a pull request, each as its author, id, text and when it was edited last.
    pub fn comments(&self, number: u64) -> Vec<Value> {
        let path = self.at(&format!("issues/{number}/comments"));
        self.server.call(ADA, "GET", &path, None).as_array().cloned().unwrap_or_default()
    }

    /// The texts of the bot's comments, without their marks.
    pub fn texts(&self, number: u64) -> Vec<String> {
        let ours = self.comments(number).into_iter().filter(|comment| comment["user"]["login"] == BOT);
        let text = |comment: Value| {
            let text = comment["body"].as_str().unwrap_or_default().to_owned();
            let (mark, text) = text.split_once('\n').unwrap_or_default();
            assert!(mark.starts_with("<!-- gitinfra v1 inst="), "{mark}");
            text.to_owned()
        };
        ours.map(text).collect()
    }

    /// The newest statuses of a commit, `NAME STATE WORDS` each, in order.
    pub fn statuses(&self, commit: &str) -> Vec<String> {
        let said = self.server.call(ADA, "GET", &self.at(&format!("commits/{commit}/status")), None);
        let one = |status: &Value| {
            let word = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", word("context"), word("status"), word("description"))
        };
        let mut all: Vec<String> = said["statuses"].as_array().into_iter().flatten().map(one).collect();
        all.sort();
        all
    }
}
