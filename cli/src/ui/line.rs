//! Events as lines of text, on a terminal and on a pipe.

use serde_json::Value;

use super::{Paint, Tone};
use crate::engine::operation::{Effect, tally};
use crate::engine::urn;
use crate::event::{Body, Event, Resource, Severity};
use crate::record::{Action, RunState};
use crate::text::{ago, count, seconds, short};

/// On a pipe every line names its stack, so that lines can be searched for.
pub fn on_a_pipe(event: &Event, paint: Paint) -> Option<String> {
    let words = match &event.body {
        Body::PreviewStarted { reason } => format!("previewing ({reason})"),
        Body::ResourceStarted { resource } if is_shown(resource) => {
            format!("{} {}", resource.operation.effect().symbol(), named(resource, resource.operation.doing(), paint))
        }
        _ => words(event, paint)?,
    };
    let Some(stack) = &event.stack else {
        return Some(words);
    };
    Some(each_line(&words, &format!("{stack}: ")))
}

/// What was recorded, as a line of the run's story, which tells the outputs as well.
pub fn recorded(event: &Event, paint: Paint) -> Option<String> {
    let Body::Outputs { outputs } = &event.body else {
        return on_a_pipe(event, paint);
    };
    let line = |(name, value): (&String, &Value)| match value.as_str().filter(|text| !text.contains('\n')) {
        Some(text) => format!("output {name}: {text}"),
        None => format!("output {name}: {value}"),
    };
    let words = outputs.iter().map(line).collect::<Vec<_>>().join("\n");
    Some(match &event.stack {
        Some(stack) => each_line(&words, &format!("{stack}: ")),
        None => words,
    })
}

/// On a terminal what belongs to a run stands indented below its first line, unless several runs share the screen.
pub fn on_a_terminal(event: &Event, is_shared: bool, paint: Paint) -> Option<String> {
    let words = words(event, paint)?;
    let is_inside = event.run.is_some() && !matches!(event.body, Body::RunStarted { .. } | Body::RunFinished { .. });
    let named = |stack: &str| format!("{}: ", paint.tone(Tone::Strong, stack));
    Some(match &event.stack {
        Some(stack) if is_shared => each_line(&words, &named(stack)),
        Some(_) if is_inside => each_line(&words, "  "),
        Some(stack) => format!("{}{words}", named(stack)),
        None => words,
    })
}

fn each_line(words: &str, before: &str) -> String {
    words.lines().map(|line| format!("{before}{line}")).collect::<Vec<_>>().join("\n")
}

fn words(event: &Event, paint: Paint) -> Option<String> {
    let now = event.at;
    Some(match &event.body {
        Body::Fetched { branch, commit, subject, author, at, .. } => {
            let who = paint.tone(Tone::Faint, &format!("({author}, {})", ago(now - at)));
            format!("{} is at {} {subject} {who}", paint.tone(Tone::Strong, branch), commit_id(commit, paint))
        }
        Body::UpToDate { commit, rolled_out_at } => {
            let when = paint.tone(Tone::Faint, &format!("(rolled out {})", ago(now - rolled_out_at)));
            format!("up to date at {} {when}", commit_id(commit, paint))
        }
        Body::Pending { commit, reason } => {
            format!("would roll out {} ({reason})", commit_id(commit, paint))
        }
        Body::Skipped { reason, .. } => format!("{} {reason}", paint.tone(Tone::Careful, "skipped:")),
        Body::RunStarted { action, commit, reason, .. } => {
            let doing = match action {
                Action::RollOut => "rolling out",
                Action::Reconcile => "bringing back what was rolled out of",
                Action::Destroy => "destroying what stands of",
            };
            format!("{doing} {} ({reason})", commit_id(commit, paint))
        }
        Body::PreviewFinished { failed, changes, seconds: time } => {
            let (sign, how) = match failed {
                true => (paint.tone(Tone::Bad, "✗"), "the preview failed".to_owned()),
                false => (paint.tone(Tone::Good, "✓"), format!("previewed: {} to change", count(*changes, "resource"))),
            };
            format!("{sign} {how} {}", paint.tone(Tone::Faint, &seconds(*time)))
        }
        Body::Note { message } => format!("{} {message}", paint.tone(Tone::Note, "note:")),
        Body::ResourceFinished { resource, seconds } if is_shown(resource) => finished(resource, *seconds, paint),
        Body::ResourceFailed { resource, seconds: time } => {
            let what = named(resource, &format!("failed {}", resource.operation.doing()), paint);
            format!("{} {what} {}", paint.tone(Tone::Bad, "✗"), paint.tone(Tone::Faint, &seconds(*time)))
        }
        Body::Diagnostic { severity, urn, message } => diagnostic(*severity, urn.as_deref(), message, paint),
        Body::Plugin { name, done: true, .. } => format!("got the plugin {name}"),
        Body::RunFinished { .. } => run_finished(&event.body, paint)?,
        Body::Finished { .. } => pass(&event.body)?,
        Body::Listening { address } => format!("listening on {address}"),
        Body::Delivered { repository, event, outcome, message } => {
            let why = message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
            format!("{repository}: {event} delivered: {outcome}{why}")
        }
        Body::Asked { who, did, what } => format!("{who} {did} {what}"),
        Body::Worked { repository, task, subject, outcome, seconds: time, message } => {
            let why = message.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("{repository}: {task} {subject} {outcome} {}{why}", paint.tone(Tone::Faint, &seconds(*time)))
        }
        _ => return None,
    })
}

