//! The provider: where the files are, and what all of them have in common.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pulumi_plugin::shape::Shape;
use pulumi_plugin::{Call, Fault, Map, Pace, Property, Provider, Result, Secret, Value};

use crate::folder::Folder;

/// Where the files are.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Config {
    /// The directory that holds the files; made with the first of them.
    #[prop(replace)]
    pub root: String,
    /// Labels of every file that has none of that name.
    pub labels: Option<BTreeMap<String, String>>,
    /// A word that goes into every file's seal.
    pub pepper: Option<Secret<String>>,
}

/// What every file may say of where it is.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Place {
    /// A directory below the provider's root.
    #[prop(replace)]
    pub folder: Option<String>,
}

/// The directory, as the package reaches it.
pub struct Directory {
    pub root: PathBuf,
    pub labels: BTreeMap<String, String>,
    pub pepper: Option<Secret<String>>,
}

impl Provider for Directory {
    type Config = Config;
    type Common = Place;
    type Session = Folder;

    fn check(config: &Config) -> Vec<Fault> {
        match config.root.starts_with('/') {
            true => Vec::new(),
            false => vec![Fault::new("root", "must begin with a slash")],
        }
    }

    async fn configure(config: Config, _: Pace) -> Result<Self> {
        Ok(Directory { root: config.root.into(), labels: config.labels.unwrap_or_default(), pepper: config.pepper })
    }

    fn complete(&self, shape: &'static Shape, inputs: &mut Map) {
        if self.labels.is_empty() || shape.field("labels").is_none() {
            return;
        }
        let labels = inputs.entry("labels".into()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(labels) = labels {
            for (name, label) in &self.labels {
                labels.entry(name.clone()).or_insert_with(|| label.as_str().into());
            }
        }
    }

    async fn session(&self, place: &Place, call: Call) -> Result<Folder> {
        let folder = place.folder.clone().unwrap_or_default();
        Ok(Folder { at: self.root.join(folder), pepper: self.pepper.clone(), call })
    }
}
