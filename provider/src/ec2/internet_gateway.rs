//! An internet gateway, with its attachment.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{InternetGateway as AwsInternetGateway, ResourceType};
use pulumi_plugin::{Again, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::{born, by_id, filter, newborn, once, retag, visible};

/// What the program asks of an internet gateway.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InternetGatewayInputs {
    /// The VPC that it is attached to; a VPC has one at most. Default: none. Another one takes a new gateway: this one can't leave
    /// before the public addresses behind it are gone.
    #[prop(replace)]
    pub vpc_id: Option<String>,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A VPC's way to the internet and back, for whatever has a public address.
///
/// Public addresses hold the attachment: resources that map them (NAT gateways, load balancers) should depend on the gateway, so that
/// they are deleted before it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InternetGateway {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: InternetGatewayInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The account that owns it.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for InternetGateway {
    const TOKEN: &'static str = "gitinfra:ec2:InternetGateway";
    // It can't be detached before the public addresses behind it are gone.
    const WAIT: Wait = Wait::seconds(2, 1200);
    type Session = Aws;
    type Inputs = InternetGatewayInputs;
    type Seen = AwsInternetGateway;

    fn collides(old: &InternetGatewayInputs, new: &InternetGatewayInputs) -> bool {
        old.vpc_id.is_some() && old.vpc_id == new.vpc_id
    }

    async fn earlier(aws: &Aws, _: &InternetGatewayInputs) -> Result<Option<Id>> {
        Ok(born(aws, ResourceType::InternetGateway).await?.map(Id::from))
    }

    /// A VPC has one internet gateway. AWS would only refuse to attach a second one, after it has been made.
    async fn standing(aws: &Aws, new: &InternetGatewayInputs) -> Result<Option<Id>> {
        let Some(vpc) = &new.vpc_id else { return Ok(None) };
        let ask = aws.ec2().describe_internet_gateways().filters(filter("attachment.vpc-id", [vpc]));
        let found = ask.send().await.told("looking for an internet gateway of", vpc)?;
        let first = found.internet_gateways.unwrap_or_default().into_iter().next();
        Ok(first.and_then(|gateway| gateway.internet_gateway_id).map(Id::from))
    }

    async fn create(aws: &Aws, new: &InternetGatewayInputs) -> Result<Made> {
        let tags = newborn(aws, ResourceType::InternetGateway, &new.tags);
        let create = aws.ec2().create_internet_gateway().tag_specifications(tags);
        let made = create.customize().config_override(once()).send().await;
        let made = made.told("creating internet gateway", &aws.call().name)?;
        Made::new(made.internet_gateway.and_then(|gateway| gateway.internet_gateway_id))
    }

    async fn finish(aws: &Aws, id: &Id, new: &InternetGatewayInputs) -> Result<()> {
        let Some(vpc) = &new.vpc_id else { return Ok(()) };
        let attach = aws.ec2().attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        let Err(refused) = attach.send().await.told("attaching internet gateway", id.as_str()) else { return Ok(()) };
        // A call whose answer got lost may have attached it.
        match describe(aws, id).await?.as_ref().and_then(attached) {
            Some(now) if now == *vpc => Ok(()),
            _ if refused.retry() == Again::Never => Err(refused.dead()),
            _ => Err(refused),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsInternetGateway>> {
        describe(aws, id).await
    }

    async fn read(aws: &Aws, id: &Id, gateway: AwsInternetGateway) -> Result<Self> {
        let vpc_id = attached(&gateway);
        let owner_id = gateway.owner_id.unwrap_or_default();
        Ok(InternetGateway {
            arn: aws.arn("ec2", &owner_id, &format!("internet-gateway/{id}")),
            owner_id,
            inputs: InternetGatewayInputs { vpc_id, tags: visible(aws, &gateway.tags.unwrap_or_default()) },
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &InternetGatewayInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        const GONE: [&str; 2] = ["Gateway.NotAttached", "InvalidInternetGatewayID.NotFound"];
        if let Some(vpc) = describe(aws, id).await?.as_ref().and_then(attached) {
            let detach = aws.ec2().detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
            detach.send().await.unless(&GONE).told("detaching internet gateway", id.as_str())?;
        }
        let delete = aws.ec2().delete_internet_gateway().internet_gateway_id(id);
        delete.send().await.unless(&GONE).told("deleting internet gateway", id.as_str()).map(drop)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The gateway of an id. Asked together with others that are asked about at the same moment.
async fn describe(aws: &Aws, id: &Id) -> Result<Option<AwsInternetGateway>> {
    static BATCH: LazyLock<Batch<AwsInternetGateway>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let ask = ec2.describe_internet_gateways().filters(filter("internet-gateway-id", ids));
        let found = ask.into_paginator().items().send();
        let id = AwsInternetGateway::internet_gateway_id;
        by_id(found, "reading internet gateways", id).await
    };
    BATCH.ask(aws.place(), id.as_str(), ask).await
}

/// The VPC that it is attached to.
fn attached(gateway: &AwsInternetGateway) -> Option<String> {
    let first = gateway.attachments().first();
    first.and_then(|a| a.vpc_id()).map(str::to_owned)
}
