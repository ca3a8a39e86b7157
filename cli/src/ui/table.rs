//! Tables as kubectl prints them: one row a record, no borders, NAME first, AGE last, nothing cut off.

use super::Paint;

/// Rows to print, with the names that `-o name` prints.
#[derive(Debug, Default)]
pub struct Table {
    /// What a row is, in the plural.
    pub what: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    names: Vec<String>,
}

#[derive(Debug)]
struct Column {
    head: &'static str,
    wide_only: bool,
}

/// A cell's text, plain for measuring and perhaps painted for showing.
#[derive(Debug, Clone)]
pub struct Cell {
    plain: String,
    state: Option<crate::record::RunState>,
}

impl From<String> for Cell {
    fn from(plain: String) -> Self {
        Cell { plain, state: None }
    }
}

impl From<crate::record::RunState> for Cell {
    fn from(state: crate::record::RunState) -> Self {
        Cell { plain: state.word().to_owned(), state: Some(state) }
    }
}

impl Table {
    pub fn new(what: &'static str) -> Self {
        Table { what, ..Table::default() }
    }

    pub fn column(mut self, head: &'static str) -> Self {
        self.columns.push(Column { head, wide_only: false });
        self
    }

    /// A column of `-o wide` alone.
    pub fn wide(mut self, head: &'static str) -> Self {
        self.columns.push(Column { head, wide_only: true });
        self
    }

    pub fn row(&mut self, name: String, cells: Vec<Cell>) {
        self.names.push(name);
        self.rows.push(cells);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn names(&self) -> String {
        self.names.join("\n")
    }

    pub fn render(&self, wide: bool, paint: Paint) -> String {
        let shown: Vec<usize> = (0..self.columns.len()).filter(|&at| wide || !self.columns[at].wide_only).collect();
        let width = |at: usize| {
            let cells = self.rows.iter().map(|row| console::measure_text_width(&row[at].plain));
            cells.chain([self.columns[at].head.len()]).max().unwrap_or_default()
        };
        let widths: Vec<usize> = shown.iter().map(|&at| width(at)).collect();
        let heads = shown.iter().map(|&at| self.columns[at].head.to_owned()).collect();
        let mut lines = vec![line(heads, &widths)];
        for row in &self.rows {
            let cells = shown.iter().zip(&widths).map(|(&at, width)| row[at].padded(*width, paint)).collect::<Vec<_>>();
            lines.push(cells.join("   ").trim_end().to_owned());
        }
        lines.join("\n")
    }
}

impl Cell {
    fn padded(&self, width: usize, paint: Paint) -> String {
        let text = self.state.map_or_else(|| self.plain.clone(), |state| paint.state(state));
        let missing = width.saturating_sub(console::measure_text_width(&self.plain));
        format!("{text}{}", " ".repeat(missing))
    }
}

fn line(cells: Vec<String>, widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
    padded.collect::<Vec<_>>().join("   ").trim_end().to_owned()
}
