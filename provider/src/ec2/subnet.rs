//! A subnet.

use std::sync::LazyLock;

use aws_sdk_ec2::operation::modify_subnet_attribute::builders::ModifySubnetAttributeFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, HostnameType as AwsHostnameType, ResourceType, Subnet as AwsSubnet,
    SubnetCidrBlockStateCode, SubnetIpv6CidrBlockAssociation, SubnetState,
};
use pulumi_plugin::{Error, Fault, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::blocker::{Of, explained};
use crate::ec2::{born, by_id, filter, newborn, once, retag, visible};
use crate::types::{Cidr, Cidr6};

/// What the program asks of a subnet.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubnetInputs {
    /// The VPC.
    #[prop(replace)]
    pub vpc_id: String,
    /// The IPv4 range, from a /16 to a /28 within the VPC's. AWS keeps its first four addresses and its last one.
    #[prop(replace)]
    pub cidr_block: Cidr,
    /// The availability zone, such as `ap-northeast-1a`. Default: one that AWS chooses. Another one takes a new subnet.
    #[prop(replace, computed)]
    pub availability_zone: Option<String>,
    /// The IPv6 range, within the VPC's. Default: none.
    pub ipv6_cidr_block: Option<Cidr6>,
    /// Whether interfaces that are made in the subnet get an IPv6 address. Needs `ipv6CidrBlock`.
    #[prop(default = false)]
    pub assign_ipv6_address_on_creation: bool,
    /// Whether instances that are started in the subnet get a public IPv4 address. Load balancers and NAT gateways don't need it.
    #[prop(default = false)]
    pub map_public_ip_on_launch: bool,
    /// Whether Amazon's DNS server makes up IPv6 addresses (64:ff9b::/96) for names that have only IPv4 ones.
    #[prop(default = false)]
    pub enable_dns64: bool,
    /// How instances are named in private DNS.
    #[prop(default = HostnameType::IpName)]
    pub private_dns_hostname_type_on_launch: HostnameType,
    /// Whether private DNS answers for an instance's resource name with its IPv4 address.
    #[prop(default = false)]
    pub enable_resource_name_dns_a_record_on_launch: bool,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// How instances are named in private DNS.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum HostnameType {
    /// After their IPv4 address: `ip-10-0-0-1`.
    #[prop(rename = "ip-name")]
    IpName,
    /// After their id: `i-0123456789abcdef0`.
    #[prop(rename = "resource-name")]
    ResourceName,
}

