//! Another range of a VPC.

mod before;

use aws_sdk_ec2::types::{Vpc as AwsVpc, VpcCidrBlockState, VpcCidrBlockStateCode};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::list::filled;
use crate::aws::{Aws, Doing as _};
use crate::ec2::filter;
use crate::types::{Cidr, Cidr6};

/// The inputs of a VPC's CIDR block association.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcCidrBlockAssociationInputs {
    /// The id of the VPC that gets the CIDR block.
    #[prop(replace)]
    pub vpc_id: String,
    /// The IPv4 CIDR block, from a /16 to a /28. A VPC of 10.0.0.0/8 can get ranges of 10.0.0.0/8 and 100.64.0.0/10; five in all. Default:
    /// one out of `ipv4IpamPoolId`.
    #[prop(replace, computed, stable)]
    pub cidr_block: Option<Cidr<16, 28>>,
    /// Whether the VPC gets an IPv6 CIDR block of Amazon's: a /56. It can have one such block. Default: false.
    #[prop(replace, default = false)]
    pub amazon_provided_ipv6_cidr_block: bool,
    /// The IPv6 CIDR block: one of `ipv6Pool` or `ipv6IpamPoolId`. Default: one that AWS chooses.
    #[prop(replace, computed, stable)]
    pub ipv6_cidr_block: Option<Cidr6>,
    /// The id of the pool of IPv6 addresses that the account has brought to AWS.
    #[prop(replace)]
    pub ipv6_pool: Option<String>,
    /// The network border group of an IPv6 block of Amazon's: the zones from which AWS advertises it. Default: the region's.
    #[prop(replace, computed, stable)]
    pub ipv6_cidr_block_network_border_group: Option<String>,
    /// The id of the IPAM pool of the IPv4 block. Matters at creation alone.
    #[prop(initial)]
    pub ipv4_ipam_pool_id: Option<String>,
    /// The netmask length of the IPv4 block of an IPAM pool: 16 to 28. Matters at creation alone.
    #[prop(initial, min = 16, max = 28)]
    pub ipv4_netmask_length: Option<u32>,
    /// The id of the IPAM pool of the IPv6 block. Matters at creation alone.
    #[prop(initial)]
    pub ipv6_ipam_pool_id: Option<String>,
    /// The netmask length of the IPv6 block of an IPAM pool: 44 to 60. Matters at creation alone.
    #[prop(initial, min = 44, max = 60)]
    pub ipv6_netmask_length: Option<u32>,
}

/// A CIDR block association of a VPC: another range of addresses beside the one that it was made with, of IPv4 or IPv6.
///
/// Give subnets of the range `vpcId: ${association.vpcId}`, so that they are created after it and deleted before it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcCidrBlockAssociation {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: VpcCidrBlockAssociationInputs,
    /// The CIDR block that the VPC has got, of IPv4 or IPv6.
    #[prop(stable)]
    pub block: String,
}

/// One look at an association.
#[derive(Debug, Clone)]
pub struct Seen {
    vpc_id: String,
    id: String,
    cidr_block: Option<String>,
    ipv6_cidr_block: Option<String>,
    ipv6_pool: Option<String>,
    border_group: Option<String>,
    state: Option<VpcCidrBlockState>,
}

impl Seen {
    fn code(&self) -> Option<&VpcCidrBlockStateCode> {
        self.state.as_ref().and_then(|state| state.state())
    }

    fn is_amazons(&self) -> bool {
        self.ipv6_pool.as_deref() == Some("Amazon")
    }

    /// Whether it is in the place of a new one.
    fn stands_for(&self, new: &VpcCidrBlockAssociationInputs) -> bool {
        let same = |told: &Option<String>, asked: Option<String>| asked.is_some() && *told == asked;
        (new.amazon_provided_ipv6_cidr_block && self.is_amazons())
            || same(&self.cidr_block, new.cidr_block.map(|range| range.to_string()))
            || same(&self.ipv6_cidr_block, new.ipv6_cidr_block.map(|range| range.to_string()))
    }
}

impl Resource for VpcCidrBlockAssociation {
    const TOKEN: &'static str = "gitinfra:ec2:VpcCidrBlockAssociation";
    // Subnets of the range may still be going.
    const WAIT: Wait = Wait::seconds(5, 600);
    type Session = Aws;
    type Inputs = VpcCidrBlockAssociationInputs;
    type Seen = Seen;

