//! A child or part that is not told to the engine yet: its inputs and options may still have to become known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::{join_all, try_join_all};

use crate::error::Error;
use crate::monitor::{NewChild, Timeouts};
use crate::output::{Input, Maybe, Output, Resolved};
use crate::scope::patch::Patch;
use crate::value::{Map, Value};

/// What the component says of one child beside its inputs: Pulumi's resource options.
#[derive(Default)]
pub struct Options {
    /// Common inputs of its own.
    pub common: Map,
    pub after: Vec<Output<()>>,
    pub protect: bool,
    pub retain: bool,
    pub timeouts: [Option<Duration>; 3],
    pub deleted_with: Option<Output<String>>,
    /// Whole names.
    pub aliases: Vec<String>,
    /// The parents that it had, each with its whole name there.
    pub moved: Vec<(Output<String>, String)>,
    pub replace_on: Vec<String>,
    pub replaced_with: Vec<Output<String>>,
    /// Inputs that count at its creation only.
    pub initial: Vec<&'static str>,
}

/// A child or part that is not told yet.
pub struct Draft {
    pub key: String,
    pub name: String,
    pub token: &'static str,
    pub part: bool,
    pub given: Vec<(&'static str, Input<Value>)>,
    pub patch: Patch,
    pub options: Options,
}

impl Draft {
    /// Waits until all that it is given is known, or is known to be unknown.
    pub async fn known(self) -> Result<NewChild, Arc<Error>> {
        let Draft { key, name, token, part, given, patch, options } = self;
        let (mut inputs, property_dependencies) = resolved(given).await?;
        // Whoever overrides one means what stands, too.
        let own = patch.own.as_ref().and_then(Value::as_object);
        let initial = options.initial.into_iter().filter(|name| !own.is_some_and(|own| own.contains_key(*name)));
        let ignored = initial.map(str::to_owned).collect();
        patch.apply(&mut inputs);
        let after = try_join_all(options.after.iter().map(Output::resolve)).await?;
        let deleted_with = match options.deleted_with {
            Some(urn) => urn.resolve().await?.value,
            None => Maybe::Unknown,
        };
        let mut replaced_with = Vec::new();
        for urn in options.replaced_with {
            if let Maybe::Known(urn) = urn.resolve().await?.value {
                replaced_with.push(urn);
            }
        }
        let mut moved = Vec::new();
        for (parent, name) in options.moved {
            if let Maybe::Known(parent) = parent.resolve().await?.value {
                moved.push((parent, name));
            }
        }
        Ok(NewChild {
            key,
            name,
            token,
            part,
            inputs,
            property_dependencies,
            after: after.into_iter().flat_map(|one| one.dependencies).collect(),
            protect: options.protect,
            retain: options.retain,
            timeouts: Timeouts::of(options.timeouts),
            deleted_with: if let Maybe::Known(urn) = deleted_with { urn } else { String::new() },
            aliases: options.aliases,
            moved,
            replace_on: options.replace_on,
            replaced_with,
            ignored,
        })
    }
}

type Inputs = (Map, BTreeMap<String, BTreeSet<String>>);

/// The inputs, and the URNs that each comes from.
async fn resolved(given: Vec<(&'static str, Input<Value>)>) -> Result<Inputs, Arc<Error>> {
    let given = given.into_iter().filter_map(|(name, input)| Some((name, input.given()?)));
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
    Ok((inputs, dependencies))
}
