//! What a record says: its rules, and its two spellings, ours and Route 53's.

use std::net::{Ipv4Addr, Ipv6Addr};

use aws_sdk_route53::types::{
    AliasTarget, GeoLocation as AwsGeoLocation, ResourceRecord, ResourceRecordSet, ResourceRecordSetFailover, RrType,
};
use aws_smithy_types::error::operation::BuildError;
use pulumi_plugin::{Error, Fault, Path, Result};

use super::{Alias, Failover, GeoLocation, RecordInputs, RecordType, TTL};
use crate::route53::RecordValue;
use crate::route53::sets::Key;
use crate::types::DomainName;

/// The rules across a record's properties.
pub fn check(new: &RecordInputs) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |at: &str, why: &str| faults.push(Fault::new(at, why));
    match (&new.alias, new.records.is_empty()) {
        (None, true) => fault("records", "missing: a record has either `records` or an `alias`"),
        (Some(_), false) => fault("alias", "a record has either `records` or an `alias`, not both"),
        (Some(_), true) if new.ttl != TTL => fault("ttl", "an alias has the TTL of its target"),
        _ => {}
    }
    if new.r#type == RecordType::Cname && new.records.len() > 1 {
        fault("records", "a CNAME has a single value: one name stands for one other name");
    }
    let policies = policies(new);
    if policies.len() > 1 {
        fault(policies[1], &format!("a record has one routing policy, and `{}` is one already", policies[0]));
    }
    match (&new.set_identifier, policies.first()) {
        (None, Some(policy)) => {
            fault("setIdentifier", &format!("missing: with `{policy}` there are several records of this name and type"))
        }
        (Some(_), None) => fault(
            "setIdentifier",
            "needs a routing policy: `weight`, `failover`, `latencyRegion`, `geoLocation` or `multiValueAnswer`",
        ),
        _ => {}
    }
    faults.extend(new.records.iter().enumerate().filter_map(|(i, value)| {
        let why = wrong(new.r#type, value.as_str())?;
        Some(Fault::new(Path::root().key("records").index(i), why))
    }));
    faults
}

fn policies(new: &RecordInputs) -> Vec<&'static str> {
    let all = [
        (new.weight.is_some(), "weight"),
        (new.failover.is_some(), "failover"),
        (new.latency_region.is_some(), "latencyRegion"),
        (new.geo_location.is_some(), "geoLocation"),
        (new.multi_value_answer == Some(true), "multiValueAnswer"),
    ];
    all.into_iter().filter_map(|(there, name)| there.then_some(name)).collect()
}

/// What is wrong with a value of a type, where that can be told at a glance.
fn wrong(kind: RecordType, value: &str) -> Option<String> {
    let number_first = || value.split_once(' ').is_some_and(|(n, _)| n.parse::<u16>().is_ok());
    let (right, what) = match kind {
        RecordType::A => (value.parse::<Ipv4Addr>().is_ok(), "an IPv4 address such as 192.0.2.1"),
        RecordType::Aaaa => (value.parse::<Ipv6Addr>().is_ok(), "an IPv6 address such as 2001:db8::1"),
        RecordType::Cname | RecordType::Ns | RecordType::Ptr => {
            (DomainName::parse(value).is_ok(), "a domain name in full such as www.example.com")
        }
        RecordType::Mx => (number_first(), "a priority and a mail server such as `10 mail.example.com`"),
        RecordType::Caa => (number_first(), "a flag, a tag and a value such as `0 issue \"amazon.com\"`"),
        _ => return None,
    };
    (!right).then(|| format!("`{value}` is not {what}"))
}

/// The record as Route 53 takes it.
pub fn write(new: &RecordInputs) -> Result<ResourceRecordSet> {
    let set = ResourceRecordSet::builder()
        .name(new.name.as_str())
        .r#type(RrType::from(new.r#type.as_str()))
        .set_set_identifier(new.set_identifier.clone())
        .set_weight(new.weight.map(i64::from))
        .set_failover(new.failover.map(|f| f.as_str().into()))
        .set_region(new.latency_region.as_deref().map(Into::into))
        .set_geo_location(new.geo_location.as_ref().map(place))
        .set_multi_value_answer(new.multi_value_answer.filter(|on| *on))
        .set_health_check_id(new.health_check_id.clone());
    let set = match &new.alias {
        Some(alias) => set.alias_target(target(alias).map_err(unbuilt)?),
        None => {
            let values =
                new.records.iter().map(|value| ResourceRecord::builder().value(wire(new.r#type, value)).build());
            let values = values.collect::<Result<_, _>>().map_err(unbuilt)?;
            set.ttl(new.ttl.into()).set_resource_records(Some(values))
        }
    };
    set.build().map_err(unbuilt)
}

fn wire(kind: RecordType, value: &RecordValue) -> String {
    match kind {
        RecordType::Txt | RecordType::Spf => value.as_strings(),
        _ => value.as_str().to_owned(),
    }
}

fn target(alias: &Alias) -> Result<AliasTarget, BuildError> {
    let target = AliasTarget::builder().hosted_zone_id(&alias.zone_id).dns_name(alias.name.as_str());
    target.evaluate_target_health(alias.evaluate_target_health).build()
}

fn place(at: &GeoLocation) -> AwsGeoLocation {
    AwsGeoLocation::builder()
        .set_continent_code(at.continent_code.clone())
        .set_country_code(at.country_code.clone())
        .set_subdivision_code(at.subdivision_code.clone())
        .build()
}

fn unbuilt(error: BuildError) -> Error {
    Error::new(error.to_string())
}

/// The record as we have it.
pub fn read(key: &Key, set: &ResourceRecordSet) -> RecordInputs {
    RecordInputs {
        zone_id: key.zone.clone(),
        name: key.name.clone(),
        r#type: key.kind,
        set_identifier: key.set.clone(),
        ttl: set.ttl().and_then(|ttl| u32::try_from(ttl).ok()).unwrap_or(TTL),
        records: set.resource_records().iter().map(|r| RecordValue::new(r.value())).collect(),
        alias: set.alias_target().and_then(|to| {
            Some(Alias {
                name: DomainName::parse(to.dns_name()).ok()?,
                zone_id: to.hosted_zone_id().to_owned(),
                evaluate_target_health: to.evaluate_target_health(),
            })
        }),
        weight: set.weight().and_then(|weight| u8::try_from(weight).ok()),
        failover: set.failover().map(|f| match f {
            ResourceRecordSetFailover::Secondary => Failover::Secondary,
            _ => Failover::Primary,
        }),
        latency_region: set.region().map(|r| r.as_str().to_owned()),
        geo_location: set.geo_location().map(|at| GeoLocation {
            continent_code: at.continent_code().map(str::to_owned),
            country_code: at.country_code().map(str::to_owned),
            subdivision_code: at.subdivision_code().map(str::to_owned),
        }),
        multi_value_answer: set.multi_value_answer(),
        health_check_id: set.health_check_id().map(str::to_owned),
        overwrite: false,
        wait_for_sync: true,
    }
}

/// Whether two spellings of one record set say the same.
pub fn same(key: &Key, one: &ResourceRecordSet, other: &ResourceRecordSet) -> bool {
    read(key, one) == read(key, other)
}

/// What a record says, in words: `192.0.2.1 (TTL 300 s)`.
pub fn words(record: &RecordInputs) -> String {
    match &record.alias {
        Some(alias) => format!("alias of {}", alias.name),
        None => {
            let values: Vec<_> = record.records.iter().map(RecordValue::as_str).collect();
            format!("{} (TTL {} s)", values.join(", "), record.ttl)
        }
    }
}
