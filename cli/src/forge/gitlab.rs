//! GitLab, on gitlab.com or one's own.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use super::client::{Ask, Client};
use super::mergeable::{Approvals, Mergeable, OfGitlab};
use super::{
    Abilities, Address, Comment, Credential, Forge, Pull, State, Status, Told, Trouble, escaped, line, newest, or_not,
    written,
};
use crate::comment::Room;
use crate::context::Context;
use crate::failure::{Failure, Result};

const ABILITIES: Abilities = Abilities {
    request: "merge request",
    // It would take a million, which nobody reads.
    comment: Room { bytes: 60_000, comments: 3, html: true },
    hides_html: true,
    status_name: 255,
    status_words: 140,
    statuses: None,
    commit_in_event: true,
    head_ref: Some("refs/merge-requests/{}/head"),
};

pub struct Gitlab {
    client: Client,
    /// The project with all its groups.
    path: String,
    me: OnceCell<u64>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
}

#[derive(Deserialize)]
struct MergeRequest {
    iid: u64,
    title: String,
    state: String,
    sha: String,
    source_branch: String,
    target_branch: String,
    source_project_id: Option<u64>,
    target_project_id: u64,
    web_url: String,
    updated_at: Option<jiff::Timestamp>,
    user_notes_count: Option<i64>,
    merge_commit_sha: Option<String>,
    squash_commit_sha: Option<String>,
}

#[derive(Deserialize)]
struct Note {
    id: u64,
    body: String,
    author: Author,
    created_at: Option<jiff::Timestamp>,
    updated_at: Option<jiff::Timestamp>,
}

#[derive(Deserialize)]
struct Author {
    id: u64,
    #[serde(default)]
    username: String,
}

#[derive(Deserialize)]
struct Member {
    access_level: u64,
}

/// The least access with which somebody may push.
const DEVELOPER: u64 = 30;

#[derive(Deserialize)]
struct CommitStatus {
    name: String,
    status: String,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Pipeline {
    id: u64,
    sha: String,
}

impl Gitlab {
    pub fn new(context: &Context, address: &Address, credential: &Credential) -> Result<Gitlab> {
        let Credential::Token(token) = credential else {
            return Err(Failure::input("only GitHub has Apps").hint("give a token by --token-file or --token-env"));
        };
        // Tokens of users, projects and OAuth alike are taken so.
        let client = Client::new(context, address, 0)?.authorized("Bearer", token)?;
        Ok(Gitlab { client, path: address.path.clone(), me: OnceCell::new() })
    }

    fn at(&self, rest: &str) -> String {
        let project = percent_encoding::utf8_percent_encode(&self.path, percent_encoding::NON_ALPHANUMERIC);
        format!("projects/{project}/{rest}")
    }

    async fn me(&self) -> Result<u64, Trouble> {
        let ask = || async { Ok(self.client.get::<User>("user", "reading whose token it is").await?.id) };
        self.me.get_or_try_init(ask).await.copied()
    }

    /// The newest pipeline of a merge request's head. Without its id a status makes a pipeline of its own, and "pipelines must
    /// succeed" looks at the newest one only.
    async fn pipeline(&self, pull: &Pull) -> Result<Option<u64>, Trouble> {
        let path = self.at(&format!("merge_requests/{}/pipelines?per_page=20", pull.number));
        let doing = format!("reading the pipelines of pr/{}", pull.number);
        let pipelines: Vec<Pipeline> = self.client.get(&path, &doing).await?;
        let of_head = pipelines.into_iter().filter(|pipeline| pipeline.sha == pull.head);
        Ok(of_head.map(|pipeline| pipeline.id).max())
    }
}

#[async_trait]
impl Forge for Gitlab {
    fn abilities(&self) -> &Abilities {
        &ABILITIES
    }

    fn repository(&self) -> &str {
        &self.path
    }

    async fn pull(&self, number: u64) -> Result<Pull, Trouble> {
        let path = self.at(&format!("merge_requests/{number}"));
        let request: MergeRequest = self.client.get(&path, &format!("reading pr/{number}")).await?;
        Ok(request.into())
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        let path = self.at("merge_requests?state=opened&order_by=created_at&sort=asc&per_page=100");
        let requests = self.client.pages::<Vec<MergeRequest>>(&path, "listing open merge requests").await?;
        let mut pulls: Vec<Pull> = requests.into_iter().map(Pull::from).collect();
        pulls.sort_by_key(|pull| pull.number);
        Ok(pulls)
    }

    async fn merged_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        let path = self.at("merge_requests?state=merged&order_by=updated_at&sort=desc&per_page=30");
        let requests: Vec<MergeRequest> = self.client.get(&path, "listing merge requests that were merged").await?;
        Ok(requests.into_iter().map(Pull::from).collect())
    }

    async fn comments(&self, pull: u64) -> Result<Vec<Comment>, Trouble> {
        let me = self.me().await?;
        let path = self.at(&format!("merge_requests/{pull}/notes?sort=asc&order_by=created_at&per_page=50"));
        let doing = format!("reading the comments of pr/{pull}");
        let mut notes = self.client.pages::<Vec<Note>>(&path, &doing).await?;
        notes.sort_by_key(|note| note.id);
        let ours = |note: Note| {
            let (at, is_edited) = written(note.created_at, note.updated_at, 0);
            let (is_ours, author) = (note.author.id == me, note.author.username);
            Comment { id: note.id.to_string(), text: note.body, is_ours, author, at, is_edited }
        };
        Ok(notes.into_iter().map(ours).collect())
    }

