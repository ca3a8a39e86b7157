//! The provider as the engine sees it: one tonic service for the whole package.

mod account;
mod check;
mod config;
mod construct;
mod creations;
mod declared;
mod invoke;
mod life;
mod named;
mod older;
mod rehearsal;
mod service;
mod start;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::Status;

pub use creations::Creations;
pub use start::{Begun, Start, serve};

use crate::call::{Birth, Call};
use crate::catalogue::{AnyResource, At, Package};
use crate::conform::conform;
use crate::early::Early;
use crate::failures::Failures;
use crate::hide::secrets;
use crate::lifecycle::{Pace, ask};
use crate::log::Log;
use crate::property::{Property as _, Shaped as _};
use crate::resource::{Id, Provider};
use crate::shape::{Field, Shape};
use crate::status::clean;
use crate::urn::Urn;
use crate::value::{Map, Value};

use self::declared::Declared;
use self::named::Named;

/// The framework's own property in the inputs of every resource: how its creation is known, and which names were made up.
pub(crate) const BIRTH: &str = "__birth";

/// The service of one package.
pub struct Service<P: Provider> {
    package: Arc<Package<P>>,
    met: RwLock<Met<P>>,
    /// The creations that an earlier run left unfinished, by URN.
    pending: Mutex<BTreeMap<String, Begun>>,
    creations: Creations,
    log: Log,
    pace: Pace,
}

/// What a thing is known by: its type, its place and its id.
type Thing = [String; 3];

/// What holds for one engine.
struct Met<P> {
    configured: Option<Arc<Configured<P>>>,
    cancel: CancellationToken,
    building: TaskTracker,
    failures: Arc<Failures>,
    early: Arc<Early>,
    /// The tokens of creations that may have made something although no answer came.
    tried: BTreeSet<String>,
    /// The URNs that the engine has an older resource of, and does not ask what differs: it replaces them by wish.
    known: BTreeSet<String>,
    /// The URNs of all that the engine has an older resource of.
    shown: BTreeSet<String>,
    /// The URNs of the resources that this run imports.
    imported: BTreeSet<String>,
    /// Which resource a thing is in this run, by type, place and id: its URN, and the token of its birth.
    births: BTreeMap<Thing, (String, String)>,
    /// The things that the program's resources are replaced for, and the tokens of their births.
    leaving: BTreeSet<(Thing, String)>,
    declared: Declared,
    /// The things that have been met, by the names that others call them by.
    named: Named,
    /// The account of the resources that are compared, by place.
    accounts: BTreeMap<String, String>,
}

impl<P> Default for Met<P> {
    fn default() -> Self {
        Met {
            configured: None,
            cancel: CancellationToken::new(),
            building: TaskTracker::new(),
            failures: Arc::default(),
            early: Arc::default(),
            tried: BTreeSet::new(),
            known: BTreeSet::new(),
            shown: BTreeSet::new(),
            imported: BTreeSet::new(),
            births: BTreeMap::new(),
            leaving: BTreeSet::new(),
            declared: Declared::default(),
            named: Named::default(),
            accounts: BTreeMap::new(),
        }
    }
}

impl<P> Met<P> {
    /// Whether the engine has an older resource of what is in a component: their types say what they are in.
    fn has_shown(&self, component: &str) -> bool {
        let Some((chain, name)) = component.rsplit_once("::") else { return false };
        let is_in = |urn: &String| {
            let (within, child) = urn.rsplit_once("::").unwrap_or_default();
            within.starts_with(&format!("{chain}$")) && child.starts_with(name)
        };
        self.shown.iter().any(is_in)
    }
}

/// The provider once it has its configuration.
struct Configured<P> {
    provider: P,
    /// `urn::id` of the provider resource; empty when the engine didn't tell.
    reference: String,
}

impl<P: Provider> Service<P> {
    /// A service that has not met its engine yet.
    pub fn new(package: Package<P>, start: &Start) -> Arc<Self> {
        Arc::new(Service {
            package: Arc::new(package),
            met: RwLock::default(),
            pending: Mutex::new(start.pending.clone()),
            creations: start.creations.clone(),
            log: Log::default(),
            pace: start.pace,
        })
    }

