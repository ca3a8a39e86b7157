//! The only place that prints: data on stdout, talk on stderr, events as a board, as lines or as JSON.

mod board;
mod line;
mod paint;
mod safe;
mod table;

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::event::{Body, Event, Sink};
use crate::failure::{Failure, Result};
use crate::jsonpath::Template;
use board::Board;
pub use paint::{Paint, Tone};
use safe::safe;
pub use table::{Cell, Column, Show, Table};

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// In what form events are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Text,
    Json,
}

/// In what form records are printed.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    Table,
    Wide,
    Json,
    Yaml,
    Name,
    JsonPath(Template),
}

/// How records are shown.
pub struct View<'a> {
    pub format: &'a Format,
    /// Whether a table has a line of headings.
    pub has_heads: bool,
    /// Whether a single record was asked for by its name, which is an object then, and no list.
    pub is_single: bool,
}

/// How a command shows the events of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    /// On stdout: they are what the command is for.
    Data(Stream),
    /// On stderr, to a person who watches: stdout waits for data.
    Asides,
}

impl From<Stream> for Events {
    fn from(stream: Stream) -> Self {
        Events::Data(stream)
    }
}

/// Where events go.
enum Mode {
    /// A terminal: what is over scrolls, what is under way stays below.
    Board(Mutex<Board>),
    /// A pipe or a log: one line for each event.
    Lines,
    /// One JSON object a line.
    Json,
    Asides,
}

/// Where everything that a user sees goes through.
pub struct Ui {
    mode: Mode,
    /// Colours on stdout, and on stderr.
    pub paint: Paint,
    talk: Paint,
}

impl Sink for Ui {
    fn take(&self, event: &Event) {
        match &self.mode {
            _ if matches!(event.body, Body::Failed { .. }) => self.failed(event),
            Mode::Json => print_some(streamed(event)),
            Mode::Lines => print_some(line::on_a_pipe(event, self.paint)),
            Mode::Board(board) => lock(board).take(event, self.paint),
            Mode::Asides => line::on_a_pipe(event, self.paint).into_iter().for_each(|line| self.aside(&line)),
        }
    }
}

impl Ui {
    /// Looks at the terminal. `NO_COLOR` and `TERM=dumb` are respected.
    pub fn new(color: Color, events: Events, no_color: bool) -> Arc<Ui> {
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let coloured = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !no_color,
        };
        let mode = match events {
            Events::Asides => Mode::Asides,
            Events::Data(Stream::Json) => Mode::Json,
            Events::Data(Stream::Text) if out && err => Mode::Board(Mutex::default()),
            Events::Data(Stream::Text) => Mode::Lines,
        };
        Arc::new(Ui { mode, paint: Paint::new(coloured(out)), talk: Paint::new(coloured(err)) })
    }

    /// A recorded event as a line, or several.
    pub fn line(&self, event: &Event) -> Option<String> {
        line::recorded(event, self.paint)
    }

    /// An event as one line of JSON.
    pub fn json_line(&self, event: &Event) -> String {
        serde_json::to_string(event).unwrap_or_default()
    }

    /// Prints data: on stdout, ending in one line break.
    pub fn data(&self, text: &str) {
        let mut out = io::stdout().lock();
        let text = safe(text.trim_end_matches('\n'));
        let written = writeln!(out, "{text}").and_then(|()| out.flush());
        // Whoever reads has gone, such as `head`: there is nobody left to tell.
        if written.is_err() {
            std::process::exit(0);
        }
    }

    /// Prints data when there is any.
    pub fn data_some(&self, text: Option<String>) {
        text.into_iter().for_each(|text| self.data(&text));
    }

    /// Says what is going on, to a person who is watching.
    fn aside(&self, text: &str) {
        if io::stderr().is_terminal() {
            self.talk(&self.talk.tone(Tone::Faint, text));
        }
    }

    /// Tells a person something that is no data.
    pub fn talk(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", safe(text));
    }

    /// Says why the command failed and what to do.
    pub fn failure(&self, failure: &Failure, at: i64) {
        self.take(&Event { at, run: None, stack: None, body: failure.into() });
    }

    /// In words on stderr, and as an event of a JSON stream.
    fn failed(&self, event: &Event) {
        match &self.mode {
            Mode::Board(board) => lock(board).clear(),
            Mode::Json => print_some(streamed(event)),
            Mode::Lines | Mode::Asides => {}
        }
        let Body::Failed { message, hints } = &event.body else {
            return;
        };
        self.talk(&format!("{} {message}", self.talk.tone(Tone::Bad, "error:")));
        for hint in hints {
            self.talk(&format!("{} {hint}", self.talk.tone(Tone::Note, "hint:")));
        }
    }

    /// Prints records as a table or whatever else was asked for.
    pub fn records<T: Serialize>(&self, view: &View<'_>, records: &[T], table: &Table<T>, now: i64) -> Result<()> {
        let rows = |show| table.render(records, show, view.has_heads, now, self.paint);
        let shape = match records {
            [one] if view.is_single => Shape::One(one),
            items => Shape::Many { items },
        };
        match view.format {
            Format::Table | Format::Wide if records.is_empty() => self.talk(&format!("no {} yet", table.what)),
            Format::Table => self.data(&rows(Show::Always)),
            Format::Wide => self.data(&rows(Show::Wide)),
            Format::Name if records.is_empty() => {}
            Format::Name => self.data(&table.names(records)),
            Format::Json => self.data(&self.json(&shape)?),
            Format::Yaml => self.data(&yaml(&shape)?),
            Format::JsonPath(template) => {
                let value = serde_json::to_value(&shape);
                let value = value.map_err(|error| Failure::bug(format!("writing JSON: {error}")))?;
                self.data(&template.render(&value));
            }
        }
        Ok(())
    }

    /// A value as indented JSON.
    pub fn json(&self, value: &impl Serialize) -> Result<String> {
        serde_json::to_string_pretty(value).map_err(|error| Failure::bug(format!("writing JSON: {error}")))
    }
}

/// A board that somebody panicked over is still a board.
fn lock(board: &Mutex<Board>) -> std::sync::MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prints one event. A run goes on whether or not anybody still reads of it.
fn print(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", safe(line)).and_then(|()| out.flush());
}

fn print_some(line: Option<String>) {
    line.into_iter().for_each(|line| print(&line));
}

/// An event in a stream of JSON. What only counts is of no use to a script.
fn streamed(event: &Event) -> Option<String> {
    let is_counted = matches!(event.body, Body::ResourceUnchanged { .. });
    (!is_counted).then(|| serde_json::to_string(event).unwrap_or_default())
}

/// Lists keep one shape however many items they have, so that scripts need no cases: only what was asked for by name is
/// no list.
#[derive(Serialize)]
#[serde(untagged)]
enum Shape<'a, T> {
    One(&'a T),
    Many { items: &'a [T] },
}

fn yaml(value: &impl Serialize) -> Result<String> {
    serde_saphyr::to_string(value).map_err(|error| Failure::bug(format!("writing YAML: {error}")))
}
