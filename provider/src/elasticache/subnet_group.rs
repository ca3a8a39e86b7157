//! A group of subnets for caches.

use std::collections::BTreeSet;

use aws_sdk_elasticache::types::{CacheSubnetGroup, Subnet};
use pulumi_plugin::{After as _, Fault, Id, Property, Resource, Result};

use crate::aws::{Aws, Tags, Told as _};
use crate::elasticache::{adopt, newborn, retag, visible};
use crate::types::Lowercase;

/// What the program asks of a cache subnet group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubnetGroupInputs {
    /// The name: a letter, then letters, digits and single hyphens, at most 255. AWS keeps it in lower case.
    #[prop(replace, unique, autoname = 255)]
    pub name: Lowercase,
    /// What it is for.
    #[prop(default = "Managed by Pulumi".to_owned())]
    pub description: String,
    /// The subnets, all of one VPC. One that a cache is in can't be taken out.
    pub subnet_ids: BTreeSet<String>,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The subnets of a VPC that caches may be in.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubnetGroup {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: SubnetGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The VPC of the subnets.
    #[prop(stable)]
    pub vpc_id: String,
}

impl Resource for SubnetGroup {
    const TOKEN: &'static str = "gitinfra:elasticache:SubnetGroup";
    type Session = Aws;
    type Inputs = SubnetGroupInputs;

    fn check(new: &SubnetGroupInputs) -> Vec<Fault> {
        match new.subnet_ids.is_empty() {
            true => vec![Fault::new("subnetIds", "empty; a group has at least one")],
            false => Vec::new(),
        }
    }

    async fn create(aws: &Aws, new: &SubnetGroupInputs) -> Result<Id> {
        let name = new.name.as_str();
        let create = aws
            .elasticache()
            .create_cache_subnet_group()
            .cache_subnet_group_name(name)
            .cache_subnet_group_description(&new.description)
            .set_subnet_ids(Some(new.subnet_ids.iter().cloned().collect()))
            .set_tags(Some(newborn(aws, &new.tags)));
        let made = create.send().await.unless(&["CacheSubnetGroupAlreadyExists"]);
        let made = made.told("creating cache subnet group", name)?;
        let id = Id::from(name);
        if let (None, Some(group)) = (made, describe(aws, &id).await?) {
            let arn = group.arn().unwrap_or_default();
            adopt(aws, "cache subnet group", name, arn).await?;
            modify(aws, &id, new).await.after(&id)?;
        }
        Ok(id)
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let Some(group) = describe(aws, id).await? else {
            return Ok(None);
        };
        let arn = group.arn().unwrap_or_default().to_owned();
        let subnets = group.subnets().iter().filter_map(Subnet::subnet_identifier);
        Ok(Some(SubnetGroup {
            inputs: SubnetGroupInputs {
                name: group.cache_subnet_group_name().unwrap_or_default().into(),
                description: group.cache_subnet_group_description().unwrap_or_default().to_owned(),
                subnet_ids: subnets.map(str::to_owned).collect(),
                tags: visible(aws, &arn).await?,
            },
            vpc_id: group.vpc_id().unwrap_or_default().to_owned(),
            arn,
        }))
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &SubnetGroupInputs) -> Result<()> {
        let was = &old.inputs;
        if (&was.description, &was.subnet_ids) != (&new.description, &new.subnet_ids) {
            modify(aws, id, new).await?;
        }
        retag(aws, &old.arn, &was.tags, &new.tags).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.elasticache().delete_cache_subnet_group();
        let deleted = delete.cache_subnet_group_name(id.as_str()).send().await;
        deleted.unless(&["CacheSubnetGroupNotFoundFault"]).told("deleting cache subnet group", id.as_str()).map(drop)
    }
}

async fn describe(aws: &Aws, id: &Id) -> Result<Option<CacheSubnetGroup>> {
    let ask = aws.elasticache().describe_cache_subnet_groups();
    let asked = ask.cache_subnet_group_name(id.as_str()).send().await;
    let answer = asked.unless(&["CacheSubnetGroupNotFoundFault"]).told("reading cache subnet group", id.as_str())?;
    Ok(answer.and_then(|a| a.cache_subnet_groups?.pop()))
}

async fn modify(aws: &Aws, id: &Id, new: &SubnetGroupInputs) -> Result<()> {
    let modify = aws.elasticache().modify_cache_subnet_group().cache_subnet_group_name(id.as_str());
    let modify = modify
        .cache_subnet_group_description(&new.description)
        .set_subnet_ids(Some(new.subnet_ids.iter().cloned().collect()));
    modify.send().await.told("changing cache subnet group", id.as_str()).map(drop)
}
