//! Which clusters and instances use a group, so that a refusal to delete it can name them.

use aws_sdk_rds::types::{DbCluster, DbInstance};
use pulumi_plugin::{Again, Error, Id, Result};

use crate::aws::{Aws, Doing as _};

/// Whoever uses a group: its kind, its name and its state.
pub struct Holder {
    kind: &'static str,
    name: String,
    state: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}` ({})", self.kind, self.name, self.state)
    }
}

impl Holder {
    /// Whether it may let go by itself: it is on its way to somewhere.
    fn moves(&self) -> bool {
        !matches!(self.state.as_str(), "available" | "stopped")
    }
}

/// The clusters that fit.
pub async fn clusters(aws: &Aws, fits: impl Fn(&DbCluster) -> bool) -> Result<Vec<Holder>> {
    let pages = aws.rds().describe_db_clusters().into_paginator().items().send();
    let all: Vec<_> = pages.collect::<Result<_, _>>().await.doing("reading DB clusters", "")?;
    let holder = |cluster: DbCluster| Holder {
        kind: "cluster",
        name: cluster.db_cluster_identifier.unwrap_or_default(),
        state: cluster.status.unwrap_or_default(),
    };
    Ok(all.into_iter().filter(fits).map(holder).collect())
}

/// The instances that fit.
pub async fn instances(aws: &Aws, fits: impl Fn(&DbInstance) -> bool) -> Result<Vec<Holder>> {
    let pages = aws.rds().describe_db_instances().into_paginator().items().send();
    let all: Vec<_> = pages.collect::<Result<_, _>>().await.doing("reading DB instances", "")?;
    let holder = |instance: DbInstance| Holder {
        kind: "instance",
        name: instance.db_instance_identifier.unwrap_or_default(),
        state: instance.db_instance_status.unwrap_or_default(),
    };
    Ok(all.into_iter().filter(fits).map(holder).collect())
}

/// The refusal of a deletion, with who is in the way. Who is on the way is waited for as long as the resource may take, and so is RDS where nobody is in
/// the way any more: it lets go late.
pub fn named(refused: Error, holders: &[Holder]) -> Error {
    let again = match refused.retry() {
        Again::Never => return refused,
        _ if holders.is_empty() || holders.iter().any(Holder::moves) => Again::Later,
        again => again,
    };
    if holders.is_empty() {
        return refused.again(again);
    }
    let names = listed(holders);
    refused.hint(format!("used by {names}: delete that first, or have it use another group")).again(again)
}

/// Refuses a replacement for which the old group would have to be deleted first, while somebody uses it.
pub fn prevent(id: &Id, what: &str, holders: &[Holder]) -> Result<()> {
    if holders.is_empty() {
        return Ok(());
    }
    let names = listed(holders);
    let why = format!("{what} `{id}` can't be replaced under the same name: it is used by {names}");
    Err(Error::new(why).hint(
        "give another `name`: then the new group is made beside the old one, and what uses the old one moves over",
    ))
}

/// Their names, for a sentence.
pub fn listed(holders: &[Holder]) -> String {
    holders.iter().map(Holder::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_any_more_is_waited_for() {
        let holder = |state: &str| Holder { kind: "cluster", name: "shop".to_owned(), state: state.to_owned() };
        for (holders, refused, again) in [
            (vec![], Again::Held, Again::Later),
            (vec![holder("deleting")], Again::Held, Again::Later),
            (vec![holder("available")], Again::Held, Again::Held),
            (vec![holder("available"), holder("deleting")], Again::Held, Again::Later),
            (vec![], Again::Never, Again::Never),
        ] {
            let told = named(Error::new("in use").again(refused), &holders);
            assert_eq!(told.retry(), again, "{}", listed(&holders));
        }
    }
}
