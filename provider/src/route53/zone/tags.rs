//! The tags of a hosted zone.

use aws_sdk_route53::types::{Tag, TagResourceType};
use pulumi_plugin::{Id, Result};

use crate::aws::{Aws, Tags, Told as _};

/// The zone's tags as the user sees them.
pub async fn read(aws: &Aws, id: &str) -> Result<Tags> {
    let ask = aws.route53().list_tags_for_resource().resource_type(TagResourceType::Hostedzone).resource_id(id);
    let answer = ask.send().await.told("reading the tags of hosted zone", id)?;
    let tags = answer.resource_tag_set().map(|set| set.tags()).unwrap_or_default();
    Ok(aws
        .visible(tags.iter().map(|tag| (tag.key().unwrap_or_default().into(), tag.value().unwrap_or_default().into()))))
}

/// Sets and removes tags of the zone; Route 53 takes ten a call.
pub async fn retag(aws: &Aws, id: &Id, set: &Tags, unset: &[String]) -> Result<()> {
    let set: Vec<_> = set.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let change = || aws.route53().change_tags_for_resource().resource_type(TagResourceType::Hostedzone).resource_id(id);
    for tags in set.chunks(10) {
        change().set_add_tags(Some(tags.to_vec())).send().await.told("tagging hosted zone", id.as_str())?;
    }
    for keys in unset.chunks(10) {
        let removal = change().set_remove_tag_keys(Some(keys.to_vec()));
        removal.send().await.told("removing tags of hosted zone", id.as_str())?;
    }
    Ok(())
}
