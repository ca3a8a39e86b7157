//! What a package offers: one visible list, in reading order.

use std::marker::PhantomData;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::assume::assume;
use crate::call::Call;
use crate::component::Component;
use crate::early::Outlets;
use crate::error::{Error, Fault, Result};
use crate::lifecycle::{Life, ask, gone};
use crate::monitor::{Registrar, resolved};
use crate::property::{Property, Shaped};
use crate::resource::{Function, Id, Provider, Resource};
use crate::scope::{Note, Scope};
use crate::shape::Shape;
use crate::value::{Map, Value};

/// What a package says of itself.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    /// The package's name: `gitinfra`.
    pub name: &'static str,
    /// Its version, semantic.
    pub version: &'static str,
    /// Its name for people.
    pub display_name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Words by which it is found.
    pub keywords: &'static [&'static str],
    /// Where it is at home.
    pub homepage: &'static str,
    /// Where its source is.
    pub repository: &'static str,
    /// Who publishes it.
    pub publisher: &'static str,
    /// Its licence, as SPDX writes it.
    pub license: &'static str,
    /// The import path of the generated Go SDK.
    pub go_import_path: &'static str,
}

/// A package: what it says of itself, its resources, components and functions.
pub struct Package<P: Provider> {
    pub(crate) meta: Meta,
    pub(crate) resources: Vec<Box<dyn AnyResource<P>>>,
    pub(crate) components: Vec<Box<dyn AnyComponent<P>>>,
    pub(crate) functions: Vec<Box<dyn AnyFunction<P>>>,
    pub(crate) written: Option<&'static str>,
}

impl<P: Provider> Package<P> {
    /// A package without anything in it.
    pub fn new(meta: Meta) -> Self {
        Package { meta, resources: Vec::new(), components: Vec::new(), functions: Vec::new(), written: None }
    }

    /// With a resource.
    pub fn resource<R: Resource<Session = P::Session>>(mut self) -> Self {
        self.written = None;
        self.resources.push(Box::new(Of::<R>(PhantomData)));
        self
    }

    /// With a component.
    pub fn component<C: Component<Session = P::Session> + Sync + 'static>(mut self) -> Self {
        self.written = None;
        self.components.push(Box::new(Of::<C>(PhantomData)));
        self
    }

    /// With a function.
    pub fn function<F: Function<Session = P::Session> + Send + Sync>(mut self) -> Self {
        self.written = None;
        self.functions.push(Box::new(Of::<F>(PhantomData)));
        self
    }

    /// With its schema as `schema_text` wrote it beforehand, until more is added. It is served as it is: an engine of YAML asks for it in every run.
    pub fn written_schema(mut self, text: &'static str) -> Self {
        self.written = Some(text);
        self
    }
}

/// Stands for a type.
struct Of<T>(PhantomData<fn() -> T>);

/// The calls of a resource with its types erased.
pub(crate) trait AnyResource<P: Provider>: Send + Sync {
    fn token(&self) -> &'static str;
    fn inputs(&self) -> &'static Shape;
    fn state(&self) -> &'static Shape;
    fn fix(&self, provider: Option<&P>, inputs: &mut Map);
    fn check(&self, new: &Map) -> Vec<Fault>;
    fn check_in(&self, new: &Map, common: &Map) -> Vec<Fault>;
    fn collides(&self, old: &Map, new: &Map) -> bool;
    fn replaces(&self, old: &Map, new: &Map) -> Vec<&'static str>;
    fn spent(&self, state: &Map) -> Option<&'static str>;
    fn foretold(&self, new: &Map) -> Map;
    fn holds_on(&self) -> &'static [(&'static str, &'static str)];
    fn create<'a>(&'a self, at: &'a At<P>, new: &'a Map) -> BoxFuture<'a, Result<(Id, Map)>>;
    fn read<'a>(&'a self, at: &'a At<P>, id: &'a Id, given: &'a Map) -> BoxFuture<'a, Result<Option<Map>>>;
    fn in_place<'a>(&'a self, at: &'a At<P>, old: &'a Map, new: &'a Map) -> BoxFuture<'a, Result<Vec<&'static str>>>;
    fn prevents<'a>(&'a self, at: &'a At<P>, id: &'a Id, old: &'a Map, new: &'a Map) -> BoxFuture<'a, Result<()>>;
    fn update<'a>(&'a self, at: &'a At<P>, id: &'a Id, old: &'a Map, new: &'a Map) -> BoxFuture<'a, Result<Map>>;
    fn delete<'a>(&'a self, at: &'a At<P>, id: &'a Id, old: &'a Map) -> BoxFuture<'a, Result<()>>;
}

