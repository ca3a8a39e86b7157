//! Bitbucket Cloud. It shows HTML as text, has small comments, and knows statuses by keys of at most 40 characters.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::OnceCell;

use super::client::{Ask, Client, Page};
use super::mergeable::{Mergeable, OfBitbucket};
use super::{
    Abilities, Address, Comment, Credential, Forge, Pull, Secret, State, Status, Told, Trouble, escaped, line, newest,
    or_not, written,
};
use crate::comment::Room;
use crate::context::Context;
use crate::failure::{Failure, Result};

const ABILITIES: Abilities = Abilities {
    request: "pull request",
    comment: Room { bytes: 30_000, comments: 2, html: false },
    hides_html: false,
    status_name: 40,
    status_words: 255,
    statuses: None,
    commit_in_event: true,
    // A fork's commits lie in the fork.
    head_ref: None,
};
/// So many milliseconds it takes at most from the one reading of its clock to the other, for a comment that nobody edits.
const TWO_READINGS: i64 = 100;

pub struct Bitbucket {
    client: Client,
    path: String,
    me: OnceCell<String>,
}

#[derive(Deserialize)]
struct Paged<T> {
    values: Vec<T>,
    next: Option<String>,
}

impl<T: DeserializeOwned> Page for Paged<T> {
    type Item = T;

    fn split(self, _: Option<String>) -> (Vec<T>, Option<String>) {
        (self.values, self.next)
    }
}

#[derive(Deserialize)]
struct User {
    uuid: String,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Commit {
    hash: String,
}

#[derive(Deserialize)]
struct Repository {
    uuid: String,
}

#[derive(Deserialize)]
struct End {
    branch: Named,
    commit: Option<Commit>,
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

#[derive(Deserialize)]
struct Links {
    html: Link,
}

#[derive(Deserialize)]
struct PullRequest {
    id: u64,
    title: String,
    state: String,
    source: End,
    destination: End,
    links: Links,
    updated_on: Option<jiff::Timestamp>,
    comment_count: Option<i64>,
    merge_commit: Option<Commit>,
}

#[derive(Deserialize)]
struct Content {
    raw: Option<String>,
}

#[derive(Deserialize)]
struct PullComment {
    id: u64,
    content: Content,
    user: Option<User>,
    #[serde(default)]
    deleted: bool,
    created_on: Option<jiff::Timestamp>,
    updated_on: Option<jiff::Timestamp>,
}

#[derive(Deserialize)]
struct Granted {
    permission: String,
}

#[derive(Deserialize)]
struct BuildStatus {
    key: String,
    state: String,
    description: Option<String>,
}

impl Bitbucket {
    pub fn new(context: &Context, address: &Address, credential: &Credential) -> Result<Bitbucket> {
        let Credential::Token(token) = credential else {
            return Err(Failure::input("only GitHub has Apps").hint("give a token by --token-file or --token-env"));
        };
        let client = Client::new(context, address, 0)?;
        // An API token belongs to a user, whose name goes with it; an access token speaks for itself.
        let client = match token.reveal().contains(':') {
            true => client.authorized("Basic", &Secret::new(&STANDARD.encode(token.reveal())))?,
            false => client.authorized("Bearer", token)?,
        };
        Ok(Bitbucket { client, path: address.path.clone(), me: OnceCell::new() })
    }

    fn at(&self, rest: &str) -> String {
        format!("repositories/{}/{rest}", self.path)
    }

    async fn me(&self) -> Result<&String, Trouble> {
        let ask = || async { Ok(self.client.get::<User>("user", "reading whose token it is").await?.uuid) };
        self.me.get_or_try_init(ask).await
    }

    /// A listing tells of commits by their first twelve digits.
    async fn whole(&self, mut pull: Pull) -> Result<Pull, Trouble> {
        if !pull.is_fork {
            pull.head = self.commit(pull.number, pull.head).await?;
        }
        if let Some(merged) = pull.merged {
            pull.merged = Some(self.commit(pull.number, merged).await?);
        }
        Ok(pull)
    }

