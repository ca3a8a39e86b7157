//! What a webhook's event is about. It is no more than a hint: what is so is asked from the forge. Pure.

use serde_json::Value;

use super::Kind;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A pull request was opened, pushed to, retargeted, closed, or something else.
    Pull(u64),
    /// Somebody wrote a comment just now. One that was edited is none: it may have been read otherwise before.
    Comment {
        pull: u64,
        id: String,
        author: String,
        text: String,
        /// The commit that it was written for, where the forge says so.
        head: Option<String>,
    },
    /// A branch is at another commit.
    Push(String),
    /// A tag came, went or moved.
    Tag,
}

/// Reads a verified body. `None` where it is about nothing of ours.
pub fn read(kind: Kind, event: &str, body: &[u8]) -> Option<Hint> {
    let said = Said(serde_json::from_slice(body).ok()?);
    match kind {
        Kind::Github | Kind::Gitea | Kind::Forgejo => said.github(event),
        Kind::Gitlab => said.gitlab(event),
        Kind::Bitbucket => said.bitbucket(event),
    }
}

struct Said(Value);

impl Said {
    fn text(&self, path: &str) -> Option<String> {
        self.0.pointer(path)?.as_str().map(str::to_owned)
    }

    fn number(&self, path: &str) -> Option<u64> {
        self.0.pointer(path)?.as_u64().filter(|number| *number > 0)
    }

    fn is(&self, path: &str, word: &str) -> bool {
        self.0.pointer(path).and_then(Value::as_str) == Some(word)
    }

    fn has(&self, path: &str) -> bool {
        self.0.pointer(path).is_some_and(|value| !value.is_null())
    }

    fn action(&self, path: &str) -> &str {
        self.0.pointer(path).and_then(Value::as_str).unwrap_or_default()
    }

    /// GitHub's, which Gitea speaks as well.
    fn github(&self, event: &str) -> Option<Hint> {
        match event {
            "push" => pushed(&self.text("/ref")?),
            "issue_comment" => {
                // GitHub has the pull request in the issue, Gitea a mark beside it.
                let of_issue = self.0.pointer("/issue/pull_request").is_some_and(|value| !value.is_null());
                let is_pull = of_issue || self.0.pointer("/is_pull") == Some(&Value::Bool(true));
                Some(Hint::Comment {
                    pull: self.number("/issue/number")?,
                    id: self.number("/comment/id")?.to_string(),
                    author: self.text("/comment/user/login")?,
                    text: self.text("/comment/body")?,
                    head: None,
                })
                .filter(|_| is_pull && self.is("/action", "created"))
            }
            // Labels, reviews and the like change nothing of what a merge would change; GitHub has events of their own for some.
            "pull_request" | "pull_request_sync" => {
                let number = self.number("/number").or(self.number("/pull_request/number"));
                let is_retargeted = || ["base", "ref"].iter().any(|part| self.has(&format!("/changes/{part}")));
                number.map(Hint::Pull).filter(|_| match self.action("/action") {
                    "edited" => is_retargeted(),
                    action => matches!(action, "opened" | "reopened" | "synchronize" | "synchronized" | "closed"),
                })
            }
            _ => None,
        }
    }

    fn gitlab(&self, event: &str) -> Option<Hint> {
        match event {
            "Push Hook" | "Tag Push Hook" => pushed(&self.text("/ref")?),
            "Merge Request Hook" => {
                let is_moved = || self.has("/object_attributes/oldrev") || self.has("/changes/target_branch");
                let number = self.number("/object_attributes/iid").map(Hint::Pull);
                number.filter(|_| match self.action("/object_attributes/action") {
                    "update" => is_moved(),
                    // Older ones don't say what was done.
                    action => matches!(action, "" | "open" | "reopen" | "close" | "merge"),
                })
            }
            "Note Hook" => {
                // Older ones say nothing of what was done, and tell of new notes alone.
                let action = self.0.pointer("/object_attributes/action").and_then(Value::as_str);
                Some(Hint::Comment {
                    pull: self.number("/merge_request/iid")?,
                    id: self.number("/object_attributes/id")?.to_string(),
                    author: self.text("/user/username")?,
                    text: self.text("/object_attributes/note")?,
                    head: self.text("/merge_request/last_commit/id"),
                })
                .filter(|_| action.is_none_or(|action| action == "create"))
                .filter(|_| self.is("/object_attributes/noteable_type", "MergeRequest"))
            }
            _ => None,
        }
    }

    /// Whether one of the changes of a push to Bitbucket is of a tag; of one that went only the old side is there.
    fn is_push_of_tag(&self) -> bool {
        let changes = self.0.pointer("/push/changes").and_then(Value::as_array);
        let is_tag = |change: &Value| ["new", "old"].iter().any(|side| change[side]["type"] == "tag");
        changes.into_iter().flatten().any(is_tag)
    }

