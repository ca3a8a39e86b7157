//! The tags of EC2's things, by their ids: all kinds have the same calls.

use std::collections::HashMap;

use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, TOKEN_TAG, Tags};
use crate::ec2::filter;

/// The tags of a new thing: the user's, and the one by which a creation whose answer got lost is found again.
pub fn newborn(aws: &Aws, kind: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(kind).set_tags(Some(aws.newborn(tags))).build()
}

/// The thing that bears the token of this very creation, asked together with others that are looked for at the same moment.
pub async fn earlier(aws: &Aws, kind: ResourceType) -> Result<Option<String>> {
    let by_token = async |aws: Aws, tokens: Vec<String>| {
        let mut found = HashMap::<String, Vec<(ResourceType, String)>>::new();
        let ask = aws.ec2().describe_tags().filters(filter("key", [TOKEN_TAG])).filters(filter("value", tokens));
        let mut pages = ask.into_paginator().items().send();
        while let Some(tag) = pages.next().await {
            let tag = tag.doing("looking for what an earlier attempt made", "")?;
            if let (Some(token), Some(kind), Some(id)) = (tag.value, tag.resource_type, tag.resource_id) {
                found.entry(token).or_default().push((kind, id));
            }
        }
        Ok(found)
    };
    let tagged = aws.asked(&aws.birth().token, by_token).await?.unwrap_or_default();
    Ok(tagged.into_iter().find(|(of, _)| *of == kind).map(|(_, id)| id))
}

/// Sets and removes tags.
pub async fn retag(aws: &Aws, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tag = aws.ec2().create_tags().resources(id).set_tags(Some(written(set)));
        tag.send().await.doing("tagging", id)?;
    }
    if !unset.is_empty() {
        let keys = unset.iter().map(|key| Tag::builder().key(key).build()).collect();
        let untag = aws.ec2().delete_tags().resources(id).set_tags(Some(keys));
        untag.send().await.doing("removing tags of", id)?;
    }
    Ok(())
}
