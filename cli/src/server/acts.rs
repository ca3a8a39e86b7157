//! What people do on the page: each is a form with one button, checked for where it comes from and who sends it, written down,
//! and answered with where to go.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::config::Role;
use super::page;
use super::people::You;
use super::routes::{answer, denied, not_signed_in};
use super::workers::again;
use super::{Server, Watched};
use crate::approval::Asked;
use crate::draw;
use crate::environment::for_engine;
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::ledger::{Deed, StackId, Wish};
use crate::picture;
use crate::record::{Run, StackRecord, Task};
use crate::text::timestamp;

/// How long a lock lasts that is taken on the page.
const LOCK: i64 = 60 * 60_000;

/// So many pictures are drawn at once: each asks the engine for a whole state.
pub(super) const PICTURES: usize = 2;

/// Why something was not done.
enum Refused {
    Denied(&'static str),
    Failed(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        Refused::Failed(failure)
    }
}

/// Something that somebody asks for.
struct Act<'a> {
    server: &'a Arc<Server>,
    you: &'a You,
    /// Who asks, by name.
    who: &'a str,
    form: &'a BTreeMap<String, String>,
}

/// Any form of the page's.
pub(super) async fn act(
    State(server): State<Arc<Server>>,
    you: You,
    uri: Uri,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let Some(who) = you.name.clone() else {
        return not_signed_in(&uri);
    };
    if !server.is_ours(&you, &headers, form.get("word").map(String::as_str).unwrap_or_default()) {
        return denied(&server, &you, "the form comes from another page, or from before you signed in: load it again");
    }
    let path = percent_encoding::percent_decode_str(uri.path()).decode_utf8_lossy().into_owned();
    let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
    let act = Act { server: &server, you: &you, who: &who, form: &form };
    let done = match words[..] {
        ["hold", name, verb] => act.on_seal(&format!("hold/{name}"), verb).await,
        ["preview", name, verb] => act.on_seal(name, verb).await,
        ["run", name, "cancel"] => act.cancel(name).await,
        ["stack", project, stack, verb] => act.on_stack(&format!("{project}/{stack}"), verb).await,
        _ => Err(Failure::input("nothing can be done at this address").into()),
    };
    server.news.ring();
    let back = path.rsplit_once('/').map_or("/", |(back, _)| back);
    let back = form.get("repository").map_or_else(|| back.to_owned(), |label| page::of_repository(back, label));
    match done {
        Ok(()) => Redirect::to(&back).into_response(),
        Err(Refused::Denied(words)) => denied(&server, &you, words),
        Err(Refused::Failed(failure)) => answer(&server, &you, &failure, true),
    }
}

impl Act<'_> {
    fn said(&self, name: &str) -> &str {
        self.form.get(name).map(|text| text.trim()).unwrap_or_default()
    }

    fn reason(&self) -> Result<&str> {
        let reason = self.said("reason");
        if reason.is_empty() { Err(Failure::input("a reason is missing")) } else { Ok(reason) }
    }

    fn needs(&self, role: Role, repository: &str) -> Result<(), Refused> {
        match self.you.may(role, repository) {
            true => Ok(()),
            false => Err(Refused::Denied("your role does not allow it")),
        }
    }

    /// Whether somebody approves or rejects: exactly the seal that the form showed.
    async fn on_seal(&self, name: &str, verb: &str) -> Result<(), Refused> {
        let (ledger, now) = (&self.server.ledger, self.server.context.now());
        let asked = Asked::find(ledger, name).await?;
        self.needs(Role::Approver, &asked.repository)?;
        let shown = self.said("seal");
        if asked.hold.is_some() && name.starts_with("hold/") && shown != asked.seal {
            let words = "what it would do is another thing by now: nothing was decided";
            return Err(Failure::input(words).hint("look at it again").into());
        }
        let what = format!("{} at {}", asked.stack, asked.commit);
        let did = match verb {
            "approve" => {
                if asked.destroys && self.said("seen") != "yes" {
                    let words = "it deletes or replaces resources, and nobody said that they have seen which: nothing was decided";
                    return Err(Failure::input(words)
                        .hint("look at it again, and tick the box above the button")
                        .into());
                }
                asked.approve(ledger, self.who, now).await?;
                "approved"
            }
            "reject" => {
                asked.reject(ledger, self.who, self.reason()?, now).await?;
                "rejected"
            }
            _ => return Err(Failure::input("a seal is approved or rejected").into()),
        };
        self.server.written(self.who, did, &what, &format!("seal {} {}", asked.seal, self.said("reason"))).await?;
        // What was allowed is rolled out now.
        Ok(self.server.soon(&asked.repository).await?)
    }

    async fn cancel(&self, name: &str) -> Result<(), Refused> {
        let run: Run = self.server.ledger.run(name).await?;
        self.needs(Role::Approver, &run.repository)?;
        if !self.server.ledger.ask_to_stop(&run.name, self.who).await? {
            return Err(Failure::input(format!("run/{} is over: {}", run.name, run.state)).into());
        }
        Ok(self.server.written(self.who, "cancelled", &format!("run/{}", run.name), &run.stack).await?)
    }

    async fn on_stack(&self, name: &str, verb: &str) -> Result<(), Refused> {
        let (record, id) = self.server.stack(self.you, name, self.form.get("repository")).await?;
        self.needs(Role::Approver, &record.repository)?;
        let ledger = &self.server.ledger;
        let (did, details) = match verb {
            "suspend" => {
                ledger.suspend(&id, Some(&format!("{} ({})", self.reason()?, self.who))).await?;
                ("suspended", self.reason()?.to_owned())
            }
            "resume" => {
                ledger.suspend(&id, None).await?;
                ("resumed", String::new())
            }
            "lock" => {
                let wish = Wish { owner: self.who, reason: self.reason()?, length: LOCK };
                let until = ledger.lock(&id, &wish).await?;
                let until = until.ok_or_else(|| Failure::busy(format!("`{name}` is locked by somebody else")))?;
                ("locked", format!("until {}: {}", timestamp(until), self.reason()?))
            }
            "unlock" => {
                let owner = Some(self.who).filter(|_| !self.you.may(Role::Admin, &record.repository));
                if !ledger
                    .give_up(&id, owner, &format!("{} took the lock away", self.who), self.server.context.now())
                    .await?
                {
                    return Err(Refused::Denied("the lock is somebody else's: an admin may free it"));
                }
                ("unlocked", String::new())
            }
            "retry" => ("retried", String::new()),
            _ => return Err(Failure::input("nothing can be done at this address").into()),
        };
        self.server.written(self.who, did, name, &details).await?;
        match verb {
            "retry" => self.server.retry(&record.repository, &[record.name]).await?,
            "resume" | "unlock" => self.server.soon(&record.repository).await?,
            _ => {}
        }
        Ok(())
    }
}

