//! A route table.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{ResourceType, RouteTable as AwsRouteTable};
use pulumi_plugin::{Id, Made, Property, Resource, Result, Wait};

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
    type Seen = AwsRouteTable;

    async fn earlier(aws: &Aws, _: &RouteTableInputs) -> Result<Option<Id>> {
        Ok(born(aws, ResourceType::RouteTable).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &RouteTableInputs) -> Result<Made> {
        let create = aws
            .ec2()
            .create_route_table()
            .vpc_id(&new.vpc_id)
            .client_token(&aws.birth().once)
            .tag_specifications(newborn(aws, ResourceType::RouteTable, &new.tags));
        let made = create.customize().config_override(once()).send().await;
        let made = made.told("creating route table in", &new.vpc_id)?;
        Made::new(made.route_table.and_then(|table| table.route_table_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRouteTable>> {
        describe(aws, id.as_str()).await
    }

    async fn read(aws: &Aws, id: &Id, table: AwsRouteTable) -> Result<Self> {
        let owner_id = table.owner_id.unwrap_or_default();
        Ok(RouteTable {
            arn: aws.arn("ec2", &owner_id, &format!("route-table/{id}")),
            owner_id,
            inputs: RouteTableInputs {
                vpc_id: table.vpc_id.unwrap_or_default(),
                tags: visible(aws, &table.tags.unwrap_or_default()),
            },
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &RouteTableInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_route_table().route_table_id(id);
        let deleted = delete.send().await.unless(&["InvalidRouteTableID.NotFound"]);
        deleted.told("deleting route table", id.as_str()).map(drop)
    }

    fn lingers(_: &Self) -> bool {
        false
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
