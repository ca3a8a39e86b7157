//! A NAT gateway.

mod addresses;
mod inputs;

use std::time::Duration;

use aws_sdk_ec2::types::{
    AvailabilityMode as AwsMode, ConnectivityType as AwsConnectivityType, NatGateway as AwsNatGateway,
    NatGatewayAddress, NatGatewayAddressStatus, NatGatewayState, ResourceType,
};
use pulumi_plugin::{Fault, Id, Made, Order, Progress, Property, Resource, Result, Wait};

pub use self::inputs::{AvailabilityMode, AvailabilityZoneAddress, ConnectivityType, NatGatewayArgs, NatGatewayInputs};
use crate::aws::list::some;
use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::filter;
use crate::ec2::tags::{earlier, newborn, retag};

/// How long the connections of an address that is removed may go on where the program does not say, in seconds.
const DRAIN: u32 = 350;

/// A NAT gateway: lets private subnets reach the internet, or other VPCs, through its addresses.
///
/// A public NAT gateway needs the internet gateway of its VPC. Give it the option `dependsOn` with the internet gateway, so that it is created after
/// it and deleted before it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NatGateway {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: NatGatewayInputs,
    /// The ARN of the NAT gateway.
    #[prop(stable)]
    pub arn: String,
    /// The public IPv4 address of a zonal NAT gateway: its primary one. A private NAT gateway has none.
    #[prop(stable)]
    pub public_ip: Option<String>,
    /// All public IPv4 addresses of the NAT gateway. A regional one that AWS gives its addresses has others as zones come and go.
    pub public_ips: Vec<String>,
    /// The id of the network interface of a zonal NAT gateway.
    #[prop(stable)]
    pub network_interface_id: Option<String>,
    /// The id of the route table of a regional NAT gateway.
    #[prop(stable)]
    pub route_table_id: Option<String>,
}

impl Resource for NatGateway {
    const TOKEN: &'static str = "gitinfra:ec2:NatGateway";
    const WAIT: Wait = Wait::seconds(110, 900);
    type Session = Aws;
    type Inputs = NatGatewayInputs;
    type Seen = AwsNatGateway;

    /// An address that is removed stays until its connections have ended.
    fn wait(new: &NatGatewayInputs) -> Wait {
        let drain = new.max_drain_duration_seconds.as_ref().map_or(DRAIN, Order::value);
        Wait { longest: Self::WAIT.longest + Duration::from_secs(drain.into()), ..Self::WAIT }
    }

    fn check(new: &NatGatewayInputs) -> Vec<Fault> {
        new.faults()
    }

    /// Two gateways can't have the same address.
    fn collides(old: &NatGatewayInputs, new: &NatGatewayInputs) -> bool {
        let same = old.private_ip.is_some() && old.subnet_id == new.subnet_id && old.private_ip == new.private_ip;
        same || !old.allocations().is_disjoint(&new.allocations())
    }

