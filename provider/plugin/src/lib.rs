//! Pulumi providers in Rust: resources and components as plain types.
//!
//! A resource is a struct with four verbs ([`Resource`]), a component is straight-line code over [`Output`]s ([`Component`]),
//! and a [`Package`] lists them. Check, Diff, previews, secrets, partial failures, waiting and the schema are the framework's: they are read
//! out of one table of fields per type, which `#[derive(Property)]` makes.

#![warn(missing_docs)]

// The derives speak of this crate by its name, in its own tests too.
#[cfg(test)]
extern crate self as pulumi_plugin;

mod assume;
mod call;
mod catalogue;
pub mod component;
pub mod conform;
pub mod diff;
mod early;
mod error;
mod failures;
mod faults;
pub mod foresee;
mod hide;
mod keep;
mod lifecycle;
mod log;
mod monitor;
mod nearest;
mod output;
mod path;
pub mod property;
mod resource;
mod schema;
mod scope;
mod serve;
pub mod shape;
mod spelled;
mod status;
mod urn;
mod value;
mod veil;
mod wire;

pub use call::{Birth, Call};
pub use catalogue::{Meta, Package};
pub use component::{Component, Knobs, Part};
pub use error::{After, Again, Error, Fault, Result};
pub use faults::Faults;
pub use lifecycle::Pace;
pub use log::Log;
pub use nearest::nearest;
pub use output::{Input, Maybe, Output, Resolved};
pub use path::Path;
pub use property::{Order, Property, Secret, Shaped};
pub use pulumi_plugin_derive::{Outputs, Property};
pub use resource::{Function, Id, Made, Nothing, Progress, Provider, Resource, Wait};
pub use scope::{Place, Scope, merged};
pub use serve::{Begun, Creations, Service, Start, serve};
pub use spelled::Spelled;
pub use value::{Archive, Asset, Map, OutputValue, Reference, Source, Value, object};
