//! A hosted zone.

mod records;
mod tags;

use std::collections::BTreeSet;

use aws_sdk_route53::operation::get_hosted_zone::GetHostedZoneOutput;
use aws_sdk_route53::types::{HostedZoneConfig, ResourceRecordSet, Vpc as AwsVpc, VpcRegion};
use pulumi_plugin::{After as _, Error, Fault, Id, Property, Resource, Result, Wait};

use crate::aws::{Aws, Tags, Told as _};
use crate::route53::bare;
use crate::route53::record::RecordType;
use crate::route53::sets::{self, Key};
use crate::types::DomainName;

/// What the program asks of a hosted zone.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ZoneInputs {
    /// The domain name, such as `example.com`.
    #[prop(replace)]
    pub name: DomainName,
    /// The VPCs in which the zone answers, which makes it a private one. Without any, it answers the whole world.
    #[prop(default)]
    pub vpcs: BTreeSet<ZoneVpc>,
    /// A note of up to 256 characters.
    #[prop(default)]
    pub comment: String,
    /// The id of a reusable delegation set, whose name servers the zone gets.
    #[prop(replace)]
    pub delegation_set_id: Option<String>,
    /// Whether the zone's deletion deletes what records it still has. Without it, a zone with records of others stays.
    #[prop(default = false, keep)]
    pub force_destroy: bool,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A VPC in which a private zone answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct ZoneVpc {
    /// The VPC's id.
    pub vpc_id: String,
    /// The VPC's region, such as `ap-northeast-1`.
    pub vpc_region: String,
}

/// A DNS zone: the records of a domain, and the name servers that give them out.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Zone {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: ZoneInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The id, as records name it.
    #[prop(stable)]
    pub zone_id: String,
    /// The name servers that the parent zone has to name, sorted. A private zone has none.
    #[prop(stable)]
    pub name_servers: Vec<String>,
    /// The name server that the zone's start of authority names.
    #[prop(stable)]
    pub primary_name_server: String,
}

impl Resource for Zone {
    const TOKEN: &'static str = "gitinfra:route53:Zone";
    const WAIT: Wait = Wait::seconds(2, 300);
    const FIXED: &'static [(&'static str, &'static str)] = &[("region", "us-east-1")];
    type Session = Aws;
    type Inputs = ZoneInputs;

    fn check(new: &ZoneInputs) -> Vec<Fault> {
        let mut faults = Vec::new();
        if new.delegation_set_id.is_some() && !new.vpcs.is_empty() {
            faults
                .push(Fault::new("delegationSetId", "a private zone, which one with `vpcs` is, has no delegation set"));
        }
        if new.comment.chars().count() > 256 {
            faults.push(Fault::new("comment", "has more than 256 characters"));
        }
        faults
    }

    /// A zone is born public or private.
    fn replaces(old: &ZoneInputs, new: &ZoneInputs) -> Vec<&'static str> {
        match old.vpcs.is_empty() == new.vpcs.is_empty() {
            true => Vec::new(),
            false => vec!["vpcs"],
        }
    }

    async fn create(aws: &Aws, new: &ZoneInputs) -> Result<Id> {
        let id = match born(aws, new).await? {
            Some(id) => Id::from(id),
            None => make(aws, new).await?,
        };
        let rest: BTreeSet<_> = new.vpcs.iter().skip(1).collect();
        associate(aws, &id, rest).await.after(&id)?;
        tags::retag(aws, &id, &Tags::new(), &new.tags).await.after(&id)?;
        Ok(id)
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let asked = aws.route53().get_hosted_zone().id(id.as_str()).send().await;
        let Some(answer) = asked.unless(&["NoSuchHostedZone"]).told("reading hosted zone", id.as_str())? else {
            return Ok(None);
        };
        let Some(zone) = answer.hosted_zone() else {
            return Ok(None);
        };
        let zone_id = bare(zone.id()).to_owned();
        let name = DomainName::parse(zone.name()).map_err(Error::new)?;
        let authority = Key { zone: zone_id.clone(), name: name.clone(), kind: RecordType::Soa, set: None };
        let (tags, authority) = futures::try_join!(tags::read(aws, &zone_id), sets::find(aws, &authority))?;
        let mut name_servers = answer.delegation_set().map(|set| set.name_servers().to_vec()).unwrap_or_default();
        let reusable = answer.delegation_set().and_then(|set| set.id()).map(bare);
        // Route 53 names them in another order each time.
        name_servers.sort();
        Ok(Some(Zone {
            inputs: ZoneInputs {
                name,
                vpcs: vpcs(&answer),
                comment: zone.config().and_then(HostedZoneConfig::comment).unwrap_or_default().to_owned(),
                delegation_set_id: reusable.filter(|id| !id.is_empty()).map(str::to_owned),
                force_destroy: false,
                tags,
            },
            arn: format!("arn:{}:route53:::hostedzone/{zone_id}", aws.partition()),
            zone_id,
            name_servers,
            primary_name_server: authority.as_ref().map(primary).unwrap_or_default(),
        }))
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ZoneInputs) -> Result<()> {
        if old.inputs.comment != new.comment {
            let update = aws.route53().update_hosted_zone_comment().id(id.as_str()).comment(&new.comment);
            update.send().await.told("setting the comment of hosted zone", id.as_str())?;
        }
        // A private zone always answers in some VPC: the new ones come before the old ones go.
        associate(aws, id, new.vpcs.difference(&old.inputs.vpcs).collect()).await?;
        for vpc in old.inputs.vpcs.difference(&new.vpcs) {
            let gone = aws
                .route53()
                .disassociate_vpc_from_hosted_zone()
                .hosted_zone_id(id.as_str())
                .vpc(named(vpc))
                .send()
                .await;
            gone.unless(&["VPCAssociationNotFound"]).told("taking VPC out of its hosted zone", &vpc.vpc_id)?;
        }
        tags::retag(aws, id, &old.inputs.tags, &new.tags).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        if old.inputs.force_destroy {
            records::empty(aws, id, &old.inputs.name).await?;
        }
        let deleted = aws.route53().delete_hosted_zone().id(id.as_str()).send().await;
        let full =
            matches!(&deleted, Err(error) if error.as_service_error().is_some_and(|e| e.is_hosted_zone_not_empty()));
        if full {
            let left = records::others(aws, id, &old.inputs.name).await?;
            return Err(records::inhabited(left, id));
        }
        deleted.unless(&["NoSuchHostedZone"]).told("deleting hosted zone", id.as_str()).map(drop)
    }
}

