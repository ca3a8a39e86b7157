//! A subnet.

use aws_sdk_ec2::operation::modify_subnet_attribute::builders::ModifySubnetAttributeFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, HostnameType as AwsHostnameType, PrivateDnsNameOptionsOnLaunch, ResourceType,
    Subnet as AwsSubnet, SubnetCidrBlockStateCode, SubnetIpv6CidrBlockAssociation, SubnetState,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::list::filled;
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, Tags, word_or};
use crate::ec2::blocker::{Of, explained};
use crate::ec2::filter;
use crate::ec2::pool;
use crate::ec2::tags::{earlier, newborn, retag};
use crate::types::{Cidr, Cidr6};

/// The inputs of a subnet.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubnetInputs {
    /// The id of the VPC that the subnet belongs to.
    #[prop(replace, unique)]
    pub vpc_id: String,
    /// The IPv4 CIDR block of the subnet, from a /16 to a /28 within the VPC's. AWS reserves its first four addresses and its last one. Default: one that
    /// AWS chooses out of `ipv4IpamPoolId`; none with `ipv6Native`.
    #[prop(replace, unique, computed, stable)]
    pub cidr_block: Option<Cidr<16, 28>>,
    /// The id of the IPAM pool that the IPv4 CIDR block is out of: one that plans the addresses of the VPC. Matters at creation alone.
    #[prop(initial)]
    pub ipv4_ipam_pool_id: Option<String>,
    /// The netmask length of the IPv4 CIDR block that AWS chooses: 16 to 28. Matters at creation alone. Default: the pool's.
    #[prop(initial, min = 16, max = 28)]
    pub ipv4_netmask_length: Option<u32>,
    /// The availability zone of the subnet, such as `ap-northeast-1a`. Default: one that AWS chooses.
    #[prop(replace, computed)]
    pub availability_zone: Option<String>,
    /// The id of the availability zone of the subnet, such as `apne1-az4`: the same place in every account, unlike the zone's name. Where both are given,
    /// the name decides. Default: one that AWS chooses.
    #[prop(replace, computed)]
    pub availability_zone_id: Option<String>,
    /// The IPv6 CIDR block of the subnet, within the VPC's. Default: one that AWS chooses out of `ipv6IpamPoolId`, which `ipv6Block` tells; else none.
    pub ipv6_cidr_block: Option<Cidr6>,
    /// The id of the IPAM pool that the IPv6 CIDR block is out of: one that plans the addresses of the VPC. Another pool gives the subnet another block, and
    /// without it the subnet loses what the pool gave.
    pub ipv6_ipam_pool_id: Option<String>,
    /// The netmask length of the IPv6 CIDR block that AWS chooses: 44 to 64. Another one gives the subnet another block. Default: the pool's.
    #[prop(min = 44, max = 64)]
    pub ipv6_netmask_length: Option<u32>,
    /// Whether the subnet has IPv6 addresses only. Needs an IPv6 CIDR block, `assignIpv6AddressOnCreation: true` and
    /// `privateDnsHostnameTypeOnLaunch: resource-name`. A change takes a new subnet. Default: false.
    pub ipv6_native: Option<bool>,
    /// Whether network interfaces that are created in the subnet get an IPv6 address. Needs an IPv6 CIDR block.
    #[prop(default = false)]
    pub assign_ipv6_address_on_creation: bool,
    /// Whether instances that are started in the subnet get a public IPv4 address. Load balancers and NAT gateways don't need it.
    #[prop(default = false)]
    pub map_public_ip_on_launch: bool,
    /// Whether the Amazon DNS server answers with synthetic IPv6 addresses (64:ff9b::/96) for names that have only IPv4 addresses (DNS64).
    #[prop(default = false)]
    pub enable_dns64: bool,
    /// The type of the private DNS host names of instances that are started in the subnet.
    #[prop(default = HostnameType::IpName)]
    pub private_dns_hostname_type_on_launch: HostnameType,
    /// Whether the resource names of instances have DNS A records, with their IPv4 addresses.
    #[prop(default = false)]
    pub enable_resource_name_dns_a_record_on_launch: bool,
    /// Whether the resource names of instances have DNS AAAA records, with their IPv6 addresses.
    #[prop(default = false)]
    pub enable_resource_name_dns_aaaa_record_on_launch: bool,
    /// Tags of the subnet.
    #[prop(default)]
    pub tags: Tags,
}

/// The type of an instance's private DNS host name.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum HostnameType {
    /// Made from its IPv4 address: `ip-10-0-0-1`.
    #[prop(rename = "ip-name")]
    IpName,
    /// Made from its id: `i-0123456789abcdef0`.
    #[prop(rename = "resource-name")]
    ResourceName,
}

