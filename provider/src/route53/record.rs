//! A record set of a hosted zone.

mod content;

use std::collections::BTreeSet;

use aws_sdk_route53::types::{ChangeAction, ResourceRecordSet};
use pulumi_plugin::{Again, Error, Fault, Id, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Told as _};
use crate::route53::RecordValue;
use crate::route53::changes::{self, Outcome, submit};
use crate::route53::sets::{Key, find};
use crate::types::DomainName;

/// The time to live of a record that does not say one, in seconds.
const TTL: u32 = 300;

/// What the program asks of a record.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RecordInputs {
    /// The id of the hosted zone.
    #[prop(replace, unique)]
    pub zone_id: String,
    /// The name in full, such as `www.example.com`, `*.example.com`, or the zone's own name. It must lie in the zone.
    #[prop(replace, unique)]
    pub name: DomainName,
    /// The type.
    #[prop(replace, unique)]
    pub r#type: RecordType,
    /// Tells records of the same name and type apart, where a routing policy chooses between them.
    #[prop(replace, unique)]
    pub set_identifier: Option<String>,
    /// How long a resolver may keep the answer, in seconds. An alias has that of its target, whatever stands here.
    #[prop(default = TTL, min = 0, max = 2_147_483_647)]
    pub ttl: u32,
    /// The values: addresses, names, or texts. Text is written plainly: quotes, escapes and strings of 255 bytes are taken care of.
    #[prop(default)]
    pub records: BTreeSet<RecordValue>,
    /// The AWS resource whose addresses the record has, in place of values.
    pub alias: Option<Alias>,
    /// How often this record is the answer, in proportion to the weights of the others of its name and type.
    #[prop(min = 0, max = 255)]
    pub weight: Option<u8>,
    /// Whether this record is the answer as long as it is healthy, or when the other one is not.
    pub failover: Option<Failover>,
    /// The AWS region whose neighbours get this record as the answer: latency routing.
    pub latency_region: Option<String>,
    /// Where those are who get this record as the answer.
    pub geo_location: Option<GeoLocation>,
    /// Whether this record is one of several, of which up to eight healthy ones are the answer.
    pub multi_value_answer: Option<bool>,
    /// The id of the health check without which the record is no answer.
    pub health_check_id: Option<String>,
    /// Whether a record that exists already is overwritten. Without it, only one with the very same content is taken over.
    #[prop(default = false, keep)]
    pub overwrite: bool,
    /// Whether to wait, usually for half a minute, until all of Route 53's name servers give the new answer.
    #[prop(default = true, keep)]
    pub wait_for_sync: bool,
}

/// The type of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Property)]
pub enum RecordType {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    #[prop(rename = "AAAA")]
    Aaaa,
    /// Who may issue certificates for the name.
    #[prop(rename = "CAA")]
    Caa,
    /// Another name for which this one stands. Nothing else can have the name, and the zone itself can't be one.
    #[prop(rename = "CNAME")]
    Cname,
    /// The key of a signed zone below this one.
    #[prop(rename = "DS")]
    Ds,
    /// How to reach a web server.
    #[prop(rename = "HTTPS")]
    Https,
    /// Mail servers, with their priorities: `10 mail.example.com`.
    #[prop(rename = "MX")]
    Mx,
    /// Rules by which names are rewritten.
    #[prop(rename = "NAPTR")]
    Naptr,
    /// The name servers of a zone. Those of the zone itself are made with it, and stay as long as it does.
    #[prop(rename = "NS")]
    Ns,
    /// The name of an address.
    #[prop(rename = "PTR")]
    Ptr,
    /// The zone's start of authority. It is made with the zone, and stays as long as it does.
    #[prop(rename = "SOA")]
    Soa,
    /// Obsolete: TXT is used in its place.
    #[prop(rename = "SPF")]
    Spf,
    /// Servers of a service.
    #[prop(rename = "SRV")]
    Srv,
    /// Fingerprints of SSH keys.
    #[prop(rename = "SSHFP")]
    Sshfp,
    /// How to reach a service.
    #[prop(rename = "SVCB")]
    Svcb,
    /// Certificates of a TLS server.
    #[prop(rename = "TLSA")]
    Tlsa,
    /// Text.
    #[prop(rename = "TXT")]
    Txt,
}

/// The AWS resource whose addresses a record has.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Alias {
    /// The resource's own domain name.
    pub name: DomainName,
    /// The id of the hosted zone in which AWS keeps that name, such as `Z2FDTNDATAQYW2` for CloudFront.
    pub zone_id: String,
    /// Whether the record is no answer while the resource is unhealthy.
    #[prop(default = false)]
    pub evaluate_target_health: bool,
}

/// When a record is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Failover {
    /// As long as it is healthy.
    #[prop(rename = "PRIMARY")]
    Primary,
    /// When the primary one is not.
    #[prop(rename = "SECONDARY")]
    Secondary,
}

/// A part of the world: a continent, or a country with or without a subdivision.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GeoLocation {
    /// AF, AN, AS, EU, OC, NA or SA.
    pub continent_code: Option<String>,
    /// The country's two letters, or `*` for everywhere else.
    pub country_code: Option<String>,
    /// The state of the United States, or the region of Ukraine.
    pub subdivision_code: Option<String>,
}

