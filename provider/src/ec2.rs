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
pub mod tags;
pub mod vpc;

use std::collections::HashMap;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag};
use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use pulumi_plugin::{Again, Result};

use crate::aws::{Aws, Doing as _, Passing, Tags};
pub(crate) use crate::ec2::tags::newborn;

/// Which of EC2's refusals pass.
pub(crate) const PASSING: Passing = &[
    // Right after a creation, the next call may reach a part of AWS that has not heard of it.
    ("*.NotFound", "", Again::Moment),
    // Another thing still holds it, or it is still changing.
    ("DependencyViolation", "", Again::Later),
    ("InvalidIPAddress.InUse", "", Again::Later),
    ("IncorrectState", "", Again::Later),
    // The NAT gateway's address is freed a little after the gateway is gone, and is refused with these words until then.
    ("AuthFailure", "do not have permission to access the specified resource", Again::Later),
];

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
        let item = item.doing(doing, "")?;
        found.insert(id(&item).unwrap_or_default().to_owned(), item);
    }
    Ok(found)
}

/// The resource of this very creation, if an earlier attempt made one whose answer got lost.
pub(crate) async fn born(aws: &Aws, kind: ResourceType) -> Result<Option<String>> {
    match aws.call().tried() {
        true => tags::earlier(aws, kind).await,
        false => Ok(None),
    }
}

/// A creation that the SDK must not repeat by itself: `aws.once()` for a single call.
pub(crate) fn once() -> aws_sdk_ec2::config::Builder {
    aws_sdk_ec2::config::Config::builder().retry_config(RetryConfig::disabled())
}

/// The tags as the user sees them.
pub(crate) fn visible(aws: &Aws, tags: &[Tag]) -> Tags {
    aws.visible(tags)
}

/// Sets and removes tags.
pub(crate) async fn retag(aws: &Aws, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    tags::retag(aws, id, set, unset).await
}

#[cfg(test)]
mod tests;
