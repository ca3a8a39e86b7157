//! A group of subnets for caches.

use std::collections::BTreeSet;

use aws_sdk_elasticache::types::CacheSubnetGroup;
use pulumi_plugin::{Id, Made, Property, Resource, Result};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::same_vpc;
use crate::elasticache::tags;
use crate::types::CacheGroupName;

/// What the program asks of a cache subnet group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubnetGroupInputs {
    /// The subnet group's name: a letter, then letters, digits and single hyphens; at most 255 characters. AWS keeps it in lower case.
    #[prop(replace, unique, autoname = 255)]
    pub name: CacheGroupName,
    /// The description.
    #[prop(default = "Managed by Pulumi".to_owned(), min = 1, max = 255)]
    pub description: String,
    /// The subnets, all of one VPC. AWS doesn't remove one that a cache is in. Subnets that are all new take a new group, and new caches in it.
    #[prop(min = 1)]
    pub subnet_ids: BTreeSet<String>,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A cache subnet group: the subnets of a VPC that the nodes of caches may be in.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubnetGroup {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: SubnetGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The id of the subnets' VPC.
    #[prop(stable)]
    pub vpc_id: String,
}

impl Resource for SubnetGroup {
    const TOKEN: &'static str = "gitinfra:elasticache:SubnetGroup";
    type Session = Aws;
    type Inputs = SubnetGroupInputs;
    type Seen = CacheSubnetGroup;

    /// The subnets of a group are all of one VPC, so subnets of which the group has none yet may be another VPC's; AWS is asked. If caches are in the group,
    /// AWS would not let its old subnets go either.
    fn replaces(old: &SubnetGroupInputs, new: &SubnetGroupInputs) -> Vec<&'static str> {
        match old.subnet_ids.is_disjoint(&new.subnet_ids) {
            true => vec!["subnetIds"],
            false => Vec::new(),
        }
    }

    async fn in_place(aws: &Aws, old: &SubnetGroupInputs, new: &SubnetGroupInputs) -> Result<Vec<&'static str>> {
        let same = same_vpc(aws, old.subnet_ids.clone(), new.subnet_ids.clone()).await?;
        Ok(same.then_some("subnetIds").into_iter().collect())
    }

    async fn create(aws: &Aws, new: &SubnetGroupInputs) -> Result<Made> {
        let name = new.name.as_str();
        let create = aws
            .once()
            .elasticache()
            .create_cache_subnet_group()
            .cache_subnet_group_name(name)
            .cache_subnet_group_description(&new.description)
            .set_subnet_ids(Some(new.subnet_ids.iter().cloned().collect()))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["CacheSubnetGroupAlreadyExists"]);
        Ok(match made.doing("creating cache subnet group", name)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &CacheSubnetGroup, _: &SubnetGroupInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<CacheSubnetGroup>> {
        let asked = aws.elasticache().describe_cache_subnet_groups().cache_subnet_group_name(id).send().await;
        let answer = asked.unless(&["CacheSubnetGroupNotFoundFault"]).doing("reading cache subnet group", id)?;
        Ok(answer.and_then(|a| a.cache_subnet_groups?.pop()))
    }

    async fn read(aws: &Aws, _: &Id, seen: CacheSubnetGroup) -> Result<Self> {
        let arn = seen.arn.unwrap_or_default();
        let subnets = seen.subnets.unwrap_or_default().into_iter();
        Ok(SubnetGroup {
            inputs: SubnetGroupInputs {
                name: seen.cache_subnet_group_name.unwrap_or_default().into(),
                description: seen.cache_subnet_group_description.unwrap_or_default(),
                subnet_ids: subnets.filter_map(|subnet| subnet.subnet_identifier).collect(),
                tags: tags::visible(aws, &arn).await?,
            },
            vpc_id: seen.vpc_id.unwrap_or_default(),
            arn,
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &SubnetGroupInputs) -> Result<()> {
        let modify = aws
            .elasticache()
            .modify_cache_subnet_group()
            .cache_subnet_group_name(id)
            .cache_subnet_group_description(&new.description)
            .set_subnet_ids(Some(new.subnet_ids.iter().cloned().collect()));
        modify.send().await.done("changing cache subnet group", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.elasticache().delete_cache_subnet_group().cache_subnet_group_name(id).send().await;
        delete.unless(&["CacheSubnetGroupNotFoundFault"]).done("deleting cache subnet group", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
