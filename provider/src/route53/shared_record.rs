//! A record set that several owners share.

use std::collections::BTreeSet;

use aws_sdk_route53::types::ResourceRecordSet;
use pulumi_plugin::{Again, Error, Fault, Id, Made, Order, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::route53::record::{Record, RecordInputs, RecordType, content};
use crate::route53::sets::Key;
use crate::types::DomainName;

/// The inputs of a shared record.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SharedRecordInputs {
    /// The id of the hosted zone, such as `Z1D633PJN98FT9`.
    #[prop(replace, unique)]
    pub zone_id: String,
    /// The domain name in full. It must lie in the zone, and is not the zone's own where the type is `CNAME`.
    #[prop(replace, unique)]
    pub name: DomainName,
    /// The record type. Default: `CNAME`.
    #[prop(replace, unique, default = RecordType::Cname)]
    pub r#type: RecordType,
    /// The owner's part in the record, up to 128 characters: each owner has another one. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 128, min = 1, max = 128)]
    pub owner: String,
    /// The values, which are the same for all owners.
    #[prop(min = 1)]
    pub records: BTreeSet<String>,
    /// The time to live (TTL) in seconds, which is the same for all owners. Default: 300.
    #[prop(default = 300, min = 0, max = 2_147_483_647)]
    pub ttl: u32,
    /// Whether to wait until all of Route 53's name servers give the answer. Default: true.
    #[prop(default = Order::from(true))]
    pub wait_for_sync: Order<bool>,
}

/// A record that several owners share, such as the one validation record of all certificates of a name: it answers as long as one of them has it, and
/// is gone with the last one.
///
/// Each owner has a weighted record of its own beside the others' (the owner is its set identifier), and all say the same: so Route 53 itself counts
/// them, across stacks and regions. A simple record of the name can't stand beside it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SharedRecord {
    /// The inputs, as Route 53 has them.
    #[prop(inputs)]
    pub inputs: SharedRecordInputs,
}

impl Resource for SharedRecord {
    const TOKEN: &'static str = "gitinfra:route53:SharedRecord";
    const WAIT: Wait = Record::WAIT;
    const FIXED: &'static [(&'static str, &'static str)] = Record::FIXED;
    type Session = Aws;
    type Inputs = SharedRecordInputs;
    type Seen = ResourceRecordSet;

    fn check(new: &SharedRecordInputs) -> Vec<Fault> {
        let faults = Record::check(&part(new));
        faults.into_iter().filter(|fault| fault.at.head() == "records").collect()
    }

    fn collides(old: &SharedRecordInputs, new: &SharedRecordInputs) -> bool {
        Record::collides(&part(old), &part(new))
    }

    async fn create(aws: &Aws, new: &SharedRecordInputs) -> Result<Made> {
        agrees(aws, new).await?;
        Record::create(aws, &part(new)).await
    }

    async fn ours(aws: &Aws, id: &Id, seen: &ResourceRecordSet, new: &SharedRecordInputs) -> Result<Option<Id>> {
        Record::ours(aws, id, seen, &part(new)).await
    }

    async fn finish(aws: &Aws, id: &Id, new: &SharedRecordInputs) -> Result<()> {
        Record::finish(aws, id, &part(new)).await
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<ResourceRecordSet>> {
        Record::find(aws, id).await
    }

    async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
        Record::settled(aws, id).await
    }

    async fn read(aws: &Aws, id: &Id, seen: ResourceRecordSet) -> Result<Self> {
        if Key::parse(id.as_str())?.set.is_none() || seen.weight.is_none() {
            return Err(Error::new(format!("`{id}` is no shared record: it is not weighted")));
        }
        Ok(SharedRecord { inputs: whole(Record::read(aws, id, seen).await?.inputs) })
    }

    fn respell(&mut self, given: &SharedRecordInputs) {
        let mut record = Record { inputs: part(&self.inputs) };
        record.respell(&part(given));
        self.inputs.records = record.inputs.records;
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &SharedRecordInputs) -> Result<()> {
        Record::update(aws, id, &Record { inputs: part(&old.inputs) }, &part(new)).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        Record::delete(aws, id, &Record { inputs: part(&old.inputs) }).await
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// An owner's part: a weighted record of its own.
fn part(new: &SharedRecordInputs) -> RecordInputs {
    RecordInputs {
        zone_id: new.zone_id.clone(),
        name: new.name.clone(),
        r#type: new.r#type,
        set_identifier: Some(new.owner.clone()),
        ttl: new.ttl,
        records: new.records.clone(),
        alias: None,
        weight: Some(1),
        failover: None,
        latency_region: None,
        geo_location: None,
        geo_proximity_location: None,
        cidr_routing_config: None,
        multi_value_answer: None,
        health_check_id: None,
        overwrite: Order::from(false),
        wait_for_sync: new.wait_for_sync,
    }
}

fn whole(part: RecordInputs) -> SharedRecordInputs {
    SharedRecordInputs {
        zone_id: part.zone_id,
        name: part.name,
        r#type: part.r#type,
        owner: part.set_identifier.unwrap_or_default(),
        records: part.records,
        ttl: part.ttl,
        wait_for_sync: part.wait_for_sync,
    }
}

/// The refusal of a record beside one that is not shared, and so can have no other beside it.
fn alone(key: &Key, there: &RecordInputs, new: &SharedRecordInputs) -> Error {
    let mut there = Record { inputs: there.clone() };
    there.respell(&part(new));
    let (says, way) = match there.inputs.records == new.records {
        true => (
            "the same",
            "if it is to stay, leave this one out: in a Certificate, with `skip: [record-NAME]`, for it proves the name just as well; else",
        ),
        false => ("something else", "if it is of no use any more,"),
    };
    let name = &key.name;
    Error::new(format!(
        "record `{key}` exists already and says {says}; it is not shared: somebody made it by hand or with another tool, such as the validation record of another certificate of the name, or this program declares it as a `Record`, which has to be left out first"
    ))
    .again(Again::Never)
    .hint(format!("{way} delete the record `{name}` and run this again: a certificate that is issued stays valid meanwhile"))
}

/// Refuses to say something else than those who have the record already: half of the answers would be theirs.
async fn agrees(aws: &Aws, new: &SharedRecordInputs) -> Result<()> {
    let list = aws.route53().list_resource_record_sets().hosted_zone_id(&new.zone_id);
    let listed = list.start_record_name(new.name.as_str()).send().await.unless(&["NoSuchHostedZone"]);
    let page = listed.doing("reading records of hosted zone", &new.zone_id)?;
    for set in page.map(|page| page.resource_record_sets).unwrap_or_default() {
        let Some(key) = Key::of(&new.zone_id, &set).filter(|key| (&key.name, key.kind) == (&new.name, new.r#type))
        else {
            continue;
        };
        if key.set.is_none() {
            return Err(alone(&key, &content::read(&key, set)?, new));
        }
        let id = Id::from(key.to_string());
        let mut other = Record::read(aws, &id, set).await?;
        other.respell(&part(new));
        if other.inputs.records != new.records {
            return Err(Error::new(format!("record `{id}` of another owner says something else")).again(Again::Never).hint(
                "a shared record says the same for all of its owners; where they mean different things, use records with a routing policy",
            ));
        }
    }
    Ok(())
}
