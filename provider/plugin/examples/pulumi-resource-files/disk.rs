//! The file system, with failures in words.

use std::fmt::Display;
use std::path::Path;
use std::{fs, io};

use pulumi_plugin::{Error, Result};
use sha2::{Digest as _, Sha256};

pub fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed("reading", path.display(), &e)),
    }
}

pub fn write(path: &Path, text: &str) -> Result<()> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|e| failed("writing", path.display(), &e))
}

pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("deleting", path.display(), &e)),
        _ => Ok(()),
    }
}

pub fn failed(doing: &str, what: impl Display, error: &io::Error) -> Error {
    Error::new(format!("{doing} `{what}`: {error}"))
}

pub fn sha256(parts: &[&String]) -> String {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part.as_bytes()));
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
