//! A provider of files in a directory: everything that the framework can do, without a cloud.
//!
//! Beside the files, a folder `.files` keeps what a file system has no place for, and what a rehearsal of slowness and failure needs:
//! `PATH.json` are a file's labels and the like, `PATH.busy` says how many more times it answers "not yet", and `PATH.fault` names the verb that
//! fails: `create`, `ready`, `read`, `update` or `delete`, with a number so many times, or `settle` for a file that will never be ready.

mod campus;
mod copy;
mod directory;
mod disk;
mod file;
mod folder;
mod list;
mod shared;
mod site;

use std::{env, io};

use pulumi_plugin::{Meta, Package, Start, serve};

use self::campus::Campus;
use self::copy::Copy;
use self::directory::Directory;
use self::file::File;
use self::list::List;
use self::site::Site;

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
    .resource::<Copy>()
    .component::<Site>()
    .component::<Campus>()
    .function::<List>()
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut start = Start::from_args(env::args());
    // Rehearsals of slowness need not take real time.
    if let Some(pace) = env::var("FILES_PACE").ok().and_then(|p| p.parse().ok()) {
        start = start.pace(pace);
    }
    if let Some(export) = env::var_os("GITINFRA_PENDING_CREATES") {
        start = start.pending(export.as_ref())?;
    }
    serve(catalogue(), start).await
}
