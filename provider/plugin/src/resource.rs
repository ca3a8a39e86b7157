//! What a resource, a function and a provider are.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::call::Call;
use crate::error::{Error, Fault, Result};
use crate::lifecycle::Pace;
use crate::property::{Property, Shaped, put};
use crate::shape::Shape;
use crate::value::{Map, Value};

/// The name by which the cloud knows a resource, with what only its creation knew.
#[derive(Debug, Clone, PartialEq)]
pub struct Id {
    name: String,
    kept: Map,
}

impl Id {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// With what only the creation knows: the value of an output that is marked `keep`, by its property name. It is kept in the state.
    pub fn keeping(mut self, output: &str, value: &impl Property) -> Id {
        put(&mut self.kept, output, value);
        self
    }

    /// What only the creation knew.
    pub(crate) fn kept(&self) -> &Map {
        &self.kept
    }
}

impl<T: Into<String>> From<T> for Id {
    fn from(text: T) -> Id {
        Id { name: text.into(), kept: Map::new() }
    }
}

impl From<&Id> for String {
    fn from(id: &Id) -> String {
        id.name.clone()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// What a create call of the cloud came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Made {
    /// It made a resource, which has this id.
    New(Id),
    /// It was refused, for a resource of this id exists already.
    Exists(Id),
}

impl Made {
    /// A new resource, out of the id in the cloud's answer. An answer without one is a failure of the cloud.
    pub fn new(id: Option<impl Into<String>>) -> Result<Made> {
        match id.map(Into::into).filter(|id| !id.is_empty()) {
            Some(id) => Ok(Made::New(Id::from(id))),
            None => Err(Error::new("the answer to the creation has no id").lost()),
        }
    }
}

/// What the cloud says of a resource's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It is there, and ready.
    Done,
    /// It is there, but not ready yet; this is the state that the cloud reports.
    Pending(String),
    /// It is being deleted; this is the state that the cloud reports. To a read it is gone; a deletion awaits its end.
    Leaving(String),
    /// It will never be ready; this is why. After a creation it is deleted again, so that the next run makes a new one.
    Failed(String),
}

/// How long a resource takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// What it usually takes: told to whoever watches.
    pub usual: Duration,
    /// After this it counts as failed, unless the program's `customTimeouts` say otherwise.
    pub longest: Duration,
}

impl Wait {
    /// A wait in seconds.
    pub const fn seconds(usual: u64, longest: u64) -> Wait {
        Wait { usual: Duration::from_secs(usual), longest: Duration::from_secs(longest) }
    }
}

/// A thing that the cloud keeps for us. `Self` is its state: its inputs as the cloud has them, and its outputs.
///
/// No method sees a preview, an unknown, the wire, a retry or a loop. The framework calls them; a refusal that passes ([`Again`](crate::Again))
/// has a method called again.
///
/// | the engine asks for | the framework calls |
/// |---|---|
/// | a creation | `earlier` after a lost answer; `standing`; `create`; then `ours` or `takes_over` for what exists already; `finish`; `find` until `progress` and `settled` are done; `read`; where the state differs from the inputs, `update` and `retag` |
/// | an update | `update`, `retag`; `find` until done; `read` |
/// | a refresh or an import | `find`, `read` |
/// | a deletion | `delete`; `find` until there is nothing |
pub trait Resource: Shaped + Property {
    /// The type token: `package:module:Name`.
    const TOKEN: &'static str;
    /// How long creation, update and deletion take.
    const WAIT: Wait = Wait::seconds(1, 300);
    /// Common inputs that are the same for every resource of this type, whatever the program says: the region of a service that has only one.
    const FIXED: &'static [(&'static str, &'static str)] = &[];
    /// How the program asks for what exists to be taken over, as a hint: "set `overwrite: true`". `None` where it can't.
    const TAKE_OVER: Option<&'static str> = None;
    /// Inputs that change in place and hold the id of another resource, with the type of that: the cloud holds on to the very thing, and forgets it once it is
    /// deleted. What inputs name as [`Provider::names`] says need not be listed.
    const HOLDS_ON: &'static [(&'static str, &'static str)] = &[];
    /// What it reaches the cloud with.
    type Session: Send + Sync + 'static;
    /// What the program asks of it.
    type Inputs: Shaped + Property;
    /// What one look at the cloud shows.
    type Seen: Send + Sync;

    /// How long an update to these inputs takes, where they tell.
    fn wait(_new: &Self::Inputs) -> Wait {
        Self::WAIT
    }

    /// Rules between properties. Rules about one property belong into its type or its marks.
    ///
    /// Also asked while some inputs are unknown, with plausible values in their places; only a fault that doesn't depend on them is told.
    fn check(_: &Self::Inputs) -> Vec<Fault> {
        Vec::new()
    }

    /// Rules between properties and those that all resources of the package have, which are told by their names: what must be in the same region.
    fn check_in(_: &Self::Inputs, _common: &Map) -> Vec<Fault> {
        Vec::new()
    }

