//! EC2's network: what its resources share.

mod blocker;
pub mod default_security_group;
pub mod eip;
pub mod get_availability_zones;
mod groups;
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

use aws_sdk_ec2::types::{Filter, RouteTable};
use pulumi_plugin::{Again, Result};

use crate::aws::{Aws, Passing};

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

/// The route table of an id.
pub(crate) async fn table(aws: &Aws, id: &str) -> Result<Option<RouteTable>> {
    let pages = |aws: &Aws, ids| {
        aws.ec2().describe_route_tables().filters(filter("route-table-id", ids)).into_paginator().items().send()
    };
    aws.one("reading route tables", id, pages, RouteTable::route_table_id).await
}

#[cfg(test)]
mod tests;
