//! A VPC.

use aws_sdk_ec2::types::{
    AttributeBooleanValue, NetworkAcl, ResourceType, RouteTable, Tenancy as AwsTenancy, Vpc as AwsVpc,
    VpcAttributeName, VpcState, VpcTenancy,
};
use pulumi_plugin::{Error, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags, word_or};
use crate::ec2::blocker::{Of, explained};
use crate::ec2::filter;
use crate::ec2::groups::default_of;
use crate::ec2::tags::{earlier, newborn, retag};
use crate::types::Cidr;

/// The inputs of a VPC.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcInputs {
    /// The IPv4 CIDR block of the VPC, from a /16 to a /28.
    #[prop(replace)]
    pub cidr_block: Cidr<16, 28>,
    /// Whether instances with a public address get a public DNS host name. Private DNS names of VPC endpoints need it.
    #[prop(default = true)]
    pub enable_dns_hostnames: bool,
    /// Whether the Amazon DNS server answers queries in the VPC.
    #[prop(default = true)]
    pub enable_dns_support: bool,
    /// The tenancy of the instances that are started in the VPC. From `dedicated` to `default` it changes in place, for instances that are started
    /// afterwards; the other way takes a new VPC.
    #[prop(default = Tenancy::Default)]
    pub instance_tenancy: Tenancy,
    /// Tags of the VPC.
    #[prop(default)]
    pub tags: Tags,
}

/// The tenancy of instances: whose hardware they run on.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Tenancy {
    /// Shared hardware, unless an instance asks for another tenancy.
    #[prop(rename = "default")]
    Default,
    /// Hardware that only this account uses.
    #[prop(rename = "dedicated")]
    Dedicated,
}

