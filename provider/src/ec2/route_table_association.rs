//! Which route table a subnet uses.

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_sdk_ec2::types::{RouteTableAssociation as Association, RouteTableAssociationStateCode};
use pulumi_plugin::{Error, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Told as _};
use crate::ec2::{filter, once};

/// What the program asks of an association.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTableAssociationInputs {
    /// The subnet.
    #[prop(replace, unique)]
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
    type Seen = Association;

    /// AWS answers the association that is there already as if it had made it.
    async fn standing(aws: &Aws, new: &RouteTableAssociationInputs) -> Result<Option<Id>> {
        Ok(describe(aws, &new.subnet_id).await?.map(|_| Id::from(new.subnet_id.as_str())))
    }

    async fn create(aws: &Aws, new: &RouteTableAssociationInputs) -> Result<Made> {
        let id = Id::from(new.subnet_id.as_str());
        Ok(if associate(aws, new).await? { Made::New(id) } else { Made::Exists(id) })
    }

    /// Associations bear no token: the very one that was asked for, after an answer got lost, is this creation's own.
    async fn ours(aws: &Aws, id: &Id, seen: &Association, new: &RouteTableAssociationInputs) -> Result<Option<Id>> {
        let same = seen.route_table_id.as_ref() == Some(&new.route_table_id);
        Ok((aws.call().tried() && same).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Association>> {
        describe(aws, subnet(id)?).await
    }

    fn progress(seen: &Association) -> Progress {
        use RouteTableAssociationStateCode::{Associating, Failed};
        let state = seen.association_state();
        match state.and_then(|s| s.state()) {
            Some(Associating) => Progress::Pending("associating".into()),
            Some(Failed) => {
                Progress::Failed(state.and_then(|s| s.status_message()).unwrap_or("AWS does not say why").to_owned())
            }
            _ => Progress::Done,
        }
    }

    async fn read(_: &Aws, id: &Id, seen: Association) -> Result<Self> {
        Ok(RouteTableAssociation {
            inputs: RouteTableAssociationInputs {
                subnet_id: subnet(id)?.to_owned(),
                route_table_id: seen.route_table_id.unwrap_or_default(),
            },
            association_id: seen.route_table_association_id.unwrap_or_default(),
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &RouteTableAssociationInputs) -> Result<()> {
        let subnet = subnet(id)?;
        let Some(now) = describe(aws, subnet).await? else {
            return associate(aws, new).await.map(drop);
        };
        if now.route_table_id.as_ref() == Some(&new.route_table_id) {
            return Ok(());
        }
        let replace = aws
            .ec2()
            .replace_route_table_association()
            .set_association_id(now.route_table_association_id)
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

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// Associates the subnet with the route table. False if it is associated already.
async fn associate(aws: &Aws, new: &RouteTableAssociationInputs) -> Result<bool> {
    let (subnet, table) = (&new.subnet_id, &new.route_table_id);
    let associate = aws.ec2().associate_route_table().subnet_id(subnet).route_table_id(table);
    let made = associate.customize().config_override(once()).send().await.unless(&["Resource.AlreadyAssociated"]);
    Ok(made.told(&format!("associating route table `{table}` with"), subnet)?.is_some())
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
