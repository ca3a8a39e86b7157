//! A terminal that is elsewhere: what it can, and what is printed there, piece by piece.

use serde::{Deserialize, Serialize};

/// What a terminal can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terminal {
    /// How wide it is, if data goes to a person's eyes.
    pub width: Option<usize>,
    /// Whether data, and talk, have colours.
    pub colours_data: bool,
    pub colours_talk: bool,
}

/// A piece of what is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Printed {
    Data(String),
    Talk(String),
    /// In the place of so many lines.
    Anew(usize, String),
    /// Nothing more, and the exit code.
    End(u8),
}

/// Whoever brings it there.
pub type Printer = Box<dyn Fn(Printed) + Send + Sync>;
