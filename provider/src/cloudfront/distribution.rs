//! A distribution.

mod behavior;
mod config;
mod inputs;
mod origin;
mod rules;

use aws_sdk_cloudfront::types::{Distribution as AwsDistribution, DistributionConfig, DistributionConfigWithTags};
use futures::future::try_join_all;
use pulumi_plugin::{Again, Error, Fault, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::behavior::*;
pub use self::inputs::*;
pub use self::origin::*;
use crate::aws::{Aws, Doing as _, Tags};
use crate::cloudfront::tags;

/// The hosted zone of all distributions, for alias records.
const HOSTED_ZONE: &str = "Z2FDTNDATAQYW2";

/// A CloudFront distribution: serves content from edge caches near the viewers, and gets from its origins what the caches don't have.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Distribution {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: DistributionInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The distribution's domain name, such as `d111111abcdef8.cloudfront.net`.
    #[prop(stable)]
    pub domain_name: String,
    /// The id of the hosted zone for Route 53 alias records that point to the distribution.
    #[prop(stable)]
    pub hosted_zone_id: String,
    /// The status: `InProgress` until the last change is deployed to all edges, then `Deployed`.
    pub status: String,
}

impl Resource for Distribution {
    const TOKEN: &'static str = "gitinfra:cloudfront:Distribution";
    const WAIT: Wait = Wait::seconds(200, 1800);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = DistributionInputs;
    type Seen = AwsDistribution;

    fn check(new: &DistributionInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    /// An alternate domain name belongs to one distribution at a time.
    fn collides(old: &DistributionInputs, new: &DistributionInputs) -> bool {
        !old.aliases.is_disjoint(&new.aliases)
    }

    async fn create(aws: &Aws, new: &DistributionInputs) -> Result<Made> {
        let reference = &aws.birth().token;
        let config = config::new(reference, new)?;
        let config =
            DistributionConfigWithTags::builder().distribution_config(config).tags(tags::newborn(aws, &new.tags));
        let create = aws.once().cloudfront().create_distribution_with_tags();
        let made = create.distribution_config_with_tags(config.build()).send().await;
        match made.unless(&["DistributionAlreadyExists"]).doing("creating distribution", &aws.call().name) {
            Ok(Some(made)) => Made::new(made.distribution.map(|d| d.id)),
            // AWS knows the caller reference, so an earlier attempt made it.
            Ok(None) => referenced(aws, reference).await.map(Made::Exists),
            Err(error) => Err(named(error)),
        }
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsDistribution, _: &DistributionInputs) -> Result<Option<Id>> {
        let reference = seen.distribution_config.as_ref().map(|config| &config.caller_reference);
        Ok((reference == Some(&aws.birth().token)).then(|| id.clone()))
    }

    fn waits(new: &DistributionInputs) -> bool {
        new.wait_for_deployment.value()
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsDistribution>> {
        let asked = aws.cloudfront().get_distribution().id(id).send().await;
        let answer = asked.unless(&["NoSuchDistribution"]).doing("reading distribution", id)?;
        Ok(answer.and_then(|a| a.distribution))
    }

    fn progress(seen: &AwsDistribution) -> Progress {
        match seen.status.as_str() {
            "Deployed" => Progress::Done,
            state => Progress::Pending(state.to_owned()),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsDistribution) -> Result<Self> {
        let config = seen.distribution_config.ok_or_else(|| Error::new(format!("`{id}` has no configuration")))?;
        let inputs = config::read(config).map_err(|e| e.doing(format!("reading `{id}`")))?;
        Ok(Distribution {
            inputs: DistributionInputs { tags: tags::visible(aws, &seen.arn).await?, ..inputs },
            arn: seen.arn,
            domain_name: seen.domain_name,
            hosted_zone_id: HOSTED_ZONE.to_owned(),
            status: seen.status,
        })
    }

    /// CloudFront deploys every update to all edges, which takes minutes; so nothing is sent where the configuration stays the same.
    async fn update(aws: &Aws, id: &Id, _: &Self, new: &DistributionInputs) -> Result<()> {
        let Some((old, etag)) = configured(aws, id).await? else { return Err(Error::new("it has no configuration")) };
        let config = config::write(old.clone(), new)?;
        // AWS has its own order of lists and fills in what is left out, so the two are compared as inputs.
        match config::read(config.clone())? == config::read(old)? {
            true => Ok(()),
            false => put(aws, id, &etag, config).await.map(drop),
        }
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    /// AWS deletes a distribution once it is disabled at all edges; until then it refuses, and this is called again when that is deployed.
    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some((mut config, mut etag)) = configured(aws, id).await? else {
            return Ok(());
        };
        if config.enabled {
            config.enabled = false;
            etag = put(aws, id, &etag, config).await?;
        }
        let delete = aws.cloudfront().delete_distribution();
        let deleted = delete.id(id).if_match(etag).send().await;
        deleted.unless(&["NoSuchDistribution"]).done("deleting distribution", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The distribution of a caller reference. A list of distributions doesn't hold their references, so each one is read.
async fn referenced(aws: &Aws, reference: &str) -> Result<Id> {
    let listed = aws.cloudfront().list_distributions().into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await.doing("listing distributions", "")?;
    let ids: Vec<_> = listed.into_iter().map(|distribution| Id::from(distribution.id)).collect();
    for some in ids.chunks(8) {
        let configs = try_join_all(some.iter().map(|id| configured(aws, id))).await?;
        let same = |config: &Option<(DistributionConfig, String)>| {
            config.as_ref().is_some_and(|(config, _)| config.caller_reference == reference)
        };
        if let Some(at) = configs.iter().position(same) {
            return Ok(some[at].clone());
        }
    }
    // The list may be a little behind.
    let unlisted = format!("a distribution with the caller reference `{reference}` exists, but is not listed yet");
    Err(Error::new(unlisted).again(Again::Soon))
}

/// The configuration, and the ETag of its version, which an update must name.
async fn configured(aws: &Aws, id: &Id) -> Result<Option<(DistributionConfig, String)>> {
    let asked = aws.cloudfront().get_distribution_config().id(id).send().await;
    let answer = asked.unless(&["NoSuchDistribution"]).doing("reading the configuration of distribution", id)?;
    Ok(answer.and_then(|a| Some((a.distribution_config?, a.e_tag?))))
}

/// Gives it a configuration, and returns the ETag of the new version.
async fn put(aws: &Aws, id: &Id, etag: &str, config: DistributionConfig) -> Result<String> {
    let update = aws.cloudfront().update_distribution().id(id).if_match(etag).distribution_config(config);
    let updated = update.send().await.doing("changing distribution", id).map_err(named)?;
    Ok(updated.e_tag.unwrap_or_default())
}

/// An error with the way on, where an alias is another distribution's.
fn named(error: Error) -> Error {
    match error.message().contains("CNAMEAlreadyExists") {
        true => error.hint(
            "a host name belongs to one distribution in all of AWS: remove it from the `aliases` of the other one first, or move it with `aws cloudfront associate-alias`",
        ),
        false => error,
    }
}
