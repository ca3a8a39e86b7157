//! Words of the picture: how wide they are, cut to their room, and what ids, names and third lines say.

use super::stock::Thing;
use crate::engine::urn;

/// About how wide text is in a system's sans, for a size in pixels. Rather too wide than too narrow.
pub fn width(text: &str, size: f32) -> f32 {
    text.chars().map(advance).sum::<f32>() * size
}

/// The same in a fixed width.
pub fn mono_width(text: &str, size: f32) -> f32 {
    let wide = text.chars().filter(|c| is_wide(*c)).count();
    f32::from(u16::try_from(text.chars().count() + wide).unwrap_or(u16::MAX)) * 0.61 * size
}

fn advance(c: char) -> f32 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.3,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '…' | '→' => 0.94,
        'A'..='Z' => 0.7,
        c if is_wide(c) => 1.02,
        _ => 0.6,
    }
}

/// Chinese, Japanese and Korean signs, and pictures.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x11ff | 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xff60 | 0x1f300..=0x1faff)
}

/// Cuts text to its room, with `…` at its end.
pub fn cut(text: &str, size: f32, room: f32) -> String {
    fit(text, room, |text| width(text, size))
}

/// The same for text in a fixed width.
pub fn cut_mono(text: &str, size: f32, room: f32) -> String {
    fit(text, room, |text| mono_width(text, size))
}

/// An id cut to its room, in its middle: both ends tell more than the beginning alone.
pub fn cut_id(id: &str, size: f32, room: f32) -> String {
    let signs: Vec<char> = id.chars().collect();
    if mono_width(id, size) <= room {
        return id.to_owned();
    }
    let tail: String = signs[signs.len().saturating_sub(4)..].iter().collect();
    let shown = |head: usize| format!("{}…{tail}", signs[..head].iter().collect::<String>());
    let fits = (1..signs.len().saturating_sub(5)).rev().find(|head| mono_width(&shown(*head), size) <= room);
    fits.map_or_else(|| cut_mono(id, size, room), shown)
}

fn fit(text: &str, room: f32, measure: impl Fn(&str) -> f32) -> String {
    if measure(text) <= room {
        return text.to_owned();
    }
    let mut kept: String = text.to_owned();
    while kept.pop().is_some() {
        let shown = format!("{}…", kept.trim_end());
        if measure(&shown) <= room {
            return shown;
        }
    }
    String::new()
}

/// The last part of an id, and of a long one its ends: `50dc6c49…9188`.
pub fn short_id(id: &str) -> String {
    let last = id.rsplit(['/', ',']).find(|part| !part.is_empty()).unwrap_or(id);
    let last = if last.starts_with("arn:") { last.rsplit(':').next().unwrap_or(last) } else { last };
    let signs: Vec<char> = last.chars().collect();
    match signs.len() {
        0..=22 => last.to_owned(),
        count => {
            let (head, tail): (String, String) = (signs[..9].iter().collect(), signs[count - 4..].iter().collect());
            format!("{head}…{tail}")
        }
    }
}

/// What a thing is called in the picture: by its name in the cloud where people know it by that, else by the program's.
pub fn name(thing: &Thing) -> String {
    let property = match thing.kind.as_str() {
        "acm:Certificate" => "domainName",
        "ec2:VpcEndpoint" => "serviceName",
        "route53:Zone" | "route53:Record" | "route53:SharedRecord" | "logs:LogGroup" | "ssm:Parameter" => "name",
        "cloudwatch:MetricAlarm" | "cloudwatch:CompositeAlarm" => "name",
        _ => "",
    };
    let found = thing.text(property).trim_end_matches('.');
    let found = if property == "serviceName" { found.rsplit('.').next().unwrap_or(found) } else { found };
    if found.is_empty() { thing.name.clone() } else { found.to_owned() }
}

/// A subnet's name without what its place says already: `public-a` of `web-subnet-public-a`.
pub fn subnet_name(thing: &Thing) -> &str {
    let after = thing.name.split_once("subnet-").map(|(_, after)| after);
    after.filter(|after| !after.is_empty()).unwrap_or(&thing.name)
}

