//! Rules of security groups: what those of both directions share.

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, SecurityGroupRule as AwsRule,
    SecurityGroupRuleRequest, SecurityGroupRuleUpdate, UserIdGroupPair,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Result};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::filter;
use crate::ec2::groups::{Direction, rules_of};
use crate::ec2::tags::newborn;
use crate::types::{Cidr, Cidr6, GroupDescription, Protocol};

/// The inputs of a security group rule: exactly one source or destination.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecurityGroupRuleInputs {
    /// The id of the security group that the rule belongs to.
    #[prop(replace, unique)]
    pub security_group_id: String,
    /// The IP protocol: `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all protocols, or the number of another one.
    #[prop(unique)]
    pub ip_protocol: Protocol,
    /// The first port, for TCP and UDP; the type, for ICMP, where -1 stands for all types. Not for other protocols.
    #[prop(unique, min = -1, max = 65535)]
    pub from_port: Option<i32>,
    /// The last port, for TCP and UDP; the code, for ICMP, where -1 stands for all codes. Not for other protocols.
    #[prop(unique, min = -1, max = 65535)]
    pub to_port: Option<i32>,
    /// The source or destination: an IPv4 CIDR block. A source or destination of another kind takes a new rule.
    #[prop(unique)]
    pub cidr_ipv4: Option<Cidr>,
    /// The source or destination: an IPv6 CIDR block.
    #[prop(unique)]
    pub cidr_ipv6: Option<Cidr6>,
    /// The source or destination: whatever uses a security group, by its id; `ACCOUNT/GROUP` in a peered VPC of another account.
    #[prop(unique)]
    pub referenced_security_group_id: Option<String>,
    /// The source or destination: the CIDR blocks of a prefix list, by its id.
    #[prop(unique)]
    pub prefix_list_id: Option<String>,
    /// A description of the security group rule.
    #[prop(default = GroupDescription::from(""))]
    pub description: GroupDescription,
    /// Tags of the security group rule.
    #[prop(default)]
    pub tags: Tags,
}

/// The properties that are sources or destinations.
const PEERS: [&str; 4] = ["cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId"];

/// Rules between properties.
pub(crate) fn check(new: &SecurityGroupRuleInputs) -> Vec<Fault> {
    let (protocol, from, to) = (&new.ip_protocol, new.from_port, new.to_port);
    let mut faults = Faults::of(new).one_of(&PEERS);
    for (at, port) in [("fromPort", from), ("toPort", to)] {
        let name = protocol.as_str();
        faults = match port {
            None if protocol.has_ports() => faults.when(true, at, format!("missing: {name} needs both ports")),
            Some(-1) if protocol.has_ports() => faults.when(true, at, "-1 is not a port; all ports are 0 to 65535"),
            Some(256..) if protocol.has_types() => {
                faults.when(true, at, format!("{name} has types and codes from 0 to 255, and -1 for all"))
            }
            Some(_) if !protocol.has_ports() && !protocol.has_types() => {
                faults.when(true, at, format!("protocol {name} has no ports here: leave it out"))
            }
            _ => faults,
        };
    }
    let (low, high) = (from.unwrap_or_default(), to.unwrap_or(i32::MAX));
    let upside_down = protocol.has_ports() && low > high;
    faults.when(upside_down, "toPort", format!("{high} is less than `fromPort`, which is {low}")).into_vec()
}

/// A source or destination of another kind takes a new rule.
pub(crate) fn replaces(old: &SecurityGroupRuleInputs, new: &SecurityGroupRuleInputs) -> Vec<&'static str> {
    let (old, new) = (given(old), given(new));
    let kinds = PEERS.into_iter().zip(old.into_iter().zip(new));
    kinds.filter(|(_, (old, new))| old != new).map(|(name, _)| name).collect()
}

/// Which of the sources or destinations are given.
fn given(inputs: &SecurityGroupRuleInputs) -> [bool; 4] {
    [
        inputs.cidr_ipv4.is_some(),
        inputs.cidr_ipv6.is_some(),
        inputs.referenced_security_group_id.is_some(),
        inputs.prefix_list_id.is_some(),
    ]
}

