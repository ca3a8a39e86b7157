//! What this process is creating, noted in a folder: where the provider alone dies, the engine takes its creations for failed and keeps no note.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Value as Json, json};

use crate::serve::BIRTH;
use crate::serve::start::{Begun, begun};
use crate::value::{Map, Value};

/// The folder of the notes; none where nobody gave one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Creations(Option<PathBuf>);

impl Creations {
    /// The notes in a folder, and the creations that stand there: what other processes began and did not end.
    pub(super) fn open(folder: &Path) -> io::Result<(Creations, BTreeMap<String, Begun>)> {
        fs::create_dir_all(folder)?;
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "json") {
                // Another process of the same run may end its creation just now.
                let Ok(text) = fs::read(&path) else { continue };
                found.extend(serde_json::from_slice::<Json>(&text).ok().as_ref().and_then(begun));
            }
        }
        Ok((Creations(Some(folder.to_owned())), found))
    }

    /// Notes a creation before anything is made. Of its inputs, only what it is known by and its made-up names.
    pub(super) fn begin(&self, urn: &str, inputs: &Map) -> io::Result<()> {
        let Some((birth, path)) = birth(inputs).and_then(|(birth, token)| Some((birth, self.note(token)?))) else {
            return Ok(());
        };
        let birth = Value::Object(birth.clone()).to_json();
        let made = birth["made"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let named = made.filter_map(|name| Some((name.to_owned(), inputs.get(name)?.plain().to_json())));
        let mut kept: serde_json::Map<_, _> = named.collect();
        kept.insert(BIRTH.to_owned(), birth);
        let note = json!({"urn": urn, "inputs": kept});
        let half = path.with_extension("half");
        fs::write(&half, note.to_string())?;
        fs::rename(half, path)
    }

    /// Takes the note away: what was made stands in the engine's state, or nothing was made.
    pub(super) fn end(&self, token: &str) {
        if let Some(path) = self.note(token) {
            // Most tokens have none.
            let _ = fs::remove_file(path);
        }
    }

    fn note(&self, token: &str) -> Option<PathBuf> {
        let plain = !token.is_empty() && token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        self.0.as_ref().filter(|_| plain).map(|folder| folder.join(format!("{token}.json")))
    }
}

/// What a creation is known by, and its token.
fn birth(inputs: &Map) -> Option<(&Map, &str)> {
    let birth = inputs.get(BIRTH)?.as_object()?;
    Some((birth, birth.get("token")?.as_str()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Creations;
    use crate::serve::start::Begun;
    use crate::value::map;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("creations-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn what_was_begun_and_did_not_end_is_found_by_the_next_process() {
        let folder = folder("found");
        let (notes, none) = Creations::open(&folder).expect("a folder");
        assert!(none.is_empty());
        let inputs =
            |token: &str| map(json!({"__birth": {"token": token, "made": ["name"]}, "name": "n-1", "password": "x"}));
        notes.begin("urn:a", &inputs("t1")).expect("a note");
        notes.begin("urn:b", &inputs("t2")).expect("a note");
        notes.end("t2");
        notes.end("never");
        let (_, found) = Creations::open(&folder).expect("a folder");
        let begun = Begun { token: "t1".to_owned(), names: map(json!({"name": "n-1"})) };
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("urn:a".to_owned(), begun)]);
        let text = std::fs::read_to_string(folder.join("t1.json")).expect("it stands there");
        assert!(!text.contains("password"), "{text}");
        std::fs::remove_dir_all(folder).expect("it goes");
    }

    #[test]
    fn without_a_folder_nothing_is_noted() {
        let notes = Creations::default();
        notes.begin("urn:a", &map(json!({"__birth": {"token": "t"}}))).expect("nothing to write");
        notes.end("t");
    }

    #[test]
    fn a_token_is_no_path() {
        let notes = Creations(Some("/".into()));
        assert_eq!(notes.note("../x"), None);
    }
}
