//! An Elastic IP address.

use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use pulumi_plugin::{Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::list::filled;
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
    /// The id of the IPAM pool that the address is out of. Matters at creation alone.
    #[prop(initial)]
    pub ipam_pool_id: Option<String>,
    /// The address of another account that is taken over: that account has offered it by an address transfer. Matters at creation alone.
    #[prop(initial)]
    pub transfer_address: Option<String>,
    /// The id of the instance that the address belongs to: its primary network interface has it. Left out, it is not managed here what has the address:
    /// an instance may take it by itself, and NAT gateways and load balancers take it by its allocation id.
    #[prop(given)]
    pub instance_id: Option<String>,
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

    fn check(new: &EipInputs) -> Vec<Fault> {
        Faults::of(new)
            .excludes("transferAddress", "address")
            .excludes("transferAddress", "publicIpv4Pool")
            .excludes("transferAddress", "ipamPoolId")
            .excludes("ipamPoolId", "publicIpv4Pool")
            .into_vec()
    }

    async fn earlier(aws: &Aws, _: &EipInputs) -> Result<Option<Id>> {
        Ok(earlier(aws, ResourceType::ElasticIp).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &EipInputs) -> Result<Made> {
        let tags = newborn(aws, ResourceType::ElasticIp, &new.tags);
        if let Some(address) = &new.transfer_address {
            let accept =
                aws.once().ec2().accept_address_transfer().address(address).tag_specifications(tags).send().await;
            let transfer = accept.doing("accepting the transfer of address", address)?.address_transfer;
            return Made::new(transfer.and_then(|transfer| transfer.allocation_id));
        }
        let create = aws
            .once()
            .ec2()
            .allocate_address()
            .domain(DomainType::Vpc)
            .set_address(new.address.clone())
            .set_public_ipv4_pool(new.public_ipv4_pool.clone())
            .set_network_border_group(new.network_border_group.clone())
            .set_ipam_pool_id(new.ipam_pool_id.clone())
            .tag_specifications(tags);
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
                ipam_pool_id: None,
                transfer_address: None,
                instance_id: filled(address.instance_id),
                tags: aws.visible(address.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &account, &format!("elastic-ip/{id}")),
            allocation_id: id.to_string(),
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &EipInputs) -> Result<()> {
        if old.inputs.instance_id == new.instance_id {
            return Ok(());
        }
        let Some(instance) = &new.instance_id else { return Ok(()) };
        let give = aws.ec2().associate_address().allocation_id(id).instance_id(instance);
        // From one instance to another it goes at once; what others have it for is refused.
        let give = give.allow_reassociation(old.inputs.instance_id.is_some());
        give.send().await.done("giving an address to instance", instance)
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        if let Some(instance) = &old.inputs.instance_id {
            take_away(aws, id, instance).await?;
        }
        let release = aws.ec2().release_address().allocation_id(id);
        release.send().await.unless(&["InvalidAllocationID.NotFound"]).done("releasing address", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// Takes the address away from its instance, if that still has it.
async fn take_away(aws: &Aws, id: &Id, instance: &str) -> Result<()> {
    let there = Eip::find(aws, id).await?.filter(|address| address.instance_id() == Some(instance));
    let Some(association) = there.and_then(|address| address.association_id) else { return Ok(()) };
    let part = aws.ec2().disassociate_address().association_id(association).send().await;
    part.unless(&["InvalidAssociationID.NotFound"]).done("taking an address away from its instance", id)
}