    async fn commit(&self, pull: u64, id: String) -> Result<String, Trouble> {
        if id.len() >= 40 {
            return Ok(id);
        }
        let doing = format!("reading a commit of pr/{pull}");
        Ok(self.client.get::<Commit>(&self.at(&format!("commit/{id}")), &doing).await?.hash)
    }
}

#[async_trait]
impl Forge for Bitbucket {
    fn abilities(&self) -> &Abilities {
        &ABILITIES
    }

    fn repository(&self) -> &str {
        &self.path
    }

    async fn pull(&self, number: u64) -> Result<Pull, Trouble> {
        let path = self.at(&format!("pullrequests/{number}"));
        let pull: PullRequest = self.client.get(&path, &format!("reading pr/{number}")).await?;
        self.whole(pull.into()).await
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        let path = self.at("pullrequests?state=OPEN&pagelen=50");
        let found = self.client.pages::<Paged<PullRequest>>(&path, "listing open pull requests").await?;
        let mut pulls = Vec::new();
        for pull in found {
            pulls.push(self.whole(pull.into()).await?);
        }
        pulls.sort_by_key(|pull| pull.number);
        Ok(pulls)
    }

    async fn merged_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        let path = self.at("pullrequests?state=MERGED&sort=-updated_on&pagelen=30");
        let found: Paged<PullRequest> = self.client.get(&path, "listing pull requests that were merged").await?;
        Ok(found.split(None).0.into_iter().map(Pull::from).collect())
    }

    async fn comments(&self, pull: u64) -> Result<Vec<Comment>, Trouble> {
        let me = self.me().await?;
        let path = self.at(&format!("pullrequests/{pull}/comments?pagelen=100"));
        let doing = format!("reading the comments of pr/{pull}");
        let mut comments = self.client.pages::<Paged<PullComment>>(&path, &doing).await?;
        comments.retain(|comment| !comment.deleted);
        comments.sort_by_key(|comment| comment.id);
        let ours = |comment: PullComment| {
            let (at, is_edited) = written(comment.created_on, comment.updated_on, TWO_READINGS);
            let author = comment.user.map(|user| user.uuid).unwrap_or_default();
            Comment {
                id: comment.id.to_string(),
                text: comment.content.raw.unwrap_or_default(),
                is_ours: author == *me,
                author,
                at,
                is_edited,
            }
        };
        Ok(comments.into_iter().map(ours).collect())
    }

    async fn create_comment(&self, pull: u64, text: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("pullrequests/{pull}/comments"));
        let doing = format!("commenting on pr/{pull}");
        let ask = Ask::post(&path, json!({ "content": { "raw": text } }), &doing);
        self.client.ask(&ask, None).await.map(|_| ())
    }

