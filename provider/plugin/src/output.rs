//! Values that are known only once something has been made.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared, join_all, try_join_all};

use crate::conform::fits;
use crate::error::{Error, Fault};
use crate::path::Path;
use crate::property::{Property, Secret};
use crate::shape::Type;
use crate::value::{OutputValue, Value};

/// A value, known now or only once something has been made; with whether it is secret and which resources it comes from.
#[derive(Clone)]
pub struct Output<T>(Shared<BoxFuture<'static, Outcome<T>>>);

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

/// What an output comes to: the failure of a child is shared by all that depend on it.
type Outcome<T> = Result<Resolved<T>, Arc<Error>>;

/// What is known of an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved<T> {
    /// The value.
    pub value: Maybe<T>,
    /// Whether it must not be shown.
    pub secret: bool,
    /// The URNs of the resources it comes from.
    pub dependencies: BTreeSet<String>,
}

/// A value, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Maybe<T> {
    /// The value.
    Known(T),
    /// It is known only once something has been made.
    Unknown,
    /// The child it would come from is skipped; this is its key.
    Skipped(Arc<str>),
}

impl<T> Maybe<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Maybe<U> {
        match self {
            Maybe::Known(value) => Maybe::Known(f(value)),
            Maybe::Unknown => Maybe::Unknown,
            Maybe::Skipped(key) => Maybe::Skipped(key),
        }
    }
}

impl<T: Clone + Send + Sync + 'static> Output<T> {
    /// A value that is known already.
    pub fn known(value: T) -> Output<T> {
        Output::ready(Resolved::of(value))
    }

    /// A value that is known only once something has been made.
    pub fn unknown() -> Output<T> {
        Output::ready(Resolved { value: Maybe::Unknown, secret: false, dependencies: BTreeSet::new() })
    }

    pub(crate) fn skipped(key: &str) -> Output<T> {
        Output::ready(Resolved { value: Maybe::Skipped(key.into()), secret: false, dependencies: BTreeSet::new() })
    }

    fn ready(resolved: Resolved<T>) -> Output<T> {
        Output::eventual(async { Ok(resolved) })
    }

    pub(crate) fn eventual(future: impl Future<Output = Outcome<T>> + Send + 'static) -> Output<T> {
        Output(future.boxed().shared())
    }

    /// What it comes to, once that is known.
    pub async fn resolve(&self) -> Outcome<T> {
        self.0.clone().await
    }

    /// What is made of the value; not asked while it is unknown. Secrecy and dependencies stay.
    pub fn map<U: Clone + Send + Sync + 'static>(&self, f: impl FnOnce(T) -> U + Send + 'static) -> Output<U> {
        self.try_map(move |value| Ok(f(value)))
    }

    /// What is made of the value, if it can be made.
    pub fn try_map<U, F>(&self, f: F) -> Output<U>
    where
        U: Clone + Send + Sync + 'static,
        F: FnOnce(T) -> Result<U, Error> + Send + 'static,
    {
        let this = self.clone();
        Output::eventual(async move {
            let Resolved { value, secret, dependencies } = this.resolve().await?;
            let value = match value.map(f) {
                Maybe::Known(result) => Maybe::Known(result.map_err(Arc::new)?),
                Maybe::Unknown => Maybe::Unknown,
                Maybe::Skipped(key) => Maybe::Skipped(key),
            };
            Ok(Resolved { value, secret, dependencies })
        })
    }

    /// Both values.
    pub fn zip<U: Clone + Send + Sync + 'static>(&self, other: &Output<U>) -> Output<(T, U)> {
        let (this, other) = (self.clone(), other.clone());
        Output::eventual(async move {
            let (a, b) = futures::future::join(this.resolve(), other.resolve()).await;
            let (a, b) = (a?, b?);
            let value = match (a.value, b.value) {
                (Maybe::Known(a), Maybe::Known(b)) => Maybe::Known((a, b)),
                (Maybe::Skipped(key), _) | (_, Maybe::Skipped(key)) => Maybe::Skipped(key),
                _ => Maybe::Unknown,
            };
            Ok(Resolved { value, secret: a.secret || b.secret, dependencies: &a.dependencies | &b.dependencies })
        })
    }

    /// All values in their order; those of skipped children are left out.
    pub fn all(outputs: impl IntoIterator<Item = Output<T>>) -> Output<Vec<T>> {
        let numbered = outputs.into_iter().enumerate().map(|(i, output)| (format!("{i:08}"), output));
        Output::all_by_key(numbered).map(|map| map.into_values().collect())
    }

    /// All values by their keys; those of skipped children are left out.
    pub fn all_by_key(outputs: impl IntoIterator<Item = (String, Output<T>)>) -> Output<BTreeMap<String, T>> {
        let outputs: Vec<_> = outputs.into_iter().collect();
        Output::eventual(async move {
            let resolved = join_all(outputs.iter().map(|(_, output)| output.resolve())).await;
            let mut all =
                Resolved { value: Maybe::Known(BTreeMap::new()), secret: false, dependencies: BTreeSet::new() };
            for ((key, _), one) in outputs.iter().zip(resolved) {
                let one = one?;
                all.secret |= one.secret;
                all.dependencies.extend(one.dependencies);
                match (&mut all.value, one.value) {
                    (Maybe::Known(map), Maybe::Known(value)) => drop(map.insert(key.clone(), value)),
                    (_, Maybe::Skipped(_)) => {}
                    _ => all.value = Maybe::Unknown,
                }
            }
            Ok(all)
        })
    }

    /// The same value, which also waits for and depends on another one.
    pub fn depends_on<U: Clone + Send + Sync + 'static>(&self, other: &Output<U>) -> Output<T> {
        let (this, other) = (self.clone(), other.clone());
        Output::eventual(async move {
            let (a, b) = futures::future::join(this.resolve(), other.resolve()).await;
            let mut a = a?;
            a.dependencies.extend(b?.dependencies);
            Ok(a)
        })
    }

    /// The same value, marked secret.
    pub fn secret(&self) -> Output<T> {
        let this = self.clone();
        Output::eventual(async move { Ok(Resolved { secret: true, ..this.resolve().await? }) })
    }
}

