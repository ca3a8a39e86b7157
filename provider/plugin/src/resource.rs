//! What a resource, a function and a provider are.

use std::fmt;
use std::time::Duration;

use crate::call::Call;
use crate::error::{Error, Fault, Result};
use crate::property::{Property, Shaped, put};
use crate::shape::Shape;
use crate::value::Map;

/// The name by which the cloud knows a resource, with what it told only once, when it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Id {
    name: String,
    told: Map,
}

impl Id {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// With what only the creation knows: the value of an output that is marked `keep`, by its property name. It is kept in the state.
    pub fn telling(mut self, output: &str, value: &impl Property) -> Id {
        put(&mut self.told, output, value);
        self
    }

    /// What only the creation knows.
    pub(crate) fn told(&self) -> &Map {
        &self.told
    }
}

impl<T: Into<String>> From<T> for Id {
    fn from(text: T) -> Id {
        Id { name: text.into(), told: Map::new() }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// How far a resource has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It is there (or gone, when that is what is awaited).
    Done,
    /// Not yet; this is the state that the cloud reports.
    Pending(String),
    /// It will never be; this is why. After a creation it is deleted again, so that the next run makes a new one.
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

/// A thing that the cloud keeps for us. `Self` is its state.
///
/// No method sees a preview, an unknown, the wire, a retry or a loop: the framework decides when each is called.
pub trait Resource: Shaped + Property {
    /// The type token: `package:module:Name`.
    const TOKEN: &'static str;
    /// How long creation, update and deletion take.
    const WAIT: Wait = Wait::seconds(1, 300);
    /// Properties that all resources have in common and that are the same for every one of these, whatever the program says:
    /// the region of a service that has only one.
    const FIXED: &'static [(&'static str, &'static str)] = &[];
    /// What it reaches the cloud with.
    type Session: Send + Sync + 'static;
    /// What the program asks of it.
    type Inputs: Shaped + Property;

    /// Rules across fields; only asked of inputs that are wholly known.
    fn check(_: &Self::Inputs) -> Vec<Fault> {
        Vec::new()
    }

    /// Whether the new one can't exist beside the old one, so that the old one has to be deleted first.
    /// Asked on a replacement whose `unique` fields differ or are absent; what is not known yet counts as another value than the old one, where
    /// one can be made up.
    fn collides(_old: &Self::Inputs, _new: &Self::Inputs) -> bool {
        false
    }

    /// The changed properties that take a new resource although they are not marked `replace`: where only some changes can be made
    /// in place. What is not known yet counts as another value than the old one, where one can be made up: a preview rather announces a
    /// replacement that turns out not to be needed than hides one.
    fn replaces(_old: &Self::Inputs, _new: &Self::Inputs) -> Vec<&'static str> {
        Vec::new()
    }

    /// Makes it and says its id. A failure once it exists is marked `.after(&id)`.
    ///
    /// The call may be repeated after a lost answer: with the same token it must come to the same thing.
    /// What can be known only now goes along with the id: [`Id::telling`].
    fn create(session: &Self::Session, new: &Self::Inputs) -> impl Future<Output = Result<Id>> + Send;

    /// How far its creation or its last update has come.
    fn ready(_: &Self::Session, _: &Id) -> impl Future<Output = Result<Progress>> + Send {
        async { Ok(Progress::Done) }
    }

    /// Whether creation and update end only when it is ready.
    fn waits(_new: &Self::Inputs) -> bool {
        true
    }

    /// How it is now; `None` when it is gone. The only place where state is made.
    fn read(session: &Self::Session, id: &Id) -> impl Future<Output = Result<Option<Self>>> + Send;

    /// Puts what means the same as what the program gave into the program's words: `7.1` where the cloud says `7.1.0`.
    /// Asked of every state that was read, wherever it is known what the program gave.
    fn respell(&mut self, _given: &Self::Inputs) {}

    /// Brings it from the old state to the new inputs, in place.
    ///
    /// A refusal that passes has it called again with the same two. An update of several calls, each of which the cloud takes only from a
    /// resource that is ready, puts each into [`Call::once`](crate::Call::once).
    fn update(
        session: &Self::Session,
        id: &Id,
        old: &Self,
        new: &Self::Inputs,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Deletes it as it was last seen. Already gone is success. A refusal that passes has it called again.
    fn delete(session: &Self::Session, id: &Id, old: &Self) -> impl Future<Output = Result<()>> + Send;

    /// How far its deletion has come.
    fn gone(_: &Self::Session, _: &Id) -> impl Future<Output = Result<Progress>> + Send {
        async { Ok(Progress::Done) }
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

    /// Takes the configuration. The environment is read here and nowhere else.
    fn configure(config: Self::Config) -> impl Future<Output = Result<Self>> + Send;

    /// Fills in what the configuration gives to a resource's inputs, so that a diff shows it.
    fn complete(&self, _shape: &'static Shape, _inputs: &mut Map) {}

    /// What one call reaches the cloud with.
    fn session(&self, common: &Self::Common, call: Call) -> impl Future<Output = Result<Self::Session>> + Send;

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
    fn decode(_: &crate::value::Value) -> Result<Self, Fault> {
        Ok(Nothing)
    }
    fn encode(&self) -> crate::value::Value {
        crate::value::Value::Object(Map::new())
    }
}

/// The failure of a wait that took too long.
pub(crate) fn timed_out(what: &str, last: &str, after: Duration) -> Error {
    Error::new(format!("{what} took longer than {}; the last state was `{last}`", span(after))).hint(
        "run the same command again to go on waiting, or give it more time with the resource option customTimeouts",
    )
}

/// A length of time in words: `90 s`, `15 min`.
pub(crate) fn span(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}
