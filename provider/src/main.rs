//! The plugin's process: which engine it serves, how fast its waits run, and what an interrupted run left.

use gitinfra_provider::catalogue;
use pulumi_plugin::{Start, serve};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut start = Start::from_args(std::env::args());
    // Emulators of AWS run faster than AWS; then our waits may too.
    if let Some(scale) = std::env::var("GITINFRA_TIME_SCALE")
        .ok()
        .and_then(|text| text.parse().ok())
    {
        start = start.pace(scale);
    }
    // What an interrupted run was creating: the tokens of its creates by URN, as gitinfra finds them in the stack's state.
    if let Some(pending) = std::env::var("GITINFRA_PENDING_CREATES")
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
    {
        start = start.pending(pending);
    }
    serve(catalogue(), start).await
}
