//! An internet gateway, with its attachment.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{InternetGateway as AwsInternetGateway, ResourceType};
use pulumi_plugin::{After as _, Error, Id, Property, Resource, Result, Wait};

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

    async fn create(aws: &Aws, new: &InternetGatewayInputs) -> Result<Id> {
        let id = match born(aws, ResourceType::InternetGateway).await? {
            Some(id) => id,
            None => {
                let tags = newborn(aws, ResourceType::InternetGateway, &new.tags);
                let create = aws.ec2().create_internet_gateway().tag_specifications(tags);
                let made = create
                    .customize()
                    .config_override(once())
                    .send()
                    .await
                    .told("creating internet gateway", &aws.call().name)?;
                made.internet_gateway().and_then(AwsInternetGateway::internet_gateway_id).unwrap_or_default().to_owned()
            }
        };
        let id = Id::from(id);
        attach(aws, &id, new.vpc_id.as_deref()).await.after(&id)?;
        Ok(id)
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let Some(gateway) = describe(aws, id).await? else {
            return Ok(None);
        };
        let owner = gateway.owner_id().unwrap_or_default();
        Ok(Some(InternetGateway {
            arn: aws.arn("ec2", owner, &format!("internet-gateway/{id}")),
            owner_id: owner.to_owned(),
            inputs: InternetGatewayInputs { vpc_id: attached(&gateway), tags: visible(aws, gateway.tags()) },
        }))
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &InternetGatewayInputs) -> Result<()> {
        attach(aws, id, new.vpc_id.as_deref()).await?;
        retag(aws, id.as_str(), &old.inputs.tags, &new.tags).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        attach(aws, id, None).await?;
        let delete = aws.ec2().delete_internet_gateway();
        let deleted =
            delete.internet_gateway_id(id.as_str()).send().await.unless(&["InvalidInternetGatewayID.NotFound"]);
        deleted.told("deleting internet gateway", id.as_str()).map(drop)
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

/// Brings the gateway from where it is now to a VPC, or to none.
async fn attach(aws: &Aws, id: &Id, wanted: Option<&str>) -> Result<()> {
    let now = describe(aws, id).await?.as_ref().and_then(attached);
    if now.as_deref() == wanted {
        return Ok(());
    }
    if let Some(vpc) = now {
        let detach = aws.ec2().detach_internet_gateway();
        let detached = detach
            .internet_gateway_id(id.as_str())
            .vpc_id(vpc)
            .send()
            .await
            .unless(&["Gateway.NotAttached", "InvalidInternetGatewayID.NotFound"]);
        detached.told("detaching internet gateway", id.as_str())?;
    }
    let Some(vpc) = wanted else { return Ok(()) };
    let attach = aws.ec2().attach_internet_gateway();
    let done = attach
        .internet_gateway_id(id.as_str())
        .vpc_id(vpc)
        .send()
        .await
        .unless(&["Resource.AlreadyAssociated"])
        .told("attaching internet gateway", id.as_str())?;
    // Already attached is what a lost answer looks like, unless somebody else took the gateway for another VPC meanwhile.
    match done {
        Some(_) => Ok(()),
        None => match describe(aws, id).await?.as_ref().and_then(attached) {
            Some(other) if other != vpc => {
                Err(Error::new(format!("attaching internet gateway `{id}` to `{vpc}`: it is attached to `{other}`")))
            }
            _ => Ok(()),
        },
    }
}
