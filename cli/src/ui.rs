//! The only place that prints: data on stdout, talk on stderr, events as a board, as lines or as JSON.

mod afar;
mod board;
mod line;
mod pager;
mod paint;
mod safe;
mod table;
mod told;
mod tree;

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::comment::{Preview, StackPreview};
use crate::event::{Body, Event, Sink};
use crate::failure::{Failure, Kind, Result};
use crate::jsonpath::{Field, Template};
pub use afar::{Printed, Printer, Terminal};
use board::Board;
pub use pager::Pager;
pub use paint::{Paint, Tone};
use safe::safe;
pub use table::{Cell, Column, Drawing, Show, Table, aligned};
use told::Told;

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

/// In what form one value is printed for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Structure {
    Json,
    Yaml,
}

/// In what form records are printed.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    Table,
    Wide,
    Json,
    Yaml,
    Name,
    /// Only of what has such a form.
    Markdown,
    JsonPath(Template),
    Custom(Columns),
}

/// `custom-columns=NAME:.name,AT:.startedAt`: headings, each with the field below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    pub fields: Vec<(String, Field)>,
    pub has_heads: bool,
}

/// Records of one type, ready for every format. Lists keep one shape however many items they have, so that scripts need no
/// cases: only one that was asked for by name is no list.
pub struct Part<T> {
    /// What they are, in the plural.
    pub what: &'static str,
    pub table: String,
    pub names: Vec<String>,
    pub records: Vec<T>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Shape<'a, T> {
    One(&'a T),
    Many { items: Vec<&'a T> },
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
    /// To a person who watches on stderr: what is over scrolls there, what is under way stays below.
    Asides(Mutex<Board>),
    /// Nobody watches.
    Silence,
}

/// Where everything that a user sees goes through.
pub struct Ui {
    mode: Mode,
    told: Mutex<Told>,
    /// Colours on stdout, and on stderr.
    pub paint: Paint,
    talk: Paint,
    /// What shows long data, if something does.
    pager: Option<Pager>,
    /// Where the terminal is, if it is not this process's.
    afar: Option<Afar>,
}

struct Afar {
    width: Option<usize>,
    print: Printer,
}

impl Sink for Ui {
    fn take(&self, event: &Event) {
        match &self.mode {
            _ if matches!(event.body, Body::Failed { .. }) => self.failed(event),
            Mode::Json => self.print_some(streamed(event)),
            Mode::Lines => self.print_some(line::on_a_pipe(&lock(&self.told).anew(event), self.paint)),
            Mode::Board(board) => lock(board).take(&lock(&self.told).anew(event), self.paint),
            Mode::Asides(board) => lock(board).take(&lock(&self.told).anew(event), self.talk),
            Mode::Silence => {}
        }
    }
}

impl Ui {
    /// Looks at the terminal. `NO_COLOR` and `TERM=dumb` are respected. Only a person's eyes need a pager.
    pub fn new(color: Color, events: Events, no_color: bool, pager: Option<Pager>) -> Arc<Ui> {
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let coloured = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !no_color,
        };
        let mode = match events {
            Events::Asides if err => Mode::Asides(Mutex::new(Board::new(talk))),
            Events::Asides => Mode::Silence,
            Events::Data(Stream::Json) => Mode::Json,
            Events::Data(Stream::Text) if out && err => Mode::Board(Mutex::new(Board::new(print))),
            Events::Data(Stream::Text) => Mode::Lines,
        };
        COLOURED[0].store(coloured(out), Ordering::Relaxed);
        COLOURED[1].store(coloured(err), Ordering::Relaxed);
        Arc::new(Ui {
            mode,
            told: Mutex::default(),
            paint: Paint::new(coloured(out)),
            talk: Paint::new(coloured(err)),
            pager: pager.filter(|_| out),
            afar: None,
        })
    }

    /// Prints on a terminal that is elsewhere.
    pub fn afar(terminal: &Terminal, events: Events, print: Printer) -> Arc<Ui> {
        let mode = match events {
            Events::Asides => Mode::Silence,
            Events::Data(Stream::Json) => Mode::Json,
            Events::Data(Stream::Text) => Mode::Lines,
        };
        let (paint, talk) = (Paint::new(terminal.colours_data), Paint::new(terminal.colours_talk));
        Arc::new(Ui {
            mode,
            told: Mutex::default(),
            paint,
            talk,
            pager: None,
            afar: Some(Afar { width: terminal.width, print }),
        })
    }

    /// What this terminal can, for whoever prints here from elsewhere.
    pub fn terminal(&self) -> Terminal {
        let (colours_data, colours_talk) = (self.paint.has_colour(), self.talk.has_colour());
        Terminal { width: self.width(), colours_data, colours_talk }
    }

    /// How wide a line of data may be; as wide as it likes where no eyes read it.
    fn width(&self) -> Option<usize> {
        match &self.afar {
            Some(afar) => afar.width,
            None => io::stdout().is_terminal().then(|| usize::from(console::Term::stdout().size().1)),
        }
    }

    fn print_some(&self, line: Option<String>) {
        match (line, &self.afar) {
            (Some(line), Some(afar)) => (afar.print)(Printed::Data(line)),
            (Some(line), None) => print(&line),
            (None, _) => {}
        }
    }

    /// A recorded event as a line, or several.
    pub fn line(&self, event: &Event) -> Option<String> {
        line::recorded(&lock(&self.told).anew(event), self.paint)
    }

    /// An event as one line of JSON.
    pub fn json_line(&self, event: &Event) -> String {
        serde_json::to_string(event).unwrap_or_default()
    }

    /// Prints data: on stdout, ending in one line break.
    pub fn data(&self, text: &str) {
        if let Some(afar) = &self.afar {
            return (afar.print)(Printed::Data(text.to_owned()));
        }
        let text = safe(text.trim_end_matches('\n'), COLOURED[0].load(Ordering::Relaxed));
        if let Some(pager) = &self.pager {
            return pager.keep(&text);
        }
        write(&text);
    }

    /// Shows what was kept for a pager: by that where it is longer than the screen.
    pub async fn page(&self) {
        let Some((pager, text)) = self.pager.as_ref().and_then(|pager| Some((pager, pager.take()?))) else {
            return;
        };
        let is_shown = !pager::fits(&text, console::Term::stdout().size()) && pager.show(&text).await;
        if !is_shown {
            write(text.trim_end_matches('\n'));
        }
    }

    /// The exit code of a command that did its work: another one where not all that it told could be written.
    pub fn exit_code(&self, code: u8) -> u8 {
        let is_lost = code == 0 && self.afar.is_none() && LOST.load(Ordering::Relaxed);
        if is_lost { Kind::Setup.exit_code() } else { code }
    }

    /// Prints data when there is any.
    pub fn data_some(&self, text: Option<String>) {
        text.into_iter().for_each(|text| self.data(&text));
    }

    /// Tells a person something that is no data.
    pub fn talk(&self, text: &str) {
        match &self.afar {
            Some(afar) => (afar.print)(Printed::Talk(text.to_owned())),
            None => talk(text),
        }
    }

    /// Prints what came from elsewhere, and says the exit code if that was the end.
    pub fn printed(&self, piece: Printed) -> Option<u8> {
        match piece {
            Printed::Data(text) => self.data(&text),
            Printed::Talk(text) => self.talk(&text),
            Printed::Anew(before, text) => drop(self.redraw(before, &text)),
            Printed::End(code) => return Some(code),
        }
        None
    }

    /// Whether data goes to a person's eyes.
    pub fn is_terminal(&self) -> bool {
        self.width().is_some()
    }

    /// Prints a merge's preview for eyes; `has_values` says whether with old and new values.
    pub fn preview(&self, preview: &Preview, has_values: bool) {
        self.data(&tree::merge(preview, has_values, self.paint));
    }

    /// Prints one stack's preview for eyes.
    pub fn stack_preview(&self, preview: &StackPreview) {
        self.data(&tree::stack(preview, false, self.paint));
    }

    /// Asks a person who can answer. `None` when there is nobody.
    pub async fn ask(&self, question: &str) -> Option<bool> {
        if self.afar.is_some() || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        let _ = write!(io::stderr().lock(), "{} [y/N] ", safe(question, false));
        // Reading can't be stopped, so it has a thread that nobody waits for.
        let (send, answer) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line).is_ok();
            let _ = send.send(read && matches!(line.trim(), "y" | "Y" | "yes"));
        });
        answer.await.ok()
    }

    /// Says why the command failed and what to do.
    pub fn failure(&self, failure: &Failure, at: i64) {
        self.take(&Event { at, run: None, stack: None, body: failure.into() });
    }

    /// In words on stderr, and as an event of a JSON stream.
    fn failed(&self, event: &Event) {
        match &self.mode {
            Mode::Board(board) | Mode::Asides(board) => lock(board).clear(),
            Mode::Json => self.print_some(streamed(event)),
            Mode::Lines | Mode::Silence => {}
        }
        let Body::Failed { message, hints } = &event.body else {
            return;
        };
        self.talk(&format!("{} {message}", self.talk.tone(Tone::Bad, "error:")));
        for hint in hints {
            self.talk(&format!("{} {hint}", self.talk.tone(Tone::Note, "hint:")));
        }
    }

    /// How tables are drawn here.
    pub fn drawing(&self, show: Show, has_heads: bool, now: i64) -> Drawing {
        Drawing { show, has_labels: false, has_heads, now, paint: self.paint, room: self.width() }
    }

    /// Records in the form that was asked for; nothing where there is nothing to print.
    pub fn records<T: Serialize>(&self, format: &Format, is_single: bool, parts: &[Part<T>]) -> Result<Option<String>> {
        let items: Vec<&T> = parts.iter().flat_map(|part| &part.records).collect();
        let shape = match items[..] {
            [one] if is_single => Shape::One(one),
            _ => Shape::Many { items },
        };
        let filled = || parts.iter().filter(|part| !part.records.is_empty());
        Ok(match format {
            Format::Table | Format::Wide | Format::Markdown => {
                join_some(filled().map(|part| part.table.clone()).collect(), "\n\n")
            }
            Format::Name => join_some(filled().flat_map(|part| part.names.clone()).collect(), "\n"),
            Format::Json => Some(self.json(&shape)?),
            Format::Yaml => Some(yaml(&shape)?),
            Format::Custom(columns) => Some(custom(columns, parts)?),
            Format::JsonPath(template) => {
                let value = serde_json::to_value(&shape);
                Some(template.render(&value.map_err(|error| Failure::bug(format!("writing JSON: {error}")))?))
            }
        })
    }

    /// Prints text in the place of what was printed there before, which had so many lines, and says how many it has.
    pub fn redraw(&self, before: usize, text: &str) -> usize {
        if let Some(afar) = &self.afar {
            (afar.print)(Printed::Anew(before, text.to_owned()));
            return text.lines().count();
        }
        let (out, height) = (console::Term::stdout(), usize::from(console::Term::stdout().size().0));
        // What has scrolled out of sight can't be taken back.
        let _ = match before < height {
            true => out.clear_last_lines(before),
            false => out.clear_screen(),
        };
        self.data(text);
        text.lines().count()
    }

    /// A value in a form for scripts.
    pub fn structure(&self, structure: Structure, value: &impl Serialize) -> Result<String> {
        match structure {
            Structure::Json => self.json(value),
            Structure::Yaml => yaml(value),
        }
    }

    /// A value as indented JSON.
    pub fn json(&self, value: &impl Serialize) -> Result<String> {
        serde_json::to_string_pretty(value).map_err(|error| Failure::bug(format!("writing JSON: {error}")))
    }
}

