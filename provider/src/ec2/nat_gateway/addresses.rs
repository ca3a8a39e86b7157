//! The addresses of a NAT gateway, which come and go by calls of their own. Each change is worked out of what AWS has at that moment: none of the
//! calls has a token, so that one whose answer got lost is not made again.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{NatGateway as AwsNatGateway, NatGatewayAddress};
use pulumi_plugin::{Again, Error, Id, Order, Progress, Result};

use super::inputs::{AvailabilityMode, ConnectivityType, NatGatewayInputs};
use super::spreading;
use crate::aws::list::some;
use crate::aws::{Aws, Doing as _};

/// Brings the addresses to what the inputs say.
pub(super) async fn bring(aws: &Aws, id: &Id, nat: &AwsNatGateway, new: &NatGatewayInputs) -> Result<()> {
    let automatic = new.availability_mode == AvailabilityMode::Regional && new.availability_zone_addresses.is_empty();
    // What comes or goes already must not be asked for again: AWS refuses all of a call then.
    if let Some(Progress::Pending(state)) = (!automatic).then(|| spreading(nat)) {
        return Err(Error::new(format!("NAT gateway `{id}` is {state}")).again(Again::Ready));
    }
    match (new.availability_mode, new.connectivity_type) {
        (AvailabilityMode::Regional, _) if automatic => Ok(()),
        (AvailabilityMode::Regional, _) => regional(aws, id, nat, new).await,
        (AvailabilityMode::Zonal, ConnectivityType::Public) => public(aws, id, nat, new).await,
        (AvailabilityMode::Zonal, ConnectivityType::Private) => private(aws, id, nat, new).await,
    }
}

fn secondary(nat: &AwsNatGateway) -> impl Iterator<Item = &NatGatewayAddress> {
    nat.nat_gateway_addresses().iter().filter(|address| address.is_primary != Some(true))
}

/// How long connections may go on.
fn drain(new: &NatGatewayInputs) -> Option<i32> {
    new.max_drain_duration_seconds.as_ref().map(Order::value).and_then(|seconds| i32::try_from(seconds).ok())
}

async fn public(aws: &Aws, id: &Id, nat: &AwsNatGateway, new: &NatGatewayInputs) -> Result<()> {
    let there: BTreeSet<_> = secondary(nat).filter_map(|each| each.allocation_id.clone()).collect();
    if let Some(come) = some(new.secondary_allocation_ids.difference(&there).cloned()) {
        let used: BTreeSet<_> = secondary(nat).filter_map(|each| each.private_ip.clone()).collect();
        let free = new.secondary_private_ip_addresses.iter().flatten().filter(|address| !used.contains(*address));
        let private = some(free.take(come.len()).cloned()).filter(|private| private.len() == come.len());
        let associate = aws.ec2().associate_nat_gateway_address().nat_gateway_id(id).set_allocation_ids(Some(come));
        associate.set_private_ip_addresses(private).send().await.done("adding addresses to NAT gateway", id)?;
    }
    let going =
        |each: &&NatGatewayAddress| each.allocation_id().is_some_and(|it| !new.secondary_allocation_ids.contains(it));
    remove(aws, id, secondary(nat).filter(going), new).await
}

/// Removes addresses by their associations.
async fn remove<'a>(
    aws: &Aws,
    id: &Id,
    going: impl Iterator<Item = &'a NatGatewayAddress>,
    new: &NatGatewayInputs,
) -> Result<()> {
    let Some(associations) = some(going.filter_map(|each| each.association_id.clone())) else { return Ok(()) };
    let part = aws.ec2().disassociate_nat_gateway_address().nat_gateway_id(id).set_association_ids(Some(associations));
    let part = part.set_max_drain_duration_seconds(drain(new)).send().await;
    part.done("removing addresses of NAT gateway", id)
}

async fn private(aws: &Aws, id: &Id, nat: &AwsNatGateway, new: &NatGatewayInputs) -> Result<()> {
    let there: BTreeSet<_> = secondary(nat).filter_map(|each| each.private_ip.clone()).collect();
    let asked = new.secondary_private_ip_addresses.as_ref();
    let count = new.secondary_private_ip_address_count.map_or(there.len(), |count| count as usize);
    let named = asked.map(|asked| asked.difference(&there).cloned());
    let assign = aws.ec2().assign_private_nat_gateway_address().nat_gateway_id(id);
    const WHAT: &str = "adding addresses to NAT gateway";
    if let Some(come) = named.and_then(some) {
        assign.set_private_ip_addresses(Some(come)).send().await.done(WHAT, id)?;
    } else if asked.is_none() && count > there.len() {
        let more = i32::try_from(count - there.len()).unwrap_or(i32::MAX);
        assign.private_ip_address_count(more).send().await.done(WHAT, id)?;
    }
    let going = match asked {
        Some(asked) => some(there.difference(asked).cloned()),
        None => some(there.iter().skip(count).cloned()),
    };
    let Some(going) = going else { return Ok(()) };
    let part =
        aws.ec2().unassign_private_nat_gateway_address().nat_gateway_id(id).set_private_ip_addresses(Some(going));
    let part = part.set_max_drain_duration_seconds(drain(new)).send().await;
    part.done("removing addresses of NAT gateway", id)
}

async fn regional(aws: &Aws, id: &Id, nat: &AwsNatGateway, new: &NatGatewayInputs) -> Result<()> {
    let there: BTreeSet<_> = nat.nat_gateway_addresses().iter().filter_map(|each| each.allocation_id.clone()).collect();
    for zone in &new.availability_zone_addresses {
        let Some(come) = some(zone.allocation_ids.difference(&there).cloned()) else { continue };
        let associate = aws.ec2().associate_nat_gateway_address().nat_gateway_id(id).set_allocation_ids(Some(come));
        let associate = match &zone.availability_zone {
            Some(name) => associate.availability_zone(name),
            None => associate.set_availability_zone_id(zone.availability_zone_id.clone()),
        };
        associate.send().await.done("adding addresses to NAT gateway", id)?;
    }
    let all = new.allocations();
    let going = |each: &&NatGatewayAddress| each.allocation_id.as_ref().is_some_and(|it| !all.contains(it));
    remove(aws, id, nat.nat_gateway_addresses().iter().filter(going), new).await
}
