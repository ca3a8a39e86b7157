//! What the program asks of a network.

use std::collections::BTreeMap;

use pulumi_plugin::{Output, Property};

use crate::components::{Profile, SharedArgs, SharedInputs};
use crate::types::Cidr;

/// What the program asks of a network.
#[derive(Debug, Clone, Property)]
pub struct NetworkInputs {
    /// What is said of the network itself.
    #[prop(flatten)]
    pub settings: NetworkSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What can be said of a network.
#[derive(Debug, Clone, Property)]
pub struct NetworkSettings {
    /// The IPv4 range of the VPC, from a /16 to a /28. When it is smaller than a /24, tiers have to say their own `cidrs`. Default: `10.0.0.0/16`.
    #[prop(default = Cidr::parse("10.0.0.0/16").unwrap_or_else(|why| unreachable!("{why}")))]
    pub cidr: Cidr<16, 28>,
    /// Secondary IPv4 ranges of the VPC, by names of your choice, which tiers can be cut from: `{pods: 100.64.0.0/16}`. AWS takes ranges of the same kind of
    /// private addresses as `cidr`, and of 100.64.0.0/10.
    #[prop(default)]
    pub secondary_cidrs: BTreeMap<String, Cidr<16, 28>>,
    /// Whether the VPC also has an IPv6 range of Amazon's, of which every subnet gets a /64. Private tiers then reach the internet by IPv6 through an
    /// egress-only internet gateway, which costs nothing.
    #[prop(default)]
    pub ipv6: bool,
    /// How many availability zones to use, when `availabilityZones` doesn't name them: the first ones by zone id, so that zones which AWS adds
    /// later change nothing.
    #[prop(default = 2, min = 1, max = 6)]
    pub availability_zone_count: u32,
    /// The names of the availability zones to use, such as `ap-northeast-1a`.
    pub availability_zones: Option<Vec<String>>,
    /// The tiers of subnets, by name. Default: `public`, `app` (reaches the internet through NAT) and `data` (reaches nothing outside).
    #[prop(default = tiers())]
    pub tiers: BTreeMap<String, Tier>,
    /// How subnets of private tiers reach the internet by IPv4. Default: `perAz`; in the profile `dev`, `single`.
    pub nat: Option<Nat>,
    /// The allocation ids of Elastic IP addresses of your own for the NAT gateways, by the letter of the zone: `{a: eipalloc-0123456789abcdef0}`. From zonal
    /// gateways they come to a regional one, and back, by way of `nat: none`. Default: addresses are allocated.
    #[prop(default)]
    pub nat_allocation_ids: BTreeMap<String, Output<String>>,
    /// The instance type of the NAT instance, with `nat: instance`. Default: `t4g.nano`.
    pub nat_instance_type: Option<String>,
    /// Whether the VPC's default security group loses its rules, so that nothing is reachable by accident.
    #[prop(default = true)]
    pub lock_default_security_group: bool,
    /// Whether the VPC has a flow log, which records its IP traffic in CloudWatch Logs. Default: true, except in the profile `dev`. `protectStateful` does not
    /// hold its records: a network that holds nothing else could not be destroyed. What must outlive the network belongs into a bucket of its own, by
    /// another flow log.
    pub flow_logs: Option<bool>,
    /// For how many days CloudWatch Logs keeps what the flow log records.
    #[prop(default = 90)]
    pub flow_log_retention_days: u32,
    /// Whether there are a DB subnet group and a cache subnet group of the tier `data`, for databases and caches that have none of their own.
    #[prop(default)]
    pub subnet_groups: bool,
    /// The id of a VPC that there is already. Then no VPC, subnet, gateway or route is made: `subnetIds` says which subnets there are, and the outputs tell of
    /// them what they tell of a network that is made.
    pub vpc_id: Option<String>,
    /// The ids of the subnets of each tier of the VPC that there is already: `{public: [...], app: [...], data: [...]}`.
    #[prop(default)]
    pub subnet_ids: BTreeMap<String, Vec<String>>,
}

/// One subnet in every availability zone, and what they reach.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Tier {
    /// What the tier's subnets reach.
    pub access: Access,
    /// Which part of the VPC's range the tier's subnets are cut from: 0 to 7 (0 to 3 when the VPC is smaller than a /22).
    /// Default: 0 for `public`, 1 for `app`, 2 for `data`.
    #[prop(min = 0, max = 7)]
    pub block: Option<u8>,
    /// The prefix length of each subnet. Default: the shortest that leaves room for every tier and zone: six more than the VPC's, or four when the VPC is smaller than a /22.
    #[prop(min = 16, max = 28)]
    pub mask: Option<u8>,
    /// The ranges of single subnets, by the zone's letter; they need no `block` then.
    #[prop(default)]
    pub cidrs: BTreeMap<String, Cidr<16, 28>>,
    /// The name of the secondary range that the tier's subnets are cut from. Default: `cidr`.
    pub secondary_cidr: Option<String>,
    /// Which part of the VPC's IPv6 range the tier's subnets are cut from, 0 to 31. Default: `block`, which a tier with `cidrs` has only if it is given.
    #[prop(min = 0, max = 31)]
    pub ipv6_block: Option<u8>,
}

