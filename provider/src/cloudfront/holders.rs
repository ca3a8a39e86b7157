//! Which distributions use a thing, and so keep it from being deleted.

use aws_sdk_cloudfront::types::{CacheBehavior, DistributionSummary};
use pulumi_plugin::{Error, Id, Result};

use crate::aws::{Aws, Doing as _};

/// What one behavior of a distribution names: of policies the ids, of functions the ARNs.
#[derive(Debug, Default)]
pub struct Named<'a> {
    pub cache_policy: Option<&'a str>,
    pub origin_request_policy: Option<&'a str>,
    pub response_headers_policy: Option<&'a str>,
    pub functions: Vec<&'a str>,
}

/// What the behaviors of a distribution name, the default one first.
pub fn named(distribution: &DistributionSummary) -> Vec<Named<'_>> {
    let first = distribution.default_cache_behavior.as_ref().map(|first| Named {
        cache_policy: first.cache_policy_id(),
        origin_request_policy: first.origin_request_policy_id(),
        response_headers_policy: first.response_headers_policy_id(),
        functions: first
            .function_associations()
            .into_iter()
            .flat_map(|f| f.items())
            .map(|f| f.function_arn())
            .collect(),
    });
    let others = distribution.cache_behaviors.iter().flat_map(|behaviors| behaviors.items());
    first.into_iter().chain(others.map(of)).collect()
}

fn of(behavior: &CacheBehavior) -> Named<'_> {
    Named {
        cache_policy: behavior.cache_policy_id(),
        origin_request_policy: behavior.origin_request_policy_id(),
        response_headers_policy: behavior.response_headers_policy_id(),
        functions: behavior
            .function_associations()
            .into_iter()
            .flat_map(|f| f.items())
            .map(|f| f.function_arn())
            .collect(),
    }
}

/// The failure of a deletion, with the distributions that hold the thing.
pub async fn held(aws: &Aws, id: &Id, error: Error, uses: impl Fn(&DistributionSummary) -> bool + Send) -> Error {
    if !error.message().contains("InUse") {
        return error;
    }
    match users(aws, uses).await {
        Ok(Some(users)) => error.hint(format!("`{id}` is in use by distribution {users}: take it out there first")),
        _ => error,
    }
}

/// Refuses to replace a thing under its name while distributions use it: the old one would have to go first.
pub async fn prevents(aws: &Aws, what: &str, uses: impl Fn(&DistributionSummary) -> bool + Send) -> Result<()> {
    match users(aws, uses).await? {
        None => Ok(()),
        Some(users) => {
            let why = format!("{what} can't be replaced under the same name: it is in use by distribution {users}");
            Err(Error::new(why).hint(
                "leave out its `name`, or give another one: then the new one is made beside the old one, and the distribution turns to it",
            ))
        }
    }
}

/// The distributions that use a thing, with their names.
async fn users(aws: &Aws, uses: impl Fn(&DistributionSummary) -> bool + Send) -> Result<Option<String>> {
    let all = distributions(aws).await?;
    let users = all.iter().filter(|each| uses(each)).map(|each| {
        let aliases = each.aliases.iter().flat_map(|aliases| aliases.items());
        let names: Vec<_> = aliases.map(String::as_str).collect();
        if names.is_empty() { each.id.clone() } else { format!("{} ({})", each.id, names.join(", ")) }
    });
    Ok(Some(users.collect::<Vec<_>>().join(", ")).filter(|users| !users.is_empty()))
}

async fn distributions(aws: &Aws) -> Result<Vec<DistributionSummary>> {
    let listed = aws.cloudfront().list_distributions().into_paginator().items().send();
    listed.collect::<Result<Vec<_>, _>>().await.doing("listing distributions", "")
}
