//! A provider of files in a directory: everything that the framework can do, without a cloud.
//!
//! Beside the files, a folder `.files` keeps what a file system has no place for, and what a rehearsal of slowness and failure needs:
//! `PATH.json` are a file's labels and the like, `PATH.busy` says how many more times it answers "not yet", and `PATH.fault` names the verb that
//! fails: `create`, `ready`, `read`, `update` or `delete`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use pulumi_plugin::{
    Call, Component, Error, Fault, Function, Id, Knobs, Map, Meta, Output, Outputs,
    Package, Progress, Property, Provider, Resource, Result, Scope, Secret, Start, Value,
    Wait, serve, shape,
};
use sha2::{Digest as _, Sha256};

/// Where the files are.
#[derive(Debug, Clone, PartialEq, Property)]
struct Config {
    /// The directory that holds the files. It is made when it isn't there.
    #[prop(replace)]
    root: String,
    /// Labels of every file that has none of that name.
    labels: Option<BTreeMap<String, String>>,
    /// A word that goes into every file's seal.
    pepper: Option<Secret<String>>,
}

/// What every file may say of where it is.
#[derive(Debug, Clone, PartialEq, Property)]
struct Place {
    /// A directory below the provider's root.
    #[prop(replace)]
    folder: Option<String>,
}

/// The directory, as the package reaches it.
struct Directory {
    root: PathBuf,
    labels: BTreeMap<String, String>,
    pepper: Option<Secret<String>>,
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

    async fn configure(config: Config) -> Result<Self> {
        let root = PathBuf::from(config.root);
        fs::create_dir_all(&root).map_err(|e| failed("making", root.display(), &e))?;
        Ok(Directory {
            root,
            labels: config.labels.unwrap_or_default(),
            pepper: config.pepper,
        })
    }

    fn complete(&self, shape: &'static shape::Shape, inputs: &mut Map) {
        if self.labels.is_empty() || shape.field("labels").is_none() {
            return;
        }
        let labels = inputs
            .entry("labels".into())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(labels) = labels {
            for (name, label) in &self.labels {
                labels
                    .entry(name.clone())
                    .or_insert_with(|| label.as_str().into());
            }
        }
    }

    async fn session(&self, place: &Place, call: Call) -> Result<Folder> {
        let folder = place.folder.clone().unwrap_or_default();
        Ok(Folder {
            at: self.root.join(folder),
            pepper: self.pepper.clone(),
            call,
        })
    }
}

/// One directory during one call.
struct Folder {
    at: PathBuf,
    pepper: Option<Secret<String>>,
    call: Call,
}

impl Folder {
    fn file(&self, id: &str) -> PathBuf {
        self.at.join(id)
    }

    fn beside(&self, id: &str, ending: &str) -> PathBuf {
        self.at.join(".files").join(format!("{id}.{ending}"))
    }

    /// Fails when a rehearsal says so.
    fn rehearse(&self, verb: &str, id: &str) -> Result<()> {
        match fs::read_to_string(self.beside(id, "fault")) {
            Ok(wish) if wish.trim() == verb => Err(Error::new(format!(
                "rehearsed failure of {verb} for `{id}`"
            ))),
            _ => Ok(()),
        }
    }