/// Whether stdout and stderr take colours, as the terminal and the user say.
static COLOURED: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

/// A board that somebody panicked over is still a board.
fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes data on stdout, with one line break after it.
fn write(text: &str) {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        // Whoever reads has gone, such as `head`: there is nobody left to tell.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            let failure = unwritten(&error);
            talk(&format!("error: {}", failure.message));
            std::process::exit(failure.kind.exit_code().into());
        }
    }
}

/// Prints one event. A run goes on whether or not anybody still reads of it; that it can't be written is told once, and in the
/// end by the exit code.
fn print(line: &str) {
    let mut out = io::stdout().lock();
    let printed = writeln!(out, "{}", safe(line, COLOURED[0].load(Ordering::Relaxed))).and_then(|()| out.flush());
    // Whoever reads may go, such as `head`.
    if let Err(error) = printed
        && error.kind() != io::ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        talk(&format!("error: {}", unwritten(&error).message));
    }
}

/// Whether an event could not be written.
static LOST: AtomicBool = AtomicBool::new(false);

fn unwritten(error: &io::Error) -> Failure {
    Failure::setup(format!("writing the output: {error}"))
}

/// Prints a line that is no data.
fn talk(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", safe(line, COLOURED[1].load(Ordering::Relaxed)));
}

/// An event in a stream of JSON. What only counts is of no use to a script.
fn streamed(event: &Event) -> Option<String> {
    let is_counted = matches!(event.body, Body::ResourceUnchanged { .. });
    (!is_counted).then(|| serde_json::to_string(event).unwrap_or_default())
}

/// The fields of each record side by side.
fn custom<T: Serialize>(columns: &Columns, parts: &[Part<T>]) -> Result<String> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    if columns.has_heads {
        rows.push(columns.fields.iter().map(|(head, _)| head.clone()).collect());
    }
    for record in parts.iter().flat_map(|part| &part.records) {
        let json = serde_json::to_value(record).map_err(|error| Failure::bug(format!("writing JSON: {error}")))?;
        let cell = |value: Option<&serde_json::Value>| match value {
            None | Some(serde_json::Value::Null) => "<none>".to_owned(),
            Some(serde_json::Value::String(text)) => text.replace('\n', " "),
            Some(other) => other.to_string(),
        };
        rows.push(columns.fields.iter().map(|(_, field)| cell(field.of(&json))).collect());
    }
    Ok(aligned(&rows))
}

/// Nothing when there are none.
fn join_some(parts: Vec<String>, between: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(between))
}

fn yaml(value: &impl Serialize) -> Result<String> {
    serde_saphyr::to_string(value).map_err(|error| Failure::bug(format!("writing YAML: {error}")))
}

/// Whether one of the standard streams is a terminal that is still there.
pub fn has_terminal() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}
