//! Components: what several resources are together. What all of them take and give.

pub mod network;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Knobs, Map, Property, Value};

use crate::aws::{AssumeRole, Tags};
use crate::types::Region;

/// What every component takes.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Shared {
    /// The region of every child. Default: the provider's.
    pub region: Option<Region>,
    /// The role to act as for every child. Default: the provider's.
    pub assume_role: Option<AssumeRole>,
    /// Tags of every child that can have tags.
    #[prop(default)]
    pub tags: Tags,
    /// How careful and how expensive the defaults are.
    #[prop(default = Profile::Standard)]
    pub profile: Profile,
    /// Changes to the inputs of single children, by the child's key: a merge patch (RFC 7386) on what the component gives them.
    /// `childUrns` lists the keys.
    #[prop(default)]
    pub overrides: BTreeMap<String, Value>,
    /// Keys of children that are not wanted.
    #[prop(default)]
    pub skip: BTreeSet<String>,
}

/// How careful and how expensive defaults are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Profile {
    /// For trying things out: the cheapest that works.
    #[prop(rename = "dev")]
    Dev,
    /// For production.
    #[prop(rename = "standard")]
    Standard,
    /// For production that is measured by AWS Foundational Security Best Practices.
    #[prop(rename = "fsbp")]
    Fsbp,
}

impl Shared {
    /// What the children have in common.
    pub fn knobs(&self) -> Knobs {
        let mut defaults = Map::new();
        if let Some(region) = &self.region {
            defaults.insert("region".into(), region.as_str().into());
        }
        if let Some(role) = &self.assume_role {
            defaults.insert("assumeRole".into(), role.encode());
        }
        let tags = self.tags.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
        Knobs {
            defaults,
            merged: Some(("tags", tags)),
            overrides: self.overrides.clone(),
            skip: self.skip.iter().cloned().collect(),
        }
    }
}
