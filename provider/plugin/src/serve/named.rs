//! What a resource names, and whether that is still the very thing that it was told of.
//!
//! A thing that is made anew under its old name looks the same to whoever names it, so that nothing differs. But the cloud may know it by more than its name:
//! what was tied to the old one went with it. So a resource remembers the births of what its inputs name, and is told again where one is another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use crate::catalogue::{AnyResource, At};
use crate::resource::{Id, Provider};
use crate::serve::{Service, birth_of};
use crate::shape::{Field, Type};
use crate::urn::Urn;
use crate::value::{Map, Value};

/// Stands in the state of a resource: the births of what its inputs name, by name.
pub(super) const NAMED: &str = "__named";

/// The things that a run has met, by the names that others call them by.
#[derive(Default)]
pub(super) struct Named(BTreeMap<String, Known>);

/// One of them.
#[derive(Default)]
struct Known {
    /// The token of its birth: several where resources share one thing.
    tokens: BTreeSet<String>,
    /// Whether this run made it.
    new: bool,
}

/// What inputs name that was made anew since the resource was told of it.
#[derive(Default)]
pub(super) struct Anew {
    /// The inputs that name it.
    pub inputs: BTreeSet<&'static str>,
    /// Its names.
    pub names: BTreeSet<String>,
}

impl<P: Provider> Service<P> {
    /// Notes by which names others call a resource that stands, or that this run has just made.
    pub(super) fn note_names(&self, urn: &str, inputs: &Map, id: &Id, state: &Map, new: bool) {
        let token = birth_of(inputs).token;
        let Ok(configured) = self.configured() else { return };
        if token.is_empty() {
            return;
        }
        let names = configured.provider.names(state).into_iter().chain([by_id(Urn::parse(urn).token(), id.as_str())]);
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        for name in names {
            let it = met.named.0.entry(name).or_default();
            if new {
                *it = Known { new, ..Known::default() };
            }
            it.tokens.insert(token.clone());
        }
    }

    /// Keeps in a state, which has just been made or changed, the births of what its inputs name.
    pub(super) fn keep_named(&self, resource: &dyn AnyResource<P>, inputs: &Map, state: &mut Map) {
        let named = self.named(resource, inputs);
        let met = self.met();
        let births =
            named.values().flatten().filter_map(|(name, _)| Some((name, met.named.0.get(name)?.tokens.first()?)));
        let births: Map = births.map(|(name, token)| (name.clone(), token.as_str().into())).collect();
        state.remove(NAMED);
        if !births.is_empty() {
            state.insert(NAMED.to_owned(), births.into());
        }
    }

    /// What inputs go on to name that is another thing than the state remembers. What it doesn't remember counts if this run made it.
    pub(super) fn made_anew(&self, resource: &dyn AnyResource<P>, inputs: &Map, state: &Map) -> Anew {
        let remembered = state.get(NAMED).and_then(Value::as_object);
        let (was, named) = (self.named(resource, state), self.named(resource, inputs));
        let met = self.met();
        let is_anew = |name: &String| {
            let Some(it) = met.named.0.get(name) else { return false };
            let before = remembered.and_then(|births| births.get(name)).and_then(Value::as_str);
            before.map_or(it.new, |token| !it.tokens.contains(token))
        };
        let mut anew = Anew::default();
        for (input, names) in named {
            let stays = |each: &(String, String)| was.get(input).is_some_and(|was| was.contains(each));
            for (_, text) in names.into_iter().filter(|each| stays(each) && is_anew(&each.0)) {
                anew.inputs.insert(input);
                anew.names.insert(text);
            }
        }
        anew
    }

    /// Tells the call what is to be told again. Gives the old state, in which documents no longer have the name: to the cloud they mean what is gone.
    pub(super) fn tell_again(&self, resource: &dyn AnyResource<P>, at: &At<P>, inputs: &Map, olds: &Map) -> Map {
        let anew = self.made_anew(resource, inputs, olds);
        let mut olds = olds.clone();
        for field in fields(resource).filter(|field| anew.inputs.contains(field.name)) {
            if let Some(value) = olds.get_mut(field.name).filter(|_| has_document(&(field.ty)())) {
                anew.names.iter().for_each(|name| forget(value, name));
            }
        }
        let _ = at.call.anew.set(anew.names);
        olds
    }

    /// What inputs name that change in place: by input, each name with the text that stands there.
    fn named(&self, resource: &dyn AnyResource<P>, inputs: &Map) -> BTreeMap<&'static str, BTreeSet<(String, String)>> {
        let Ok(configured) = self.configured() else { return BTreeMap::new() };
        let mut all = BTreeMap::new();
        for field in fields(resource) {
            let Some(value) = inputs.get(field.name) else { continue };
            let mut texts = BTreeSet::new();
            collect(&configured.provider, &(field.ty)(), value, &mut texts);
            let tokens = resource.holds_on().iter().filter(|(input, _)| *input == field.name);
            let ids = tokens.flat_map(|(_, token)| texts.iter().map(|id| (by_id(token, id), id.clone())));
            let ids: Vec<_> = ids.collect();
            all.insert(field.name, texts.into_iter().map(|text| (text.clone(), text)).chain(ids).collect());
        }
        all
    }
}

/// The inputs that change in place. One that takes a new resource is made anew with what it names: the engine sees to that.
fn fields<P: Provider>(resource: &dyn AnyResource<P>) -> impl Iterator<Item = &'static Field> {
    resource.inputs().fields().into_iter().filter(|field| !field.marks.replace && !field.marks.initial)
}

/// The name of what only its type and its id tell.
fn by_id(token: &str, id: &str) -> String {
    format!("{token} {id}")
}

/// Notes the texts of a value, and what its documents mean.
fn collect<P: Provider>(provider: &P, ty: &Type, value: &Value, found: &mut BTreeSet<String>) {
    match (ty.bare(), value.bare()) {
        (Type::Order(_), _) => {}
        (Type::Format(format), document) if format.or_object => found.extend(provider.named_in(document)),
        (Type::Any, document) => found.extend(provider.named_in(document)),
        (_, Value::String(text)) => drop(found.insert(text.clone())),
        (Type::List(item) | Type::Set(item), Value::Array(items)) => {
            items.iter().for_each(|each| collect(provider, item, each, found));
        }
        (Type::Map(item), Value::Object(map)) => map.values().for_each(|each| collect(provider, item, each, found)),
        (Type::Object(shape), Value::Object(map)) => {
            let fields = shape.fields().into_iter().filter_map(|field| Some((field, map.get(field.name)?)));
            fields.for_each(|(field, each)| collect(provider, &(field.ty)(), each, found));
        }
        (Type::OneOf(types), _) => types.iter().for_each(|ty| collect(provider, ty, value, found)),
        _ => {}
    }
}

/// Whether a value of this type is a document of somebody else's form.
fn has_document(ty: &Type) -> bool {
    match ty.bare() {
        Type::Any => true,
        Type::Format(format) => format.or_object,
        _ => false,
    }
}

/// Puts another name in the place of one.
fn forget(value: &mut Value, name: &str) {
    match value {
        Value::String(text) => *text = text.replace(name, &format!("{name} that is gone")),
        Value::Secret(inner) => forget(inner, name),
        Value::Array(items) => items.iter_mut().for_each(|item| forget(item, name)),
        Value::Object(map) => map.values_mut().for_each(|item| forget(item, name)),
        _ => {}
    }
}
