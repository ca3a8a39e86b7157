//! Where a component stands while it is built: it takes children and parts, and tells them to the engine.

mod draft;
mod patch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::component::{Arguments, Child, Component, Knobs, Member, Origin, Part, Registered, Registration, Twin};
use crate::early::Outlets;
use crate::error::{Error, Fault, Result};
use crate::monitor::{Registrar, stopped};
use crate::nearest::nearest;
use crate::output::{Maybe, Output, Resolved};
use crate::path::Path;
use crate::property::{Property, Shaped as _};
use crate::scope::draft::{Draft, Options};
use crate::scope::patch::Patch;
use crate::shape::Shape;
use crate::value::{Map, Value};

/// The work of telling a child to the engine.
type Registering = BoxFuture<'static, Result<(), Lost>>;

/// Why a child is not there: its own failure, or that of what it depends on.
struct Lost {
    error: Arc<Error>,
    own: bool,
}

/// The inside of a component: its children and parts are added here.
pub struct Scope {
    name: String,
    knobs: Knobs,
    registrar: Arc<dyn Registrar>,
    children: Vec<Told>,
    urns: Vec<(String, Output<String>)>,
    skipped: BTreeSet<String>,
    /// What all that is added from now on is made after.
    after: Vec<Output<()>>,
    notes: Vec<Note>,
}

/// A child or part that has been added.
struct Told {
    key: String,
    part: bool,
    registering: Registering,
}

impl Told {
    /// What comes before the words for its failure. The words of a part go on with those for its own child.
    fn blame(&self) -> String {
        blame(&self.key, self.part)
    }
}

/// Properties with a merge patch (RFC 7386) laid over them, as `overrides` are.
pub fn merged(properties: Map, patch: &Value) -> Map {
    let mut all = Value::Object(properties);
    patch::lay_over(&mut all, patch);
    all.as_object().cloned().unwrap_or_default()
}

/// How a child or part is named before what is wrong with it.
pub(crate) fn blame(key: &str, part: bool) -> String {
    if part { key.to_owned() } else { format!("child `{key}`") }
}

/// A line that a preview shows beside a component.
pub(crate) struct Note {
    pub line: String,
    /// Whether it is about the making of the whole component.
    pub at_birth: bool,
}

/// What kind of child is added.
struct Kind {
    token: &'static str,
    inputs: &'static Shape,
    part: bool,
}