    /// Counts down how often a file is still busy.
    fn progress(&self, id: &str, state: &str) -> Result<Progress> {
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

    fn card(&self, id: &str) -> Result<Option<Card>> {
        let text = read(&self.beside(id, "json"))?;
        let card = text.map(|text| {
            let json = serde_json::from_str(&text)
                .map_err(|e| Error::new(format!("the card of `{id}`: {e}")))?;
            Ok(Card::decode(&Value::from_json(&json))?)
        });
        card.transpose()
    }

    fn put(&self, id: &str, new: &FileInputs, token: &str) -> Result<()> {
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
            slow: new.slow,
            salted: new
                .key
                .as_ref()
                .map(|key| Secret::new(sha256(&[key.expose()]))),
        };
        // The key itself is written nowhere: it is `keep`, and lives in the state alone.
        write(
            &self.beside(id, "json"),
            &card.encode().to_json().to_string(),
        )?;
        match new.slow {
            0 => Ok(()),
            times => write(&self.beside(id, "busy"), &times.to_string()),
        }
    }
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
enum Mode {
    /// Its owner alone.
    #[prop(rename = "private")]
    Private,
    /// Everybody.
    #[default]
    #[prop(rename = "shared")]
    Shared,
}

impl Mode {
    fn bits(self) -> u32 {
        match self {
            Mode::Private => 0o600,
            Mode::Shared => 0o644,
        }
    }
}

/// Who answers for a file.
#[derive(Debug, Clone, PartialEq, Property)]
struct Owner {
    /// The owner's name.
    name: String,
    /// How they are reached, the best way first.
    emails: Option<Vec<String>>,
}

/// When a file may go: after so many days, or at a date.
#[derive(Debug, Clone, PartialEq, Property)]
enum Expiry {
    /// Days from now.
    Days(u32),
    /// A date such as 2030-01-31.
    Date(String),
}

/// What is kept beside a file.
#[derive(Debug, Clone, PartialEq, Default, Property)]
struct Card {
    /// What the creation was known by.
    token: String,
    /// Who answers for it.
    owner: Option<Owner>,
    /// What it is found by.
    keywords: BTreeSet<String>,
    /// What is said about it.
    notes: Vec<String>,
    /// Its labels.
    labels: BTreeMap<String, String>,
    /// When it may go.
    expires: Option<Expiry>,
    /// How often it answers "not yet".
    slow: u32,
    /// The key's hash.
    salted: Option<Secret<String>>,
}

/// A file with text in it.
#[derive(Debug, Clone, PartialEq, Property)]
struct FileInputs {
    /// Its path below the root.
    #[prop(replace, unique, autoname = 40)]
    path: String,
    /// The text.
    content: String,
    /// Who may read it.
    #[prop(default)]
    mode: Mode,
    /// Who answers for it.
    owner: Option<Owner>,
    /// What it is found by.
    #[prop(default)]
    keywords: BTreeSet<String>,
    /// What is said about it, in order.
    #[prop(default)]
    notes: Vec<String>,
    /// Free labels.
    #[prop(default)]
    labels: BTreeMap<String, String>,
    /// When it may go.
    expires: Option<Expiry>,
    /// A word that goes into its seal; written nowhere.
    #[prop(keep)]
    key: Option<Secret<String>>,
    /// How often it answers "not yet" when it is made, changed or deleted.
    #[prop(default, max = 1_000_000)]
    slow: u32,
}

/// A file as it is.
#[derive(Debug, Clone, PartialEq, Property)]
struct File {
    #[prop(inputs)]
    inputs: FileInputs,
    /// The file's whole path.
    #[prop(stable)]
    location: String,
    /// Bytes of text.
    size: i64,
    /// SHA-256 of the text, in hex.
    sha256: String,
    /// A hash of the text, the key and the provider's pepper; there with a key or a pepper.
    seal: Option<Secret<String>>,
}

impl Resource for File {
    const TOKEN: &'static str = "files:index:File";
    const WAIT: Wait = Wait::seconds(1, 600);
    type Session = Folder;
    type Inputs = FileInputs;

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

    async fn create(folder: &Folder, new: &FileInputs) -> Result<Id> {
        folder.rehearse("create", &new.path)?;
        let token = &folder.call.birth.token;
        if folder.file(&new.path).exists() {
            let ours = folder.card(&new.path)?.is_some_and(|c| c.token == *token);
            if !ours {
                return Err(
                    Error::new(format!("creating `{}`: there is such a file", new.path))
                        .hint("import it, or give it another path"),
                );
            }
        }
        folder.put(&new.path, new, token)?;
        Ok(Id::from(new.path.clone()))
    }

    async fn ready(folder: &Folder, id: &Id) -> Result<Progress> {
        folder.rehearse("ready", id.as_str())?;
        folder.progress(id.as_str(), "settling")
    }

    async fn read(folder: &Folder, id: &Id) -> Result<Option<File>> {
        folder.rehearse("read", id.as_str())?;
        let (at, path) = (folder.file(id.as_str()), id.to_string());
        let Some(content) = read(&at)? else {
            return Ok(None);
        };
        let bits = fs::metadata(&at).map_err(|e| failed("reading", id, &e))?;
        let card = folder.card(id.as_str())?.unwrap_or_default();
        Ok(Some(File {
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
                key: None,
                slow: card.slow,
            },
        }))
    }

    async fn update(folder: &Folder, id: &Id, _: &File, new: &FileInputs) -> Result<()> {
        folder.rehearse("update", id.as_str())?;
        let token = folder.card(id.as_str())?.map(|card| card.token);
        folder.put(id.as_str(), new, &token.unwrap_or_default())
    }

    async fn delete(folder: &Folder, id: &Id, old: &File) -> Result<()> {
        folder.rehearse("delete", id.as_str())?;
        remove(&folder.file(id.as_str()))?;
        remove(&folder.beside(id.as_str(), "json"))?;
        match old.inputs.slow {
            0 => Ok(()),
            times => write(&folder.beside(id.as_str(), "busy"), &times.to_string()),
        }
    }

    async fn gone(folder: &Folder, id: &Id) -> Result<Progress> {
        let progress = folder.progress(id.as_str(), "going")?;
        if progress == Progress::Done {
            remove(&folder.beside(id.as_str(), "busy"))?;
        }
        Ok(progress)
    }
}

/// What a site is made of.
#[derive(Clone, Property)]
struct SiteSpec {
    /// The heading of every index.
    title: Output<String>,
    /// One index for each of these languages.
    #[prop(default = vec!["en".to_owned()])]
    languages: Vec<String>,
    /// The text of each page, by its name.
    pages: Option<BTreeMap<String, Output<String>>>,
    /// A line at the end of every page.
    footer: Option<Output<String>>,
    /// Labels of every file.
    labels: Option<BTreeMap<String, String>>,
    /// Other wishes for single files, by their key: a merge patch on their inputs.
    overrides: Option<BTreeMap<String, Value>>,
    /// The keys of files that are not wanted.
    skip: Option<Vec<String>>,
}

