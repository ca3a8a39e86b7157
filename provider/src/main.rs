//! The plugin's process: which engine it serves, how fast its waits run, and what an interrupted run left.

use gitinfra_provider::catalogue;
use pulumi_plugin::{Start, serve};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut start = Start::from_args(std::env::args());
    // Emulators of AWS run faster than AWS; then our waits may too.
    if let Some(scale) = std::env::var("GITINFRA_TIME_SCALE").ok().and_then(|text| text.parse().ok()) {
        start = start.pace(scale);
    }
    // The stack's exported state, out of which it is known what an interrupted run was creating.
    if let Some(export) = std::env::var_os("GITINFRA_PENDING_CREATES") {
        start = start.pending(export.as_ref())?;
    }
    // A folder in which creations are noted while they go on, for the case that this process dies alone.
    if let Some(folder) = std::env::var_os("GITINFRA_CREATIONS") {
        start = start.creations(folder.as_ref())?;
    }
    serve(catalogue(), start).await
}
