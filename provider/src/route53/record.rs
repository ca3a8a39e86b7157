//! A record set of a hosted zone.

pub mod content;
mod neighbours;
mod rules;
mod value;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_route53::types::{ChangeAction, ResourceRecordSet};
use pulumi_plugin::{Again, Error, Fault, Id, Made, Order, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::route53::changes::{self, Outcome, submit};
pub use crate::route53::record_type::RecordType;
use crate::route53::sets::{self, Key};
use crate::types::{DomainName, Region};

/// The time to live of a record that does not say one, in seconds.
const TTL: u32 = 300;
/// That of an alias of CloudFront, a load balancer and the like.
const ALIAS_TTL: Duration = Duration::from_secs(60);

/// The inputs of a Route 53 record.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RecordInputs {
    /// The id of the hosted zone, such as `Z1D633PJN98FT9`.
    #[prop(replace, unique)]
    pub zone_id: String,
    /// The domain name in full, such as `www.example.com`, `*.example.com`, or the zone's own name. It must lie in the zone.
    #[prop(replace, unique)]
    pub name: DomainName,
    /// The record type, such as `A` or `CNAME`.
    #[prop(replace, unique)]
    pub r#type: RecordType,
    /// The set identifier: tells records of the same name and type apart, between which a routing policy chooses. Up to 128 characters.
    #[prop(replace, unique, min = 1, max = 128)]
    pub set_identifier: Option<String>,
    /// The time to live (TTL): how long resolvers keep the answer, in seconds. An alias has the TTL of its target. Default: 300.
    #[prop(default = TTL, min = 0, max = 2_147_483_647)]
    pub ttl: u32,
    /// The values: addresses, domain names, or text. Write text of a TXT record without quotes; it is split into strings of 255 bytes. A value
    /// that consists of strings in quotes, such as `"one" "two"`, is sent as these strings.
    #[prop(default)]
    pub records: BTreeSet<String>,
    /// The alias target: the AWS resource whose addresses answer for this record. Takes the place of `records`.
    pub alias: Option<Alias>,
    /// The weight, for weighted routing: this record's share of the answers is its weight divided by the sum of all weights of the name and type.
    #[prop(min = 0, max = 255)]
    pub weight: Option<u8>,
    /// The role in failover routing: the primary record answers while it is healthy, else the secondary one.
    pub failover: Option<Failover>,
    /// The AWS region, for latency routing: clients get the record whose region answers them fastest. Such as `ap-northeast-1`.
    pub latency_region: Option<Region>,
    /// The location, for geolocation routing: clients in it get this record.
    pub geo_location: Option<GeoLocation>,
    /// The location, for geoproximity routing: clients get the record that is nearest to them.
    pub geo_proximity_location: Option<GeoProximityLocation>,
    /// The CIDR location, for IP-based routing: clients whose addresses belong to it get this record.
    pub cidr_routing_config: Option<CidrRoutingConfig>,
    /// Whether multivalue answer routing is used: up to eight healthy records of the name and type answer together.
    pub multi_value_answer: Option<bool>,
    /// The id of a health check: the record answers only while it is healthy.
    pub health_check_id: Option<String>,
    /// Whether to take over a record that exists already, and overwrite its content. Without it, such a record is refused. Default: false.
    #[prop(default)]
    pub overwrite: Order<bool>,
    /// Whether to wait until all of Route 53's name servers give the new answer, which usually takes half a minute. An alias that comes to lead elsewhere is
    /// awaited for another minute, for which resolvers keep the old answer: what it led to may then be deleted in the same run. Default: true.
    #[prop(default = Order::from(true))]
    pub wait_for_sync: Order<bool>,
}

/// An alias target: an AWS resource whose addresses answer for a record.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Alias {
    /// The resource's DNS name, such as `d111111abcdef8.cloudfront.net`.
    pub name: DomainName,
    /// The id of the hosted zone in which AWS keeps that name, such as `Z2FDTNDATAQYW2` for CloudFront.
    pub zone_id: String,
    /// Whether the record stops answering while the resource is unhealthy. Default: false.
    #[prop(default = false)]
    pub evaluate_target_health: bool,
}

