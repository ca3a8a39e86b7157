//! An egress-only internet gateway.

use aws_sdk_ec2::types::{EgressOnlyInternetGateway as AwsGateway, ResourceType};
use pulumi_plugin::{Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::tags::{earlier, newborn, retag};

/// The inputs of an egress-only internet gateway.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EgressOnlyInternetGatewayInputs {
    /// The id of the VPC that the egress-only internet gateway is attached to.
    #[prop(replace)]
    pub vpc_id: String,
    /// Tags of the egress-only internet gateway.
    #[prop(default)]
    pub tags: Tags,
}

/// An egress-only internet gateway: lets a VPC reach the internet by IPv6, and the internet not reach into the VPC.
///
/// A route with `destinationIpv6CidrBlock: ::/0` and `egressOnlyInternetGatewayId` leads to it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EgressOnlyInternetGateway {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: EgressOnlyInternetGatewayInputs,
    /// The ARN of the egress-only internet gateway.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for EgressOnlyInternetGateway {
    const TOKEN: &'static str = "gitinfra:ec2:EgressOnlyInternetGateway";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = EgressOnlyInternetGatewayInputs;
    type Seen = AwsGateway;

    async fn earlier(aws: &Aws, _: &EgressOnlyInternetGatewayInputs) -> Result<Option<Id>> {
        Ok(earlier(aws, ResourceType::EgressOnlyInternetGateway).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &EgressOnlyInternetGatewayInputs) -> Result<Made> {
        let create = aws
            .once()
            .ec2()
            .create_egress_only_internet_gateway()
            .client_token(&aws.birth().once)
            .vpc_id(&new.vpc_id)
            .tag_specifications(newborn(aws, ResourceType::EgressOnlyInternetGateway, &new.tags));
        let made = create.send().await.doing("creating egress-only internet gateway of", &new.vpc_id)?;
        Made::new(made.egress_only_internet_gateway.and_then(|gateway| gateway.egress_only_internet_gateway_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsGateway>> {
        // An id that is not there is left out of the answer.
        let pages = |aws: &Aws, ids| {
            let ask = aws.ec2().describe_egress_only_internet_gateways();
            ask.set_egress_only_internet_gateway_ids(Some(ids)).into_paginator().items().send()
        };
        let id_of = AwsGateway::egress_only_internet_gateway_id;
        aws.one("reading egress-only internet gateways", id, pages, id_of).await
    }

    async fn read(aws: &Aws, id: &Id, gateway: AwsGateway) -> Result<Self> {
        let account = aws.account().await?;
        let vpc = gateway.attachments().first().and_then(|attachment| attachment.vpc_id());
        Ok(EgressOnlyInternetGateway {
            inputs: EgressOnlyInternetGatewayInputs {
                vpc_id: vpc.unwrap_or_default().to_owned(),
                tags: aws.visible(gateway.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &account, &format!("egress-only-internet-gateway/{id}")),
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &EgressOnlyInternetGatewayInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_egress_only_internet_gateway().egress_only_internet_gateway_id(id);
        delete.send().await.unless(&["InvalidGatewayID.NotFound"]).done("deleting egress-only internet gateway", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