/// A short fact, for a row of a group.
pub fn fact(thing: &Thing) -> String {
    let number = |path: &str| thing.get(path).as_i64().map(|number| number.to_string());
    match thing.kind.as_str() {
        "route53:Record" | "route53:SharedRecord" | "ssm:Parameter" => thing.text("type").to_owned(),
        "logs:LogGroup" => number("retentionInDays").map(|days| format!("{days} d")).unwrap_or_default(),
        "ec2:VpcEndpoint" if thing.text("vpcEndpointType") != "Interface" => {
            thing.text("vpcEndpointType").to_lowercase()
        }
        "ec2:SecurityGroupIngressRule" | "ec2:SecurityGroupEgressRule" => ports(thing),
        "elb:Listener" => number("port").unwrap_or_default(),
        _ => String::new(),
    }
}

/// The name without that of the component that it is a part of, for where there is little room: `nat-c` of `network-nat-c`.
pub fn brief<'a>(thing: &Thing, name: &'a str) -> &'a str {
    let parent = thing.parent.as_deref().map(|urn| urn::parse(urn).name).unwrap_or_default();
    let rest = name.strip_prefix(parent).and_then(|rest| rest.strip_prefix('-'));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// `2026-11-26T10:27:59.231Z` as people read it.
pub fn time(text: &str) -> String {
    let (whole, zone) = text.strip_suffix('Z').map_or((text, ""), |whole| (whole, " UTC"));
    let seconds = whole.split('.').next().unwrap_or(whole);
    // With another zone what stands behind the seconds counts.
    if zone.is_empty() { text.to_owned() } else { format!("{}{zone}", seconds.replace('T', " ")) }
}

/// A part by type and name: `listener web-443`.
pub fn fact_name(part: &Thing) -> String {
    format!("{} {}", spaced(part.noun()), name(part))
}

