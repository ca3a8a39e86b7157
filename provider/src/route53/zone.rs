//! A hosted zone.

mod records;

use std::collections::BTreeSet;

use aws_sdk_route53::operation::delete_hosted_zone::DeleteHostedZoneError;
use aws_sdk_route53::operation::get_hosted_zone::GetHostedZoneOutput;
use aws_sdk_route53::types::{
    AcceleratedRecoveryStatus, HostedZoneConfig, HostedZoneFeatures as AwsFeatures, ResourceRecordSet, Vpc as AwsVpc,
    VpcRegion,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Order, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags, list, word};
use crate::route53::record_type::RecordType;
use crate::route53::sets::{self, Key};
use crate::route53::{bare, tags};
use crate::types::{DomainName, Region};

/// The inputs of a Route 53 hosted zone.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ZoneInputs {
    /// The domain name, such as `example.com`.
    #[prop(replace)]
    pub name: DomainName,
    /// The VPCs in which a private hosted zone answers. Left out or empty, the zone is public: it answers the whole internet.
    #[prop(default)]
    pub vpcs: BTreeSet<ZoneVpc>,
    /// A comment of up to 256 characters.
    #[prop(default, max = 256)]
    pub comment: String,
    /// The id of a reusable delegation set, whose name servers the zone gets. Only for public zones.
    #[prop(replace)]
    pub delegation_set_id: Option<String>,
    /// The features of the zone. Default: none.
    #[prop(default)]
    pub hosted_zone_features: HostedZoneFeatures,
    /// Whether deleting the zone also deletes all records that are left in it. Without it, a zone with such records is not deleted. Default: false.
    #[prop(default)]
    pub force_destroy: Order<bool>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A VPC in which a private hosted zone answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct ZoneVpc {
    /// The VPC's id.
    pub vpc_id: String,
    /// The VPC's region, such as `ap-northeast-1`.
    pub vpc_region: Region,
}

/// The features of a hosted zone.
#[derive(Debug, Clone, Default, PartialEq, Property)]
pub struct HostedZoneFeatures {
    /// Whether accelerated recovery is enabled: the records of a public zone can be changed again within an hour when the region us-east-1 is
    /// impaired. Default: false. AWS takes hours to enable it, which is not waited for.
    #[prop(default)]
    pub enable_accelerated_recovery: bool,
}

/// A Route 53 hosted zone: the DNS records of a domain, and the name servers that answer for it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Zone {
    /// The inputs, as Route 53 has them.
    #[prop(inputs)]
    pub inputs: ZoneInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The hosted zone id, such as `Z1D633PJN98FT9`.
    #[prop(stable)]
    pub zone_id: String,
    /// The name servers that the parent zone's NS record must name, sorted. Empty for a private zone.
    #[prop(stable)]
    pub name_servers: Vec<String>,
    /// The primary name server, as the zone's SOA record names it.
    #[prop(stable)]
    pub primary_name_server: String,
}

impl Resource for Zone {
    const TOKEN: &'static str = "gitinfra:route53:Zone";
    const WAIT: Wait = Wait::seconds(2, 300);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = ZoneInputs;
    type Seen = GetHostedZoneOutput;

    fn check(new: &ZoneInputs) -> Vec<Fault> {
        let recovers = new.hosted_zone_features.enable_accelerated_recovery && !new.vpcs.is_empty();
        const PUBLIC: &str = "only a public zone, without `vpcs`, can have it";
        Faults::of(new)
            .excludes("vpcs", "delegationSetId")
            .when(recovers, "hostedZoneFeatures.enableAcceleratedRecovery", PUBLIC)
            .into_vec()
    }