impl<T: Clone + Send + Sync + 'static> Output<Secret<T>> {
    /// The same value, which its type alone keeps secret: of what is made of it, only that is secret which still holds a [`Secret`]. Without this,
    /// all that is made of it would be.
    pub fn secret_by_type(&self) -> Output<Secret<T>> {
        let this = self.clone();
        Output::eventual(async move { Ok(Resolved { secret: false, ..this.resolve().await? }) })
    }
}

impl<T: Property> Output<T> {
    /// The value without its type, and without the outputs inside of it: they are awaited, and what they come from it comes from, too.
    pub fn erase(&self) -> Output<Value> {
        let this = self.clone();
        Output::eventual(async move {
            let Resolved { value, secret, mut dependencies } = this.resolve().await?;
            let value = match value {
                Maybe::Known(value) => Maybe::Known(encoded(&value).await?),
                Maybe::Unknown => Maybe::Unknown,
                Maybe::Skipped(key) => Maybe::Skipped(key),
            };
            if let Maybe::Known(value) = &value {
                dependencies.extend(value.dependencies());
            }
            Ok(Resolved { value, secret, dependencies })
        })
    }

    /// Reads a conformed value, parts of which may be unknown.
    pub fn read(value: &Value) -> Result<Output<T>, Fault> {
        let known = match value.has_unknown() {
            true => Maybe::Unknown,
            false => Maybe::Known(T::decode(&value.plain())?),
        };
        Ok(Output::ready(Resolved { value: known, secret: value.has_secret(), dependencies: value.dependencies() }))
    }
}

impl<T> Resolved<T> {
    /// A value that comes from no resource.
    pub(crate) fn of(value: T) -> Resolved<T> {
        Resolved { value: Maybe::Known(value), secret: false, dependencies: BTreeSet::new() }
    }
}

