//! GitHub, and GitHub Enterprise Server. With an App's token what a commit is told is a check run, which has room for more; with
//! any other it is a status. Never both: a rule that requires the one's name would then require both.

pub(super) mod app;

use async_trait::async_trait;
use http::{HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::client::{Ask, Client, Page};
use super::mergeable::{Mergeable, OfGithub, OfGithubRules};
use super::pull_request::{PullRequest, state, word};
use super::{
    Abilities, Address, Comment, Credential, Forge, Permission, Pull, State, Status, Told, Trouble, What, escaped,
    line, newest, or_not, written,
};
use crate::comment::Room;
use crate::context::Context;
use crate::failure::Result;
use crate::text;

pub use app::App;

const ABILITIES: Abilities = Abilities {
    request: "pull request",
    comment: Room { bytes: 60_000, comments: 3, html: true },
    hides_html: true,
    status_name: 255,
    status_words: 140,
    statuses: Some(1000),
    commit_in_event: false,
    head_ref: Some("refs/pull/{}/head"),
};
/// Writes one after the other, with a second between them, as GitHub asks of everybody.
const BETWEEN_WRITES: i64 = 1_000;
/// Of a check run's text.
const MOST_DETAILS: usize = 60_000;

pub struct Github {
    client: Client,
    path: String,
    app: Option<app::Installation>,
    /// The login of whoever the token belongs to.
    me: OnceCell<String>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct IssueComment {
    id: i64,
    body: Option<String>,
    user: Option<User>,
    created_at: Option<jiff::Timestamp>,
    updated_at: Option<jiff::Timestamp>,
}

#[derive(Deserialize)]
struct CommitStatus {
    context: String,
    state: String,
    description: Option<String>,
}

#[derive(Deserialize)]
struct CheckRun {
    id: i64,
    name: String,
    conclusion: Option<String>,
    output: Option<Output>,
}

#[derive(Deserialize)]
struct Output {
    title: Option<String>,
}

#[derive(Deserialize)]
struct CheckRuns {
    check_runs: Vec<CheckRun>,
}

impl Page for CheckRuns {
    type Item = CheckRun;

    fn split(self, link: Option<String>) -> (Vec<CheckRun>, Option<String>) {
        (self.check_runs, link)
    }
}

impl Github {
    pub fn new(context: &Context, address: &Address, credential: &Credential) -> Result<Github> {
        let client = Client::new(context, address, BETWEEN_WRITES)?
            .with("accept", "application/vnd.github+json")
            .with("x-github-api-version", "2022-11-28");
        let (client, app) = match credential {
            Credential::Token(token) => (client.authorized("Bearer", token)?, None),
            Credential::App(app) => (client, Some(app::Installation::new(app, &address.path))),
        };
        Ok(Github { client, path: address.path.clone(), app, me: OnceCell::new() })
    }

    fn at(&self, rest: &str) -> String {
        format!("repos/{}/{rest}", self.path)
    }

    /// With whose token it is asked, where that changes.
    async fn speaking_for(&self) -> Result<Option<HeaderValue>, Trouble> {
        match &self.app {
            Some(app) => app.authorization(&self.client).await.map(Some),
            None => Ok(None),
        }
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str, doing: &str) -> Result<T, Trouble> {
        let ask = Ask::get(path, doing);
        self.client.read(&ask, &self.client.ask(&ask, self.speaking_for().await?).await?)
    }

    async fn pages<P: Page>(&self, path: &str, doing: &str) -> Result<Vec<P::Item>, Trouble> {
        self.client.pages_as::<P>(path, doing, self.speaking_for().await?).await
    }

    async fn send(&self, ask: Ask<'_>) -> Result<(), Trouble> {
        self.client.ask(&ask, self.speaking_for().await?).await.map(|_| ())
    }

    async fn me(&self) -> Result<&String, Trouble> {
        let ask = || async {
            let doing = "reading whose token it is";
            match &self.app {
                Some(app) => app.login(&self.client).await,
                None => match self.client.get::<User>("user", doing).await {
                    // The token of a workflow is no user's; this is the one place that says whose it is.
                    Err(trouble) if trouble.what == What::Denied => self.viewer(doing).await.map_err(|_| trouble),
                    user => Ok(user?.login),
                },
            }
        };
        self.me.get_or_try_init(ask).await
    }

    async fn viewer(&self, doing: &str) -> Result<String, Trouble> {
        let body = json!({ "query": "query { viewer { login } }" });
        let ask = Ask::set(Method::POST, "graphql", body, doing);
        let said: Value = self.client.read(&ask, &self.client.ask(&ask, None).await?)?;
        let login = said.pointer("/data/viewer/login").and_then(Value::as_str).map(str::to_owned);
        login.ok_or_else(|| self.client.trouble(What::Denied, doing))
    }

    /// Whether a required status of our own is all that keeps a pull request from being merged. Who is not told knows nothing of it.
    async fn is_only_own(&self, pull: &Pull, doing: &str) -> Result<bool, Trouble> {
        let is_red = |told: &Told| super::is_own(&told.name) && told.state != State::Success;
        if !self.statuses(&pull.head).await?.iter().any(is_red) {
            return Ok(false);
        }
        let (owner, name) = self.path.split_once('/').unwrap_or_default();
        let variables = json!({ "owner": owner, "name": name, "number": pull.number });
        let body = json!({ "query": OfGithubRules::QUERY, "variables": variables });
        let ask = Ask::set(Method::POST, "graphql", body, doing);
        let said: Value = self.client.read(&ask, &self.client.ask(&ask, None).await?)?;
        let rules = said.pointer("/data/repository/pullRequest").cloned().unwrap_or_default();
        Ok(serde_json::from_value::<OfGithubRules>(rules).is_ok_and(|rules| rules.is_only_own()))
    }

    async fn set_check(&self, pull: &Pull, status: &Status) -> Result<(), Trouble> {
        let name = super::fitting(&status.name, ABILITIES.status_name);
        let doing = format!("setting the check of pr/{}", pull.number);
        let mut body = json!({
            "name": name,
            "details_url": pull.url,
            "output": {
                "title": line(&status.words, ABILITIES.status_words),
                "summary": status.words,
                "text": status.details.as_deref().map(|text| &text[..text.floor_char_boundary(MOST_DETAILS)]),
            },
        });
        if body["output"]["text"].is_null() {
            body["output"].as_object_mut().map(|output| output.remove("text"));
        }
        let (state, now) = (status.state, text::timestamp(self.client.now()));
        match conclusion(state) {
            None => body["status"] = "in_progress".into(),
            Some(conclusion) => {
                (body["status"], body["conclusion"]) = ("completed".into(), conclusion.into());
                body["completed_at"] = now.into();
            }
        }
        let known = self.checks(&pull.head, Some(&name)).await?;
        match known.into_iter().find(|run| run.name == name) {
            Some(run) => {
                let path = self.at(&format!("check-runs/{}", run.id));
                self.send(Ask::set(Method::PATCH, &path, body, &doing)).await
            }
            None => {
                body["head_sha"] = pull.head.clone().into();
                self.send(Ask::post(&self.at("check-runs"), body, &doing)).await
            }
        }
    }

    /// The newest check runs of a commit that are the App's own.
    async fn checks(&self, commit: &str, name: Option<&str>) -> Result<Vec<CheckRun>, Trouble> {
        let Some(app) = &self.app else {
            return Ok(Vec::new());
        };
        let name = name.map(|name| format!("&check_name={}", escaped(name))).unwrap_or_default();
        let path =
            self.at(&format!("commits/{commit}/check-runs?filter=latest&per_page=100&app_id={}{name}", app.id()));
        self.pages::<CheckRuns>(&path, "reading a commit's checks").await
    }
}

#[async_trait]
impl Forge for Github {
    fn abilities(&self) -> &Abilities {
        &ABILITIES
    }

    fn repository(&self) -> &str {
        &self.path
    }

    async fn pull(&self, number: u64) -> Result<Pull, Trouble> {
        let path = self.at(&format!("pulls/{number}"));
        let pull: PullRequest = self.get(&path, &format!("reading pr/{number}")).await?;
        Ok(pull.into())
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        let path = self.at("pulls?state=open&sort=created&direction=asc&per_page=100");
        let pulls = self.pages::<Vec<PullRequest>>(&path, "listing open pull requests").await?;
        let mut pulls: Vec<Pull> = pulls.into_iter().map(Pull::from).collect();
        pulls.sort_by_key(|pull| pull.number);
        Ok(pulls)
    }

    async fn merged_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        let path = self.at("pulls?state=closed&sort=updated&direction=desc&per_page=30");
        let pulls: Vec<PullRequest> = self.get(&path, "listing pull requests that were merged").await?;
        Ok(pulls.into_iter().map(Pull::from).collect())
    }

    async fn comments(&self, pull: u64) -> Result<Vec<Comment>, Trouble> {
        let me = self.me().await?;
        let path = self.at(&format!("issues/{pull}/comments?per_page=50"));
        let doing = format!("reading the comments of pr/{pull}");
        let mut comments = self.pages::<Vec<IssueComment>>(&path, &doing).await?;
        comments.sort_by_key(|comment| comment.id);
        let ours = |comment: IssueComment| {
            let (at, is_edited) = written(comment.created_at, comment.updated_at, 0);
            let author = comment.user.map(|user| user.login).unwrap_or_default();
            Comment {
                id: comment.id.to_string(),
                text: comment.body.unwrap_or_default(),
                is_ours: author == *me,
                author,
                at,
                is_edited,
            }
        };
        Ok(comments.into_iter().map(ours).collect())
    }

    async fn create_comment(&self, pull: u64, text: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("issues/{pull}/comments"));
        self.send(Ask::post(&path, json!({ "body": text }), &format!("commenting on pr/{pull}"))).await
    }

    async fn edit_comment(&self, pull: u64, id: &str, text: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("issues/comments/{id}"));
        let doing = format!("editing the comment on pr/{pull}");
        self.send(Ask::set(Method::PATCH, &path, json!({ "body": text }), &doing)).await
    }

    async fn delete_comment(&self, pull: u64, id: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("issues/comments/{id}"));
        self.send(Ask::delete(&path, &format!("deleting a comment on pr/{pull}"))).await
    }

    async fn statuses(&self, commit: &str) -> Result<Vec<Told>, Trouble> {
        if self.app.is_some() {
            let told = |run: CheckRun| {
                let words = run.output.and_then(|output| output.title).unwrap_or_default();
                Told { name: run.name, state: concluded(run.conclusion.as_deref()), words, number: 1 }
            };
            return Ok(newest(self.checks(commit, None).await?.into_iter().map(told)));
        }
        let path = self.at(&format!("commits/{commit}/statuses?per_page=100"));
        let statuses = self.pages::<Vec<CommitStatus>>(&path, "reading a commit's statuses").await?;
        let told = |status: CommitStatus| {
            let words = status.description.unwrap_or_default();
            Told { name: status.context, state: state(&status.state), words, number: 1 }
        };
        Ok(newest(statuses.into_iter().map(told)))
    }

    async fn set_status(&self, pull: &Pull, status: &Status) -> Result<(), Trouble> {
        if self.app.is_some() {
            return self.set_check(pull, status).await;
        }
        let path = self.at(&format!("statuses/{}", pull.head));
        let body = json!({
            "context": super::fitting(&status.name, ABILITIES.status_name),
            "state": word(status.state),
            "description": line(&status.words, ABILITIES.status_words),
            "target_url": pull.url,
        });
        let doing = format!("setting the status of pr/{}", pull.number);
        self.send(Ask::set(Method::POST, &path, body, &doing)).await.map_err(used_up)
    }

    async fn may_write(&self, user: &str) -> Result<bool, Trouble> {
        let path = self.at(&format!("collaborators/{}/permission", escaped(user)));
        let asked = self.get::<Permission>(&path, "reading who may write").await;
        or_not(asked.map(|said| said.is_writing()))
    }

    async fn mergeable(&self, pull: &Pull) -> Result<Mergeable, Trouble> {
        let doing = format!("reading whether pr/{} can be merged", pull.number);
        let said = self.get::<OfGithub>(&self.at(&format!("pulls/{}", pull.number)), &doing).await?;
        match said.is_blocked() && self.is_only_own(pull, &doing).await? {
            true => Ok(Mergeable::Yes),
            false => Ok(said.into()),
        }
    }

    async fn react(&self, pull: u64, comment: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("issues/comments/{comment}/reactions"));
        let doing = format!("reacting to a comment on pr/{pull}");
        self.send(Ask::set(Method::POST, &path, json!({ "content": "eyes" }), &doing)).await
    }
}

/// A commit has room for so many statuses of a name, and for no more.
fn used_up(trouble: Trouble) -> Trouble {
    match trouble.failure.message.contains("maximum number of statuses") {
        true => {
            let hint = "GitHub takes no more of them for this commit: push another one";
            Trouble::new(What::Full, trouble.failure.hint(hint))
        }
        false => trouble,
    }
}

/// What a check run ends with; none while it runs.
fn conclusion(state: State) -> Option<&'static str> {
    match state {
        State::Pending => None,
        State::Success => Some("success"),
        State::Failure => Some("failure"),
        State::Error => Some("cancelled"),
    }
}

fn concluded(word: Option<&str>) -> State {
    match word {
        None => State::Pending,
        Some("success" | "neutral" | "skipped") => State::Success,
        Some("failure") => State::Failure,
        Some(_) => State::Error,
    }
}
