//! A NAT gateway.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{
    ConnectivityType as AwsConnectivityType, NatGateway as AwsNatGateway, NatGatewayAddress, NatGatewayState,
    ResourceType,
};
use pulumi_plugin::{Fault, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::{born, by_id, filter, newborn, once, retag, visible};

/// What the program asks of a NAT gateway.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NatGatewayInputs {
    /// The subnet that it stands in: a public one, for a public gateway.
    #[prop(replace)]
    pub subnet_id: String,
    /// The Elastic IP address that it speaks with. Needed by a public gateway, not allowed for a private one.
    #[prop(replace)]
    pub allocation_id: Option<String>,
    /// Where it leads to.
    #[prop(default = ConnectivityType::Public, replace)]
    pub connectivity_type: ConnectivityType,
    /// Its address in the subnet. Default: one that AWS chooses. Another one takes a new gateway.
    #[prop(replace, computed)]
    pub private_ip: Option<String>,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// Where a NAT gateway leads to.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ConnectivityType {
    /// To the internet.
    #[prop(rename = "public")]
    Public,
    /// To other VPCs and networks of one's own.
    #[prop(rename = "private")]
    Private,
}

/// The way out for what has no public address: many private addresses speak with its one.
///
/// A public gateway needs the VPC's internet gateway: let it depend on that, for its birth and for the internet gateway's end.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NatGateway {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: NatGatewayInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The public address that it speaks with; none for a private gateway.
    #[prop(stable)]
    pub public_ip: Option<String>,
    /// Its network interface.
    #[prop(stable)]
    pub network_interface_id: Option<String>,
    /// The VPC.
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

    /// Two gateways can't have one address.
    fn collides(old: &NatGatewayInputs, new: &NatGatewayInputs) -> bool {
        let same = |old: &Option<String>, new: &Option<String>| old.is_some() && old == new;
        same(&old.allocation_id, &new.allocation_id) || same(&old.private_ip, &new.private_ip)
    }

    async fn earlier(aws: &Aws, _: &NatGatewayInputs) -> Result<Option<Id>> {
        let Some(id) = born(aws, ResourceType::Natgateway).await?.map(Id::from) else { return Ok(None) };
        // The tags of a deleted gateway stay for an hour.
        let nat = describe(aws, &id).await?;
        Ok(nat
            .filter(|nat| matches!(nat.state, Some(NatGatewayState::Available | NatGatewayState::Pending)))
            .map(|_| id))
    }

    async fn create(aws: &Aws, new: &NatGatewayInputs) -> Result<Made> {
        let create = aws
            .ec2()
            .create_nat_gateway()
            .client_token(&aws.birth().once)
            .subnet_id(&new.subnet_id)
            .set_allocation_id(new.allocation_id.clone())
            .connectivity_type(AwsConnectivityType::from(new.connectivity_type.as_str()))
            .set_private_ip_address(new.private_ip.clone())
            .tag_specifications(newborn(aws, ResourceType::Natgateway, &new.tags));
        let made = create.customize().config_override(once()).send().await;
        let made = made.told("creating NAT gateway in", &new.subnet_id)?;
        Made::new(made.nat_gateway.and_then(|nat| nat.nat_gateway_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsNatGateway>> {
        // A deleted gateway stays listed for an hour.
        Ok(describe(aws, id).await?.filter(|nat| nat.state != Some(NatGatewayState::Deleted)))
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
                connectivity_type: match nat.connectivity_type {
                    Some(AwsConnectivityType::Private) => ConnectivityType::Private,
                    _ => ConnectivityType::Public,
                },
                private_ip: address.private_ip,
                tags: visible(aws, &nat.tags.unwrap_or_default()),
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
        let deleted = delete.send().await.unless(&["NatGatewayNotFound"]);
        deleted.told("deleting NAT gateway", id.as_str()).map(drop)
    }
}

/// The gateway of an id. Asked together with others that are asked about at the same moment.
async fn describe(aws: &Aws, id: &Id) -> Result<Option<AwsNatGateway>> {
    static BATCH: LazyLock<Batch<AwsNatGateway>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let ask = ec2.describe_nat_gateways().filter(filter("nat-gateway-id", ids));
        let found = ask.into_paginator().items().send();
        by_id(found, "reading NAT gateways", AwsNatGateway::nat_gateway_id).await
    };
    BATCH.ask(aws.place(), id.as_str(), ask).await
}

/// AWS's own words for why it has failed.
fn why(nat: &AwsNatGateway) -> String {
    let code = nat.failure_code().unwrap_or("unknown");
    match nat.failure_message() {
        Some(message) => format!("{code}: {}", message.trim_end_matches('.')),
        None => code.to_owned(),
    }
}
