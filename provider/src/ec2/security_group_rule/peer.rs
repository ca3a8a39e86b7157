//! With whom a rule lets the group's members speak.

use aws_sdk_ec2::types::builders::{IpPermissionBuilder, SecurityGroupRuleRequestBuilder};
use aws_sdk_ec2::types::{IpRange, Ipv6Range, PrefixListId, SecurityGroupRule, UserIdGroupPair};
use pulumi_plugin::{Error, Fault, Result};

use crate::ec2::security_group_rule::SecurityGroupRuleInputs as Inputs;
use crate::types::{Cidr, Cidr6};

/// With whom a rule lets the group's members speak.
pub enum Peer {
    /// An IPv4 range.
    V4(Cidr),
    /// An IPv6 range.
    V6(Cidr6),
    /// The members of a group, of this or another account.
    Group(Option<String>, String),
    /// The ranges of a prefix list.
    List(String),
}

impl Peer {
    const NAMES: [&str; 4] = ["cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId"];

    /// Those of the properties that are given.
    pub fn given(inputs: &Inputs) -> Vec<&'static str> {
        let there = [
            inputs.cidr_ipv4.is_some(),
            inputs.cidr_ipv6.is_some(),
            inputs.referenced_security_group_id.is_some(),
            inputs.prefix_list_id.is_some(),
        ];
        let given = Self::NAMES.into_iter().zip(there);
        given.filter(|(_, there)| *there).map(|(name, _)| name).collect()
    }

    /// Whether there is exactly one.
    pub fn check(inputs: &Inputs) -> Vec<Fault> {
        match Self::given(inputs).as_slice() {
            [_] => Vec::new(),
            [] => vec![Fault::new(Self::NAMES[0], format!("missing: a rule has one peer: {}", Self::NAMES.join(", ")))],
            [first, more @ ..] => vec![Fault::new(
                more[0],
                format!("`{first}` is given too, and a rule has one peer; make another rule for this one"),
            )],
        }
    }

    /// The peer that is asked for.
    pub fn of(inputs: &Inputs) -> Result<Peer> {
        let group = |id: &String| match id.split_once('/') {
            Some((account, group)) => Peer::Group(Some(account.to_owned()), group.to_owned()),
            None => Peer::Group(None, id.clone()),
        };
        let v4 = inputs.cidr_ipv4.map(Peer::V4);
        let v6 = inputs.cidr_ipv6.map(Peer::V6);
        v4.or(v6)
            .or_else(|| inputs.referenced_security_group_id.as_ref().map(group))
            .or_else(|| inputs.prefix_list_id.clone().map(Peer::List))
            .ok_or_else(|| Error::invalid(Self::check(inputs)))
    }

    /// As a part of a new rule.
    pub fn of_permission(self, permission: IpPermissionBuilder, text: Option<String>) -> IpPermissionBuilder {
        match self {
            Peer::V4(cidr) => {
                let range = IpRange::builder().cidr_ip(cidr.to_string());
                permission.ip_ranges(range.set_description(text).build())
            }
            Peer::V6(cidr) => {
                let range = Ipv6Range::builder().cidr_ipv6(cidr.to_string());
                permission.ipv6_ranges(range.set_description(text).build())
            }
            Peer::Group(account, group) => {
                let pair = UserIdGroupPair::builder().group_id(group);
                let pair = pair.set_user_id(account).set_description(text);
                permission.user_id_group_pairs(pair.build())
            }
            Peer::List(list) => {
                let list = PrefixListId::builder().prefix_list_id(list);
                permission.prefix_list_ids(list.set_description(text).build())
            }
        }
    }

    /// As a part of a change.
    pub fn of_request(self, request: SecurityGroupRuleRequestBuilder) -> SecurityGroupRuleRequestBuilder {
        match self {
            Peer::V4(cidr) => request.cidr_ipv4(cidr.to_string()),
            Peer::V6(cidr) => request.cidr_ipv6(cidr.to_string()),
            Peer::Group(_, group) => request.referenced_group_id(group),
            Peer::List(list) => request.prefix_list_id(list),
        }
    }
}

/// The group that a rule speaks of, with its account where that is another one.
pub fn group(rule: &SecurityGroupRule) -> Option<String> {
    let peer = rule.referenced_group_info()?;
    let group = peer.group_id()?;
    match peer.user_id() {
        Some(account) if Some(account) != rule.group_owner_id() && !account.is_empty() => {
            Some(format!("{account}/{group}"))
        }
        _ => Some(group.to_owned()),
    }
}
