//! Elastic IP addresses of the program's own that a NAT gateway of another kind still has.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{AvailabilityMode, NatGateway};
use pulumi_plugin::{Fault, Maybe, Result};

use super::inputs::{Nat, NetworkInputs};
use crate::aws::{Aws, Doing as _};
use crate::ec2::filter;

/// Refuses a change between zonal NAT gateways and a regional one that are to have the same addresses: the new one is made before the old one goes, and
/// AWS gives an address to one at a time.
pub async fn look(aws: &Aws, inputs: &NetworkInputs) -> Result<()> {
    let regional = match inputs.nat() {
        Nat::Regional => true,
        Nat::PerAz | Nat::Single => false,
        Nat::None | Nat::Instance => return Ok(()),
    };
    let mut own = BTreeMap::new();
    for (letter, id) in &inputs.settings.nat_allocation_ids {
        if let Ok(Maybe::Known(id)) = id.resolve().await.map(|it| it.value) {
            own.insert(id, letter.clone());
        }
    }
    if own.is_empty() {
        return Ok(());
    }
    let ask = aws.ec2().describe_nat_gateways().filter(filter("state", ["pending", "available"]));
    let found = ask.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    // Policies of former versions may not have it.
    let found = found.unless(&["UnauthorizedOperation"]).doing("looking for NAT gateways", "")?.unwrap_or_default();
    match found.iter().find_map(|gateway| fault(gateway, regional, &own)) {
        Some(fault) => Err(fault.into()),
        None => Ok(()),
    }
}

/// What is wrong where a NAT gateway of the other kind has one of the addresses.
fn fault(gateway: &NatGateway, regional: bool, own: &BTreeMap<String, String>) -> Option<Fault> {
    let is_regional = gateway.availability_mode() == Some(&AvailabilityMode::Regional);
    let has = gateway.nat_gateway_addresses().iter().filter_map(|address| address.allocation_id());
    let (id, _) = has.filter_map(|id| own.get_key_value(id)).next().filter(|_| is_regional != regional)?;
    let kind = if is_regional { "regional" } else { "zonal" };
    let why = format!(
        "`{id}` of `natAllocationIds` is in use by the {kind} NAT gateway `{}`, and AWS gives an address to one at a time: first roll out `nat: none` without them, which \
         leaves private subnets without a way out until the next roll-out, or give other addresses",
        gateway.nat_gateway_id().unwrap_or_default()
    );
    Some(Fault::new("nat", why))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::NatGatewayAddress;

    use super::*;

    #[test]
    fn an_address_is_at_one_kind_of_gateway() {
        let own = BTreeMap::from([("eipalloc-1".to_owned(), "a".to_owned())]);
        for (mode, id, regional, refused) in [
            (None, "eipalloc-1", true, true),
            (None, "eipalloc-1", false, false),
            (None, "eipalloc-2", true, false),
            (Some(AvailabilityMode::Regional), "eipalloc-1", false, true),
            (Some(AvailabilityMode::Regional), "eipalloc-1", true, false),
        ] {
            let address = NatGatewayAddress::builder().allocation_id(id).build();
            let gateway =
                NatGateway::builder().set_availability_mode(mode.clone()).nat_gateway_addresses(address).build();
            assert_eq!(fault(&gateway, regional, &own).is_some(), refused, "{mode:?} {id} {regional}");
        }
    }
}
