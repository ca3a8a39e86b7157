//! The record sets of hosted zones, found together with others that are looked for at the same moment.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_route53::Client;
use aws_sdk_route53::operation::list_resource_record_sets::ListResourceRecordSetsOutput;
use aws_sdk_route53::types::ResourceRecordSet;
use pulumi_plugin::{Error, Property as _, Result, Value};
use tokio::time::Instant;

use crate::aws::{Aws, Doing as _};
use crate::route53::known::{Begin, Span, Zones, place};
use crate::route53::record::RecordType;
use crate::types::DomainName;

/// Which record set: `ZONE_NAME_TYPE`, or `ZONE_NAME_TYPE_SET` where several share a name and type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub zone: String,
    pub name: DomainName,
    pub kind: RecordType,
    pub set: Option<String>,
}

impl Key {
    /// Takes an id apart. Names and set identifiers may have underscores of their own; the type is the first part that is one, in capitals.
    pub fn parse(id: &str) -> Result<Key> {
        let malformed = || {
            Error::new(format!("`{id}` is not the id of a record such as Z1D633PJN98FT9_www.example.com_A"))
                .hint("ZONEID_NAME_TYPE, or ZONEID_NAME_TYPE_SETIDENTIFIER")
        };
        let (zone, rest) = id.split_once('_').ok_or_else(malformed)?;
        let parts: Vec<_> = rest.split('_').collect();
        let types = parts.iter().enumerate().skip(1);
        let found = types.filter_map(|(i, part)| Some((i, RecordType::decode(&Value::from(*part)).ok()?)));
        let (at, kind) = found.into_iter().next().ok_or_else(malformed)?;
        Ok(Key {
            zone: zone.to_owned(),
            name: DomainName::parse(&parts[..at].join("_")).map_err(|_| malformed())?,
            kind,
            set: (at + 1 < parts.len()).then(|| parts[at + 1..].join("_")),
        })
    }