/// The role of a record in failover routing.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Failover {
    /// Answers while it is healthy.
    #[prop(rename = "PRIMARY")]
    Primary,
    /// Answers while the primary record is unhealthy.
    #[prop(rename = "SECONDARY")]
    Secondary,
}

/// A geolocation: a continent, or a country with or without a subdivision.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GeoLocation {
    /// The continent's code: AF, AN, AS, EU, OC, NA or SA.
    pub continent_code: Option<String>,
    /// The country's code of two letters, or `*` for all other countries.
    pub country_code: Option<String>,
    /// The subdivision's code: a state of the United States, or a region of Ukraine.
    pub subdivision_code: Option<String>,
}

/// A geoproximity location: an AWS region, a Local Zone group, or coordinates.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GeoProximityLocation {
    /// The AWS region that the record's resource is in, such as `ap-northeast-1`.
    pub aws_region: Option<Region>,
    /// The Local Zone group that the record's resource is in, such as `us-east-1-bue-1`.
    pub local_zone_group: Option<String>,
    /// The coordinates of the record's resource.
    pub coordinates: Option<Coordinates>,
    /// The bias: makes the area from which clients get this record larger (up to 99) or smaller (down to -99). Default: 0.
    #[prop(default = 0, min = -99, max = 99)]
    pub bias: i32,
}

/// Coordinates on the earth, in degrees with up to two decimals.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Coordinates {
    /// The latitude, from -90 (south) to 90 (north).
    pub latitude: f64,
    /// The longitude, from -180 (west) to 180 (east).
    pub longitude: f64,
}

/// A CIDR location: a named part of a CIDR collection.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CidrRoutingConfig {
    /// The id of the CIDR collection.
    pub collection_id: String,
    /// The name of the location in the collection, or `*` for all addresses that are in none.
    pub location_name: String,
}

/// A Route 53 record: the answer to DNS questions for one name and type, or one of several such answers between which a routing policy chooses.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Record {
    /// The inputs, as Route 53 has them.
    #[prop(inputs)]
    pub inputs: RecordInputs,
}

impl Resource for Record {
    const TOKEN: &'static str = "gitinfra:route53:Record";
    const WAIT: Wait = Wait::seconds(40, 600);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    const TAKE_OVER: Option<&'static str> = Some("set `overwrite: true`");
    type Session = Aws;
    type Inputs = RecordInputs;
    type Seen = ResourceRecordSet;

    fn check(new: &RecordInputs) -> Vec<Fault> {
        rules::check(new)
    }

    fn collides(old: &RecordInputs, new: &RecordInputs) -> bool {
        rules::exclude(old, new)
    }

