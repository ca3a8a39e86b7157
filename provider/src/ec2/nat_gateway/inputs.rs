//! What the program asks of a NAT gateway.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    AutoProvisionZonesState, AvailabilityMode as AwsMode, AvailabilityZoneAddress as AwsZoneAddress,
    NatGateway as AwsNatGateway, NatGatewayAddress,
};
use pulumi_plugin::{Fault, Faults, Order, Property, Result};

use super::has_failed;
use crate::aws::list::some;
use crate::aws::{Aws, Tags, word_or};

/// The inputs of a NAT gateway.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NatGatewayInputs {
    /// The availability mode of the NAT gateway: in one zone or in all. Default: `zonal`.
    #[prop(replace, default = AvailabilityMode::Zonal)]
    pub availability_mode: AvailabilityMode,
    /// The id of the subnet that a zonal NAT gateway is in. A public NAT gateway needs a public subnet: one with a route to an internet gateway.
    #[prop(replace)]
    pub subnet_id: Option<String>,
    /// The id of the VPC that the NAT gateway is in. Needed by a regional one; a zonal one is in its subnet's.
    #[prop(replace, computed, stable)]
    pub vpc_id: Option<String>,
    /// The availability zone addresses of a regional NAT gateway: the Elastic IP addresses that it has in each zone. Left out, AWS finds the
    /// zones and allocates the addresses; from that to this takes a new one.
    #[prop(default)]
    pub availability_zone_addresses: Vec<AvailabilityZoneAddress>,
    /// The allocation id of the Elastic IP address of a zonal NAT gateway. Needed by a public one, not allowed for a private one.
    #[prop(replace)]
    pub allocation_id: Option<String>,
    /// The connectivity type of the NAT gateway: what it connects to.
    #[prop(default = ConnectivityType::Public, replace)]
    pub connectivity_type: ConnectivityType,
    /// The private IPv4 address of a zonal NAT gateway in its subnet. Default: one that AWS chooses.
    #[prop(replace, computed)]
    pub private_ip: Option<String>,
    /// The secondary allocation ids of a public zonal NAT gateway: Elastic IP addresses for more connections to one destination.
    #[prop(default, max = 31)]
    pub secondary_allocation_ids: BTreeSet<String>,
    /// The secondary private IPv4 addresses of a zonal NAT gateway; of a public one, as many as `secondaryAllocationIds`. Default: AWS chooses.
    #[prop(computed, max = 31)]
    pub secondary_private_ip_addresses: Option<BTreeSet<String>>,
    /// The number of secondary private IPv4 addresses of a private NAT gateway, which AWS chooses, up to 31. 0: none.
    #[prop(computed, max = 31)]
    pub secondary_private_ip_address_count: Option<u32>,
    /// The maximum drain duration in seconds, 1 to 4000: how long connections through a secondary address may go on when it is removed.
    /// Default: 350.
    #[prop(min = 1, max = 4000)]
    pub max_drain_duration_seconds: Option<Order<u32>>,
    /// Tags of the NAT gateway.
    #[prop(default)]
    pub tags: Tags,
}

/// The availability mode of a NAT gateway.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum AvailabilityMode {
    /// It is in one availability zone, and in one subnet.
    #[prop(rename = "zonal")]
    Zonal,
    /// It is in each availability zone of a VPC in which something needs it, and in no subnet.
    #[prop(rename = "regional")]
    Regional,
}

/// The connectivity type of a NAT gateway: what it connects to.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ConnectivityType {
    /// The internet.
    #[prop(rename = "public")]
    Public,
    /// Other VPCs and the networks behind them.
    #[prop(rename = "private")]
    Private,
}

/// The addresses of a regional NAT gateway in one availability zone.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AvailabilityZoneAddress {
    /// The name of the availability zone. This or `availabilityZoneId` is needed.
    pub availability_zone: Option<String>,
    /// The id of the availability zone, such as `apne1-az4`.
    pub availability_zone_id: Option<String>,
    /// The allocation ids of the Elastic IP addresses in the zone.
    #[prop(min = 1)]
    pub allocation_ids: BTreeSet<String>,
}

