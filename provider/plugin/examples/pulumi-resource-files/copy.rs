//! The resource: a copy of an asset or an archive.

use std::fs;
use std::path::Path;

use pulumi_plugin::{Archive, Asset, Error, Id, Made, Property, Resource, Result, Source, Value};

use crate::disk::{failed, read, remove, write};
use crate::folder::Folder;

/// What is copied.
#[derive(Debug, Clone, PartialEq, Property)]
pub enum Original {
    /// A file.
    File(Asset),
    /// Several files: the copy has a line for each.
    Files(Archive),
}

/// A copy of what a program hands over.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CopyInputs {
    /// Its path below the root.
    #[prop(replace, unique)]
    pub path: String,
    /// What is copied.
    #[prop(keep)]
    pub source: Option<Original>,
}

/// A copy as it is.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Copy {
    #[prop(inputs)]
    pub inputs: CopyInputs,
    /// Bytes of text.
    pub size: i64,
}

impl Resource for Copy {
    const TOKEN: &'static str = "files:index:Copy";
    type Session = Folder;
    type Inputs = CopyInputs;
    type Seen = String;

    /// Writing takes over what stands there, so it is looked for first.
    async fn standing(folder: &Folder, new: &CopyInputs) -> Result<Option<Id>> {
        Ok(folder.file(&new.path).exists().then(|| Id::from(new.path.clone())))
    }

    async fn create(folder: &Folder, new: &CopyInputs) -> Result<Made> {
        put(folder, &new.path, new)?;
        Ok(Made::New(Id::from(new.path.clone())))
    }

    async fn find(folder: &Folder, id: &Id) -> Result<Option<String>> {
        read(&folder.file(id.as_str()))
    }

    async fn read(_: &Folder, id: &Id, text: String) -> Result<Copy> {
        Ok(Copy { size: text.len() as i64, inputs: CopyInputs { path: id.to_string(), source: None } })
    }

    async fn update(folder: &Folder, id: &Id, _: &Copy, new: &CopyInputs) -> Result<()> {
        put(folder, id.as_str(), new)
    }

    async fn delete(folder: &Folder, id: &Id, _: &Copy) -> Result<()> {
        remove(&folder.file(id.as_str()))
    }
}

fn put(folder: &Folder, path: &str, new: &CopyInputs) -> Result<()> {
    let text = match &new.source {
        None => String::new(),
        Some(Original::File(asset)) => text(&asset.source)?,
        Some(Original::Files(archive)) => lines(archive)?,
    };
    write(&folder.file(path), &text)
}

fn lines(archive: &Archive) -> Result<String> {
    let mut files = Vec::new();
    match archive {
        Archive::Assets { assets, .. } => {
            for (name, asset) in assets {
                if let Value::Asset(asset) = asset.bare() {
                    files.push((name.clone(), text(&asset.source)?));
                }
            }
        }
        Archive::At { source: Source::Path(path), .. } => {
            let entries = fs::read_dir(path).map_err(|e| failed("reading", path, &e))?;
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                files.push((name, contents(&entry.path())?));
            }
        }
        Archive::At { .. } => return Err(Error::new("an archive that is no folder")),
    }
    files.sort();
    let lines = files.iter().map(|(name, text)| format!("{name}: {text}\n"));
    Ok(lines.collect())
}

fn text(source: &Source) -> Result<String> {
    match source {
        Source::Text(text) => Ok(text.clone()),
        Source::Path(path) => contents(Path::new(path)),
        Source::Uri(_) | Source::Elided => Err(Error::new("an asset without contents here")),
    }
}

fn contents(path: &Path) -> Result<String> {
    read(path)?.ok_or_else(|| Error::new(format!("there is no `{}`", path.display())))
}
