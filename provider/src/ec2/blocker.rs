//! What stands in the way of a deletion, so that an error can name it.

use aws_sdk_ec2::types::NetworkInterface;
use pulumi_plugin::{Error, Result};

use crate::aws::{Aws, Told as _};
use crate::ec2::filter;

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

/// The refusal of a deletion, with what is still there as its hint. Any other failure stays as it is.
pub(crate) async fn explained(aws: &Aws, error: Error, of: Of<'_>) -> Error {
    if !error.message().contains("DependencyViolation") {
        return error;
    }
    // Not being allowed to look must not hide the refusal itself.
    let Ok(mut found) = blockers(aws, of).await else {
        return error;
    };
    let more = found.len().saturating_sub(NAMED);
    found.truncate(NAMED);
    match (found.is_empty(), more) {
        (true, _) => error,
        (false, 0) => error.hint(format!("still there: {}", found.join(", "))),
        (false, more) => error.hint(format!("still there: {} and {more} more", found.join(", "))),
    }
}

async fn blockers(aws: &Aws, of: Of<'_>) -> Result<Vec<String>> {
    match of {
        Of::Subnet(id) => interfaces(aws, "subnet-id", id).await,
        Of::Group(id) => {
            let (mut found, rules) = futures::try_join!(interfaces(aws, "group-id", id), mentions(aws, id))?;
            found.extend(rules);
            Ok(found)
        }
        Of::Vpc(id) => {
            let (mut found, subnets, gateways, groups) = futures::try_join!(
                interfaces(aws, "vpc-id", id),
                subnets(aws, id),
                gateways(aws, id),
                groups(aws, id)
            )?;
            found.extend(subnets);
            found.extend(gateways);
            found.extend(groups);
            Ok(found)
        }
    }
}

/// Network interfaces, with whom they belong to: their makers are what has to go.
async fn interfaces(aws: &Aws, by: &str, id: &str) -> Result<Vec<String>> {
    let ask = aws.ec2().describe_network_interfaces();
    let asked = ask.filters(filter(by, [id])).send().await;
    let answer = asked.told("looking for network interfaces of", id)?;
    Ok(answer.network_interfaces().iter().map(named).collect::<Vec<_>>())
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
        let answer = asked.told("looking for rules that speak of", id)?;
        let others = answer.security_groups().iter();
        Ok::<_, Error>(
            others
                .filter_map(|group| group.group_id())
                .filter(|other| *other != id)
                .map(|other| format!("a rule of security group {other}"))
                .collect::<Vec<_>>(),
        )
    };
    let (mut found, out) = futures::try_join!(by("ip-permission.group-id"), by("egress.ip-permission.group-id"))?;
    found.extend(out);
    Ok(found)
}

async fn subnets(aws: &Aws, vpc: &str) -> Result<Vec<String>> {
    let ask = aws.ec2().describe_subnets();
    let asked = ask.filters(filter("vpc-id", [vpc])).send().await;
    let answer = asked.told("looking for subnets of", vpc)?;
    let ids = answer.subnets().iter().filter_map(|s| s.subnet_id());
    Ok(ids.map(|id| format!("subnet {id}")).collect())
}

async fn gateways(aws: &Aws, vpc: &str) -> Result<Vec<String>> {
    let ask = aws.ec2().describe_internet_gateways();
    let asked = ask.filters(filter("attachment.vpc-id", [vpc])).send().await;
    let answer = asked.told("looking for the internet gateway of", vpc)?;
    let gateways = answer.internet_gateways().iter();
    let ids = gateways.filter_map(|g| g.internet_gateway_id());
    Ok(ids.map(|id| format!("internet gateway {id}")).collect())
}

async fn groups(aws: &Aws, vpc: &str) -> Result<Vec<String>> {
    let ask = aws.ec2().describe_security_groups();
    let asked = ask.filters(filter("vpc-id", [vpc])).send().await;
    let answer = asked.told("looking for security groups of", vpc)?;
    let others = answer.security_groups().iter();
    Ok(others
        .filter(|group| group.group_name() != Some("default"))
        .map(|group| {
            let id = group.group_id().unwrap_or_default();
            format!("security group {id} (`{}`)", group.group_name().unwrap_or_default())
        })
        .collect())
}
