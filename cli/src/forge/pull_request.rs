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
    updated_at: Option<jiff::Timestamp>,
    comments: Option<i64>,
    merged_at: Option<jiff::Timestamp>,
    /// Before the merge what it would be, and then what it is.
    merge_commit_sha: Option<String>,
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
            // One that is gone was another one, too. A head that is no branch of the repository was pushed by whoever may
            // read it, as Gitea lets everybody do (`git push origin HEAD:refs/for/main`).
            is_fork: head.is_none() || head != base || pull.head.name.starts_with("refs/"),
            head: pull.head.sha,
            branch: pull.head.name,
            base: pull.base.name,
            is_open: pull.state == "open",
            merged: pull.merge_commit_sha.filter(|_| pull.merged_at.is_some()),
            url: pull.html_url,
            updated: super::updated(pull.updated_at, pull.comments),
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn is_fork(head: &Value) -> bool {
        let base = json!({ "ref": "main", "sha": "b", "repo": { "id": 1 } });
        let text = json!({ "number": 7, "title": "x", "state": "open", "html_url": "x", "head": head, "base": base });
        Pull::from(serde_json::from_value::<PullRequest>(text).expect("a pull request")).is_fork
    }

    #[test]
    fn what_a_merge_would_be_is_no_merge() {
        let branch = json!({ "ref": "main", "sha": "b", "repo": { "id": 1 } });
        let merged = |at: Value| {
            let text = json!({
                "number": 7, "title": "x", "state": "closed", "html_url": "x", "head": branch, "base": branch,
                "merge_commit_sha": "c", "merged_at": at,
            });
            Pull::from(serde_json::from_value::<PullRequest>(text).expect("a pull request")).merged
        };
        assert_eq!(merged(Value::Null), None);
        assert_eq!(merged(json!("2026-01-01T00:00:00Z")).as_deref(), Some("c"));
    }

    #[test]
    fn only_a_branch_of_the_repository_is_trusted() {
        let of = |name: &str, repository: Value| json!({ "ref": name, "sha": "a", "repo": repository });
        assert!(!is_fork(&of("change", json!({ "id": 1 }))));
        assert!(!is_fork(&of("refs-are-good", json!({ "id": 1 }))));
        assert!(is_fork(&of("change", json!({ "id": 2 }))), "another repository");
        assert!(is_fork(&of("change", Value::Null)), "one that is gone");
        assert!(
            is_fork(&of("refs/pull/7/head", json!({ "id": 1 }))),
            "pushed to refs/for/main by somebody who may read"
        );
    }
}
