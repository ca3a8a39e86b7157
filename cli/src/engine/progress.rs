//! Turns the engine's events into ours: when each resource began and ended, what was said, and how it all came out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::event::{Diagnostic, EngineEvent, Policy, ResourceEvent, State, Summary};
use super::news::{News, Resource, Severity};
use super::operation::{Counts, Effect, Operation};
use super::{urn, value};

/// Follows one run. Knows no clock: the caller says what time it is, in milliseconds.
#[derive(Debug, Default)]
pub struct Progress {
    /// When each resource's step began, by URN and operation.
    started: HashMap<(String, String), i64>,
    /// What was said already: every user of a plugin repeats the same warning.
    said: HashSet<(Option<String>, String)>,
    /// Whether the engine began to work at all: the first event comes before the first resource.
    pub has_begun: bool,
    /// What the engine counted at the end.
    summary: Option<Summary>,
    /// What it did with the stack itself, which it counts among the resources.
    of_stack: Option<String>,
    /// What the stack puts out, made readable.
    pub outputs: BTreeMap<String, Value>,
    /// The stacks whose outputs it read, as it names them.
    pub reads: BTreeSet<String>,
    /// What policy packs refused, each with the resource that it is about.
    refusals: Vec<Fault>,
    /// Errors in the order in which they came.
    errors: Vec<Fault>,
    /// What the program and its language wrote to stderr, which is all that some failures leave.
    complaints: Vec<String>,
}

impl Progress {
    /// Takes the next event, and says what of it is worth passing on.
    pub fn take(&mut self, event: EngineEvent, now: i64) -> Option<News> {
        self.has_begun = true;
        let step = event.resource_pre_event.as_ref().or(event.res_outputs_event.as_ref());
        if let Some(of_stack) = step.map(|step| &step.metadata).filter(|step| urn::is_stack(&step.urn)) {
            self.of_stack = Some(of_stack.op.clone());
        }
        let outputs = event.res_outputs_event.as_ref().map(|outputs| &outputs.metadata);
        let reference = outputs.filter(|step| step.kind == "pulumi:pulumi:StackReference");
        self.reads.extend(reference.and_then(|step| step.new.as_ref()).map(|state| state.id.clone()));
        if let Some(state) = outputs.filter(|step| urn::is_stack(&step.urn)).and_then(|step| step.new.as_ref()) {
            self.outputs = outputs_of(state);
        }
        if let Some(summary) = event.summary_event {
            self.summary = Some(summary);
            return None;
        }
        if let Some(pre) = event.resource_pre_event {
            return self.started(&pre, now);
        }
        if let Some(outputs) = event.res_outputs_event {
            if outputs.metadata.op == "same" {
                return Some(News::Unchanged { urn: outputs.metadata.urn });
            }
            let (resource, seconds) = self.ended(&outputs, now)?;
            return Some(News::Finished { resource, seconds });
        }
        if let Some(failed) = event.res_op_failed_event {
            let (resource, seconds) = self.ended(&failed, now)?;
            return Some(News::Failed { resource, seconds });
        }
        if let Some(progress) = event.progress_event {
            let (received, total, done) = (progress.received, progress.total, progress.done);
            return Some(News::Plugin { name: progress.id, message: progress.message, received, total, done });
        }
        if let Some(said) = event.diagnostic_event.as_ref().filter(|said| said.severity == "info#err") {
            self.complaints.push(plain(&said.message).trim_end().to_owned());
        }
        let judged = event.policy_event.map(policy);
        if let Some(News::Diagnostic { severity: Severity::Error, urn, message }) = &judged {
            self.refusals.push(Fault::new(urn.as_ref(), message));
        }
        let said = event.diagnostic_event.and_then(diagnostic).or(judged);
        said.or_else(|| event.error_event.map(|error| fault(error.error))).filter(|said| self.is_news(said))
    }

    /// What the engine counted at the end, without the stack itself, which is no resource to its readers; nothing before.
    pub fn counts(&self) -> Counts {
        let mut counts = self.summary.as_ref().map(|summary| summary.resource_changes.clone()).unwrap_or_default();
        if let Some(count) = self.of_stack.as_ref().and_then(|operation| counts.get_mut(operation)) {
            *count = count.saturating_sub(1);
        }
        counts.retain(|_, count| *count > 0);
        counts
    }

    /// Whether the engine said how it all came out, which is the last thing that it says.
    pub fn has_ended(&self) -> bool {
        self.summary.is_some()
    }

    fn is_news(&mut self, said: &News) -> bool {
        let News::Diagnostic { severity, urn, message } = said else {
            return true;
        };
        // The closing "update failed" is news only to those who heard of no error.
        let is_closing = is_closing(message) && !self.errors.is_empty();
        let is_news = self.said.insert((urn.clone(), message.clone())) && !is_closing;
        if is_news && *severity == Severity::Error {
            self.errors.push(Fault::new(urn.as_ref(), message));
        }
        // Whoever asked for the end is told of it in better words.
        is_news && !matches!(message.trim(), "update canceled" | "preview canceled")
    }

