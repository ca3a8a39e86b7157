//! What a record says, in its two spellings: ours and Route 53's.

use aws_sdk_route53::types::{
    AliasTarget, CidrRoutingConfig as AwsCidr, Coordinates as AwsCoordinates, GeoLocation as AwsGeoLocation,
    GeoProximityLocation as AwsGeoProximity, ResourceRecord, ResourceRecordSet, RrType,
};
use aws_smithy_types::error::operation::BuildError;
use pulumi_plugin::{Error, Order, Result};

use super::{Alias, CidrRoutingConfig, Coordinates, GeoLocation, GeoProximityLocation, RecordInputs, TTL, value};
use crate::aws::word;
use crate::route53::sets::Key;
use crate::types::{DomainName, Region};

/// The record as Route 53 takes it.
pub fn write(new: &RecordInputs) -> Result<ResourceRecordSet> {
    let set = ResourceRecordSet::builder()
        .name(new.name.as_str())
        .r#type(RrType::from(new.r#type.as_str()))
        .set_set_identifier(new.set_identifier.clone())
        .set_weight(new.weight.map(i64::from))
        .set_failover(new.failover.map(|failover| failover.as_str().into()))
        .set_region(new.latency_region.as_ref().map(|region| region.as_str().into()))
        .set_geo_location(new.geo_location.as_ref().map(location))
        .set_multi_value_answer(new.multi_value_answer.filter(|on| *on))
        .set_health_check_id(new.health_check_id.clone());
    let built = || {
        let set = set
            .set_geo_proximity_location(new.geo_proximity_location.as_ref().map(proximity).transpose()?)
            .set_cidr_routing_config(new.cidr_routing_config.as_ref().map(cidr).transpose()?);
        match &new.alias {
            Some(alias) => set.alias_target(target(alias)?).build(),
            None => {
                let values = new.records.iter().map(|value| value::wire(new.r#type, value));
                let values = values.map(|value| ResourceRecord::builder().value(value).build());
                set.ttl(new.ttl.into()).set_resource_records(Some(values.collect::<Result<_, _>>()?)).build()
            }
        }
    };
    built().map_err(|error: BuildError| Error::new(error.to_string()))
}

fn target(alias: &Alias) -> Result<AliasTarget, BuildError> {
    let target = AliasTarget::builder().hosted_zone_id(&alias.zone_id).dns_name(alias.name.as_str());
    target.evaluate_target_health(alias.evaluate_target_health).build()
}

fn location(at: &GeoLocation) -> AwsGeoLocation {
    AwsGeoLocation::builder()
        .set_continent_code(at.continent_code.clone())
        .set_country_code(at.country_code.clone())
        .set_subdivision_code(at.subdivision_code.clone())
        .build()
}

fn proximity(at: &GeoProximityLocation) -> Result<AwsGeoProximity, BuildError> {
    let coordinates = at.coordinates.as_ref().map(|at| {
        AwsCoordinates::builder().latitude(at.latitude.to_string()).longitude(at.longitude.to_string()).build()
    });
    Ok(AwsGeoProximity::builder()
        .set_aws_region(at.aws_region.as_ref().map(Region::to_string))
        .set_local_zone_group(at.local_zone_group.clone())
        .set_coordinates(coordinates.transpose()?)
        .bias(at.bias)
        .build())
}

fn cidr(at: &CidrRoutingConfig) -> Result<AwsCidr, BuildError> {
    AwsCidr::builder().collection_id(&at.collection_id).location_name(&at.location_name).build()
}

/// The record as we have it.
pub fn read(key: &Key, set: ResourceRecordSet) -> Result<RecordInputs> {
    let records = set.resource_records.unwrap_or_default();
    Ok(RecordInputs {
        zone_id: key.zone.clone(),
        name: key.name.clone(),
        r#type: key.kind,
        set_identifier: key.set.clone(),
        ttl: set.ttl.and_then(|ttl| u32::try_from(ttl).ok()).unwrap_or(TTL),
        records: records.iter().map(|record| value::plain(key.kind, &record.value)).collect(),
        alias: set.alias_target.and_then(|to| {
            Some(Alias {
                name: DomainName::parse(&to.dns_name).ok()?,
                zone_id: to.hosted_zone_id,
                evaluate_target_health: to.evaluate_target_health,
            })
        }),
        weight: set.weight.and_then(|weight| u8::try_from(weight).ok()),
        failover: set.failover.map(word).transpose()?,
        latency_region: set.region.map(word).transpose()?,
        geo_location: set.geo_location.map(|at| GeoLocation {
            continent_code: at.continent_code,
            country_code: at.country_code,
            subdivision_code: at.subdivision_code,
        }),
        geo_proximity_location: set.geo_proximity_location.map(nearest).transpose()?,
        cidr_routing_config: set
            .cidr_routing_config
            .map(|at| CidrRoutingConfig { collection_id: at.collection_id, location_name: at.location_name }),
        multi_value_answer: set.multi_value_answer,
        health_check_id: set.health_check_id,
        overwrite: Order::unknown(),
        wait_for_sync: Order::unknown(),
    })
}

fn nearest(at: AwsGeoProximity) -> Result<GeoProximityLocation> {
    let degrees = |text: &str| text.parse().map_err(|_| Error::new(format!("AWS says `{text}` of a coordinate")));
    let coordinates = at
        .coordinates
        .map(|at| Ok::<_, Error>(Coordinates { latitude: degrees(&at.latitude)?, longitude: degrees(&at.longitude)? }));
    Ok(GeoProximityLocation {
        aws_region: at.aws_region.map(word).transpose()?,
        local_zone_group: at.local_zone_group,
        coordinates: coordinates.transpose()?,
        bias: at.bias.unwrap_or_default(),
    })
}

/// Whether two spellings of one record set say the same.
pub fn same(key: &Key, one: &ResourceRecordSet, other: &ResourceRecordSet) -> Result<bool> {
    Ok(read(key, one.clone())? == read(key, other.clone())?)
}
