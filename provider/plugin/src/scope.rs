//! Where a component stands while it is built: it takes children and tells them to the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::component::{Arguments as _, Child, Knobs, Registered, Registration};
use crate::error::{Error, Fault, Result};
use crate::monitor::{Monitor, NewChild};
use crate::nearest::nearest;
use crate::output::{Input, Maybe, Output, Resolved};
use crate::path::Path;
use crate::shape::Shape;
use crate::value::{Map, Value};

/// The work of telling a child to the engine.
type Registering = BoxFuture<'static, Result<(), Lost>>;

/// Why a child is not there: its own failure, or that of what it depends on.
struct Lost {
    error: Arc<Error>,
    own: bool,
}

/// The inside of a component: its children are added here.
pub struct Scope {
    name: String,
    knobs: Knobs,
    monitor: Arc<Monitor>,
    children: Vec<(String, Registering)>,
    urns: Vec<(String, Output<String>)>,
    skipped: BTreeSet<String>,
}

impl Scope {
    pub(crate) fn new(name: &str, knobs: Knobs, monitor: Arc<Monitor>) -> Scope {
        Scope {
            name: name.to_owned(),
            knobs,
            monitor,
            children: Vec::new(),
            urns: Vec::new(),
            skipped: BTreeSet::new(),
        }
    }

    /// The component's own name in the program.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key of the child of every name, with its URN; complete once every child has been added.
    pub fn child_urns(&self) -> Output<BTreeMap<String, String>> {
        Output::all_by_key(self.urns.iter().cloned())
    }

    /// Adds a child. It is told to the engine as soon as all that it is given is known, or is known to be unknown.
    ///
    /// Its name is the component's and the key, which must say what it is for and never be a position.
    pub fn add<R: Child>(&mut self, key: impl Into<String>, args: R::Args) -> R::Outputs {
        let key = key.into();
        if self.knobs.skip.contains(&key) {
            let skipped = R::outputs(&Registered(Output::skipped(&key)));
            self.skipped.insert(key);
            return skipped;
        }
        let (tell, told) = oneshot::channel::<Told>();
        let registered = Registered(Output::eventual(async move {
            told.await.unwrap_or_else(|_| Err(Arc::new(Error::new("the component ended before its child"))))
        }));
        let child = Draft {
            key: key.clone(),
            name: format!("{}-{key}", self.name),
            token: R::TOKEN,
            given: args.given(),
            patch: self.patch(&key, R::inputs()),
        };
        let monitor = self.monitor.clone();
        let task = async move {
            let (outcome, own) = match child.inputs().await {
                Ok(told) => (monitor.register(told).await.map(Arc::new), true),
                Err(inherited) => (Err(inherited), false),
            };
            let lost = outcome.as_ref().err().cloned();
            // Nobody may be listening: a child whose outputs nobody uses.
            let _ = tell.send(outcome.map(|registration| Resolved {
                dependencies: BTreeSet::from([registration.urn.clone()]),
                value: Maybe::Known(registration),
                secret: false,
            }));
            lost.map_or(Ok(()), |error| Err(Lost { error, own }))
        };
        self.urns.push((key.clone(), registered.urn()));
        self.children.push((key, task.boxed()));
        R::outputs(&registered)
    }

    fn patch(&self, key: &str, shape: &'static Shape) -> Patch {
        let merged = self.knobs.merged.clone().filter(|(name, _)| shape.field(name).is_some());
        Patch { defaults: self.knobs.defaults.clone(), merged, own: self.knobs.overrides.get(key).cloned() }
    }

