//! What failed, for the components that it belongs to: the engine tells them only that it stops.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::error::Error;

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

    /// The failure of the child of a component; nothing when it is not known to have failed.
    pub fn of_child(&self, parent: &str, token: &str, name: &str) -> Option<Arc<Error>> {
        locked(&self.known).get(&child_urn(parent, token, name)).cloned()
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
    let mut parts = parent.splitn(4, "::");
    let mut part = || parts.next().unwrap_or_default();
    let (stack, project, types) = (part(), part(), part());
    format!("{stack}::{project}::{types}${token}::{name}")
}

#[cfg(test)]
mod tests {
    use super::child_urn;

    #[test]
    fn a_childs_urn_is_its_parents_with_one_more_type() {
        for (parent, child) in [
            ("urn:pulumi:dev::web::p:index:Site::s", "urn:pulumi:dev::web::p:index:Site$p:index:File::s-map"),
            (
                "urn:pulumi:dev::web::q:a:Outer$p:index:Site::in::out",
                "urn:pulumi:dev::web::q:a:Outer$p:index:Site$p:index:File::s-map",
            ),
        ] {
            assert_eq!(child_urn(parent, "p:index:File", "s-map"), child);
        }
    }
}
