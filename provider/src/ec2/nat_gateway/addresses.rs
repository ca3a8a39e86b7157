//! The addresses of a NAT gateway, which come and go by calls of their own. Each change is worked out of what AWS has at that moment: none of the
//! calls has a token, so that one whose answer got lost is not made again.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{NatGateway as AwsNatGateway, NatGatewayAddress};
use pulumi_plugin::{Again, Error, Id, Order, Progress, Result};

use super::inputs::{AvailabilityMode, ConnectivityType, NatGatewayInputs};
use super::{has_failed, spreading};
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
    live(nat).filter(|address| address.is_primary != Some(true))
}

/// The addresses but those that came to nothing, which AWS goes on to list.
fn live(nat: &AwsNatGateway) -> impl Iterator<Item = &NatGatewayAddress> {
    nat.nat_gateway_addresses().iter().filter(|address| !has_failed(address))
}

/// How long connections may go on.
fn drain(new: &NatGatewayInputs) -> Option<i32> {
    new.max_drain_duration_seconds.as_ref().map(Order::value).and_then(|seconds| i32::try_from(seconds).ok())
}

/// What is to be done to the secondary addresses of a public gateway.
#[derive(Debug, PartialEq)]
struct Plan<'a> {
    /// The allocation ids that come.
    come: Vec<String>,
    /// Their private addresses, where the program names those.
    private: Option<Vec<String>>,
    /// What goes.
    going: Vec<&'a NatGatewayAddress>,
    /// Whether others come once that is gone.
    more: bool,
}

/// An Elastic IP address that has another private address than the program names goes, and comes again.
fn plan<'a>(nat: &'a AwsNatGateway, new: &NatGatewayInputs) -> Plan<'a> {
    let (wanted, named) = (&new.secondary_allocation_ids, new.secondary_private_ip_addresses.as_ref());
    let stays = |each: &NatGatewayAddress| {
        let fits = |named: &BTreeSet<String>| each.private_ip.as_ref().is_none_or(|address| named.contains(address));
        each.allocation_id.as_ref().is_some_and(|id| wanted.contains(id)) && named.is_none_or(fits)
    };
    let there: BTreeSet<_> = secondary(nat).filter_map(|each| each.allocation_id.clone()).collect();
    let used: BTreeSet<_> = secondary(nat).filter_map(|each| each.private_ip.clone()).collect();
    let (stay, going): (Vec<_>, Vec<_>) = secondary(nat).partition(|each| stays(each));
    let mut come: Vec<_> = wanted.difference(&there).cloned().collect();
    let mut private = named.map(|named| named.difference(&used).cloned().collect::<Vec<_>>());
    if let Some(private) = &mut private {
        come.truncate(private.len());
        private.truncate(come.len());
    }
    Plan { more: stay.len() + come.len() < wanted.len(), come, private, going }
}

async fn public(aws: &Aws, id: &Id, nat: &AwsNatGateway, new: &NatGatewayInputs) -> Result<()> {
    let Plan { come, private, going, more } = plan(nat, new);
    if let Some(come) = some(come) {
        let associate = aws.ec2().associate_nat_gateway_address().nat_gateway_id(id).set_allocation_ids(Some(come));
        associate.set_private_ip_addresses(private).send().await.done("adding addresses to NAT gateway", id)?;
    }
    remove(aws, id, going.into_iter(), new).await?;
    let drains = || Error::new(format!("addresses of NAT gateway `{id}` have to go before they come again"));
    if more { Err(drains().again(Again::Ready)) } else { Ok(()) }
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
    let there: BTreeSet<_> = live(nat).filter_map(|each| each.allocation_id.clone()).collect();
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
    remove(aws, id, live(nat).filter(going), new).await
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::NatGatewayAddressStatus::{self, Failed, Succeeded};
    use pulumi_plugin::conform::conform;
    use pulumi_plugin::{Property as _, Shaped as _, Value};
    use serde_json::{Value as Json, json};

    use super::*;

    /// A secondary address: its allocation id, its private address and its status.
    type Told = (&'static str, &'static str, NatGatewayAddressStatus);

    fn nat(addresses: &[Told]) -> AwsNatGateway {
        let primary = NatGatewayAddress::builder().is_primary(true).allocation_id("one").private_ip("10.0.0.5").build();
        let others = addresses.iter().map(|(allocation, private, status)| {
            let built = NatGatewayAddress::builder().allocation_id(*allocation).private_ip(*private);
            built.is_primary(false).status(status.clone()).build()
        });
        AwsNatGateway::builder().set_nat_gateway_addresses(Some([primary].into_iter().chain(others).collect())).build()
    }

    fn asked(more: &Json) -> NatGatewayInputs {
        let mut all = json!({"subnetId": "subnet-1", "allocationId": "one"});
        for (name, value) in more.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        let all = Value::from_json(&all);
        let held = conform(&[NatGatewayInputs::shape()], all.as_object().expect("properties"));
        NatGatewayInputs::decode(&Value::Object(held.properties)).expect("inputs")
    }

    #[test]
    fn addresses_come_and_go_by_both_of_their_ids() {
        let ids = |ids: &[&str]| json!({"secondaryAllocationIds": ids});
        let named = |ids: &[&str], private: &[&str]| json!({"secondaryAllocationIds": ids, "secondaryPrivateIpAddresses": private});
        let two = ("two", "10.0.0.6", Succeeded);
        for (there, asked_for, come, private, going, more) in [
            (vec![], ids(&["two"]), vec!["two"], None, vec![], false),
            (vec![two.clone()], ids(&["two"]), vec![], None, vec![], false),
            (vec![two.clone()], ids(&["three"]), vec!["three"], None, vec!["two"], false),
            (vec![two.clone()], named(&["two"], &["10.0.0.6"]), vec![], Some(vec![]), vec![], false),
            // Another private address of the same allocation.
            (vec![two.clone()], named(&["two"], &["10.0.0.7"]), vec![], Some(vec![]), vec!["two"], true),
            (
                vec![two.clone()],
                named(&["two", "three"], &["10.0.0.6", "10.0.0.7"]),
                vec!["three"],
                Some(vec!["10.0.0.7"]),
                vec![],
                false,
            ),
            // Its private address is free only once the other one is gone.
            (vec![two.clone()], named(&["three"], &["10.0.0.6"]), vec![], Some(vec![]), vec!["two"], true),
            // What has failed is not there.
            (vec![("two", "10.0.0.6", Failed)], ids(&["two"]), vec!["two"], None, vec![], false),
        ] {
            let nat = nat(&there);
            let plan = plan(&nat, &asked(&asked_for));
            let gone: Vec<_> = plan.going.iter().filter_map(|each| each.allocation_id()).collect();
            let coming: Vec<_> = plan.come.iter().map(String::as_str).collect();
            assert_eq!((coming, gone, plan.more), (come, going, more), "{there:?} {asked_for}");
            assert_eq!(
                plan.private.as_deref().map(|all| all.iter().map(String::as_str).collect()),
                private,
                "{asked_for}"
            );
        }
    }

    #[test]
    fn a_failure_counts_no_more_once_another_attempt_has_come_to_its_end() {
        let failed = ("two", "10.0.0.6", Failed);
        for (there, fails) in [
            (vec![failed.clone()], true),
            (vec![failed.clone(), ("two", "10.0.0.7", Succeeded)], false),
            (vec![failed, ("three", "10.0.0.7", Succeeded)], true),
        ] {
            assert_eq!(matches!(spreading(&nat(&there)), Progress::Failed(_)), fails, "{there:?}");
        }
    }
}