    fn bitbucket(&self, event: &str) -> Option<Hint> {
        match event {
            // Of several branches at once the first: a look at the forge sees the others as well. A tag has it look, too.
            "repo:push" if self.is_push_of_tag() => Some(Hint::Tag),
            "repo:push" => self.text("/push/changes/0/new/name").map(Hint::Push),
            "pullrequest:comment_created" => Some(Hint::Comment {
                pull: self.number("/pullrequest/id")?,
                id: self.number("/comment/id")?.to_string(),
                author: self.text("/actor/uuid")?,
                text: self.text("/comment/content/raw")?,
                head: self.text("/pullrequest/source/commit/hash"),
            }),
            "pullrequest:created" | "pullrequest:updated" | "pullrequest:fulfilled" | "pullrequest:rejected" => {
                self.number("/pullrequest/id").map(Hint::Pull)
            }
            _ => None,
        }
    }
}

/// What a ref says of a push.
fn pushed(reference: &str) -> Option<Hint> {
    match reference.strip_prefix("refs/heads/") {
        Some(name) => Some(Hint::Push(name.to_owned())),
        None => reference.starts_with("refs/tags/").then_some(Hint::Tag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const GITHUB: [&[u8]; 2] = [
        include_bytes!("webhook/payloads/github-pull_request.json"),
        include_bytes!("webhook/payloads/github-issue_comment.json"),
    ];
    const GITEA: [&[u8]; 2] = [
        include_bytes!("webhook/payloads/gitea-pull_request.json"),
        include_bytes!("webhook/payloads/gitea-issue_comment.json"),
    ];

    fn comment(pull: u64, author: &str, text: &str, head: Option<&str>) -> Option<Hint> {
        let (author, text) = (author.to_owned(), text.to_owned());
        Some(Hint::Comment { pull, id: "7".to_owned(), author, text, head: head.map(str::to_owned) })
    }

    #[test]
    fn whole_payloads_are_read() {
        assert_eq!(read(Kind::Github, "pull_request", GITHUB[0]), Some(Hint::Pull(2)));
        assert_eq!(read(Kind::Github, "issue_comment", GITHUB[1]), None, "it is on an issue");
        assert_eq!(read(Kind::Gitea, "pull_request", GITEA[0]), Some(Hint::Pull(1)));
        let Some(Hint::Comment { pull, author, text, head, .. }) = read(Kind::Forgejo, "issue_comment", GITEA[1])
        else {
            panic!("it is a comment");
        };
        assert_eq!((pull, author.as_str(), text.as_str(), head), (1, "ada", "/gitinfra preview", None));
    }

    /// What each forge says in a new comment, and that an edit of it is none.
    #[test]
    fn a_new_comment_is_one_and_an_edited_one_is_not() {
        let text = "/gitinfra preview";
        let github = |action: &str| {
            let comment = json!({ "id": 7, "body": text, "user": { "login": "ada" } });
            json!({ "action": action, "issue": { "number": 3, "pull_request": {} }, "comment": comment })
        };
        let gitlab = |action: &str| {
            let note = json!({ "id": 7, "note": text, "noteable_type": "MergeRequest", "action": action });
            let request = json!({ "iid": 3, "last_commit": { "id": "9f31c2a" } });
            json!({ "user": { "username": "ada" }, "object_attributes": note, "merge_request": request })
        };
        let source = json!({ "commit": { "hash": "9f31c2a" } });
        let bitbucket = json!({
            "actor": { "uuid": "ada" },
            "comment": { "id": 7, "content": { "raw": text } },
            "pullrequest": { "id": 3, "source": source },
        });
        let cases = [
            (Kind::Github, "issue_comment", github("created"), comment(3, "ada", text, None)),
            (Kind::Github, "issue_comment", github("edited"), None),
            (Kind::Gitlab, "Note Hook", gitlab("create"), comment(3, "ada", text, Some("9f31c2a"))),
            (Kind::Gitlab, "Note Hook", gitlab("update"), None),
            (
                Kind::Bitbucket,
                "pullrequest:comment_created",
                bitbucket.clone(),
                comment(3, "ada", text, Some("9f31c2a")),
            ),
            (Kind::Bitbucket, "pullrequest:comment_updated", bitbucket.clone(), None),
            (
                Kind::Bitbucket,
                "repo:push",
                json!({ "push": { "changes": [{ "new": { "name": "main" } }] } }),
                Some(Hint::Push("main".to_owned())),
            ),
            (Kind::Gitlab, "Merge Request Hook", json!({ "object_attributes": { "iid": 3 } }), Some(Hint::Pull(3))),
            (Kind::Github, "push", json!({ "ref": "refs/heads/a/b" }), Some(Hint::Push("a/b".to_owned()))),
            (Kind::Github, "ping", json!({}), None),
        ];
        for (kind, event, body, expected) in cases {
            assert_eq!(read(kind, event, body.to_string().as_bytes()), expected, "{kind:?} {event}");
        }
    }

    /// How each forge says that a tag came or went; only some stacks are rolled out by tags, and whoever looks knows which.
    #[test]
    fn a_pushed_tag_is_told_by_each_forge() {
        let tag = || json!({ "ref": "refs/tags/v1" });
        let changes = |changes: Value| json!({ "push": { "changes": changes } });
        let (branch, v1) = (json!({ "name": "x", "type": "branch" }), json!({ "name": "v1", "type": "tag" }));
        let cases = [
            (Kind::Github, "push", tag(), Some(Hint::Tag)),
            (Kind::Gitea, "push", tag(), Some(Hint::Tag)),
            (Kind::Forgejo, "push", tag(), Some(Hint::Tag)),
            // Its other event of the same says no more.
            (Kind::Gitea, "create", json!({ "ref": "v1", "ref_type": "tag" }), None),
            (Kind::Gitlab, "Tag Push Hook", tag(), Some(Hint::Tag)),
            (Kind::Bitbucket, "repo:push", changes(json!([{ "old": null, "new": v1 }])), Some(Hint::Tag)),
            (Kind::Bitbucket, "repo:push", changes(json!([{ "old": v1, "new": null }])), Some(Hint::Tag)),
            (Kind::Bitbucket, "repo:push", changes(json!([{ "new": branch }, { "new": v1 }])), Some(Hint::Tag)),
            (Kind::Bitbucket, "repo:push", changes(json!([{ "old": branch, "new": null }])), None),
            (Kind::Github, "push", json!({ "ref": "refs/notes/x" }), None),
        ];
        for (kind, event, body, expected) in cases {
            assert_eq!(read(kind, event, body.to_string().as_bytes()), expected, "{kind:?} {event} {body}");
        }
    }

    /// A stranger's review comment, or a label, is no reason to preview anything.
    #[test]
    fn only_what_changes_a_merge_is_news_of_it() {
        let github = |event, action: &str, changes: Value| {
            let body = json!({ "action": action, "number": 3, "changes": changes });
            read(Kind::Github, event, body.to_string().as_bytes()).is_some()
        };
        for action in ["opened", "reopened", "synchronize", "synchronized", "closed"] {
            assert!(github("pull_request", action, Value::Null), "{action}");
        }
        for action in ["labeled", "label_updated", "assigned", "review_requested", "auto_merge_enabled", ""] {
            assert!(!github("pull_request", action, Value::Null), "{action}");
        }
        for (changes, expected) in [("base", true), ("ref", true), ("title", false)] {
            assert_eq!(github("pull_request", "edited", json!({ changes: { "from": "x" } })), expected, "{changes}");
        }
        for event in ["pull_request_review", "pull_request_review_comment", "pull_request_comment"] {
            assert!(!github(event, "created", Value::Null), "{event}");
        }
        let gitlab = |attributes: Value, changes: Value| {
            let body = json!({ "object_attributes": attributes, "changes": changes });
            read(Kind::Gitlab, "Merge Request Hook", body.to_string().as_bytes()).is_some()
        };
        let update = |rest: Value| {
            let mut attributes = json!({ "iid": 3, "action": "update" });
            attributes.as_object_mut().expect("an object").extend(rest.as_object().cloned().unwrap_or_default());
            attributes
        };
        assert!(gitlab(update(json!({ "oldrev": "9f31c2a" })), Value::Null));
        assert!(gitlab(update(Value::Null), json!({ "target_branch": {} })));
        assert!(!gitlab(update(Value::Null), json!({ "labels": {} })));
        assert!(!gitlab(json!({ "iid": 3, "action": "approved" }), Value::Null));
        assert!(gitlab(json!({ "iid": 3, "action": "merge" }), Value::Null));
    }

    proptest! {
        /// Nothing that is sent makes it fall over: whole payloads with a part of them missing or changed.
        #[test]
        fn broken_payloads_are_outlived(which in 0..4_usize, from in 0..12_000_usize, length in 0..400_usize, byte in any::<u8>()) {
            let payload = [GITHUB[0], GITHUB[1], GITEA[0], GITEA[1]][which];
            let from = from.min(payload.len());
            let to = (from + length).min(payload.len());
            let broken = [&payload[..from], &[byte], &payload[to..]].concat();
            for event in ["pull_request", "issue_comment", "push", "Note Hook", "Tag Push Hook", "Merge Request Hook", "repo:push", "pullrequest:comment_created"] {
                for kind in [Kind::Github, Kind::Gitea, Kind::Gitlab, Kind::Bitbucket] {
                    let _ = read(kind, event, &broken);
                }
            }
        }
    }
}
