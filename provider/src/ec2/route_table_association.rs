//! Which route table a subnet uses.

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_sdk_ec2::types::{RouteTableAssociation as Association, RouteTableAssociationStateCode};
use pulumi_plugin::{Error, Id, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Told as _};
use crate::ec2::{filter, once};

/// What the program asks of an association.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTableAssociationInputs {
    /// The subnet.
    #[prop(replace)]
    pub subnet_id: String,
    /// The route table. Another one takes over in one step, without a moment of none.
    pub route_table_id: String,
}

/// Which route table a subnet uses; without one it uses the VPC's main route table.
///
/// Its id is the subnet's. It is imported by `SUBNETID/ROUTETABLEID`, such as `subnet-0123/rtb-4567`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTableAssociation {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: RouteTableAssociationInputs,
    /// AWS's id of the association. It is another one after each change of the route table.
    pub association_id: String,
}

impl Resource for RouteTableAssociation {
    const TOKEN: &'static str = "gitinfra:ec2:RouteTableAssociation";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = RouteTableAssociationInputs;

    async fn create(aws: &Aws, new: &RouteTableAssociationInputs) -> Result<Id> {
        let (subnet, table) = (&new.subnet_id, &new.route_table_id);
        let made = aws
            .ec2()
            .associate_route_table()
            .subnet_id(subnet)
            .route_table_id(table)
            .send()
            .await
            .unless(&["Resource.AlreadyAssociated"])
            .told(&format!("associating route table `{table}` with"), subnet)?;
        if made.is_some() {
            return Ok(Id::from(subnet.as_str()));
        }
        // An earlier attempt whose answer got lost, or somebody else's association.
        let other = describe(aws, subnet).await?;
        match other.as_ref().and_then(Association::route_table_id) {
            Some(other) if other != table => Err(Error::new(format!(
                "associating route table `{table}` with `{subnet}`: the subnet is associated with `{other}`"
            ))
            .hint(format!("end that association, or import it as `{subnet}/{other}`"))),
            _ => Ok(Id::from(subnet.as_str())),
        }
    }

    async fn ready(aws: &Aws, id: &Id) -> Result<Progress> {
        let found = describe(aws, subnet(id)?).await?;
        let state = found.as_ref().and_then(Association::association_state);
        use RouteTableAssociationStateCode::{Associating, Failed};
        Ok(match state.and_then(|s| s.state()) {
            Some(Associating) => Progress::Pending("associating".into()),
            Some(Failed) => {
                Progress::Failed(state.and_then(|s| s.status_message()).unwrap_or("AWS does not say why").to_owned())
            }
            _ => Progress::Done,
        })
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let subnet = subnet(id)?;
        Ok(describe(aws, subnet).await?.map(|found| RouteTableAssociation {
            inputs: RouteTableAssociationInputs {
                subnet_id: subnet.to_owned(),
                route_table_id: found.route_table_id().unwrap_or_default().to_owned(),
            },
            association_id: found.route_table_association_id().unwrap_or_default().to_owned(),
        }))
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &RouteTableAssociationInputs) -> Result<()> {
        let subnet = subnet(id)?;
        let Some(now) = describe(aws, subnet).await? else {
            return Self::create(aws, new).await.map(drop);
        };
        if now.route_table_id() == Some(&new.route_table_id) {
            return Ok(());
        }
        let replace = aws
            .ec2()
            .replace_route_table_association()
            .set_association_id(now.route_table_association_id().map(str::to_owned))
            .route_table_id(&new.route_table_id);
        // Not repeated by the SDK: once it is done, the association has another id.
        let replaced = replace.customize().config_override(once()).send().await;
        replaced.told("changing the route table of", subnet).map(drop)
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let subnet = subnet(id)?;
        let Some(now) = describe(aws, subnet).await? else {
            return Ok(());
        };
        let ours = now.route_table_id() == Some(&old.inputs.route_table_id)
            || now.route_table_association_id() == Some(&old.association_id);
        // Somebody has associated the subnet anew: that is not ours to end.
        if !ours {
            return Ok(());
        }
        let end = aws.ec2().disassociate_route_table();
        let ended = end
            .set_association_id(now.route_table_association_id().map(str::to_owned))
            .send()
            .await
            .unless(&["InvalidAssociationID.NotFound"]);
        ended.told("ending the association of a route table with", subnet).map(drop)
    }
}

/// The subnet that an id speaks of: `subnet-0123`, or `subnet-0123/rtb-4567` of an import.
fn subnet(id: &Id) -> Result<&str> {
    let subnet = id.as_str().split('/').next().unwrap_or_default();
    match subnet.starts_with("subnet-") {
        true => Ok(subnet),
        false => Err(Error::new(format!("`{id}` is not the id of a route table association"))
            .hint("it is SUBNETID/ROUTETABLEID, such as subnet-0123/rtb-4567")),
    }
}

/// The association of a subnet. Asked together with others that are asked about at the same moment.
async fn describe(aws: &Aws, subnet: &str) -> Result<Option<Association>> {
    static BATCH: LazyLock<Batch<Association>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let ask = ec2.describe_route_tables().filters(filter("association.subnet-id", ids));
        let mut tables = ask.into_paginator().items().send();
        let mut found = HashMap::new();
        while let Some(table) = tables.next().await {
            let table = table.told("reading the route tables of subnets", "")?;
            for association in table.associations.unwrap_or_default() {
                let state = association.association_state().and_then(|s| s.state());
                use RouteTableAssociationStateCode::{Disassociated, Disassociating};
                if !matches!(state, Some(Disassociated | Disassociating)) {
                    let subnet = association.subnet_id().unwrap_or_default().to_owned();
                    found.insert(subnet, association);
                }
            }
        }
        Ok(found)
    };
    BATCH.ask(aws.place(), subnet, ask).await
}
