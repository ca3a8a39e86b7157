//! An internet gateway, with its attachment.

use aws_sdk_ec2::types::{InternetGateway as AwsInternetGateway, ResourceType};
use pulumi_plugin::{Again, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::filter;
use crate::ec2::tags::{earlier, newborn, retag};

/// The inputs of an internet gateway.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InternetGatewayInputs {
    /// The id of the VPC that the internet gateway is attached to. A VPC can have one internet gateway. Default: attached to none. Another VPC
    /// takes a new gateway, for this one can't be detached while public addresses are mapped through it.
    #[prop(replace, unique)]
    pub vpc_id: Option<String>,
    /// Tags of the internet gateway.
    #[prop(default)]
    pub tags: Tags,
}

/// An internet gateway: connects a VPC with the internet, in both directions, for whatever in it has a public address.
///
/// It can't be detached while public addresses are mapped through it. Give resources that map one (NAT gateways, load balancers) the option
/// `dependsOn` with the gateway, so that they are deleted before it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InternetGateway {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: InternetGatewayInputs,
    /// The ARN of the internet gateway.
    #[prop(stable)]
    pub arn: String,
    /// The id of the account that owns the internet gateway.
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

    async fn earlier(aws: &Aws, _: &InternetGatewayInputs) -> Result<Option<Id>> {
        Ok(earlier(aws, ResourceType::InternetGateway).await?.map(Id::from))
    }

    /// AWS creates a second gateway, and only then refuses to attach it to the VPC that has one.
    async fn standing(aws: &Aws, new: &InternetGatewayInputs) -> Result<Option<Id>> {
        let Some(vpc) = &new.vpc_id else { return Ok(None) };
        let pages = |aws: &Aws, vpcs| {
            let ask = aws.ec2().describe_internet_gateways().filters(filter("attachment.vpc-id", vpcs));
            ask.into_paginator().items().send()
        };
        let found = aws.one("looking for internet gateways of VPCs", vpc, pages, vpc_of).await?;
        Ok(found.and_then(|gateway| gateway.internet_gateway_id).map(Id::from))
    }

    async fn create(aws: &Aws, new: &InternetGatewayInputs) -> Result<Made> {
        let tags = newborn(aws, ResourceType::InternetGateway, &new.tags);
        let create = aws.once().ec2().create_internet_gateway().tag_specifications(tags);
        let made = create.send().await.doing("creating internet gateway", &aws.call().name)?;
        Made::new(made.internet_gateway.and_then(|gateway| gateway.internet_gateway_id))
    }

    async fn finish(aws: &Aws, id: &Id, new: &InternetGatewayInputs) -> Result<()> {
        let Some(vpc) = &new.vpc_id else { return Ok(()) };
        let attach = aws.ec2().attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        let Err(refused) = attach.send().await.done("attaching internet gateway", id) else { return Ok(()) };
        // A call whose answer got lost may have attached it.
        match Self::find(aws, id).await?.as_ref().and_then(vpc_of) {
            Some(now) if now == vpc => Ok(()),
            // Another gateway came first: an unattached one would be left over.
            _ if refused.retry() == Again::Never => Err(refused.dead()),
            _ => Err(refused),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsInternetGateway>> {
        let pages = |aws: &Aws, ids| {
            let ask = aws.ec2().describe_internet_gateways().filters(filter("internet-gateway-id", ids));
            ask.into_paginator().items().send()
        };
        aws.one("reading internet gateways", id, pages, AwsInternetGateway::internet_gateway_id).await
    }

    async fn read(aws: &Aws, id: &Id, gateway: AwsInternetGateway) -> Result<Self> {
        let vpc_id = vpc_of(&gateway).map(str::to_owned);
        let owner_id = gateway.owner_id.unwrap_or_default();
        Ok(InternetGateway {
            inputs: InternetGatewayInputs { vpc_id, tags: aws.visible(gateway.tags.unwrap_or_default()) },
            arn: aws.arn("ec2", &owner_id, &format!("internet-gateway/{id}")),
            owner_id,
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
        if let Some(vpc) = Self::find(aws, id).await?.as_ref().and_then(vpc_of) {
            let detach = aws.ec2().detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
            detach.send().await.unless(&GONE).done("detaching internet gateway", id)?;
        }
        let delete = aws.ec2().delete_internet_gateway().internet_gateway_id(id);
        delete.send().await.unless(&GONE).done("deleting internet gateway", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The VPC that a gateway is attached to.
fn vpc_of(gateway: &AwsInternetGateway) -> Option<&str> {
    gateway.attachments().first().and_then(|attachment| attachment.vpc_id())
}