    async fn create_comment(&self, pull: u64, text: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("merge_requests/{pull}/notes"));
        let doing = format!("commenting on pr/{pull}");
        self.client.ask(&Ask::post(&path, json!({ "body": text }), &doing), None).await.map(|_| ())
    }

    async fn edit_comment(&self, pull: u64, id: &str, text: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("merge_requests/{pull}/notes/{id}"));
        let doing = format!("editing the comment on pr/{pull}");
        self.client.ask(&Ask::set(Method::PUT, &path, json!({ "body": text }), &doing), None).await.map(|_| ())
    }

    async fn delete_comment(&self, pull: u64, id: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("merge_requests/{pull}/notes/{id}"));
        let doing = format!("deleting a comment on pr/{pull}");
        self.client.ask(&Ask::delete(&path, &doing), None).await.map(|_| ())
    }

    async fn statuses(&self, commit: &str) -> Result<Vec<Told>, Trouble> {
        let path = self.at(&format!("repository/commits/{commit}/statuses?per_page=100&order_by=id&sort=desc"));
        let statuses = self.client.pages::<Vec<CommitStatus>>(&path, "reading a commit's statuses").await?;
        let told = |status: CommitStatus| {
            let words = status.description.unwrap_or_default();
            Told { name: status.name, state: state(&status.status), words, number: 1 }
        };
        Ok(newest(statuses.into_iter().map(told)))
    }

    /// To set a status to what it is already is refused there, and just as good.
    async fn set_status(&self, pull: &Pull, status: &Status) -> Result<(), Trouble> {
        let path = self.at(&format!("statuses/{}", pull.head));
        let mut body = json!({
            "name": super::fitting(&status.name, ABILITIES.status_name),
            "state": word(status.state),
            "description": line(&status.words, ABILITIES.status_words),
            "target_url": pull.url,
        });
        match self.pipeline(pull).await? {
            Some(pipeline) => body["pipeline_id"] = pipeline.into(),
            None => body["ref"] = pull.branch.clone().into(),
        }
        let doing = format!("setting the status of pr/{}", pull.number);
        match self.client.ask(&Ask::set(Method::POST, &path, body, &doing), None).await {
            Err(trouble) if trouble.failure.message.contains("Cannot transition status") => Ok(()),
            answered => answered.map(|_| ()),
        }
    }

    /// Developers may, and whoever has more rights; also as members of a group.
    async fn may_write(&self, user: &str) -> Result<bool, Trouble> {
        let (doing, known) = ("reading who may write", format!("users?username={}", escaped(user)));
        let users: Vec<Author> = self.client.get(&known, doing).await?;
        let Some(found) = users.iter().find(|found| found.username == user) else {
            return Ok(false);
        };
        let path = self.at(&format!("members/all/{}", found.id));
        or_not(self.client.get::<Member>(&path, doing).await.map(|member| member.access_level >= DEVELOPER))
    }

    async fn mergeable(&self, pull: &Pull) -> Result<Mergeable, Trouble> {
        let doing = format!("reading whether pr/{} can be merged", pull.number);
        let path = self.at(&format!("merge_requests/{}", pull.number));
        let said = self.client.get::<OfGitlab>(&path, &doing).await?;
        if said.lacks_checks() {
            let approvals: Approvals = self.client.get(&format!("{path}/approvals"), &doing).await?;
            if said.is_only_own(&approvals, &self.statuses(&pull.head).await?) {
                return Ok(Mergeable::Yes);
            }
        }
        Ok(said.into())
    }

    async fn react(&self, pull: u64, comment: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("merge_requests/{pull}/notes/{comment}/award_emoji"));
        let doing = format!("reacting to a comment on pr/{pull}");
        self.client.ask(&Ask::post(&path, json!({ "name": "eyes" }), &doing), None).await.map(|_| ())
    }
}

impl From<MergeRequest> for Pull {
    fn from(request: MergeRequest) -> Pull {
        // Where nothing was squashed and the branch only went forward, there is no other commit than the head.
        let came = request.merge_commit_sha.or(request.squash_commit_sha).unwrap_or_else(|| request.sha.clone());
        Pull {
            merged: Some(came).filter(|_| request.state == "merged"),
            number: request.iid,
            title: request.title,
            is_fork: request.source_project_id != Some(request.target_project_id),
            head: request.sha,
            branch: request.source_branch,
            base: request.target_branch,
            is_open: request.state == "opened",
            url: request.web_url,
            updated: super::updated(request.updated_at, request.user_notes_count),
        }
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Pending => "running",
        State::Success => "success",
        State::Failure => "failed",
        State::Error => "canceled",
    }
}

fn state(word: &str) -> State {
    match word {
        "created" | "waiting_for_resource" | "preparing" | "pending" | "running" | "scheduled" => State::Pending,
        "success" => State::Success,
        "failed" => State::Failure,
        _ => State::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_request_knows_by_which_commit_it_came() {
        let merged = |state: &str, merge: Option<&str>, squash: Option<&str>| {
            let said = json!({
                "iid": 7, "title": "x", "state": state, "sha": "head", "source_branch": "x", "target_branch": "main",
                "source_project_id": 1, "target_project_id": 1, "web_url": "x",
                "merge_commit_sha": merge, "squash_commit_sha": squash,
            });
            Pull::from(serde_json::from_value::<MergeRequest>(said).expect("a merge request")).merged
        };
        assert_eq!(merged("opened", None, None), None);
        assert_eq!(merged("closed", None, Some("s")), None);
        assert_eq!(merged("merged", Some("m"), Some("s")).as_deref(), Some("m"));
        assert_eq!(merged("merged", None, Some("s")).as_deref(), Some("s"));
        assert_eq!(merged("merged", None, None).as_deref(), Some("head"), "the branch went forward");
    }
}
