//! An origin access identity.

use aws_sdk_cloudfront::operation::get_cloud_front_origin_access_identity::GetCloudFrontOriginAccessIdentityOutput;
use aws_sdk_cloudfront::types::{CloudFrontOriginAccessIdentityConfig, DistributionSummary};
use futures::future::try_join_all;
use pulumi_plugin::{Again, Error, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::cloudfront::{built, holders};

/// What the program asks of an origin access identity.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginAccessIdentityInputs {
    /// A comment.
    #[prop(default, max = 128)]
    pub comment: String,
}

/// A CloudFront origin access identity (legacy): a user as whom CloudFront gets objects of S3 buckets. AWS recommends an origin access control
/// instead, which also works with objects that KMS encrypts.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginAccessIdentity {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: OriginAccessIdentityInputs,
    /// The ARN by which bucket policies name it as a principal.
    #[prop(stable)]
    pub iam_arn: String,
    /// The canonical user id, by which access control lists name it.
    #[prop(stable)]
    pub s3_canonical_user_id: String,
    /// What an origin of a distribution takes as `originAccessIdentity`: `origin-access-identity/cloudfront/ID`.
    #[prop(stable)]
    pub cloudfront_access_identity_path: String,
}

type Seen = GetCloudFrontOriginAccessIdentityOutput;

impl Resource for OriginAccessIdentity {
    const TOKEN: &'static str = "gitinfra:cloudfront:OriginAccessIdentity";
    const WAIT: Wait = Wait::seconds(1, 1800);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = OriginAccessIdentityInputs;
    type Seen = Seen;

    /// CloudFront knows the caller reference: it answers the same request with the same identity, and refuses it with another comment.
    async fn create(aws: &Aws, new: &OriginAccessIdentityInputs) -> Result<Made> {
        let create = aws.once().cloudfront().create_cloud_front_origin_access_identity();
        let config = written(&aws.birth().token, new)?;
        let made = create.cloud_front_origin_access_identity_config(config).send().await;
        let made = made.unless(&["CloudFrontOriginAccessIdentityAlreadyExists"]);
        match made.doing("creating origin access identity", &aws.call().name)? {
            Some(made) => Made::new(made.cloud_front_origin_access_identity.map(|identity| identity.id)),
            None => referenced(aws).await.map(Made::Exists),
        }
    }

    async fn ours(aws: &Aws, id: &Id, seen: &Seen, _: &OriginAccessIdentityInputs) -> Result<Option<Id>> {
        Ok((reference(seen) == Some(&aws.birth().token)).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Seen>> {
        let got = aws.cloudfront().get_cloud_front_origin_access_identity().id(id).send().await;
        got.unless(&["NoSuchCloudFrontOriginAccessIdentity"]).doing("reading origin access identity", id)
    }

    async fn read(aws: &Aws, id: &Id, seen: Seen) -> Result<Self> {
        let identity = seen.cloud_front_origin_access_identity;
        let identity = identity.ok_or_else(|| Error::new(format!("AWS says nothing of `{id}`")))?;
        let config = identity.cloud_front_origin_access_identity_config;
        Ok(OriginAccessIdentity {
            inputs: OriginAccessIdentityInputs { comment: config.map(|config| config.comment).unwrap_or_default() },
            iam_arn: format!("arn:{}:iam::cloudfront:user/CloudFront Origin Access Identity {id}", aws.partition()),
            s3_canonical_user_id: identity.s3_canonical_user_id,
            cloudfront_access_identity_path: path(id),
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &OriginAccessIdentityInputs) -> Result<()> {
        let seen = Self::find(aws, id).await?;
        let kept = seen.as_ref().and_then(reference).cloned().unwrap_or_default();
        let update = aws.cloudfront().update_cloud_front_origin_access_identity().id(id);
        let update = update.set_if_match(seen.and_then(|seen| seen.e_tag));
        let updated = update.cloud_front_origin_access_identity_config(written(&kept, new)?).send().await;
        updated.done("changing origin access identity", id)
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        let delete = aws.cloudfront().delete_cloud_front_origin_access_identity().id(id).set_if_match(seen.e_tag);
        let deleted = delete.send().await.unless(&["NoSuchCloudFrontOriginAccessIdentity"]);
        match deleted.done("deleting origin access identity", id) {
            Err(error) => Err(holders::held(aws, id, error, |each| uses(each, id)).await),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn path(id: &Id) -> String {
    format!("origin-access-identity/cloudfront/{id}")
}

fn uses(distribution: &DistributionSummary, id: &Id) -> bool {
    let mut origins = distribution.origins.iter().flat_map(|origins| origins.items());
    origins.any(|origin| origin.s3_origin_config().is_some_and(|s3| s3.origin_access_identity == path(id)))
}

fn written(reference: &str, new: &OriginAccessIdentityInputs) -> Result<CloudFrontOriginAccessIdentityConfig> {
    let config = CloudFrontOriginAccessIdentityConfig::builder().caller_reference(reference).comment(&new.comment);
    config.build().map_err(built)
}

fn reference(seen: &Seen) -> Option<&String> {
    let identity = seen.cloud_front_origin_access_identity.as_ref()?;
    identity.cloud_front_origin_access_identity_config.as_ref().map(|config| &config.caller_reference)
}

/// The identity of this birth's caller reference. The list doesn't tell references, so each one is read.
async fn referenced(aws: &Aws) -> Result<Id> {
    let listed = aws.cloudfront().list_cloud_front_origin_access_identities().into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await.doing("listing origin access identities", "")?;
    let ids: Vec<_> = listed.into_iter().map(|identity| Id::from(identity.id)).collect();
    for some in ids.chunks(8) {
        let all = try_join_all(some.iter().map(|id| OriginAccessIdentity::find(aws, id))).await?;
        let ours = |seen: &Option<Seen>| seen.as_ref().and_then(reference) == Some(&aws.birth().token);
        if let Some(at) = all.iter().position(ours) {
            return Ok(some[at].clone());
        }
    }
    Err(Error::new("an origin access identity of this birth exists, but is not listed yet").again(Again::Soon))
}