impl Scope {
    pub(crate) fn new(name: &str, knobs: Knobs, registrar: Arc<dyn Registrar>) -> Scope {
        Scope {
            name: name.to_owned(),
            knobs,
            registrar,
            children: Vec::new(),
            urns: Vec::new(),
            skipped: BTreeSet::new(),
            after: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The component's own name in the program.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key of every child and part, with its URN; of those that have been added by now.
    pub fn child_urns(&self) -> Output<BTreeMap<String, String>> {
        Output::all_by_key(self.urns.iter().cloned())
    }

    /// A place for a child or part, which takes options before it is filled by [`Place::add`] or [`Place::part`].
    ///
    /// The child's name is the component's and the key, which must say what it is for and never be a position.
    pub fn child(&mut self, key: impl Into<String>) -> Place<'_> {
        let options =
            Options { after: self.knobs.after.iter().chain(&self.after).cloned().collect(), ..Options::default() };
        Place { key: key.into(), options, scope: self }
    }

    /// A line that a preview shows beside the component: what it is worth knowing before anything is made.
    pub fn note(&mut self, line: String) {
        self.notes.push(Note { line, at_birth: false });
    }

    /// A line about the making of the whole component: a preview shows it where nothing of the component is there yet.
    pub fn note_at_birth(&mut self, line: String) {
        self.notes.push(Note { line, at_birth: true });
    }

    /// The lines that a preview shows.
    pub(crate) fn notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// All that is added from now on is made after this, and deleted before it.
    pub fn all_after(&mut self, what: &impl Origin) {
        self.after.push(what.origin());
    }

    /// Adds a child without options. It is told to the engine as soon as all that it is given is known, or is known to be unknown.
    pub fn add<R: Child>(&mut self, key: impl Into<String>, args: R::Args) -> R::Outputs {
        self.child(key).add::<R>(args)
    }

    /// Adds a component without options. The engine has it built like any other; its outputs are known once it is complete.
    ///
    /// Its plain inputs say which children it has: an output given to one of them must be known in a preview.
    pub fn part<C: Component>(&mut self, key: impl Into<String>, args: <C::Inputs as Twin>::Args) -> Part<C> {
        self.child(key).part::<C>(args)
    }

    fn tell(&mut self, key: String, options: Options, args: impl Arguments, kind: Kind) -> Registered {
        if self.knobs.skip.contains(&key) {
            let skipped = Registered { told: Output::skipped(&key), early: Output::skipped(&key) };
            self.skipped.insert(key);
            return skipped;
        }
        let draft = Draft {
            name: format!("{}-{key}", self.name),
            token: kind.token,
            part: kind.part,
            given: args.given(),
            patch: self.patch(&key, &kind, &options),
            key: key.clone(),
            options,
        };
        let (registered, registering) = register(draft, self.registrar.clone());
        self.urns.push((key.clone(), registered.urn()));
        self.children.push(Told { key, part: kind.part, registering });
        registered
    }

    fn patch(&self, key: &str, kind: &Kind, options: &Options) -> Patch {
        let has = |name: &str| kind.inputs.field(name).is_some();
        let merged = self.knobs.merged.clone().filter(|(name, _)| has(name));
        let mut defaults = self.knobs.defaults.clone();
        defaults.extend(options.common.clone());
        // What all resources have in common is in none of their tables; components list all that they take.
        defaults.retain(|name, _| !kind.part || has(name));
        Patch { defaults, merged, own: self.knobs.overrides.get(key).cloned() }
    }

    /// What is wrong with the children as a whole: keys twice, wishes for children that are not there.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let told = self.children.iter().map(|child| child.key.as_str());
        let keys: BTreeSet<&str> = told.clone().chain(self.skipped.iter().map(String::as_str)).collect();
        let mut seen = BTreeSet::new();
        let twice = told.filter(|key| !seen.insert(*key));
        let twice = twice.map(|key| Fault::new(Path::root(), format!("two children have the key `{key}`")));
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
    pub(crate) async fn run(self) -> Result<(), Arc<Error>> {
        let mut tasks = JoinSet::new();
        for child in self.children {
            let blame = child.blame();
            tasks.spawn(child.registering.map(|outcome| (blame, outcome)));
        }
        let mut failed: Vec<(String, Arc<Error>)> = Vec::new();
        let mut ended = false;
        while let Some(joined) = tasks.join_next().await {
            let (blame, outcome) = joined.map_err(|e| Error::new(format!("a child's task ended: {e}")))?;
            let Err(Lost { error, own }) = outcome else {
                continue;
            };
            // A child that was never tried because of another's failure carries that failure.
            let known = failed.iter_mut().find(|(_, it)| Arc::ptr_eq(it, &error));
            match known {
                _ if Arc::ptr_eq(&error, &stopped()) => ended = true,
                Some(known) if own => known.0 = blame,
                Some(_) => {}
                None => failed.push((blame, error)),
            }
        }
        let words = failed.iter().map(|(blame, error)| format!("{blame}: {}", error.message()));
        match (failed.is_empty(), ended) {
            (true, false) => Ok(()),
            (true, true) => Err(stopped()),
            (false, _) => Err(Error::new(words.collect::<Vec<_>>().join("; ")).into()),
        }
    }
}

type Outcome = Result<Resolved<Arc<Registration>>, Arc<Error>>;

/// What others see of a child, and the work of telling it to the engine.
fn register(draft: Draft, registrar: Arc<dyn Registrar>) -> (Registered, Registering) {
    let (tell, told) = oneshot::channel::<Outcome>();
    let (say, said) = oneshot::channel::<Outlets>();
    let ended = |_| Arc::new(Error::new("the component ended before its child"));
    let registered = Registered {
        told: Output::eventual(async move { told.await.map_err(ended)? }),
        early: Output::eventual(async move { said.await.map(|said| Resolved::of(Arc::new(said))).map_err(ended) }),
    };
    let registering = async move {
        let (outcome, own) = match draft.known().await {
            Ok(child) => (registrar.register(child, say).await.map(Arc::new), true),
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
    (registered, registering.boxed())
}

/// Where one child or part will stand, with its resource options.
#[must_use = "nothing is added before `add` or `part`"]
pub struct Place<'a> {
    scope: &'a mut Scope,
    key: String,
    options: Options,
}

impl Place<'_> {
    /// It is made after what this comes from, and deleted before it. A skipped child is not waited for.
    pub fn after(mut self, what: &impl Origin) -> Self {
        self.options.after.push(what.origin());
        self
    }

    /// What all resources have in common, where this one has it otherwise than the component's other children: its region, say. What is left out
    /// stays as it is.
    pub fn at(mut self, common: &impl Property) -> Self {
        if let Value::Object(common) = common.encode() {
            self.options.common.extend(common.into_iter().filter(|(_, value)| *value != Value::Null));
        }
        self
    }

    /// Whether its deletion is refused. `false` leaves that to the component's own option `protect`.
    pub fn protect(mut self, protect: bool) -> Self {
        self.options.protect = protect;
        self
    }

    /// Whether its deletion only forgets it. `false` leaves that to the component's own option `retainOnDelete`.
    pub fn retain(mut self, retain: bool) -> Self {
        self.options.retain = retain;
        self
    }

    /// How long its creation, update and deletion may take. `None` leaves that to the component's own option `customTimeouts`.
    pub fn timeouts(
        mut self,
        create: impl Into<Option<Duration>>,
        update: impl Into<Option<Duration>>,
        delete: impl Into<Option<Duration>>,
    ) -> Self {
        self.options.timeouts = [create.into(), update.into(), delete.into()];
        self
    }

    /// It is gone when this is deleted: the engine then does not delete it itself.
    pub fn deleted_with(mut self, what: &impl Member) -> Self {
        self.options.deleted_with = Some(what.urn());
        self
    }

    /// The keys that it had in earlier versions of the component.
    pub fn aliases<K: AsRef<str>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        let name = &self.scope.name;
        self.options.aliases.extend(keys.into_iter().map(|key| format!("{name}-{}", key.as_ref())));
        self
    }