/// `ListenerRule` as `listener rule`.
pub fn spaced(noun: &str) -> String {
    let mut words = String::new();
    for c in noun.chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

/// The third line of a box.
pub fn note(thing: &Thing) -> String {
    let text = |path: &str| thing.text(path).to_owned();
    let parts = match thing.kind.as_str() {
        "ec2:NatGateway" => vec![text("publicIp")],
        "ec2:Instance" => vec![text("instanceType"), text("privateIpAddress")],
        "elb:LoadBalancer" => vec![text("type"), text("scheme")],
        "ecs:Service" => vec![launch(thing), tasks(thing)],
        "rds:Cluster" => vec![engine(thing)],
        "elasticache:ReplicationGroup" => vec![engine(thing), text("nodeType")],
        "cloudfront:Distribution" => thing.texts("aliases").iter().take(2).map(|alias| (*alias).to_owned()).collect(),
        "route53:Zone" if !thing.items("vpcs").is_empty() => vec!["private zone".to_owned()],
        "s3:Bucket" | "firehose:DeliveryStream" => vec![text("name")],
        _ => Vec::new(),
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn launch(thing: &Thing) -> String {
    match thing.text("launchType") {
        "" => String::new(),
        kind => kind[..1].to_owned() + &kind[1..].to_lowercase(),
    }
}

fn tasks(thing: &Thing) -> String {
    let count = thing.get("desiredCount").as_i64().unwrap_or_default();
    if count == 0 { String::new() } else { format!("{count} task{}", if count == 1 { "" } else { "s" }) }
}

fn engine(thing: &Thing) -> String {
    let version = [thing.text("engineVersionActual"), thing.text("engineVersion")];
    let version = version.into_iter().find(|version| !version.is_empty()).unwrap_or_default();
    format!("{} {version}", thing.text("engine")).trim().to_owned()
}

/// The ports that a rule opens: `443`, `8000-8080`, `all`.
pub fn ports(thing: &Thing) -> String {
    let (from, to) = (thing.get("fromPort").as_i64(), thing.get("toPort").as_i64());
    match (thing.text("ipProtocol"), from, to) {
        ("-1", ..) => "all".to_owned(),
        ("icmp" | "icmpv6" | "1" | "58", ..) => "ICMP".to_owned(),
        (_, Some(from), Some(to)) if from != to => format!("{from}-{to}"),
        (_, Some(port), _) => port.to_string(),
        ("", None, _) => "all".to_owned(),
        (protocol, None, _) => protocol.to_owned(),
    }
}

/// Where a region is, as people call it.
pub fn city(region: &str) -> &'static str {
    let known = [
        ("us-east-1", "N. Virginia"),
        ("us-east-2", "Ohio"),
        ("us-west-1", "N. California"),
        ("us-west-2", "Oregon"),
        ("ca-central-1", "Canada"),
        ("sa-east-1", "São Paulo"),
        ("eu-central-1", "Frankfurt"),
        ("eu-central-2", "Zurich"),
        ("eu-west-1", "Ireland"),
        ("eu-west-2", "London"),
        ("eu-west-3", "Paris"),
        ("eu-north-1", "Stockholm"),
        ("eu-south-1", "Milan"),
        ("eu-south-2", "Spain"),
        ("ap-northeast-1", "Tokyo"),
        ("ap-northeast-2", "Seoul"),
        ("ap-northeast-3", "Osaka"),
        ("ap-southeast-1", "Singapore"),
        ("ap-southeast-2", "Sydney"),
        ("ap-southeast-3", "Jakarta"),
        ("ap-south-1", "Mumbai"),
        ("ap-east-1", "Hong Kong"),
        ("me-central-1", "UAE"),
        ("me-south-1", "Bahrain"),
        ("af-south-1", "Cape Town"),
        ("il-central-1", "Tel Aviv"),
        ("global", "no region"),
    ];
    known.iter().find(|(name, _)| *name == region).map_or("", |(_, city)| city)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::stock::tests::stock;
    use serde_json::json;

    #[test]
    fn text_is_cut_to_its_room() {
        assert_eq!(cut("web", 13.0, 100.0), "web");
        assert_eq!(cut("a-very-long-name-indeed", 13.0, 60.0), "a-very-…");
        assert_eq!(cut_mono("igw-0c193d77aa11fe40", 11.0, 60.0), "igw-0c1…");
        assert_eq!(cut("web", 13.0, 2.0), "");
        assert_eq!(cut_id("nat-1f527865ba8c84faa", 11.0, 94.0), "nat-1f527…4faa");
        assert_eq!(cut_id("nat-1", 11.0, 94.0), "nat-1");
        assert_eq!(cut_id("abcdefgh", 11.0, 20.0), "a…");
        assert!(width("漢字", 10.0) > width("ab", 10.0));
    }

    #[test]
    fn ids_are_short() {
        let cases = [
            ("vpc-0a4e90b2c8d1f371c", "vpc-0a4e90b2c8d1f371c"),
            ("arn:aws:elb:eu:1:loadbalancer/app/web/50dc6c495c0c9188", "50dc6c495c0c9188"),
            ("arn:aws:sns:eu-west-1:1:web-alarms", "web-alarms"),
            ("9b20aa11-1111-2222-3333-aabbccddeeff", "9b20aa11-…eeff"),
            ("", ""),
        ];
        for (id, expected) in cases {
            assert_eq!(short_id(id), expected);
        }
    }

    #[test]
    fn times_are_read_by_people() {
        assert_eq!(time("2026-11-26T10:27:59.231239076Z"), "2026-11-26 10:27:59 UTC");
        assert_eq!(time("2026-11-26T10:27:59+09:00"), "2026-11-26T10:27:59+09:00");
    }

    #[test]
    fn rules_say_their_ports() {
        let rule = |outputs| ("gitinfra:ec2:SecurityGroupIngressRule", "r", "sgr-1", outputs);
        let cases = [
            (json!({"ipProtocol": "tcp", "fromPort": 443, "toPort": 443}), "443"),
            (json!({"ipProtocol": "tcp", "fromPort": 1, "toPort": 9}), "1-9"),
            (json!({"ipProtocol": "-1"}), "all"),
            (json!({"ipProtocol": "icmp", "fromPort": -1, "toPort": -1}), "ICMP"),
        ];
        for (outputs, expected) in cases {
            assert_eq!(ports(&stock(&[rule(outputs)]).things[0]), expected);
        }
    }
}