    /// Whether AWS gives a regional one its addresses is fixed at creation.
    fn replaces(old: &NatGatewayInputs, new: &NatGatewayInputs) -> Vec<&'static str> {
        match old.availability_zone_addresses.is_empty() == new.availability_zone_addresses.is_empty() {
            true => Vec::new(),
            false => vec!["availabilityZoneAddresses"],
        }
    }

    async fn earlier(aws: &Aws, _: &NatGatewayInputs) -> Result<Option<Id>> {
        let Some(id) = earlier(aws, ResourceType::Natgateway).await?.map(Id::from) else { return Ok(None) };
        // AWS keeps the tags of a gateway that failed or was deleted for an hour.
        let alive = |nat: &AwsNatGateway| !matches!(Self::progress(nat), Progress::Failed(_) | Progress::Leaving(_));
        Ok(Self::find(aws, &id).await?.filter(alive).map(|_| id))
    }

    async fn create(aws: &Aws, new: &NatGatewayInputs) -> Result<Made> {
        let regional = new.availability_mode == AvailabilityMode::Regional;
        let addresses = new.availability_zone_addresses.iter().map(AvailabilityZoneAddress::written);
        let create = aws
            .once()
            .ec2()
            .create_nat_gateway()
            .client_token(&aws.birth().once)
            .set_availability_mode(regional.then_some(AwsMode::Regional))
            .set_vpc_id(new.vpc_id.clone().filter(|_| regional))
            .set_availability_zone_addresses(some(addresses))
            .set_subnet_id(new.subnet_id.clone())
            .set_allocation_id(new.allocation_id.clone())
            .connectivity_type(AwsConnectivityType::from(new.connectivity_type.as_str()))
            .set_private_ip_address(new.private_ip.clone())
            .set_secondary_allocation_ids(some(new.secondary_allocation_ids.iter().cloned()))
            .set_secondary_private_ip_addresses(some(new.secondary_private_ip_addresses.iter().flatten().cloned()))
            .set_secondary_private_ip_address_count(new.secondary_count_to_choose())
            .tag_specifications(newborn(aws, ResourceType::Natgateway, &new.tags));
        let place = new.subnet_id.as_ref().or(new.vpc_id.as_ref());
        let made = create.send().await.doing("creating NAT gateway in", place.unwrap_or(&String::new()))?;
        Made::new(made.nat_gateway.and_then(|nat| nat.nat_gateway_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsNatGateway>> {
        let pages = |aws: &Aws, ids| {
            aws.ec2().describe_nat_gateways().filter(filter("nat-gateway-id", ids)).into_paginator().items().send()
        };
        let found = aws.one("reading NAT gateways", id, pages, AwsNatGateway::nat_gateway_id).await?;
        // AWS lists a deleted gateway for an hour.
        Ok(found.filter(|nat| nat.state != Some(NatGatewayState::Deleted)))
    }

    fn progress(nat: &AwsNatGateway) -> Progress {
        match &nat.state {
            Some(NatGatewayState::Available) => spreading(nat),
            Some(NatGatewayState::Failed) => Progress::Failed(why(nat)),
            Some(NatGatewayState::Deleting) => Progress::Leaving("deleting".into()),
            _ => Progress::Pending("pending".into()),
        }
    }

    async fn read(aws: &Aws, id: &Id, nat: AwsNatGateway) -> Result<Self> {
        let account = aws.account().await?;
        let addresses = nat.nat_gateway_addresses();
        let zonal = nat.availability_mode != Some(AwsMode::Regional);
        let primary = addresses.iter().find(|address| address.is_primary == Some(true)).or(addresses.first());
        let primary = primary.filter(|_| zonal).cloned().unwrap_or_else(|| NatGatewayAddress::builder().build());
        let mut public_ips: Vec<_> = addresses.iter().filter_map(|address| address.public_ip.clone()).collect();
        public_ips.sort();
        Ok(NatGateway {
            arn: aws.arn("ec2", &account, &format!("natgateway/{id}")),
            public_ip: primary.public_ip.clone(),
            public_ips,
            network_interface_id: primary.network_interface_id.clone(),
            route_table_id: nat.route_table_id.clone(),
            inputs: NatGatewayInputs::read(aws, primary, nat)?,
        })
    }

    fn respell(&mut self, given: &NatGatewayInputs) {
        self.inputs.respell(given);
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &NatGatewayInputs) -> Result<()> {
        match Self::find(aws, id).await? {
            Some(nat) => addresses::bring(aws, id, &nat, new).await,
            None => Ok(()),
        }
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_nat_gateway().nat_gateway_id(id);
        delete.send().await.unless(&["NatGatewayNotFound"]).done("deleting NAT gateway", id)
    }
}

/// How far the addresses of an available gateway are.
fn spreading(nat: &AwsNatGateway) -> Progress {
    use NatGatewayAddressStatus::{Assigning, Associating, Disassociating, Succeeded, Unassigning};
    let all = nat.nat_gateway_addresses();
    let moves =
        |status: &&NatGatewayAddressStatus| matches!(status, Assigning | Associating | Disassociating | Unassigning);
    if let Some(state) = all.iter().filter_map(|each| each.status.as_ref()).find(moves) {
        return Progress::Pending(format!("{} addresses", state.as_str()));
    }
    // AWS goes on to list a failure that another attempt has made good.
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    let good = |failed: &NatGatewayAddress| {
        let mut there = all.iter().filter(|each| each.status == Some(Succeeded));
        there.any(|each| same(&each.allocation_id, &failed.allocation_id) || same(&each.private_ip, &failed.private_ip))
    };
    match all.iter().find(|each| has_failed(each) && !good(each)) {
        Some(failed) => {
            let which = failed.private_ip().or(failed.allocation_id()).unwrap_or_default();
            let why = failed.failure_message().unwrap_or("AWS does not say why").trim_end_matches('.');
            Progress::Failed(format!("address {which}: {why}"))
        }
        None => Progress::Done,
    }
}

/// Whether an address came to nothing.
fn has_failed(address: &NatGatewayAddress) -> bool {
    address.status == Some(NatGatewayAddressStatus::Failed)
}

/// Why the gateway has failed, in AWS's words.
fn why(nat: &AwsNatGateway) -> String {
    let code = nat.failure_code().unwrap_or("unknown");
    match nat.failure_message() {
        Some(message) => format!("{code}: {}", message.trim_end_matches('.')),
        None => code.to_owned(),
    }
}
