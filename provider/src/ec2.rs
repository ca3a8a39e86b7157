//! EC2's network: what its resources share.

mod blocker;
pub mod default_security_group;
pub mod eip;
pub mod get_availability_zones;
pub mod internet_gateway;
pub mod nat_gateway;
pub mod route;
pub mod route_table;
pub mod route_table_association;
pub mod security_group;
pub mod security_group_egress_rule;
pub mod security_group_ingress_rule;
pub mod security_group_rule;
pub mod subnet;
pub mod vpc;

use std::collections::HashMap;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use pulumi_plugin::Result;

use crate::aws::{Aws, Batch, TOKEN_TAG, Tags, Told as _};

/// A filter of one name and some values.
pub(crate) fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.into_iter().map(Into::into).collect())).build()
}

/// Everything on all pages, by its id.
pub(crate) async fn by_id<T, E>(
    mut pages: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
    doing: &str,
    id: fn(&T) -> Option<&str>,
) -> Result<HashMap<String, T>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut found = HashMap::new();
    while let Some(item) = pages.next().await {
        let item = item.told(doing, "")?;
        found.insert(id(&item).unwrap_or_default().to_owned(), item);
    }
    Ok(found)
}

/// The tags of a new resource: the user's, and the one by which a creation whose answer got lost is found again.
pub(crate) fn newborn(aws: &Aws, kind: ResourceType, tags: &Tags) -> TagSpecification {
    let ours = Tag::builder().key(TOKEN_TAG).value(&aws.birth().token).build();
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    TagSpecification::builder().resource_type(kind).set_tags(Some(tags.chain([ours]).collect())).build()
}

/// The resource of this very creation, if an earlier attempt made one whose answer got lost.
pub(crate) async fn born(aws: &Aws, kind: ResourceType) -> Result<Option<String>> {
    if !aws.call().tried() {
        return Ok(None);
    }
    static BATCH: std::sync::LazyLock<Batch<Vec<(String, String)>>> = std::sync::LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |tokens: Vec<String>| {
        let mut found: HashMap<String, Vec<(String, String)>> = HashMap::new();
        let pages = ec2.describe_tags().filters(filter("key", [TOKEN_TAG])).filters(filter("value", tokens));
        let mut pages = pages.into_paginator().items().send();
        while let Some(tag) = pages.next().await {
            let tag = tag.told("looking for what an earlier attempt made", "")?;
            let kind = tag.resource_type().map(|k| k.as_str().to_owned()).unwrap_or_default();
            let entry = (kind, tag.resource_id().unwrap_or_default().to_owned());
            found.entry(tag.value().unwrap_or_default().to_owned()).or_default().push(entry);
        }
        Ok(found)
    };
    let tagged = BATCH.ask(aws.place(), &aws.birth().token, ask).await?;
    Ok(tagged.unwrap_or_default().into_iter().find(|(of, _)| of == kind.as_str()).map(|(_, id)| id))
}

/// A creation that the SDK must not repeat by itself: without a token, a repetition after a lost answer would make a twin.
pub(crate) fn once() -> aws_sdk_ec2::config::Builder {
    aws_sdk_ec2::config::Config::builder().retry_config(RetryConfig::disabled())
}

/// The tags as the user sees them.
pub(crate) fn visible(aws: &Aws, tags: &[Tag]) -> Tags {
    aws.visible(
        tags.iter().map(|tag| (tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned())),
    )
}

/// Sets and removes tags.
pub(crate) async fn retag(aws: &Aws, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tags = set.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        aws.ec2().create_tags().resources(id).set_tags(Some(tags)).send().await.told("tagging", id)?;
    }
    if !unset.is_empty() {
        let tags = unset.iter().map(|key| Tag::builder().key(key).build()).collect();
        aws.ec2().delete_tags().resources(id).set_tags(Some(tags)).send().await.told("removing tags of", id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
