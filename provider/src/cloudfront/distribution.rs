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
use pulumi_plugin::{After as _, Again, Error, Fault, Id, Progress, Property, Resource, Result, Wait};

pub use self::behavior::*;
pub use self::inputs::*;
pub use self::origin::*;
use crate::aws::tags::changes;
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

    fn check(new: &DistributionInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    /// A name belongs to one distribution at a time.
    fn collides(old: &DistributionInputs, new: &DistributionInputs) -> bool {
        !old.aliases.is_disjoint(&new.aliases)
    }

    async fn create(aws: &Aws, new: &DistributionInputs) -> Result<Id> {
        let reference = &aws.birth().token;
        let told = DistributionConfigWithTags::builder()
            .distribution_config(config::new(reference, new)?)
            .tags(tagging(&new.tags)?)
            .build();
        let create = aws.cloudfront().create_distribution_with_tags();
        let made = create.distribution_config_with_tags(told).send().await;
        let made = made.unless(&["DistributionAlreadyExists"]).told("creating distribution", &aws.call().name)?;
        if let Some(distribution) = made.and_then(|made| made.distribution) {
            return Ok(Id::from(distribution.id));
        }
        // An earlier attempt made it, from what the program said then.
        let id = find(aws, reference).await?;
        if let Some(old) = Self::read(aws, &id).await? {
            Self::update(aws, &id, &old, new).await.after(&id)?;
        }
        Ok(id)
    }

    fn waits(new: &DistributionInputs) -> bool {
        new.wait_for_deployment.unwrap_or(true)
    }

    async fn ready(aws: &Aws, id: &Id) -> Result<Progress> {
        let told = describe(aws, id).await?;
        Ok(match told.as_ref().map(AwsDistribution::status) {
            Some("Deployed") => Progress::Done,
            state => Progress::Pending(state.unwrap_or("InProgress").to_owned()),
        })
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let Some(told) = describe(aws, id).await? else {
            return Ok(None);
        };
        let config = told.distribution_config();
        let config = config.ok_or_else(|| Error::new("AWS told no configuration"))?;
        let inputs = config::read(config).map_err(|e| e.doing(format!("reading `{id}`")))?;
        Ok(Some(Distribution {
            inputs: DistributionInputs { tags: visible(aws, told.arn()).await?, ..inputs },
            arn: told.arn().to_owned(),
            domain_name: told.domain_name().to_owned(),
            hosted_zone_id: HOSTED_ZONE.to_owned(),
            status: told.status().to_owned(),
        }))
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &DistributionInputs) -> Result<()> {
        let was = &old.inputs;
        let besides =
            DistributionInputs { tags: was.tags.clone(), wait_for_deployment: was.wait_for_deployment, ..new.clone() };
        // Every change is brought to every edge again, which takes minutes; tags alone are not.
        if besides != *was
            && let Some((config, etag)) = configured(aws, id).await?
        {
            put(aws, id, &etag, config::write(config, new)?).await?;
        }
        retag(aws, &old.arn, &was.tags, &new.tags).await
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
}

/// The distribution that is known by a reference. The list doesn't tell the references.
async fn find(aws: &Aws, reference: &str) -> Result<Id> {
    let all = aws.cloudfront().list_distributions().into_paginator();
    let all = all.items().send().collect::<Result<Vec<_>, _>>().await;
    let all = all.told("looking for the distribution that an earlier attempt made", "")?;
    let ids: Vec<_> = all.into_iter().map(|told| Id::from(told.id)).collect();
    for some in ids.chunks(8) {
        let configs = try_join_all(some.iter().map(|id| configured(aws, id))).await?;
        for (id, config) in some.iter().zip(configs) {
            if config.is_some_and(|(config, _)| config.caller_reference() == reference) {
                return Ok(id.clone());
            }
        }
    }
    Err(Error::new(format!(
        "AWS says that a distribution with the caller reference `{reference}` exists, but lists none"
    ))
    // The list may be a little behind.
    .again(Again::Soon))
}

async fn describe(aws: &Aws, id: &Id) -> Result<Option<AwsDistribution>> {
    let asked = aws.cloudfront().get_distribution().id(id.as_str());
    let told = asked.send().await.unless(&["NoSuchDistribution"]).told("reading distribution", id.as_str())?;
    Ok(told.and_then(|t| t.distribution))
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

/// Brings a distribution's tags from the old ones to the new ones.
async fn retag(aws: &Aws, arn: &str, old: &Tags, new: &Tags) -> Result<()> {
    let (set, removed) = changes(old, new);
    if !set.is_empty() {
        let tag = aws.cloudfront().tag_resource().resource(arn);
        let tagged = tag.tags(tagging(&set)?).send().await;
        tagged.told("tagging", arn)?;
    }
    if !removed.is_empty() {
        let untag = aws.cloudfront().untag_resource().resource(arn);
        let keys = TagKeys::builder().set_items(Some(removed)).build();
        let untagged = untag.tag_keys(keys).send().await;
        untagged.told("removing tags of", arn)?;
    }
    Ok(())
}