    /// The key of a set as Route 53 has it.
    pub fn of(zone: &str, set: &ResourceRecordSet) -> Option<Key> {
        Some(Key {
            zone: zone.to_owned(),
            name: DomainName::parse(set.name()).ok()?,
            kind: RecordType::decode(&Value::from(set.r#type().as_str())).ok()?,
            set: set.set_identifier().map(str::to_owned),
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}_{}", self.zone, self.name, self.kind.as_str())?;
        match &self.set {
            Some(set) => write!(f, "_{set}"),
            None => Ok(()),
        }
    }
}

/// One record set, as Route 53 has it: looked for together with others of the zone, and not again where a page of a moment ago answers.
pub async fn find(aws: &Aws, key: &Key) -> Result<Option<ResourceRecordSet>> {
    let (zones, now) = (aws.kept::<Zones>(), Instant::now());
    if let Some(known) = zones.known(key, now) {
        return Ok(known);
    }
    zones.asks(key, now);
    let of_zones = async |aws: Aws, keys: Vec<String>| {
        let mut zones: HashMap<String, Vec<Key>> = HashMap::new();
        for key in keys {
            let key = Key::parse(&key)?;
            zones.entry(key.zone.clone()).or_default().push(key);
        }
        let mut found = HashMap::new();
        for (zone, wanted) in zones {
            found.extend(find_in(&aws, &zone, wanted).await?);
        }
        Ok(found)
    };
    aws.asked(key, of_zones).await
}

/// Some record sets of one zone: never more pages than sets that were asked about lately, however many others the zone has.
async fn find_in(aws: &Aws, zone: &str, mut wanted: Vec<Key>) -> Result<HashMap<String, ResourceRecordSet>> {
    let zones = aws.kept::<Zones>();
    let turn = zones.turn(zone);
    let _turn = turn.lock().await;
    let (client, mut found) = (aws.route53(), HashMap::new());
    wanted.sort_by_key(|key| place(&key.name));
    loop {
        wanted.retain(|key| match zones.known(key, Instant::now()) {
            None => true,
            Some(set) => {
                found.extend(set.map(|set| (key.to_string(), set)));
                false
            }
        });
        let Some(first) = wanted.first().cloned() else { return Ok(found) };
        let begun = Instant::now();
        let begin = zones.begin(&first, begun);
        let start = match &begin {
            Begin::Zone => None,
            Begin::Name(name) => Some(Start { name: name.to_string(), kind: None, set: None }),
        };
        let Some(answer) = page(&client, zone, start.as_ref()).await? else { return Ok(found) };
        let next = next(&answer).map(|start| start.name);
        let span = Span::of(zone, begun, &begin, answer.resource_record_sets, next.as_deref());
        zones.saw(zone, span, Instant::now());
        // One of very many of its name, or of a name whose place in the listing is not known: asked for by itself.
        let began_with_it = matches!(&begin, Begin::Name(name) if *name == first.name);
        if began_with_it && zones.known(&first, Instant::now()).is_none() {
            let set = single(&client, &wanted.remove(0)).await?;
            found.extend(set.map(|set| (first.to_string(), set)));
        }
    }
}

/// One record set, if there is one with exactly this key.
async fn single(client: &Client, key: &Key) -> Result<Option<ResourceRecordSet>> {
    let start = Start { name: key.name.to_string(), kind: Some(key.kind.as_str().into()), set: key.set.clone() };
    let page = page(client, &key.zone, Some(&start)).await?;
    let mut sets = page.map(|page| page.resource_record_sets).unwrap_or_default().into_iter();
    Ok(sets.find(|set| Key::of(&key.zone, set).as_ref() == Some(key)))
}

/// All record sets of a zone; none where there is no such zone.
pub async fn all(client: &Client, zone: &str) -> Result<Vec<ResourceRecordSet>> {
    let mut sets = Vec::new();
    let mut from = None;
    while let Some(page) = page(client, zone, from.as_ref()).await? {
        sets.extend_from_slice(page.resource_record_sets());
        from = next(&page);
        if from.is_none() {
            break;
        }
    }
    Ok(sets)
}

/// Where a page begins.
struct Start {
    name: String,
    kind: Option<String>,
    set: Option<String>,
}

/// One page of a zone's record sets; `None` where there is no such zone.
async fn page(client: &Client, zone: &str, from: Option<&Start>) -> Result<Option<ListResourceRecordSetsOutput>> {
    let list = client.list_resource_record_sets().hosted_zone_id(zone);
    let list = list
        .set_start_record_name(from.map(|f| f.name.clone()))
        .set_start_record_type(from.and_then(|f| Some(f.kind.as_deref()?.into())))
        .set_start_record_identifier(from.and_then(|f| f.set.clone()));
    let listed = list.send().await.unless(&["NoSuchHostedZone"]);
    listed.doing("reading records of hosted zone", zone)
}

/// Where the next page begins, if there is one.
fn next(page: &ListResourceRecordSetsOutput) -> Option<Start> {
    page.is_truncated().then(|| Start {
        name: page.next_record_name().unwrap_or_default().to_owned(),
        kind: page.next_record_type().map(|k| k.as_str().to_owned()),
        set: page.next_record_identifier().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn takes_ids_apart() {
        for (id, expected) in [
            ("Z1_www.example.com_A", Some(("www.example.com", "A", None))),
            ("Z1__dmarc.example.com_TXT", Some(("_dmarc.example.com", "TXT", None))),
            ("Z1__a_b._tcp.example.com_SRV", Some(("_a_b._tcp.example.com", "SRV", None))),
            ("Z1_www.example.com_A_blue_1", Some(("www.example.com", "A", Some("blue_1")))),
            ("Z1_a.example.com_A_A", Some(("a.example.com", "A", Some("A")))),
            ("Z1_a.example.com_CNAME_TXT", Some(("a.example.com", "CNAME", Some("TXT")))),
            ("Z1_*.example.com_A", Some(("*.example.com", "A", None))),
            ("Z1_WWW.Example.com._A", Some(("www.example.com", "A", None))),
            ("Z1_www.example.com", None),
            ("Z1_A", None),
            ("www.example.com", None),
        ] {
            let key = Key::parse(id).ok();
            let parts = key.as_ref().map(|k| (k.name.as_str(), k.kind.as_str(), k.set.as_deref()));
            assert_eq!(parts, expected, "{id}");
            if let Some(key) = key {
                assert_eq!(Key::parse(&key.to_string()).ok(), Some(key), "{id}");
            }
        }
    }
}