fn commit_id(commit: &str, paint: Paint) -> String {
    paint.tone(Tone::Careful, short(commit))
}

/// The stack itself and default providers are Pulumi's bookkeeping to most readers.
fn is_shown(resource: &Resource) -> bool {
    let is_default = urn::is_provider(&resource.urn) && resource.name.starts_with("default");
    !urn::is_stack(&resource.urn) && !is_default
}

fn named(resource: &Resource, word: &str, paint: Paint) -> String {
    format!("{word:<9} {} {}", paint.tone(Tone::Faint, &resource.kind), resource.name)
}

fn finished(resource: &Resource, time: f64, paint: Paint) -> String {
    let effect = resource.operation.effect();
    let head = paint.effect(effect, &format!("{} {:<9}", effect.symbol(), resource.operation.done()));
    let kind = paint.tone(Tone::Faint, &resource.kind);
    let took = if time < 0.05 { String::new() } else { format!(" {}", paint.tone(Tone::Faint, &seconds(time))) };
    format!("{head} {kind} {}{took}", resource.name)
}

fn diagnostic(severity: Severity, urn: Option<&str>, message: &str, paint: Paint) -> String {
    let head = match severity {
        Severity::Error => paint.tone(Tone::Bad, "error:"),
        Severity::Warning => paint.tone(Tone::Careful, "warning:"),
        Severity::Info => paint.tone(Tone::Note, "info:"),
    };
    format!("{head} {}", complaint(urn, message))
}

/// What a diagnostic says, and of which resource.
pub fn complaint(urn: Option<&str>, message: &str) -> String {
    let place = urn.filter(|urn| !urn::is_stack(urn)).map(urn::parse);
    let place = place.map(|urn| format!("{} {}: ", urn.kind, urn.name)).unwrap_or_default();
    format!("{place}{}", message.trim_matches('\n').trim_end())
}

fn run_finished(body: &Body, paint: Paint) -> Option<String> {
    let Body::RunFinished { action, state, commit, changes, seconds: time, message } = body else {
        return None;
    };
    let took = seconds(*time);
    let commit = commit_id(commit, paint);
    Some(match state {
        RunState::Succeeded => {
            let done = tally(changes, Effect::done);
            let did = match action {
                Action::RollOut => "rolled out",
                Action::Reconcile => "brought back what was rolled out of",
                Action::Destroy => "destroyed what stood of",
            };
            format!("{} {did} {commit} in {took}: {done}", paint.tone(Tone::Good, "✓"))
        }
        _ => {
            let why = match message.as_deref() {
                Some(hint) if hint.starts_with("hint: ") => format!("\n{hint}"),
                Some(message) => format!(": {message}"),
                None => String::new(),
            };
            let (sign, how) = match state {
                RunState::Busy => (paint.tone(Tone::Careful, "…"), "put off".to_owned()),
                RunState::Held => (paint.tone(Tone::Careful, "◆"), paint.state(*state)),
                _ => (paint.tone(Tone::Bad, "✗"), paint.state(*state)),
            };
            let what = match action {
                Action::RollOut => "roll-out",
                Action::Reconcile => "reconciliation",
                Action::Destroy => "destruction",
            };
            format!("{sign} {what} of {commit} {how} after {took}{why}")
        }
    })
}

