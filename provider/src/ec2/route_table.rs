//! A route table.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{ResourceType, RouteTable as AwsRouteTable};
use pulumi_plugin::{Id, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::{born, by_id, filter, newborn, once, retag, visible};

/// What the program asks of a route table.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTableInputs {
    /// The VPC.
    #[prop(replace)]
    pub vpc_id: String,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// Where the traffic of its subnets goes: within the VPC from the start, and wherever `Route`s lead.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTable {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: RouteTableInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The account that owns it.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for RouteTable {
    const TOKEN: &'static str = "gitinfra:ec2:RouteTable";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = RouteTableInputs;

    async fn create(aws: &Aws, new: &RouteTableInputs) -> Result<Id> {
        if let Some(id) = born(aws, ResourceType::RouteTable).await? {
            return Ok(Id::from(id));
        }
        let create = aws
            .ec2()
            .create_route_table()
            .vpc_id(&new.vpc_id)
            .client_token(&aws.birth().once)
            .tag_specifications(newborn(aws, ResourceType::RouteTable, &new.tags));
        let made =
            create.customize().config_override(once()).send().await.told("creating route table in", &new.vpc_id)?;
        let id = made.route_table().and_then(AwsRouteTable::route_table_id);
        Ok(Id::from(id.unwrap_or_default()))
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let Some(table) = describe(aws, id.as_str()).await? else {
            return Ok(None);
        };
        let owner = table.owner_id().unwrap_or_default();
        Ok(Some(RouteTable {
            arn: aws.arn("ec2", owner, &format!("route-table/{id}")),
            owner_id: owner.to_owned(),
            inputs: RouteTableInputs {
                vpc_id: table.vpc_id().unwrap_or_default().to_owned(),
                tags: visible(aws, table.tags()),
            },
        }))
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &RouteTableInputs) -> Result<()> {
        retag(aws, id.as_str(), &old.inputs.tags, &new.tags).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_route_table().route_table_id(id.as_str());
        let deleted = delete.send().await.unless(&["InvalidRouteTableID.NotFound"]);
        deleted.told("deleting route table", id.as_str()).map(drop)
    }
}

/// The route table of an id. Asked together with others that are asked about at the same moment.
pub(crate) async fn describe(aws: &Aws, id: &str) -> Result<Option<AwsRouteTable>> {
    static BATCH: LazyLock<Batch<AwsRouteTable>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let ask = ec2.describe_route_tables().filters(filter("route-table-id", ids));
        let found = ask.into_paginator().items().send();
        by_id(found, "reading route tables", AwsRouteTable::route_table_id).await
    };
    BATCH.ask(aws.place(), id, ask).await
}
