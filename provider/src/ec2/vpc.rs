//! A VPC.

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Tenancy as AwsTenancy, Vpc as AwsVpc, VpcAttributeName, VpcState, VpcTenancy,
};
use pulumi_plugin::{Error, Fault, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::blocker::{Of, explained};
use crate::ec2::{born, filter, newborn, once, retag, visible};
use crate::types::Cidr;

/// What the program asks of a VPC.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcInputs {
    /// The IPv4 range, from a /16 to a /28.
    #[prop(replace)]
    pub cidr_block: Cidr,
    /// Whether instances get DNS host names. Private names of VPC endpoints need it.
    #[prop(default = true)]
    pub enable_dns_hostnames: bool,
    /// Whether Amazon's DNS server answers in the VPC.
    #[prop(default = true)]
    pub enable_dns_support: bool,
    /// On whose hardware instances run. From `dedicated` to `default` changes in place, for instances that are started later.
    #[prop(default = Tenancy::Default)]
    pub instance_tenancy: Tenancy,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// On whose hardware instances run.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Tenancy {
    /// On shared hardware, unless an instance asks otherwise.
    #[prop(rename = "default")]
    Default,
    /// On hardware of this account alone.
    #[prop(rename = "dedicated")]
    Dedicated,
}

/// A virtual network, isolated from every other.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Vpc {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: VpcInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The id of the network ACL that comes with the VPC.
    #[prop(stable)]
    pub default_network_acl_id: String,
    /// The id of the route table that comes with the VPC.
    #[prop(stable)]
    pub main_route_table_id: String,
    /// The id of the security group that comes with the VPC.
    #[prop(stable)]
    pub default_security_group_id: String,
    /// The account that owns it.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for Vpc {
    const TOKEN: &'static str = "gitinfra:ec2:Vpc";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = VpcInputs;
    type Seen = AwsVpc;

    fn check(new: &VpcInputs) -> Vec<Fault> {
        let length = new.cidr_block.0.prefix_len();
        match length {
            16..=28 => Vec::new(),
            _ => vec![Fault::new(
                "cidrBlock",
                format!("`{}` is a /{length}; a VPC has from a /16 to a /28", new.cidr_block),
            )],
        }
    }

    fn replaces(old: &VpcInputs, new: &VpcInputs) -> Vec<&'static str> {
        match (old.instance_tenancy, new.instance_tenancy) {
            (Tenancy::Default, Tenancy::Dedicated) => vec!["instanceTenancy"],
            _ => Vec::new(),
        }
    }

    async fn earlier(aws: &Aws, _: &VpcInputs) -> Result<Option<Id>> {
        Ok(born(aws, ResourceType::Vpc).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &VpcInputs) -> Result<Made> {
        let create = aws
            .ec2()
            .create_vpc()
            .cidr_block(new.cidr_block.to_string())
            .instance_tenancy(AwsTenancy::from(new.instance_tenancy.as_str()))
            .tag_specifications(newborn(aws, ResourceType::Vpc, &new.tags));
        let made = create.customize().config_override(once()).send().await;
        let made = made.told("creating VPC", &new.cidr_block.to_string())?;
        Made::new(made.vpc.and_then(|vpc| vpc.vpc_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsVpc>> {
        describe(aws, id).await
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
                instance_tenancy: match vpc.instance_tenancy {
                    Some(AwsTenancy::Dedicated) => Tenancy::Dedicated,
                    _ => Tenancy::Default,
                },
                tags: visible(aws, &vpc.tags.unwrap_or_default()),
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
            set.send().await.told("setting instanceTenancy of VPC", id.as_str())?;
        }
        if old.inputs.enable_dns_support != new.enable_dns_support {
            let set = modify().enable_dns_support(value(new.enable_dns_support));
            set.send().await.told("setting enableDnsSupport of VPC", id.as_str())?;
        }
        if old.inputs.enable_dns_hostnames != new.enable_dns_hostnames {
            let set = modify().enable_dns_hostnames(value(new.enable_dns_hostnames));
            set.send().await.told("setting enableDnsHostnames of VPC", id.as_str())?;
        }
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let deleted = aws.ec2().delete_vpc().vpc_id(id.as_str()).send().await.unless(&["InvalidVpcID.NotFound"]);
        match deleted.told("deleting VPC", id.as_str()) {
            Ok(_) => Ok(()),
            Err(error) => Err(explained(aws, error, Of::Vpc(id.as_str())).await),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The VPC of an id. Asked together with others that are asked about at the same moment.
async fn describe(aws: &Aws, id: &Id) -> Result<Option<AwsVpc>> {
    static BATCH: LazyLock<Batch<AwsVpc>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let found = ec2.describe_vpcs().filters(filter("vpc-id", ids)).into_paginator().items().send();
        let found = found.collect::<std::result::Result<Vec<_>, _>>().await.told("reading VPCs", "")?;
        Ok(HashMap::from_iter(found.into_iter().map(|vpc| (vpc.vpc_id().unwrap_or_default().to_owned(), vpc))))
    };
    BATCH.ask(aws.place(), id.as_str(), ask).await
}

async fn attribute(aws: &Aws, id: &Id, name: VpcAttributeName) -> Result<bool> {
    let asked = aws.ec2().describe_vpc_attribute().vpc_id(id.as_str()).attribute(name).send().await;
    let answer = asked.told("reading an attribute of VPC", id.as_str())?;
    let value = answer.enable_dns_support().or(answer.enable_dns_hostnames());
    Ok(value.and_then(AttributeBooleanValue::value).unwrap_or_default())
}

async fn default_group(aws: &Aws, id: &Id) -> Result<String> {
    let ask = aws.ec2().describe_security_groups();
    let asked = ask.filters(filter("vpc-id", [id.as_str()])).filters(filter("group-name", ["default"])).send().await;
    let answer = asked.told("reading the default security group of VPC", id.as_str())?;
    Ok(answer.security_groups().first().and_then(|g| g.group_id()).unwrap_or_default().to_owned())
}

async fn default_acl(aws: &Aws, id: &Id) -> Result<String> {
    let ask = aws.ec2().describe_network_acls();
    let asked = ask.filters(filter("vpc-id", [id.as_str()])).filters(filter("default", ["true"])).send().await;
    let answer = asked.told("reading the default network ACL of VPC", id.as_str())?;
    Ok(answer.network_acls().first().and_then(|a| a.network_acl_id()).unwrap_or_default().to_owned())
}

async fn main_table(aws: &Aws, id: &Id) -> Result<String> {
    let ask = aws.ec2().describe_route_tables();
    let asked = ask.filters(filter("vpc-id", [id.as_str()])).filters(filter("association.main", ["true"])).send().await;
    let answer = asked.told("reading the main route table of VPC", id.as_str())?;
    Ok(answer.route_tables().first().and_then(|t| t.route_table_id()).unwrap_or_default().to_owned())
}
