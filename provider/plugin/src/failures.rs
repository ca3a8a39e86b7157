//! What failed, for the components that it belongs to: the engine tells them only that it stops.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::urn::Urn;

/// The last failure of each resource, by its URN.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<BTreeMap<String, Arc<Error>>>);

impl Failures {
    /// Remembers a failure, which must tell no secrets.
    pub fn note(&self, urn: &str, error: Error) {
        self.all().insert(urn.to_owned(), Arc::new(error));
    }

    /// The failure of the child of a component; nothing when it is not known to have failed.
    pub fn of_child(&self, parent: &str, token: &str, name: &str) -> Option<Arc<Error>> {
        self.all().get(&Urn::parse(parent).child(token, name)).cloned()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Error>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
