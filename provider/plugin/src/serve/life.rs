//! Create, Read, Update and Delete.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use gitinfra_proto::pulumirpc as rpc;
use prost_types::Struct;
use tonic::Status;

use crate::catalogue::{AnyResource, At, UNFINISHED, UNREAD};
use crate::conform::conform;
use crate::error::Error;
use crate::foresee::foresee;
use crate::hide::secrets;
use crate::keep::kept;
use crate::property::Shaped as _;
use crate::resource::{Id, Provider};
use crate::serve::named::NAMED;
use crate::serve::older::OLDER;
use crate::serve::{BIRTH, Service, account};
use crate::status::{clean, partial};
use crate::urn::Urn;
use crate::value::{Map, Value};
use crate::veil::veil;
use crate::wire::{self, Accepts};

impl<P: Provider> Service<P> {
    pub(super) async fn create(&self, request: rpc::CreateRequest) -> Result<rpc::CreateResponse, Status> {
        let resource = self.resource(&request.urn)?;
        let inputs = wire::read_map(request.properties.as_ref())?;
        if request.preview {
            let mut seen = foresee(&self.inputs_of(resource), resource.state(), None, &inputs);
            seen.extend(resource.foretold(&inputs));
            return Ok(rpc::CreateResponse { properties: wired(&seen), ..Default::default() });
        }
        let at = self.open_owned(&request.urn, &request.name, request.timeout, [&inputs, &Map::new()]).await?;
        at.call.tried.store(self.was_tried(&request.urn, &at.call.birth.token), Ordering::Relaxed);
        let begun = self.creations.begin(&request.urn, &inputs);
        begun.map_err(|error| clean(&Error::new(format!("noting that it is created: {error}"))))?;
        match resource.create(&at, &inputs).await {
            Ok((id, state)) => {
                self.creations.end(&at.call.birth.token);
                self.note_birth(&at, &inputs, Some(&id));
                let mut state = self.outputs(resource, &at, state, &inputs, id.kept());
                self.note_names(&request.urn, &inputs, &id, &state, true);
                self.keep_named(resource, &inputs, &mut state);
                Ok(rpc::CreateResponse { id: id.to_string(), properties: wired(&state), refresh_before_update: false })
            }
            Err(error) => {
                // What may have been made without an answer is not in the engine's state.
                if error.born().is_some() || !at.call.tried() {
                    self.creations.end(&at.call.birth.token);
                }
                self.note_birth(&at, &inputs, error.born());
                Err(self.failed(resource, &at, &error, &inputs, Change::Creation).await)
            }
        }
    }

    pub(super) async fn update(&self, request: rpc::UpdateRequest) -> Result<rpc::UpdateResponse, Status> {
        let resource = self.resource(&request.urn)?;
        let olds = wire::read_map(request.olds.as_ref())?;
        let inputs = wire::read_map(request.news.as_ref())?;
        if request.preview {
            let seen = foresee(&self.inputs_of(resource), resource.state(), Some(&olds), &inputs);
            return Ok(rpc::UpdateResponse { properties: wired(&seen), ..Default::default() });
        }
        let at = self.open_owned(&request.urn, &request.name, request.timeout, [&inputs, &olds]).await?;
        let before = self.tell_again(resource, &at, &inputs, &olds);
        match resource.update(&at, &Id::from(request.id), &before, &inputs).await {
            Ok(state) => {
                let mut last = olds.clone();
                last.extend(std::mem::take(&mut *at.call.kept.lock().unwrap_or_else(PoisonError::into_inner)));
                let mut state = self.outputs(resource, &at, state, &inputs, &last);
                self.keep_named(resource, &inputs, &mut state);
                Ok(rpc::UpdateResponse { properties: wired(&state), refresh_before_update: false })
            }
            Err(error) => Err(self.failed(resource, &at, &error, &inputs, Change::Update(&olds)).await),
        }
    }

    pub(super) async fn read(&self, request: rpc::ReadRequest) -> Result<rpc::ReadResponse, Status> {
        let resource = self.resource(&request.urn)?;
        let olds = wire::read_map(request.properties.as_ref())?;
        let mut inputs = wire::read_map(request.inputs.as_ref())?;
        let importing = inputs.is_empty() && olds.is_empty();
        let mut id = Id::from(request.id.clone());
        if importing {
            let said;
            (id, said) = self.configured()?.provider.import(&request.id);
            inputs = said;
        }
        if importing {
            self.configured()?.provider.complete(P::Common::shape(), &mut inputs);
            resource.fix(Some(&self.configured()?.provider), &mut inputs);
        }
        let at = self.open_owned(&request.urn, &request.name, request.timeout, [&inputs, &olds]).await?;
        let Some(state) =
            resource.read(&at, &id, &inputs).await.map_err(|e| clean(&e.hiding(&secrets([&inputs, &olds]))))?
        else {
            return Ok(rpc::ReadResponse::default());
        };
        if importing {
            self.note_imported(&request.urn);
        }
        let mut state = self.outputs(resource, &at, state, &inputs, &olds);
        // A refresh neither does what a creation left undone, nor tells what is to be told again.
        state.extend(own(&olds, UNFINISHED).into_iter().chain(own(&olds, NAMED)));
        let seen = self.inputs_seen(resource, &state, &inputs, importing);
        Ok(rpc::ReadResponse {
            id: id.to_string(),
            properties: wired(&state),
            inputs: wired(&seen),
            refresh_before_update: false,
        })
    }