impl Server {
    /// Writes down who did what, and tells it.
    pub(super) async fn written(&self, who: &str, did: &str, what: &str, details: &str) -> Result<()> {
        self.ledger.audit(&Deed { who, did, what, details: details.trim() }, self.context.now()).await?;
        let (who, did, what) = (who.to_owned(), did.to_owned(), what.to_owned());
        self.context.tell(None, Body::Asked { who, did, what });
        Ok(())
    }

    pub(super) fn of_label(&self, label: &str) -> Option<Arc<Watched>> {
        self.setup().of_label(label).cloned()
    }

    /// A repository's branch is looked at without waiting for the next look.
    pub(super) async fn soon(&self, label: &str) -> Result<()> {
        match self.of_label(label) {
            Some(watched) => self.ask(&watched, Task::RollOut, &watched.branch, true).await,
            None => Ok(()),
        }
    }

    /// These stacks are tried again at once, and not only after their rest. It is in the queue when this returns, so that it is done
    /// although the server may end before.
    pub(super) async fn retry(&self, label: &str, stacks: &[String]) -> Result<()> {
        let watched = self.of_label(label).ok_or_else(|| Failure::input("its repository is not watched here"))?;
        self.ask(&watched, Task::RollOut, &again(&watched.branch, stacks), true).await
    }

    /// The stack that is meant, if it may be seen. Where several repositories have one of that name, the repository has to be named.
    pub(super) async fn stack(
        &self,
        you: &You,
        name: &str,
        repository: Option<&String>,
    ) -> Result<(StackRecord, StackId)> {
        let is_it = |record: &&StackRecord| {
            record.name == name
                && you.sees(&record.repository)
                && repository.is_none_or(|label| *label == record.repository)
        };
        let records = self.ledger.stack_records().await?;
        let record = page::the_one(records.iter().filter(is_it), name)?.clone();
        let id = self.ledger.find(&record.repository, &record.name).await?;
        let id = id.ok_or_else(|| page::unknown(name))?;
        Ok((record, id))
    }
}

/// The story of a run as plain text.
pub(super) async fn log(State(server): State<Arc<Server>>, you: You, uri: Uri, Path(name): Path<String>) -> Response {
    if you.role.is_none() {
        return not_signed_in(&uri);
    }
    let read = async {
        let run = server.ledger.run(&name).await?;
        if !you.sees(&run.repository) {
            return Err(Failure::input(format!("no run is called `{name}`")));
        }
        server.ledger.events(&run.name).await
    };
    match read.await {
        Ok(events) => {
            let lines = page::lines(&events).into_iter().map(|(at, line)| format!("{} {line}\n", timestamp(at)));
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], lines.collect::<String>()).into_response()
        }
        Err(failure) => answer(&server, &you, &failure, false),
    }
}

/// A picture of what stands of a stack.
pub(super) async fn picture(
    State(server): State<Arc<Server>>,
    you: You,
    uri: Uri,
    Path((project, stack)): Path<(String, String)>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    if you.role.is_none() {
        return not_signed_in(&uri);
    }
    match server.drawn(&you, &format!("{project}/{stack}"), query.get("repository")).await {
        Ok(svg) => {
            // It has its own looks within it, and can do nothing.
            let policy = "default-src 'none'; style-src 'unsafe-inline'";
            let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CONTENT_SECURITY_POLICY, policy)];
            (headers, svg).into_response()
        }
        Err(failure) => answer(&server, &you, &failure, false),
    }
}

impl Server {
    async fn drawn(&self, you: &You, name: &str, repository: Option<&String>) -> Result<String> {
        let (record, _) = self.stack(you, name, repository).await?;
        let _place = self.pictures.acquire().await.map_err(|_| Failure::cancelled())?;
        let context = &self.context;
        let environment = for_engine(&context.environment, &[], &context.cwd);
        let state = draw::state(&record, &environment).await?;
        let about = draw::about(&record, &self.ledger).await?;
        let svg = picture::draw(&state, &about, picture::Form::Svg);
        svg.ok_or_else(|| Failure::input("the backend has no state of it that can be drawn"))
    }
}