/// An answer of the DNS: all values of one name and type, or one of several such sets between which a routing policy chooses.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Record {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: RecordInputs,
}

impl Resource for Record {
    const TOKEN: &'static str = "gitinfra:route53:Record";
    const WAIT: Wait = Wait::seconds(40, 600);
    const FIXED: &'static [(&'static str, &'static str)] = &[("region", "us-east-1")];
    type Session = Aws;
    type Inputs = RecordInputs;

    fn check(new: &RecordInputs) -> Vec<Fault> {
        content::check(new)
    }

    /// A CNAME tolerates nothing beside it, and a record without a set identifier none with one.
    fn collides(old: &RecordInputs, new: &RecordInputs) -> bool {
        let place = |r: &RecordInputs| (r.zone_id.clone(), r.name.clone());
        let cname = [old, new].iter().any(|r| r.r#type == RecordType::Cname);
        let simple = old.set_identifier.is_none() || new.set_identifier.is_none();
        place(old) == place(new) && (cname || (old.r#type == new.r#type && simple))
    }

    async fn create(aws: &Aws, new: &RecordInputs) -> Result<Id> {
        let key = key(new);
        let set = content::write(new)?;
        let action = match new.overwrite {
            true => ChangeAction::Upsert,
            false => ChangeAction::Create,
        };
        let made = match submit(aws, &key.zone, action, set.clone()).await {
            Ok(Outcome::Refused(why)) if !new.overwrite => match find(aws, &key).await? {
                // An attempt whose answer got lost made it. Writing the same again tells from when on it is known everywhere.
                Some(there) if content::same(&key, &there, &set) => {
                    submit(aws, &key.zone, ChangeAction::Upsert, set).await
                }
                Some(there) if why.message().contains("already exists") => {
                    return Err(taken(&key, &there));
                }
                _ => Ok(Outcome::Refused(why)),
            },
            other => other,
        };
        settle(&key, new, made).map_err(|error| error.doing(format!("creating record `{key}`")))?;
        Ok(Id::from(key.to_string()))
    }

    async fn ready(aws: &Aws, id: &Id) -> Result<Progress> {
        changes::synced(aws, &Key::parse(id.as_str())?.to_string()).await
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let key = Key::parse(id.as_str())?;
        let found = find(aws, &key).await?;
        Ok(found.map(|set| Record { inputs: content::read(&key, &set) }))
    }

    async fn update(aws: &Aws, _: &Id, old: &Self, new: &RecordInputs) -> Result<()> {
        let key = key(new);
        let set = content::write(new)?;
        if content::write(&old.inputs)? == set {
            return Ok(());
        }
        let made = submit(aws, &key.zone, ChangeAction::Upsert, set).await;
        settle(&key, new, made).map_err(|error| error.doing(format!("updating record `{key}`")))
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let key = Key::parse(id.as_str())?;
        // Route 53 deletes only what is told to it as it is.
        let Some(there) = find(aws, &key).await? else {
            return Ok(());
        };
        let why = match submit(aws, &key.zone, ChangeAction::Delete, there.clone()).await? {
            Outcome::Made(_) => return Ok(()),
            Outcome::Refused(why) => why.doing(format!("deleting record `{key}`")),
        };
        match find(aws, &key).await? {
            None => Ok(()),
            Some(now) if now != there => Err(why.again(Again::Soon)),
            Some(_) if belongs(aws, &key).await? => Ok(()),
            Some(_) => Err(why),
        }
    }
}

fn key(new: &RecordInputs) -> Key {
    Key { zone: new.zone_id.clone(), name: new.name.clone(), kind: new.r#type, set: new.set_identifier.clone() }
}

/// What a change of a record came to; where it is wanted, its spreading is waited for from now on.
fn settle(key: &Key, new: &RecordInputs, made: Result<Outcome>) -> Result<()> {
    match made? {
        Outcome::Made(change) if new.wait_for_sync => changes::await_sync(&key.to_string(), change),
        Outcome::Made(_) => {}
        Outcome::Refused(why) => return Err(why),
    }
    Ok(())
}

fn taken(key: &Key, there: &ResourceRecordSet) -> Error {
    let now = content::words(&content::read(key, there));
    Error::new(format!("creating record `{key}`: it exists already, as {now}"))
        .hint(format!("import it (id `{key}`), or set `overwrite: true` to replace its content"))
}

/// Whether it is one of the two records of the zone itself, which only go with it.
async fn belongs(aws: &Aws, key: &Key) -> Result<bool> {
    if !matches!(key.kind, RecordType::Ns | RecordType::Soa) {
        return Ok(false);
    }
    let asked = aws.route53().get_hosted_zone().id(&key.zone).send().await;
    let answer = asked.told("reading hosted zone", &key.zone)?;
    let name = answer.hosted_zone().and_then(|zone| DomainName::parse(zone.name()).ok());
    Ok(name.as_ref() == Some(&key.name))
}
