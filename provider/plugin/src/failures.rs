//! What failed, for the components that it belongs to: the engine tells them only that it stops.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;

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
        self.all().get(&child_urn(parent, token, name)).cloned()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Error>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The URN that the engine gives a component's child.
fn child_urn(parent: &str, token: &str, name: &str) -> String {
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
