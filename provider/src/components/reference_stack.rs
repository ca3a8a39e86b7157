//! The whole stack.

mod blocks;
mod estimate;
mod holdings;
mod inputs;
mod outside;
mod parent;
mod plan;
mod rules;
#[cfg(test)]
mod samples;
mod site;
mod tiers;
mod wires;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{AttributeBooleanValue, VpcAttributeName};
use pulumi_plugin::{Component, Error, Fault, Knobs, Output, Outputs, Result, Scope};

pub use self::blocks::*;
pub use self::inputs::{ReferenceStackArgs, ReferenceStackInputs};
use self::plan::Plan;
use self::site::Site;
use crate::aws::{Aws, Doing as _};
use crate::components::Report;
use crate::components::alarms::Alarms;
use crate::components::aurora_postgres::AuroraPostgres;
use crate::components::cdn::Cdn;
use crate::components::certificate::Certificate;
use crate::components::cluster::Cluster;
use crate::components::dns_zone::DnsZone;
use crate::components::fargate_service::FargateService;
use crate::components::load_balancer::LoadBalancer;
use crate::components::network::Network;
use crate::components::private_bucket::PrivateBucket;
use crate::components::redis::Redis;
use crate::components::session_manager::SessionManager;
use crate::components::slack_notifier::SlackNotifier;
use crate::components::vpc_endpoints::VpcEndpoints;
use crate::components::waf::Waf;
use crate::components::waf_logs::WafLogs;
use crate::ec2::filter;
use crate::types::{Cidr, Region};

/// A whole stack for a web application: a network, a delegated domain with certificates in two regions, a service on Fargate Spot behind a load balancer that only
/// CloudFront reaches, Aurora PostgreSQL, Redis, a private bucket, web ACLs with their logs, alarms that come to Slack, and a way in without a bastion.
///
/// ```yaml
/// resources:
///   web:
///     type: gitinfra:index:ReferenceStack
///     properties:
///       domain: app.example.com
///       parentZone: {zoneId: Z0123, assumeRole: {roleArn: 'arn:aws:iam::222222222222:role/dns'}}
///       service: {image: 'public.ecr.aws/nginx/nginx:1.27', port: 8080}
///       slack: {workspaceId: T0123ABCD, channelId: C0123ABCD}
/// ```
#[derive(Clone, Outputs)]
pub struct ReferenceStack {
    /// The address at which users reach the stack: `https://` and the domain. Known once it leads there.
    pub url: Output<String>,
    /// The network.
    pub network: Output<Network>,
    /// The id of the public hosted zone.
    pub zone_id: Output<String>,
    /// The hosted zone, unless there was one already.
    pub dns: Option<Output<DnsZone>>,
    /// The id of the private hosted zone `internal.DOMAIN`, whose names only the VPC knows; if there is a database or a cache.
    pub private_zone_id: Option<Output<String>>,
    /// The certificates, unless there were some already.
    pub certificate: Option<Output<Certificate>>,
    /// The ECS cluster, unless there was one already.
    pub cluster: Option<Output<Cluster>>,
    /// The load balancer.
    pub load_balancer: Option<Output<LoadBalancer>>,
    /// The service.
    pub service: Option<Output<FargateService>>,
    /// The id of the security group of those that reach database and cache, for another service to be in, too; if there is one of both.
    pub clients_security_group_id: Option<Output<String>>,
    /// The database.
    pub aurora: Option<Output<AuroraPostgres>>,
    /// The cache.
    pub redis: Option<Output<Redis>>,
    /// The bucket.
    pub bucket: Option<Output<PrivateBucket>>,
    /// The distribution.
    pub cdn: Option<Output<Cdn>>,
    /// The web ACLs: `cloudfront` and `regional`.
    pub waf: Output<BTreeMap<String, Waf>>,
    /// The logs of the web ACLs: `cloudfront` and `regional`.
    pub waf_logs: Output<BTreeMap<String, WafLogs>>,
    /// The Slack channel's topic and configuration.
    pub slack: Option<Output<SlackNotifier>>,
    /// The alarms.
    pub alarms: Option<Output<Alarms>>,
    /// Session Manager and the jump host.
    pub session_manager: Option<Output<SessionManager>>,
    /// The VPC endpoints.
    pub vpc_endpoints: Option<Output<VpcEndpoints>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

/// What has to be known first.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The stack's region.
    region: Region,
    /// The other IPv4 ranges of a VPC that there is already, by name.
    ranges: BTreeMap<String, Cidr>,
    /// The ids of the subnets in which there is a jump host of the stack's name.
    hosts: BTreeSet<String>,
}

impl Component for ReferenceStack {
    const TOKEN: &'static str = "gitinfra:index:ReferenceStack";
    type Session = Aws;
    type Inputs = ReferenceStackInputs;
    type Facts = Facts;

