//! What parts say before they are whole. The engine answers the component around a part only when all of the part is there; both are built by
//! this process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::output::Output;
use crate::value::Value;

/// The outputs of a part by their names, each of which may be known only later.
pub(crate) type Outlets = BTreeMap<&'static str, Output<Value>>;

/// Those who listen to parts, by the parts' URNs.
#[derive(Debug, Default)]
pub(crate) struct Early(Mutex<BTreeMap<String, oneshot::Sender<Outlets>>>);

impl Early {
    /// Has a part's outputs told as soon as it has said which there are.
    pub fn listen(&self, urn: String, to: oneshot::Sender<Outlets>) {
        self.locked().insert(urn, to);
    }

    /// Tells the outputs of a component, if it is a part of one that listens.
    pub fn tell(&self, urn: &str, outlets: Outlets) {
        if let Some(to) = self.locked().remove(urn) {
            // It may have ended.
            let _ = to.send(outlets);
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, oneshot::Sender<Outlets>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
