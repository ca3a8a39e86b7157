//! EC2's network: what its resources share.

mod blocker;
pub mod default_security_group;
pub mod egress_only_internet_gateway;
pub mod eip;
pub mod flow_log;
pub mod get_ami;
pub mod get_availability_zones;
pub mod get_managed_prefix_list;
pub mod get_subnets;
pub mod get_vpc;
pub(crate) mod groups;
pub mod instance;
pub mod internet_gateway;
pub mod nat_gateway;
mod pool;
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
pub mod vpc_cidr_block_association;
pub mod vpc_endpoint;

use std::collections::BTreeSet;
use std::fmt::Display;

use aws_sdk_ec2::types::{Filter, RouteTable, UnsuccessfulItem};
use pulumi_plugin::{Again, Error, Result};

use crate::aws::{Aws, Doing as _, Passing, Tags, refusal};

/// Which of EC2's refusals pass.
pub(crate) const PASSING: Passing = &[
    // Right after a creation, the next call may reach a part of AWS that has not heard of it.
    ("*.NotFound", "", Again::Moment),
    // Another thing still holds it, or it is still changing.
    ("DependencyViolation", "", Again::Later),
    ("InvalidIPAddress.InUse", "", Again::Later),
    ("InvalidCidrBlock.InUse", "", Again::Later),
    ("IncorrectState", "", Again::Later),
    // An instance that is being stopped or started.
    ("IncorrectInstanceState", "", Again::Ready),
    ("InvalidParameterValue", "launchplan instance type does not match attribute value", Again::Soon),
    // An instance profile that has just been made, or has just been given its role.
    ("InvalidParameterValue", "has no associated iam roles", Again::Soon),
    // Protection that has just been turned off.
    ("OperationNotPermitted", "modify its 'disableapi", Again::Soon),
    // The NAT gateway's address is freed a little after the gateway is gone, and is refused with these words until then.
    ("AuthFailure", "do not have permission to access the specified resource", Again::Later),
];

/// A filter of one name and some values.
pub(crate) fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.into_iter().map(Into::into).collect())).build()
}

/// Whether subnets are of the VPC of others. Not so while they are not made yet.
pub(crate) async fn same_vpc(
    aws: &Aws,
    old: impl IntoIterator<Item = impl Into<String>>,
    new: impl IntoIterator<Item = impl Into<String>>,
) -> Result<bool> {
    let old: BTreeSet<String> = old.into_iter().map(Into::into).collect();
    let new: BTreeSet<String> = new.into_iter().map(Into::into).collect();
    let all = filter("subnet-id", old.union(&new).cloned());
    let mut pages = aws.ec2().describe_subnets().filters(all).into_paginator().items().send();
    let (mut were, mut are, mut found) = (BTreeSet::new(), BTreeSet::new(), 0);
    while let Some(subnet) = pages.next().await {
        let subnet = subnet.doing("reading the VPCs of subnets", "")?;
        let id = subnet.subnet_id().unwrap_or_default();
        if new.contains(id) {
            found += 1;
            are.insert(subnet.vpc_id.clone());
        }
        if old.contains(id) {
            were.insert(subnet.vpc_id);
        }
    }
    Ok(found == new.len() && are.len() == 1 && were == are)
}

/// Filters for what has these tags.
pub(crate) fn with_tags(tags: &Tags) -> Vec<Filter> {
    tags.iter().map(|(key, value)| filter(&format!("tag:{key}"), [value])).collect()
}

/// The only one of what was found.
pub(crate) fn only<T>(what: &str, asked: &str, mut found: Vec<T>, id: fn(&T) -> Option<&str>) -> Result<T, Error> {
    match (found.pop(), found.len()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(Error::new(format!("there is no {what} with {asked}"))),
        (Some(last), more) => {
            let ids: Vec<_> = found.iter().chain([&last]).filter_map(id).collect();
            let words = format!("{} {what}s have {asked}: {}", more + 1, ids.join(", "));
            Err(Error::new(words).hint("give the `id` of the one that is meant"))
        }
    }
}

/// Whether AWS did all that a call asks for: what it refused stands in its answer. What is gone already counts as done.
pub(crate) fn all_done(what: impl Display, undone: Option<Vec<UnsuccessfulItem>>, gone: &[&str]) -> Result<(), Error> {
    let refused = undone.unwrap_or_default().into_iter().filter_map(|item| item.error);
    let mut refused = refused.filter(|error| !gone.contains(&error.code().unwrap_or_default()));
    match refused.next() {
        Some(error) => {
            Err(refusal(PASSING, what, error.code().unwrap_or("unknown"), error.message().unwrap_or_default()))
        }
        None => Ok(()),
    }
}

/// The route table of an id.
pub(crate) async fn table(aws: &Aws, id: &str) -> Result<Option<RouteTable>> {
    let pages = |aws: &Aws, ids| {
        aws.ec2().describe_route_tables().filters(filter("route-table-id", ids)).into_paginator().items().send()
    };
    aws.one("reading route tables", id, pages, RouteTable::route_table_id).await
}

#[cfg(test)]
mod tests;