/// Adds a rule, or finds the one that allows the same traffic.
pub(crate) async fn create(aws: &Aws, way: Direction, new: &SecurityGroupRuleInputs) -> Result<Made> {
    let (ec2, group) = (aws.once().ec2(), &new.security_group_id);
    let tags = newborn(aws, ResourceType::SecurityGroupRule, &new.tags);
    let made = match way {
        Direction::Ingress => {
            let add = ec2.authorize_security_group_ingress().group_id(group).ip_permissions(permission(new));
            let added = add.tag_specifications(tags).send().await;
            added.doing("adding an ingress rule to security group", group).map(|added| added.security_group_rules)
        }
        Direction::Egress => {
            let add = ec2.authorize_security_group_egress().group_id(group).ip_permissions(permission(new));
            let added = add.tag_specifications(tags).send().await;
            added.doing("adding an egress rule to security group", group).map(|added| added.security_group_rules)
        }
    };
    match made {
        Ok(rules) => Made::new(rules.unwrap_or_default().into_iter().find_map(|rule| rule.security_group_rule_id)),
        Err(error) if is_duplicate(&error) => twin(aws, way, new).await?.map(Made::Exists).ok_or(error),
        Err(error) => Err(error),
    }
}

fn is_duplicate(error: &Error) -> bool {
    error.message().contains("InvalidPermission.Duplicate")
}

/// The rule of the group that allows the same traffic, whatever its description.
async fn twin(aws: &Aws, way: Direction, new: &SecurityGroupRuleInputs) -> Result<Option<Id>> {
    for rule in rules_of(aws, &new.security_group_id).await? {
        let id = rule.security_group_rule_id.clone();
        if Direction::of(&rule) == way && traffic(&seen(aws, rule)?) == traffic(new) {
            return Ok(id.map(Id::from));
        }
    }
    Ok(None)
}

/// What two rules of a group can't have in common.
fn traffic(rule: &SecurityGroupRuleInputs) -> SecurityGroupRuleInputs {
    SecurityGroupRuleInputs {
        from_port: port(rule, rule.from_port),
        to_port: port(rule, rule.to_port),
        description: "".into(),
        tags: Tags::new(),
        ..rule.clone()
    }
}

/// The rule of an id.
pub(crate) async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRule>> {
    let pages = |aws: &Aws, ids| {
        let ask = aws.ec2().describe_security_group_rules().filters(filter("security-group-rule-id", ids));
        ask.into_paginator().items().send()
    };
    aws.one("reading security group rules", id, pages, AwsRule::security_group_rule_id).await
}

/// The inputs and the ARN of a rule.
pub(crate) fn read(aws: &Aws, way: Direction, id: &Id, rule: AwsRule) -> Result<(SecurityGroupRuleInputs, String)> {
    let is = Direction::of(&rule);
    if is != way {
        return Err(Error::new(format!("rule `{id}` is one of the other direction"))
            .hint(format!("its type is gitinfra:ec2:SecurityGroup{is:?}Rule")));
    }
    let owner = rule.group_owner_id().unwrap_or_default();
    let arn = aws.arn("ec2", owner, &format!("security-group-rule/{id}"));
    Ok((seen(aws, rule)?, arn))
}

fn seen(aws: &Aws, rule: AwsRule) -> Result<SecurityGroupRuleInputs> {
    let protocol = Protocol::parse(rule.ip_protocol().unwrap_or_default()).map_err(Error::new)?;
    // AWS shows -1 as the ports of a protocol that has none.
    let ported = protocol.has_ports() || protocol.has_types();
    Ok(SecurityGroupRuleInputs {
        referenced_security_group_id: referenced(&rule),
        security_group_id: rule.group_id.unwrap_or_default(),
        from_port: rule.from_port.filter(|_| ported),
        to_port: rule.to_port.filter(|_| ported),
        ip_protocol: protocol,
        cidr_ipv4: rule.cidr_ipv4.as_deref().map(Cidr::parse).transpose().map_err(Error::new)?,
        cidr_ipv6: rule.cidr_ipv6.as_deref().map(Cidr6::parse).transpose().map_err(Error::new)?,
        prefix_list_id: rule.prefix_list_id,
        description: rule.description.unwrap_or_default().into(),
        tags: aws.visible(rule.tags.unwrap_or_default()),
    })
}

