//! Gitea, and Forgejo, which speaks the same.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use super::client::{Ask, Client};
use super::mergeable::{Mergeable, OfGitea, Review, Rules};
use super::pull_request::{PullRequest, state, word};
use super::{
    Abilities, Address, Comment, Credential, Forge, Permission, Pull, Status, Told, Trouble, escaped, line, newest,
    or_not, written,
};
use crate::comment::Room;
use crate::context::Context;
use crate::failure::{Failure, Result};

const ABILITIES: Abilities = Abilities {
    request: "pull request",
    comment: Room { bytes: 60_000, comments: 3, html: true },
    hides_html: true,
    status_name: 255,
    status_words: 140,
    statuses: None,
    commit_in_event: false,
    head_ref: Some("refs/pull/{}/head"),
};

pub struct Gitea {
    client: Client,
    /// `OWNER/REPOSITORY`.
    path: String,
    /// Whoever the token belongs to.
    me: OnceCell<i64>,
}

#[derive(Deserialize)]
struct User {
    id: i64,
}

#[derive(Deserialize)]
struct IssueComment {
    id: i64,
    body: String,
    user: Option<Author>,
    created_at: Option<jiff::Timestamp>,
    updated_at: Option<jiff::Timestamp>,
}

#[derive(Deserialize)]
struct Author {
    id: i64,
    login: String,
}

#[derive(Deserialize)]
struct CommitStatus {
    id: i64,
    context: String,
    status: String,
    description: Option<String>,
}

impl Gitea {
    pub fn new(context: &Context, address: &Address, credential: &Credential) -> Result<Gitea> {
        let Credential::Token(token) = credential else {
            return Err(Failure::input("only GitHub has Apps").hint("give a token by --token-file or --token-env"));
        };
        let client = Client::new(context, address, 0)?.authorized("token", token)?;
        Ok(Gitea { client, path: address.path.clone(), me: OnceCell::new() })
    }

    fn at(&self, rest: &str) -> String {
        format!("repos/{}/{rest}", self.path)
    }

    async fn me(&self) -> Result<i64, Trouble> {
        let ask = || async { Ok(self.client.get::<User>("user", "reading whose token it is").await?.id) };
        self.me.get_or_try_init(ask).await.copied()
    }
}

#[async_trait]
impl Forge for Gitea {
    fn abilities(&self) -> &Abilities {
        &ABILITIES
    }

    fn repository(&self) -> &str {
        &self.path
    }

    async fn pull(&self, number: u64) -> Result<Pull, Trouble> {
        let path = self.at(&format!("pulls/{number}"));
        let pull: PullRequest = self.client.get(&path, &format!("reading pr/{number}")).await?;
        Ok(pull.into())
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        let path = self.at("pulls?state=open&sort=oldest&limit=50");
        let pulls = self.client.pages::<Vec<PullRequest>>(&path, "listing open pull requests").await?;
        let mut pulls: Vec<Pull> = pulls.into_iter().map(Pull::from).collect();
        pulls.sort_by_key(|pull| pull.number);
        Ok(pulls)
    }

    async fn merged_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        let path = self.at("pulls?state=closed&sort=recentupdate&limit=30");
        let pulls: Vec<PullRequest> = self.client.get(&path, "listing pull requests that were merged").await?;
        Ok(pulls.into_iter().map(Pull::from).collect())
    }

    async fn comments(&self, pull: u64) -> Result<Vec<Comment>, Trouble> {
        let me = self.me().await?;
        let path = self.at(&format!("issues/{pull}/comments"));
        let doing = format!("reading the comments of pr/{pull}");
        let mut comments = self.client.pages::<Vec<IssueComment>>(&path, &doing).await?;
        comments.sort_by_key(|comment| comment.id);
        let ours = |comment: IssueComment| {
            let (at, is_edited) = written(comment.created_at, comment.updated_at, 0);
            Comment {
                id: comment.id.to_string(),
                text: comment.body,
                is_ours: comment.user.as_ref().is_some_and(|user| user.id == me),
                author: comment.user.map(|user| user.login).unwrap_or_default(),
                at,
                is_edited,
            }
        };
        Ok(comments.into_iter().map(ours).collect())
    }

    async fn create_comment(&self, pull: u64, text: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("issues/{pull}/comments"));
        let doing = format!("commenting on pr/{pull}");
        self.client.ask(&Ask::post(&path, json!({ "body": text }), &doing), None).await.map(|_| ())
    }

    async fn edit_comment(&self, pull: u64, id: &str, text: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("issues/comments/{id}"));
        let doing = format!("editing the comment on pr/{pull}");
        self.client.ask(&Ask::set(Method::PATCH, &path, json!({ "body": text }), &doing), None).await.map(|_| ())
    }

    async fn delete_comment(&self, pull: u64, id: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("issues/comments/{id}"));
        let doing = format!("deleting a comment on pr/{pull}");
        self.client.ask(&Ask::delete(&path, &doing), None).await.map(|_| ())
    }

    async fn statuses(&self, commit: &str) -> Result<Vec<Told>, Trouble> {
        let path = self.at(&format!("commits/{commit}/statuses?limit=50"));
        let mut statuses = self.client.pages::<Vec<CommitStatus>>(&path, "reading a commit's statuses").await?;
        // Its own order knows no more than seconds.
        statuses.sort_by_key(|status| std::cmp::Reverse(status.id));
        let told = |status: CommitStatus| {
            let words = status.description.unwrap_or_default();
            Told { name: status.context, state: state(&status.status), words, number: 1 }
        };
        Ok(newest(statuses.into_iter().map(told)))
    }

    async fn set_status(&self, pull: &Pull, status: &Status) -> Result<(), Trouble> {
        let path = self.at(&format!("statuses/{}", pull.head));
        let body = json!({
            "context": super::fitting(&status.name, ABILITIES.status_name),
            "state": word(status.state),
            "description": line(&status.words, ABILITIES.status_words),
            "target_url": pull.url,
        });
        let doing = format!("setting the status of pr/{}", pull.number);
        self.client.ask(&Ask::set(Method::POST, &path, body, &doing), None).await.map(|_| ())
    }

    async fn may_write(&self, user: &str) -> Result<bool, Trouble> {
        let path = self.at(&format!("collaborators/{}/permission", escaped(user)));
        let asked = self.client.get::<Permission>(&path, "reading who may write").await;
        or_not(asked.map(|said| said.is_writing()))
    }

    async fn mergeable(&self, pull: &Pull) -> Result<Mergeable, Trouble> {
        let doing = format!("reading whether pr/{} can be merged", pull.number);
        let request: OfGitea = self.client.get(&self.at(&format!("pulls/{}", pull.number)), &doing).await?;
        let rules: Rules = self.client.get(&self.at(&format!("branches/{}", escaped(&pull.base))), &doing).await?;
        let reviews = self.at(&format!("pulls/{}/reviews?limit=50", pull.number));
        let reviews = self.client.pages::<Vec<Review>>(&reviews, &doing).await?;
        Ok(request.by(&rules, &reviews, &self.statuses(&pull.head).await?))
    }

    async fn react(&self, pull: u64, comment: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("issues/comments/{comment}/reactions"));
        let doing = format!("reacting to a comment on pr/{pull}");
        self.client.ask(&Ask::set(Method::POST, &path, json!({ "content": "eyes" }), &doing), None).await.map(|_| ())
    }
}
