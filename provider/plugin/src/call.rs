//! One call of the engine, as a resource sees it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::lifecycle::Pace;
use crate::log::Log;
use crate::property::{Property, put};
use crate::resource::Id;
use crate::value::{Map, Value};

/// One call of the engine: for which resource, how long it may take, whom to tell how it goes.
#[derive(Clone)]
pub struct Call {
    /// The resource's URN; empty for functions.
    pub urn: Arc<str>,
    /// The resource's own name in the program; empty for functions.
    pub name: Arc<str>,
    /// What the program gives; in a refresh, a deletion and an import what the state still has of that.
    pub given: Arc<Map>,
    /// What a creation is known by; stays the same when it is tried again.
    pub birth: Birth,
    /// The longest time that the program allows, if it says.
    pub timeout: Option<Duration>,
    /// How fast waits run.
    pub(crate) pace: Pace,
    /// Where the user is told how it goes.
    pub log: Log,
    /// Ends waits when the user cancels.
    pub cancel: CancellationToken,
    /// Whether an earlier attempt at its creation may have made something.
    pub(crate) tried: Arc<AtomicBool>,
    /// Whether the new one replaces an older resource of the same URN although nothing differs, because somebody wishes it.
    pub(crate) replaces: bool,
    /// The parts that are done.
    pub(crate) done: Arc<Mutex<BTreeSet<String>>>,
    /// The names of what was made anew since the resource was told of it.
    pub(crate) anew: Arc<OnceLock<BTreeSet<String>>>,
    /// What only this call knows of the outputs that are marked `keep`.
    pub(crate) kept: Arc<Mutex<Map>>,
}

/// What the creation of a resource is known by, so that a lost answer makes neither an orphan nor a twin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Birth {
    /// The same for every attempt to create this very resource, also in a later run that is told of it ([`Start::pending`](crate::Start)):
    /// 32 hex digits. Kept with the resource as a tag or a name, it finds what a lost answer made. A replacement has another one.
    pub token: String,
    /// The same while this call is tried again, and another one in the next: 32 hex digits. For idempotency tokens that the cloud remembers
    /// longer than the resource.
    pub once: String,
}

impl Call {
    /// Whether an earlier attempt at this very creation may have made something. Else there is nothing to look for.
    pub fn tried(&self) -> bool {
        self.tried.load(Ordering::Relaxed)
    }

    /// The refusal of a creation in whose place something stands already, with the likely cause first.
    pub(crate) fn taken(&self, id: &Id, token: &str, take_over: Option<&str>) -> Error {
        let over = take_over.map(|how| format!(", or {how}")).unwrap_or_default();
        let import = format!(
            "`pulumi import {token} {} '{id}'` takes it over{over}; if this stack has it under another name, \
             first take that one out of the state: `pulumi state delete URN`",
            self.name
        );
        let renamed = "if the resource has another name in the program than before, give it the resource option `aliases` with the old one";
        let wished = "if it is to be replaced although nothing differs, set the resource option `deleteBeforeReplace: true`: the new one is made before \
             the old one is deleted, and here both are the same";
        let [first, second] = if self.replaces { [wished, renamed] } else { [renamed, wished] };
        let hint = format!("{first}; {second}; if the program declares it twice, remove one; else {import}");
        Error::new(format!("creating `{}`: `{id}` exists already", self.name)).hint(hint)
    }

    /// Whether the program itself gives a property: a name that was made up for it is none of the program's.
    pub fn gives(&self, property: &str) -> bool {
        self.given.contains_key(property) && !self.makes_up(property)
    }

    /// Whether a property is a name that was made up.
    pub(crate) fn makes_up(&self, property: &str) -> bool {
        let birth = self.given.get(crate::serve::BIRTH).and_then(Value::as_object);
        let made_up = birth.and_then(|birth| birth.get("made")).map(Value::bare);
        matches!(made_up, Some(Value::Array(names)) if names.iter().any(|name| *name == Value::from(property)))
    }

    /// Whether what an input names was made anew under the same name since this resource was told of it: what the cloud had tied to the old one is gone,
    /// although nothing else may differ. Asked in an update.
    pub fn is_anew(&self, name: &str) -> bool {
        self.anew.get().is_some_and(|names| names.contains(name))
    }

    /// Whether anything that its inputs name was made anew.
    pub(crate) fn tells_again(&self) -> bool {
        self.anew.get().is_some_and(|names| !names.is_empty())
    }

    /// Does a part only once, however often the whole is called again; a failed part counts as not done.
    pub async fn once(&self, part: &str, work: impl Future<Output = Result<()>>) -> Result<()> {
        let done = || self.done.lock().unwrap_or_else(PoisonError::into_inner);
        if done().contains(part) {
            return Ok(());
        }
        work.await?;
        done().insert(part.to_owned());
        Ok(())
    }

    /// Whether a part of [`Call::once`] was done in this call.
    pub fn did(&self, part: &str) -> bool {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).contains(part)
    }

    /// Gives an output that is marked `keep` another value than the last state has: what only this update knows. It is kept in the state once the
    /// update has come to its end; a creation's goes along with the id ([`Id::keeping`]).
    pub fn keep(&self, output: &str, value: &impl Property) {
        put(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner), output, value);
    }

    /// Tells the user, beside the resource, what is going on; gone when the next such line comes.
    pub async fn status(&self, message: impl Into<String>) {
        self.log.status(&self.urn, message.into()).await;
    }

    /// Warns the user.
    pub async fn warn(&self, message: impl Into<String>) {
        self.log.warn(&self.urn, message.into()).await;
    }
}
