//! A group of subnets for databases.

use std::collections::BTreeSet;

use aws_sdk_rds::types::DbSubnetGroup;
use pulumi_plugin::{Error, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::{filter, same_vpc};
use crate::rds::holders::{Holder, clusters, instances, listed, named, prevent};
use crate::rds::tags;
use crate::types::DatabaseSubnetGroupName;

/// The inputs of a DB subnet group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubnetGroupInputs {
    /// The DB subnet group's name: a letter, then letters, digits, spaces and `._-`; at most 255 characters. AWS keeps it in lower case. Default: made
    /// from the resource's name.
    #[prop(replace, unique, autoname = 255)]
    pub name: DatabaseSubnetGroupName,
    /// The description: 1 to 255 characters.
    #[prop(default = "Managed by Pulumi".to_owned(), min = 1, max = 255)]
    pub description: String,
    /// The ids of the subnets: of one VPC, and of two availability zones at least. AWS doesn't remove one that an instance is in. Subnets that are all
    /// new take a new group, and with it new clusters.
    #[prop(min = 2)]
    pub subnet_ids: BTreeSet<String>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A DB subnet group: the subnets of a VPC that the instances of database clusters may be in.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubnetGroup {
    /// The inputs, as RDS has them.
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
    const TOKEN: &'static str = "gitinfra:rds:SubnetGroup";
    const WAIT: Wait = Wait::seconds(1, 900);
    type Session = Aws;
    type Inputs = SubnetGroupInputs;
    type Seen = DbSubnetGroup;

    /// The subnets of a group are all of one VPC, so subnets of which the group has none yet may be another VPC's; AWS is asked. If instances are in the group,
    /// AWS would not let its old subnets go either.
    fn replaces(old: &SubnetGroupInputs, new: &SubnetGroupInputs) -> Vec<&'static str> {
        let loses = !old.subnet_ids.is_subset(&new.subnet_ids);
        loses.then_some("subnetIds").into_iter().collect()
    }

    /// Some subnets go in place, unless an instance is in one of them.
    async fn in_place(aws: &Aws, old: &SubnetGroupInputs, new: &SubnetGroupInputs) -> Result<Vec<&'static str>> {
        if !old.subnet_ids.is_disjoint(&new.subnet_ids) {
            vacated(aws, old, new).await?;
            return Ok(vec!["subnetIds"]);
        }
        let same = same_vpc(aws, old.subnet_ids.clone(), new.subnet_ids.clone()).await?;
        Ok(same.then_some("subnetIds").into_iter().collect())
    }

    async fn prevents(aws: &Aws, id: &Id, _: &SubnetGroupInputs, _: &SubnetGroupInputs) -> Result<()> {
        prevent(id, "DB subnet group", &users(aws, id).await?)
    }

    async fn create(aws: &Aws, new: &SubnetGroupInputs) -> Result<Made> {
        let name = new.name.as_str();
        let create = aws
            .once()
            .rds()
            .create_db_subnet_group()
            .db_subnet_group_name(name)
            .db_subnet_group_description(&new.description)
            .set_subnet_ids(Some(new.subnet_ids.iter().cloned().collect()))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["DBSubnetGroupAlreadyExists"]);
        Ok(match made.doing("creating DB subnet group", name)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &DbSubnetGroup, _: &SubnetGroupInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.db_subnet_group_arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DbSubnetGroup>> {
        let asked = aws.rds().describe_db_subnet_groups().db_subnet_group_name(id).send().await;
        let answer = asked.unless(&["DBSubnetGroupNotFoundFault"]).doing("reading DB subnet group", id)?;
        Ok(answer.and_then(|a| a.db_subnet_groups?.pop()))
    }

    async fn read(aws: &Aws, _: &Id, seen: DbSubnetGroup) -> Result<Self> {
        let arn = seen.db_subnet_group_arn.unwrap_or_default();
        let subnets = seen.subnets.unwrap_or_default().into_iter();
        Ok(SubnetGroup {
            inputs: SubnetGroupInputs {
                name: seen.db_subnet_group_name.unwrap_or_default().into(),
                description: seen.db_subnet_group_description.unwrap_or_default(),
                subnet_ids: subnets.filter_map(|subnet| subnet.subnet_identifier).collect(),
                tags: tags::visible(aws, &arn).await?,
            },
            vpc_id: seen.vpc_id.unwrap_or_default(),
            arn,
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &SubnetGroupInputs) -> Result<()> {
        let modify = aws
            .rds()
            .modify_db_subnet_group()
            .db_subnet_group_name(id)
            .db_subnet_group_description(&new.description)
            .set_subnet_ids(Some(new.subnet_ids.iter().cloned().collect()));
        modify.send().await.done("changing DB subnet group", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.rds().delete_db_subnet_group().db_subnet_group_name(id).send().await;
        match delete.unless(&["DBSubnetGroupNotFoundFault"]).done("deleting DB subnet group", id) {
            Err(refused) => Err(named(refused, &users(aws, id).await?)),
            deleted => deleted,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// Refuses a change by which the group is to leave a zone that an instance is in: AWS would, when much else has been changed.
async fn vacated(aws: &Aws, old: &SubnetGroupInputs, new: &SubnetGroupInputs) -> Result<()> {
    let all = filter("subnet-id", old.subnet_ids.union(&new.subnet_ids).cloned());
    let pages = aws.ec2().describe_subnets().filters(all).into_paginator().items().send();
    let found: Vec<_> = pages.collect::<Result<_, _>>().await.doing("reading the zones of subnets", "")?;
    let (mut left, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for subnet in found {
        let stays = subnet.subnet_id.is_some_and(|id| new.subnet_ids.contains(&id));
        if stays { &mut kept } else { &mut left }.extend(subnet.availability_zone);
    }
    let left: BTreeSet<_> = left.difference(&kept).cloned().collect();
    if left.is_empty() {
        return Ok(());
    }
    let inside = instances(aws, |instance| {
        let group = instance.db_subnet_group().and_then(DbSubnetGroup::db_subnet_group_name);
        group == Some(old.name.as_str()) && instance.availability_zone().is_some_and(|zone| left.contains(zone))
    });
    let inside = inside.await?;
    if inside.is_empty() {
        return Ok(());
    }
    let zones = left.into_iter().collect::<Vec<_>>().join(", ");
    let why = format!("DB subnet group `{}` can't leave {zones}, where there is {}", old.name, listed(&inside));
    Err(Error::new(why).hint(
        "AWS moves no instance: fail over to one in another zone, delete this one, roll that out, and take the subnet out then",
    ))
}

/// Whoever is in the group. An instance of a cluster is in its cluster's.
async fn users(aws: &Aws, id: &Id) -> Result<Vec<Holder>> {
    let mut users = clusters(aws, |cluster| cluster.db_subnet_group() == Some(id.as_str())).await?;
    let alone = instances(aws, |instance| {
        let group = instance.db_subnet_group().and_then(DbSubnetGroup::db_subnet_group_name);
        group == Some(id.as_str()) && instance.db_cluster_identifier().is_none()
    });
    users.extend(alone.await?);
    Ok(users)
}