/// What begins the caller reference of every attempt to create this very zone.
fn reference(aws: &Aws) -> String {
    format!("gitinfra-{}", aws.birth().token)
}

/// The zone of this very creation, if an earlier attempt made one whose answer got lost.
async fn born(aws: &Aws, new: &ZoneInputs) -> Result<Option<String>> {
    if !aws.call().tried() {
        return Ok(None);
    }
    let asked = aws.route53().list_hosted_zones_by_name().dns_name(new.name.as_str()).send().await;
    let answer = asked.told("looking for what an earlier attempt made", "")?;
    let ours = answer.hosted_zones().iter().find(|zone| zone.caller_reference().starts_with(&reference(aws)));
    Ok(ours.map(|zone| bare(zone.id()).to_owned()))
}

async fn make(aws: &Aws, new: &ZoneInputs) -> Result<Id> {
    let config = HostedZoneConfig::builder().comment(&new.comment).private_zone(!new.vpcs.is_empty()).build();
    // Route 53 may remember the reference of a zone that is gone, so the second half is another one in every call.
    let create = aws
        .route53()
        .create_hosted_zone()
        .name(new.name.as_str())
        .caller_reference(format!("{}-{}", reference(aws), aws.birth().once))
        .hosted_zone_config(config)
        .set_vpc(new.vpcs.first().map(named))
        .set_delegation_set_id(new.delegation_set_id.clone());
    let made = create.send().await.told("creating hosted zone", new.name.as_str())?;
    let id = made.hosted_zone().map(|zone| bare(zone.id())).unwrap_or_default();
    Ok(Id::from(id))
}

fn named(vpc: &ZoneVpc) -> AwsVpc {
    AwsVpc::builder().vpc_id(&vpc.vpc_id).vpc_region(VpcRegion::from(vpc.vpc_region.as_str())).build()
}

/// Lets the zone answer in more VPCs; those in which it does already are left out, as an earlier attempt may have come this far.
async fn associate(aws: &Aws, id: &Id, new: BTreeSet<&ZoneVpc>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let asked = aws.route53().get_hosted_zone().id(id.as_str()).send().await;
    let there = vpcs(&asked.told("reading hosted zone", id.as_str())?);
    for vpc in new.into_iter().filter(|vpc| !there.contains(vpc)) {
        let associate = aws.route53().associate_vpc_with_hosted_zone().hosted_zone_id(id.as_str()).vpc(named(vpc));
        associate.send().await.told("letting the hosted zone answer in VPC", &vpc.vpc_id)?;
    }
    Ok(())
}

fn vpcs(answer: &GetHostedZoneOutput) -> BTreeSet<ZoneVpc> {
    let each = answer.vpcs().iter().map(|vpc| ZoneVpc {
        vpc_id: vpc.vpc_id().unwrap_or_default().to_owned(),
        vpc_region: vpc.vpc_region().map(|r| r.as_str().to_owned()).unwrap_or_default(),
    });
    each.collect()
}

/// The first word of the start of authority.
fn primary(authority: &ResourceRecordSet) -> String {
    let value = authority.resource_records().first().map(|record| record.value());
    let first = value.and_then(|value| value.split(' ').next());
    first.unwrap_or_default().trim_end_matches('.').to_owned()
}
