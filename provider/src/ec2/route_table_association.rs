//! The association of a route table with a subnet.

use std::collections::HashMap;

use aws_sdk_ec2::types::{RouteTableAssociation as Association, RouteTableAssociationStateCode};
use pulumi_plugin::{Error, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::ec2::filter;

/// The inputs of a route table association.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTableAssociationInputs {
    /// The id of the subnet. It can be associated with one route table.
    #[prop(replace, unique)]
    pub subnet_id: String,
    /// The id of the route table. Another one replaces it in a single step, so that the subnet is never without one.
    pub route_table_id: String,
}

/// A route table association: makes a subnet use a route table. A subnet without one uses the main route table of its VPC.
///
/// Its id is the subnet's. It is imported by `SUBNETID/ROUTETABLEID`, such as `subnet-0123/rtb-4567`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RouteTableAssociation {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: RouteTableAssociationInputs,
    /// The association id. AWS gives it a new one with each change of the route table.
    pub association_id: String,
}

impl Resource for RouteTableAssociation {
    const TOKEN: &'static str = "gitinfra:ec2:RouteTableAssociation";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = RouteTableAssociationInputs;
    type Seen = Association;

    /// AWS may answer an association that exists already as if it had made it.
    async fn standing(aws: &Aws, new: &RouteTableAssociationInputs) -> Result<Option<Id>> {
        let id = Id::from(new.subnet_id.as_str());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &RouteTableAssociationInputs) -> Result<Made> {
        let id = Id::from(new.subnet_id.as_str());
        Ok(if associate(aws, new).await? { Made::New(id) } else { Made::Exists(id) })
    }

    /// Associations have no tags. After a lost answer, the very one that is asked for is taken to be this creation's own.
    async fn ours(aws: &Aws, id: &Id, seen: &Association, new: &RouteTableAssociationInputs) -> Result<Option<Id>> {
        let same = seen.route_table_id.as_ref() == Some(&new.route_table_id);
        Ok((aws.call().tried() && same).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Association>> {
        let by_subnet = async |aws: Aws, subnets: Vec<String>| {
            let ask = aws.ec2().describe_route_tables().filters(filter("association.subnet-id", subnets));
            let (mut tables, mut found) = (ask.into_paginator().items().send(), HashMap::new());
            while let Some(table) = tables.next().await {
                let table = table.doing("reading the route tables of subnets", "")?;
                let alive =
                    table.associations.unwrap_or_default().into_iter().filter(|association| !is_over(association));
                found.extend(alive.filter_map(|association| Some((association.subnet_id.clone()?, association))));
            }
            Ok(found)
        };
        aws.asked(subnet(id)?, by_subnet).await
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
        let Some(now) = Self::find(aws, id).await? else { return associate(aws, new).await.map(drop) };
        if now.route_table_id.as_ref() == Some(&new.route_table_id) {
            return Ok(());
        }
        // The SDK must not repeat it: once it is done, the association has another id.
        let replace = aws.once().ec2().replace_route_table_association().route_table_id(&new.route_table_id);
        let replaced = replace.set_association_id(now.route_table_association_id).send().await;
        replaced.done("changing the route table of", subnet(id)?)
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let Some(now) = Self::find(aws, id).await? else { return Ok(()) };
        let ours = now.route_table_id.as_ref() == Some(&old.inputs.route_table_id)
            || now.route_table_association_id.as_ref() == Some(&old.association_id);
        // Somebody has associated the subnet with another route table since.
        if !ours {
            return Ok(());
        }
        let end = aws.ec2().disassociate_route_table().set_association_id(now.route_table_association_id);
        let ended = end.send().await.unless(&["InvalidAssociationID.NotFound"]);
        ended.done("ending the association of a route table with", subnet(id)?)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// Associates the subnet with the route table. False if it is associated already.
async fn associate(aws: &Aws, new: &RouteTableAssociationInputs) -> Result<bool> {
    let (subnet, table) = (&new.subnet_id, &new.route_table_id);
    let associate = aws.once().ec2().associate_route_table().subnet_id(subnet).route_table_id(table);
    let made = associate.send().await.unless(&["Resource.AlreadyAssociated"]);
    Ok(made.doing(format!("associating route table `{table}` with"), subnet)?.is_some())
}

/// Whether an association has ended.
fn is_over(association: &Association) -> bool {
    use RouteTableAssociationStateCode::{Disassociated, Disassociating};
    let state = association.association_state().and_then(|state| state.state());
    matches!(state, Some(Disassociated | Disassociating))
}

/// The subnet of an id: `subnet-0123`, or `subnet-0123/rtb-4567` of an import.
fn subnet(id: &Id) -> Result<&str> {
    let subnet = id.as_str().split('/').next().unwrap_or_default();
    match subnet.starts_with("subnet-") {
        true => Ok(subnet),
        false => Err(Error::new(format!("`{id}` is not the id of a route table association"))
            .hint("it is SUBNETID/ROUTETABLEID, such as subnet-0123/rtb-4567")),
    }
}
