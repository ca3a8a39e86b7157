//! What a change of a VPC endpoint comes to: one call with all that differs.

use std::collections::BTreeSet;

use aws_sdk_ec2::operation::modify_vpc_endpoint::builders::ModifyVpcEndpointFluentBuilder as Modify;
use aws_sdk_ec2::types::{DnsOptionsSpecification, IpAddressType as AwsIpAddressType};

use super::inputs::{DnsOptions, VpcEndpointInputs};
use crate::aws::list::some;

/// What has to be said of the new inputs where they differ from the old ones; `None` where nothing does.
pub(super) fn of(old: &VpcEndpointInputs, new: &VpcEndpointInputs) -> Option<impl FnOnce(Modify) -> Modify> {
    let none = BTreeSet::new();
    let policy = old.policy_document != new.policy_document;
    let private = old.has_private_dns() != new.has_private_dns();
    let kind = new.ip_address_type.filter(|kind| old.ip_address_type != Some(*kind));
    let dns = new.dns_options.as_ref().filter(|dns| old.dns_options.as_ref() != Some(dns)).map(changeable);
    let subnets = Moved::of(&old.subnet_ids, &new.subnet_ids);
    let tables = Moved::of(&old.route_table_ids, &new.route_table_ids);
    let had = old.security_group_ids.as_ref().unwrap_or(&none);
    // Left out, the groups stay as they are.
    let groups = Moved::of(had, new.security_group_ids.as_ref().unwrap_or(had));
    let moves = [&subnets, &tables, &groups].iter().any(|moved| moved.differs());
    if !(policy || private || moves || kind.is_some() || dns.is_some()) {
        return None;
    }
    let document = new.policy_document.as_ref().filter(|_| policy).map(ToString::to_string);
    let private = private.then(|| new.has_private_dns());
    Some(move |modify: Modify| {
        modify
            // A policy that is left out would stay.
            .set_reset_policy((policy && document.is_none()).then_some(true))
            .set_policy_document(document)
            .set_private_dns_enabled(private)
            .set_ip_address_type(kind.map(|kind| AwsIpAddressType::from(kind.as_str())))
            .set_dns_options(dns)
            .set_add_subnet_ids(subnets.come)
            .set_remove_subnet_ids(subnets.go)
            .set_add_route_table_ids(tables.come)
            .set_remove_route_table_ids(tables.go)
            .set_add_security_group_ids(groups.come)
            .set_remove_security_group_ids(groups.go)
    })
}

/// The options without those that are fixed at creation.
fn changeable(options: &DnsOptions) -> DnsOptionsSpecification {
    let fixed =
        DnsOptions { private_dns_preference: None, private_dns_specified_domains: Vec::new(), ..options.clone() };
    fixed.written()
}

/// Ids that come and ids that go.
struct Moved {
    come: Option<Vec<String>>,
    go: Option<Vec<String>>,
}

impl Moved {
    fn of(old: &BTreeSet<String>, new: &BTreeSet<String>) -> Moved {
        Moved { come: some(new.difference(old).cloned()), go: some(old.difference(new).cloned()) }
    }

    fn differs(&self) -> bool {
        self.come.is_some() || self.go.is_some()
    }
}
