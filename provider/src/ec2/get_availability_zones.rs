//! Which availability zones there are.

use aws_sdk_ec2::types::AvailabilityZone;
use pulumi_plugin::{Function, Property, Result};

use crate::aws::{Aws, Doing as _};
use crate::ec2::filter;

/// The inputs of getAvailabilityZones.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct GetAvailabilityZonesInputs {
    /// The state of the availability zones.
    #[prop(default = ZoneState::Available)]
    pub state: ZoneState,
    /// Whether to include Local Zones, Wavelength Zones, and zones that the account has not opted in to.
    #[prop(default = false)]
    pub all_zones: bool,
}

/// The state of an availability zone.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum ZoneState {
    /// It is available.
    #[default]
    #[prop(rename = "available")]
    Available,
    /// It is available, and AWS has a message about it.
    #[prop(rename = "information")]
    Information,
    /// It is impaired: only a part of it works.
    #[prop(rename = "impaired")]
    Impaired,
    /// It is unavailable.
    #[prop(rename = "unavailable")]
    Unavailable,
    /// It is constrained: only those who use it already can use it.
    #[prop(rename = "constrained")]
    Constrained,
}

/// The availability zones of a region, in the order of the numbers in their ids: the same for every account, whatever names the zones have in it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetAvailabilityZonesResult {
    /// The names of the availability zones in this account, such as `ap-northeast-1a`.
    pub names: Vec<String>,
    /// The ids of the availability zones, such as `apne1-az4`, in the order of the names.
    pub zone_ids: Vec<String>,
}

/// The function getAvailabilityZones.
pub struct GetAvailabilityZones;

impl Function for GetAvailabilityZones {
    const TOKEN: &'static str = "gitinfra:ec2:getAvailabilityZones";
    const DOC: &'static str =
        "The availability zones of a region that can be used, in the order of the numbers in their ids.";
    type Session = Aws;
    type Inputs = GetAvailabilityZonesInputs;
    type Outputs = GetAvailabilityZonesResult;

    async fn call(aws: &Aws, asked: &GetAvailabilityZonesInputs) -> Result<GetAvailabilityZonesResult> {
        let zones = zones(aws, Some(asked.state), asked.all_zones).await?;
        let all = |get: fn(&AvailabilityZone) -> Option<&str>| {
            let texts = zones.iter().map(|zone| get(zone).unwrap_or_default().to_owned());
            texts.collect()
        };
        Ok(GetAvailabilityZonesResult {
            names: all(AvailabilityZone::zone_name),
            zone_ids: all(AvailabilityZone::zone_id),
        })
    }
}

/// The availability zones of the region, in the order of the numbers in their ids: those in a state, or in any.
pub async fn zones(aws: &Aws, state: Option<ZoneState>, all_zones: bool) -> Result<Vec<AvailabilityZone>> {
    let mut ask = aws.ec2().describe_availability_zones().all_availability_zones(all_zones);
    if let Some(state) = state {
        ask = ask.filters(filter("state", [state.as_str()]));
    }
    if !all_zones {
        ask = ask.filters(filter("zone-type", ["availability-zone"]));
    }
    let answer = ask.send().await.doing("reading the availability zones of", aws.region())?;
    let mut zones = answer.availability_zones.unwrap_or_default();
    zones.sort_by_key(|zone| order(zone.zone_id().unwrap_or_default()));
    Ok(zones)
}

/// The number at the end of an id, before all else: `apne1-az10` comes after `apne1-az2`.
fn order(id: &str) -> (u32, String) {
    let stem = id.trim_end_matches(|c: char| c.is_ascii_digit());
    (id[stem.len()..].parse().unwrap_or(u32::MAX), stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn follows_the_numbers() {
        let mut ids = ["apne1-az10", "apne1-az2", "apne1-wl1-nrt-wlz1", "apne1-az1", ""];
        ids.sort_by_key(|id| order(id));
        assert_eq!(ids, ["apne1-az1", "apne1-wl1-nrt-wlz1", "apne1-az2", "apne1-az10", ""]);
    }
}
