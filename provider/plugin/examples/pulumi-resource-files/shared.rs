//! What every component takes and gives, written once.

use std::collections::BTreeMap;

use pulumi_plugin::{Knobs, Map, Output, Outputs, Property, Scope, Value};

/// What every component takes.
#[derive(Clone, Property)]
pub struct SharedInputs {
    /// A directory below the provider's root that holds all files.
    pub folder: Option<String>,
    /// Labels of every file.
    pub labels: Option<BTreeMap<String, String>>,
    /// Other wishes for single files and sites, by their key: a merge patch on their inputs.
    pub overrides: Option<BTreeMap<String, Value>>,
    /// The keys of files and sites that are not wanted.
    pub skip: Option<Vec<String>>,
    /// Outputs of other resources, which have to be there before any file.
    pub wait_for: Option<Output<Vec<Value>>>,
}

impl SharedInputs {
    /// What the children have in common.
    pub fn knobs(&self) -> Knobs {
        Knobs {
            defaults: self.folder.iter().map(|f| ("folder".into(), f.as_str().into())).collect(),
            merged: self.labels.as_ref().map(|l| ("labels", encoded(l))),
            overrides: self.overrides.as_ref().map(encoded).unwrap_or_default(),
            skip: self.skip.clone().unwrap_or_default(),
            after: self.wait_for.as_ref().map(|what| what.map(drop)),
        }
    }

    /// What a part takes of it, in a directory of its own.
    pub fn below(&self, folder: &str) -> SharedArgs {
        let above = self.folder.iter().map(|above| format!("{above}/"));
        SharedArgs {
            folder: (above.collect::<String>() + folder).into(),
            labels: self.labels.clone().into(),
            wait_for: self.wait_for.clone().into(),
            ..SharedArgs::default()
        }
    }
}

/// What every component gives.
#[derive(Clone, Outputs)]
pub struct Report {
    /// The URNs of the component's files and sites by their keys.
    pub child_urns: Output<BTreeMap<String, String>>,
}

impl Report {
    /// Of a component all of whose children have been added.
    pub fn of(here: &Scope) -> Report {
        Report { child_urns: here.child_urns() }
    }
}

fn encoded<T: Property>(map: &T) -> Map {
    map.encode().as_object().cloned().unwrap_or_default()
}
