//! The subnets of a load balancer, with or without addresses of their own.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    AvailabilityZone, EnablePrefixForIpv6SourceNatEnum, SubnetMapping as AwsMapping,
};
use pulumi_plugin::{Id, Result};

use super::{LoadBalancerInputs, SubnetMapping};
use crate::aws::{Aws, Doing as _, list};

/// The ids of all subnets.
pub fn subnets(of: &LoadBalancerInputs) -> BTreeSet<&String> {
    of.subnets.iter().chain(of.subnet_mappings.iter().map(|mapping| &mapping.subnet_id)).collect()
}

/// A mapping as AWS takes it.
pub fn mapping(mapping: &SubnetMapping) -> AwsMapping {
    AwsMapping::builder()
        .subnet_id(&mapping.subnet_id)
        .set_allocation_id(mapping.allocation_id.clone())
        .set_private_ipv4_address(mapping.private_i_pv4_address.clone())
        .set_ipv6_address(mapping.i_pv6_address.clone())
        .set_source_nat_ipv6_prefix(mapping.source_nat_ipv6_prefix.clone())
        .build()
}

/// A zone as AWS tells it.
pub fn told(zone: &AvailabilityZone) -> SubnetMapping {
    let address = zone.load_balancer_addresses().first();
    let prefixes = zone.source_nat_ipv6_prefixes();
    SubnetMapping {
        subnet_id: zone.subnet_id.clone().unwrap_or_default(),
        allocation_id: list::filled(address.and_then(|it| it.allocation_id.clone())),
        private_i_pv4_address: list::filled(address.and_then(|it| it.private_ipv4_address.clone())),
        i_pv6_address: list::filled(address.and_then(|it| it.ipv6_address.clone())),
        source_nat_ipv6_prefix: prefixes.first().cloned(),
    }
}

/// Whether a mapping says more than the subnet.
pub fn is_special(mapping: &SubnetMapping) -> bool {
    *mapping != SubnetMapping { subnet_id: mapping.subnet_id.clone(), ..SubnetMapping::default() }
}

/// Says subnets as the program says them: alone, or as mappings. What a mapping leaves to AWS is not told.
pub fn respell(seen: &mut LoadBalancerInputs, given: &LoadBalancerInputs) {
    let all: BTreeSet<String> = subnets(seen).into_iter().cloned().collect();
    if !given.subnets.is_empty() {
        (seen.subnets, seen.subnet_mappings) = (all, BTreeSet::new());
        return;
    }
    let spelled = all.into_iter().map(|subnet| {
        let plain = SubnetMapping { subnet_id: subnet.clone(), ..SubnetMapping::default() };
        let stands = seen.subnet_mappings.iter().find(|it| it.subnet_id == subnet).cloned().unwrap_or(plain);
        match given.subnet_mappings.iter().find(|it| it.subnet_id == subnet) {
            None => stands,
            Some(asked) => SubnetMapping {
                allocation_id: stands.allocation_id.filter(|_| asked.allocation_id.is_some()),
                private_i_pv4_address: stands.private_i_pv4_address.filter(|_| asked.private_i_pv4_address.is_some()),
                i_pv6_address: stands.i_pv6_address.filter(|_| asked.i_pv6_address.is_some()),
                source_nat_ipv6_prefix: stands
                    .source_nat_ipv6_prefix
                    .filter(|_| asked.source_nat_ipv6_prefix.is_some()),
                subnet_id: stands.subnet_id,
            },
        }
    });
    (seen.subnets, seen.subnet_mappings) = (BTreeSet::new(), spelled.collect());
}

/// Gives it other subnets.
pub async fn bring(aws: &Aws, id: &Id, old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> Result<()> {
    let prefix = new.enable_prefix_for_ipv6_source_nat;
    let same_prefix = old.enable_prefix_for_ipv6_source_nat == prefix;
    if (&old.subnets, &old.subnet_mappings) == (&new.subnets, &new.subnet_mappings) && same_prefix {
        return Ok(());
    }
    let set = aws
        .elb()
        .set_subnets()
        .load_balancer_arn(id)
        .set_subnets(list::some(new.subnets.iter().cloned()))
        .set_subnet_mappings(list::some(new.subnet_mappings.iter().map(mapping)))
        .set_enable_prefix_for_ipv6_source_nat(
            (!same_prefix).then(|| EnablePrefixForIpv6SourceNatEnum::from(prefix.as_str())),
        );
    set.send().await.done("setting the subnets of load balancer", id)
}
