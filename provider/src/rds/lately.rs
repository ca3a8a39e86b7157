//! What has been changed lately: RDS says `available` for a while before it begins with a change.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::aws::Aws;

/// How many looks in a row have to show a thing ready after a change of it.
const LOOKS: u8 = 3;

/// By ARN or name, how many looks are still to come.
#[derive(Default)]
struct Lately(Mutex<HashMap<String, u8>>);

/// Notes that a thing has just been changed.
pub fn changed(aws: &Aws, name: &str) {
    let lately = aws.kept::<Lately>();
    lately.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), LOOKS);
}

/// Whether it was changed so lately that one look which shows it ready says nothing yet. Counts the look.
pub fn is_too_early(aws: &Aws, name: &str) -> bool {
    let lately = aws.kept::<Lately>();
    let mut left = lately.0.lock().unwrap_or_else(PoisonError::into_inner);
    match left.get_mut(name) {
        Some(looks) if *looks > 1 => {
            *looks -= 1;
            true
        }
        _ => {
            left.remove(name);
            false
        }
    }
}