/// A subnet: a range of a VPC's addresses, in one availability zone.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Subnet {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: SubnetInputs,
    /// The IPv6 CIDR block that the subnet has, given or out of a pool.
    pub ipv6_block: Option<Cidr6>,
    /// The ARN of the subnet.
    #[prop(stable)]
    pub arn: String,
    /// The id of the account that owns the subnet.
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
        let none = new.cidr_block.is_none() && new.ipv4_ipam_pool_id.is_none();
        let faults = Faults::of(new)
            .when(!new.is_native() && none, "cidrBlock", "missing: one of `cidrBlock` and `ipv4IpamPoolId`")
            .needs("ipv4NetmaskLength", "ipv4IpamPoolId")
            .excludes("cidrBlock", "ipv4NetmaskLength")
            .needs("ipv6NetmaskLength", "ipv6IpamPoolId")
            .excludes("ipv6CidrBlock", "ipv6NetmaskLength")
            .when(
                new.assign_ipv6_address_on_creation && !new.has_ipv6(),
                "assignIpv6AddressOnCreation",
                "needs `ipv6CidrBlock` or `ipv6IpamPoolId`",
            );
        if new.is_native() { new.check_native(faults) } else { faults }.into_vec()
    }

    fn replaces(old: &SubnetInputs, new: &SubnetInputs) -> Vec<&'static str> {
        if old.is_native() == new.is_native() { Vec::new() } else { vec!["ipv6Native"] }
    }

    fn collides(old: &SubnetInputs, new: &SubnetInputs) -> bool {
        let four = old.cidr_block.zip(new.cidr_block).is_some_and(|(old, new)| old.overlaps(new));
        let six = old.ipv6_cidr_block.zip(new.ipv6_cidr_block).is_some_and(|(old, new)| old.overlaps(new));
        old.vpc_id == new.vpc_id && (four || six)
    }

    async fn earlier(aws: &Aws, _: &SubnetInputs) -> Result<Option<Id>> {
        Ok(earlier(aws, ResourceType::Subnet).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &SubnetInputs) -> Result<Made> {
        let create = aws
            .once()
            .ec2()
            .create_subnet()
            .vpc_id(&new.vpc_id)
            .set_cidr_block(new.cidr_block.map(|range| range.to_string()))
            .set_ipv4_ipam_pool_id(new.ipv4_ipam_pool_id.clone())
            .set_ipv4_netmask_length(new.ipv4_netmask_length.map(signed))
            .set_availability_zone(new.availability_zone.clone())
            // AWS takes one of the two; an import gives both.
            .set_availability_zone_id(new.availability_zone_id.clone().filter(|_| new.availability_zone.is_none()))
            .set_ipv6_cidr_block(new.ipv6_cidr_block.map(|range| range.to_string()))
            .set_ipv6_ipam_pool_id(new.ipv6_ipam_pool_id.clone())
            .set_ipv6_netmask_length(new.ipv6_netmask_length.map(signed))
            .set_ipv6_native(new.is_native().then_some(true))
            .tag_specifications(newborn(aws, ResourceType::Subnet, &new.tags));
        let range = pool::place(new.cidr_block, new.ipv4_ipam_pool_id.as_deref().or(new.ipv6_ipam_pool_id.as_deref()));
        match create.send().await.doing("creating subnet", range) {
            Ok(made) => Made::new(made.subnet.and_then(|subnet| subnet.subnet_id)),
            Err(error) if error.message().contains("InvalidSubnet.Conflict") => {
                same_range(aws, new).await?.map(Made::Exists).ok_or(error)
            }
            Err(error) => Err(pool::explained(error)),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsSubnet>> {
        let pages = |aws: &Aws, ids| {
            aws.ec2().describe_subnets().filters(filter("subnet-id", ids)).into_paginator().items().send()
        };
        aws.one("reading subnets", id, pages, AwsSubnet::subnet_id).await
    }

    fn progress(subnet: &AwsSubnet) -> Progress {
        match &subnet.state {
            Some(SubnetState::Available) => Progress::Done,
            Some(SubnetState::FailedInsufficientCapacity) => Progress::Failed("AWS has no capacity for it".into()),
            _ => Progress::Pending("pending".into()),
        }
    }

    async fn read(aws: &Aws, id: &Id, subnet: AwsSubnet) -> Result<Self> {
        let ipv6 = ipv6_of(&subnet)?;
        let names = subnet.private_dns_name_options_on_launch;
        let names = names.unwrap_or_else(|| PrivateDnsNameOptionsOnLaunch::builder().build());
        let owner_id = subnet.owner_id.unwrap_or_default();
        Ok(Subnet {
            arn: aws.arn("ec2", &owner_id, &format!("subnet/{id}")),
            owner_id,
            ipv6_block: ipv6,
            inputs: SubnetInputs {
                vpc_id: subnet.vpc_id.unwrap_or_default(),
                cidr_block: filled(subnet.cidr_block).as_deref().map(Cidr::parse).transpose().map_err(Error::new)?,
                ipv4_ipam_pool_id: None,
                ipv4_netmask_length: None,
                availability_zone: subnet.availability_zone,
                availability_zone_id: subnet.availability_zone_id,
                ipv6_cidr_block: ipv6,
                ipv6_ipam_pool_id: None,
                ipv6_netmask_length: None,
                ipv6_native: subnet.ipv6_native.filter(|only| *only),
                assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation.unwrap_or_default(),
                map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or_default(),
                enable_dns64: subnet.enable_dns64.unwrap_or_default(),
                private_dns_hostname_type_on_launch: word_or(names.hostname_type, HostnameType::IpName)?,
                enable_resource_name_dns_a_record_on_launch: names
                    .enable_resource_name_dns_a_record
                    .unwrap_or_default(),
                enable_resource_name_dns_aaaa_record_on_launch: names
                    .enable_resource_name_dns_aaaa_record
                    .unwrap_or_default(),
                tags: aws.visible(subnet.tags.unwrap_or_default()),
            },
        })
    }

    /// AWS does not say which pool a block is out of.
    fn respell(&mut self, given: &SubnetInputs) {
        self.inputs.ipv6_native = self.inputs.ipv6_native.or(given.ipv6_native.filter(|only| !*only));
        let is_asked = given.ipv6_cidr_block.is_none() || given.ipv6_cidr_block == self.ipv6_block;
        if self.ipv6_block.is_some() && given.ipv6_ipam_pool_id.is_some() && is_asked {
            self.inputs.ipv6_cidr_block = given.ipv6_cidr_block;
            self.inputs.ipv6_ipam_pool_id = given.ipv6_ipam_pool_id.clone();
            self.inputs.ipv6_netmask_length = given.ipv6_netmask_length;
        }
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &SubnetInputs) -> Result<()> {
        let mut old = old.inputs.clone();
        if old.ipv6() != new.ipv6() {
            readdress(aws, id, new).await?;
            // Removing a range also clears this switch.
            old.assign_ipv6_address_on_creation = false;
        }
        switch(aws, id, &old, new).await?;
        let kind = new.private_dns_hostname_type_on_launch;
        if old.private_dns_hostname_type_on_launch != kind {
            let set = modify(aws, id).private_dns_hostname_type_on_launch(AwsHostnameType::from(kind.as_str()));
            set.send().await.doing("setting privateDnsHostnameTypeOnLaunch of subnet", id)?;
        }
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_subnet().subnet_id(id);
        match delete.send().await.unless(&["InvalidSubnetID.NotFound"]).done("deleting subnet", id) {
            Ok(()) => Ok(()),
            Err(error) => Err(explained(aws, error, Of::Subnet(id.as_str())).await),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

impl SubnetInputs {
    fn is_native(&self) -> bool {
        self.ipv6_native == Some(true)
    }

    fn has_ipv6(&self) -> bool {
        self.ipv6_cidr_block.is_some() || self.ipv6_ipam_pool_id.is_some()
    }

    /// What says which IPv6 range the subnet gets.
    fn ipv6(&self) -> (Option<Cidr6>, Option<&String>, Option<u32>) {
        (self.ipv6_cidr_block, self.ipv6_ipam_pool_id.as_ref(), self.ipv6_netmask_length)
    }

    /// The rules of a subnet without IPv4.
    fn check_native(&self, faults: Faults) -> Faults {
        const OF_IPV4: &str = "can't be given together with `ipv6Native: true`";
        let by_address = self.private_dns_hostname_type_on_launch == HostnameType::IpName;
        faults
            .when(!self.has_ipv6(), "ipv6CidrBlock", "missing: `ipv6Native` needs `ipv6CidrBlock` or `ipv6IpamPoolId`")
            .when(self.cidr_block.is_some(), "cidrBlock", OF_IPV4)
            .when(self.ipv4_ipam_pool_id.is_some(), "ipv4IpamPoolId", OF_IPV4)
            .when(self.map_public_ip_on_launch, "mapPublicIpOnLaunch", OF_IPV4)
            .when(self.enable_resource_name_dns_a_record_on_launch, "enableResourceNameDnsARecordOnLaunch", OF_IPV4)
            .when(
                !self.assign_ipv6_address_on_creation,
                "assignIpv6AddressOnCreation",
                "must be true with `ipv6Native`",
            )
            .when(by_address, "privateDnsHostnameTypeOnLaunch", "must be `resource-name` with `ipv6Native`")
    }
}

/// The subnet of the VPC that has the very range already.
async fn same_range(aws: &Aws, new: &SubnetInputs) -> Result<Option<Id>> {
    let Some(range) = new.cidr_block else { return Ok(None) };
    let ask = aws.ec2().describe_subnets().filters(filter("vpc-id", [&new.vpc_id]));
    let asked = ask.filters(filter("cidr-block", [range.to_string()])).send().await;
    let found = asked.doing("looking for subnets of", &new.vpc_id)?.subnets.unwrap_or_default();
    Ok(found.into_iter().find_map(|subnet| subnet.subnet_id).map(Id::from))
}

/// The IPv6 range that the subnet has, or is getting.
fn associated(subnet: &AwsSubnet) -> Option<&SubnetIpv6CidrBlockAssociation> {
    use SubnetCidrBlockStateCode::{Associated, Associating};
    subnet
        .ipv6_cidr_block_association_set()
        .iter()
        .find(|range| matches!(range.ipv6_cidr_block_state().and_then(|s| s.state()), Some(Associated | Associating)))
}

fn ipv6_of(subnet: &AwsSubnet) -> Result<Option<Cidr6>> {
    let range = associated(subnet).and_then(|range| range.ipv6_cidr_block());
    range.map(Cidr6::parse).transpose().map_err(Error::new)
}

/// Brings the subnet to another IPv6 range, or to none.
async fn readdress(aws: &Aws, id: &Id, new: &SubnetInputs) -> Result<()> {
    let Some(subnet) = Subnet::find(aws, id).await? else { return Ok(()) };
    let is_chosen = new.ipv6_cidr_block.is_none() && new.ipv6_ipam_pool_id.is_some();
    if !is_chosen && ipv6_of(&subnet)? == new.ipv6_cidr_block {
        return Ok(());
    }
    if let Some(old) = associated(&subnet).and_then(|range| range.association_id()) {
        // AWS refuses to remove the range while new network interfaces are to get addresses of it.
        let off = modify(aws, id).assign_ipv6_address_on_creation(value(false));
        off.send().await.doing("setting assignIpv6AddressOnCreation of subnet", id)?;
        let remove = aws.ec2().disassociate_subnet_cidr_block().association_id(old);
        remove.send().await.doing("removing the IPv6 range of subnet", id)?;
    }
    if !new.has_ipv6() {
        return Ok(());
    }
    let add = aws
        .ec2()
        .associate_subnet_cidr_block()
        .subnet_id(id)
        .set_ipv6_cidr_block(new.ipv6_cidr_block.map(|range| range.to_string()))
        .set_ipv6_ipam_pool_id(new.ipv6_ipam_pool_id.clone())
        .set_ipv6_netmask_length(new.ipv6_netmask_length.map(signed));
    add.send().await.done("adding an IPv6 range to subnet", id).map_err(pool::explained)
}

/// Sets the switches that differ, each by a call of its own: AWS takes one a call.
async fn switch(aws: &Aws, id: &Id, old: &SubnetInputs, new: &SubnetInputs) -> Result<()> {
    type Set = ModifySubnetAttributeFluentBuilder;
    type Switch = (&'static str, fn(&SubnetInputs) -> bool, fn(Set, AttributeBooleanValue) -> Set);
    const SWITCHES: [Switch; 5] = [
        ("mapPublicIpOnLaunch", |i| i.map_public_ip_on_launch, Set::map_public_ip_on_launch),
        ("assignIpv6AddressOnCreation", |i| i.assign_ipv6_address_on_creation, Set::assign_ipv6_address_on_creation),
        ("enableDns64", |i| i.enable_dns64, Set::enable_dns64),
        (
            "enableResourceNameDnsARecordOnLaunch",
            |i| i.enable_resource_name_dns_a_record_on_launch,
            Set::enable_resource_name_dns_a_record_on_launch,
        ),
        (
            "enableResourceNameDnsAaaaRecordOnLaunch",
            |i| i.enable_resource_name_dns_aaaa_record_on_launch,
            Set::enable_resource_name_dns_aaaa_record_on_launch,
        ),
    ];
    for (name, of, set) in SWITCHES {
        if of(old) != of(new) {
            set(modify(aws, id), value(of(new))).send().await.doing(format!("setting {name} of subnet"), id)?;
        }
    }
    Ok(())
}

fn modify(aws: &Aws, id: &Id) -> ModifySubnetAttributeFluentBuilder {
    aws.ec2().modify_subnet_attribute().subnet_id(id)
}

fn value(on: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(on).build()
}