/// What one call of a resource happens with.
pub(crate) struct At<P: Provider> {
    pub session: P::Session,
    pub call: Call,
    /// The account that it happens in; `None` where nobody asked.
    pub account: Option<String>,
}

impl<P: Provider> At<P> {
    fn life<R: Resource<Session = P::Session>>(&self) -> Life<'_, P::Session> {
        Life::of::<R>(&self.session, &self.call)
    }
}

impl<P: Provider, R: Resource<Session = P::Session>> AnyResource<P> for Of<R> {
    fn token(&self) -> &'static str {
        R::TOKEN
    }

    fn inputs(&self) -> &'static Shape {
        R::Inputs::shape()
    }

    fn state(&self) -> &'static Shape {
        R::shape()
    }

    fn fix(&self, provider: Option<&P>, inputs: &mut Map) {
        for (name, value) in R::FIXED {
            let value = provider.map_or_else(|| (*value).to_owned(), |provider| provider.fixed(name, value, inputs));
            inputs.insert((*name).to_owned(), value.into());
        }
    }

    fn check(&self, new: &Map) -> Vec<Fault> {
        match decode::<R::Inputs>(new) {
            Ok(inputs) => R::check(&inputs),
            Err(fault) => vec![fault],
        }
    }

    fn check_in(&self, new: &Map, common: &Map) -> Vec<Fault> {
        decode::<R::Inputs>(new).map_or_else(|_| Vec::new(), |inputs| R::check_in(&inputs, common))
    }

    fn collides(&self, old: &Map, new: &Map) -> bool {
        both::<R>(old, new).is_some_and(|(old, new)| R::collides(&old, &new))
    }

    fn replaces(&self, old: &Map, new: &Map) -> Vec<&'static str> {
        both::<R>(old, new).map_or_else(Vec::new, |(old, new)| R::replaces(&old, &new))
    }

    fn spent(&self, state: &Map) -> Option<&'static str> {
        decode::<R>(state).ok()?.spent()
    }

    fn foretold(&self, new: &Map) -> Map {
        decode::<R::Inputs>(new).map_or_else(|_| Map::new(), |new| R::foretold(&new))
    }

    fn holds_on(&self) -> &'static [(&'static str, &'static str)] {
        R::HOLDS_ON
    }

    fn create<'a>(&'a self, at: &'a At<P>, new: &'a Map) -> BoxFuture<'a, Result<(Id, Map)>> {
        async move {
            let new = decode::<R::Inputs>(new)?;
            let (id, mut state) = at.life::<R>().create::<R>(&new).await?;
            state.respell(&new);
            R::recognize(&at.session, &mut state, &new).await;
            Ok((id, encode(&state)))
        }
        .boxed()
    }

    fn read<'a>(&'a self, at: &'a At<P>, id: &'a Id, given: &'a Map) -> BoxFuture<'a, Result<Option<Map>>> {
        async move {
            let mut state = at.life::<R>().read::<R>(id).await?;
            // An import's inputs are not known, and those of an older version may not be readable.
            if let (Some(state), Ok(given)) = (&mut state, decode::<R::Inputs>(given)) {
                state.respell(&given);
                R::recognize(&at.session, state, &given).await;
            }
            Ok(state.as_ref().map(encode))
        }
        .boxed()
    }

    fn in_place<'a>(&'a self, at: &'a At<P>, old: &'a Map, new: &'a Map) -> BoxFuture<'a, Result<Vec<&'static str>>> {
        async move {
            match both::<R>(old, new) {
                Some((old, new)) => R::in_place(&at.session, &old, &new).await,
                None => Ok(Vec::new()),
            }
        }
        .boxed()
    }

    fn prevents<'a>(&'a self, at: &'a At<P>, id: &'a Id, old: &'a Map, new: &'a Map) -> BoxFuture<'a, Result<()>> {
        async move {
            match both::<R>(old, new) {
                Some((old, new)) => R::prevents(&at.session, id, &old, &new).await,
                None => Ok(()),
            }
        }
        .boxed()
    }

    fn update<'a>(&'a self, at: &'a At<P>, id: &'a Id, old: &'a Map, new: &'a Map) -> BoxFuture<'a, Result<Map>> {
        async move {
            let unfinished = old.contains_key(UNFINISHED);
            let new = decode::<R::Inputs>(new)?;
            let life = at.life::<R>();
            let Some(old) = remembered::<R>(&life, id, old).await? else {
                return Err(gone(id).hint("run `pulumi refresh` to see what else has changed"));
            };
            let mut state = life.update::<R>(id, &old, &new, unfinished).await?;
            state.respell(&new);
            R::recognize(&at.session, &mut state, &new).await;
            Ok(encode(&state))
        }
        .boxed()
    }

    fn delete<'a>(&'a self, at: &'a At<P>, id: &'a Id, old: &'a Map) -> BoxFuture<'a, Result<()>> {
        async move {
            let life = at.life::<R>();
            let last = match (remembered::<R>(&life, id, old).await, decode::<R>(old)) {
                // What can't be looked at may be deleted all the same.
                (Err(_), Ok(old)) => Some(old),
                (last, _) => last?,
            };
            match last {
                Some(old) => life.delete(id, &old).await,
                None => Ok(()),
            }
        }
        .boxed()
    }
}

