//! What gitinfra does, as spans of OpenTelemetry's traces. Each finds in its task what it is part of; where nobody asked for traces it is
//! nothing. What a span says of its own is no secret: names, numbers, and words that are told elsewhere as well.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::context::FutureExt as _;
use opentelemetry::trace::{Span as _, SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::trace::SdkTracer;

use crate::event::{Body, Event, Resource};
use crate::failure::{Failure, Kind, Result};
use crate::record::RunState;

/// Makes spans. Whatever is traced has it in its task's context.
#[derive(Clone)]
pub struct Tracer(SdkTracer);

/// Something that takes its time, as a span.
pub struct Part(SpanBuilder);

/// What is done under a name of which there are few.
pub fn part(name: impl Into<Cow<'static, str>>) -> Part {
    Part(SpanBuilder::from_name(name))
}

impl Part {
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Part {
        self.0.attributes.get_or_insert_default().push(KeyValue::new(key, value));
        self
    }

    /// It is asked of somebody else.
    pub fn asked(mut self) -> Part {
        self.0.span_kind = Some(SpanKind::Client);
        self
    }

    /// Somebody else asks for it.
    pub fn answered(mut self) -> Part {
        self.0.span_kind = Some(SpanKind::Server);
        self
    }

    /// Does it as a part of what is done now.
    pub async fn of<T, E>(self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let context = Context::current();
        let Some(Tracer(tracer)) = context.get::<Tracer>() else {
            return work.await;
        };
        let context = context.with_span(tracer.build_with_context(self.0, &context));
        let done = work.with_context(context.clone()).await;
        if done.is_err() {
            context.span().set_status(Status::error(""));
        }
        context.span().end();
        done
    }

    /// Does it as the whole of a trace, where there is a tracer. Who stopped it did not fail.
    pub async fn whole<T>(self, tracer: Option<Tracer>, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(tracer) = tracer else {
            return work.await;
        };
        let span = tracer.0.build_with_context(self.0, &Context::new());
        let context = Context::new().with_value(tracer).with_span(span);
        let done = work.with_context(context.clone()).await;
        if let Some(failure) = done.as_ref().err().filter(|failure| failure.kind != Kind::Cancelled) {
            context.span().set_status(failed(failure));
        }
        context.span().end();
        done
    }
}

fn failed(failure: &Failure) -> Status {
    Status::error(failure.message.lines().next().unwrap_or_default().to_owned())
}

impl Tracer {
    pub fn new(tracer: SdkTracer) -> Tracer {
        Tracer(tracer)
    }
}

/// Says something of what is done now.
pub fn say(key: &'static str, value: impl Into<Value>) {
    Context::current().span().set_attribute(KeyValue::new(key, value));
}

/// What an event says of what is done now. A resource that was changed was a part of it.
pub fn take(event: &Event) {
    let context = Context::current();
    let Some(Tracer(tracer)) = context.get::<Tracer>() else {
        return;
    };
    match &event.body {
        Body::ResourceFinished { resource, seconds } => {
            step(tracer, &context, event.at, (resource, *seconds), Status::Unset)
        }
        Body::ResourceFailed { resource, seconds } => {
            step(tracer, &context, event.at, (resource, *seconds), Status::error(""));
        }
        Body::RunStarted { action, commit, .. } => {
            say("gitinfra.run", event.run.clone().unwrap_or_default());
            say("gitinfra.action", action.word());
            say("vcs.ref.head.revision", commit.clone());
        }
        Body::RunFinished { state, changes, message, .. } => {
            say("gitinfra.state", state.word());
            for (operation, count) in changes.iter().filter(|(operation, _)| *operation != "same") {
                let count = i64::try_from(*count).unwrap_or(i64::MAX);
                context.span().set_attribute(KeyValue::new(format!("gitinfra.changes.{operation}"), count));
            }
            if matches!(state, RunState::Failed | RunState::Interrupted) {
                context.span().set_status(Status::error(message.clone().unwrap_or_default()));
            }
        }
        Body::PreviewFinished { failed, changes, .. } => {
            say("gitinfra.changes", i64::try_from(*changes).unwrap_or(i64::MAX));
            if *failed {
                context.span().set_status(Status::error(""));
            }
        }
        _ => {}
    }
}

/// A resource that was changed for so many seconds until now.
fn step(tracer: &SdkTracer, context: &Context, at: i64, (resource, seconds): (&Resource, f64), status: Status) {
    let end = time(at);
    let start = end.checked_sub(Duration::try_from_secs_f64(seconds).unwrap_or_default()).unwrap_or(end);
    let part = part(format!("{} {}", resource.operation.0, resource.kind)).with("pulumi.urn", resource.urn.clone());
    let mut span = tracer.build_with_context(part.0.with_start_time(start), context);
    span.set_status(status);
    span.end_with_timestamp(end);
}

/// Milliseconds since 1970 as a time.
fn time(at: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at).unwrap_or_default())
}
