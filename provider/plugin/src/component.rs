//! What a component is, and what it knows of its children.

use std::sync::Arc;

use crate::error::{Error, Fault, Result};
use crate::output::{Input, Maybe, Output, Resolved, returned};
use crate::property::{Property, Shaped};
use crate::scope::Scope;
use crate::shape::Shape;
use crate::value::{Map, Value};

/// A resource made of other resources. `Self` is its outputs.
///
/// `build` is straight-line code that says which children there are; it waits for nothing. What is known only later flows from
/// child to child through [`Output`]s, and that flow alone makes the order. So a preview lists every child, and everything that can run
/// side by side does.
pub trait Component: Arguments + Shaped + Clone + Send + Sized {
    /// The type token: `package:module:Name`.
    const TOKEN: &'static str;
    /// What its questions are asked with.
    type Session: Send + Sync + 'static;
    /// What the program asks of it. Plain fields are known even in a preview; `Output` fields may not be.
    type Args: Shaped + Property;
    /// What it has to know before it can say which children there are.
    type Facts: Send;

    /// Rules across the arguments.
    fn check(_: &Self::Args) -> Vec<Fault> {
        Vec::new()
    }

    /// What the children have in common.
    fn knobs(_: &Self::Args) -> Knobs {
        Knobs::default()
    }

    /// Finds out what it has to know. Only reads.
    fn look(session: &Self::Session, args: &Self::Args) -> impl Future<Output = Result<Self::Facts>> + Send;

    /// Adds the children and says the outputs.
    fn build(here: &mut Scope, args: Self::Args, facts: Self::Facts) -> Result<Self>;
}

/// What the children of a component have in common, and what the user wants otherwise with single ones.
#[derive(Debug, Clone, Default)]
pub struct Knobs {
    /// Inputs of every child that doesn't give them itself.
    pub defaults: Map,
    /// Entries of every child's map of this name, under those that it gives itself: `("tags", {...})`.
    pub merged: Option<(&'static str, Map)>,
    /// A merge patch (RFC 7386) on the inputs of a child, by its key.
    pub overrides: Map,
    /// The keys of children that are not wanted.
    pub skip: Vec<String>,
}

/// Named values, each of which may be known only later.
pub trait Arguments {
    /// The values by property name.
    fn given(self) -> Vec<(&'static str, Input<Value>)>;
}

/// A resource that a component can add as a child. Derived with the resource's state.
pub trait Child: 'static {
    /// The type token.
    const TOKEN: &'static str;
    /// What the component gives.
    type Args: Arguments;
    /// What it gets back.
    type Outputs;

    /// The table of its inputs.
    fn inputs() -> &'static Shape;
    /// What it gets back, out of the registration.
    fn outputs(child: &Registered) -> Self::Outputs;
}

/// A child that has been told to the engine.
#[derive(Clone)]
pub struct Registered(pub(crate) Output<Arc<Registration>>);

/// What the engine says of a child.
#[derive(Debug, PartialEq)]
pub(crate) struct Registration {
    pub urn: String,
    /// Empty while unknown.
    pub id: String,
    pub state: Map,
    pub preview: bool,
}

impl Registered {
    /// The child's URN.
    pub fn urn(&self) -> Output<String> {
        self.0.map(|child| child.urn.clone())
    }

    /// The child's id.
    pub fn id(&self) -> Output<String> {
        self.maybe(|child| match child.id.as_str() {
            "" => Ok((Maybe::Unknown, false)),
            id => Ok((Maybe::Known(id.to_owned()), false)),
        })
    }

    /// An output of the child.
    pub fn output<T: Property>(&self, name: &'static str) -> Output<T> {
        self.maybe(move |child| {
            let value = child.state.get(name);
            let read = returned::<T>(value, child.preview).map_err(|e| e.doing(format!("output `{name}`")))?;
            Ok((read, value.is_some_and(Value::has_secret)))
        })
    }

    fn maybe<T, F>(&self, read: F) -> Output<T>
    where
        T: Clone + Send + Sync + 'static,
        F: FnOnce(&Registration) -> Result<(Maybe<T>, bool)> + Send + 'static,
    {
        let child = self.0.clone();
        Output::eventual(async move {
            let Resolved { value, secret, dependencies } = child.resolve().await?;
            let (value, hidden) = match value {
                Maybe::Known(child) => read(&child).map_err(Arc::<Error>::new)?,
                Maybe::Unknown => (Maybe::Unknown, false),
                Maybe::Skipped(key) => (Maybe::Skipped(key), false),
            };
            Ok(Resolved { value, secret: secret || hidden, dependencies })
        })
    }
}