    /// Whether the new one can't exist beside the old one, so that the old one has to be deleted first.
    /// Asked whenever the two differ; what is not known yet counts as another value than the old one, where one can be made up.
    fn collides(_old: &Self::Inputs, _new: &Self::Inputs) -> bool {
        false
    }

    /// The changed properties that take a new resource although they are not marked `replace`: where only some changes can be made
    /// in place. What is not known yet counts as another value than the old one, where one can be made up: a preview rather announces a
    /// replacement that turns out not to be needed than hides one.
    fn replaces(_old: &Self::Inputs, _new: &Self::Inputs) -> Vec<&'static str> {
        Vec::new()
    }

    /// Which of the changed properties that take a new resource, by their mark or by [`Resource::replaces`], change in place after all, where only the cloud
    /// can tell. Asked only if there are any; only reads.
    fn in_place(
        _: &Self::Session,
        _old: &Self::Inputs,
        _new: &Self::Inputs,
    ) -> impl Future<Output = Result<Vec<&'static str>>> + Send {
        async { Ok(Vec::new()) }
    }

    /// The output by which it will never be of use, so that the next update makes a new one: the state of what the cloud has given up.
    fn spent(&self) -> Option<&'static str> {
        None
    }

    /// What a preview of a new one knows of the outputs beside the inputs, as far as the inputs decide it. What is unknown in it stays so.
    fn foretold(_new: &Self::Inputs) -> Map {
        Map::new()
    }

    /// Refuses a replacement that would delete the old one before the new one can be made. Asked before it is announced; only reads.
    fn prevents(
        _: &Self::Session,
        _: &Id,
        _old: &Self::Inputs,
        _new: &Self::Inputs,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// What an earlier attempt at this very creation made, found by the birth's token. Asked only if an attempt's answer got lost or its process
    /// was killed. A resource whose create call answers [`Made::Exists`] needs none.
    fn earlier(_: &Self::Session, _: &Self::Inputs) -> impl Future<Output = Result<Option<Id>>> + Send {
        async { Ok(None) }
    }

    /// What exists already in the place that the new one would have. Asked before every creation; only reads.
    ///
    /// Needed wherever the cloud's create call silently takes over what exists, or where there is room for one only and the call comes too far.
    fn standing(_: &Self::Session, _: &Self::Inputs) -> impl Future<Output = Result<Option<Id>>> + Send {
        async { Ok(None) }
    }

    /// Makes it: one call of the cloud that changes something, and that the SDK doesn't repeat by itself.
    ///
    /// Called again after a refusal that passes. What can be known only now goes along with the id: [`Id::keeping`].
    fn create(session: &Self::Session, new: &Self::Inputs) -> impl Future<Output = Result<Made>> + Send;

    /// Whether what exists is what this very creation made: it bears the birth's token. Then its id, with what only the creation knows.
    fn ours(
        _: &Self::Session,
        _: &Id,
        _: &Self::Seen,
        _new: &Self::Inputs,
    ) -> impl Future<Output = Result<Option<Id>>> + Send {
        async { Ok(None) }
    }

    /// Whether the program asks for what exists to be taken over.
    fn takes_over(_new: &Self::Inputs) -> bool {
        false
    }

    /// The id of what is taken over, with what has to be kept of it. An error refuses to take it over after all.
    fn taken(id: Id, _seen: &Self::Seen) -> Result<Id> {
        Ok(id)
    }

    /// What has to be done to a new one that no property tells of. Called again by the next update where it failed: it must be fine with what is
    /// done already. A failure marked [`Error::dead`] has the new one deleted again.
    fn finish(_: &Self::Session, _: &Id, _new: &Self::Inputs) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// One look at the cloud; `None` when it isn't there.
    fn find(session: &Self::Session, id: &Id) -> impl Future<Output = Result<Option<Self::Seen>>> + Send;

    /// How far it has come, by what was seen.
    fn progress(_: &Self::Seen) -> Progress {
        Progress::Done
    }

    /// What else has to come to an end before it is ready, when `progress` is done: the spreading of a change.
    fn settled(_: &Self::Session, _: &Id) -> impl Future<Output = Result<Progress>> + Send {
        async { Ok(Progress::Done) }
    }

    /// Whether creation and update end only when it is ready.
    fn waits(_new: &Self::Inputs) -> bool {
        true
    }

    /// For how long others may still go by what it was, once an update is done and awaited: answers that they have cached. The update ends after that.
    fn cached(_old: &Self, _new: &Self::Inputs) -> Duration {
        Duration::ZERO
    }

    /// Its state, out of what was seen. The only place where state is made.
    fn read(session: &Self::Session, id: &Id, seen: Self::Seen) -> impl Future<Output = Result<Self>> + Send;

    /// Puts what means the same as what the program gave into the program's words: `7.1` where the cloud says `7.1.0`.
    /// Asked of every state that was read, wherever it is known what the program gave.
    fn respell(&mut self, _given: &Self::Inputs) {}

    /// The same where only the cloud can tell whether it means the same: an alias, and the ARN of a key. Asked after `respell`; only reads. What can't be
    /// asked counts as the same.
    fn recognize(_: &Self::Session, _state: &mut Self, _given: &Self::Inputs) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Brings it from the old state to the new inputs, in place. Not called where only `tags` differ, and never with a difference that takes a
    /// new resource.
    ///
    /// A refusal that passes has it called again with the same two. An update of several calls, each of which the cloud takes only from a
    /// resource that is ready, puts each into [`Call::once`](crate::Call::once).
    fn update(
        session: &Self::Session,
        id: &Id,
        old: &Self,
        new: &Self::Inputs,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Puts back what an update must not leave half done, after it was refused for good or the call's time is over. Says in a hint what came of it.
    fn put_back(
        _: &Self::Session,
        _: &Id,
        _old: &Self,
        _new: &Self::Inputs,
        error: Error,
    ) -> impl Future<Output = Error> + Send {
        async { error }
    }

    /// Brings its property `tags` to new ones: what to set, and the keys to remove. At least one of them is not empty.
    fn retag(
        _: &Self::Session,
        id: &Id,
        _old: &Self,
        _set: &BTreeMap<String, String>,
        _unset: &[String],
    ) -> impl Future<Output = Result<()>> + Send {
        let error = Error::new(format!("the tags of `{id}` can't be changed"));
        async { Err(error) }
    }

    /// Has it deleted, as it was last seen. Already gone is success.
    fn delete(session: &Self::Session, id: &Id, old: &Self) -> impl Future<Output = Result<()>> + Send;

    /// Whether it is there for a while after `delete`, so that its end is awaited. `false` where the cloud is done when it has answered, or where
    /// it keeps the thing.
    fn lingers(_old: &Self) -> bool {
        true
    }
}

/// A question that a program asks the cloud.
pub trait Function: 'static {
    /// The token: `package:module:name`.
    const TOKEN: &'static str;
    /// What it does, for the schema.
    const DOC: &'static str;
    /// What it asks the cloud with.
    type Session: Send + Sync + 'static;
    /// What is asked.
    type Inputs: Shaped + Property;
    /// The answer.
    type Outputs: Shaped + Property;

    /// Asks.
    fn call(session: &Self::Session, inputs: &Self::Inputs) -> impl Future<Output = Result<Self::Outputs>> + Send;
}

