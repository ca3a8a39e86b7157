//! What was sent a moment ago: for up to a minute, KMS answers now with the new, now with the old.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use pulumi_plugin::{Again, Error, Id, Result};

use crate::aws::Aws;

/// How many looks there are until it is believed that KMS has something else than what was sent.
const LOOKS: u8 = 30;

/// By id, what was sent, and how many looks are still to come.
struct Sent<T>(Mutex<HashMap<String, (T, u8)>>);

impl<T> Default for Sent<T> {
    fn default() -> Self {
        Sent(Mutex::default())
    }
}

/// Notes what has just been sent.
pub fn note<T: Send + 'static>(aws: &Aws, id: &Id, what: T) {
    let sent = aws.kept::<Sent<T>>();
    sent.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_string(), (what, LOOKS));
}

/// Asks for another look where one does not show yet what was sent.
pub fn awaited<T: Send + 'static>(aws: &Aws, id: &Id, shows: impl Fn(&T) -> bool) -> Result<()> {
    let sent = aws.kept::<Sent<T>>();
    let mut sent = sent.0.lock().unwrap_or_else(PoisonError::into_inner);
    match sent.get_mut(id.as_str()) {
        Some((what, looks)) if *looks > 0 && !shows(what) => {
            *looks -= 1;
            let words = format!("reading `{id}`: KMS does not tell yet what it was changed to");
            Err(Error::new(words).again(Again::Soon))
        }
        _ => {
            sent.remove(id.as_str());
            Ok(())
        }
    }
}