/// A range of a VPC's addresses, in one availability zone.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Subnet {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: SubnetInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The zone's id, which means the same place in every account: `apne1-az4`.
    #[prop(stable)]
    pub availability_zone_id: String,
    /// The account that owns it.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for Subnet {
    const TOKEN: &'static str = "gitinfra:ec2:Subnet";
    // Interfaces of load balancers and functions linger after these are gone.
    const WAIT: Wait = Wait::seconds(2, 1200);
    type Session = Aws;
    type Inputs = SubnetInputs;
    type Seen = AwsSubnet;

    fn check(new: &SubnetInputs) -> Vec<Fault> {
        let mut faults = Vec::new();
        let length = new.cidr_block.0.prefix_len();
        if !(16..=28).contains(&length) {
            faults.push(Fault::new(
                "cidrBlock",
                format!("`{}` is a /{length}; a subnet has from a /16 to a /28", new.cidr_block),
            ));
        }
        if new.assign_ipv6_address_on_creation && new.ipv6_cidr_block.is_none() {
            faults.push(Fault::new("assignIpv6AddressOnCreation", "needs an IPv6 range: give `ipv6CidrBlock`"));
        }
        faults
    }

    fn collides(old: &SubnetInputs, new: &SubnetInputs) -> bool {
        old.vpc_id == new.vpc_id && old.cidr_block.overlaps(new.cidr_block)
    }

    async fn earlier(aws: &Aws, _: &SubnetInputs) -> Result<Option<Id>> {
        Ok(born(aws, ResourceType::Subnet).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &SubnetInputs) -> Result<Made> {
        let create = aws
            .ec2()
            .create_subnet()
            .vpc_id(&new.vpc_id)
            .cidr_block(new.cidr_block.to_string())
            .set_availability_zone(new.availability_zone.clone())
            .set_ipv6_cidr_block(new.ipv6_cidr_block.map(|range| range.to_string()))
            .tag_specifications(newborn(aws, ResourceType::Subnet, &new.tags));
        let made = create.customize().config_override(once()).send().await;
        let made = made.told("creating subnet", &new.cidr_block.to_string())?;
        Made::new(made.subnet.and_then(|subnet| subnet.subnet_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsSubnet>> {
        describe(aws, id).await
    }

    fn progress(subnet: &AwsSubnet) -> Progress {
        match &subnet.state {
            Some(SubnetState::Available) => Progress::Done,
            Some(SubnetState::FailedInsufficientCapacity) => Progress::Failed("AWS has no capacity for it".into()),
            _ => Progress::Pending("pending".into()),
        }
    }

    async fn read(aws: &Aws, id: &Id, subnet: AwsSubnet) -> Result<Self> {
        let ipv6 = associated(&subnet).and_then(|range| range.ipv6_cidr_block()).map(Cidr6::parse).transpose();
        let names = subnet.private_dns_name_options_on_launch;
        let owner_id = subnet.owner_id.unwrap_or_default();
        Ok(Subnet {
            arn: aws.arn("ec2", &owner_id, &format!("subnet/{id}")),
            availability_zone_id: subnet.availability_zone_id.unwrap_or_default(),
            owner_id,
            inputs: SubnetInputs {
                vpc_id: subnet.vpc_id.unwrap_or_default(),
                cidr_block: Cidr::parse(&subnet.cidr_block.unwrap_or_default()).map_err(Error::new)?,
                availability_zone: subnet.availability_zone,
                ipv6_cidr_block: ipv6.map_err(Error::new)?,
                assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation.unwrap_or_default(),
                map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or_default(),
                enable_dns64: subnet.enable_dns64.unwrap_or_default(),
                private_dns_hostname_type_on_launch: match names.as_ref().and_then(|n| n.hostname_type.as_ref()) {
                    Some(AwsHostnameType::ResourceName) => HostnameType::ResourceName,
                    _ => HostnameType::IpName,
                },
                enable_resource_name_dns_a_record_on_launch: names
                    .and_then(|n| n.enable_resource_name_dns_a_record)
                    .unwrap_or_default(),
                tags: visible(aws, &subnet.tags.unwrap_or_default()),
            },
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &SubnetInputs) -> Result<()> {
        let mut old = old.inputs.clone();
        if old.ipv6_cidr_block != new.ipv6_cidr_block {
            readdress(aws, id, new.ipv6_cidr_block).await?;
            // Removing a range also clears this switch.
            old.assign_ipv6_address_on_creation = false;
        }
        switch(aws, id, &old, new).await?;
        let kind = new.private_dns_hostname_type_on_launch;
        if old.private_dns_hostname_type_on_launch != kind {
            let set = modify(aws, id).private_dns_hostname_type_on_launch(AwsHostnameType::from(kind.as_str()));
            set.send().await.told("setting privateDnsHostnameTypeOnLaunch of subnet", id.as_str())?;
        }
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_subnet().subnet_id(id.as_str());
        let deleted = delete.send().await.unless(&["InvalidSubnetID.NotFound"]);
        match deleted.told("deleting subnet", id.as_str()) {
            Ok(_) => Ok(()),
            Err(error) => Err(explained(aws, error, Of::Subnet(id.as_str())).await),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The IPv6 range that the subnet has, or is getting.
fn associated(subnet: &AwsSubnet) -> Option<&SubnetIpv6CidrBlockAssociation> {
    use SubnetCidrBlockStateCode::{Associated, Associating};
    subnet
        .ipv6_cidr_block_association_set()
        .iter()
        .find(|range| matches!(range.ipv6_cidr_block_state().and_then(|s| s.state()), Some(Associated | Associating)))
}

/// The subnet of an id. Asked together with others that are asked about at the same moment.
async fn describe(aws: &Aws, id: &Id) -> Result<Option<AwsSubnet>> {
    static BATCH: LazyLock<Batch<AwsSubnet>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let ask = ec2.describe_subnets().filters(filter("subnet-id", ids));
        let found = ask.into_paginator().items().send();
        by_id(found, "reading subnets", AwsSubnet::subnet_id).await
    };
    BATCH.ask(aws.place(), id.as_str(), ask).await
}

/// Brings the subnet to another IPv6 range, or to none.
async fn readdress(aws: &Aws, id: &Id, new: Option<Cidr6>) -> Result<()> {
    let subnet = describe(aws, id).await?;
    let old = subnet.as_ref().and_then(associated);
    let range = old.and_then(|range| range.ipv6_cidr_block());
    if range.map(Cidr6::parse).transpose().map_err(Error::new)? == new {
        return Ok(());
    }
    if let Some(old) = old.and_then(|range| range.association_id()) {
        // AWS keeps the range while new interfaces are to get addresses of it.
        modify(aws, id)
            .assign_ipv6_address_on_creation(value(false))
            .send()
            .await
            .told("setting assignIpv6AddressOnCreation of subnet", id.as_str())?;
        let take = aws.ec2().disassociate_subnet_cidr_block().association_id(old);
        take.send().await.told("taking the IPv6 range from subnet", id.as_str())?;
    }
    if let Some(new) = new {
        let give = aws.ec2().associate_subnet_cidr_block();
        give.subnet_id(id.as_str())
            .ipv6_cidr_block(new.to_string())
            .send()
            .await
            .told("giving an IPv6 range to subnet", id.as_str())?;
    }
    Ok(())
}

/// Sets the switches that differ, each by a call of its own: AWS takes one a call.
async fn switch(aws: &Aws, id: &Id, old: &SubnetInputs, new: &SubnetInputs) -> Result<()> {
    type Set = ModifySubnetAttributeFluentBuilder;
    type Switch = (&'static str, fn(&SubnetInputs) -> bool, fn(Set, AttributeBooleanValue) -> Set);
    const SWITCHES: [Switch; 4] = [
        ("mapPublicIpOnLaunch", |i| i.map_public_ip_on_launch, Set::map_public_ip_on_launch),
        ("assignIpv6AddressOnCreation", |i| i.assign_ipv6_address_on_creation, Set::assign_ipv6_address_on_creation),
        ("enableDns64", |i| i.enable_dns64, Set::enable_dns64),
        (
            "enableResourceNameDnsARecordOnLaunch",
            |i| i.enable_resource_name_dns_a_record_on_launch,
            Set::enable_resource_name_dns_a_record_on_launch,
        ),
    ];
    for (name, of, set) in SWITCHES {
        if of(old) != of(new) {
            let set = set(modify(aws, id), value(of(new))).send().await;
            set.told(&format!("setting {name} of subnet"), id.as_str())?;
        }
    }
    Ok(())
}

fn modify(aws: &Aws, id: &Id) -> ModifySubnetAttributeFluentBuilder {
    aws.ec2().modify_subnet_attribute().subnet_id(id.as_str())
}

fn value(on: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(on).build()
}
