//! A distribution.

mod behavior;
mod config;
mod inputs;
mod origin;
mod rules;

use aws_sdk_cloudfront::types::{
    Distribution as AwsDistribution, DistributionConfig, DistributionConfigWithTags, Tag, TagKeys, Tags as AwsTags,
};
use futures::future::try_join_all;
use pulumi_plugin::{Again, Error, Fault, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::behavior::*;
pub use self::inputs::*;
pub use self::origin::*;
use crate::aws::{Aws, Tags, Told as _};

/// The hosted zone of all distributions, for alias records.
const HOSTED_ZONE: &str = "Z2FDTNDATAQYW2";

/// A web site's face to the world: it answers from caches near the viewers, and asks the origins for what they don't have.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Distribution {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: DistributionInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// Its own host name, such as `d111111abcdef8.cloudfront.net`.
    #[prop(stable)]
    pub domain_name: String,
    /// The hosted zone that an alias record for it names.
    #[prop(stable)]
    pub hosted_zone_id: String,
    /// `InProgress` until the last change has reached every edge, then `Deployed`.
    pub status: String,
}

impl Resource for Distribution {
    const TOKEN: &'static str = "gitinfra:cloudfront:Distribution";
    const WAIT: Wait = Wait::seconds(200, 1800);
    const FIXED: &'static [(&'static str, &'static str)] = &[("region", "us-east-1")];
    type Session = Aws;
    type Inputs = DistributionInputs;
    type Seen = AwsDistribution;

    fn check(new: &DistributionInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    /// A name belongs to one distribution at a time.
    fn collides(old: &DistributionInputs, new: &DistributionInputs) -> bool {
        !old.aliases.is_disjoint(&new.aliases)
    }

    async fn create(aws: &Aws, new: &DistributionInputs) -> Result<Made> {
        let reference = &aws.birth().token;
        let config = DistributionConfigWithTags::builder()
            .distribution_config(config::new(reference, new)?)
            .tags(tagging(&new.tags)?)
            .build();
        let create = aws.cloudfront().create_distribution_with_tags().distribution_config_with_tags(config);
        let made = create.send().await.unless(&["DistributionAlreadyExists"]);
        match made.told("creating distribution", &aws.call().name)? {
            Some(made) => Made::new(made.distribution.map(|d| d.id)),
            // AWS knows the caller reference, so an earlier attempt made it.
            None => referenced(aws, reference).await.map(Made::Exists),
        }
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsDistribution, _: &DistributionInputs) -> Result<Option<Id>> {
        let reference = seen.distribution_config.as_ref().map(|config| &config.caller_reference);
        Ok((reference == Some(&aws.birth().token)).then(|| id.clone()))
    }

    fn waits(new: &DistributionInputs) -> bool {
        new.wait_for_deployment.unwrap_or(true)
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsDistribution>> {
        let asked = aws.cloudfront().get_distribution().id(id).send().await;
        let answer = asked.unless(&["NoSuchDistribution"]).told("reading distribution", id.as_str())?;
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
        let inputs = config::read(&config).map_err(|e| e.doing(format!("reading `{id}`")))?;
        Ok(Distribution {
            inputs: DistributionInputs { tags: visible(aws, &seen.arn).await?, ..inputs },
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
        match config == old {
            true => Ok(()),
            false => put(aws, id, &etag, config).await.map(drop),
        }
    }

    async fn retag(aws: &Aws, id: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            let tag = aws.cloudfront().tag_resource().resource(&old.arn).tags(tagging(set)?);
            tag.send().await.told("tagging distribution", id.as_str())?;
        }
        if !unset.is_empty() {
            let keys = TagKeys::builder().set_items(Some(unset.to_vec())).build();
            let untag = aws.cloudfront().untag_resource().resource(&old.arn).tag_keys(keys);
            untag.send().await.told("removing tags of distribution", id.as_str())?;
        }
        Ok(())
    }

    /// A distribution can be deleted once it is disabled at every edge; until then AWS refuses, and this is called again when it is ready.
    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some((mut config, mut etag)) = configured(aws, id).await? else {
            return Ok(());
        };
        if config.enabled {
            config.enabled = false;
            etag = put(aws, id, &etag, config).await?;
        }
        let delete = aws.cloudfront().delete_distribution();
        let deleted = delete.id(id.as_str()).if_match(etag).send().await;
        deleted.unless(&["NoSuchDistribution"]).told("deleting distribution", id.as_str()).map(drop)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The distribution of a caller reference. A list of distributions doesn't hold their references, so each one is read.
async fn referenced(aws: &Aws, reference: &str) -> Result<Id> {
    let listed = aws.cloudfront().list_distributions().into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await.told("listing distributions", "")?;
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

/// The configuration, and the tag of its version that a change must name.
async fn configured(aws: &Aws, id: &Id) -> Result<Option<(DistributionConfig, String)>> {
    let asked = aws.cloudfront().get_distribution_config().id(id.as_str());
    let told = asked
        .send()
        .await
        .unless(&["NoSuchDistribution"])
        .told("reading the configuration of distribution", id.as_str())?;
    Ok(told.and_then(|t| Some((t.distribution_config?, t.e_tag?))))
}

/// Gives it a configuration, and says the tag of the new version.
async fn put(aws: &Aws, id: &Id, etag: &str, config: DistributionConfig) -> Result<String> {
    let update = aws.cloudfront().update_distribution().id(id.as_str()).if_match(etag).distribution_config(config);
    let updated = update.send().await;
    let updated = updated.told("changing distribution", id.as_str())?;
    Ok(updated.e_tag.unwrap_or_default())
}

fn tagging(tags: &Tags) -> Result<AwsTags> {
    let each = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    let tags = each.collect::<Result<_, _>>();
    let tags = tags.map_err(|e| Error::new(e.to_string()))?;
    Ok(AwsTags::builder().set_items(Some(tags)).build())
}

/// The tags as the user sees them.
async fn visible(aws: &Aws, arn: &str) -> Result<Tags> {
    let asked = aws.cloudfront().list_tags_for_resource().resource(arn);
    let told = asked.send().await.told("reading the tags of", arn)?;
    let tags = told.tags.and_then(|tags| tags.items).unwrap_or_default();
    Ok(aws.visible(tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default()))))
}