    async fn edit_comment(&self, pull: u64, id: &str, text: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("pullrequests/{pull}/comments/{id}"));
        let doing = format!("editing the comment on pr/{pull}");
        let ask = Ask::set(Method::PUT, &path, json!({ "content": { "raw": text } }), &doing);
        self.client.ask(&ask, None).await.map(|_| ())
    }

    async fn delete_comment(&self, pull: u64, id: &str) -> Result<(), Trouble> {
        let path = self.at(&format!("pullrequests/{pull}/comments/{id}"));
        let doing = format!("deleting a comment on pr/{pull}");
        self.client.ask(&Ask::delete(&path, &doing), None).await.map(|_| ())
    }

    async fn statuses(&self, commit: &str) -> Result<Vec<Told>, Trouble> {
        let path = self.at(&format!("commit/{commit}/statuses?pagelen=100"));
        let statuses = self.client.pages::<Paged<BuildStatus>>(&path, "reading a commit's statuses").await?;
        let told = |status: BuildStatus| {
            let words = status.description.unwrap_or_default();
            Told { name: status.key, state: state(&status.state), words, number: 1 }
        };
        Ok(newest(statuses.into_iter().map(told)))
    }

    async fn set_status(&self, pull: &Pull, status: &Status) -> Result<(), Trouble> {
        let path = self.at(&format!("commit/{}/statuses/build", pull.head));
        let body = json!({
            "key": super::fitting(&status.name, ABILITIES.status_name),
            "name": line(&status.name, ABILITIES.status_words),
            "state": word(status.state),
            "description": line(&status.words, ABILITIES.status_words),
            // It is read as a template, in which braces name what is filled in.
            "url": pull.url.replace('{', "%7B").replace('}', "%7D"),
            "refname": pull.branch,
        });
        let doing = format!("setting the status of pr/{}", pull.number);
        self.client.ask(&Ask::set(Method::POST, &path, body, &doing), None).await.map(|_| ())
    }

    async fn may_write(&self, user: &str) -> Result<bool, Trouble> {
        let (workspace, repository) = self.path.split_once('/').unwrap_or_default();
        let query = escaped(&format!("user.uuid=\"{}\"", user.replace(['"', '\\'], "")));
        let path = format!("workspaces/{workspace}/permissions/repositories/{repository}?q={query}");
        let found = self.client.pages::<Paged<Granted>>(&path, "reading who may write").await;
        or_not(found.map(|all| all.iter().any(|one| matches!(one.permission.as_str(), "write" | "admin"))))
    }

    async fn mergeable(&self, pull: &Pull) -> Result<Mergeable, Trouble> {
        let doing = format!("reading whether pr/{} can be merged", pull.number);
        let path = self.at(&format!("pullrequests/{}", pull.number));
        Ok(self.client.get::<OfBitbucket>(&path, &doing).await?.into())
    }

    /// It has no sign for that.
    async fn react(&self, _: u64, _: &str) -> Result<(), Trouble> {
        Ok(())
    }
}

impl From<PullRequest> for Pull {
    fn from(pull: PullRequest) -> Pull {
        let repository = |end: &End| end.repository.as_ref().map(|repository| repository.uuid.clone());
        let (head, base) = (repository(&pull.source), repository(&pull.destination));
        Pull {
            number: pull.id,
            title: pull.title,
            is_fork: head.is_none() || head != base,
            head: pull.source.commit.map(|commit| commit.hash).unwrap_or_default(),
            branch: pull.source.branch.name,
            base: pull.destination.branch.name,
            merged: pull.merge_commit.map(|commit| commit.hash).filter(|_| pull.state == "MERGED"),
            is_open: pull.state == "OPEN",
            url: pull.links.html.href,
            updated: super::updated(pull.updated_on, pull.comment_count),
        }
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Pending => "INPROGRESS",
        State::Success => "SUCCESSFUL",
        State::Failure => "FAILED",
        State::Error => "STOPPED",
    }
}

fn state(word: &str) -> State {
    match word {
        "INPROGRESS" => State::Pending,
        "SUCCESSFUL" => State::Success,
        "FAILED" => State::Failure,
        _ => State::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pull_request_knows_by_which_commit_it_came() {
        let merged = |state: &str, commit: Option<&str>| {
            let end = json!({ "branch": { "name": "x" }, "commit": { "hash": "aaaaaaaaaaaa" }, "repository": { "uuid": "{1}" } });
            let said = json!({
                "id": 7, "title": "x", "state": state, "source": end, "destination": end, "links": { "html": { "href": "x" } },
                "merge_commit": commit.map(|hash| json!({ "hash": hash })),
            });
            Pull::from(serde_json::from_value::<PullRequest>(said).expect("a pull request")).merged
        };
        assert_eq!(merged("OPEN", None), None);
        assert_eq!(merged("DECLINED", Some("bbbbbbbbbbbb")), None);
        assert_eq!(merged("MERGED", Some("bbbbbbbbbbbb")).as_deref(), Some("bbbbbbbbbbbb"));
    }
}