fn pass(body: &Body) -> Option<String> {
    let Body::Finished { rolled_out, up_to_date, failed, cancelled, held, skipped } = *body else {
        return None;
    };
    if rolled_out + failed + cancelled + held + skipped == 0 {
        let are = if up_to_date == 1 { "is" } else { "are" };
        return Some(format!("nothing to do: {} {are} up to date", count(up_to_date, "stack")));
    }
    let parts = [
        (failed, "failed"),
        (cancelled, "cancelled"),
        (held, "held"),
        (rolled_out, "rolled out"),
        (skipped, "skipped"),
        (up_to_date, "up to date"),
    ];
    let mut parts = parts.iter().filter(|(number, _)| *number > 0);
    let first = parts.next().map(|(number, word)| format!("{} {word}", count(*number, "stack")));
    let rest = parts.map(|(number, word)| format!("{number} {word}"));
    Some(first.into_iter().chain(rest).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::operation::Operation;

    fn on_pipe(stack: Option<&str>, body: Body) -> String {
        let event = Event { at: 120_000, run: None, stack: stack.map(str::to_owned), body };
        on_a_pipe(&event, Paint::new(false)).unwrap_or_default()
    }

    fn resource() -> Resource {
        Resource {
            urn: "urn:pulumi:dev::net::a:b:Vpc::web".to_owned(),
            kind: "a:b:Vpc".to_owned(),
            name: "web".to_owned(),
            operation: Operation::new("create"),
        }
    }

    #[test]
    fn a_stacks_lines_name_it() {
        let (commit, reason) = ("1a2b3c4d5e".to_owned(), "never rolled out before".to_owned());
        let error = Body::Diagnostic { severity: Severity::Error, urn: None, message: "a\nb\n".to_owned() };
        let changes = [("create".to_owned(), 4), ("same".to_owned(), 2)].into();
        let action = Action::RollOut;
        let finished = Body::RunFinished {
            action,
            state: RunState::Succeeded,
            commit: commit.clone(),
            changes,
            seconds: 3.0,
            message: None,
        };
        let cases = [
            (
                Body::UpToDate { commit: commit.clone(), rolled_out_at: 0 },
                "dev: up to date at 1a2b3c4 (rolled out 2 min ago)",
            ),
            (
                Body::RunStarted { action, commit, reason, resources: 0 },
                "dev: rolling out 1a2b3c4 (never rolled out before)",
            ),
            (Body::ResourceStarted { resource: resource() }, "dev: + creating  a:b:Vpc web"),
            (Body::ResourceFinished { resource: resource(), seconds: 2.1 }, "dev: + created   a:b:Vpc web 2.1s"),
            (error, "dev: error: a\ndev: b"),
            (finished, "dev: ✓ rolled out 1a2b3c4 in 3.0s: 4 created, 2 unchanged"),
        ];
        for (body, expected) in cases {
            assert_eq!(on_pipe(Some("dev"), body), expected);
        }
    }

    #[test]
    fn on_a_terminal_a_line_shows_whose_it_is() {
        let note = Body::Note { message: "a\nb".to_owned() };
        let line = |run: Option<&str>, is_shared| {
            let (run, stack) = (run.map(str::to_owned), Some("net/dev".to_owned()));
            let event = Event { at: 0, run, stack, body: note.clone() };
            on_a_terminal(&event, is_shared, Paint::new(false)).unwrap_or_default()
        };
        assert_eq!(line(Some("x"), false), "  note: a\n  b");
        assert_eq!(line(Some("x"), true), "net/dev: note: a\nnet/dev: b");
        assert_eq!(line(None, false), "net/dev: note: a\nb", "a note of no run has no line to stand below");
    }

    #[test]
    fn a_pass_ends_with_its_sum() {
        let pass = |rolled_out, failed| Body::Finished {
            rolled_out,
            up_to_date: 2,
            failed,
            cancelled: 0,
            held: 0,
            skipped: 0,
        };
        assert_eq!(on_pipe(None, pass(1, 0)), "1 stack rolled out, 2 up to date");
        assert_eq!(on_pipe(None, pass(1, 3)), "3 stacks failed, 1 rolled out, 2 up to date");
        assert_eq!(on_pipe(None, pass(0, 0)), "nothing to do: 2 stacks are up to date");
    }
}
