//! Which VPC there is already.

use aws_sdk_ec2::types::Vpc;
use pulumi_plugin::{Error, Fault, Function, Id, Property, Result};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::vpc::main_table;
use crate::ec2::{filter, only, with_tags};

/// The inputs of getVpc.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetVpcInputs {
    /// The id of the VPC.
    pub id: Option<String>,
    /// The IPv4 CIDR block of the VPC.
    pub cidr_block: Option<String>,
    /// Whether it is the default VPC of the region.
    pub default: Option<bool>,
    /// Tags that the VPC has, among others.
    #[prop(default)]
    pub tags: Tags,
}

/// A VPC that there is.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetVpcResult {
    /// The id of the VPC.
    pub vpc_id: String,
    /// The ARN of the VPC.
    pub arn: String,
    /// The IPv4 CIDR block of the VPC.
    pub cidr_block: String,
    /// All IPv4 CIDR blocks of the VPC, the first of them `cidrBlock`.
    pub cidr_blocks: Vec<String>,
    /// The IPv6 CIDR blocks of the VPC.
    pub ipv6_cidr_blocks: Vec<String>,
    /// The id of the VPC's main route table.
    pub main_route_table_id: String,
    /// Whether it is the default VPC of the region.
    pub is_default: bool,
    /// The id of the account that owns the VPC.
    pub owner_id: String,
    /// The tags of the VPC.
    pub tags: Tags,
}

/// The function getVpc.
pub struct GetVpc;

impl Function for GetVpc {
    const TOKEN: &'static str = "gitinfra:ec2:getVpc";
    const DOC: &'static str = "The one VPC of the region that fits all that is asked; none or several are an error. For a VPC that this stack does not make.";
    type Session = Aws;
    type Inputs = GetVpcInputs;
    type Outputs = GetVpcResult;

    async fn call(aws: &Aws, asked: &GetVpcInputs) -> Result<GetVpcResult> {
        if asked.id.is_none() && asked.cidr_block.is_none() && asked.default.is_none() && asked.tags.is_empty() {
            let why = "missing: one of `id`, `cidrBlock`, `default` and `tags` is required";
            return Err(Error::invalid(vec![Fault::new("id", why)]));
        }
        let mut filters = with_tags(&asked.tags);
        filters.extend(asked.id.iter().map(|id| filter("vpc-id", [id])));
        filters.extend(asked.cidr_block.iter().map(|range| filter("cidr-block", [range])));
        filters.extend(asked.default.iter().map(|default| filter("is-default", [default.to_string()])));
        let pages = aws.ec2().describe_vpcs().set_filters(Some(filters)).into_paginator().items().send();
        let found = pages.collect::<Result<Vec<_>, _>>().await.doing("looking for VPCs", "")?;
        let vpc = only("VPC", &said(asked), found, Vpc::vpc_id)?;
        let (vpc_id, owner_id) = (vpc.vpc_id.unwrap_or_default(), vpc.owner_id.unwrap_or_default());
        let ranges = vpc.cidr_block_association_set.unwrap_or_default().into_iter();
        let ranges6 = vpc.ipv6_cidr_block_association_set.unwrap_or_default().into_iter();
        let cidr_block = vpc.cidr_block.unwrap_or_default();
        let mut cidr_blocks: Vec<_> = ranges.filter_map(|range| range.cidr_block).collect();
        cidr_blocks.sort_by_key(|range| (*range != cidr_block, range.clone()));
        Ok(GetVpcResult {
            main_route_table_id: main_table(aws, &Id::from(vpc_id.clone())).await?,
            arn: aws.arn("ec2", &owner_id, &format!("vpc/{vpc_id}")),
            vpc_id,
            cidr_block,
            cidr_blocks,
            ipv6_cidr_blocks: ranges6.filter_map(|range| range.ipv6_cidr_block).collect(),
            is_default: vpc.is_default.unwrap_or_default(),
            owner_id,
            tags: aws.visible(vpc.tags.unwrap_or_default()),
        })
    }
}

fn said(asked: &GetVpcInputs) -> String {
    let default = asked.default.map(|default| format!("default: {default}"));
    let tags = asked.tags.iter().map(|(key, value)| format!("{key}={value}"));
    asked
        .id
        .clone()
        .into_iter()
        .chain(asked.cidr_block.clone())
        .chain(default)
        .chain(tags)
        .collect::<Vec<_>>()
        .join(", ")
}
