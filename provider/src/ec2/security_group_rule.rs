//! Rules of security groups: what those for both directions share.

mod peer;

use std::sync::LazyLock;

use aws_sdk_ec2::types::{
    IpPermission, ResourceType, SecurityGroupRule as AwsRule, SecurityGroupRuleRequest, SecurityGroupRuleUpdate,
    TagSpecification,
};
use pulumi_plugin::{Error, Fault, Id, Made, Property, Result};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::security_group::unfit;
use crate::ec2::{born, by_id, filter, newborn, once, visible};
use crate::types::{Cidr, Cidr6, Protocol};
use peer::Peer;

/// What the program asks of a rule: exactly one peer.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecurityGroupRuleInputs {
    /// The security group.
    #[prop(replace, unique)]
    pub security_group_id: String,
    /// The protocol: `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or the number of another one.
    #[prop(unique)]
    pub ip_protocol: Protocol,
    /// The first port, for TCP and UDP; the type, for ICMP, where -1 is all. Not for other protocols.
    #[prop(unique, min = -1, max = 65535)]
    pub from_port: Option<i32>,
    /// The last port, for TCP and UDP; the code, for ICMP, where -1 is all. Not for other protocols.
    #[prop(unique, min = -1, max = 65535)]
    pub to_port: Option<i32>,
    /// The peer: an IPv4 range. A peer of another kind takes a new rule.
    #[prop(unique)]
    pub cidr_ipv4: Option<Cidr>,
    /// The peer: an IPv6 range.
    #[prop(unique)]
    pub cidr_ipv6: Option<Cidr6>,
    /// The peer: the members of a security group; `ACCOUNT/GROUP` in a peered VPC of another account.
    #[prop(unique)]
    pub referenced_security_group_id: Option<String>,
    /// The peer: the ranges of a prefix list.
    #[prop(unique)]
    pub prefix_list_id: Option<String>,
    /// What it is for.
    #[prop(default)]
    pub description: String,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// Which way a rule lets traffic through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the group's members.
    Ingress,
    /// From the group's members.
    Egress,
}

impl Direction {
    fn of(rule: &AwsRule) -> Direction {
        if rule.is_egress == Some(true) { Direction::Egress } else { Direction::Ingress }
    }
}

/// Rules across the properties.
pub(crate) fn check(new: &SecurityGroupRuleInputs) -> Vec<Fault> {
    let mut faults = Peer::check(new);
    let protocol = new.ip_protocol.as_str();
    for (at, port) in [("fromPort", new.from_port), ("toPort", new.to_port)] {
        let why = match port {
            None if new.ip_protocol.has_ports() => format!("missing: {protocol} needs both ports"),
            Some(-1) if new.ip_protocol.has_ports() => "-1 is no port; all of them are 0 to 65535".to_owned(),
            Some(256..) if new.ip_protocol.has_types() => {
                format!("{protocol} has types and codes from 0 to 255, and -1 for all")
            }
            Some(_) if !new.ip_protocol.has_ports() && !new.ip_protocol.has_types() => {
                format!("protocol {protocol} has no ports here: leave it out")
            }
            _ => continue,
        };
        faults.push(Fault::new(at, why));
    }
    if let (true, Some(from), Some(to)) = (new.ip_protocol.has_ports(), new.from_port, new.to_port)
        && from > to
    {
        faults.push(Fault::new("toPort", format!("{to} is below `fromPort`, which is {from}")));
    }
    if let Some(why) = unfit(&new.description).filter(|_| !new.description.is_empty()) {
        faults.push(Fault::new("description", why));
    }
    faults
}

/// A peer of another kind takes a new rule.
pub(crate) fn replaces(old: &SecurityGroupRuleInputs, new: &SecurityGroupRuleInputs) -> Vec<&'static str> {
    let (old, new) = (Peer::given(old), Peer::given(new));
    match old == new {
        true => Vec::new(),
        false => old.into_iter().chain(new).collect(),
    }
}

/// What an earlier attempt made.
pub(crate) async fn earlier(aws: &Aws) -> Result<Option<Id>> {
    Ok(born(aws, ResourceType::SecurityGroupRule).await?.map(Id::from))
}

