//! The resource: a file with text in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use pulumi_plugin::{Error, Fault, Id, Made, Progress, Property, Resource, Result, Secret, Wait};

use crate::disk::{failed, read, remove, sha256, write};
use crate::folder::Folder;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
pub enum Mode {
    /// Its owner alone.
    #[prop(rename = "private")]
    Private,
    /// Everybody.
    #[default]
    #[prop(rename = "shared")]
    Shared,
}

impl Mode {
    pub fn bits(self) -> u32 {
        match self {
            Mode::Private => 0o600,
            Mode::Shared => 0o644,
        }
    }
}

/// Who answers for a file.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Owner {
    /// The owner's name.
    pub name: String,
    /// How they are reached, the best way first.
    pub emails: Option<Vec<String>>,
}

/// When a file may go: after so many days, or at a date.
#[derive(Debug, Clone, PartialEq, Property)]
pub enum Expiry {
    /// Days from now.
    Days(u32),
    /// A date such as 2030-01-31.
    Date(String),
}

/// A file with text in it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FileInputs {
    /// Its path below the root.
    #[prop(replace, unique, autoname = 40)]
    pub path: String,
    /// The text.
    pub content: String,
    /// Who may read it.
    #[prop(default)]
    pub mode: Mode,
    /// Who answers for it; a file changes hands only by being made anew.
    #[prop(replace)]
    pub owner: Option<Owner>,
    /// What it is found by.
    #[prop(default)]
    pub keywords: BTreeSet<String>,
    /// What is said about it, in order.
    #[prop(default)]
    pub notes: Vec<String>,
    /// Free labels.
    #[prop(default)]
    pub labels: BTreeMap<String, String>,
    /// When it may go.
    pub expires: Option<Expiry>,
    /// What kind of text it is. Default: `html` if it begins with a tag, else `plain`.
    #[prop(computed)]
    pub kind: Option<String>,
    /// A word that goes into its seal; written nowhere.
    #[prop(keep)]
    pub key: Option<Secret<String>>,
    /// How often it answers "not yet" when it is made, changed or deleted.
    #[prop(default, max = 1_000_000)]
    pub slow: u32,
}

/// A file as it is.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct File {
    #[prop(inputs)]
    pub inputs: FileInputs,
    /// The file's whole path.
    #[prop(stable)]
    pub location: String,
    /// Bytes of text.
    pub size: i64,
    /// SHA-256 of the text, in hex.
    sha256: String,
    /// A hash of the text, the key and the provider's pepper; there with a key or a pepper.
    pub seal: Option<Secret<String>>,
}

/// What stands in the place of a file.
pub enum Seen {
    /// The file, with this text.
    Standing(String),
    /// A file that is not gone for good yet.
    Leaving(String),
}

impl Resource for File {
    const TOKEN: &'static str = "files:index:File";
    const WAIT: Wait = Wait::seconds(1, 600);
    type Session = Folder;
    type Inputs = FileInputs;
    type Seen = Seen;

    fn check(new: &FileInputs) -> Vec<Fault> {
        let mut faults = Vec::new();
        if new.path.starts_with('/') || new.path.split('/').any(|part| part == "..") {
            faults.push(Fault::new("path", "must stay below the root"));
        }
        if let Some(Expiry::Date(date)) = &new.expires
            && date.len() != 10
        {
            faults.push(Fault::new("expires", "expected a date such as 2030-01-31"));
        }
        faults
    }

