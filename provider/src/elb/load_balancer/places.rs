//! The subnets of a load balancer, with or without addresses of their own.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{
    AvailabilityZone, EnablePrefixForIpv6SourceNatEnum, SubnetMapping as AwsMapping,
};
use pulumi_plugin::{Id, Result};

use super::{LoadBalancerInputs, LoadBalancerType, SubnetMapping};
use crate::aws::{Aws, Doing as _, list};
use crate::ec2::filter;

/// The prefix for source NAT that AWS chooses.
const CHOSEN: &str = "auto_assigned";

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
                source_nat_ipv6_prefix: prefix(stands.source_nat_ipv6_prefix, &asked.source_nat_ipv6_prefix),
                subnet_id: stands.subnet_id,
            },
        }
    });
    (seen.subnets, seen.subnet_mappings) = (BTreeSet::new(), spelled.collect());
}

/// The prefix for source NAT in the program's words: AWS has chosen the one that is `auto_assigned`.
fn prefix(stands: Option<String>, asked: &Option<String>) -> Option<String> {
    match asked.as_deref() {
        Some(CHOSEN) if stands.is_some() => asked.clone(),
        Some(_) => stands,
        None => None,
    }
}

/// Gives it other subnets.
pub async fn bring(aws: &Aws, id: &Id, old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> Result<()> {
    let prefix = new.enable_prefix_for_ipv6_source_nat;
    let same_prefix = old.enable_prefix_for_ipv6_source_nat == prefix;
    if (&old.subnets, &old.subnet_mappings) == (&new.subnets, &new.subnet_mappings) && same_prefix {
        return Ok(());
    }
    if let Way::Over(kept) = way(aws, old, new).await? {
        let kept = LoadBalancerInputs {
            subnets: new.subnets.iter().filter(|it| kept.contains(*it)).cloned().collect(),
            subnet_mappings: new.subnet_mappings.iter().filter(|it| kept.contains(&it.subnet_id)).cloned().collect(),
            ..new.clone()
        };
        aws.call().once("leaving zones", set(aws, id, &kept, None)).await?;
    }
    let prefix = (!same_prefix).then(|| EnablePrefixForIpv6SourceNatEnum::from(prefix.as_str()));
    set(aws, id, new, prefix).await
}

async fn set(
    aws: &Aws,
    id: &Id,
    new: &LoadBalancerInputs,
    prefix: Option<EnablePrefixForIpv6SourceNatEnum>,
) -> Result<()> {
    let set = aws
        .elb()
        .set_subnets()
        .load_balancer_arn(id)
        .set_subnets(list::some(new.subnets.iter().cloned()))
        .set_subnet_mappings(list::some(new.subnet_mappings.iter().map(mapping)))
        .set_enable_prefix_for_ipv6_source_nat(prefix);
    set.send().await.done("setting the subnets of load balancer", id)
}

/// How a load balancer comes from subnets to others.
#[derive(Debug, PartialEq)]
pub enum Way {
    /// By one call.
    Direct,
    /// With these alone for a moment: a Network Load Balancer leaves a zone before it comes back to it in another subnet.
    Over(BTreeSet<String>),
    /// None: there is no other zone for the meantime.
    Closed,
}

/// The way from old subnets to new ones.
pub async fn way(aws: &Aws, old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> Result<Way> {
    if !exchanges(old, new) {
        return Ok(Way::Direct);
    }
    let (was, is) = (subnets(old), subnets(new));
    let all = filter("subnet-id", was.union(&is).map(|id| id.as_str()));
    let found = aws.ec2().describe_subnets().filters(all).into_paginator().items().send();
    let found: Vec<_> = found.collect::<Result<_, _>>().await.doing("reading the zones of subnets", "")?;
    let zones = found.into_iter().filter_map(|it| Some((it.subnet_id?, it.availability_zone_id?))).collect();
    Ok(way_between(&was, &is, &zones))
}

/// Whether it is a Network Load Balancer that gets subnets and loses others, which may be of the same zone.
pub fn exchanges(old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> bool {
    let (was, is) = (subnets(old), subnets(new));
    new.r#type == LoadBalancerType::Network && !was.is_subset(&is) && !is.is_subset(&was)
}

/// The way, by the zones of those subnets that there are.
fn way_between(was: &BTreeSet<&String>, is: &BTreeSet<&String>, zones: &BTreeMap<String, String>) -> Way {
    let same_zone = |one: &String, other: &String| zones.contains_key(one) && zones.get(one) == zones.get(other);
    let comes_back = |id: &&String| !was.contains(*id) && was.iter().any(|old| same_zone(id, old));
    let (back, kept): (BTreeSet<_>, BTreeSet<_>) = is.iter().copied().partition(comes_back);
    match (back.is_empty(), kept.is_empty()) {
        (true, _) => Way::Direct,
        (false, true) => Way::Closed,
        (false, false) => Way::Over(kept.into_iter().cloned().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_left_before_another_subnet_of_it_is_taken() {
        let zones = ["a1", "a2", "c1", "c2", "d1"].map(|id| (id.to_owned(), id[..1].to_owned())).into();
        let over = |kept: &[&str]| Way::Over(kept.iter().map(|id| (*id).to_owned()).collect());
        for (was, is, expected) in [
            (["a1", "c1"].as_slice(), ["a1", "c1"].as_slice(), Way::Direct),
            (&["a1", "c1"], &["c1", "d1"], Way::Direct),
            (&["a1"], &["d1"], Way::Direct),
            (&["a1", "c1"], &["a2", "c1"], over(&["c1"])),
            (&["a1", "c1"], &["a2", "d1"], over(&["d1"])),
            (&["a1", "c1", "d1"], &["a2", "c2", "d1"], over(&["d1"])),
            (&["a1"], &["a2"], Way::Closed),
            (&["a1", "c1"], &["a2", "c2"], Way::Closed),
            // One that is not made yet.
            (&["a1", "c1"], &["c1", "new"], Way::Direct),
        ] {
            let [was, is] = [was, is].map(|all| all.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>());
            let told = way_between(&was.iter().collect(), &is.iter().collect(), &zones);
            assert_eq!(told, expected, "{was:?} {is:?}");
        }
    }
}