/// Stands in the state of a resource whose creation did not come to its end: the next update does the rest.
pub(crate) const UNFINISHED: &str = "__unfinished";

/// Stands in the state of a resource that could not be read after it was made or changed: how it is now is not known.
pub(crate) const UNREAD: &str = "__unread";

/// Old and new inputs for a rule; nothing where the old ones can't be read any more.
fn both<R: Resource>(old: &Map, new: &Map) -> Option<(R::Inputs, R::Inputs)> {
    let new = assume(&R::Inputs::shape().fields(), old, new);
    Some((decode(old).ok()?, decode(&new).ok()?))
}

/// The last state; asked anew where it is not known, or was written by a version that kept other properties.
async fn remembered<R: Resource>(life: &Life<'_, R::Session>, id: &Id, old: &Map) -> Result<Option<R>> {
    match decode::<R>(old).ok().filter(|_| !old.contains_key(UNREAD)) {
        Some(old) => Ok(Some(old)),
        None => Ok(life.read::<R>(id).await?.map(|seen| recalled(seen, old))),
    }
}

/// How a resource is, with what only its last state knows.
fn recalled<R: Resource>(seen: R, old: &Map) -> R {
    let mut all = encode(&seen);
    let kept = R::shape().fields().into_iter().filter(|field| field.kept());
    all.extend(kept.filter_map(|field| Some((field.name.to_owned(), old.get(field.name)?.clone()))));
    decode(&all).unwrap_or(seen)
}

/// The calls of a function with its types erased.
pub(crate) trait AnyFunction<P: Provider>: Send + Sync {
    fn token(&self) -> &'static str;
    fn doc(&self) -> &'static str;
    fn inputs(&self) -> &'static Shape;
    fn outputs(&self) -> &'static Shape;
    fn call<'a>(&'a self, session: &'a P::Session, inputs: &'a Map) -> BoxFuture<'a, Result<Map>>;
}

