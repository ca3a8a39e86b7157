//! The records of one name that Route 53 doesn't have beside a new one.

use aws_sdk_route53::types::ResourceRecordSet;
use pulumi_plugin::{Error, Result};

use super::{RecordInputs, content, rules};
use crate::aws::{Aws, Doing as _};
use crate::route53::sets::Key;
use crate::types::DomainName;

/// The records that exclude a new one.
pub async fn in_the_way(aws: &Aws, new: &RecordInputs) -> Result<Vec<Key>> {
    let mut excluding = Vec::new();
    for set in named(aws, new).await? {
        if let Some(key) = Key::of(&new.zone_id, &set)
            && rules::exclude(&content::read(&key, set)?, new)
        {
            excluding.push(key);
        }
    }
    Ok(excluding)
}

/// All record sets of the new one's name; none where there is no such zone.
async fn named(aws: &Aws, new: &RecordInputs) -> Result<Vec<ResourceRecordSet>> {
    let list = aws.route53().list_resource_record_sets().hosted_zone_id(&new.zone_id);
    let listed = list.start_record_name(new.name.as_str()).send().await.unless(&["NoSuchHostedZone"]);
    let page = listed.doing("reading records of hosted zone", &new.zone_id)?;
    let mut sets = page.map(|page| page.resource_record_sets).unwrap_or_default();
    sets.retain(|set| DomainName::parse(&set.name).as_ref() == Ok(&new.name));
    Ok(sets)
}

/// The refusal of a replacement that would only delete the old record: Route 53 would refuse the new one for others.
pub fn prevented(new: &Key, others: &[Key]) -> Error {
    Error::new(format!("record `{new}` can't stand beside {}", words(others)))
        .hint("nothing was changed; first run `pulumi up` without those records, then change this one")
}

/// What to do where a new record is refused for others.
pub fn way_out(others: &[Key]) -> String {
    format!(
        "{} must go first: if this program made it under another name, give this record the resource option `aliases`; if it is to be deleted, run `pulumi up` without both records, then add this one",
        words(others)
    )
}

fn words(others: &[Key]) -> String {
    others.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}
