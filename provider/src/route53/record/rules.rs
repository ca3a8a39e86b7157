//! The rules of records: within one, and between two of one name.

use std::net::{Ipv4Addr, Ipv6Addr};

use pulumi_plugin::{Fault, Path};

use super::{Failover, RecordInputs, RecordType, TTL};
use crate::types::DomainName;

/// The rules between a record's properties.
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
        (Some(_), None) => fault("setIdentifier", &format!("needs a routing policy: one of {}", policies_in_words())),
        _ => {}
    }
    if (new.failover, &new.alias, &new.health_check_id) == (Some(Failover::Primary), &None, &None) {
        fault("healthCheckId", "missing: a primary record without an `alias` fails over by its health check");
    }
    faults.extend(new.records.iter().enumerate().filter_map(|(i, value)| {
        let why = wrong(new.r#type, value)?;
        Some(Fault::new(Path::root().key("records").index(i), why))
    }));
    faults
}

fn policies_in_words() -> String {
    POLICIES.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The routing policies, each by the property that asks for it.
const POLICIES: [(&str, fn(&RecordInputs) -> bool); 7] = [
    ("weight", |r| r.weight.is_some()),
    ("failover", |r| r.failover.is_some()),
    ("latencyRegion", |r| r.latency_region.is_some()),
    ("geoLocation", |r| r.geo_location.is_some()),
    ("geoProximityLocation", |r| r.geo_proximity_location.is_some()),
    ("cidrRoutingConfig", |r| r.cidr_routing_config.is_some()),
    ("multiValueAnswer", |r| r.multi_value_answer == Some(true)),
];

/// The properties that ask for a routing policy.
pub fn policies(record: &RecordInputs) -> Vec<&'static str> {
    POLICIES.iter().filter(|(_, asks)| asks(record)).map(|(name, _)| *name).collect()
}

/// Whether Route 53 refuses to have both at once: the same record set, a CNAME beside something else, or two of one name and type that are
/// chosen between in different ways, or would be chosen by the very same question.
pub fn exclude(one: &RecordInputs, other: &RecordInputs) -> bool {
    if (&one.zone_id, &one.name) != (&other.zone_id, &other.name) {
        return false;
    }
    if one.r#type != other.r#type {
        return [one, other].iter().any(|record| record.r#type == RecordType::Cname);
    }
    match (&one.set_identifier, &other.set_identifier) {
        (Some(a), Some(b)) => a == b || policies(one) != policies(other) || same_choice(one, other),
        _ => true,
    }
}

fn same_choice(one: &RecordInputs, other: &RecordInputs) -> bool {
    fn both<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
        one.is_some() && one == other
    }
    both(&one.failover, &other.failover)
        || both(&one.latency_region, &other.latency_region)
        || both(&one.geo_location, &other.geo_location)
        || both(&one.geo_proximity_location, &other.geo_proximity_location)
        || both(&one.cidr_routing_config, &other.cidr_routing_config)
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
