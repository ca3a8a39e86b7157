//! The tags of hosted zones and health checks.

use std::collections::HashMap;

use aws_sdk_route53::types::{Tag, TagResourceType};
use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// What Route 53 takes in one call, of tags as of zones.
const MOST: usize = 10;

/// The zone's tags as the user sees them, asked together with those of others that are read at the same moment.
pub async fn visible(aws: &Aws, zone: &str) -> Result<Tags> {
    let of_zones = async |aws: Aws, zones: Vec<String>| {
        let ask = aws.route53().list_tags_for_resources().resource_type(TagResourceType::Hostedzone);
        let answer = ask.set_resource_ids(Some(zones)).send().await.doing("reading the tags of hosted zones", "")?;
        let sets = answer.resource_tag_sets.into_iter();
        let found = sets.filter_map(|set| Some((set.resource_id?, set.tags.unwrap_or_default())));
        Ok(found.collect::<HashMap<String, Vec<Tag>>>())
    };
    Ok(aws.visible(aws.asked_by(MOST, zone, of_zones).await?.unwrap_or_default()))
}

/// The tags of one thing of another kind, as the user sees them.
pub async fn of(aws: &Aws, kind: TagResourceType, id: &str) -> Result<Tags> {
    let told = aws.route53().list_tags_for_resource().resource_type(kind).resource_id(id).send().await;
    let set = told.doing("reading the tags of", id)?.resource_tag_set;
    Ok(aws.visible(set.and_then(|set| set.tags).unwrap_or_default()))
}

/// Sets and removes tags of a hosted zone.
pub async fn retag(aws: &Aws, zone: &str, set: &Tags, unset: &[String]) -> Result<()> {
    retag_as(aws, TagResourceType::Hostedzone, zone, set, unset).await
}

/// Sets and removes tags.
pub async fn retag_as(aws: &Aws, kind: TagResourceType, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let change = || aws.route53().change_tags_for_resource().resource_type(kind.clone()).resource_id(id);
    for tags in written(set).chunks(MOST) {
        change().set_add_tags(Some(tags.to_vec())).send().await.doing("tagging", id)?;
    }
    for keys in unset.chunks(MOST) {
        change().set_remove_tag_keys(Some(keys.to_vec())).send().await.doing("removing tags of", id)?;
    }
    Ok(())
}