/// Files that belong together: an index for each language, the pages, and a map of them all.
#[derive(Clone, Outputs)]
struct Site {
    /// The title as it was given.
    title: Output<String>,
    /// Where the map is.
    map: Output<String>,
    /// The SHA-256 of each page, by its name.
    sums: Output<BTreeMap<String, String>>,
    /// The files' URNs by their keys.
    child_urns: Output<BTreeMap<String, String>>,
}

impl Component for Site {
    const TOKEN: &'static str = "files:index:Site";
    type Session = Folder;
    type Args = SiteSpec;
    type Facts = ();

    fn knobs(args: &SiteSpec) -> Knobs {
        Knobs {
            merged: args.labels.as_ref().map(|l| ("labels", encoded(l))),
            overrides: args.overrides.as_ref().map(encoded).unwrap_or_default(),
            skip: args.skip.clone().unwrap_or_default(),
            ..Knobs::default()
        }
    }

    async fn look(_: &Folder, _: &SiteSpec) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, args: SiteSpec, (): ()) -> Result<Site> {
        let name = here.name().to_owned();
        for language in &args.languages {
            let language = language.clone();
            here.add::<File>(
                format!("index-{language}"),
                FileArgs {
                    path: format!("{name}/index.{language}.txt").into(),
                    content: args.title.map(move |t| format!("{t} ({language})\n")).into(),
                    ..FileArgs::default()
                },
            );
        }
        let footer = args.footer.unwrap_or_else(|| Output::known(String::new()));
        let mut sums = Vec::new();
        for (page, text) in args.pages.unwrap_or_default() {
            let file = here.add::<File>(
                format!("page-{page}"),
                FileArgs {
                    path: format!("{name}/{page}.txt").into(),
                    content: text.zip(&footer).map(|(text, end)| text + &end).into(),
                    ..FileArgs::default()
                },
            );
            sums.push((page, file.sha256));
        }
        let sums = Output::all_by_key(sums);
        let map = here.add::<File>(
            "map",
            FileArgs {
                path: format!("{name}/map.txt").into(),
                content: sums.map(listed).into(),
                ..FileArgs::default()
            },
        );
        Ok(Site {
            title: args.title,
            map: map.location,
            sums,
            child_urns: here.child_urns(),
        })
    }
}

fn listed(sums: BTreeMap<String, String>) -> String {
    sums.iter().map(|(page, sum)| format!("{sum} {page}\n")).collect()
}

fn encoded<T: Property>(map: &T) -> Map {
    map.encode().as_object().cloned().unwrap_or_default()
}

/// Which files to list.
#[derive(Debug, Clone, PartialEq, Property)]
struct ListInputs {
    /// What the paths begin with.
    prefix: Option<String>,
}

/// The files that there are.
#[derive(Debug, Clone, PartialEq, Property)]
struct Listing {
    /// Their paths, sorted.
    paths: Vec<String>,
}

struct List;

impl Function for List {
    const TOKEN: &'static str = "files:index:list";
    const DOC: &'static str = "Lists the files in a directory.";
    type Session = Folder;
    type Inputs = ListInputs;
    type Outputs = Listing;

    async fn call(folder: &Folder, inputs: &ListInputs) -> Result<Listing> {
        let entries = fs::read_dir(&folder.at).map_err(|e| failed("listing", "files", &e))?;
        let prefix = inputs.prefix.as_deref().unwrap_or_default();
        let mut paths: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with(prefix) && !name.starts_with('.'))
            .collect();
        paths.sort();
        Ok(Listing { paths })
    }
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed("reading", path.display(), &e)),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text));
    written.map_err(|e| failed("writing", path.display(), &e))
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            Err(failed("deleting", path.display(), &e))
        }
        _ => Ok(()),
    }
}

fn failed(doing: &str, what: impl Display, error: &io::Error) -> Error {
    Error::new(format!("{doing} `{what}`: {error}"))
}

fn seal(secrets: &[&Option<Secret<String>>], content: &String) -> Option<Secret<String>> {
    let words: Vec<_> = secrets.iter().filter_map(|s| Some(s.as_ref()?.expose())).collect();
    (!words.is_empty()).then(|| Secret::new(sha256(&[&words[..], &[content]].concat())))
}

fn sha256(parts: &[&String]) -> String {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part.as_bytes()));
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What there is in this package.
fn catalogue() -> Package<Directory> {
    Package::new(Meta {
        name: "files",
        version: "0.1.0",
        display_name: "Files",
        description: "Files in a directory.",
        license: "Apache-2.0",
        ..Meta::default()
    })
    .resource::<File>()
    .component::<Site>()
    .function::<List>()
}

#[tokio::main]
async fn main() -> io::Result<()> {
    // Rehearsals of slowness need not take real time.
    let pace = env::var("FILES_PACE").ok().and_then(|pace| pace.parse().ok());
    serve(catalogue(), Start::from_args(env::args()).pace(pace.unwrap_or(1.0))).await
}