impl Resolved<Value> {
    /// The value as the engine takes it, with all that is known of it.
    pub fn into_output_value(self) -> Value {
        let Resolved { value, secret, dependencies } = self;
        match value {
            Maybe::Known(value) => Value::Output(Box::new(OutputValue { value: Some(value), secret, dependencies })),
            Maybe::Unknown => Value::Output(Box::new(OutputValue { value: None, secret, dependencies })),
            Maybe::Skipped(_) => Value::Null,
        }
    }
}

/// Ends when an output is known, or is known to be unknown.
type Settling = BoxFuture<'static, Result<(), Arc<Error>>>;

thread_local! {
    /// The outputs that the value which is being encoded has inside, and that are not known yet.
    static AWAITED: RefCell<Vec<Settling>> = const { RefCell::new(Vec::new()) };
}

/// Writes a value once all outputs inside of it are known, or are known to be unknown.
async fn encoded<T: Property>(value: &T) -> Result<Value, Arc<Error>> {
    loop {
        // What was left by others, who did not wait, is none of ours.
        drop(AWAITED.take());
        let encoded = value.encode();
        let awaited = AWAITED.take();
        if awaited.is_empty() {
            return Ok(encoded);
        }
        try_join_all(awaited).await?;
    }
}

/// A required property of a component that may be unknown in a preview. Plain Rust types are schema-plain.
impl<T: Property> Property for Output<T> {
    fn ty() -> Type {
        Type::Eventual(Box::new(T::ty()))
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Output::read(value)
    }
    fn encode(&self) -> Value {
        match self.0.clone().now_or_never() {
            Some(Ok(Resolved { value, secret, dependencies })) => {
                Resolved { value: value.map(|v| v.encode()), secret, dependencies }.into_output_value()
            }
            _ => {
                let this = self.clone();
                AWAITED.with_borrow_mut(|all| all.push(async move { this.resolve().await.map(drop) }.boxed()));
                Value::Unknown
            }
        }
    }
}

impl<T: Clone + Send + Sync + 'static> From<T> for Output<T> {
    fn from(value: T) -> Output<T> {
        Output::known(value)
    }
}

/// A property of a child: given, or left out.
#[derive(Clone)]
pub struct Input<T>(Option<Output<T>>);

impl<T> Default for Input<T> {
    fn default() -> Self {
        Input(None)
    }
}

impl<T: Property> Input<T> {
    /// The property without its type.
    pub fn erase(self) -> Input<Value> {
        Input(self.0.map(|output| output.erase()))
    }
}

impl<T> Input<T> {
    /// What is given.
    pub fn given(self) -> Option<Output<T>> {
        self.0
    }
}

impl<T: Clone + Send + Sync + 'static> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Input(Some(Output::known(value)))
    }
}
impl<T: Clone + Send + Sync + 'static> From<Option<T>> for Input<T> {
    fn from(value: Option<T>) -> Self {
        Input(value.map(Output::known))
    }
}
impl<T> From<Output<T>> for Input<T> {
    fn from(output: Output<T>) -> Self {
        Input(Some(output))
    }
}
impl<T: Clone> From<&Output<T>> for Input<T> {
    fn from(output: &Output<T>) -> Self {
        Input(Some(output.clone()))
    }
}
impl<T> From<Option<Output<T>>> for Input<T> {
    fn from(output: Option<Output<T>>) -> Self {
        Input(output)
    }
}
impl From<&str> for Input<String> {
    fn from(text: &str) -> Self {
        Input(Some(Output::known(text.to_owned())))
    }
}

/// Reads a value that came back from the engine, leniently: what does not fit counts as unknown in a preview.
pub(crate) fn returned<T: Property>(value: Option<&Value>, preview: bool) -> Result<Maybe<T>, Error> {
    let value = value.unwrap_or(&Value::Null);
    let ty = T::ty();
    if value.has_unknown() || (preview && !fits(&ty, value)) {
        return Ok(Maybe::Unknown);
    }
    match T::decode(&value.plain()) {
        Ok(value) => Ok(Maybe::Known(value)),
        Err(_) if preview => Ok(Maybe::Unknown),
        Err(fault) => Err(Error::from(Fault::new(Path::root(), format!("read back from the engine: {fault}")))),
    }
}

#[cfg(test)]
mod tests;
