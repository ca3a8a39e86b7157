//! The only place that prints: data on stdout, talk on stderr, progress as bars, lines or JSON.

mod board;
mod line;
mod paint;
mod safe;
mod table;

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::args::{Color, Format, Stream};
use crate::event::{Body, Event};
use crate::failure::{Failure, Result};
use board::Board;
pub use paint::{Paint, Tone};
use safe::safe;
pub use table::{Cell, Table};

/// How happenings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A terminal: finished things scroll, running ones stay below as bars.
    Bars,
    /// A pipe or a log: one line for each happening.
    Lines,
    /// One JSON object a line.
    Json,
}

/// Where everything that a user sees goes through.
pub struct Ui {
    mode: Mode,
    /// Colours on stdout, and on stderr.
    pub paint: Paint,
    talk: Paint,
    board: RefCell<Board>,
}

impl Ui {
    /// Looks at the terminal. `NO_COLOR` and `TERM=dumb` are respected.
    pub fn new(color: Color, stream: Stream, no_color: bool) -> Self {
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let coloured = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !no_color,
        };
        let mode = match stream {
            Stream::Json => Mode::Json,
            Stream::Text if out && err => Mode::Bars,
            Stream::Text => Mode::Lines,
        };
        Ui { mode, paint: Paint::new(coloured(out)), talk: Paint::new(coloured(err)), board: RefCell::default() }
    }

    /// Shows a happening of a pass.
    pub fn event(&self, event: &Event, now: i64) {
        match self.mode {
            Mode::Json => match event.body {
                Body::ResourceUnchanged { .. } => {}
                _ => print(&json_line(event)),
            },
            Mode::Lines => {
                if let Some(line) = line::on_a_pipe(event, now, self.paint) {
                    print(&line);
                }
            }
            Mode::Bars => {
                let mut board = self.board.borrow_mut();
                board.take(event, self.paint);
                if let Some(line) = line::on_a_terminal(event, now, self.paint) {
                    board.above(&line);
                }
            }
        }
    }

    /// A happening as the line that a pipe would get; for those that were recorded.
    pub fn line(&self, event: &Event, now: i64) -> Option<String> {
        line::on_a_pipe(event, now, self.paint)
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

    /// Says what is going on, to a person who is watching.
    pub fn aside(&self, text: &str) {
        if io::stderr().is_terminal() {
            self.talk(&self.talk.tone(Tone::Faint, text));
        }
    }

    /// Tells a person something that is no data.
    pub fn talk(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", safe(text));
    }

    /// Says why the command failed and what to do: in words on stderr, and as the last event of a JSON stream.
    pub fn failure(&self, failure: &Failure, time: String) {
        self.board.borrow_mut().clear();
        if self.mode == Mode::Json {
            let body = Body::Failed { message: failure.message.clone(), hints: failure.hints.clone() };
            print(&json_line(&Event { time, run: None, stack: None, body }));
        }
        self.talk(&format!("{} {}", self.talk.tone(Tone::Bad, "error:"), failure.message));
        for hint in &failure.hints {
            self.talk(&format!("{} {hint}", self.talk.tone(Tone::Note, "hint:")));
        }
    }

    /// Prints records as a table or whatever else was asked for.
    pub fn records<T: Serialize>(&self, format: Format, records: &[T], table: &Table) -> Result<()> {
        match format {
            Format::Table | Format::Wide if table.is_empty() => self.talk(&format!("no {} yet", table.what)),
            Format::Table => self.data(&table.render(false, self.paint)),
            Format::Wide => self.data(&table.render(true, self.paint)),
            Format::Name if table.is_empty() => {}
            Format::Name => self.data(&table.names()),
            Format::Json => self.data(&self.json(&List { items: records })?),
            Format::Yaml => self.data(&yaml(&List { items: records })?),
        }
        Ok(())
    }

    /// A value as indented JSON.
    pub fn json(&self, value: &impl Serialize) -> Result<String> {
        serde_json::to_string_pretty(value).map_err(|error| Failure::bug(format!("writing JSON: {error}")))
    }
}

/// Prints one happening. A run goes on whether or not anybody still reads of it.
fn print(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", safe(line)).and_then(|()| out.flush());
}

fn json_line(event: &Event) -> String {
    serde_json::to_string(event).unwrap_or_default()
}

/// Lists keep one shape however many items they have, so that scripts need no cases.
#[derive(Serialize)]
struct List<'a, T> {
    items: &'a [T],
}

fn yaml(value: &impl Serialize) -> Result<String> {
    serde_saphyr::to_string(value).map_err(|error| Failure::bug(format!("writing YAML: {error}")))
}