/// What stands behind a package: its configuration, and what every resource is handed to reach the cloud with.
pub trait Provider: Sized + Send + Sync + 'static {
    /// The package's configuration.
    type Config: Shaped + Property;
    /// Inputs that every resource and function of the package has.
    type Common: Shaped + Property;
    /// What a resource is handed.
    type Session: Send + Sync + 'static;

    /// Rules across the configuration.
    fn check(_: &Self::Config) -> Vec<Fault> {
        Vec::new()
    }

    /// Takes the configuration, and how fast waits run. The environment is read here and nowhere else.
    fn configure(config: Self::Config, pace: Pace) -> impl Future<Output = Result<Self>> + Send;

    /// Fills in what the configuration gives to a resource's inputs, so that a diff shows it.
    fn complete(&self, _shape: &'static Shape, _inputs: &mut Map) {}

    /// The value of an input that a type fixes ([`Resource::FIXED`]), for a resource with these inputs.
    fn fixed(&self, _name: &str, value: &'static str, _inputs: &Map) -> String {
        value.to_owned()
    }

    /// What one call reaches the cloud with.
    fn session(&self, common: &Self::Common, call: Call) -> impl Future<Output = Result<Self::Session>> + Send;

    /// The account that a session acts in. It is kept with what a resource's state says, and nothing is read, changed or deleted with the credentials of
    /// another one: to those, what stands would look as if it were gone.
    fn account(&self, _: &Self::Session) -> impl Future<Output = Result<Option<String>>> + Send {
        async { Ok(None) }
    }

    /// By which texts others name a resource beyond doubt, by its state: its ARN. Whoever names what was made anew under the same name is updated:
    /// [`Call::is_anew`](crate::Call::is_anew).
    fn names(&self, _state: &Map) -> Vec<String> {
        Vec::new()
    }

    /// What a document means by name: the principals of a policy.
    fn named_in(&self, _document: &Value) -> Vec<String> {
        Vec::new()
    }

    /// Takes apart an import id that says more than the resource's own.
    fn import(&self, id: &str) -> (Id, Map) {
        (Id::from(id), Map::new())
    }
}

/// No properties.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Nothing;

impl Shaped for Nothing {
    fn shape() -> &'static Shape {
        static SHAPE: Shape = Shape { name: "Nothing", doc: "", module: None, entries: &[] };
        &SHAPE
    }
}

impl Property for Nothing {
    fn ty() -> crate::shape::Type {
        crate::shape::Type::Object(Self::shape())
    }
    fn decode(_: &Value) -> Result<Self, Fault> {
        Ok(Nothing)
    }
    fn encode(&self) -> Value {
        Value::Object(Map::new())
    }
}
