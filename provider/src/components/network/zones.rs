//! The availability zones of a region, in an order that does not change when AWS adds some.

use pulumi_plugin::Result;

use crate::aws::{Aws, Told as _};
use crate::ec2::filter;

/// The names of the zones that the account can use, by the number in their zone id: `apne1-az1` first. New zones get higher numbers.
pub async fn zone_names(aws: &Aws) -> Result<Vec<String>> {
    let asked = aws
        .ec2()
        .describe_availability_zones()
        .filters(filter("zone-type", ["availability-zone"]))
        .filters(filter("state", ["available"]))
        .send()
        .await;
    let answer = asked.told("reading the availability zones of", aws.region())?;
    let mut zones: Vec<_> = answer
        .availability_zones()
        .iter()
        .map(|zone| {
            (
                number(zone.zone_id().unwrap_or_default()),
                zone.zone_name().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    zones.sort();
    Ok(zones.into_iter().map(|(_, name)| name).collect())
}

fn number(id: &str) -> u32 {
    id.rsplit("az")
        .next()
        .and_then(|n| n.parse().ok())
        .unwrap_or(u32::MAX)
}
