//! One directory during one call: the files, what is kept beside them, and rehearsals.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use pulumi_plugin::{Again, Call, Error, Progress, Property, Result, Secret, Value};

use crate::disk::{failed, read, remove, sha256, write};
use crate::file::{Expiry, FileInputs, Owner};

/// One directory during one call.
pub struct Folder {
    pub at: PathBuf,
    pub pepper: Option<Secret<String>>,
    pub call: Call,
}

impl Folder {
    pub fn file(&self, id: &str) -> PathBuf {
        self.at.join(id)
    }

    pub fn beside(&self, id: &str, ending: &str) -> PathBuf {
        self.at.join(".files").join(format!("{id}.{ending}"))
    }

    /// Fails when a rehearsal says so; `create 2` fails twice, in a way that passes.
    pub fn rehearse(&self, verb: &str, id: &str) -> Result<()> {
        let wish = read(&self.beside(id, "fault"))?.unwrap_or_default();
        let mut words = wish.split_whitespace();
        if words.next() != Some(verb) {
            return Ok(());
        }
        let failure = Error::new(format!("rehearsed failure of {verb} for `{id}`"));
        match words.next().map(|times| times.parse().unwrap_or(0u32)) {
            None => Err(failure),
            Some(0) => Ok(()),
            Some(times) => {
                write(&self.beside(id, "fault"), &format!("{verb} {}", times - 1))?;
                Err(failure.again(Again::Soon))
            }
        }
    }

    /// Counts down how often a file is still busy.
    pub fn progress(&self, id: &str, state: &str) -> Result<Progress> {
        let busy = self.beside(id, "busy");
        let left = match read(&busy)? {
            Some(text) => text.trim().parse().unwrap_or(0u32),
            None => 0,
        };
        if left == 0 {
            return Ok(Progress::Done);
        }
        write(&busy, &(left - 1).to_string())?;
        Ok(Progress::Pending(state.into()))
    }

    pub fn card(&self, id: &str) -> Result<Option<Card>> {
        let text = read(&self.beside(id, "json"))?;
        let card = text.map(|text| {
            let json = serde_json::from_str(&text).map_err(|e| Error::new(format!("the card of `{id}`: {e}")))?;
            Ok(Card::decode(&Value::from_json(&json))?)
        });
        card.transpose()
    }

    pub fn put(&self, id: &str, new: &FileInputs, token: &str) -> Result<()> {
        write(&self.file(id), &new.content)?;
        let mode = fs::Permissions::from_mode(new.mode.bits());
        fs::set_permissions(self.file(id), mode).map_err(|e| failed("protecting", id, &e))?;
        let card = Card {
            token: token.to_owned(),
            owner: new.owner.clone(),
            keywords: new.keywords.clone(),
            notes: new.notes.clone(),
            labels: new.labels.clone(),
            expires: new.expires.clone(),
            kind: new.kind.clone(),
            slow: new.slow,
            salted: new.key.as_ref().map(|key| Secret::new(sha256(&[key.expose()]))),
        };
        // The key itself is written nowhere: it is `keep`, and lives in the state alone.
        write(&self.beside(id, "json"), &card.encode().to_json().to_string())?;
        self.slow(id, new.slow)
    }

    /// Has a file answer "not yet" so many times.
    pub fn slow(&self, id: &str, times: u32) -> Result<()> {
        match times {
            0 => remove(&self.beside(id, "busy")),
            times => write(&self.beside(id, "busy"), &times.to_string()),
        }
    }
}

/// What is kept beside a file.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct Card {
    /// What the creation was known by.
    pub token: String,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// What it is found by.
    pub keywords: BTreeSet<String>,
    /// What is said about it.
    pub notes: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// When it may go.
    pub expires: Option<Expiry>,
    /// What kind of text it was said to be.
    pub kind: Option<String>,
    /// How often it answers "not yet".
    pub slow: u32,
    /// The key's hash.
    pub salted: Option<Secret<String>>,
}
