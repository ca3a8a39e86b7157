//! The rules of records: within one, and between two of one name.

use std::net::{Ipv4Addr, Ipv6Addr};

use pulumi_plugin::{Fault, Faults, Path};

use super::{Failover, GeoLocation, GeoProximityLocation, RecordInputs, RecordType, TTL};
use crate::types::DomainName;

/// The rules between a record's properties.
pub fn check(new: &RecordInputs) -> Vec<Fault> {
    const ALONE: &str = "a CNAME has one value: the domain name that it stands for";
    const UNWATCHED: &str = "missing: a primary record without an `alias` fails over by its health check";
    let unwatched = new.failover == Some(Failover::Primary) && new.alias.is_none() && new.health_check_id.is_none();
    let (policies, identified) = (policies(new), new.set_identifier.is_some());
    let policy = policies.first().copied().unwrap_or_default();
    let names = POLICIES.map(|(name, _)| name);
    let listed = names.map(|name| format!("`{name}`")).join(", ");
    let shared = format!("missing: with `{policy}` there are several records of this name and type");
    const MANY: &str = "an alias and a CNAME can't be one of several that answer together";
    let many = new.multi_value_answer == Some(true) && (new.alias.is_some() || new.r#type == RecordType::Cname);
    let kind = new.r#type.as_str();
    let routed = identified && matches!(new.r#type, RecordType::Ns | RecordType::Soa);
    Faults::of(new)
        .one_of(&["records", "alias"])
        .when(many, "multiValueAnswer", MANY)
        .when(routed, "setIdentifier", format!("a name has one {kind} record: Route 53 chooses between no others"))
        .when(new.alias.is_some() && new.ttl != TTL, "ttl", "an alias has the TTL of its target")
        .when(new.r#type == RecordType::Cname && new.records.len() > 1, "records", ALONE)
        .at_most_one_of(&names)
        .when(!policies.is_empty() && !identified, "setIdentifier", shared)
        .when(policies.is_empty() && identified, "setIdentifier", format!("needs a routing policy: one of {listed}"))
        .when(unwatched, "healthCheckId", UNWATCHED)
        .each("records", &new.records, |value| wrong(new.r#type, value).into_iter().collect())
        .part("geoLocation", new.geo_location.as_ref().map(located).unwrap_or_default())
        .part("geoProximityLocation", new.geo_proximity_location.as_ref().map(placed).unwrap_or_default())
        .into_vec()
}

fn located(at: &GeoLocation) -> Vec<Fault> {
    Faults::of(at).one_of(&["continentCode", "countryCode"]).needs("subdivisionCode", "countryCode").into_vec()
}

fn placed(at: &GeoProximityLocation) -> Vec<Fault> {
    Faults::of(at).one_of(&["awsRegion", "localZoneGroup", "coordinates"]).into_vec()
}

/// Whether a record has a property of a routing policy.
type Given = fn(&RecordInputs) -> bool;

/// The routing policies, each by the property that asks for it.
const POLICIES: [(&str, Given); 7] = [
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
fn wrong(kind: RecordType, value: &str) -> Option<Fault> {
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
    (!right).then(|| Fault::new(Path::root(), format!("`{value}` is not {what}")))
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::{Property as _, Resource as _, Value};
    use serde_json::{Value as Json, json};

    use super::super::{Record, RecordInputs};
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

    /// Resolvers keep the old answer of an alias for a minute. How long they keep another one's, a program may say as long as it likes: that is not awaited.
    #[test]
    fn what_an_alias_led_to_may_go_once_the_old_answer_has_expired() {
        let alias = |name: &str, waits: bool| json!({"records": [], "waitForSync": waits, "alias": {"name": name, "zoneId": "Z2", "evaluateTargetHealth": false}});
        let (balancer, edge) = ("a.elb.amazonaws.com", "d1.cloudfront.net");
        for (old, new, seconds) in [
            (alias(balancer, true), alias(edge, true), 60),
            (alias(balancer, true), json!({}), 60),
            (alias(balancer, true), alias(edge, false), 0),
            (alias(balancer, true), alias(balancer, true), 0),
            (json!({"ttl": 86400}), alias(edge, true), 0),
        ] {
            let told = Record::cached(&Record { inputs: record(old.clone()) }, &record(new.clone()));
            assert_eq!(told.as_secs(), seconds, "{old} {new}");
        }
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
    fn what_means_the_same_is_spelled_as_in_the_program() {
        for (seen, given, expected) in [
            (json!({}), json!({"multiValueAnswer": false}), Some(false)),
            (json!({}), json!({"multiValueAnswer": true}), None),
            (json!({}), json!({}), None),
            (json!({"multiValueAnswer": true}), json!({"multiValueAnswer": false}), Some(true)),
        ] {
            let mut seen = Record { inputs: record(seen) };
            seen.respell(&record(given.clone()));
            assert_eq!(seen.inputs.multi_value_answer, expected, "{given}");
        }
    }

    #[test]
    fn mistakes() {
        for (more, at, why) in [
            (json!({"records": []}), "records", "missing: one of `records` or `alias` is required"),
            (
                json!({"alias": {"name": "b.example.com", "zoneId": "Z1", "evaluateTargetHealth": false}}),
                "alias",
                "only one of",
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
            (json!({"setIdentifier": "a", "weight": 1, "failover": "SECONDARY"}), "failover", "only one of `weight`"),
            (json!({"setIdentifier": "a", "failover": "PRIMARY"}), "healthCheckId", "missing"),
            (
                json!({"setIdentifier": "a", "multiValueAnswer": true, "type": "CNAME", "records": ["b.example.com"]}),
                "multiValueAnswer",
                "an alias and a CNAME",
            ),
            (
                json!({
                    "records": [], "alias": {"name": "b.example.com", "zoneId": "Z1", "evaluateTargetHealth": false},
                    "setIdentifier": "a", "multiValueAnswer": true,
                }),
                "multiValueAnswer",
                "an alias and a CNAME",
            ),
            (
                json!({"setIdentifier": "a", "weight": 1, "type": "NS", "records": ["ns.example.net"]}),
                "setIdentifier",
                "one NS record",
            ),
            (
                json!({"setIdentifier": "a", "geoLocation": {"continentCode": "EU", "countryCode": "FR"}}),
                "geoLocation.countryCode",
                "only one of `continentCode` and `countryCode`",
            ),
            (
                json!({"setIdentifier": "a", "geoLocation": {"continentCode": "NA", "subdivisionCode": "TX"}}),
                "geoLocation.subdivisionCode",
                "needs `countryCode`",
            ),
            (json!({"setIdentifier": "a", "geoLocation": {"countryCode": "US", "subdivisionCode": "TX"}}), "", ""),
            (
                json!({"setIdentifier": "a", "geoProximityLocation": {"bias": 1}}),
                "geoProximityLocation.awsRegion",
                "missing: one of `awsRegion`, `localZoneGroup` or `coordinates` is required",
            ),
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