    /// Whoever has a shared file open would go on reading what is private from now on.
    fn replaces(old: &FileInputs, new: &FileInputs) -> Vec<&'static str> {
        match (old.mode, new.mode) {
            (Mode::Shared, Mode::Private) => vec!["mode"],
            _ => Vec::new(),
        }
    }

    async fn create(folder: &Folder, new: &FileInputs) -> Result<Made> {
        folder.rehearse("create", &new.path)?;
        let id = Id::from(new.path.clone());
        if folder.file(&new.path).exists() {
            return Ok(Made::Exists(id));
        }
        folder.put(&new.path, new, &folder.call.birth.token)?;
        Ok(Made::New(id))
    }

    async fn ours(folder: &Folder, id: &Id, _: &Seen, _: &FileInputs) -> Result<Option<Id>> {
        let card = folder.card(id.as_str())?;
        Ok(card.filter(|card| card.token == folder.call.birth.token).map(|_| id.clone()))
    }

    /// What an earlier attempt made is as slow as it was asked to be then, and from now on as it is asked to be now.
    async fn finish(folder: &Folder, id: &Id, new: &FileInputs) -> Result<()> {
        folder.slow(id.as_str(), new.slow)
    }

    async fn find(folder: &Folder, id: &Id) -> Result<Option<Seen>> {
        if let Some(content) = read(&folder.file(id.as_str()))? {
            return Ok(Some(Seen::Standing(content)));
        }
        match folder.progress(id.as_str(), "going")? {
            Progress::Pending(state) => Ok(Some(Seen::Leaving(state))),
            _ => remove(&folder.beside(id.as_str(), "busy")).map(|()| None),
        }
    }

    fn progress(seen: &Seen) -> Progress {
        match seen {
            Seen::Standing(_) => Progress::Done,
            Seen::Leaving(state) => Progress::Leaving(state.clone()),
        }
    }

    async fn settled(folder: &Folder, id: &Id) -> Result<Progress> {
        folder.rehearse("ready", id.as_str())?;
        if folder.rehearse("settle", id.as_str()).is_err() {
            return Ok(Progress::Failed("rehearsed doom".into()));
        }
        folder.progress(id.as_str(), "settling")
    }

    async fn read(folder: &Folder, id: &Id, seen: Seen) -> Result<File> {
        folder.rehearse("read", id.as_str())?;
        let Seen::Standing(content) = seen else {
            return Err(Error::new(format!("`{id}` is leaving")));
        };
        let (at, path) = (folder.file(id.as_str()), id.to_string());
        let bits = fs::metadata(&at).map_err(|e| failed("reading", id, &e))?;
        let card = folder.card(id.as_str())?.unwrap_or_default();
        let guessed = match content.starts_with('<') {
            true => "html",
            false => "plain",
        };
        Ok(File {
            location: at.display().to_string(),
            size: content.len() as i64,
            sha256: sha256(&[&content]),
            seal: seal(&[&card.salted, &folder.pepper], &content),
            inputs: FileInputs {
                path,
                content,
                mode: match bits.permissions().mode() & 0o044 {
                    0 => Mode::Private,
                    _ => Mode::Shared,
                },
                owner: card.owner,
                keywords: card.keywords,
                notes: card.notes,
                labels: card.labels,
                expires: card.expires,
                kind: Some(card.kind.unwrap_or(guessed.to_owned())),
                key: None,
                slow: card.slow,
            },
        })
    }

    async fn update(folder: &Folder, id: &Id, _: &File, new: &FileInputs) -> Result<()> {
        folder.rehearse("update", id.as_str())?;
        let token = folder.card(id.as_str())?.map(|card| card.token);
        folder.put(id.as_str(), new, &token.unwrap_or_default())
    }

    async fn delete(folder: &Folder, id: &Id, old: &File) -> Result<()> {
        folder.rehearse("delete", id.as_str())?;
        if !folder.file(id.as_str()).exists() {
            return Ok(());
        }
        remove(&folder.file(id.as_str()))?;
        remove(&folder.beside(id.as_str(), "json"))?;
        match old.inputs.slow {
            0 => Ok(()),
            times => write(&folder.beside(id.as_str(), "busy"), &times.to_string()),
        }
    }
}

fn seal(secrets: &[&Option<Secret<String>>], content: &String) -> Option<Secret<String>> {
    let words: Vec<_> = secrets.iter().filter_map(|s| Some(s.as_ref()?.expose())).collect();
    (!words.is_empty()).then(|| Secret::new(sha256(&[&words[..], &[content]].concat())))
}