/// Makes a rule, or finds the one that says the same.
pub(crate) async fn create(aws: &Aws, way: Direction, new: &SecurityGroupRuleInputs) -> Result<Made> {
    let tags = newborn(aws, ResourceType::SecurityGroupRule, &new.tags);
    match authorize(aws, way, new, tags).await {
        Ok(made) => Made::new(made.into_iter().find_map(|rule| rule.security_group_rule_id)),
        Err(error) if is_duplicate(&error) => twin(aws, way, new).await?.map(Made::Exists).ok_or(error),
        Err(error) => Err(error),
    }
}

async fn authorize(
    aws: &Aws,
    way: Direction,
    new: &SecurityGroupRuleInputs,
    tags: TagSpecification,
) -> Result<Vec<AwsRule>> {
    let (ec2, group, permission) = (aws.ec2(), &new.security_group_id, permission(new)?);
    let rules = match way {
        Direction::Ingress => {
            let add = ec2.authorize_security_group_ingress().group_id(group);
            let add = add.ip_permissions(permission).tag_specifications(tags);
            let added = add.customize().config_override(once()).send().await;
            added.told("adding an ingress rule to security group", group)?.security_group_rules
        }
        Direction::Egress => {
            let add = ec2.authorize_security_group_egress().group_id(group);
            let add = add.ip_permissions(permission).tag_specifications(tags);
            let added = add.customize().config_override(once()).send().await;
            added.told("adding an egress rule to security group", group)?.security_group_rules
        }
    };
    Ok(rules.unwrap_or_default())
}

fn is_duplicate(error: &Error) -> bool {
    error.message().contains("InvalidPermission.Duplicate")
}

/// The rule of the group that lets the same traffic through, whatever its description.
async fn twin(aws: &Aws, way: Direction, new: &SecurityGroupRuleInputs) -> Result<Option<Id>> {
    for rule in rules_of(aws, &new.security_group_id).await? {
        let id = rule.security_group_rule_id.clone();
        if Direction::of(&rule) == way && traffic(&seen(aws, rule)?) == traffic(new) {
            return Ok(id.map(Id::from));
        }
    }
    Ok(None)
}

/// What of a rule AWS has only once in a group.
fn traffic(rule: &SecurityGroupRuleInputs) -> SecurityGroupRuleInputs {
    SecurityGroupRuleInputs {
        from_port: port(rule, rule.from_port),
        to_port: port(rule, rule.to_port),
        description: String::new(),
        tags: Tags::new(),
        ..rule.clone()
    }
}

/// The inputs of a rule as AWS has it, with its ARN.
pub(crate) fn read(aws: &Aws, way: Direction, id: &Id, rule: AwsRule) -> Result<(SecurityGroupRuleInputs, String)> {
    let other = match Direction::of(&rule) {
        is if is == way => None,
        Direction::Ingress => Some("SecurityGroupIngressRule"),
        Direction::Egress => Some("SecurityGroupEgressRule"),
    };
    if let Some(other) = other {
        return Err(Error::new(format!("rule `{id}` is one of the other direction"))
            .hint(format!("its type is gitinfra:ec2:{other}")));
    }
    let owner = rule.group_owner_id().unwrap_or_default();
    let arn = aws.arn("ec2", owner, &format!("security-group-rule/{id}"));
    Ok((seen(aws, rule)?, arn))
}

fn seen(aws: &Aws, rule: AwsRule) -> Result<SecurityGroupRuleInputs> {
    let protocol = Protocol::parse(rule.ip_protocol().unwrap_or_default()).map_err(Error::new)?;
    // AWS shows -1 as the ports of what has none.
    let ported = protocol.has_ports() || protocol.has_types();
    Ok(SecurityGroupRuleInputs {
        referenced_security_group_id: peer::group(&rule),
        security_group_id: rule.group_id.unwrap_or_default(),
        from_port: rule.from_port.filter(|_| ported),
        to_port: rule.to_port.filter(|_| ported),
        ip_protocol: protocol,
        cidr_ipv4: rule.cidr_ipv4.as_deref().map(Cidr::parse).transpose().map_err(Error::new)?,
        cidr_ipv6: rule.cidr_ipv6.as_deref().map(Cidr6::parse).transpose().map_err(Error::new)?,
        prefix_list_id: rule.prefix_list_id,
        description: rule.description.unwrap_or_default(),
        tags: visible(aws, &rule.tags.unwrap_or_default()),
    })
}

