//! An Elastic IP address.

use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use pulumi_plugin::{Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::filter;
use crate::ec2::tags::{earlier, newborn, retag};

/// The inputs of an Elastic IP address.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EipInputs {
    /// The IPv4 address to allocate: one of `publicIpv4Pool`, or one that the account has released a short time ago and that nobody else got
    /// since. Default: an address that AWS chooses.
    #[prop(replace, computed)]
    pub address: Option<String>,
    /// The id of the pool of addresses that the account has brought to AWS. Default: the addresses of Amazon.
    #[prop(replace)]
    pub public_ipv4_pool: Option<String>,
    /// The network border group: the zones from which AWS advertises the address, such as those of a local zone. Default: the region's.
    #[prop(replace, computed)]
    pub network_border_group: Option<String>,
    /// Tags of the address.
    #[prop(default)]
    pub tags: Tags,
}

/// An Elastic IP address: a public IPv4 address that belongs to the account until it is released. Its id is the allocation id.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Eip {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: EipInputs,
    /// The ARN of the address.
    #[prop(stable)]
    pub arn: String,
    /// The allocation id, by which NAT gateways and load balancers take the address. The same as the resource's id.
    #[prop(stable)]
    pub allocation_id: String,
    /// The IPv4 address.
    #[prop(stable)]
    pub public_ip: String,
}

impl Resource for Eip {
    const TOKEN: &'static str = "gitinfra:ec2:Eip";
    // A NAT gateway releases its address a little after it is gone.
    const WAIT: Wait = Wait::seconds(3, 600);
    type Session = Aws;
    type Inputs = EipInputs;
    type Seen = Address;

    async fn earlier(aws: &Aws, _: &EipInputs) -> Result<Option<Id>> {
        Ok(earlier(aws, ResourceType::ElasticIp).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &EipInputs) -> Result<Made> {
        let create = aws
            .once()
            .ec2()
            .allocate_address()
            .domain(DomainType::Vpc)
            .set_address(new.address.clone())
            .set_public_ipv4_pool(new.public_ipv4_pool.clone())
            .set_network_border_group(new.network_border_group.clone())
            .tag_specifications(newborn(aws, ResourceType::ElasticIp, &new.tags));
        Made::new(create.send().await.doing("allocating address", &aws.call().name)?.allocation_id)
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Address>> {
        // The call has no pages.
        let by_id = async |aws: Aws, ids: Vec<String>| {
            let ask = aws.ec2().describe_addresses().filters(filter("allocation-id", ids));
            let found = ask.send().await.doing("reading addresses", "")?.addresses.unwrap_or_default();
            Ok(found.into_iter().filter_map(|address| Some((address.allocation_id.clone()?, address))).collect())
        };
        aws.asked(id, by_id).await
    }

    async fn read(aws: &Aws, id: &Id, address: Address) -> Result<Self> {
        let account = aws.account().await?;
        Ok(Eip {
            public_ip: address.public_ip.clone().unwrap_or_default(),
            inputs: EipInputs {
                address: address.public_ip,
                public_ipv4_pool: address.public_ipv4_pool.filter(|pool| pool != "amazon"),
                network_border_group: address.network_border_group,
                tags: aws.visible(address.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &account, &format!("elastic-ip/{id}")),
            allocation_id: id.to_string(),
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &EipInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let release = aws.ec2().release_address().allocation_id(id);
        release.send().await.unless(&["InvalidAllocationID.NotFound"]).done("releasing address", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