    /// A zone is born public or private.
    fn replaces(old: &ZoneInputs, new: &ZoneInputs) -> Vec<&'static str> {
        match old.vpcs.is_empty() == new.vpcs.is_empty() {
            true => Vec::new(),
            false => vec!["vpcs"],
        }
    }

    /// A VPC asks one private zone a name: two of the same name can't share one.
    fn collides(old: &ZoneInputs, new: &ZoneInputs) -> bool {
        old.name == new.name && !old.vpcs.is_disjoint(&new.vpcs)
    }

    async fn create(aws: &Aws, new: &ZoneInputs) -> Result<Made> {
        let config = HostedZoneConfig::builder().comment(&new.comment).private_zone(!new.vpcs.is_empty()).build();
        let create = aws.once().route53().create_hosted_zone().name(new.name.as_str()).hosted_zone_config(config);
        // Route 53 may remember the reference of a zone that is gone, so the second half is another one in every call.
        let create = create.caller_reference(format!("{}-{}", reference(aws), aws.birth().once));
        let create = create.set_vpc(new.vpcs.first().map(named)).set_delegation_set_id(new.delegation_set_id.clone());
        let made = create.send().await.doing("creating hosted zone", &new.name).map_err(in_conflict)?;
        Made::new(made.hosted_zone.map(|zone| bare(&zone.id).to_owned()))
    }

    async fn earlier(aws: &Aws, new: &ZoneInputs) -> Result<Option<Id>> {
        let list = aws.route53().list_hosted_zones_by_name().dns_name(new.name.as_str());
        let listed = list.send().await.doing("looking for what an earlier attempt made", "")?;
        let ours = listed.hosted_zones.iter().find(|zone| zone.caller_reference.starts_with(&reference(aws)));
        Ok(ours.map(|zone| Id::from(bare(&zone.id))))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<GetHostedZoneOutput>> {
        let got = aws.route53().get_hosted_zone().id(id).send().await;
        got.unless(&["NoSuchHostedZone"]).doing("reading hosted zone", id)
    }

    async fn read(aws: &Aws, id: &Id, seen: GetHostedZoneOutput) -> Result<Self> {
        let vpcs = vpcs(&seen)?;
        let zone = seen.hosted_zone.ok_or_else(|| Error::new(format!("AWS says nothing of hosted zone `{id}`")))?;
        let zone_id = bare(&zone.id).to_owned();
        let name = DomainName::parse(&zone.name).map_err(Error::new)?;
        let authority = Key { zone: zone_id.clone(), name: name.clone(), kind: RecordType::Soa, set: None };
        let (tags, authority) = futures::try_join!(tags::visible(aws, &zone_id), sets::find(aws, &authority))?;
        let servers = seen.delegation_set;
        let reusable = servers.as_ref().and_then(|set| set.id.as_deref()).map(bare);
        let delegation_set_id = list::filled(reusable);
        let mut name_servers = servers.map(|set| set.name_servers).unwrap_or_default();
        // Route 53 names them in another order each time.
        name_servers.sort();
        Ok(Zone {
            inputs: ZoneInputs {
                name,
                vpcs,
                comment: zone.config.and_then(|config| config.comment).unwrap_or_default(),
                delegation_set_id,
                hosted_zone_features: HostedZoneFeatures {
                    enable_accelerated_recovery: zone.features.is_some_and(|features| recovers(&features)),
                },
                force_destroy: Order::unknown(),
                tags,
            },
            arn: format!("arn:{}:route53:::hostedzone/{zone_id}", aws.partition()),
            zone_id,
            name_servers,
            primary_name_server: authority.map(primary).unwrap_or_default(),
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ZoneInputs) -> Result<()> {
        if old.inputs.comment != new.comment {
            let update = aws.route53().update_hosted_zone_comment().id(id).comment(&new.comment);
            update.send().await.done("setting the comment of hosted zone", id)?;
        }
        let recovers = new.hosted_zone_features.enable_accelerated_recovery;
        if old.inputs.hosted_zone_features.enable_accelerated_recovery != recovers {
            let update = aws.route53().update_hosted_zone_features().hosted_zone_id(id);
            let update = update.enable_accelerated_recovery(recovers).send().await;
            update.done("setting the features of hosted zone", id)?;
        }
        // A private zone always answers in some VPC: the new ones come before the old ones go.
        associate(aws, id, new.vpcs.difference(&old.inputs.vpcs).collect()).await?;
        for vpc in old.inputs.vpcs.difference(&new.vpcs) {
            let gone =
                aws.route53().disassociate_vpc_from_hosted_zone().hosted_zone_id(id).vpc(named(vpc)).send().await;
            gone.unless(&["VPCAssociationNotFound"]).done("taking VPC out of its hosted zone", &vpc.vpc_id)?;
        }
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        if old.inputs.force_destroy.value() {
            records::empty(aws, id, &old.inputs.name).await?;
        }
        let deleted = aws.route53().delete_hosted_zone().id(id).send().await;
        let full = |error: &DeleteHostedZoneError| error.is_hosted_zone_not_empty();
        if deleted.as_ref().is_err_and(|error| error.as_service_error().is_some_and(full)) {
            let left = records::others(aws, id, &old.inputs.name).await?;
            return match left.is_empty() {
                true => Err(signed(aws, id, deleted.done("deleting hosted zone", id)).await),
                false => Err(records::inhabited(left, id)),
            };
        }
        deleted.unless(&["NoSuchHostedZone"]).done("deleting hosted zone", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The refusal to delete a zone that has no records: something else is in it, which are its key-signing keys where it has some.
async fn signed(aws: &Aws, id: &Id, refused: Result<()>) -> Error {
    let refused = refused.err().unwrap_or_else(|| Error::new(format!("hosted zone `{id}` is not empty")));
    let Ok(told) = aws.route53().get_dnssec().hosted_zone_id(id).send().await else { return refused };
    let names: Vec<_> = told.key_signing_keys.iter().filter_map(|key| key.name.as_deref()).collect();
    match names.is_empty() {
        true => refused,
        false => refused.hint(format!(
            "turn the zone's DNSSEC signing off, and then deactivate and delete its key-signing keys: {}",
            names.join(", ")
        )),
    }
}

/// What begins the caller reference of every attempt to create this very zone.
fn reference(aws: &Aws) -> String {
    format!("gitinfra-{}", aws.birth().token)
}

/// With what can be done where another private zone of the name answers in one of the VPCs.
fn in_conflict(error: Error) -> Error {
    match error.message().contains("ConflictingDomainExists") {
        true => error.hint("to replace the zone, set the resource option `deleteBeforeReplace: true`"),
        false => error,
    }
}

fn named(vpc: &ZoneVpc) -> AwsVpc {
    AwsVpc::builder().vpc_id(&vpc.vpc_id).vpc_region(VpcRegion::from(vpc.vpc_region.as_str())).build()
}

/// Lets the zone answer in more VPCs. It may answer in some of them already, if an earlier attempt came this far.
async fn associate(aws: &Aws, id: &Id, new: BTreeSet<&ZoneVpc>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let there = Zone::find(aws, id).await?.as_ref().map(vpcs).transpose()?.unwrap_or_default();
    for vpc in new.into_iter().filter(|vpc| !there.contains(vpc)) {
        let associate = aws.route53().associate_vpc_with_hosted_zone().hosted_zone_id(id).vpc(named(vpc));
        associate.send().await.done("letting the hosted zone answer in VPC", &vpc.vpc_id)?;
    }
    Ok(())
}

fn vpcs(seen: &GetHostedZoneOutput) -> Result<BTreeSet<ZoneVpc>> {
    let each = seen.vpcs().iter().map(|vpc| {
        let region = vpc.vpc_region.as_ref().map_or("", VpcRegion::as_str);
        Ok(ZoneVpc { vpc_id: vpc.vpc_id.clone().unwrap_or_default(), vpc_region: word(region)? })
    });
    each.collect()
}

/// Whether accelerated recovery is enabled, or about to be.
fn recovers(features: &AwsFeatures) -> bool {
    use AcceleratedRecoveryStatus::{Enabled, Enabling, EnablingHostedZoneLocked};
    matches!(features.accelerated_recovery_status, Some(Enabled | Enabling | EnablingHostedZoneLocked))
}

/// The first word of the start of authority.
fn primary(authority: ResourceRecordSet) -> String {
    let values = authority.resource_records.unwrap_or_default();
    let first = values.first().and_then(|record| record.value.split(' ').next());
    first.unwrap_or_default().trim_end_matches('.').to_owned()
}
