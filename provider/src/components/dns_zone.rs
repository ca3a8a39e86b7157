//! A hosted zone, delegated from its parent.

use std::collections::BTreeSet;

use pulumi_plugin::{Component, Error, Fault, Faults, Knobs, Output, Outputs, Property, Result, Scope};

use crate::aws::{AssumeRole, Aws, Common};
use crate::components::{Report, SharedArgs, SharedInputs};
use crate::route53::record::{Record, RecordArgs, RecordOutputs};
use crate::route53::record_type::RecordType;
use crate::route53::zone::{Zone, ZoneArgs, ZoneOutputs, ZoneVpc};
use crate::types::{DomainName, Region};

/// What the program asks of a hosted zone.
#[derive(Debug, Clone, Property)]
pub struct DnsZoneInputs {
    /// The domain name, such as `app.example.com`.
    pub name: DomainName,
    /// The hosted zone of the parent domain, which delegates this one. Left out: somebody else delegates it.
    pub parent: Option<ParentZone>,
    /// The ids of VPCs of this region that get a private hosted zone of the same name, for names that are nobody else's concern. Default: none.
    #[prop(default)]
    pub private_vpc_ids: Vec<Output<String>>,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// The hosted zone of a parent domain.
#[derive(Debug, Clone, Property)]
pub struct ParentZone {
    /// The id of the hosted zone.
    pub zone_id: Output<String>,
    /// The role to act as there, where the zone is in another account.
    pub assume_role: Option<AssumeRole>,
    /// The TTL of the name servers in the parent zone, in seconds. Default: 3600.
    #[prop(default = 3600, min = 0, max = 172800)]
    pub ttl: u32,
}

/// A hosted zone, with the name servers that its parent zone sends everybody to.
#[derive(Clone, Outputs)]
pub struct DnsZone {
    /// The id of the public hosted zone. Known once the parent zone delegates it.
    pub zone_id: Output<String>,
    /// The zone's name servers.
    pub name_servers: Output<Vec<String>>,
    /// The id of the private hosted zone; empty where no VPC has one.
    pub private_zone_id: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for DnsZone {
    const TOKEN: &'static str = "gitinfra:index:DnsZone";
    type Session = Aws;
    type Inputs = DnsZoneInputs;
    /// The region that the VPCs are in.
    type Facts = Region;

    fn check(inputs: &DnsZoneInputs) -> Vec<Fault> {
        let inside = inputs.name.as_str().contains('.');
        let why = "a top-level domain can't be delegated from a hosted zone";
        Faults::of(inputs).when(!inside && inputs.parent.is_some(), "parent", why).into_vec()
    }

    fn knobs(inputs: &DnsZoneInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, _: &DnsZoneInputs) -> Result<Region> {
        Region::parse(aws.region()).map_err(Error::new)
    }

    fn build(here: &mut Scope, inputs: DnsZoneInputs, region: Region) -> Result<Self> {
        let name = || inputs.name.clone().into();
        let comment = format!("{}, public", here.name());
        let zone = here.add::<Zone>("zone", ZoneArgs { name: name(), comment: comment.into(), ..Default::default() });
        let delegated = inputs.parent.as_ref().map(|parent| delegation(here, &inputs.name, parent, &zone));
        let private = (!inputs.private_vpc_ids.is_empty()).then(|| {
            let each = Output::all(inputs.private_vpc_ids.iter().cloned());
            let vpc = move |vpc_id| ZoneVpc { vpc_id, vpc_region: region.clone() };
            let vpcs = each.map(move |ids| ids.into_iter().map(vpc).collect::<BTreeSet<_>>());
            let comment = format!("{}, private", here.name());
            let args = ZoneArgs { name: name(), vpcs: vpcs.into(), comment: comment.into(), ..Default::default() };
            here.add::<Zone>("private-zone", args)
        });
        let zone_id = match &delegated {
            Some(record) => zone.zone_id.depends_on(&record.id),
            None => zone.zone_id,
        };
        let report = Report::of(here).open("Route53.2", "the zone has no query log");
        Ok(DnsZone {
            zone_id,
            name_servers: zone.name_servers,
            private_zone_id: private.map_or_else(|| Output::known(String::new()), |zone| zone.zone_id),
            report,
        })
    }
}

/// The record by which the parent zone sends everybody to the name servers of this one.
fn delegation(here: &mut Scope, name: &DomainName, parent: &ParentZone, zone: &ZoneOutputs) -> RecordOutputs {
    let args = RecordArgs {
        zone_id: (&parent.zone_id).into(),
        name: name.clone().into(),
        r#type: RecordType::Ns.into(),
        records: zone.name_servers.map(|servers| servers.into_iter().collect::<BTreeSet<_>>()).into(),
        ttl: parent.ttl.into(),
        ..Default::default()
    };
    let elsewhere = Common { assume_role: parent.assume_role.clone(), ..Common::default() };
    here.child("delegation").at(&elsewhere).add::<Record>(args)
}
