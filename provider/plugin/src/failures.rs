//! What failed, for the components that it belongs to: the engine tells them only that it stops.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::error::Error;
use crate::urn::Urn;

/// What failed, and what may still fail.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// The last failure of each resource, by its URN.
    known: Mutex<BTreeMap<String, Arc<Error>>>,
    /// The components that are or were being built, by their URN.
    building: Mutex<BTreeMap<String, TaskTracker>>,
}

impl Failures {
    /// Remembers a failure, which must tell no secrets.
    pub fn note(&self, urn: &str, error: Error) {
        locked(&self.known).insert(urn.to_owned(), Arc::new(error));
    }

    /// The last failure of a resource; nothing when it is not known to have failed.
    pub fn of(&self, urn: &str) -> Option<Arc<Error>> {
        locked(&self.known).get(urn).cloned()
    }

    /// The failure of the child of a component; nothing when it is not known to have failed.
    pub fn of_child(&self, parent: &str, token: &str, name: &str) -> Option<Arc<Error>> {
        self.of(&child_urn(parent, token, name))
    }

    /// The component is being built for as long as this is held.
    pub fn build(&self, parent: &str, token: &str, name: &str) -> TaskTrackerToken {
        locked(&self.building).entry(child_urn(parent, token, name)).or_default().token()
    }

    /// Waits until the part of a component is not being built any more: what failed in it is known then.
    pub async fn built(&self, parent: &str, token: &str, name: &str) {
        let building = locked(&self.building).get(&child_urn(parent, token, name)).cloned();
        if let Some(building) = building {
            building.close();
            building.wait().await;
        }
    }
}

fn locked<T>(all: &Mutex<T>) -> MutexGuard<'_, T> {
    all.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The URN that the engine gives a component's child.
pub(crate) fn child_urn(parent: &str, token: &str, name: &str) -> String {
    Urn::parse(parent).child(token, name)
}
