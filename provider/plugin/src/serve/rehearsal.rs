//! A component built without the engine, before it is told anything: so everything that is wrong below the component is known at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use crate::assume::sure;
use crate::call::Call;
use crate::catalogue::{AnyComponent, AnyResource, Package, Site};
use crate::component::Registration;
use crate::conform::{Conformed, conform};
use crate::early::Outlets;
use crate::error::{Error, Fault, Result};
use crate::failures::child_urn;
use crate::foresee::foresee;
use crate::monitor::{NewChild, Registrar};
use crate::path::Path;
use crate::property::{Property as _, Shaped as _};
use crate::resource::Provider;
use crate::scope::blame;
use crate::serve::Configured;
use crate::shape::Shape;
use crate::value::{Map, Value};
use crate::veil::discreet;
use crate::wire::{self, Accepts};

/// What a rehearsal needs of the provider.
pub(super) struct Stage<P: Provider> {
    pub package: Arc<Package<P>>,
    pub configured: Arc<Configured<P>>,
    pub call: Call,
}

/// Takes the children of one component, and notes what is wrong with them.
struct Rehearsal<P: Provider> {
    stage: Arc<Stage<P>>,
    urn: String,
    overrides: Map,
    retell: fn(&str, Fault) -> Vec<Fault>,
    faults: Mutex<Vec<Fault>>,
}

/// The properties of a component held against its rules.
pub(super) struct Checked {
    /// The properties, canonical.
    pub properties: Map,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
    /// What has to be known before it can be said which children there are, but is not.
    pub unknown: Vec<Path>,
    /// Whether each property is well-formed and known, whatever rules between them say.
    pub formed: bool,
}

impl Checked {
    /// The properties of a component. What is wrong by itself counts as unknown for the rules between properties, so that those are told in the same breath.
    pub fn of<P: Provider>(component: &dyn AnyComponent<P>, inputs: &Map) -> Checked {
        let checked = conform(&[component.inputs()], inputs);
        let ruled = sure(&component.inputs().fields(), &checked, |properties| component.check(properties));
        let Conformed { properties, mut faults, unknown } = checked;
        let formed = faults.is_empty() && unknown.is_empty();
        faults.extend(ruled);
        Checked { properties, faults, unknown, formed }
    }
}

impl<P: Provider> Stage<P> {
    /// What is wrong below a component of these properties, and the outputs that it would have.
    pub(super) async fn rehearse(
        self: &Arc<Self>,
        component: &dyn AnyComponent<P>,
        name: &str,
        urn: &str,
        properties: &Map,
    ) -> (Vec<Fault>, Map) {
        let nothing = || unknown(component.outputs());
        // Whoever can't be reached now is reached for in earnest later, and then it is told.
        let Ok(session) = self.session(properties).await else { return (Vec::new(), nothing()) };
        let rehearsal = Arc::new(Rehearsal {
            stage: self.clone(),
            urn: urn.to_owned(),
            overrides: properties.get("overrides").and_then(Value::as_object).cloned().unwrap_or_default(),
            retell: component.retell(),
            faults: Mutex::default(),
        });
        let registrar: Arc<dyn Registrar> = rehearsal.clone();
        let site = Site { session: &session, name, call: None, open: async { Ok(registrar) }.boxed() };
        let outcome = component.construct(site, properties).await;
        let mut faults = std::mem::take(&mut *rehearsal.noted());
        match outcome {
            Ok(constructed) => (faults, constructed.outputs),
            Err(error) => {
                faults.extend(error.faults().iter().cloned());
                (faults, nothing())
            }
        }
    }

    async fn session(&self, properties: &Map) -> Result<P::Session> {
        let mut common = properties.clone();
        common.retain(|name, _| P::Common::shape().field(name).is_some());
        self.configured.provider.complete(P::Common::shape(), &mut common);
        let conformed = conform(&[P::Common::shape()], &common);
        let common = P::Common::decode(&Value::Object(conformed.properties)).map_err(Error::from)?;
        self.configured.provider.session(&common, self.call.clone()).await
    }