    /// In earlier versions of the component it was a child of this part, whose name is the component's and this key.
    pub fn moved(mut self, part: &Output<String>, key: &str) -> Self {
        let name = format!("{}-{key}", self.scope.name);
        self.options.moved.push((part.clone(), name));
        self
    }

    /// The properties whose change takes a new resource.
    pub fn replace_on<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.options.replace_on.extend(names.into_iter().map(Into::into));
        self
    }

    /// It is replaced when this is.
    pub fn replaced_with(mut self, what: &impl Member) -> Self {
        self.options.replaced_with.push(what.urn());
        self
    }

    /// Inputs that count at its creation only: what stands keeps what it has, whatever they say later, unless `overrides` says one of them.
    pub fn initial<const N: usize>(mut self, names: [&'static str; N]) -> Self {
        self.options.initial.extend(names);
        self
    }

    /// Adds a child. It is told to the engine as soon as all that it is given is known, or is known to be unknown.
    #[expect(clippy::should_implement_trait, reason = "nobody takes a place for a number")]
    pub fn add<R: Child>(self, args: R::Args) -> R::Outputs {
        let kind = Kind { token: R::TOKEN, inputs: R::inputs(), part: false };
        R::outputs(&self.scope.tell(self.key, self.options, args, kind))
    }

    /// Adds a child, and gives one of its inputs as it stands: what is [`initial`](Place::initial) may be another than was said.
    pub fn add_and_tell<R: Child, T: Property>(self, args: R::Args, input: &'static str) -> (R::Outputs, Output<T>) {
        let kind = Kind { token: R::TOKEN, inputs: R::inputs(), part: false };
        let registered = self.scope.tell(self.key, self.options, args, kind);
        (R::outputs(&registered), registered.output(input))
    }

    /// Adds a component: see [`Scope::part`].
    pub fn part<C: Component>(self, args: <C::Inputs as Twin>::Args) -> Part<C> {
        let kind = Kind { token: C::TOKEN, inputs: C::Inputs::shape(), part: true };
        Part::of(&self.scope.tell(self.key, self.options, args, kind))
    }
}