    fn check(inputs: &ReferenceStackInputs) -> Vec<Fault> {
        rules::faults(inputs)
    }

    fn knobs(inputs: &ReferenceStackInputs) -> Knobs {
        inputs.shared.knobs()
    }

    fn retell(key: &str, fault: Fault) -> Vec<Fault> {
        rules::retold(key, fault)
    }

    async fn look(aws: &Aws, inputs: &ReferenceStackInputs) -> Result<Facts> {
        let plan = Plan::of(inputs)?;
        let balancer = plan.blocks.load_balancer.is_some();
        if let Some(fault) = rules::certificate(&plan, aws.region(), balancer, "the load balancer needs") {
            return Err(fault.into());
        }
        tiers::look(aws, &plan).await?;
        outside::look(aws, &plan).await?;
        parent::delegates(aws, inputs).await?;
        let region = Region::parse(aws.region()).map_err(Error::new)?;
        Ok(Facts { region, ranges: ranges(aws, &plan).await?, hosts: hosts(aws, &plan).await? })
    }

    fn build(here: &mut Scope, inputs: ReferenceStackInputs, facts: Facts) -> Result<Self> {
        Site::of(here, Plan::of(&inputs)?, facts).whole()
    }
}

/// The IPv4 ranges of a VPC that there is already, but for its first one, where something is reached from them all. That there is no such VPC is told by
/// the network.
async fn ranges(aws: &Aws, plan: &Plan<'_>) -> Result<BTreeMap<String, Cidr>> {
    let reached = plan.blocks.vpc_endpoints.as_ref().is_some_and(|it| it.settings.interfaces() > 0);
    let Some(id) = plan.blocks.network.settings.vpc_id.as_ref().filter(|_| reached) else { return Ok(BTreeMap::new()) };
    let told = aws.ec2().describe_vpcs().filters(filter("vpc-id", [id])).send().await.doing("looking for VPC", id)?;
    let vpcs = told.vpcs.unwrap_or_default();
    if !vpcs.is_empty() {
        resolves(aws, plan, id).await?;
    }
    let all = vpcs.into_iter().flat_map(|vpc| {
        let first = vpc.cidr_block.unwrap_or_default();
        let all = vpc.cidr_block_association_set.unwrap_or_default().into_iter().filter_map(|it| it.cidr_block);
        all.filter(move |range| *range != first)
    });
    all.map(|range| Ok((range.replace('/', "-"), Cidr::parse(&range).map_err(Error::new)?))).collect()
}

/// So EC2 answers whoever may not ask, as policies of former versions have it.
const DENIED: &str = "UnauthorizedOperation";

/// The subnets in which there is a jump host of the stack's name: it stays there when the network gets another zone.
async fn hosts(aws: &Aws, plan: &Plan<'_>) -> Result<BTreeSet<String>> {
    if !plan.blocks.session_manager.as_ref().is_some_and(|it| it.settings.jump_host.enabled) {
        return Ok(BTreeSet::new());
    }
    let name = format!("{}-session-manager-jump-host", aws.call().name);
    let states = filter("instance-state-name", ["pending", "running", "stopping", "stopped"]);
    let asked = aws.ec2().describe_instances().filters(filter("tag:Name", [&name])).filters(states);
    let told = asked.send().await.unless(&[DENIED]).doing("looking for instance", &name)?;
    let all = told
        .and_then(|told| told.reservations)
        .unwrap_or_default()
        .into_iter()
        .flat_map(|it| it.instances.unwrap_or_default());
    Ok(all.filter_map(|instance| instance.subnet_id).collect())
}

/// Refuses a VPC in which private DNS of endpoints does not work, unless the program says how each is.
async fn resolves(aws: &Aws, plan: &Plan<'_>, vpc: &str) -> Result<()> {
    if plan.blocks.vpc_endpoints.as_ref().is_some_and(|it| !it.own.overrides.is_empty()) {
        return Ok(());
    }
    for (name, words) in [
        (VpcAttributeName::EnableDnsSupport, "enableDnsSupport"),
        (VpcAttributeName::EnableDnsHostnames, "enableDnsHostnames"),
    ] {
        let ask = aws.ec2().describe_vpc_attribute().vpc_id(vpc).attribute(name);
        let told = ask.send().await.unless(&[DENIED]).doing("reading an attribute of VPC", vpc)?;
        let off = |value: &AttributeBooleanValue| value.value == Some(false);
        let [support, names] = [
            told.as_ref().and_then(|it| it.enable_dns_support()),
            told.as_ref().and_then(|it| it.enable_dns_hostnames()),
        ];
        if support.or(names).is_some_and(off) {
            let why = format!(
                "VPC endpoints need the attribute `{words}` of `{vpc}`, which is off: turn it on, or leave them out with `vpcEndpoints: false`"
            );
            return Err(Fault::new("network.vpcId", why).into());
        }
    }
    Ok(())
}
