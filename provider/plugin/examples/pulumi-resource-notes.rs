//! A provider of notes: text files in a folder.

use std::io::Write as _;
use std::path::PathBuf;
use std::{env, fs, io};

use pulumi_plugin::{
    Call, Error, Id, Made, Meta, Nothing, Pace, Package, Property, Provider, Resource, Result, Start, serve,
};

/// What the package has to be told.
#[derive(Clone, Property)]
struct Config {
    /// The folder of the notes.
    folder: String,
}

struct Notes {
    folder: PathBuf,
}

impl Provider for Notes {
    type Config = Config;
    type Common = Nothing;
    type Session = PathBuf;

    async fn configure(config: Config, _: Pace) -> Result<Self> {
        let folder = config.folder.into();
        fs::create_dir_all(&folder).map_err(failed)?;
        Ok(Notes { folder })
    }

    async fn session(&self, _: &Nothing, _: Call) -> Result<PathBuf> {
        Ok(self.folder.clone())
    }
}

/// A note.
#[derive(Clone, Property)]
struct NoteInputs {
    /// Its name; made from the resource's own when left out.
    #[prop(replace, unique, autoname = 60)]
    name: String,
    /// What it says.
    text: String,
}

/// A note as it stands in its file.
#[derive(Clone, Property)]
struct Note {
    #[prop(inputs)]
    inputs: NoteInputs,
    /// How many words it has.
    words: u32,
}

impl Resource for Note {
    const TOKEN: &'static str = "notes:index:Note";
    type Session = PathBuf;
    type Inputs = NoteInputs;
    type Seen = String;

    async fn create(folder: &PathBuf, new: &NoteInputs) -> Result<Made> {
        match fs::File::create_new(folder.join(&new.name)) {
            Ok(mut file) => file.write_all(new.text.as_bytes()).map_err(failed)?,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Ok(Made::Exists(Id::from(new.name.clone()))),
            Err(e) => return Err(failed(e)),
        }
        Ok(Made::New(Id::from(new.name.clone())))
    }

    async fn find(folder: &PathBuf, id: &Id) -> Result<Option<String>> {
        match fs::read_to_string(folder.join(id.as_str())) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    async fn read(_: &PathBuf, id: &Id, text: String) -> Result<Note> {
        Ok(Note { words: text.split_whitespace().count() as u32, inputs: NoteInputs { name: id.to_string(), text } })
    }

    async fn update(folder: &PathBuf, id: &Id, _: &Note, new: &NoteInputs) -> Result<()> {
        fs::write(folder.join(id.as_str()), &new.text).map_err(failed)
    }

    async fn delete(folder: &PathBuf, id: &Id, _: &Note) -> Result<()> {
        match fs::remove_file(folder.join(id.as_str())) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed(e)),
            _ => Ok(()),
        }
    }
}

fn failed(error: io::Error) -> Error {
    Error::new(format!("the folder of notes: {error}"))
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let meta = Meta { name: "notes", version: "0.1.0", ..Meta::default() };
    let package = Package::<Notes>::new(meta).resource::<Note>();
    serve(package, Start::from_args(env::args())).await
}