/// What a tier's subnets reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Access {
    /// The internet, both ways.
    #[prop(rename = "public")]
    Public,
    /// The internet, outwards through NAT.
    #[prop(rename = "private")]
    Private,
    /// Nothing outside of the VPC.
    #[prop(rename = "isolated")]
    Isolated,
}

/// How private subnets reach the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Nat {
    /// Not at all.
    #[prop(rename = "none")]
    None,
    /// Through one NAT gateway in the first zone: cheap, and gone when that zone is.
    #[prop(rename = "single")]
    Single,
    /// Through a NAT gateway in each zone.
    #[prop(rename = "perAz")]
    PerAz,
    /// Through one regional NAT gateway, which AWS extends to each zone that needs it, by itself.
    #[prop(rename = "regional")]
    Regional,
    /// Through one EC2 instance in the first zone, in the place of a NAT gateway: the cheapest, and gone while the instance or its zone is. For
    /// networks that are tried out on.
    #[prop(rename = "instance")]
    Instance,
}

fn tiers() -> BTreeMap<String, Tier> {
    let cidrs = BTreeMap::new;
    let tier =
        |access| Tier { access, block: None, mask: None, cidrs: cidrs(), secondary_cidr: None, ipv6_block: None };
    BTreeMap::from([
        ("public".into(), tier(Access::Public)),
        ("app".into(), tier(Access::Private)),
        ("data".into(), tier(Access::Isolated)),
    ])
}

/// The blocks of the tiers that everybody has.
const BLOCKS: [(&str, u8); 3] = [("public", 0), ("app", 1), ("data", 2)];

impl Tier {
    /// The block that a tier of this name uses.
    pub fn block(&self, name: &str) -> Option<u8> {
        self.block.or_else(|| BLOCKS.iter().find(|(known, _)| *known == name).map(|(_, block)| *block))
    }

    /// The part of the IPv6 range that a tier of this name uses.
    pub fn ipv6_block(&self, name: &str) -> Option<u8> {
        self.ipv6_block.or_else(|| self.block(name))
    }
}

impl NetworkInputs {
    /// How private subnets reach the internet, by what is said or by the profile.
    pub fn nat(&self) -> Nat {
        self.settings.nat.unwrap_or(match self.shared.profile {
            Profile::Dev => Nat::Single,
            Profile::Standard | Profile::Fsbp => Nat::PerAz,
        })
    }

    /// Whether the VPC has a flow log, by what is said or by the profile. A VPC that there is already may have one.
    pub fn flow_logs(&self) -> bool {
        let usual = self.shared.profile != Profile::Dev && self.settings.vpc_id.is_none();
        self.settings.flow_logs.unwrap_or(usual)
    }
}

impl NetworkSettings {
    /// Whether a tier has this access.
    pub fn has(&self, access: Access) -> bool {
        self.tiers.values().any(|tier| tier.access == access)
    }

    /// The range that a tier's subnets are cut from; none where it names one that there isn't.
    pub fn range(&self, tier: &Tier) -> Option<Cidr<16, 28>> {
        match &tier.secondary_cidr {
            Some(name) => self.secondary_cidrs.get(name).copied(),
            None => Some(self.cidr),
        }
    }
}
