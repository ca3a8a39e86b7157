//! A route table.

use aws_sdk_ec2::types::{ResourceType, RouteTable as AwsRouteTable};
use pulumi_plugin::{Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::table;
use crate::ec2::tags::{earlier, newborn, retag};

/// The inputs of a route table.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTableInputs {
    /// The id of the VPC that the route table belongs to.
    #[prop(replace)]
    pub vpc_id: String,
    /// Tags of the route table.
    #[prop(default)]
    pub tags: Tags,
}

/// A route table: directs the traffic of the subnets that `RouteTableAssociation`s associate with it. A new one has the local routes of its VPC;
/// each `Route` adds another one.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTable {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: RouteTableInputs,
    /// The ARN of the route table.
    #[prop(stable)]
    pub arn: String,
    /// The id of the account that owns the route table.
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
        Ok(earlier(aws, ResourceType::RouteTable).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &RouteTableInputs) -> Result<Made> {
        let create = aws
            .once()
            .ec2()
            .create_route_table()
            .vpc_id(&new.vpc_id)
            .client_token(&aws.birth().once)
            .tag_specifications(newborn(aws, ResourceType::RouteTable, &new.tags));
        let made = create.send().await.doing("creating route table in", &new.vpc_id)?;
        Made::new(made.route_table.and_then(|table| table.route_table_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRouteTable>> {
        table(aws, id.as_str()).await
    }

    async fn read(aws: &Aws, id: &Id, table: AwsRouteTable) -> Result<Self> {
        let owner_id = table.owner_id.unwrap_or_default();
        Ok(RouteTable {
            inputs: RouteTableInputs {
                vpc_id: table.vpc_id.unwrap_or_default(),
                tags: aws.visible(table.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &owner_id, &format!("route-table/{id}")),
            owner_id,
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
        delete.send().await.unless(&["InvalidRouteTableID.NotFound"]).done("deleting route table", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
