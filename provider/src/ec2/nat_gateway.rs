//! A NAT gateway.

use aws_sdk_ec2::types::{
    ConnectivityType as AwsConnectivityType, NatGateway as AwsNatGateway, NatGatewayAddress, NatGatewayState,
    ResourceType,
};
use pulumi_plugin::{Fault, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags, word_or};
use crate::ec2::filter;
use crate::ec2::tags::{earlier, newborn, retag};

/// The inputs of a NAT gateway.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NatGatewayInputs {
    /// The id of the subnet that the NAT gateway is in. A public NAT gateway needs a public subnet: one with a route to an internet gateway.
    #[prop(replace)]
    pub subnet_id: String,
    /// The allocation id of the Elastic IP address of the NAT gateway. Needed by a public NAT gateway, not allowed for a private one.
    #[prop(replace)]
    pub allocation_id: Option<String>,
    /// The connectivity type of the NAT gateway: what it connects to.
    #[prop(default = ConnectivityType::Public, replace)]
    pub connectivity_type: ConnectivityType,
    /// The private IPv4 address of the NAT gateway in its subnet. Default: one that AWS chooses.
    #[prop(replace, computed)]
    pub private_ip: Option<String>,
    /// Tags of the NAT gateway.
    #[prop(default)]
    pub tags: Tags,
}

/// The connectivity type of a NAT gateway: what it connects to.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ConnectivityType {
    /// The internet.
    #[prop(rename = "public")]
    Public,
    /// Other VPCs and the networks behind them.
    #[prop(rename = "private")]
    Private,
}

/// A NAT gateway: lets private subnets reach the internet, or other VPCs, through one address.
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
    /// The public IPv4 address of the NAT gateway. A private NAT gateway has none.
    #[prop(stable)]
    pub public_ip: Option<String>,
    /// The id of the network interface of the NAT gateway.
    #[prop(stable)]
    pub network_interface_id: Option<String>,
    /// The id of the VPC that the NAT gateway is in.
    #[prop(stable)]
    pub vpc_id: String,
}

impl Resource for NatGateway {
    const TOKEN: &'static str = "gitinfra:ec2:NatGateway";
    const WAIT: Wait = Wait::seconds(110, 900);
    type Session = Aws;
    type Inputs = NatGatewayInputs;
    type Seen = AwsNatGateway;

    fn check(new: &NatGatewayInputs) -> Vec<Fault> {
        let why = match (new.connectivity_type, &new.allocation_id) {
            (ConnectivityType::Public, None) => "missing: a public NAT gateway needs the id of an Elastic IP address",
            (ConnectivityType::Private, Some(_)) => {
                "a private NAT gateway has no Elastic IP address; leave it out, or set `connectivityType` to `public`"
            }
            _ => return Vec::new(),
        };
        vec![Fault::new("allocationId", why)]
    }

    /// Two gateways can't have the same address.
    fn collides(old: &NatGatewayInputs, new: &NatGatewayInputs) -> bool {
        let same = |old: &Option<String>, new: &Option<String>| old.is_some() && old == new;
        same(&old.allocation_id, &new.allocation_id) || same(&old.private_ip, &new.private_ip)
    }

    async fn earlier(aws: &Aws, _: &NatGatewayInputs) -> Result<Option<Id>> {
        let Some(id) = earlier(aws, ResourceType::Natgateway).await?.map(Id::from) else { return Ok(None) };
        // AWS keeps the tags of a gateway that failed or was deleted for an hour.
        let alive = |nat: &AwsNatGateway| !matches!(Self::progress(nat), Progress::Failed(_) | Progress::Leaving(_));
        Ok(Self::find(aws, &id).await?.filter(alive).map(|_| id))
    }

    async fn create(aws: &Aws, new: &NatGatewayInputs) -> Result<Made> {
        let create = aws
            .once()
            .ec2()
            .create_nat_gateway()
            .client_token(&aws.birth().once)
            .subnet_id(&new.subnet_id)
            .set_allocation_id(new.allocation_id.clone())
            .connectivity_type(AwsConnectivityType::from(new.connectivity_type.as_str()))
            .set_private_ip_address(new.private_ip.clone())
            .tag_specifications(newborn(aws, ResourceType::Natgateway, &new.tags));
        let made = create.send().await.doing("creating NAT gateway in", &new.subnet_id)?;
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
            Some(NatGatewayState::Available) => Progress::Done,
            Some(NatGatewayState::Failed) => Progress::Failed(why(nat)),
            Some(NatGatewayState::Deleting) => Progress::Leaving("deleting".into()),
            _ => Progress::Pending("pending".into()),
        }
    }

    async fn read(aws: &Aws, id: &Id, nat: AwsNatGateway) -> Result<Self> {
        let account = aws.account().await?;
        let addresses = nat.nat_gateway_addresses.unwrap_or_default();
        let primary = addresses.iter().find(|address| address.is_primary == Some(true)).or(addresses.first()).cloned();
        let address = primary.unwrap_or_else(|| NatGatewayAddress::builder().build());
        Ok(NatGateway {
            inputs: NatGatewayInputs {
                subnet_id: nat.subnet_id.unwrap_or_default(),
                allocation_id: address.allocation_id,
                connectivity_type: word_or(nat.connectivity_type, ConnectivityType::Public)?,
                private_ip: address.private_ip,
                tags: aws.visible(nat.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &account, &format!("natgateway/{id}")),
            public_ip: address.public_ip,
            network_interface_id: address.network_interface_id,
            vpc_id: nat.vpc_id.unwrap_or_default(),
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &NatGatewayInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_nat_gateway().nat_gateway_id(id);
        delete.send().await.unless(&["NatGatewayNotFound"]).done("deleting NAT gateway", id)
    }
}

/// Why the gateway has failed, in AWS's words.
fn why(nat: &AwsNatGateway) -> String {
    let code = nat.failure_code().unwrap_or("unknown");
    match nat.failure_message() {
        Some(message) => format!("{code}: {}", message.trim_end_matches('.')),
        None => code.to_owned(),
    }
}