    /// Begins anew when the last engine is done with us. Only in attach mode does another one come.
    fn greet(&self) {
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        if met.cancel.is_cancelled() {
            *met = Met::default();
        }
    }

    fn met(&self) -> RwLockReadGuard<'_, Met<P>> {
        self.met.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn configure_as(&self, configured: Configured<P>) {
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        met.configured = Some(Arc::new(configured));
    }

    fn configured(&self) -> Result<Arc<Configured<P>>, Status> {
        let configured = self.met().configured.clone();
        configured.ok_or_else(|| Status::failed_precondition("the provider has not been configured"))
    }

    /// Ends waits when the user cancels.
    fn cancel(&self) -> CancellationToken {
        self.met().cancel.clone()
    }

    /// The components that are being built.
    fn building(&self) -> TaskTracker {
        self.met().building.clone()
    }

    /// What failed so far.
    fn failures(&self) -> Arc<Failures> {
        self.met().failures.clone()
    }

    /// What parts say before they are whole.
    fn early(&self) -> Arc<Early> {
        self.met().early.clone()
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<String, Begun>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an earlier attempt at a creation, by this engine or one that it was told of, may have made something.
    fn was_tried(&self, urn: &str, token: &str) -> bool {
        self.pending().get(urn).is_some_and(|begun| begun.token == token) || self.met().tried.contains(token)
    }

    /// Notes what came of a creation: what it made or took over, or that it may have made something.
    fn note_birth(&self, at: &At<P>, inputs: &Map, id: Option<&Id>) {
        let token = at.call.birth.token.clone();
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        if at.call.tried() {
            met.tried.insert(token.clone());
        }
        let Some(id) = id else { return };
        for thing in self.standing_at(&at.call.urn, inputs, id, at.account.as_deref()) {
            met.births.insert(thing, (at.call.urn.to_string(), token.clone()));
        }
    }

    /// Notes that the program goes on with a resource, which is the thing of this id: unless another one has made or taken over the very thing.
    fn note_kept(&self, urn: &str, inputs: &Map, id: &Id, account: Option<&str>) {
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        for thing in self.standing_at(urn, inputs, id, account) {
            met.births.entry(thing).or_insert_with(|| (urn.to_owned(), birth_of(inputs).token));
        }
    }

    /// Notes that the program gives up a thing for another one.
    fn note_leaving(&self, urn: &str, inputs: &Map, id: &Id, account: Option<&str>) {
        let things = self.standing_at(urn, inputs, id, account).into_iter();
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        met.leaving.extend(things.map(|thing| (thing, birth_of(inputs).token)));
    }

    /// Who needs the very thing that is to be deleted: a resource of the program that made or took it over, now or in an earlier run, or that
    /// declares what no two can have in common.
    fn needed_by(&self, resource: &dyn AnyResource<P>, at: &At<P>, inputs: &Map, id: &Id) -> Option<String> {
        let (urn, own) = (&*at.call.urn, birth_of(inputs).token);
        let met = self.met();
        let things = self.standing_at(urn, inputs, id, at.account.as_deref());
        match things.iter().find_map(|thing| met.births.get(thing)) {
            // One that was imported has no token, and only its URN. One with an alias has another URN, and the same token.
            Some((keeper, _)) if own.is_empty() => (keeper != urn).then(|| keeper.clone()),
            Some((keeper, token)) => (*token != own).then(|| keeper.clone()),
            None if things.into_iter().any(|thing| met.leaving.contains(&(thing, own.clone()))) => None,
            None => {
                let holder = self.thing(resource, inputs).and_then(|thing| met.declared.holder(&thing))?;
                (holder != urn).then(|| holder.to_owned())
            }
        }
    }

    /// What a thing is known by in this run: its type, its place and its id. The place is the account and what all resources of it share, such as
    /// the region, whoever asks; and by what the resource says of it, where the account is not known.
    fn standing_at(&self, urn: &str, inputs: &Map, id: &Id, account: Option<&str>) -> Vec<Thing> {
        let at = |place: String| [Urn::parse(urn).token().to_owned(), place, id.to_string()];
        let owned = account.map(|account| at(format!("{account} {}", spot::<P>(inputs))));
        owned.into_iter().chain([at(place::<P>(inputs))]).collect()
    }

    /// Notes that the engine asks what differs from the older resource of a URN.
    fn note_compared(&self, urn: &str) {
        self.met.write().unwrap_or_else(PoisonError::into_inner).known.remove(urn);
    }

    /// Notes that the engine has an older resource of a URN.
    fn note_known(&self, urn: &str) {
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        met.known.insert(urn.to_owned());
        met.shown.insert(urn.to_owned());
    }

    /// Notes that the engine imports what it is going to compare with the program.
    fn note_imported(&self, urn: &str) {
        self.met.write().unwrap_or_else(PoisonError::into_inner).imported.insert(urn.to_owned());
    }

    /// Notes which thing a resource is; says which other resource is the same one already.
    fn declare(&self, urn: &str, thing: Option<String>) -> Option<String> {
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        met.declared.note(urn, thing)
    }

    fn resource(&self, urn: &str) -> Result<&dyn AnyResource<P>, Status> {
        let token = Urn::parse(urn).token();
        let found = self.package.resources.iter().find(|r| r.token() == token);
        found.map(Box::as_ref).ok_or_else(|| Status::not_found(format!("no resource `{token}` in this package")))
    }

    /// What a call about a resource is answered with, or one about none. The first properties that there are say what all resources have in
    /// common, and all of them what must not be shown.
    async fn open(&self, urn: &str, name: &str, timeout: f64, known: &[&Map]) -> Result<At<P>, Status> {
        let nothing = &Map::new();
        let inputs = known.iter().find(|map| !map.is_empty()).unwrap_or(&nothing);
        let hidden = secrets(known.iter().copied());
        let call = Call {
            urn: urn.into(),
            name: if name.is_empty() { Urn::parse(urn).name } else { name }.into(),
            given: Arc::new((*inputs).clone()),
            birth: birth_of(inputs),
            timeout: (timeout > 0.0).then(|| Duration::from_secs_f64(timeout)),
            pace: self.pace,
            log: self.log.hiding(hidden.clone()),
            cancel: self.cancel(),
            tried: Arc::default(),
            replaces: self.met().known.contains(urn),
            done: Arc::default(),
            anew: Arc::default(),
            kept: Arc::default(),
        };
        let common = self.common(inputs)?;
        let configured = self.configured()?;
        let session = ask(&call, "reaching the cloud", || configured.provider.session(&common, call.clone())).await;
        let session = session.map_err(|error| clean(&error.hiding(&hidden)))?;
        Ok(At { session, call, account: None })
    }

    /// What the inputs say of what all resources have in common.
    fn common(&self, inputs: &Map) -> Result<P::Common, Status> {
        let shape = P::Common::shape();
        let own: Map =
            inputs.iter().filter(|(k, _)| shape.field(k).is_some()).map(|(k, v)| (k.clone(), v.clone())).collect();
        let conformed = conform(&[shape], &own);
        P::Common::decode(&Value::Object(conformed.properties))
            .map_err(|fault| Status::invalid_argument(fault.to_string()))
    }

    /// The tables of a resource's inputs: its own, and what all have in common.
    fn inputs_of(&self, resource: &dyn AnyResource<P>) -> [&'static Shape; 2] {
        [resource.inputs(), P::Common::shape()]
    }
}

/// Where a resource is, by what all resources have in common.
fn place<P: Provider>(inputs: &Map) -> String {
    place_by::<P>(inputs, |_| true)
}

/// The same without what only says who asks, such as a role: that may change while the resource stays where it is.
fn spot<P: Provider>(inputs: &Map) -> String {
    place_by::<P>(inputs, |field| field.marks.replace)
}

fn place_by<P: Provider>(inputs: &Map, which: impl Fn(&Field) -> bool) -> String {
    let common = P::Common::shape();
    let own = inputs.iter().filter(|(name, _)| common.field(name).is_some_and(&which));
    let place: Map = own.map(|(name, value)| (name.clone(), value.plain())).collect();
    Value::from(place).to_json().to_string()
}

fn birth_of(inputs: &Map) -> Birth {
    let birth = inputs.get(BIRTH).and_then(Value::as_object);
    let token = birth.and_then(|b| b.get("token")).and_then(Value::as_str);
    Birth { token: token.unwrap_or_default().to_owned(), once: format!("{:032x}", rand::random::<u128>()) }
}

/// 32 hex digits.
fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let hash = hasher.finalize();
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