    fn check(new: &VpcCidrBlockAssociationInputs) -> Vec<Fault> {
        let kinds = ["cidrBlock", "ipv4IpamPoolId", "amazonProvidedIpv6CidrBlock", "ipv6CidrBlock", "ipv6IpamPoolId"];
        Faults::of(new)
            .at_least_one_of(&kinds)
            .at_most_one_of(&["cidrBlock", "amazonProvidedIpv6CidrBlock", "ipv6Pool", "ipv6IpamPoolId"])
            .at_most_one_of(&["ipv4IpamPoolId", "amazonProvidedIpv6CidrBlock", "ipv6Pool", "ipv6IpamPoolId"])
            .needs("ipv6Pool", "ipv6CidrBlock")
            .needs("ipv4NetmaskLength", "ipv4IpamPoolId")
            .needs("ipv6NetmaskLength", "ipv6IpamPoolId")
            .into_vec()
    }

    /// A range, and one of Amazon's, can be there once.
    fn collides(old: &VpcCidrBlockAssociationInputs, new: &VpcCidrBlockAssociationInputs) -> bool {
        let both = old.amazon_provided_ipv6_cidr_block && new.amazon_provided_ipv6_cidr_block;
        let overlap = old.cidr_block.zip(new.cidr_block).is_some_and(|(old, new)| old.overlaps(new));
        old.vpc_id == new.vpc_id && (both || overlap)
    }

    /// AWS gives a VPC one more block of its own, or of a pool, in each call.
    async fn standing(aws: &Aws, new: &VpcCidrBlockAssociationInputs) -> Result<Option<Id>> {
        let there = of_vpcs(aws, "vpc-id", &new.vpc_id).await?;
        if is_drawn(new) {
            return before::made_since(aws, new, &there);
        }
        let there = there.into_iter().find(|seen| seen.stands_for(new) && !is_gone(seen));
        Ok(there.map(|seen| Id::from(seen.id)))
    }

    async fn create(aws: &Aws, new: &VpcCidrBlockAssociationInputs) -> Result<Made> {
        let length = |length: Option<u32>| length.and_then(|length| i32::try_from(length).ok());
        let make = aws
            .once()
            .ec2()
            .associate_vpc_cidr_block()
            .vpc_id(&new.vpc_id)
            .set_cidr_block(new.cidr_block.map(|range| range.to_string()))
            .set_amazon_provided_ipv6_cidr_block(new.amazon_provided_ipv6_cidr_block.then_some(true))
            .set_ipv6_cidr_block(new.ipv6_cidr_block.map(|range| range.to_string()))
            .set_ipv6_pool(new.ipv6_pool.clone())
            .set_ipv6_cidr_block_network_border_group(new.ipv6_cidr_block_network_border_group.clone())
            .set_ipv4_ipam_pool_id(new.ipv4_ipam_pool_id.clone())
            .set_ipv4_netmask_length(length(new.ipv4_netmask_length))
            .set_ipv6_ipam_pool_id(new.ipv6_ipam_pool_id.clone())
            .set_ipv6_netmask_length(length(new.ipv6_netmask_length));
        let made = make.send().await.doing("adding a range to VPC", &new.vpc_id)?;
        let ipv4 = made.cidr_block_association.and_then(|it| it.association_id);
        let id = ipv4.or(made.ipv6_cidr_block_association.and_then(|it| it.association_id));
        before::note_made(aws, id.as_deref());
        Made::new(id)
    }

