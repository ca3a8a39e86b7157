//! A hosted zone, delegated from its parent.

mod query_log;
mod signing;

use std::collections::BTreeSet;

use pulumi_plugin::{Component, Error, Fault, Faults, Knobs, Output, Outputs, Property, Result, Scope};

use crate::aws::{AssumeRole, Aws, Common, EDGE, Partition};
use crate::components::{Profile, Report, SharedArgs, SharedInputs};
use crate::logs::log_group;
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
    /// What the program says of the zone itself.
    #[prop(flatten)]
    pub settings: DnsZoneSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What the program says of a hosted zone itself.
#[derive(Debug, Clone, Property)]
pub struct DnsZoneSettings {
    /// Whether each DNS question that the public zone answers is logged, in a CloudWatch log group of us-east-1. Default: false, except in the profile
    /// `fsbp`. The resource policy that lets Route 53 write is one of ten that an account can have in a region: where a policy of yours lets it write into
    /// all log groups, `skip: [query-log-policy]`.
    pub query_log: Option<bool>,
    /// The retention of the query log in days, of those that CloudWatch Logs has: 1, 3, 5, 7, 14, 30, 60, 90 and so on. Default: 90.
    #[prop(default = 90)]
    pub query_log_retention_days: u32,
    /// Whether the public zone is signed (DNSSEC), so that resolvers can tell whether its answers are forged. The key is a KMS key of us-east-1. With a `parent`
    /// that is signed, too, a DS record there makes the signature count; without one, give `dsRecord` to the domain's registrar. Default: false.
    ///
    /// To turn it off without an outage, first `skip: [ds]`, or take the record from the registrar, and set `false` an hour later: until then resolvers
    /// remember that the zone is signed.
    #[prop(default)]
    pub dnssec: bool,
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
    /// The DS record that the parent zone must have: key tag, signing algorithm, digest algorithm, digest. Empty where the zone is not signed.
    pub ds_record: Output<String>,
    /// The name of the query log's log group, in us-east-1; empty where there is none.
    pub query_log_group_name: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

/// What has to be known first.
pub struct Place {
    /// The region that the VPCs are in.
    region: Region,
    /// The ARN of the account's root, which stands for the account in the policy of a key.
    root: String,
}

impl Component for DnsZone {
    const TOKEN: &'static str = "gitinfra:index:DnsZone";
    type Session = Aws;
    type Inputs = DnsZoneInputs;
    type Facts = Place;

    fn check(inputs: &DnsZoneInputs) -> Vec<Fault> {
        let inside = inputs.name.as_str().contains('.');
        let why = "a top-level domain can't be delegated from a hosted zone";
        Faults::of(inputs)
            .when(!inside && inputs.parent.is_some(), "parent", why)
            .and(log_group::retention_fault("queryLogRetentionDays", inputs.settings.query_log_retention_days))
            .into_vec()
    }

    fn knobs(inputs: &DnsZoneInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, inputs: &DnsZoneInputs) -> Result<Place> {
        let region = Region::parse(aws.region()).map_err(Error::new)?;
        let account = if inputs.settings.dnssec { aws.account().await? } else { String::new() };
        Ok(Place { region, root: Partition::of(aws.region()).root(&account) })
    }

    fn build(here: &mut Scope, inputs: DnsZoneInputs, place: Place) -> Result<Self> {
        let comment = format!("{}, public", here.name());
        let args = ZoneArgs { name: inputs.name.clone().into(), comment: comment.into(), ..Default::default() };
        let zone = here.child("zone").protect(inputs.shared.protects()).add::<Zone>(args);
        let delegated = inputs.parent.as_ref().map(|parent| delegation(here, &inputs.name, parent, &zone));
        let private = (!inputs.private_vpc_ids.is_empty()).then(|| private(here, &inputs, place.region));
        let key = inputs.settings.dnssec.then(|| signing::sign(here, &inputs, &zone, &place.root));
        let logged = inputs.settings.is_logged(inputs.shared.profile);
        let log = logged.then(|| query_log::log(here, &inputs, &zone));
        let zone_id = match &delegated {
            Some(record) => zone.zone_id.depends_on(&record.id),
            None => zone.zone_id,
        };
        let or_empty = |output: Option<Output<String>>| output.unwrap_or_else(|| Output::known(String::new()));
        Ok(DnsZone {
            zone_id,
            name_servers: zone.name_servers,
            private_zone_id: or_empty(private.map(|zone| zone.zone_id)),
            ds_record: or_empty(key.map(|key| key.ds_record)),
            query_log_group_name: or_empty(log.map(|group| group.id)),
            report: Report::of(here).meets_if(logged, "Route53.2", "the zone has no query log"),
        })
    }
}

/// The private zone of the same name.
fn private(here: &mut Scope, inputs: &DnsZoneInputs, region: Region) -> ZoneOutputs {
    let each = Output::all(inputs.private_vpc_ids.iter().cloned());
    let vpc = move |vpc_id| ZoneVpc { vpc_id, vpc_region: region.clone() };
    let vpcs = each.map(move |ids| ids.into_iter().map(vpc).collect::<BTreeSet<_>>());
    let comment = format!("{}, private", here.name());
    let name = inputs.name.clone();
    let args = ZoneArgs { name: name.into(), vpcs: vpcs.into(), comment: comment.into(), ..Default::default() };
    here.child("private-zone").protect(inputs.shared.protects()).add::<Zone>(args)
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
    here.child("delegation").at(&parent.place()).add::<Record>(args)
}

impl DnsZoneSettings {
    /// Whether there is a query log, by what is said or by the profile.
    pub fn is_logged(&self, profile: Profile) -> bool {
        self.query_log.unwrap_or(profile == Profile::Fsbp)
    }
}

impl ParentZone {
    /// Where its records are made.
    fn place(&self) -> Common {
        Common { assume_role: self.assume_role.clone(), ..Common::default() }
    }
}

/// Where Route 53 looks for keys and log groups, whatever the component's own region.
fn first_region() -> Common {
    Common { region: Region::parse(EDGE).ok(), ..Common::default() }
}
