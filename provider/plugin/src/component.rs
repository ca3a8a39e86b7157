//! What a component is, and what it knows of its children and parts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use crate::early::Outlets;
use crate::error::{Error, Fault, Result};
use crate::output::{Input, Maybe, Output, Resolved, returned};
use crate::path::Path;
use crate::property::{Property, Shaped};
use crate::scope::Scope;
use crate::shape::{Shape, Type};
use crate::value::{Map, Value};

/// A resource made of other resources and components. `Self` is its outputs.
///
/// `build` is straight-line code that says which children there are; it waits for nothing. What is known only later flows from
/// child to child through [`Output`]s, and that flow alone makes the order. So a preview lists every child, and everything that can run
/// side by side does.
pub trait Component: Arguments + Returned + Shaped + Clone + Send + Sized {
    /// The type token: `package:module:Name`.
    const TOKEN: &'static str;
    /// What its questions are asked with.
    type Session: Send + Sync + 'static;
    /// What the program asks of it, a struct named `SomethingInputs`. Plain fields are known even in a preview; `Output` fields may not be.
    type Inputs: Shaped + Property + Twin;
    /// What it has to know before it can say which children there are.
    type Facts: Send;

    /// Rules across the inputs.
    fn check(_: &Self::Inputs) -> Vec<Fault> {
        Vec::new()
    }

    /// What the children have in common.
    fn knobs(_: &Self::Inputs) -> Knobs {
        Knobs::default()
    }

    /// What is wrong with a part, by the part's key, as it concerns whoever uses the component: below the input that says what the part is like. Empty
    /// where `check` tells it already.
    fn retell(key: &str, fault: Fault) -> Vec<Fault> {
        vec![Fault::new(Path::root(), format!("{key}: {fault}"))]
    }

    /// Finds out what it has to know. Only reads.
    fn look(session: &Self::Session, inputs: &Self::Inputs) -> impl Future<Output = Result<Self::Facts>> + Send;

    /// Adds the children and says the outputs.
    fn build(here: &mut Scope, inputs: Self::Inputs, facts: Self::Facts) -> Result<Self>;
}

/// What the children and parts of a component have in common, and what the user wants otherwise with single ones.
#[derive(Debug, Clone, Default)]
pub struct Knobs {
    /// Inputs of every child that doesn't give them itself, and of every part that has such an input.
    pub defaults: Map,
    /// Entries of every child's map of this name, under those that it gives itself: `("tags", {...})`.
    pub merged: Option<(&'static str, Map)>,
    /// A merge patch (RFC 7386) on the inputs of a child, by its key.
    pub overrides: Map,
    /// The keys of children that are not wanted.
    pub skip: Vec<String>,
    /// Every child depends on what this comes from.
    pub after: Option<Output<()>>,
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

/// Inputs that have an eventual twin. Derived for structs named `SomethingInputs`.
pub trait Twin {
    /// `SomethingArgs`: the same properties, each of which may be given, left out, or known only later.
    type Args: Arguments;
}

/// The outputs of a component, as the component that it is a part of gets them back.
pub trait Returned {
    /// The outputs, out of the registration.
    fn returned(part: &Registered) -> Self;
}

/// A component inside of another one. Its outputs can be used like fields.
#[derive(Clone)]
pub struct Part<C> {
    /// The part's URN.
    pub urn: Output<String>,
    outputs: C,
}

impl<C: Returned> Part<C> {
    pub(crate) fn of(registered: &Registered) -> Part<C> {
        Part { urn: registered.urn(), outputs: C::returned(registered) }
    }
}

impl<C> Deref for Part<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.outputs
    }
}

/// A child or part of a component, as `add` and `part` return it.
pub trait Member {
    /// Its URN.
    fn urn(&self) -> Output<String>;
}

impl<C> Member for Part<C> {
    fn urn(&self) -> Output<String> {
        self.urn.clone()
    }
}

/// What a child can be made after: a child, a part, or any output.
pub trait Origin {
    /// Known once it is there, with the resources that it comes from.
    fn origin(&self) -> Output<()>;
}

impl<T: Clone + Send + Sync + 'static> Origin for Output<T> {
    fn origin(&self) -> Output<()> {
        self.map(drop)
    }
}

impl<M: Member> Origin for M {
    fn origin(&self) -> Output<()> {
        self.urn().origin()
    }
}

/// A child or part that has been told to the engine.
#[derive(Clone)]
pub struct Registered {
    pub(crate) told: Output<Arc<Registration>>,
    /// What a part says before the engine does; a child says nothing.
    pub(crate) early: Output<Arc<Outlets>>,
}

/// What the engine says of a child.
#[derive(Debug, PartialEq)]
pub(crate) struct Registration {
    pub urn: String,
    /// Empty while unknown.
    pub id: String,
    pub state: Map,
    /// What each output of a part comes from, beside the part.
    pub dependencies: BTreeMap<String, BTreeSet<String>>,
    pub preview: bool,
}

impl Registered {
    /// The child's URN.
    pub fn urn(&self) -> Output<String> {
        self.told.map(|child| child.urn.clone())
    }

