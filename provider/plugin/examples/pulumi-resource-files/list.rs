//! The function: which files there are.

use std::{fs, io};

use pulumi_plugin::{Function, Property, Result};

use crate::disk::failed;
use crate::folder::Folder;

/// Which files to list.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ListInputs {
    /// What the paths begin with.
    pub prefix: Option<String>,
}

/// The files that there are.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Listing {
    /// Their paths, sorted.
    pub paths: Vec<String>,
}

pub struct List;

impl Function for List {
    const TOKEN: &'static str = "files:index:list";
    const DOC: &'static str = "Lists the files in a directory.";
    type Session = Folder;
    type Inputs = ListInputs;
    type Outputs = Listing;

    async fn call(folder: &Folder, inputs: &ListInputs) -> Result<Listing> {
        let entries = match fs::read_dir(&folder.at) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Listing { paths: vec![] }),
            Err(e) => return Err(failed("listing", folder.at.display(), &e)),
        };
        let prefix = inputs.prefix.as_deref().unwrap_or_default();
        let mut paths: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with(prefix) && !name.starts_with('.'))
            .collect();
        paths.sort();
        Ok(Listing { paths })
    }
}