    /// What policy packs refused, where it failed for nothing else.
    pub fn refused(&self) -> Vec<String> {
        let is_of_packs = |error: &Fault| is_closing(&error.message) || self.refusals.contains(error);
        match self.errors.iter().all(is_of_packs) {
            true => self.refusals.iter().map(Fault::with_resource).collect(),
            false => Vec::new(),
        }
    }

    /// What a reader should see first of a failure: an error that says something, with what the program complained of when
    /// no resource is at fault; else the engine's closing "update failed". `None` when it failed before it said anything.
    pub fn failure(&self) -> Option<String> {
        let first = self.errors.iter().find(|error| !is_closing(&error.message));
        match first.or(self.errors.first()) {
            Some(error) if error.urn.is_some() || self.complaints.is_empty() => Some(error.in_words()),
            Some(error) if is_closing(&error.message) => Some(self.complaints.join("\n")),
            Some(error) => Some(format!("{}\n{}", error.in_words(), self.complaints.join("\n"))),
            None => (!self.complaints.is_empty()).then(|| self.complaints.join("\n")),
        }
    }

    fn started(&mut self, event: &ResourceEvent, now: i64) -> Option<News> {
        let resource = resource(event)?;
        self.started.insert((resource.urn.clone(), resource.operation.0.clone()), now);
        Some(News::Started { resource })
    }

    fn ended(&mut self, event: &ResourceEvent, now: i64) -> Option<(Resource, f64)> {
        let resource = resource(event)?;
        let began = self.started.remove(&(resource.urn.clone(), resource.operation.0.clone()));
        let millis = u32::try_from(now - began.unwrap_or(now)).unwrap_or(u32::MAX);
        Some((resource, f64::from(millis) / 1000.0))
    }
}

/// Outputs by name, secrets hidden.
fn outputs_of(state: &State) -> BTreeMap<String, Value> {
    match value::read(&state.outputs).json() {
        Value::Object(outputs) => outputs.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

/// `None` for what only bookkeeping sees: resources that stay as they are, and the logical half of a replacement.
fn resource(event: &ResourceEvent) -> Option<Resource> {
    let step = &event.metadata;
    let operation = Operation::new(&step.op);
    let silent = matches!(operation.effect(), Effect::Same | Effect::Other) || step.op == "replace";
    let name = urn::parse(&step.urn).name.to_owned();
    (!silent).then(|| Resource { urn: step.urn.clone(), kind: step.kind.clone(), name, operation })
}

fn diagnostic(event: Diagnostic) -> Option<News> {
    let message = plain(&event.message);
    if message.trim().is_empty() {
        return None;
    }
    if event.ephemeral {
        return Some(News::Status { urn: event.urn, message: message.trim().to_owned() });
    }
    let severity = match event.severity.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        // The engine tells these to whoever listens; they are for its own authors.
        "debug" => return None,
        _ => Severity::Info,
    };
    let urn = (!event.urn.is_empty()).then_some(event.urn);
    Some(News::Diagnostic { severity, urn, message: message.trim_end().to_owned() })
}

fn policy(event: Policy) -> News {
    let (pack, policy) = (&event.policy_pack_name, &event.policy_name);
    let words =
        plain(&event.message).lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ");
    let (severity, message) = match event.enforcement_level.as_str() {
        "mandatory" => (Severity::Error, format!("the policy pack `{pack}` refused it: {policy}: {words}")),
        _ => (Severity::Warning, format!("the policy pack `{pack}` warns: {policy}: {words}")),
    };
    let urn = (!event.resource_urn.is_empty()).then_some(event.resource_urn);
    News::Diagnostic { severity, urn, message }
}

fn fault(message: String) -> News {
    News::Diagnostic { severity: Severity::Error, urn: None, message }
}

/// An error, and the resource that it is about.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    urn: Option<String>,
    message: String,
}

impl Fault {
    fn new(urn: Option<&String>, message: &str) -> Fault {
        let urn = urn.filter(|urn| !urn::is_stack(urn)).cloned();
        Fault { urn, message: message.trim().to_owned() }
    }

    fn with_resource(&self) -> String {
        match self.urn.as_deref().map(urn::parse) {
            Some(urn) => format!("{} ({} {})", self.message, urn.kind, urn.name),
            None => self.message.clone(),
        }
    }

    fn in_words(&self) -> String {
        match self.urn.as_deref().map(urn::parse) {
            Some(urn) => format!("{} {}: {}", urn.kind, urn.name, self.message),
            None => self.message.clone(),
        }
    }
}

/// Whether an error only says that it is over: in the engine's words, or in those of its connection to a provider, which it hangs up while components are still
/// being built.
fn is_closing(error: &str) -> bool {
    matches!(error, "update failed" | "preview failed" | "update canceled" | "preview canceled")
        || error.trim_end().ends_with("grpc: the client connection is closing")
}

