//! What was told of a run before its end, so that the end does not say it again.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::line::complaint;
use crate::event::{Body, Event};

/// The lines of diagnostics, by the stack whose run goes on.
#[derive(Default)]
pub(super) struct Told(HashMap<Option<String>, BTreeSet<String>>);

impl Told {
    /// The event without the lines of its message that were told already.
    pub fn anew<'a>(&mut self, event: &'a Event) -> Cow<'a, Event> {
        let stack = event.stack.clone();
        match &event.body {
            Body::Diagnostic { urn, message, .. } => {
                let words = complaint(urn.as_deref(), message);
                self.0.entry(stack).or_default().extend(words.lines().map(str::to_owned));
            }
            Body::RunStarted { .. } | Body::PreviewStarted { .. } | Body::PreviewFinished { .. } => {
                self.0.remove(&stack);
            }
            Body::RunFinished { message: Some(message), .. } => {
                let told = self.0.remove(&stack).unwrap_or_default();
                let news: Vec<&str> = message.lines().filter(|line| !told.contains(*line)).collect();
                return Cow::Owned(with_message(event, Some(news.join("\n")).filter(|news| !news.is_empty())));
            }
            _ => {}
        }
        Cow::Borrowed(event)
    }
}

fn with_message(event: &Event, news: Option<String>) -> Event {
    let mut event = event.clone();
    if let Body::RunFinished { message, .. } = &mut event.body {
        *message = news;
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Severity;
    use crate::record::{Action, RunState};

    fn event(body: Body) -> Event {
        Event { at: 0, run: None, stack: Some("net/dev".to_owned()), body }
    }

    fn end(message: &str) -> Event {
        event(Body::RunFinished {
            action: Action::RollOut,
            state: RunState::Failed,
            commit: "1a2b3c4".to_owned(),
            changes: [].into(),
            seconds: 1.0,
            message: Some(message.to_owned()),
        })
    }

    fn message(event: &Event) -> Option<&str> {
        match &event.body {
            Body::RunFinished { message, .. } => message.as_deref(),
            _ => None,
        }
    }

    #[test]
    fn an_error_is_told_once() {
        let urn = "urn:pulumi:dev::net::a:b:Vpc::web".to_owned();
        let of_the_program = (None, "Error: no `text`\n  on line 5");
        let of_a_resource = (Some(urn), "VpcLimitExceeded");
        let cases = [
            (of_the_program.clone(), "Error: no `text`", None),
            (of_the_program.clone(), "Error: no `text`\nhint: write it", Some("hint: write it")),
            (of_a_resource, "a:b:Vpc web: VpcLimitExceeded", None),
            (of_the_program, "the database went away", Some("the database went away")),
        ];
        for ((urn, said), ends, expected) in cases {
            let mut told = Told::default();
            let error = event(Body::Diagnostic { severity: Severity::Error, urn, message: said.to_owned() });
            assert_eq!(told.anew(&error).as_ref(), &error);
            assert_eq!(message(&told.anew(&end(ends))), expected, "{ends}");
            assert_eq!(message(&told.anew(&end(ends))), Some(ends), "a later run has its own");
        }
    }
}