    pub(super) async fn delete(&self, request: rpc::DeleteRequest) -> Result<(), Status> {
        let resource = self.resource(&request.urn)?;
        let olds = wire::read_map(request.properties.as_ref())?;
        let inputs = wire::read_map(request.old_inputs.as_ref())?;
        let at = self.open_owned(&request.urn, &request.name, request.timeout, [&inputs, &olds]).await?;
        let id = Id::from(request.id);
        if let Some(keeper) = self.needed_by(resource, &at, &inputs, &id) {
            let name = Urn::parse(&keeper).name;
            if self.failures().of(&keeper).is_some() {
                let error = Error::new(format!("`{id}` is kept: `{name}`, which is the same thing, failed"));
                return Err(clean(&error.hint(format!("mend `{name}` first"))));
            }
            at.call.warn(format!("`{id}` stays: `{name}` is the same thing now")).await;
            return Ok(());
        }
        resource.delete(&at, &id, &olds).await.map_err(|e| clean(&e.hiding(&secrets([&inputs, &olds]))))
    }

    /// The whole state: what was read, what all resources have in common, what only the last state knows; secrets where the program had them.
    fn outputs(&self, resource: &dyn AnyResource<P>, at: &At<P>, read: Map, inputs: &Map, olds: &Map) -> Map {
        let common = P::Common::shape();
        let mut state: Map =
            inputs.iter().filter(|(k, _)| common.field(k).is_some()).map(|(k, v)| (k.clone(), v.clone())).collect();
        state.extend(conform(&[resource.state()], &read).properties);
        for field in resource.state().fields() {
            let kept = kept(field, resource.inputs(), inputs, olds);
            state.extend(kept.map(|value| (field.name.to_owned(), value.clone())));
        }
        let fields = resource.state().fields().into_iter();
        let others = fields.filter(|f| f.marks.given && !inputs.contains_key(f.name));
        for field in others.filter(|_| !inputs.is_empty()) {
            state.remove(field.name);
        }
        account::note(at, &mut state);
        let veiled = |name: &String, value: Value| match (inputs.get(name), olds.get(name)) {
            (Some(pattern), _) => veil(value, pattern),
            (None, Some(pattern)) => veil(value, pattern),
            _ => value,
        };
        state.into_iter().map(|(name, value)| (name.clone(), veiled(&name, value))).collect()
    }

    /// The inputs as they are in the cloud: for an import all of them, else those that the program gave.
    fn inputs_seen(&self, resource: &dyn AnyResource<P>, state: &Map, given: &Map, importing: bool) -> Map {
        let shapes = self.inputs_of(resource);
        let fields = shapes.iter().flat_map(|s| s.fields());
        let wanted = fields.filter(|f| importing || given.contains_key(f.name));
        let mut seen: Map = wanted.filter_map(|f| Some((f.name.to_owned(), state.get(f.name)?.clone()))).collect();
        seen = conform(&shapes, &seen).properties;
        let own = [BIRTH, OLDER].into_iter().filter_map(|name| given.get_key_value(name));
        seen.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        seen
    }

    /// A failure: clean where nothing was made or changed, else with all that is known of what exists.
    async fn failed(
        &self,
        resource: &dyn AnyResource<P>,
        at: &At<P>,
        error: &Error,
        inputs: &Map,
        change: Change<'_>,
    ) -> Status {
        let olds = match change {
            Change::Creation => inputs,
            Change::Update(olds) => olds,
        };
        let error = &error.clone().hiding(&secrets([inputs, olds]));
        self.failures().note(&at.call.urn, error.clone());
        let Some(id) = error.born() else {
            return clean(error);
        };
        let known = unchanged(resource, inputs, olds);
        let mut told = olds.clone();
        told.extend(id.kept().clone());
        let mut state = match resource.read(at, id, inputs).await {
            Ok(Some(state)) => self.outputs(resource, at, state, &known, &told),
            // It can't be read just now. What was known of it stays known, of a new one what was asked for; the next change reads it first.
            _ => {
                let mut state = told;
                state.remove(BIRTH);
                state.insert(UNREAD.to_owned(), true.into());
                state
            }
        };
        account::note(at, &mut state);
        state.extend(own(olds, NAMED));
        match change {
            Change::Creation => drop(state.insert(UNFINISHED.to_owned(), true.into())),
            Change::Update(olds) if state == *olds => return clean(error),
            Change::Update(olds) => state.extend(own(olds, UNFINISHED)),
        }
        partial(error, id, &state, inputs)
    }
}

/// One of the framework's own properties, if it stands in a state.
fn own(state: &Map, name: &str) -> Option<(String, Value)> {
    state.get_key_value(name).map(|(name, value)| (name.clone(), value.clone()))
}

/// What failed.
#[derive(Clone, Copy)]
enum Change<'a> {
    Creation,
    /// An update, from this state.
    Update(&'a Map),
}

/// The inputs with what the cloud never tells as it was: whether the change got as far as that is not known, so it is done again.
fn unchanged<P: Provider>(resource: &dyn AnyResource<P>, inputs: &Map, olds: &Map) -> Map {
    let mut known = inputs.clone();
    for field in resource.inputs().fields().into_iter().filter(|field| field.marks.keep) {
        match olds.get(field.name) {
            Some(value) => drop(known.insert(field.name.to_owned(), value.clone())),
            None => drop(known.remove(field.name)),
        }
    }
    known
}

fn wired(map: &Map) -> Option<Struct> {
    Some(wire::write_map(map, Accepts::STATE))
}
