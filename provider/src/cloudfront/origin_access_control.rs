//! An origin access control.

use aws_sdk_cloudfront::operation::get_origin_access_control::GetOriginAccessControlOutput;
use aws_sdk_cloudfront::types::{DistributionSummary, OriginAccessControlConfig};
use pulumi_plugin::{Again, Error, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, word};
use crate::cloudfront::{built, holders, renamed};

/// What the program asks of an origin access control.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginAccessControlInputs {
    /// The name, unique in the account. Default: made from the resource's name.
    #[prop(unique, autoname = 64, min = 1, max = 64)]
    pub name: String,
    /// A description.
    #[prop(default, max = 256)]
    pub description: String,
    /// The type of origin. A change is refused while a distribution uses the origin access control.
    #[prop(default = OriginType::S3)]
    pub origin_access_control_origin_type: OriginType,
    /// The signing behavior: which requests to the origin CloudFront signs.
    #[prop(default = SigningBehavior::Always)]
    pub signing_behavior: SigningBehavior,
    /// The signing protocol.
    #[prop(default = SigningProtocol::Sigv4)]
    pub signing_protocol: SigningProtocol,
}

/// The type of an origin that only CloudFront is to reach.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum OriginType {
    /// An S3 bucket.
    #[prop(rename = "s3")]
    S3,
    /// The URL of a Lambda function.
    #[prop(rename = "lambda")]
    Lambda,
    /// MediaPackage, version 2.
    #[prop(rename = "mediapackagev2")]
    MediaPackageV2,
    /// MediaStore.
    #[prop(rename = "mediastore")]
    MediaStore,
}

/// Which requests to the origin CloudFront signs.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum SigningBehavior {
    /// All.
    #[prop(rename = "always")]
    Always,
    /// All, with the header `x-amz-authorization`, so that the viewer's own header `Authorization` reaches the origin.
    #[prop(rename = "always-amz-auth")]
    AlwaysAmzAuth,
    /// Those that have no header `Authorization` of the viewer's.
    #[prop(rename = "no-override")]
    NoOverride,
    /// None.
    #[prop(rename = "never")]
    Never,
}

/// How requests to the origin are signed.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum SigningProtocol {
    /// Signature version 4.
    #[prop(rename = "sigv4")]
    Sigv4,
    /// Signature version 4 for several regions.
    #[prop(rename = "sigv4a")]
    Sigv4a,
}

/// A CloudFront origin access control: with it, CloudFront signs its requests to an origin, so that a bucket need not be public. The bucket's
/// policy must allow `s3:GetObject` to cloudfront.amazonaws.com for the distribution's ARN as `AWS:SourceArn`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginAccessControl {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: OriginAccessControlInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for OriginAccessControl {
    const TOKEN: &'static str = "gitinfra:cloudfront:OriginAccessControl";
    const WAIT: Wait = Wait::seconds(1, 1800);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = OriginAccessControlInputs;
    type Seen = GetOriginAccessControlOutput;

    async fn create(aws: &Aws, new: &OriginAccessControlInputs) -> Result<Made> {
        let create = aws.once().cloudfront().create_origin_access_control();
        let made = create.origin_access_control_config(new.write()?).send().await;
        let made = made.unless(&["OriginAccessControlAlreadyExists"]);
        match made.doing("creating origin access control", &new.name)? {
            Some(made) => Made::new(made.origin_access_control.map(|control| control.id)),
            None => named(aws, &new.name).await.map(Made::Exists),
        }
    }

    /// It bears no token. Where an answer got lost, the one that has the name and says the same is what was made.
    async fn ours(
        aws: &Aws,
        id: &Id,
        seen: &GetOriginAccessControlOutput,
        new: &OriginAccessControlInputs,
    ) -> Result<Option<Id>> {
        Ok((aws.call().tried() && read(id, seen)? == *new).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<GetOriginAccessControlOutput>> {
        let got = aws.cloudfront().get_origin_access_control().id(id).send().await;
        got.unless(&["NoSuchOriginAccessControl"]).doing("reading origin access control", id)
    }

    async fn read(aws: &Aws, id: &Id, seen: GetOriginAccessControlOutput) -> Result<Self> {
        let arn = format!("arn:{}:cloudfront::{}:origin-access-control/{id}", aws.partition(), aws.account().await?);
        Ok(OriginAccessControl { inputs: read(id, &seen)?, arn })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &OriginAccessControlInputs) -> Result<()> {
        let etag = Self::find(aws, id).await?.and_then(|seen| seen.e_tag);
        let update = aws.cloudfront().update_origin_access_control().id(id).set_if_match(etag);
        let updated = update.origin_access_control_config(new.write()?).send().await;
        updated.done("changing origin access control", id).map_err(renamed)
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        let delete = aws.cloudfront().delete_origin_access_control().id(id).set_if_match(seen.e_tag);
        let deleted = delete.send().await.unless(&["NoSuchOriginAccessControl"]);
        match deleted.done("deleting origin access control", id) {
            Err(error) => Err(holders::held(aws, id, error, |each| uses(each, id)).await),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn uses(distribution: &DistributionSummary, id: &Id) -> bool {
    let mut origins = distribution.origins.iter().flat_map(|origins| origins.items());
    origins.any(|origin| origin.origin_access_control_id() == Some(id.as_str()))
}

impl OriginAccessControlInputs {
    fn write(&self) -> Result<OriginAccessControlConfig> {
        OriginAccessControlConfig::builder()
            .name(&self.name)
            .description(&self.description)
            .origin_access_control_origin_type(self.origin_access_control_origin_type.as_str().into())
            .signing_behavior(self.signing_behavior.as_str().into())
            .signing_protocol(self.signing_protocol.as_str().into())
            .build()
            .map_err(built)
    }
}

fn read(id: &Id, seen: &GetOriginAccessControlOutput) -> Result<OriginAccessControlInputs> {
    let config = seen.origin_access_control.as_ref().and_then(|control| control.origin_access_control_config.as_ref());
    let config = config.ok_or_else(|| Error::new(format!("`{id}` has no configuration")))?;
    Ok(OriginAccessControlInputs {
        name: config.name.clone(),
        description: config.description.clone().unwrap_or_default(),
        origin_access_control_origin_type: word(&config.origin_access_control_origin_type)?,
        signing_behavior: word(&config.signing_behavior)?,
        signing_protocol: word(&config.signing_protocol)?,
    })
}

/// The one that has a name already.
async fn named(aws: &Aws, name: &str) -> Result<Id> {
    let listed = aws.cloudfront().list_origin_access_controls().into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await.doing("listing origin access controls", "")?;
    let same = listed.into_iter().find(|control| control.name == name);
    let unlisted = || Error::new(format!("an origin access control `{name}` exists, but is not listed yet"));
    same.map(|control| control.id.into()).ok_or_else(|| unlisted().again(Again::Soon))
}
