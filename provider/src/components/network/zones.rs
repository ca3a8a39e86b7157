//! The availability zones that a network is made in.

use aws_sdk_ec2::types::AvailabilityZone;
use pulumi_plugin::{Error, Fault, Result};

use super::inputs::NetworkSettings;
use super::{Zone, letter, rules};
use crate::aws::Aws;
use crate::ec2::get_availability_zones;

/// The zones of a network, and what is worth knowing of them.
pub struct Zones {
    pub all: Vec<Zone>,
    pub notes: Vec<String>,
}

/// A zone of the region, and the state that it is in.
#[derive(Clone)]
struct Stands {
    name: String,
    state: String,
}

/// The zones that are asked for, or as many as are asked for.
pub async fn look(aws: &Aws, settings: &NetworkSettings) -> Result<Zones> {
    let stands = |zone: AvailabilityZone| Stands {
        name: zone.zone_name.unwrap_or_default(),
        state: zone.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
    };
    // In any state: what stands in a zone that AWS has trouble with stays there.
    let region = get_availability_zones::zones(aws, None, false).await?;
    chosen(region.into_iter().map(stands).collect(), settings, aws.region())
}

fn chosen(there: Vec<Stands>, settings: &NetworkSettings, region: &str) -> Result<Zones> {
    let count = settings.availability_zone_count as usize;
    let chosen: Vec<_> = match &settings.availability_zones {
        Some(names) => {
            let known: Vec<_> = there.iter().map(|zone| zone.name.clone()).collect();
            rules::known(names, &known).map_err(Error::invalid)?;
            names.iter().filter_map(|name| there.iter().find(|zone| zone.name == *name).cloned()).collect()
        }
        None => there.into_iter().take(count).collect(),
    };
    if settings.availability_zones.is_none() && chosen.len() < count {
        let why = format!("{region} has only {} availability zones", chosen.len());
        return Err(Fault::new("availabilityZoneCount", why).into());
    }
    let notes = chosen.iter().filter(|zone| zone.state != "available").map(note).collect();
    let zone = |it: Stands| Zone { letter: letter(&it.name, region), name: it.name };
    let all: Vec<_> = chosen.into_iter().map(zone).collect();
    rules::letters(settings, all.iter().map(|zone| zone.letter.as_str())).map_err(Error::invalid)?;
    Ok(Zones { all, notes })
}

fn note(zone: &Stands) -> String {
    let Stands { name, state } = zone;
    match state.as_str() {
        "information" => format!("AWS has a message about availability zone {name}: look at the AWS Health Dashboard"),
        _ => format!("availability zone {name} is {state}: what is made there now may fail"),
    }
}
