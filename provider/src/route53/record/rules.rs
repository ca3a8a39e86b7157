//! The rules of records: within one, and between two of one name.

use std::net::{Ipv4Addr, Ipv6Addr};

use pulumi_plugin::{Fault, Path};

use super::{Failover, GeoProximityLocation, RecordInputs, RecordType, TTL};
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
        fault("records", "a CNAME has one value: the domain name that it stands for");
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
        || both(&near(one), &near(other))
        || both(&one.cidr_routing_config, &other.cidr_routing_config)
}

/// The place of a geoproximity record: two records of one place differ in no more than the bias.
fn near(record: &RecordInputs) -> Option<GeoProximityLocation> {
    Some(GeoProximityLocation { bias: 0, ..record.geo_proximity_location.clone()? })
}

/// What is wrong with a value of a type, where that can be seen at a glance.
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

#[cfg(test)]
mod tests {
    use pulumi_plugin::{Property as _, Value};
    use serde_json::{Value as Json, json};

    use super::super::RecordInputs;
    use super::{check, exclude};

    /// The A record `w.example.com` of zone Z1, with other properties.
    fn record(more: Json) -> RecordInputs {
        let mut whole = json!({
            "zoneId": "Z1", "name": "w.example.com", "type": "A", "ttl": 300, "records": ["192.0.2.1"],
            "overwrite": false, "waitForSync": true,
        });
        let fields = more.as_object().expect("an object").clone();
        whole.as_object_mut().expect("an object").extend(fields);
        RecordInputs::decode(&Value::from_json(&whole)).expect("a record")
    }

    #[test]
    fn records_that_exclude_each_other() {
        let europe = json!({"setIdentifier": "a", "geoLocation": {"continentCode": "EU"}});
        let office = |location: &str| json!({"collectionId": "c", "locationName": location});
        let tokyo = |bias: i32| json!({"awsRegion": "ap-northeast-1", "bias": bias});
        for (one, other, excluded) in [
            (json!({}), json!({}), true),
            (json!({}), json!({"name": "v.example.com"}), false),
            (json!({}), json!({"zoneId": "Z2"}), false),
            (json!({}), json!({"type": "TXT"}), false),
            (json!({}), json!({"type": "CNAME"}), true),
            (json!({"type": "CNAME"}), json!({"type": "TXT"}), true),
            (json!({}), json!({"setIdentifier": "a", "weight": 1}), true),
            (json!({"setIdentifier": "a", "weight": 1}), json!({"setIdentifier": "b", "weight": 1}), false),
            (json!({"setIdentifier": "a", "weight": 1}), json!({"setIdentifier": "a", "weight": 2}), true),
            (json!({"setIdentifier": "a", "weight": 1}), json!({"setIdentifier": "b", "failover": "PRIMARY"}), true),
            (
                json!({"type": "CNAME", "setIdentifier": "a", "weight": 1}),
                json!({"type": "CNAME", "setIdentifier": "b", "weight": 1}),
                false,
            ),
            (
                json!({"setIdentifier": "a", "failover": "PRIMARY"}),
                json!({"setIdentifier": "b", "failover": "PRIMARY"}),
                true,
            ),
            (
                json!({"setIdentifier": "a", "failover": "PRIMARY"}),
                json!({"setIdentifier": "b", "failover": "SECONDARY"}),
                false,
            ),
            (
                json!({"setIdentifier": "a", "latencyRegion": "us-east-1"}),
                json!({"setIdentifier": "b", "latencyRegion": "us-east-1"}),
                true,
            ),
            (
                json!({"setIdentifier": "a", "latencyRegion": "us-east-1"}),
                json!({"setIdentifier": "b", "latencyRegion": "us-east-2"}),
                false,
            ),
            (europe.clone(), json!({"setIdentifier": "b", "geoLocation": {"continentCode": "EU"}}), true),
            (europe, json!({"setIdentifier": "b", "geoLocation": {"countryCode": "FR"}}), false),
            (
                json!({"setIdentifier": "a", "geoProximityLocation": tokyo(0)}),
                json!({"setIdentifier": "b", "geoProximityLocation": tokyo(9)}),
                true,
            ),
            (
                json!({"setIdentifier": "a", "cidrRoutingConfig": office("x")}),
                json!({"setIdentifier": "b", "cidrRoutingConfig": office("x")}),
                true,
            ),
            (
                json!({"setIdentifier": "a", "cidrRoutingConfig": office("x")}),
                json!({"setIdentifier": "b", "cidrRoutingConfig": office("*")}),
                false,
            ),
            (
                json!({"setIdentifier": "a", "multiValueAnswer": true}),
                json!({"setIdentifier": "b", "multiValueAnswer": true}),
                false,
            ),
        ] {
            assert_eq!(exclude(&record(one.clone()), &record(other.clone())), excluded, "{one} {other}");
            assert_eq!(exclude(&record(other.clone()), &record(one.clone())), excluded, "{other} {one}");
        }
    }

    #[test]
    fn mistakes() {
        for (more, at, why) in [
            (json!({"records": []}), "records", "either `records` or an `alias`"),
            (
                json!({"alias": {"name": "b.example.com", "zoneId": "Z1", "evaluateTargetHealth": false}}),
                "alias",
                "not both",
            ),
            (json!({"records": ["192.0.2.300"]}), "records[0]", "`192.0.2.300` is not an IPv4 address"),
            (json!({"type": "AAAA"}), "records[0]", "`192.0.2.1` is not an IPv6 address"),
            (
                json!({"type": "CNAME", "records": ["b.example.com", "c.example.com"]}),
                "records",
                "a CNAME has one value",
            ),
            (json!({"type": "MX", "records": ["mail.example.com"]}), "records[0]", "a priority and a mail server"),
            (json!({"weight": 1}), "setIdentifier", "missing"),
            (json!({"setIdentifier": "a"}), "setIdentifier", "needs a routing policy"),
            (json!({"setIdentifier": "a", "weight": 1, "failover": "SECONDARY"}), "failover", "one routing policy"),
            (json!({"setIdentifier": "a", "failover": "PRIMARY"}), "healthCheckId", "missing"),
            (
                json!({"records": [], "ttl": 60, "alias": {"name": "b.example.com", "zoneId": "Z1", "evaluateTargetHealth": false}}),
                "ttl",
                "the TTL of its target",
            ),
            (json!({"type": "TXT", "records": ["AB:CD:EF:01:23:45:67:89", "192.0.2.1"]}), "", ""),
            (json!({"type": "AAAA", "records": ["2001:DB8:0::1"]}), "", ""),
        ] {
            let faults = check(&record(more.clone()));
            let (place, words) = faults.first().map(|f| (f.at.to_string(), f.why.clone())).unwrap_or_default();
            let expected = place == at && words.contains(why) && faults.len() == usize::from(!why.is_empty());
            assert!(expected, "{more}: {faults:?}");
        }
    }
}