impl<P: Provider, F: Function<Session = P::Session> + Send + Sync> AnyFunction<P> for Of<F> {
    fn token(&self) -> &'static str {
        F::TOKEN
    }

    fn doc(&self) -> &'static str {
        F::DOC
    }

    fn inputs(&self) -> &'static Shape {
        F::Inputs::shape()
    }

    fn outputs(&self) -> &'static Shape {
        F::Outputs::shape()
    }

    fn call<'a>(&'a self, session: &'a P::Session, inputs: &'a Map) -> BoxFuture<'a, Result<Map>> {
        async move { Ok(encode(&F::call(session, &decode::<F::Inputs>(inputs)?).await?)) }.boxed()
    }
}

/// The calls of a component with its types erased.
pub(crate) trait AnyComponent<P: Provider>: Send + Sync {
    fn token(&self) -> &'static str;
    fn inputs(&self) -> &'static Shape;
    fn outputs(&self) -> &'static Shape;
    fn check(&self, inputs: &Map) -> Vec<Fault>;
    fn retell(&self) -> fn(&str, Fault) -> Vec<Fault>;
    fn construct<'a>(&'a self, site: Site<'a, P>, inputs: &'a Map) -> BoxFuture<'a, Result<Constructed, Arc<Error>>>;
}

/// What came of a component.
pub(crate) struct Constructed {
    pub outputs: Map,
    /// Lines that a preview shows beside it.
    pub notes: Vec<Note>,
}

/// Where a component is built.
pub(crate) struct Site<'a, P: Provider> {
    pub session: &'a P::Session,
    pub name: &'a str,
    /// The call of the engine that this answers, which may take its time; none in a rehearsal, which asks once.
    pub call: Option<&'a Call>,
    /// Registers the component itself, once everything that can be checked without it has been.
    pub open: BoxFuture<'a, Result<Arc<dyn Registrar>>>,
}

impl<P: Provider, C: Component<Session = P::Session> + Sync + 'static> AnyComponent<P> for Of<C> {
    fn token(&self) -> &'static str {
        C::TOKEN
    }

    fn inputs(&self) -> &'static Shape {
        C::Inputs::shape()
    }

    fn outputs(&self) -> &'static Shape {
        C::shape()
    }

    fn check(&self, inputs: &Map) -> Vec<Fault> {
        match decode::<C::Inputs>(inputs) {
            Ok(inputs) => C::check(&inputs),
            Err(fault) => vec![fault],
        }
    }

    fn retell(&self) -> fn(&str, Fault) -> Vec<Fault> {
        C::retell
    }

    fn construct<'a>(&'a self, site: Site<'a, P>, inputs: &'a Map) -> BoxFuture<'a, Result<Constructed, Arc<Error>>> {
        async move {
            let inputs = decode::<C::Inputs>(inputs).map_err(Error::from)?;
            let look = || C::look(site.session, &inputs);
            let facts = match site.call {
                Some(call) => ask(call, "looking", look).await?,
                None => look().await?,
            };
            let registrar = site.open.await?;
            let mut scope = Scope::new(site.name, C::knobs(&inputs), registrar.clone());
            let given = C::build(&mut scope, inputs, facts)?.given();
            let faults = scope.faults();
            if !faults.is_empty() {
                registrar.refuse(faults)?;
            }
            let notes = scope.notes();
            let given: Outlets = given.into_iter().filter_map(|(name, input)| Some((name, input.given()?))).collect();
            registrar.tell(given.clone());
            scope.run().await?;
            let mut outputs = Vec::new();
            for (name, output) in given {
                let value = output.resolve().await.map_err(|e| Error::new(format!("output `{name}`: {e}")))?;
                outputs.push((name, value.into_output_value()));
            }
            let outputs = registrar.veiled(resolved(outputs));
            registrar.finish(&outputs).await?;
            Ok(Constructed { outputs, notes })
        }
        .boxed()
    }
}

fn decode<T: Property>(map: &Map) -> Result<T, Fault> {
    T::decode(&Value::Object(map.clone()))
}

fn encode<T: Property>(value: &T) -> Map {
    match value.encode() {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