    /// It can't be marked as ours: what stands after an attempt of which the answer got lost is what that attempt made.
    async fn ours(aws: &Aws, id: &Id, _: &Seen, _: &VpcCidrBlockAssociationInputs) -> Result<Option<Id>> {
        Ok(aws.call().tried().then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Seen>> {
        for by in ["cidr-block-association.association-id", "ipv6-cidr-block-association.association-id"] {
            let all = of_vpcs(aws, by, id.as_str()).await?;
            if let Some(seen) = all.into_iter().find(|seen| seen.id == id.as_str() && !is_gone(seen)) {
                return Ok(Some(seen));
            }
        }
        Ok(None)
    }

    fn progress(seen: &Seen) -> Progress {
        use VpcCidrBlockStateCode::{Associated, Disassociating, Failed, Failing};
        match seen.code() {
            Some(Associated) => Progress::Done,
            Some(Disassociating) => Progress::Leaving("disassociating".into()),
            Some(Failed | Failing) => {
                let why = seen.state.as_ref().and_then(|state| state.status_message());
                Progress::Failed(why.unwrap_or("AWS does not say why").to_owned())
            }
            _ => Progress::Pending("associating".into()),
        }
    }

    async fn read(_: &Aws, _: &Id, seen: Seen) -> Result<Self> {
        let amazons = seen.is_amazons();
        let ipv6 = seen.ipv6_cidr_block.as_deref().map(Cidr6::parse).transpose().map_err(Error::new)?;
        Ok(VpcCidrBlockAssociation {
            block: seen.cidr_block.clone().or(seen.ipv6_cidr_block.clone()).unwrap_or_default(),
            inputs: VpcCidrBlockAssociationInputs {
                vpc_id: seen.vpc_id,
                cidr_block: seen.cidr_block.as_deref().map(Cidr::parse).transpose().map_err(Error::new)?,
                amazon_provided_ipv6_cidr_block: amazons,
                ipv6_cidr_block: ipv6,
                ipv6_pool: seen.ipv6_pool.filter(|pool| !amazons && !pool.starts_with("IPAM")),
                ipv6_cidr_block_network_border_group: seen.border_group,
                ipv4_ipam_pool_id: None,
                ipv4_netmask_length: None,
                ipv6_ipam_pool_id: None,
                ipv6_netmask_length: None,
            },
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &VpcCidrBlockAssociationInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        const GONE: [&str; 2] =
            ["InvalidVpcCidrBlockAssociationID.NotFound", "InvalidVpcCidrBlockAssociationId.NotFound"];
        let remove = aws.ec2().disassociate_vpc_cidr_block().association_id(id).send().await;
        remove.unless(&GONE).done("removing a range of a VPC", id)
    }
}

/// Whether a pool chooses the block.
fn is_drawn(new: &VpcCidrBlockAssociationInputs) -> bool {
    (new.ipv4_ipam_pool_id.is_some() && new.cidr_block.is_none())
        || (new.ipv6_ipam_pool_id.is_some() && new.ipv6_cidr_block.is_none())
}

/// AWS goes on to list what is gone.
fn is_gone(seen: &Seen) -> bool {
    seen.code() == Some(&VpcCidrBlockStateCode::Disassociated)
}

/// The associations of the VPCs that a filter finds, but for those that the VPCs were made with.
async fn of_vpcs(aws: &Aws, by: &str, value: &str) -> Result<Vec<Seen>> {
    let pages = aws.ec2().describe_vpcs().filters(filter(by, [value])).into_paginator().items().send();
    let vpcs = pages.collect::<Result<Vec<_>, _>>().await.doing("reading the ranges of VPCs", "")?;
    Ok(vpcs.into_iter().flat_map(associations).collect())
}

fn associations(vpc: AwsVpc) -> Vec<Seen> {
    let (vpc_id, first) = (vpc.vpc_id.unwrap_or_default(), vpc.cidr_block);
    let ipv4 = vpc.cidr_block_association_set.unwrap_or_default().into_iter();
    let ipv4 = ipv4.filter(|each| each.cidr_block != first).map(|each| Seen {
        vpc_id: vpc_id.clone(),
        id: each.association_id.unwrap_or_default(),
        cidr_block: each.cidr_block,
        ipv6_cidr_block: None,
        ipv6_pool: None,
        border_group: None,
        state: each.cidr_block_state,
    });
    let ipv6 = vpc.ipv6_cidr_block_association_set.unwrap_or_default().into_iter();
    let ipv6 = ipv6.map(|each| Seen {
        vpc_id: vpc_id.clone(),
        id: each.association_id.unwrap_or_default(),
        cidr_block: None,
        ipv6_cidr_block: filled(each.ipv6_cidr_block),
        ipv6_pool: filled(each.ipv6_pool),
        border_group: filled(each.network_border_group),
        state: each.ipv6_cidr_block_state,
    });
    ipv4.chain(ipv6).collect()
}