/// The group that a rule references, with its account where that is another one.
fn referenced(rule: &AwsRule) -> Option<String> {
    let peer = rule.referenced_group_info()?;
    let group = peer.group_id()?;
    match peer.user_id() {
        Some(account) if Some(account) != rule.group_owner_id() && !account.is_empty() => {
            Some(format!("{account}/{group}"))
        }
        _ => Some(group.to_owned()),
    }
}

/// Changes a rule in one call, so that the traffic that both versions allow is never blocked.
pub(crate) async fn update(aws: &Aws, way: Direction, id: &Id, new: &SecurityGroupRuleInputs) -> Result<()> {
    let request = SecurityGroupRuleRequest::builder()
        .ip_protocol(new.ip_protocol.as_str())
        .set_from_port(port(new, new.from_port))
        .set_to_port(port(new, new.to_port))
        .set_cidr_ipv4(new.cidr_ipv4.map(|range| range.to_string()))
        .set_cidr_ipv6(new.cidr_ipv6.map(|range| range.to_string()))
        .set_referenced_group_id(group_of(new).map(|(_, group)| group.to_owned()))
        .set_prefix_list_id(new.prefix_list_id.clone())
        .set_description(text(new));
    let change = SecurityGroupRuleUpdate::builder().security_group_rule_id(id).security_group_rule(request.build());
    let modify = aws.ec2().modify_security_group_rules().group_id(&new.security_group_id);
    match modify.security_group_rules(change.build()).send().await.done("changing rule", id) {
        Err(error) if is_duplicate(&error) => Err(in_the_way(error, twin(aws, way, new).await.ok().flatten())),
        done => done,
    }
}

/// The refusal to make a rule allow what another rule of its group allows already.
fn in_the_way(error: Error, twin: Option<Id>) -> Error {
    let which = twin.map_or("another rule".to_owned(), |id| format!("rule `{id}`"));
    error.hint(format!(
        "{which} of the group allows the same traffic. If this program has just dropped that rule, because resources are named by their \
         position in a list, name them by what they allow, and give each the resource option `aliases` with its old name; else remove one of \
         the two"
    ))
}

fn permission(new: &SecurityGroupRuleInputs) -> IpPermission {
    let v4 = |range: Cidr| IpRange::builder().cidr_ip(range.to_string()).set_description(text(new)).build();
    let v6 = |range: Cidr6| Ipv6Range::builder().cidr_ipv6(range.to_string()).set_description(text(new)).build();
    let list = |id: &String| PrefixListId::builder().prefix_list_id(id).set_description(text(new)).build();
    let group = |(account, group): (Option<&str>, &str)| {
        let pair = UserIdGroupPair::builder().group_id(group).set_user_id(account.map(str::to_owned));
        pair.set_description(text(new)).build()
    };
    IpPermission::builder()
        .ip_protocol(new.ip_protocol.as_str())
        .set_from_port(port(new, new.from_port))
        .set_to_port(port(new, new.to_port))
        .set_ip_ranges(new.cidr_ipv4.map(|range| vec![v4(range)]))
        .set_ipv6_ranges(new.cidr_ipv6.map(|range| vec![v6(range)]))
        .set_prefix_list_ids(new.prefix_list_id.as_ref().map(|id| vec![list(id)]))
        .set_user_id_group_pairs(group_of(new).map(|pair| vec![group(pair)]))
        .build()
}

/// The account and the id of the referenced group.
fn group_of(new: &SecurityGroupRuleInputs) -> Option<(Option<&str>, &str)> {
    let id = new.referenced_security_group_id.as_deref()?;
    Some(id.split_once('/').map_or((None, id), |(account, group)| (Some(account), group)))
}

/// The port as AWS wants it: without a type or code, ICMP means all of them.
fn port(new: &SecurityGroupRuleInputs, port: Option<i32>) -> Option<i32> {
    port.or(new.ip_protocol.has_types().then_some(-1))
}

/// The description, if it is not empty.
fn text(new: &SecurityGroupRuleInputs) -> Option<String> {
    crate::aws::list::filled(Some(new.description.as_str()))
}
