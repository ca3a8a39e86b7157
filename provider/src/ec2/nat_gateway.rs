//! A NAT gateway.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{
    ConnectivityType as AwsConnectivityType, NatGateway as AwsNatGateway, NatGatewayAddress, NatGatewayState,
    ResourceType,
};
use pulumi_plugin::{Fault, Id, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::{born, by_id, filter, newborn, retag, visible};

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

    async fn create(aws: &Aws, new: &NatGatewayInputs) -> Result<Id> {
        if let Some(id) = born(aws, ResourceType::Natgateway).await? {
            let id = Id::from(id);
            // The tags of a gateway outlive it by an hour.
            if describe(aws, &id).await?.is_some_and(|nat| alive(&nat)) {
                return Ok(id);
            }
        }
        let create = aws
            .ec2()
            .create_nat_gateway()
            .client_token(&aws.birth().once)
            .subnet_id(&new.subnet_id)
            .set_allocation_id(new.allocation_id.clone())
            .connectivity_type(AwsConnectivityType::from(new.connectivity_type.as_str()))
            .set_private_ip_address(new.private_ip.clone())
            .tag_specifications(newborn(aws, ResourceType::Natgateway, &new.tags));
        let made = create.send().await.told("creating NAT gateway in", &new.subnet_id)?;
        let id = made.nat_gateway().and_then(AwsNatGateway::nat_gateway_id);
        Ok(Id::from(id.unwrap_or_default()))
    }

    async fn ready(aws: &Aws, id: &Id) -> Result<Progress> {
        let Some(nat) = describe(aws, id).await? else {
            return Ok(Progress::Pending("pending".into()));
        };
        Ok(match nat.state() {
            Some(NatGatewayState::Available) => Progress::Done,
            Some(NatGatewayState::Pending) => Progress::Pending("pending".into()),
            Some(NatGatewayState::Failed) => Progress::Failed(why(&nat)),
            other => Progress::Failed(format!("it is {}", word(other))),
        })
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        // A gateway that has failed never comes to life, and AWS clears it away within an hour: it counts as gone.
        let Some(nat) = describe(aws, id).await?.filter(alive) else {
            return Ok(None);
        };
        let account = aws.account().await?;
        let address = primary(&nat);
        let of = |get: fn(&NatGatewayAddress) -> Option<&str>| address.and_then(get).map(str::to_owned);
        Ok(Some(NatGateway {
            inputs: NatGatewayInputs {
                subnet_id: nat.subnet_id().unwrap_or_default().to_owned(),
                allocation_id: of(NatGatewayAddress::allocation_id),
                connectivity_type: match nat.connectivity_type() {
                    Some(AwsConnectivityType::Private) => ConnectivityType::Private,
                    _ => ConnectivityType::Public,
                },
                private_ip: of(NatGatewayAddress::private_ip),
                tags: visible(aws, nat.tags()),
            },
            arn: aws.arn("ec2", &account, &format!("natgateway/{id}")),
            public_ip: of(NatGatewayAddress::public_ip),
            network_interface_id: of(NatGatewayAddress::network_interface_id),
            vpc_id: nat.vpc_id().unwrap_or_default().to_owned(),
        }))
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &NatGatewayInputs) -> Result<()> {
        retag(aws, id.as_str(), &old.inputs.tags, &new.tags).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_nat_gateway().nat_gateway_id(id.as_str());
        let deleted = delete.send().await.unless(&["NatGatewayNotFound"]);
        deleted.told("deleting NAT gateway", id.as_str()).map(drop)
    }

    async fn gone(aws: &Aws, id: &Id) -> Result<Progress> {
        let nat = describe(aws, id).await?;
        Ok(match nat.as_ref().map(AwsNatGateway::state) {
            None | Some(Some(NatGatewayState::Deleted | NatGatewayState::Failed)) => Progress::Done,
            Some(state) => Progress::Pending(word(state)),
        })
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

fn alive(nat: &AwsNatGateway) -> bool {
    use NatGatewayState::{Available, Pending};
    matches!(nat.state(), Some(Available | Pending))
}

fn primary(nat: &AwsNatGateway) -> Option<&NatGatewayAddress> {
    let addresses = nat.nat_gateway_addresses();
    let first = addresses.iter().find(|a| a.is_primary() == Some(true));
    first.or(addresses.first())
}

fn word(state: Option<&NatGatewayState>) -> String {
    state.map_or("unknown", |state| state.as_str()).to_owned()
}

/// AWS's own words for why it has failed.
fn why(nat: &AwsNatGateway) -> String {
    let code = nat.failure_code().unwrap_or("unknown");
    match nat.failure_message() {
        Some(message) => format!("{code}: {}", message.trim_end_matches('.')),
        None => code.to_owned(),
    }
}
