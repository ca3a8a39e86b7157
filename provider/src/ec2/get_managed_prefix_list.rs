//! Which ranges a managed prefix list has.

use aws_sdk_ec2::types::ManagedPrefixList;
use pulumi_plugin::{Error, Fault, Function, Property, Result};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::{filter, only};

/// The inputs of getManagedPrefixList.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetManagedPrefixListInputs {
    /// The name of the managed prefix list, such as `com.amazonaws.global.cloudfront.origin-facing`.
    pub name: Option<String>,
    /// The id of the managed prefix list, `pl-..`.
    pub id: Option<String>,
}

/// A managed prefix list.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetManagedPrefixListResult {
    /// The id of the managed prefix list, which rules of security groups and routes take.
    pub prefix_list_id: String,
    /// The name of the managed prefix list.
    pub name: String,
    /// The ARN of the managed prefix list.
    pub arn: String,
    /// The address family: `IPv4` or `IPv6`.
    pub address_family: String,
    /// The number of entries that it can have. A security group's rule with one of AWS's counts as more rules than that.
    pub max_entries: Option<i32>,
    /// The account that owns the managed prefix list; `AWS` for AWS's own.
    pub owner_id: String,
    /// The ranges, in order.
    pub cidrs: Vec<String>,
    /// The tags of the managed prefix list.
    pub tags: Tags,
}

/// The function getManagedPrefixList.
pub struct GetManagedPrefixList;

impl Function for GetManagedPrefixList {
    const TOKEN: &'static str = "gitinfra:ec2:getManagedPrefixList";
    const DOC: &'static str = "A managed prefix list: ranges of addresses that AWS or somebody else keeps, such as CloudFront's, by its name or id.";
    type Session = Aws;
    type Inputs = GetManagedPrefixListInputs;
    type Outputs = GetManagedPrefixListResult;

    async fn call(aws: &Aws, asked: &GetManagedPrefixListInputs) -> Result<GetManagedPrefixListResult> {
        let by = match (&asked.name, &asked.id) {
            (Some(name), None) => ("prefix-list-name", name),
            (None, Some(id)) => ("prefix-list-id", id),
            _ => return Err(Error::invalid(vec![Fault::new("name", "exactly one of `name` and `id` is required")])),
        };
        let ask = aws.ec2().describe_managed_prefix_lists().filters(filter(by.0, [by.1]));
        let pages = ask.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let pages = pages.doing("looking for managed prefix list", by.1)?;
        let found = only("managed prefix list", by.1, pages, ManagedPrefixList::prefix_list_id)?;
        let id = found.prefix_list_id.clone().unwrap_or_default();
        let entries = aws.ec2().get_managed_prefix_list_entries().prefix_list_id(&id).into_paginator().items().send();
        let entries = entries.collect::<Result<Vec<_>, _>>().await.doing("reading managed prefix list", &id)?;
        let mut cidrs: Vec<_> = entries.into_iter().filter_map(|entry| entry.cidr).collect();
        cidrs.sort();
        Ok(told(aws, found, cidrs))
    }
}

fn told(aws: &Aws, found: ManagedPrefixList, cidrs: Vec<String>) -> GetManagedPrefixListResult {
    GetManagedPrefixListResult {
        prefix_list_id: found.prefix_list_id.unwrap_or_default(),
        name: found.prefix_list_name.unwrap_or_default(),
        arn: found.prefix_list_arn.unwrap_or_default(),
        address_family: found.address_family.unwrap_or_default(),
        max_entries: found.max_entries,
        owner_id: found.owner_id.unwrap_or_default(),
        cidrs,
        tags: aws.visible(found.tags.unwrap_or_default()),
    }
}
