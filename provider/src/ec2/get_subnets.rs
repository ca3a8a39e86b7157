//! Which subnets there are already.

use aws_sdk_ec2::types::Subnet as AwsSubnet;
use pulumi_plugin::{Function, Property, Result};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::{filter, with_tags};

/// The inputs of getSubnets.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetSubnetsInputs {
    /// The id of the VPC that the subnets belong to.
    pub vpc_id: String,
    /// The availability zones of the subnets. Default: all.
    #[prop(default)]
    pub availability_zones: Vec<String>,
    /// Tags that each subnet has, among others.
    #[prop(default)]
    pub tags: Tags,
}

/// Subnets that there are, in the order of their availability zones and ranges.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetSubnetsResult {
    /// The ids of the subnets.
    pub ids: Vec<String>,
    /// The subnets.
    pub subnets: Vec<FoundSubnet>,
}

/// A subnet that there is.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FoundSubnet {
    /// The id of the subnet.
    pub subnet_id: String,
    /// The ARN of the subnet.
    pub arn: String,
    /// The IPv4 CIDR block of the subnet.
    pub cidr_block: Option<String>,
    /// The availability zone of the subnet.
    pub availability_zone: String,
    /// The id of the availability zone of the subnet.
    pub availability_zone_id: String,
    /// Whether instances that are started in the subnet get a public IPv4 address.
    pub map_public_ip_on_launch: bool,
    /// The tags of the subnet.
    pub tags: Tags,
}

/// The function getSubnets.
pub struct GetSubnets;

impl Function for GetSubnets {
    const TOKEN: &'static str = "gitinfra:ec2:getSubnets";
    const DOC: &'static str = "The subnets of a VPC, in the order of their availability zones and ranges. For subnets that this stack does not make.";
    type Session = Aws;
    type Inputs = GetSubnetsInputs;
    type Outputs = GetSubnetsResult;

    async fn call(aws: &Aws, asked: &GetSubnetsInputs) -> Result<GetSubnetsResult> {
        let mut filters = with_tags(&asked.tags);
        filters.push(filter("vpc-id", [&asked.vpc_id]));
        if !asked.availability_zones.is_empty() {
            filters.push(filter("availability-zone", &asked.availability_zones));
        }
        let pages = aws.ec2().describe_subnets().set_filters(Some(filters)).into_paginator().items().send();
        let found = pages.collect::<Result<Vec<_>, _>>().await.doing("looking for subnets of", &asked.vpc_id)?;
        let mut subnets: Vec<_> = found.into_iter().map(|subnet| told(aws, subnet)).collect();
        subnets.sort_by_cached_key(|subnet| (subnet.availability_zone.clone(), first_address(subnet)));
        Ok(GetSubnetsResult { ids: subnets.iter().map(|subnet| subnet.subnet_id.clone()).collect(), subnets })
    }
}

fn told(aws: &Aws, seen: AwsSubnet) -> FoundSubnet {
    FoundSubnet {
        subnet_id: seen.subnet_id.unwrap_or_default(),
        arn: seen.subnet_arn.unwrap_or_default(),
        cidr_block: seen.cidr_block,
        availability_zone: seen.availability_zone.unwrap_or_default(),
        availability_zone_id: seen.availability_zone_id.unwrap_or_default(),
        map_public_ip_on_launch: seen.map_public_ip_on_launch.unwrap_or_default(),
        tags: aws.visible(seen.tags.unwrap_or_default()),
    }
}

/// Where a range begins: `10.0.9.0` comes before `10.0.10.0`.
fn first_address(subnet: &FoundSubnet) -> Option<std::net::Ipv4Addr> {
    subnet.cidr_block.as_deref()?.split('/').next()?.parse().ok()
}