    /// The child's id.
    pub fn id(&self) -> Output<String> {
        self.maybe("", |child| match child.id.as_str() {
            "" => Ok((Maybe::Unknown, false)),
            id => Ok((Maybe::Known(id.to_owned()), false)),
        })
    }

    /// An output of a child.
    pub fn output<T: Property>(&self, name: &'static str) -> Output<T> {
        self.maybe(name, move |child| read(child, name))
    }

    /// An output of a part. Where the part does not give it, because what it would come from is skipped, it counts as skipped here, too.
    pub fn outlet<T: Property>(&self, name: &'static str) -> Output<T> {
        self.maybe(name, move |part| match part.state.contains_key(name) || matches!(T::ty(), Type::Optional(_)) {
            true => read(part, name),
            false => Ok((Maybe::Skipped(name.into()), false)),
        })
    }

    /// The same for an output that does not wait for the rest of the part: it is known as soon as what it comes from is, and comes from nothing else.
    pub fn early<T: Property>(&self, name: &'static str) -> Output<T> {
        let (early, whole) = (self.early.clone(), self.outlet(name));
        Output::eventual(async move {
            tokio::select! {
                biased;
                Some(early) = soon(early, name) => Ok(early),
                whole = whole.resolve() => whole,
            }
        })
    }

    /// What a property is read to, and what it comes from.
    fn maybe<T, F>(&self, name: &'static str, read: F) -> Output<T>
    where
        T: Clone + Send + Sync + 'static,
        F: FnOnce(&Registration) -> Result<(Maybe<T>, bool)> + Send + 'static,
    {
        let child = self.told.clone();
        Output::eventual(async move {
            let Resolved { value, secret, mut dependencies } = child.resolve().await?;
            let (value, hidden) = match value {
                Maybe::Known(child) => {
                    dependencies.extend(child.dependencies.get(name).into_iter().flatten().cloned());
                    read(&child).map_err(Arc::<Error>::new)?
                }
                Maybe::Unknown => (Maybe::Unknown, false),
                Maybe::Skipped(key) => (Maybe::Skipped(key), false),
            };
            Ok(Resolved { value, secret: secret || hidden, dependencies })
        })
    }
}

/// What a part says of an output. Where it says nothing, fails, or has no such output, the engine's answer tells.
async fn soon<T: Property>(early: Output<Arc<Outlets>>, name: &str) -> Option<Resolved<T>> {
    let Maybe::Known(outlets) = early.resolve().await.ok()?.value else { return None };
    let output = outlets.get(name)?.resolve().await.ok()?;
    if matches!(output.value, Maybe::Skipped(_)) {
        return None;
    }
    let output = output.into_output_value();
    let value = returned::<T>(Some(&output), false).ok()?;
    Some(Resolved { value, secret: output.has_secret(), dependencies: output.dependencies() })
}

/// An output as the engine has it, and whether it is secret.
fn read<T: Property>(child: &Registration, name: &str) -> Result<(Maybe<T>, bool)> {
    let value = child.state.get(name);
    let read = returned::<T>(value, child.preview).map_err(|e| e.doing(format!("output `{name}`")))?;
    Ok((read, value.is_some_and(Value::has_secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of which the engine has said nothing yet, or this, with what it says of one output itself.
    fn part(told: Option<&str>, early: Option<Output<Value>>) -> Registered {
        let whole = told.map(|text| Registration {
            urn: "urn:part".to_owned(),
            id: String::new(),
            state: Map::from([("text".to_owned(), text.into())]),
            dependencies: BTreeMap::new(),
            preview: false,
        });
        let told = match whole {
            Some(whole) => Output::known(Arc::new(whole)),
            None => Output::eventual(std::future::pending()),
        };
        let outlets = early.map(|output| Arc::new(Outlets::from([("text", output)])));
        Registered { told, early: outlets.map_or_else(|| Output::skipped("nobody tells it"), Output::known) }
    }

    #[tokio::test]
    async fn an_early_output_does_not_wait_for_the_rest_of_its_part() {
        let failed = || Output::known("").try_map(|_| Err::<Value, _>(Error::new("failed")));
        for (told, early, expected) in [
            (None, Some(Output::known(Value::from("early"))), "early"),
            (Some("whole"), Some(Output::known(Value::from("early"))), "early"),
            (Some("whole"), Some(failed()), "whole"),
            (Some("whole"), Some(Output::skipped("child")), "whole"),
            (Some("whole"), None, "whole"),
        ] {
            let text = part(told, early).early::<String>("text").resolve().await.expect("an output");
            assert_eq!(text.value, Maybe::Known(expected.to_owned()));
        }
    }

    #[tokio::test]
    async fn an_early_output_keeps_what_it_comes_from_and_that_it_is_secret() {
        let from = Resolved {
            value: Maybe::Known(Value::from("a")),
            secret: true,
            dependencies: BTreeSet::from(["urn:child".to_owned()]),
        };
        let text = part(None, Some(Output::eventual(async { Ok(from) }))).early::<String>("text").resolve().await;
        let text = text.expect("an output");
        assert_eq!((text.secret, text.dependencies), (true, BTreeSet::from(["urn:child".to_owned()])));
    }
}
