//! The records that a hosted zone still has when it is to go.

use aws_sdk_route53::types::{ChangeAction, ResourceRecordSet, RrType};
use pulumi_plugin::{Again, Error, Id, Result};

use crate::aws::Aws;
use crate::route53::changes::{Outcome, submit};
use crate::route53::sets;
use crate::types::DomainName;

/// The zone's records beside the two that only go with it.
pub async fn others(aws: &Aws, id: &Id, name: &DomainName) -> Result<Vec<ResourceRecordSet>> {
    let mut sets = sets::all(&aws.route53(), id.as_str()).await?;
    sets.retain(|set| {
        let apex = DomainName::parse(set.name()).is_ok_and(|of| of == *name);
        !(apex && matches!(set.r#type(), RrType::Ns | RrType::Soa))
    });
    Ok(sets)
}

/// Deletes the zone's records, whoever made them. A refusal means that one of them has just changed or gone: then they are read again.
pub async fn empty(aws: &Aws, id: &Id, name: &DomainName) -> Result<()> {
    let sets = others(aws, id, name).await?;
    let deletions = sets.into_iter().map(|set| submit(aws, id.as_str(), ChangeAction::Delete, set));
    for outcome in futures::future::try_join_all(deletions).await? {
        if let Outcome::Refused(why) = outcome {
            return Err(why.doing(format!("deleting the records of hosted zone `{id}`")).again(Again::Soon));
        }
    }
    Ok(())
}

/// The failure of a deletion for which records stand in the way.
pub fn inhabited(sets: Vec<ResourceRecordSet>, id: &Id) -> Error {
    const SHOWN: usize = 10;
    let name = |set: &ResourceRecordSet| {
        let name = DomainName::parse(set.name()).map_or_else(|_| set.name().to_owned(), |name| name.to_string());
        format!("{name} {}", set.r#type())
    };
    let names: Vec<_> = sets.iter().take(SHOWN).map(name).collect();
    let more = match sets.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Error::new(format!(
        "deleting hosted zone `{id}`: it still has records that are not part of this stack: {}{more}",
        names.join(", ")
    ))
    .hint("delete them first, or set `forceDestroy: true` on the zone, run `pulumi up`, and then destroy")
}
