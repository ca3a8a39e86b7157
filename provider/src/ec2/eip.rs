//! An Elastic IP address.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use pulumi_plugin::{Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::{born, filter, newborn, once, retag, visible};

/// What the program asks of an Elastic IP address.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EipInputs {
    /// The pool of addresses that the account has brought to AWS. Default: Amazon's own addresses.
    #[prop(replace)]
    pub public_ipv4_pool: Option<String>,
    /// The zones from which AWS announces the address, such as a local zone's. Default: the region's. Another one takes a new address.
    #[prop(replace, computed)]
    pub network_border_group: Option<String>,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A public IPv4 address that stays the account's until it is released. Its id is the allocation id.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Eip {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: EipInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The id by which other resources take it: the resource's own.
    #[prop(stable)]
    pub allocation_id: String,
    /// The address.
    #[prop(stable)]
    pub public_ip: String,
}

impl Resource for Eip {
    const TOKEN: &'static str = "gitinfra:ec2:Eip";
    // A NAT gateway lets go of its address a little after it is gone.
    const WAIT: Wait = Wait::seconds(3, 600);
    type Session = Aws;
    type Inputs = EipInputs;
    type Seen = Address;

    async fn earlier(aws: &Aws, _: &EipInputs) -> Result<Option<Id>> {
        Ok(born(aws, ResourceType::ElasticIp).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &EipInputs) -> Result<Made> {
        let create = aws
            .ec2()
            .allocate_address()
            .domain(DomainType::Vpc)
            .set_public_ipv4_pool(new.public_ipv4_pool.clone())
            .set_network_border_group(new.network_border_group.clone())
            .tag_specifications(newborn(aws, ResourceType::ElasticIp, &new.tags));
        let made = create.customize().config_override(once()).send().await;
        Made::new(made.told("allocating address", &aws.call().name)?.allocation_id)
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Address>> {
        describe(aws, id).await
    }

    async fn read(aws: &Aws, id: &Id, address: Address) -> Result<Self> {
        let account = aws.account().await?;
        Ok(Eip {
            inputs: EipInputs {
                public_ipv4_pool: address.public_ipv4_pool.filter(|pool| pool != "amazon"),
                network_border_group: address.network_border_group,
                tags: visible(aws, &address.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &account, &format!("elastic-ip/{id}")),
            allocation_id: id.to_string(),
            public_ip: address.public_ip.unwrap_or_default(),
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
        let released = release.send().await.unless(&["InvalidAllocationID.NotFound"]);
        released.told("releasing address", id.as_str()).map(drop)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The address of an id. Asked together with others that are asked about at the same moment.
async fn describe(aws: &Aws, id: &Id) -> Result<Option<Address>> {
    static BATCH: LazyLock<Batch<Address>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let ask = ec2.describe_addresses();
        let asked = ask.filters(filter("allocation-id", ids)).send().await;
        let found = asked.told("reading addresses", "")?;
        let found = found.addresses.unwrap_or_default().into_iter();
        Ok(found.map(|address| (address.allocation_id().unwrap_or_default().to_owned(), address)).collect())
    };
    BATCH.ask(aws.place(), id.as_str(), ask).await
}
