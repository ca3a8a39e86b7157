//! The children of a network: which there are, and what each is made of.

use std::collections::BTreeMap;

use pulumi_plugin::{Error, Output, Scope};

use super::inputs::{Access, NetworkInputs};
use super::places::Place;
use super::{Zone, layout};
use crate::aws::Tags;
use crate::ec2::default_security_group::{DefaultSecurityGroup, DefaultSecurityGroupArgs};
use crate::ec2::internet_gateway::{InternetGateway, InternetGatewayArgs, InternetGatewayOutputs};
use crate::ec2::subnet::{Subnet, SubnetArgs, SubnetOutputs};
use crate::ec2::vpc::{Vpc, VpcArgs, VpcOutputs};
use crate::ec2::vpc_cidr_block_association::{
    VpcCidrBlockAssociation, VpcCidrBlockAssociationArgs, VpcCidrBlockAssociationOutputs as Range,
};
use crate::types::Cidr6;

pub use self::nat::Nats;
pub use self::table::Ways;

mod flow_log;
mod groups;
mod nat;
mod nat_instance;
mod table;

/// Where the children are added.
pub struct Site<'a> {
    pub here: &'a mut Scope,
    pub inputs: &'a NetworkInputs,
    pub zones: &'a [Zone],
}

/// Subnets by tier and the letter of their zone.
pub type Subnets = BTreeMap<String, BTreeMap<String, SubnetOutputs>>;

/// The ranges of a VPC beside the one that it was made with.
pub struct Ranges {
    /// The secondary IPv4 ranges, by their names.
    pub secondary: BTreeMap<String, Range>,
    /// The IPv6 range.
    pub ipv6: Option<Range>,
}

impl Site<'_> {
    /// A child is found in the console by the name that it has in the program.
    fn named(&self, key: &str) -> Tags {
        Tags::from([("Name".into(), format!("{}-{key}", self.here.name()))])
    }

    /// The VPC.
    pub fn vpc(&mut self) -> VpcOutputs {
        let tags = Tags::from([("Name".into(), self.here.name().to_owned())]);
        let cidr = self.inputs.settings.cidr;
        self.here.add::<Vpc>("vpc", VpcArgs { cidr_block: cidr.into(), tags: tags.into(), ..Default::default() })
    }

    /// The further ranges of the VPC.
    pub fn ranges(&mut self, vpc: &VpcOutputs) -> Ranges {
        let settings = &self.inputs.settings;
        let vpc_id = || (&vpc.id).into();
        let secondary = settings.secondary_cidrs.iter().map(|(name, cidr)| {
            let args =
                VpcCidrBlockAssociationArgs { vpc_id: vpc_id(), cidr_block: (*cidr).into(), ..Default::default() };
            (name.clone(), self.here.add::<VpcCidrBlockAssociation>(format!("cidr-{name}"), args))
        });
        let secondary = secondary.collect();
        let ipv6 = settings.ipv6.then(|| {
            let args = VpcCidrBlockAssociationArgs {
                vpc_id: vpc_id(),
                amazon_provided_ipv6_cidr_block: true.into(),
                ..Default::default()
            };
            self.here.add::<VpcCidrBlockAssociation>("ipv6", args)
        });
        Ranges { secondary, ipv6 }
    }

    /// The internet gateway, if anything reaches the internet directly, or through a NAT gateway that is in no subnet.
    pub fn gateway(&mut self, vpc: &VpcOutputs) -> Option<InternetGatewayOutputs> {
        let settings = &self.inputs.settings;
        let tags = self.named("igw");
        let args = InternetGatewayArgs { vpc_id: (&vpc.id).into(), tags: tags.into() };
        let wanted = settings.has(Access::Public) || self.is_regional();
        wanted.then(|| self.here.add::<InternetGateway>("igw", args))
    }

    /// The subnet at a place.
    pub fn subnet(&mut self, vpc: &VpcOutputs, ranges: &Ranges, place: &Place) -> SubnetOutputs {
        let key = format!("subnet-{}-{}", place.tier, place.zone.letter);
        let ipv6 = place.ipv6.zip(ranges.ipv6.as_ref()).map(|((block, slot), range)| ipv6(range, block, slot));
        let args = SubnetArgs {
            vpc_id: (&vpc.id).into(),
            cidr_block: place.cidr.into(),
            availability_zone: place.zone.name.clone().into(),
            assign_ipv6_address_on_creation: ipv6.as_ref().map(|_| true).into(),
            ipv6_cidr_block: ipv6.into(),
            tags: self.named(&key).into(),
            ..Default::default()
        };
        let child = self.here.child(key);
        match place.secondary.and_then(|name| ranges.secondary.get(name)) {
            Some(range) => child.after(range).add::<Subnet>(args),
            None => child.add::<Subnet>(args),
        }
    }

    /// The VPC's default security group, without any rules.
    pub fn lock(&mut self, vpc: &VpcOutputs) -> Output<String> {
        let tags = self.named("default-sg");
        let args = DefaultSecurityGroupArgs { vpc_id: (&vpc.id).into(), tags: tags.into(), ..Default::default() };
        self.here.add::<DefaultSecurityGroup>("default-sg", args).id
    }
}

/// The part of the VPC's IPv6 range that belongs to a block and a slot.
fn ipv6(range: &Range, block: u8, slot: u8) -> Output<Cidr6> {
    range.block.try_map(move |range| {
        let range = Cidr6::parse(&range).map_err(Error::new)?;
        layout::ipv6(range, block, slot).map_err(Error::new)
    })
}
