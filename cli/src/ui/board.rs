//! The moving part of a terminal: a bar for each run, below it a line for each resource that is at work.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::line::on_a_terminal;
use super::safe::safe;
use super::{Paint, Tone};
use crate::event::{Body, Event, Resource};

/// More lines of resources than this would push everything else off a small terminal.
const MOST_LINES: usize = 8;

/// What a line holds besides its name and its message: the spinner, the time, and two columns to spare.
const ROOM_BESIDE: usize = 16;

pub(super) struct Board {
    /// Prints a line when there are no bars.
    print: fn(&str),
    bars: Option<MultiProgress>,
    /// By the stack's name.
    runs: BTreeMap<String, Run>,
    /// Whether several runs share the screen since it was last empty: then every line names its stack.
    is_shared: bool,
}

/// A run or a preview that is under way.
struct Run {
    bar: ProgressBar,
    resources: HashMap<(String, String), ProgressBar>,
}

impl Board {
    pub fn new(print: fn(&str)) -> Board {
        Board { print, bars: None, runs: BTreeMap::new(), is_shared: false }
    }

    pub fn take(&mut self, event: &Event, paint: Paint) {
        let stack = event.stack.as_deref().unwrap_or_default();
        match &event.body {
            Body::RunStarted { resources, .. } => self.begin(stack, *resources, paint),
            Body::PreviewStarted { .. } => self.begin(stack, 0, paint),
            _ => {}
        }
        let is_shared = self.is_shared;
        self.change(stack, &event.body, paint);
        if let Some(line) = on_a_terminal(event, is_shared, paint) {
            self.above(&line, paint);
        }
    }

    /// Takes every bar away.
    pub fn clear(&mut self) {
        for (_, run) in std::mem::take(&mut self.runs) {
            run.clear();
        }
        if let Some(bars) = self.bars.take() {
            let _ = bars.clear();
        }
        self.is_shared = false;
    }

    /// Prints a line that scrolls away above the bars.
    fn above(&self, line: &str, paint: Paint) {
        match &self.bars {
            // A tab is wider than it is counted, and would push a bar off its place.
            Some(bars) => drop(bars.println(safe(line, paint.has_colour()).replace('\t', "    "))),
            // No bars: print directly.
            None => (self.print)(line),
        }
    }

    fn change(&mut self, stack: &str, body: &Body, paint: Paint) {
        if let Body::RunFinished { .. } | Body::PreviewFinished { .. } = body {
            return self.end(stack);
        }
        let room = MOST_LINES.saturating_sub(self.runs.values().map(|run| run.resources.len()).sum());
        let (Some(bars), Some(run)) = (&self.bars, self.runs.get_mut(stack)) else {
            return;
        };
        match body {
            Body::ResourceStarted { resource } if room > 0 => run.started(bars, resource, paint),
            Body::ResourceStatus { urn, message } => run.status(urn, message),
            Body::ResourceFinished { resource, .. } | Body::ResourceFailed { resource, .. } => run.ended(resource),
            Body::ResourceUnchanged { .. } => run.count(),
            Body::Plugin { name, received, total, done: false, .. } => run.plugin(name, *received, *total),
            _ => {}
        }
    }

    fn begin(&mut self, stack: &str, resources: u64, paint: Paint) {
        let template = match resources {
            0 => "{spinner:.cyan} {prefix} {pos} done {elapsed:.dim} {msg:.dim}",
            _ => "{spinner:.cyan} {prefix} {bar:30.cyan/dim} {pos}/{len} {elapsed:.dim} {msg:.dim}",
        };
        let bars = self.bars.get_or_insert_with(MultiProgress::new);
        let bar = bars.add(ProgressBar::new(resources).with_style(style(template).progress_chars("━━╌")));
        bar.set_prefix(paint.tone(Tone::Strong, stack));
        bar.enable_steady_tick(Duration::from_millis(100));
        if let Some(before) = self.runs.insert(stack.to_owned(), Run { bar, resources: HashMap::new() }) {
            before.clear();
        }
        self.is_shared |= self.runs.len() > 1;
    }

    fn end(&mut self, stack: &str) {
        if let Some(run) = self.runs.remove(stack) {
            run.clear();
        }
        if self.runs.is_empty() {
            self.clear();
        }
    }
}

impl Run {
    fn clear(self) {
        self.resources.into_values().for_each(|line| line.finish_and_clear());
        self.bar.finish_and_clear();
    }

    fn started(&mut self, bars: &MultiProgress, resource: &Resource, paint: Paint) {
        let effect = resource.operation.effect();
        let word = paint.effect(effect, &format!("{} {}", effect.symbol(), resource.operation.doing()));
        let line = ProgressBar::new_spinner().with_style(style("  {spinner:.cyan} {prefix} {elapsed:.dim} {msg:.dim}"));
        let line = bars.insert_after(&self.bar, line);
        let kind = paint.tone(Tone::Faint, &resource.kind);
        line.set_prefix(format!("{word} {kind} {}", safe(&resource.name, false)));
        line.enable_steady_tick(Duration::from_millis(100));
        self.resources.insert(key(resource), line);
    }

    fn status(&self, urn: &str, message: &str) {
        let resource = self.resources.iter().find(|((of, _), _)| of == urn);
        let line = resource.map_or(&self.bar, |(_, line)| line);
        let taken = console::measure_text_width(&line.prefix()) + ROOM_BESIDE;
        let (_, width) = console::Term::stderr().size();
        // A line that fills its row to the end is broken in two by the terminal's own "^C".
        let room = usize::from(width).saturating_sub(taken);
        let first = message.lines().next().unwrap_or_default();
        line.set_message(console::truncate_str(&safe(first, false), room, "…").into_owned());
    }

    fn ended(&mut self, resource: &Resource) {
        if let Some(line) = self.resources.remove(&key(resource)) {
            line.finish_and_clear();
        }
        self.count();
    }

    fn count(&self) {
        self.bar.inc(1);
        // There may be more resources than last time.
        if self.bar.length().is_some_and(|length| length > 0 && length < self.bar.position()) {
            self.bar.set_length(self.bar.position());
        }
    }

    fn plugin(&self, name: &str, received: u64, total: u64) {
        let percent = received.saturating_mul(100).checked_div(total).unwrap_or_default();
        self.bar.set_message(format!("getting the plugin {}: {percent} %", safe(name, false)));
    }
}

fn key(resource: &Resource) -> (String, String) {
    (resource.urn.clone(), resource.operation.0.clone())
}

/// The templates here are constants, so a faulty one shows at the first run; then indicatif's own style serves.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
