//! Requests as forges send them, and what others make of them.

use super::*;

const NOW: i64 = 1_700_000_000_000;