/// Brings a rule to new inputs, in one call: there is no moment without it.
pub(crate) async fn update(aws: &Aws, way: Direction, id: &Id, new: &SecurityGroupRuleInputs) -> Result<()> {
    let request = SecurityGroupRuleRequest::builder()
        .ip_protocol(new.ip_protocol.as_str())
        .set_from_port(port(new, new.from_port))
        .set_to_port(port(new, new.to_port))
        .set_description(description(new));
    let update = SecurityGroupRuleUpdate::builder()
        .security_group_rule_id(id)
        .security_group_rule(Peer::of(new)?.of_request(request).build())
        .build();
    let modify = aws.ec2().modify_security_group_rules().group_id(&new.security_group_id);
    let modified = modify.security_group_rules(update).send().await.told("changing rule", id.as_str());
    match modified {
        Err(error) if is_duplicate(&error) => Err(in_the_way(error, twin(aws, way, new).await.ok().flatten())),
        done => done.map(drop),
    }
}

/// The refusal of a change to what another rule says already: it can't be made while that one is there.
fn in_the_way(error: Error, twin: Option<Id>) -> Error {
    let which = twin.map_or("another rule".to_owned(), |id| format!("rule `{id}`"));
    error.hint(format!(
        "{which} of the group says the same. If it is one of this program that is about to be deleted, let the two keep their names (the          resource option `aliases` gives a renamed resource its old one), or run `pulumi up` without this rule first; else remove it from          the group or from the program"
    ))
}

/// Takes rules away from a group. None of them being there is success.
pub(crate) async fn revoke(aws: &Aws, way: Direction, group: &str, rules: Vec<String>) -> Result<()> {
    const GONE: [&str; 3] =
        ["InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound"];
    if rules.is_empty() {
        return Ok(());
    }
    let (ec2, names) = (aws.ec2(), rules.join(", "));
    let doing = format!("taking rules {names} from security group");
    match way {
        Direction::Ingress => {
            let take = ec2.revoke_security_group_ingress().group_id(group);
            let taken = take.set_security_group_rule_ids(Some(rules)).send().await;
            taken.unless(&GONE).told(&doing, group).map(drop)
        }
        Direction::Egress => {
            let take = ec2.revoke_security_group_egress().group_id(group);
            let taken = take.set_security_group_rule_ids(Some(rules)).send().await;
            taken.unless(&GONE).told(&doing, group).map(drop)
        }
    }
}

/// All rules of a group.
pub(crate) async fn rules_of(aws: &Aws, group: &str) -> Result<Vec<AwsRule>> {
    let ask = aws.ec2().describe_security_group_rules().filters(filter("group-id", [group]));
    let found = ask.into_paginator().items().send();
    let id = AwsRule::security_group_rule_id;
    let found = by_id(found, "reading the rules of security groups", id).await?;
    Ok(found.into_values().collect())
}

/// The rule of an id. Asked together with others that are asked about at the same moment.
pub(crate) async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRule>> {
    static BATCH: LazyLock<Batch<AwsRule>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let ask = ec2.describe_security_group_rules().filters(filter("security-group-rule-id", ids));
        let found = ask.into_paginator().items().send();
        let id = AwsRule::security_group_rule_id;
        by_id(found, "reading security group rules", id).await
    };
    BATCH.ask(aws.place(), id.as_str(), ask).await
}

fn permission(new: &SecurityGroupRuleInputs) -> Result<IpPermission> {
    let permission = IpPermission::builder()
        .ip_protocol(new.ip_protocol.as_str())
        .set_from_port(port(new, new.from_port))
        .set_to_port(port(new, new.to_port));
    Ok(Peer::of(new)?.of_permission(permission, description(new)).build())
}

/// The port as AWS wants it: ICMP's types and codes are all of them unless they are given.
fn port(new: &SecurityGroupRuleInputs, port: Option<i32>) -> Option<i32> {
    port.or(new.ip_protocol.has_types().then_some(-1))
}

fn description(new: &SecurityGroupRuleInputs) -> Option<String> {
    Some(new.description.clone()).filter(|text| !text.is_empty())
}
