//! What GitHub's API and Gitea's have in common: the shape of a pull request, and the words of a commit's status.

use serde::Deserialize;

use super::{Pull, State};

#[derive(Deserialize)]
struct Repository {
    id: i64,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
    repo: Option<Repository>,
}

#[derive(Deserialize)]
pub struct PullRequest {
    number: u64,
    title: String,
    state: String,
    html_url: String,
    head: Branch,
    base: Branch,
}

impl From<PullRequest> for Pull {
    fn from(pull: PullRequest) -> Pull {
        let repository = |branch: &Branch| branch.repo.as_ref().map(|repository| repository.id);
        let (head, base) = (repository(&pull.head), repository(&pull.base));
        Pull {
            number: pull.number,
            title: pull.title,
            // One that is gone was another one, too.
            is_fork: head.is_none() || head != base,
            head: pull.head.sha,
            branch: pull.head.name,
            base: pull.base.name,
            is_open: pull.state == "open",
            url: pull.html_url,
        }
    }
}

pub fn word(state: State) -> &'static str {
    match state {
        State::Pending => "pending",
        State::Success => "success",
        State::Failure => "failure",
        State::Error => "error",
    }
}

pub fn state(word: &str) -> State {
    match word {
        "pending" => State::Pending,
        "success" => State::Success,
        "failure" => State::Failure,
        _ => State::Error,
    }
}