    /// What is wrong with a resource of these inputs, and the state that a preview would foresee.
    fn resource(&self, resource: &dyn AnyResource<P>, mut inputs: Map) -> (Vec<Fault>, Map) {
        self.configured.provider.complete(resource.inputs(), &mut inputs);
        resource.fix(Some(&self.configured.provider), &mut inputs);
        for field in resource.inputs().fields().into_iter().filter(|field| field.marks.autoname.is_some()) {
            inputs.entry(field.name.to_owned()).or_insert(Value::Unknown);
        }
        let shapes = [resource.inputs(), P::Common::shape()];
        let checked = conform(&shapes, &inputs);
        let mut faults = checked.faults.clone();
        faults.extend(sure(&resource.inputs().fields(), &checked, |inputs| resource.check(inputs)));
        let faults = discreet(faults, &[&inputs, &checked.properties]);
        let mut state = foresee(&shapes, resource.state(), None, &checked.properties);
        state.extend(resource.foretold(&checked.properties));
        (faults, state)
    }

    /// What is wrong with a part of these inputs, and the outputs that it would have.
    async fn part(
        self: &Arc<Self>,
        component: &dyn AnyComponent<P>,
        name: &str,
        urn: &str,
        inputs: &Map,
    ) -> (Vec<Fault>, Map) {
        let Checked { properties, faults, unknown: open, .. } = Checked::of(component, inputs);
        let given = [inputs, &properties];
        // What only the engine will know is no fault.
        if !faults.is_empty() || !open.is_empty() {
            return (discreet(faults, &given), unknown(component.outputs()));
        }
        let (faults, outputs) = Box::pin(self.rehearse(component, name, urn, &properties)).await;
        (discreet(faults, &given), outputs)
    }
}

impl<P: Provider> Rehearsal<P> {
    fn noted(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is wrong with a child, seen from the component: at the override that says it, at the input that says what the part is like, or by its key.
    fn seen(&self, key: &str, part: bool, fault: Fault) -> Vec<Fault> {
        let own = self.overrides.get(key).and_then(Value::as_object);
        if own.is_some_and(|own| own.contains_key(fault.at.head())) {
            return vec![Fault { at: Path::root().key("overrides").key(key).join(&fault.at), why: fault.why }];
        }
        match part {
            true => (self.retell)(key, fault),
            false => vec![Fault::new(Path::root(), format!("{}: {fault}", blame(key, part)))],
        }
    }

    async fn registration(&self, child: NewChild) -> Registration {
        let NewChild { key, name, token, part, inputs, .. } = child;
        let urn = child_urn(&self.urn, token, &name);
        let accepts = if part { Accepts::ALL } else { Accepts::STATE };
        let inputs = sent(&inputs, accepts);
        let package = &self.stage.package;
        let (faults, state) = match part {
            true => match package.components.iter().find(|it| it.token() == token) {
                Some(component) => self.stage.part(component.as_ref(), &name, &urn, &inputs).await,
                None => Default::default(),
            },
            false => match package.resources.iter().find(|it| it.token() == token) {
                Some(resource) => self.stage.resource(resource.as_ref(), inputs),
                None => Default::default(),
            },
        };
        self.noted().extend(faults.into_iter().flat_map(|fault| self.seen(&key, part, fault)));
        let state = sent(&state, Accepts::STATE);
        Registration { urn, id: String::new(), state, dependencies: BTreeMap::new(), preview: true }
    }
}

impl<P: Provider> Registrar for Rehearsal<P> {
    /// It makes nothing that would be waited for: a part has nothing to say early.
    fn register(
        &self,
        child: NewChild,
        _: oneshot::Sender<Outlets>,
    ) -> BoxFuture<'_, Result<Registration, Arc<Error>>> {
        self.registration(child).map(Ok).boxed()
    }

    /// What else is wrong is worth knowing, too.
    fn refuse(&self, faults: Vec<Fault>) -> Result<()> {
        self.noted().extend(faults);
        Ok(())
    }

    fn finish<'a>(&'a self, _: &'a Map) -> BoxFuture<'a, Result<()>> {
        async { Ok(()) }.boxed()
    }
}

/// Properties as they come out of the engine.
fn sent(properties: &Map, accepts: Accepts) -> Map {
    wire::read_map(Some(&wire::write_map(properties, accepts))).unwrap_or_default()
}

/// Outputs of which nothing is known.
fn unknown(outputs: &Shape) -> Map {
    outputs.fields().into_iter().map(|field| (field.name.to_owned(), Value::Unknown)).collect()
}