    /// A routing policy can't be exchanged in place.
    fn replaces(old: &RecordInputs, new: &RecordInputs) -> Vec<&'static str> {
        let (was, is) = (rules::policies(old), rules::policies(new));
        if was == is { Vec::new() } else { [was, is].concat() }
    }

    async fn prevents(aws: &Aws, id: &Id, _: &RecordInputs, new: &RecordInputs) -> Result<()> {
        let (old, key) = (Key::parse(id.as_str())?, key(new));
        let mut others = neighbours::in_the_way(aws, new).await?;
        others.retain(|other| *other != old && !(new.overwrite.value() && *other == key));
        if others.is_empty() { Ok(()) } else { Err(neighbours::prevented(&key, &others)) }
    }

    async fn create(aws: &Aws, new: &RecordInputs) -> Result<Made> {
        let key = key(new);
        let why = match change(aws, &key, ChangeAction::Create, new).await? {
            None => return Ok(Made::New(Id::from(key.to_string()))),
            Some(why) if why.message().contains("but it already exists") => {
                return Ok(Made::Exists(Id::from(key.to_string())));
            }
            Some(why) => why.doing(format!("creating record `{key}`")),
        };
        match neighbours::in_the_way(aws, new).await?.as_slice() {
            [] => Err(why),
            others => Err(why.hint(neighbours::way_out(others))),
        }
    }

    /// A record bears no token: after a lost answer, one with the same content is what that attempt made.
    async fn ours(aws: &Aws, id: &Id, seen: &ResourceRecordSet, new: &RecordInputs) -> Result<Option<Id>> {
        let ours = aws.call().tried() && content::same(&key(new), seen, &content::write(new)?)?;
        Ok(ours.then(|| id.clone()))
    }

    fn takes_over(new: &RecordInputs) -> bool {
        new.overwrite.value()
    }

    /// After a lost answer nothing says when its change has reached all name servers; the same change, made again, does.
    async fn finish(aws: &Aws, _: &Id, new: &RecordInputs) -> Result<()> {
        if new.wait_for_sync.value() && aws.call().tried() {
            return overwrite(aws, new, "creating").await;
        }
        Ok(())
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<ResourceRecordSet>> {
        sets::find(aws, &Key::parse(id.as_str())?).await
    }

    async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
        changes::synced(aws, &Key::parse(id.as_str())?.to_string()).await
    }

    fn cached(old: &Record, new: &RecordInputs) -> Duration {
        let leads_elsewhere = old.inputs.alias.is_some() && old.inputs.alias != new.alias;
        if leads_elsewhere && new.wait_for_sync.value() { ALIAS_TTL } else { Duration::ZERO }
    }

    async fn read(_: &Aws, id: &Id, seen: ResourceRecordSet) -> Result<Self> {
        Ok(Record { inputs: content::read(&Key::parse(id.as_str())?, seen)? })
    }

    /// Text and addresses stay as the program spells them.
    fn respell(&mut self, given: &RecordInputs) {
        let kind = self.inputs.r#type;
        let spelled = self.inputs.records.iter().map(|seen| {
            let same = given.records.iter().find(|value| value::same(kind, value, seen));
            same.unwrap_or(seen).clone()
        });
        self.inputs.records = spelled.collect();
        // Route 53 tells nothing of what is off.
        if self.inputs.multi_value_answer.is_none() && given.multi_value_answer == Some(false) {
            self.inputs.multi_value_answer = given.multi_value_answer;
        }
    }

    async fn update(aws: &Aws, _: &Id, old: &Self, new: &RecordInputs) -> Result<()> {
        if content::write(&old.inputs)? == content::write(new)? {
            return Ok(());
        }
        overwrite(aws, new, "updating").await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let key = Key::parse(id.as_str())?;
        // Route 53 deletes only what is given to it exactly as it is.
        let Some(there) = sets::find(aws, &key).await? else { return Ok(()) };
        let why = match submit(aws, &key.zone, ChangeAction::Delete, there.clone()).await? {
            Outcome::Made(_) => return Ok(()),
            Outcome::Refused(why) => why.doing(format!("deleting record `{key}`")),
        };
        match sets::find(aws, &key).await? {
            None => Ok(()),
            Some(now) if now != there => Err(why.again(Again::Soon)),
            Some(_) if belongs(aws, &key).await? => Ok(()),
            Some(_) => Err(why),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn key(new: &RecordInputs) -> Key {
    Key { zone: new.zone_id.clone(), name: new.name.clone(), kind: new.r#type, set: new.set_identifier.clone() }
}

/// Makes a change, whose spreading is waited for from then on where that is wanted; or says why Route 53 refuses it.
async fn change(aws: &Aws, key: &Key, action: ChangeAction, new: &RecordInputs) -> Result<Option<Error>> {
    match submit(aws, &key.zone, action, content::write(new)?).await? {
        Outcome::Refused(why) => return Ok(Some(why)),
        Outcome::Made(change) if new.wait_for_sync.value() => changes::await_sync(&key.to_string(), change),
        Outcome::Made(_) => {}
    }
    Ok(None)
}

async fn overwrite(aws: &Aws, new: &RecordInputs, doing: &str) -> Result<()> {
    let key = key(new);
    match change(aws, &key, ChangeAction::Upsert, new).await? {
        None => Ok(()),
        Some(why) => Err(why.doing(format!("{doing} record `{key}`"))),
    }
}

/// Whether it is one of the two records of the zone itself, which only go with it.
async fn belongs(aws: &Aws, key: &Key) -> Result<bool> {
    if !matches!(key.kind, RecordType::Ns | RecordType::Soa) {
        return Ok(false);
    }
    let asked = aws.route53().get_hosted_zone().id(&key.zone).send().await;
    let answer = asked.doing("reading hosted zone", &key.zone)?;
    let name = answer.hosted_zone.and_then(|zone| DomainName::parse(&zone.name).ok());
    Ok(name.as_ref() == Some(&key.name))
}