/// A VPC (virtual private cloud): a virtual network of the account, isolated from every other network.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Vpc {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: VpcInputs,
    /// The ARN of the VPC.
    #[prop(stable)]
    pub arn: String,
    /// The id of the VPC's default network ACL.
    #[prop(stable)]
    pub default_network_acl_id: String,
    /// The id of the VPC's main route table.
    #[prop(stable)]
    pub main_route_table_id: String,
    /// The id of the VPC's default security group.
    #[prop(stable)]
    pub default_security_group_id: String,
    /// The id of the account that owns the VPC.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for Vpc {
    const TOKEN: &'static str = "gitinfra:ec2:Vpc";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = VpcInputs;
    type Seen = AwsVpc;

    fn replaces(old: &VpcInputs, new: &VpcInputs) -> Vec<&'static str> {
        match (old.instance_tenancy, new.instance_tenancy) {
            (Tenancy::Default, Tenancy::Dedicated) => vec!["instanceTenancy"],
            _ => Vec::new(),
        }
    }

    async fn earlier(aws: &Aws, _: &VpcInputs) -> Result<Option<Id>> {
        Ok(earlier(aws, ResourceType::Vpc).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &VpcInputs) -> Result<Made> {
        let create = aws
            .once()
            .ec2()
            .create_vpc()
            .cidr_block(new.cidr_block.to_string())
            .instance_tenancy(AwsTenancy::from(new.instance_tenancy.as_str()))
            .tag_specifications(newborn(aws, ResourceType::Vpc, &new.tags));
        let made = create.send().await.doing("creating VPC", new.cidr_block)?;
        Made::new(made.vpc.and_then(|vpc| vpc.vpc_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsVpc>> {
        let pages =
            |aws: &Aws, ids| aws.ec2().describe_vpcs().filters(filter("vpc-id", ids)).into_paginator().items().send();
        aws.one("reading VPCs", id, pages, AwsVpc::vpc_id).await
    }

    fn progress(vpc: &AwsVpc) -> Progress {
        match &vpc.state {
            Some(VpcState::Available) => Progress::Done,
            _ => Progress::Pending("pending".into()),
        }
    }

    async fn read(aws: &Aws, id: &Id, vpc: AwsVpc) -> Result<Self> {
        let (support, hostnames, group, acl, table) = futures::try_join!(
            attribute(aws, id, VpcAttributeName::EnableDnsSupport),
            attribute(aws, id, VpcAttributeName::EnableDnsHostnames),
            default_group(aws, id),
            default_acl(aws, id),
            main_table(aws, id),
        )?;
        let owner_id = vpc.owner_id.unwrap_or_default();
        Ok(Vpc {
            inputs: VpcInputs {
                cidr_block: Cidr::parse(&vpc.cidr_block.unwrap_or_default()).map_err(Error::new)?,
                enable_dns_hostnames: hostnames,
                enable_dns_support: support,
                instance_tenancy: word_or(vpc.instance_tenancy, Tenancy::Default)?,
                tags: aws.visible(vpc.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &owner_id, &format!("vpc/{id}")),
            default_network_acl_id: acl,
            main_route_table_id: table,
            default_security_group_id: group,
            owner_id,
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &VpcInputs) -> Result<()> {
        let value = |on| AttributeBooleanValue::builder().value(on).build();
        let modify = || aws.ec2().modify_vpc_attribute().vpc_id(id);
        if old.inputs.instance_tenancy != new.instance_tenancy {
            let set = aws.ec2().modify_vpc_tenancy().vpc_id(id).instance_tenancy(VpcTenancy::Default);
            set.send().await.doing("setting instanceTenancy of VPC", id)?;
        }
        if old.inputs.enable_dns_support != new.enable_dns_support {
            let set = modify().enable_dns_support(value(new.enable_dns_support));
            set.send().await.doing("setting enableDnsSupport of VPC", id)?;
        }
        if old.inputs.enable_dns_hostnames != new.enable_dns_hostnames {
            let set = modify().enable_dns_hostnames(value(new.enable_dns_hostnames));
            set.send().await.doing("setting enableDnsHostnames of VPC", id)?;
        }
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_vpc().vpc_id(id);
        match delete.send().await.unless(&["InvalidVpcID.NotFound"]).done("deleting VPC", id) {
            Ok(()) => Ok(()),
            Err(error) => Err(explained(aws, error, Of::Vpc(id.as_str())).await),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn attribute(aws: &Aws, id: &Id, name: VpcAttributeName) -> Result<bool> {
    let ask = aws.ec2().describe_vpc_attribute().vpc_id(id).attribute(name);
    let answer = ask.send().await.doing("reading an attribute of VPC", id)?;
    let value = answer.enable_dns_support.or(answer.enable_dns_hostnames);
    Ok(value.and_then(|value| value.value).unwrap_or_default())
}

async fn default_group(aws: &Aws, id: &Id) -> Result<String> {
    Ok(default_of(aws, id.as_str()).await?.and_then(|group| group.group_id).unwrap_or_default())
}

async fn default_acl(aws: &Aws, id: &Id) -> Result<String> {
    let pages = |aws: &Aws, vpcs| {
        let ask = aws.ec2().describe_network_acls().filters(filter("vpc-id", vpcs));
        ask.filters(filter("default", ["true"])).into_paginator().items().send()
    };
    let acl = aws.one("reading default network ACLs", id, pages, NetworkAcl::vpc_id).await?;
    Ok(acl.and_then(|acl| acl.network_acl_id).unwrap_or_default())
}

/// The id of a VPC's main route table.
pub(crate) async fn main_table(aws: &Aws, id: &Id) -> Result<String> {
    let pages = |aws: &Aws, vpcs| {
        let ask = aws.ec2().describe_route_tables().filters(filter("vpc-id", vpcs));
        ask.filters(filter("association.main", ["true"])).into_paginator().items().send()
    };
    let table = aws.one("reading main route tables", id, pages, RouteTable::vpc_id).await?;
    Ok(table.and_then(|table| table.route_table_id).unwrap_or_default())
}