impl AvailabilityZoneAddress {
    /// The addresses as AWS takes them.
    pub(super) fn written(&self) -> AwsZoneAddress {
        AwsZoneAddress::builder()
            .set_availability_zone(self.availability_zone.clone())
            .set_availability_zone_id(self.availability_zone_id.clone().filter(|_| self.availability_zone.is_none()))
            .set_allocation_ids(some(self.allocation_ids.iter().cloned()))
            .build()
    }

    /// Whether both are of one zone.
    fn is_beside(&self, other: &AvailabilityZoneAddress) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        same(&self.availability_zone, &other.availability_zone)
            || same(&self.availability_zone_id, &other.availability_zone_id)
    }
}

impl NatGatewayInputs {
    /// What is wrong.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let zones = |zone: &AvailabilityZoneAddress| {
            Faults::of(zone).one_of(&["availabilityZone", "availabilityZoneId"]).into_vec()
        };
        let faults = Faults::of(self).each("availabilityZoneAddresses", &self.availability_zone_addresses, zones);
        match self.availability_mode {
            AvailabilityMode::Zonal => self.zonal(faults),
            AvailabilityMode::Regional => self.regional(faults),
        }
    }

    fn zonal(&self, faults: Faults) -> Vec<Fault> {
        let private = self.connectivity_type == ConnectivityType::Private;
        let only = "only a regional NAT gateway has them; set `availabilityMode: regional`";
        let both = self.secondary_private_ip_addresses.is_some()
            && self.secondary_private_ip_address_count.is_some_and(|n| n > 0);
        let address = self.allocation_id.is_some();
        faults
            .when(self.subnet_id.is_none(), "subnetId", "missing: a zonal NAT gateway is in a subnet")
            .when(!self.availability_zone_addresses.is_empty(), "availabilityZoneAddresses", only)
            .when(
                !private && !address,
                "allocationId",
                "missing: a public NAT gateway needs the id of an Elastic IP address",
            )
            .when(
                private && address,
                "allocationId",
                "a private NAT gateway has no Elastic IP address; leave it out, or set `connectivityType` to `public`",
            )
            .when(
                private && !self.secondary_allocation_ids.is_empty(),
                "secondaryAllocationIds",
                "a private NAT gateway has no Elastic IP addresses",
            )
            .when(
                !private && self.secondary_private_ip_address_count.is_some_and(|n| n > 0),
                "secondaryPrivateIpAddressCount",
                "only for a private NAT gateway: a public one has as many as `secondaryAllocationIds`",
            )
            .when(
                !private && self.is_uneven(),
                "secondaryPrivateIpAddresses",
                "a public NAT gateway has as many of them as of `secondaryAllocationIds`",
            )
            .when(both, "secondaryPrivateIpAddressCount", "can't be given together with `secondaryPrivateIpAddresses`")
            .into_vec()
    }

    /// Whether there is not one named private address for each Elastic IP address. Of those that are not allocated yet, the number is not known.
    fn is_uneven(&self) -> bool {
        let (ids, named) = (&self.secondary_allocation_ids, self.secondary_private_ip_addresses.as_ref());
        ids.iter().all(|id| id.starts_with("eipalloc-")) && named.is_some_and(|named| named.len() != ids.len())
    }

    fn regional(&self, faults: Faults) -> Vec<Fault> {
        let private = self.connectivity_type == ConnectivityType::Private;
        let zonal = "only a zonal NAT gateway has it";
        let secondary = self.secondary_private_ip_addresses.is_some();
        faults
            .when(self.vpc_id.is_none(), "vpcId", "missing: a regional NAT gateway needs the id of its VPC")
            .when(private, "connectivityType", "a regional NAT gateway is always public")
            .when(self.subnet_id.is_some(), "subnetId", zonal)
            .when(
                self.allocation_id.is_some(),
                "allocationId",
                "only a zonal NAT gateway has it; give `availabilityZoneAddresses`",
            )
            .when(self.private_ip.is_some(), "privateIp", zonal)
            .when(!self.secondary_allocation_ids.is_empty(), "secondaryAllocationIds", zonal)
            .when(secondary, "secondaryPrivateIpAddresses", zonal)
            .into_vec()
    }

    /// How many secondary addresses AWS is to choose.
    pub(super) fn secondary_count_to_choose(&self) -> Option<i32> {
        let named = self.secondary_private_ip_addresses.is_some() || self.connectivity_type == ConnectivityType::Public;
        let count = self.secondary_private_ip_address_count.filter(|count| *count > 0 && !named);
        count.and_then(|count| i32::try_from(count).ok())
    }

    /// All Elastic IP addresses.
    pub(super) fn allocations(&self) -> BTreeSet<&String> {
        let zones = self.availability_zone_addresses.iter().flat_map(|zone| &zone.allocation_ids);
        self.allocation_id.iter().chain(&self.secondary_allocation_ids).chain(zones).collect()
    }

    /// The inputs as AWS has them.
    pub(super) fn read(aws: &Aws, primary: NatGatewayAddress, nat: AwsNatGateway) -> Result<NatGatewayInputs> {
        let regional = nat.availability_mode == Some(AwsMode::Regional);
        let mut addresses = nat.nat_gateway_addresses.unwrap_or_default();
        addresses.retain(|each| !has_failed(each));
        let automatic = nat.auto_provision_zones == Some(AutoProvisionZonesState::Enabled);
        let zones = if regional && !automatic { by_zone(&addresses) } else { Vec::new() };
        let secondary: Vec<_> =
            addresses.iter().filter(|each| !regional && each.is_primary != Some(true) && **each != primary).collect();
        let private: BTreeSet<_> = secondary.iter().filter_map(|each| each.private_ip.clone()).collect();
        let connectivity_type = word_or(nat.connectivity_type, ConnectivityType::Public)?;
        let count = u32::try_from(private.len()).ok().filter(|_| connectivity_type == ConnectivityType::Private);
        Ok(NatGatewayInputs {
            availability_mode: word_or(nat.availability_mode, AvailabilityMode::Zonal)?,
            subnet_id: nat.subnet_id,
            vpc_id: nat.vpc_id,
            availability_zone_addresses: zones,
            allocation_id: primary.allocation_id,
            connectivity_type,
            private_ip: primary.private_ip,
            secondary_allocation_ids: secondary.iter().filter_map(|each| each.allocation_id.clone()).collect(),
            secondary_private_ip_addresses: Some(private).filter(|all| !all.is_empty()),
            secondary_private_ip_address_count: count,
            max_drain_duration_seconds: None,
            tags: aws.visible(nat.tags.unwrap_or_default()),
        })
    }

    /// Puts the zones into the program's order, each by the name or the id that the program gives.
    pub(super) fn respell(&mut self, given: &NatGatewayInputs) {
        let place = |zone: &AvailabilityZoneAddress| {
            given.availability_zone_addresses.iter().position(|each| each.is_beside(zone))
        };
        self.availability_zone_addresses.sort_by_key(|zone| place(zone).unwrap_or(usize::MAX));
        for zone in &mut self.availability_zone_addresses {
            let Some(asked) = place(zone).and_then(|at| given.availability_zone_addresses.get(at)) else { continue };
            zone.availability_zone = zone.availability_zone.take().filter(|_| asked.availability_zone.is_some());
            zone.availability_zone_id =
                zone.availability_zone_id.take().filter(|_| asked.availability_zone_id.is_some());
        }
    }
}

/// The addresses of each zone, in the order of the zones' names.
fn by_zone(addresses: &[NatGatewayAddress]) -> Vec<AvailabilityZoneAddress> {
    let mut zones: Vec<AvailabilityZoneAddress> = Vec::new();
    for address in addresses {
        let Some(allocation) = address.allocation_id.clone() else { continue };
        let zone = AvailabilityZoneAddress {
            availability_zone: address.availability_zone.clone(),
            availability_zone_id: address.availability_zone_id.clone(),
            allocation_ids: BTreeSet::from([allocation.clone()]),
        };
        match zones.iter_mut().find(|each| each.is_beside(&zone)) {
            Some(there) => drop(there.allocation_ids.insert(allocation)),
            None => zones.push(zone),
        }
    }
    zones.sort_by_key(|zone| (zone.availability_zone.clone(), zone.availability_zone_id.clone()));
    zones
}
