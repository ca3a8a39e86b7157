//! Whose a resource is: the account that made it, kept in its state.

use std::sync::PoisonError;

use tonic::Status;

use crate::catalogue::At;
use crate::error::Error;
use crate::hide::secrets;
use crate::lifecycle::ask;
use crate::resource::Provider;
use crate::serve::{Service, place};
use crate::status::clean;
use crate::value::Map;

/// Stands in the state of a resource: the account that it is in.
const ACCOUNT: &str = "__account";

impl<P: Provider> Service<P> {
    /// The same as [`Service::open`], for a call that reads, makes, changes or deletes a resource: refuses to go on in another account than the
    /// resource's own, or for a new one than that of the others at its place.
    pub(super) async fn open_owned(
        &self,
        urn: &str,
        name: &str,
        timeout: f64,
        [inputs, olds]: [&Map; 2],
    ) -> Result<At<P>, Status> {
        let at = self.open(urn, name, timeout, &[inputs, olds]).await?;
        let configured = self.configured()?;
        let asked = ask(&at.call, "reaching the cloud", || configured.provider.account(&at.session)).await;
        let account = asked.map_err(|error| clean(&error.hiding(&secrets([inputs, olds]))))?;
        let its = account_of(olds).map(str::to_owned);
        let its = its.or_else(|| self.met().accounts.get(&place::<P>(inputs)).filter(|_| olds.is_empty()).cloned());
        match (its, &account) {
            (Some(its), Some(ours)) if its != *ours => Err(clean(&another(&at.call.name, &its, ours))),
            _ => Ok(At { account, ..at }),
        }
    }

    /// Notes which account a resource is in that the program goes on with.
    pub(super) fn note_account(&self, inputs: &Map, state: &Map) {
        if let Some(account) = account_of(state) {
            let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
            met.accounts.insert(place::<P>(inputs), account.to_owned());
        }
    }
}

pub(super) fn account_of(state: &Map) -> Option<&str> {
    state.get(ACCOUNT)?.as_str()
}

/// Notes in a state whose it is.
pub(super) fn note<P: Provider>(at: &At<P>, state: &mut Map) {
    if let Some(account) = &at.account {
        state.insert(ACCOUNT.to_owned(), account.as_str().into());
    }
}

fn another(name: &str, its: &str, ours: &str) -> Error {
    Error::new(format!("`{name}` belongs to account {its}, but the credentials in use are of account {ours}"))
        .hint(format!("nothing was done to it; run this again with credentials of account {its}"))
}
