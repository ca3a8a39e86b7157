//! `gitinfra logs`: what the engine, the providers and the program said in a run.

use super::Context;
use crate::args::{Logs, Stream};
use crate::event::{Body, Event};
use crate::failure::Result;
use crate::text::timestamp;

pub async fn run(context: &Context, args: &Logs) -> Result<u8> {
    let name = args.run.strip_prefix("run/").or(args.run.strip_prefix("runs/")).unwrap_or(&args.run);
    let ledger = context.ledger().await?;
    let run = ledger.run(name).await?;
    for recorded in ledger.events(&run.name).await? {
        let time = timestamp(recorded.at);
        let is_said =
            matches!(recorded.body, Body::Diagnostic { .. } | Body::Note { .. } | Body::ResourceFailed { .. });
        let ended = matches!(&recorded.body, Body::RunFinished { message: Some(_), .. });
        let event = Event {
            time: time.clone(),
            run: Some(run.name.clone()),
            stack: Some(run.stack.clone()),
            body: recorded.body,
        };
        match args.output {
            Stream::Json => context.ui.data(&serde_json::to_string(&event).unwrap_or_default()),
            Stream::Text if is_said || ended => {
                let event = Event { stack: None, ..event };
                if let Some(line) = context.ui.line(&event, recorded.at) {
                    context.ui.data(&format!("{time} {line}"));
                }
            }
            Stream::Text => {}
        }
    }
    Ok(0)
}