/// Text without terminal sequences and the engine's own colour marks (`<{%reset%}>`).
pub fn plain(text: &str) -> String {
    let text = console::strip_ansi_codes(text);
    let mut rest = text.as_ref();
    let mut plain = String::with_capacity(rest.len());
    while let Some(start) = rest.find("<{%") {
        let Some(length) = rest[start..].find("%}>") else {
            break;
        };
        plain.push_str(&rest[..start]);
        rest = &rest[start + length + 3..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const VPC: &str = "urn:pulumi:dev::net::gitinfra:ec2:Vpc::web";

    fn step(field: &str, op: &str) -> String {
        format!(r#"{{"{field}":{{"metadata":{{"op":"{op}","urn":"{VPC}","type":"gitinfra:ec2:Vpc"}}}}}}"#)
    }

    /// Takes events half a second apart and says what comes of them.
    fn news(events: &[String]) -> Vec<News> {
        let mut progress = Progress::default();
        let event = |event: &String| serde_json::from_str(event).expect("an engine event");
        (0_i64..).zip(events).filter_map(|(count, text)| progress.take(event(text), count * 500)).collect()
    }

    fn vpc() -> Resource {
        let (kind, name, operation) = ("gitinfra:ec2:Vpc".to_owned(), "web".to_owned(), Operation::new("create"));
        Resource { urn: VPC.to_owned(), kind, name, operation }
    }

    #[test]
    fn a_resource_begins_and_ends() {
        assert_eq!(
            news(&[step("resourcePreEvent", "create"), step("resOutputsEvent", "create")]),
            [News::Started { resource: vpc() }, News::Finished { resource: vpc(), seconds: 0.5 }]
        );
    }

    #[test]
    fn what_stays_the_same_is_not_told() {
        let events = ["replace", "remove-pending-replace"].map(|op| step("resOutputsEvent", op));
        assert_eq!(news(&events), []);
    }

    /// A preview counts resources, and so does a roll-out.
    #[test]
    fn the_stack_itself_is_not_counted() {
        let stack = |op: &str| step("resourcePreEvent", op).replace("gitinfra:ec2:Vpc", "pulumi:pulumi:Stack");
        let summary = r#"{"summaryEvent":{"resourceChanges":{"create":3,"same":1}}}"#.to_owned();
        let cases = [("create", "2 created, 1 unchanged"), ("same", "3 created"), ("update", "3 created, 1 unchanged")];
        for (op, expected) in cases {
            let mut progress = Progress::default();
            for text in [&stack(op), &step("resourcePreEvent", "create"), &summary] {
                progress.take(serde_json::from_str(text).expect("an engine event"), 0);
            }
            assert_eq!(crate::engine::operation::tally(&progress.counts(), Effect::done), expected);
        }
    }

    #[test]
    fn the_first_error_is_the_one_that_says_something() {
        let mut progress = Progress::default();
        let first = format!(
            r#"{{"diagnosticEvent":{{"urn":"{VPC}","message":"creating vpc: VpcLimitExceeded\n","severity":"error"}}}}"#
        );
        progress.take(serde_json::from_str(&first).expect("an engine event"), 0);
        let closing = r#"{"diagnosticEvent":{"message":"<{%reset%}>update failed<{%reset%}>\n","severity":"error"}}"#;
        progress.take(serde_json::from_str(closing).expect("an engine event"), 0);
        let hung_up = closing
            .replace("update failed", "rpc error: code = Canceled desc = grpc: the client connection is closing");
        progress.take(serde_json::from_str(&hung_up).expect("an engine event"), 0);
        assert_eq!(progress.errors.len(), 1, "the closing words add nothing");
        assert_eq!(progress.failure().as_deref(), Some("gitinfra:ec2:Vpc web: creating vpc: VpcLimitExceeded"));
    }

    /// Where packs alone are against it, it is known what they refuse; another failure is one.
    #[test]
    fn what_packs_refuse_is_told_from_a_failure() {
        let judged = |level: &str| {
            format!(
                r#"{{"policyEvent":{{"resourceUrn":"{VPC}","message":"no such size\n<{{%fg 1%}}>too large\n","policyName":"size","policyPackName":"house","enforcementLevel":"{level}"}}}}"#
            )
        };
        let error = |words: &str| format!(r#"{{"diagnosticEvent":{{"message":"{words}","severity":"error"}}}}"#);
        let refusal = "the policy pack `house` refused it: size: no such size: too large (gitinfra:ec2:Vpc web)";
        let cases: [(Vec<String>, &[&str]); 4] = [
            (vec![judged("mandatory"), judged("advisory"), error("preview failed")], &[refusal]),
            (vec![judged("mandatory"), error("no such zone"), error("preview failed")], &[]),
            (vec![judged("advisory")], &[]),
            (vec![error("preview failed")], &[]),
        ];
        for (events, refused) in cases {
            let mut progress = Progress::default();
            for text in &events {
                progress.take(serde_json::from_str(text).expect("an engine event"), 0);
            }
            assert_eq!(progress.refused(), refused, "{events:?}");
        }
    }

    #[test]
    fn marks_and_terminal_sequences_go() {
        let cases =
            [("<{%fg 1%}>a<{%reset%}> b", "a b"), ("\u{1b}[31mred\u{1b}[0m", "red"), ("1 <{% open", "1 <{% open")];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected);
        }
    }
}
