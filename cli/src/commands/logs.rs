//! `gitinfra logs`: what the engine, the providers and the program said in a run.

use clap::Args as Arguments;

use super::Verb;
use super::shell::Shell;
use crate::event::{Body, Event};
use crate::failure::Result;
use crate::text::timestamp;
use crate::ui::Stream;

/// Print what the engine said in a run
#[derive(Debug, Arguments)]
pub struct Logs {
    /// The run, as run/NAME or NAME; the beginning of its name is enough
    #[arg(value_name = "RUN")]
    run: String,
    /// How to print: text, or json lines
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Stream,
}

impl Verb for Logs {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let name = self.run.strip_prefix("run/").or(self.run.strip_prefix("runs/")).unwrap_or(&self.run);
        let ledger = shell.ledger().await?;
        let run = ledger.run(name).await?;
        for recorded in ledger.events(&run.name).await? {
            let (name, stack) = (Some(run.name.clone()), Some(run.stack.clone()));
            let event = Event { at: recorded.at, run: name, stack, body: recorded.body };
            match self.output {
                Stream::Json => shell.ui.data(&shell.ui.json_line(&event)),
                Stream::Text => shell.ui.data_some(text(shell, event)),
            }
        }
        Ok(0)
    }
}

/// A line for what was said, and for an end that says why.
fn text(shell: &Shell, event: Event) -> Option<String> {
    let is_shown = matches!(
        event.body,
        Body::Diagnostic { .. }
            | Body::Note { .. }
            | Body::ResourceFailed { .. }
            | Body::RunFinished { message: Some(_), .. }
    );
    let line = shell.ui.line(&Event { stack: None, ..event.clone() }).filter(|_| is_shown)?;
    Some(format!("{} {line}", timestamp(event.at)))
}
