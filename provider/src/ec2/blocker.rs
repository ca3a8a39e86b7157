//! What stands in the way of a deletion, so that an error can name it.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{AvailabilityMode, NetworkInterface};
use pulumi_plugin::{Again, Error, Result};

use crate::aws::{Aws, Doing as _};
use crate::ec2::filter;
use crate::ec2::groups::SERVICE_GROUP;

/// What is to be deleted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'a> {
    /// A VPC, by its id.
    Vpc(&'a str),
    /// A subnet, by its id.
    Subnet(&'a str),
    /// A security group, by its id.
    Group(&'a str),
}

/// How many of the things in the way are named.
const NAMED: usize = 5;

/// What stands in the way.
struct Holder {
    words: String,
    /// Whether it goes by itself: AWS made it for something that somebody may be deleting.
    goes: bool,
}

impl Holder {
    fn stays(words: String) -> Holder {
        Holder { words, goes: false }
    }
}

/// The refusal of a deletion, with what is still there as its hint. What somebody has to remove by hand is not waited for as long as what
/// goes by itself. Any other failure stays as it is.
pub(crate) async fn explained(aws: &Aws, error: Error, of: Of<'_>) -> Error {
    if !error.message().contains("DependencyViolation") {
        return error;
    }
    // Not being allowed to look must not hide the refusal itself.
    match holders(aws, of).await {
        Ok(found) if !found.is_empty() => held(error, &found, aws.call().gives("name")),
        _ => error,
    }
}

fn held(error: Error, found: &[Holder], named: bool) -> Error {
    let words: Vec<_> = found.iter().take(NAMED).map(|holder| holder.words.as_str()).collect();
    let more = match found.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let there = format!("still there: {}{more}", words.join(", "));
    if found.iter().any(|holder| holder.goes) {
        return error.hint(there);
    }
    let beside = match named {
        true => "; without `name`, a new one can stand beside it while they are moved",
        false => "",
    };
    error.again(Again::Held).hint(format!("{there}; nobody else removes them{beside}"))
}

async fn holders(aws: &Aws, of: Of<'_>) -> Result<Vec<Holder>> {
    match of {
        Of::Subnet(id) => interfaces(aws, "subnet-id", id).await,
        Of::Group(id) => {
            let (mut found, rules) = futures::try_join!(interfaces(aws, "group-id", id), mentions(aws, id))?;
            found.extend(rules.into_iter().map(Holder::stays));
            Ok(found)
        }
        Of::Vpc(id) => {
            let (mut found, subnets, gateways, egress, nats, groups) = futures::try_join!(
                interfaces(aws, "vpc-id", id),
                subnets(aws, id),
                gateways(aws, id),
                egress_only(aws, id),
                regional_nats(aws, id),
                groups(aws, id)
            )?;
            let gateways = gateways.into_iter().chain(egress).chain(nats);
            found.extend(subnets.into_iter().chain(gateways).map(Holder::stays).chain(groups));
            Ok(found)
        }
    }
}

/// Network interfaces, with whom they belong to: their makers are what has to go.
async fn interfaces(aws: &Aws, by: &str, id: &str) -> Result<Vec<Holder>> {
    let ask = aws.ec2().describe_network_interfaces();
    let asked = ask.filters(filter(by, [id])).send().await;
    let answer = asked.doing("looking for network interfaces of", id)?;
    let interfaces = answer.network_interfaces().iter();
    Ok(interfaces.map(|each| Holder { words: named(each), goes: each.requester_managed() == Some(true) }).collect())
}

fn named(interface: &NetworkInterface) -> String {
    let id = interface.network_interface_id().unwrap_or_default();
    let what = interface.description().filter(|text| !text.is_empty());
    let whose =
        interface.attachment().and_then(|a| a.instance_id()).or(interface.requester_id()).filter(|who| !who.is_empty());
    let about: Vec<_> =
        what.map(|what| format!("`{what}`")).into_iter().chain(whose.map(|whose| format!("of {whose}"))).collect();
    match about.is_empty() {
        true => format!("network interface {id}"),
        false => format!("network interface {id} ({})", about.join(" ")),
    }
}

/// Other security groups whose rules speak of the group.
async fn mentions(aws: &Aws, id: &str) -> Result<Vec<String>> {
    let by = |name: &'static str| async move {
        let ask = aws.ec2().describe_security_groups();
        let asked = ask.filters(filter(name, [id])).send().await;
        let answer = asked.doing("looking for rules that speak of", id)?;
        let others = answer.security_groups().iter().filter_map(|group| group.group_id());
        Ok::<BTreeSet<_>, Error>(others.filter(|other| *other != id).map(str::to_owned).collect())
    };
    let (mut found, out) = futures::try_join!(by("ip-permission.group-id"), by("egress.ip-permission.group-id"))?;
    found.extend(out);
    Ok(found.into_iter().map(|other| format!("a rule of security group {other}")).collect())
}

async fn subnets(aws: &Aws, vpc: &str) -> Result<Vec<String>> {
    let ask = aws.ec2().describe_subnets();
    let asked = ask.filters(filter("vpc-id", [vpc])).send().await;
    let answer = asked.doing("looking for subnets of", vpc)?;
    let ids = answer.subnets().iter().filter_map(|s| s.subnet_id());
    Ok(ids.map(|id| format!("subnet {id}")).collect())
}

async fn gateways(aws: &Aws, vpc: &str) -> Result<Vec<String>> {
    let ask = aws.ec2().describe_internet_gateways();
    let asked = ask.filters(filter("attachment.vpc-id", [vpc])).send().await;
    let answer = asked.doing("looking for the internet gateway of", vpc)?;
    let gateways = answer.internet_gateways().iter();
    let ids = gateways.filter_map(|g| g.internet_gateway_id());
    Ok(ids.map(|id| format!("internet gateway {id}")).collect())
}

/// AWS has no filter for those of a VPC.
async fn egress_only(aws: &Aws, vpc: &str) -> Result<Vec<String>> {
    let pages = aws.ec2().describe_egress_only_internet_gateways().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await;
    let all = all.doing("looking for egress-only internet gateways of", vpc)?;
    let own = all.iter().filter(|g| g.attachments().iter().any(|attachment| attachment.vpc_id() == Some(vpc)));
    let ids = own.filter_map(|g| g.egress_only_internet_gateway_id());
    Ok(ids.map(|id| format!("egress-only internet gateway {id}")).collect())
}

/// NAT gateways that are in no subnet.
async fn regional_nats(aws: &Aws, vpc: &str) -> Result<Vec<String>> {
    let ask = aws.ec2().describe_nat_gateways().filter(filter("vpc-id", [vpc]));
    let ask = ask.filter(filter("state", ["pending", "available", "deleting"]));
    let answer = ask.send().await.doing("looking for NAT gateways of", vpc)?;
    let own = answer.nat_gateways().iter().filter(|nat| nat.availability_mode() == Some(&AvailabilityMode::Regional));
    Ok(own.filter_map(|nat| nat.nat_gateway_id()).map(|id| format!("NAT gateway {id}")).collect())
}

async fn groups(aws: &Aws, vpc: &str) -> Result<Vec<Holder>> {
    let ask = aws.ec2().describe_security_groups();
    let asked = ask.filters(filter("vpc-id", [vpc])).send().await;
    let answer = asked.doing("looking for security groups of", vpc)?;
    let others = answer.security_groups().iter();
    Ok(others
        .filter(|group| group.group_name() != Some("default"))
        .map(|group| {
            let (id, name) = (group.group_id().unwrap_or_default(), group.group_name().unwrap_or_default());
            Holder { words: format!("security group {id} (`{name}`)"), goes: name == SERVICE_GROUP }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &[(&str, bool)], named: bool, again: Again, hint: &str) {
        let found: Vec<_> =
            found.iter().map(|(words, goes)| Holder { words: (*words).to_owned(), goes: *goes }).collect();
        let error = held(Error::new("DependencyViolation").again(Again::Later), &found, named);
        assert_eq!((error.retry(), error.to_string()), (again, format!("DependencyViolation\n  hint: {hint}")));
    }

    #[test]
    fn what_nobody_removes_is_not_waited_for_long() {
        check(&[("eni-1", true), ("sg-2", false)], true, Again::Later, "still there: eni-1, sg-2");
        check(&[("sg-2", false)], false, Again::Held, "still there: sg-2; nobody else removes them");
        let beside = "; without `name`, a new one can stand beside it while they are moved";
        check(&[("sg-2", false)], true, Again::Held, &format!("still there: sg-2; nobody else removes them{beside}"));
        let many = [("a", true); 7];
        check(&many, false, Again::Later, "still there: a, a, a, a, a and 2 more");
    }
}
