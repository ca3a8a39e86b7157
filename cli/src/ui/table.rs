//! One table for each type of record: what `get` prints in columns as kubectl does (one row a record, no borders, NAME first,
//! AGE last; on a terminal cut to its width), and what `describe` prints line by line.

use std::borrow::Cow;

use super::Paint;
use super::safe::safe;
use crate::record::RunState;

/// Where a column is shown. What is always shown is in `-o wide` and in `describe` as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Show {
    Always,
    Wide,
    Described,
    /// In a table only where labels are asked for.
    Labels,
}

/// One column of a type: its heading, where it is shown, where it is in JSON, and how it reads. Cells know the time, in
/// milliseconds since 1970, to tell ages.
pub struct Column<T> {
    pub head: &'static str,
    pub show: Show,
    /// The field in the record's JSON that it tells of, with dots between names.
    pub path: &'static str,
    pub cell: fn(&T, i64) -> Cell,
    /// In `describe`, where there is more room; `None` when there the cell serves as well.
    pub detail: Option<fn(&T, i64) -> Option<String>>,
}

/// All columns of a type.
pub struct Table<T: 'static> {
    /// What a row is, in the plural.
    pub what: &'static str,
    /// What `-o name` prints; it can be given back.
    pub name: fn(&T) -> String,
    pub columns: &'static [Column<T>],
}

/// A cell's text, plain for measuring and perhaps painted for showing.
#[derive(Debug, Clone)]
pub struct Cell {
    plain: String,
    state: Option<RunState>,
}

impl From<String> for Cell {
    fn from(plain: String) -> Self {
        Cell { plain, state: None }
    }
}

impl From<RunState> for Cell {
    fn from(state: RunState) -> Self {
        Cell { plain: state.word().to_owned(), state: Some(state) }
    }
}

/// What isn't there reads as kubectl writes it.
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(|| "<none>".to_owned().into(), Into::into)
    }
}

/// What stands between two columns.
const GAP: &str = "   ";

/// Rows of text, each column as wide as its widest cell.
pub fn aligned(rows: &[Vec<String>]) -> String {
    let wide = |text: &str| console::measure_text_width(text);
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| wide(cell)).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let padded = |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width.saturating_sub(wide(cell))));
    let line =
        |row: &Vec<String>| row.iter().zip(&widths).map(padded).collect::<Vec<_>>().join(GAP).trim_end().to_owned();
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// No column is cut to less.
const NARROWEST: usize = 8;

/// How a table is drawn.
#[derive(Clone, Copy)]
pub struct Drawing {
    pub show: Show,
    pub has_labels: bool,
    /// Whether there is a line of headings.
    pub has_heads: bool,
    pub now: i64,
    pub paint: Paint,
    /// How wide it may be, if there is a bound.
    pub room: Option<usize>,
}

impl<T> Table<T> {
    pub fn names(&self, records: &[T]) -> Vec<String> {
        records.iter().map(self.name).collect()
    }

    /// The columns that are shown, as lines.
    pub fn render(&self, records: &[T], drawing: &Drawing) -> String {
        let Drawing { show, has_labels, has_heads, now, paint, room } = *drawing;
        let is_shown = |column: &&Column<T>| column.show <= show || (column.show == Show::Labels && has_labels);
        let columns: Vec<&Column<T>> = self.columns.iter().filter(is_shown).collect();
        let heads =
            has_heads.then(|| columns.iter().map(|column| Cell::from(column.head.to_owned()).measured()).collect());
        let cells = |record| columns.iter().map(|column| (column.cell)(record, now).measured()).collect();
        let rows: Vec<Vec<Measured>> = heads.into_iter().chain(records.iter().map(cells)).collect();
        let width = |at: usize| rows.iter().map(|row| row[at].width).max().unwrap_or_default();
        let mut widths: Vec<usize> = (0..columns.len()).map(width).collect();
        fit(&mut widths, room);
        let line = |row: &Vec<Measured>| {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| cell.padded(*width, paint)).collect();
            let line = cells.join(GAP).trim_end().to_owned();
            room.map_or_else(|| line.clone(), |room| console::truncate_str(&line, room, "…").into_owned())
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// One record, each column on a line of its own.
    pub fn describe(&self, record: &T, now: i64, paint: Paint) -> String {
        let line = |column: &Column<T>| {
            let text = match column.detail {
                Some(detail) => detail(record, now)?,
                None => (column.cell)(record, now).shown(paint),
            };
            let head = format!("{}{}:", &column.head[..1], column.head[1..].to_lowercase());
            Some(format!("{head:<12} {}", text.replace('\n', "\n             ")))
        };
        self.columns.iter().filter_map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Cell {
    /// As it is printed in the end, so that it is as wide as it was measured.
    fn measured(mut self) -> Measured {
        // Of thousands of cells nearly all are letters of one column each, in which nothing has to be looked for.
        if self.plain.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Measured { width: self.plain.len(), cell: self };
        }
        if let Cow::Owned(escaped) = safe(&self.plain, false) {
            self.plain = escaped;
        }
        Measured { width: console::measure_text_width(&self.plain), cell: self }
    }

    fn shown(&self, paint: Paint) -> String {
        self.state.map_or_else(|| self.plain.clone(), |state| paint.state(state))
    }
}

/// A cell, and how wide it is on a terminal.
struct Measured {
    cell: Cell,
    width: usize,
}

impl Measured {
    fn padded(&self, width: usize, paint: Paint) -> String {
        let shown = self.cell.shown(paint);
        if self.width > width {
            return console::truncate_str(&shown, width, "…").into_owned();
        }
        shown + &" ".repeat(width - self.width)
    }
}

/// Takes from the widest columns until all fit. The first is left whole: what has a name can be asked for by it.
fn fit(widths: &mut [usize], room: Option<usize>) {
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    let Some(room) = room.map(|room| room.saturating_sub(gaps)) else {
        return;
    };
    while widths.iter().sum::<usize>() > room {
        let widest = widths.iter_mut().skip(1).max();
        match widest.filter(|widest| **widest > NARROWEST) {
            Some(widest) => *widest -= 1,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way() {
        let cases: [(&[usize], Option<usize>, &[usize]); 5] = [
            (&[10, 60, 7], None, &[10, 60, 7]),
            (&[10, 60, 7], Some(90), &[10, 60, 7]),
            (&[10, 60, 7], Some(63), &[10, 40, 7]),
            (&[40, 30, 20, 3], Some(80), &[40, 14, 14, 3]),
            (&[40, 30, 3], Some(20), &[40, 8, 3]),
        ];
        for (widths, room, expected) in cases {
            let mut fitted = widths.to_vec();
            fit(&mut fitted, room);
            assert_eq!(fitted, expected, "{widths:?} in {room:?}");
        }
    }

    #[test]
    fn a_cell_is_as_wide_as_it_is_shown() {
        for (text, width, shown) in
            [("net/dev", 7, "net/dev"), ("a…\u{1b}[2Jb", 6, "a…[2Jb"), ("日本", 4, "日本"), ("", 0, "")]
        {
            let cell = Cell::from(text.to_owned()).measured();
            assert_eq!((cell.width, cell.cell.plain.as_str()), (width, shown));
        }
    }

    #[test]
    fn a_cell_that_is_too_wide_ends_in_dots() {
        let cell = Cell::from("failing: no VPC".to_owned()).measured();
        assert_eq!(cell.padded(10, Paint::new(false)), "failing: …");
        assert_eq!(cell.padded(16, Paint::new(false)), "failing: no VPC ");
    }
}
