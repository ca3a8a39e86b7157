//! The moving part of a terminal: a bar for the run and a line for each resource that is at work.

use std::collections::HashMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::safe::safe;
use super::{Paint, Tone};
use crate::event::{Body, Event, Resource};

/// More lines than this would push everything else off a small terminal.
const MOST_LINES: usize = 8;

/// What a line holds besides its name and its message: the spinner, the time, and two columns to spare.
const ROOM_BESIDE: usize = 16;

#[derive(Default)]
pub(super) struct Board {
    bars: Option<MultiProgress>,
    run: Option<ProgressBar>,
    resources: HashMap<(String, String), ProgressBar>,
}

impl Board {
    /// Prints a line that scrolls away above the bars.
    pub fn above(&self, line: &str) {
        match &self.bars {
            // A tab is wider than it is counted, and would push a bar off its place.
            Some(bars) => drop(bars.println(safe(line).replace('\t', "    "))),
            // Without bars there is nothing to stay above of.
            None => super::print(line),
        }
    }

    pub fn take(&mut self, event: &Event, paint: Paint) {
        match &event.body {
            Body::RunStarted { resources, .. } => {
                self.begin(event.stack.as_deref().unwrap_or_default(), *resources, paint)
            }
            Body::ResourceStarted { resource } => self.started(resource, paint),
            Body::ResourceStatus { urn, message } => self.status(urn, message),
            Body::ResourceFinished { resource, .. } | Body::ResourceFailed { resource, .. } => self.ended(resource),
            Body::ResourceUnchanged { .. } => self.count(),
            Body::Plugin { name, received, total, done: false, .. } => self.plugin(name, *received, *total),
            Body::RunFinished { .. } => self.clear(),
            _ => {}
        }
    }

    /// Takes every bar away.
    pub fn clear(&mut self) {
        for (_, line) in self.resources.drain() {
            line.finish_and_clear();
        }
        if let Some(run) = self.run.take() {
            run.finish_and_clear();
        }
        if let Some(bars) = self.bars.take() {
            let _ = bars.clear();
        }
    }

    fn begin(&mut self, stack: &str, resources: u64, paint: Paint) {
        self.clear();
        let bars = MultiProgress::new();
        let template = match resources {
            0 => "{spinner:.cyan} {prefix} {pos} done {elapsed:.dim} {msg:.dim}",
            _ => "{spinner:.cyan} {prefix} {bar:30.cyan/dim} {pos}/{len} {elapsed:.dim} {msg:.dim}",
        };
        let run = bars.add(ProgressBar::new(resources).with_style(style(template).progress_chars("━━╌")));
        run.set_prefix(paint.tone(Tone::Strong, stack));
        run.enable_steady_tick(Duration::from_millis(100));
        (self.bars, self.run) = (Some(bars), Some(run));
    }

    fn started(&mut self, resource: &Resource, paint: Paint) {
        let Some(bars) = self.bars.as_ref().filter(|_| self.resources.len() < MOST_LINES) else {
            return;
        };
        let effect = resource.operation.effect();
        let word = paint.effect(effect, &format!("{} {}", effect.symbol(), resource.operation.doing()));
        let line = bars
            .add(ProgressBar::new_spinner().with_style(style("  {spinner:.cyan} {prefix} {elapsed:.dim} {msg:.dim}")));
        let kind = paint.tone(Tone::Faint, &resource.kind);
        line.set_prefix(safe(&format!("{word} {kind} {}", resource.name)).into_owned());
        line.enable_steady_tick(Duration::from_millis(100));
        self.resources.insert(key(resource), line);
    }

    fn status(&self, urn: &str, message: &str) {
        let resource = self.resources.iter().find(|((of, _), _)| of == urn);
        if let Some(line) = resource.map(|(_, line)| line).or(self.run.as_ref()) {
            let taken = console::measure_text_width(&line.prefix()) + ROOM_BESIDE;
            let (_, width) = console::Term::stderr().size();
            // A line that fills its row to the end is broken in two by the terminal's own "^C".
            let room = usize::from(width).saturating_sub(taken);
            let first = message.lines().next().unwrap_or_default();
            line.set_message(console::truncate_str(&safe(first), room, "…").into_owned());
        }
    }

    fn ended(&mut self, resource: &Resource) {
        if let Some(line) = self.resources.remove(&key(resource)) {
            line.finish_and_clear();
        }
        self.count();
    }

    fn count(&self) {
        if let Some(run) = &self.run {
            run.inc(1);
            // There may be more resources than last time.
            if run.length().is_some_and(|length| length > 0 && length < run.position()) {
                run.set_length(run.position());
            }
        }
    }

    fn plugin(&self, name: &str, received: u64, total: u64) {
        let percent = received.saturating_mul(100).checked_div(total).unwrap_or_default();
        if let Some(run) = &self.run {
            run.set_message(format!("getting the plugin {name}: {percent} %"));
        }
    }
}

fn key(resource: &Resource) -> (String, String) {
    (resource.urn.clone(), resource.operation.0.clone())
}

/// The templates here are constants, so a faulty one shows at the first run; then indicatif's own style serves.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
