//! Where the parts of a stack are added.

mod data;
mod edge;
mod ground;
mod running;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::component::Twin;
use pulumi_plugin::{Component, Error, Output, Result, Scope};

use super::plan::Plan;
use super::wires::Wires;
use super::{Facts, ReferenceStack, estimate};
use crate::components::cdn::Cdn;
use crate::components::fargate_service::FargateService;
use crate::components::{Report, Reporting};
use crate::deletion_protection::{DeletionProtection, DeletionProtectionArgs};
use crate::ec2::security_group_rule::SecurityGroupRuleArgs;
use crate::types::{Cidr, Region};

/// CloudFront's things are in this region.
pub use crate::aws::EDGE as CLOUDFRONT;

/// Where the parts are added.
pub struct Site<'a> {
    here: &'a mut Scope,
    plan: Plan<'a>,
    wires: Wires,
    region: Region,
    /// The other IPv4 ranges of a VPC that there is already, by name.
    ranges: BTreeMap<String, Cidr>,
    /// The subnets in which there is a jump host already.
    hosts: BTreeSet<String>,
    report: Report,
    /// The URNs of the parts, by their keys.
    parts: BTreeMap<String, Output<String>>,
}

/// All outputs of a part, as one.
fn whole<C: Clone + Send + Sync + 'static>(part: C) -> Output<C> {
    Output::known(part)
}

impl<'a> Site<'a> {
    /// Where nothing has been added yet.
    pub fn of(here: &'a mut Scope, plan: Plan<'a>, facts: Facts) -> Site<'a> {
        let Facts { region, ranges, hosts } = facts;
        let report = Report::of(here);
        here.note_at_birth(estimate::time(&plan));
        [estimate::cost(&plan)].into_iter().chain(plan.stale_password()).for_each(|line| here.note(line));
        Site { here, plan, wires: Wires::unknown(), region, ranges, hosts, report, parts: BTreeMap::new() }
    }
}

impl Site<'_> {
    /// Every block, those that take longest first.
    pub fn whole(&mut self) -> Result<ReferenceStack> {
        self.guard();
        let network = self.network();
        let clients = self.clients();
        let private_zone_id = self.private_zone()?;
        let dns = self.dns();
        let slack = self.slack();
        let redis = self.redis();
        let aurora = self.aurora()?;
        let certificate = self.certificate()?;
        let cluster = self.cluster();
        let bucket = self.bucket();
        let (waf, waf_logs) = self.waf();
        let load_balancer = self.load_balancer();
        let cdn = self.cdn()?;
        self.bucket_policy(bucket.as_ref(), cdn.as_ref());
        let vpc_endpoints = self.vpc_endpoints();
        let (records, service) = self.reached(cdn.as_ref())?;
        let session_manager = self.session_manager(aurora.as_ref(), redis.as_ref());
        let alarms = self.alarms();
        self.protection();
        let url = Output::known(format!("https://{}", self.plan.inputs.domain));
        let url = records.iter().fold(url, |url, record| url.depends_on(record));
        let url = service.iter().fold(url, |url, service| url.depends_on(&service.service_arn));
        Ok(ReferenceStack {
            url,
            network: whole(network),
            zone_id: self.wires.zone_id.clone(),
            dns: dns.map(whole),
            private_zone_id,
            certificate: certificate.map(whole),
            cluster: cluster.map(whole),
            load_balancer: load_balancer.map(whole),
            service: service.map(whole),
            clients_security_group_id: clients.map(|_| self.wires.let_out.clone()),
            aurora: aurora.map(whole),
            redis: redis.map(whole),
            bucket: bucket.map(whole),
            cdn: cdn.map(whole),
            waf: Output::known(waf),
            waf_logs: Output::known(waf_logs),
            slack: slack.map(whole),
            alarms: alarms.map(whole),
            session_manager: session_manager.map(whole),
            vpc_endpoints: vpc_endpoints.map(whole),
            report: Report { child_urns: self.here.child_urns(), ..self.report.clone() },
        })
    }

    /// The records and the service, in the order in which no user is refused: a record leads to the load balancer once the service's rule is there, and the
    /// domain to CloudFront once CloudFront finds the load balancer. The rule for the others, those who come past CloudFront or through it, is deleted last.
    fn reached(&mut self, cdn: Option<&Cdn>) -> Result<(Vec<Output<String>>, Option<FargateService>)> {
        // The one rule of a given priority asks for the header after the domain leads to CloudFront, and no more before it leads past it.
        let one = self.plan.blocks.service.as_ref().is_some_and(|it| it.settings.priority.is_some());
        if cdn.is_some() && one {
            let records = self.records(cdn)?;
            let after = |header: Output<_>| records.iter().fold(header, |header, record| header.depends_on(record));
            self.wires.header = self.wires.header.take().map(after);
            return Ok((records, self.service()));
        }
        let service = self.service();
        if let Some(service) = &service {
            self.wires.balancer.dns_name = self.wires.balancer.dns_name.depends_on(&service.service_arn);
        }
        Ok((self.records(cdn)?, service))
    }

    /// Adds a part, and takes over what it reports.
    fn part<C>(&mut self, key: impl Into<String>, inputs: C::Inputs) -> C
    where
        C: Component + Reporting,
        <C::Inputs as Twin>::Args: From<C::Inputs>,
    {
        let key = key.into();
        let part = self.here.part::<C>(key.clone(), inputs.into());
        self.parts.insert(key, part.urn.clone());
        let part = (*part).clone();
        self.report = self.report.clone().including(part.report());
        part
    }

    /// Whoever changes the stack begins here: what holds data is refused to be dropped while it is protected, before anything else is changed.
    fn guard(&mut self) {
        let args = self.protected();
        let guard = self.here.child("guard").add::<DeletionProtection>(args);
        self.here.all_after(&guard);
    }

    /// Whoever destroys the stack begins here, after which there is no way back.
    fn protection(&mut self) {
        let (all, args) = (self.here.child_urns(), self.protected());
        self.here.child("protection").after(&all).add::<DeletionProtection>(args);
    }

    fn protected(&self) -> DeletionProtectionArgs {
        let shared = &self.plan.inputs.shared;
        let holdings = self.plan.blocks.holdings(shared);
        let named = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let data = named(holdings.iter().filter(|it| it.protected).map(|it| it.name).collect());
        DeletionProtectionArgs {
            of: self.here.name().to_owned().into(),
            enabled: (shared.protects() || !data.is_empty()).into(),
            data: data.into(),
            standing: named(holdings.iter().map(|it| it.name).collect()).into(),
        }
    }
}

/// A rule for one port, which is known as soon as what listens there is.
fn at(port: &Output<u16>, rule: SecurityGroupRuleArgs) -> SecurityGroupRuleArgs {
    let port = port.map(i32::from);
    SecurityGroupRuleArgs { from_port: (&port).into(), to_port: port.into(), ..rule }
}

/// What there is of a kind in a region.
fn of_region(all: &Output<BTreeMap<String, String>>, what: &'static str, region: &'static str) -> Output<String> {
    let none = move || Error::new(format!("the stack has no {what} in {region}"));
    all.try_map(move |all| all.get(region).cloned().ok_or_else(none))
}