    /// What is wrong with the children as a whole: keys twice, wishes for children that are not there.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let keys: BTreeSet<&str> =
            self.children.iter().map(|(key, _)| key.as_str()).chain(self.skipped.iter().map(String::as_str)).collect();
        let mut seen = BTreeSet::new();
        let twice = self.children.iter().filter(|(key, _)| !seen.insert(key));
        let twice = twice.map(|(key, _)| Fault::new(Path::root(), format!("two children have the key `{key}`")));
        let overridden = self.knobs.overrides.keys().map(|key| ("overrides", key));
        let wishes = overridden.chain(self.knobs.skip.iter().map(|key| ("skip", key)));
        let unknown = wishes.filter(|(_, key)| !keys.contains(key.as_str())).map(|(wish, key)| {
            let near = nearest(key, keys.iter().copied()).map(|near| format!("did you mean `{near}`? "));
            let all = keys.iter().copied().collect::<Vec<_>>().join(", ");
            Fault::new(wish, format!("no child `{key}`; {}there are {all}", near.unwrap_or_default()))
        });
        twice.chain(unknown).collect()
    }

    /// Tells the engine all children; ends when the last one is done. What failed is the component's failure; what was not tried for that
    /// is not worth a word.
    pub(crate) async fn run(self) -> Result<()> {
        let mut tasks = JoinSet::new();
        for (key, child) in self.children {
            tasks.spawn(child.map(|outcome| (key, outcome)));
        }
        let mut failed: Vec<(String, Arc<Error>)> = Vec::new();
        let mut stopped = false;
        while let Some(joined) = tasks.join_next().await {
            let (key, outcome) = joined.map_err(|e| Error::new(format!("a child's task ended: {e}")))?;
            let Err(Lost { error, own }) = outcome else {
                continue;
            };
            // A child that was never tried because of another's failure carries that failure.
            let known = failed.iter_mut().find(|(_, it)| Arc::ptr_eq(it, &error));
            match known {
                _ if Arc::ptr_eq(&error, &self.monitor.stopped) => stopped = true,
                Some(known) if own => known.0 = key,
                Some(_) => {}
                None => failed.push((key, error)),
            }
        }
        let words = failed.iter();
        let words = words.map(|(key, error)| format!("child `{key}`: {}", error.message()));
        match (failed.is_empty(), stopped) {
            (true, false) => Ok(()),
            (true, true) => Err((*self.monitor.stopped).clone()),
            (false, _) => Err(Error::new(words.collect::<Vec<_>>().join("; "))),
        }
    }
}

type Told = Result<Resolved<Arc<Registration>>, Arc<Error>>;

/// What is laid over the inputs that a component gives a child.
struct Patch {
    defaults: Map,
    merged: Option<(&'static str, Map)>,
    own: Option<Value>,
}

impl Patch {
    fn apply(self, inputs: &mut Map) {
        for (name, value) in self.defaults {
            inputs.entry(name).or_insert(value);
        }
        if let Some((name, more)) = self.merged {
            let given = inputs.remove(name).unwrap_or_default();
            let mut all = Value::Object(more);
            lay_over(&mut all, &given);
            inputs.insert(name.to_owned(), all);
        }
        if let Some(own) = self.own {
            let mut patched = Value::Object(std::mem::take(inputs));
            lay_over(&mut patched, &own);
            // Inputs as a whole are not secret; each of those that a secret override gives is.
            *inputs = match patched {
                Value::Secret(all) => spread(&all, &own),
                all => all.as_object().cloned().unwrap_or_default(),
            };
        }
    }
}

/// A merge patch as RFC 7386 has it: objects merge, null removes, everything else replaces. What was secret on either side stays so.
fn lay_over(target: &mut Value, patch: &Value) {
    let Value::Object(patched) = patch.bare() else {
        if *patch.bare() != Value::Null {
            *target = patch.clone();
        }
        return;
    };
    let hidden = target.is_secret() || patch.is_secret();
    let mut map = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patched {
        match value.bare() {
            Value::Null => drop(map.remove(name)),
            _ => lay_over(map.entry(name.clone()).or_default(), value),
        }
    }
    *target = match hidden {
        true => Value::Object(map).into_secret(),
        false => Value::Object(map),
    };
}

/// The properties of a secret object, those of them secret that the patch gives.
fn spread(all: &Value, patch: &Value) -> Map {
    let given = |name: &String| patch.as_object().is_some_and(|p| p.contains_key(name));
    let all = all.as_object().cloned().unwrap_or_default().into_iter();
    all.map(|(name, value)| match given(&name) {
        true => (name, value.into_secret()),
        false => (name, value),
    })
    .collect()
}

/// A child that is not told yet.
struct Draft {
    key: String,
    name: String,
    token: &'static str,
    given: Vec<(&'static str, Input<Value>)>,
    patch: Patch,
}

impl Draft {
    /// Waits until all that it is given is known, or is known to be unknown.
    async fn inputs(self) -> Result<NewChild, Arc<Error>> {
        let given = self.given.into_iter().filter_map(|(name, input)| Some((name, input.given()?)));
        let resolved = join_all(given.map(async |(name, output)| (name, output.resolve().await))).await;
        let (mut inputs, mut dependencies) = (Map::new(), BTreeMap::new());
        for (name, outcome) in resolved {
            let Resolved { value, secret, dependencies: urns } = outcome?;
            let value = match value {
                Maybe::Known(value) => value,
                Maybe::Unknown => Value::Unknown,
                Maybe::Skipped(_) => continue,
            };
            dependencies.insert(name.to_owned(), urns);
            inputs.insert(name.to_owned(), if secret { value.into_secret() } else { value });
        }
        self.patch.apply(&mut inputs);
        Ok(NewChild { key: self.key, name: self.name, token: self.token, inputs, dependencies })
    }
}

#[cfg(test)]
mod tests;
