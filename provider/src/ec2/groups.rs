//! Security groups as EC2 has them: looking one up, and the rules of one.

use aws_sdk_ec2::types::{SecurityGroup, SecurityGroupRule};
use pulumi_plugin::Result;

use crate::aws::{Aws, Doing as _};
use crate::ec2::filter;

/// What CloudFront calls the security group that it makes in a VPC with VPC origins. It goes by itself some time after the last of them.
pub(crate) const SERVICE_GROUP: &str = "CloudFront-VPCOrigins-Service-SG";

/// Which way a rule lets traffic through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the group's members.
    Ingress,
    /// From the group's members.
    Egress,
}

impl Direction {
    /// The direction of a rule.
    pub fn of(rule: &SecurityGroupRule) -> Direction {
        if rule.is_egress == Some(true) { Direction::Egress } else { Direction::Ingress }
    }
}

/// The security group of an id.
pub(crate) async fn group(aws: &Aws, id: &str) -> Result<Option<SecurityGroup>> {
    let pages = |aws: &Aws, ids| {
        aws.ec2().describe_security_groups().filters(filter("group-id", ids)).into_paginator().items().send()
    };
    aws.one("reading security groups", id, pages, SecurityGroup::group_id).await
}

/// The default security group of a VPC.
pub(crate) async fn default_of(aws: &Aws, vpc: &str) -> Result<Option<SecurityGroup>> {
    let pages = |aws: &Aws, vpcs| {
        let ask = aws.ec2().describe_security_groups().filters(filter("vpc-id", vpcs));
        ask.filters(filter("group-name", ["default"])).into_paginator().items().send()
    };
    aws.one("reading default security groups", vpc, pages, SecurityGroup::vpc_id).await
}

/// The security group of a name in a VPC.
pub(crate) async fn named(aws: &Aws, vpc: &str, name: &str) -> Result<Option<SecurityGroup>> {
    let ask = aws.ec2().describe_security_groups().filters(filter("vpc-id", [vpc]));
    let found = ask.filters(filter("group-name", [name])).send().await;
    let found = found.doing("looking for security group", name)?.security_groups.unwrap_or_default();
    Ok(found.into_iter().find(|group| group.group_name() == Some(name)))
}

/// The rules of a security group, in both directions.
pub(crate) async fn rules_of(aws: &Aws, group: &str) -> Result<Vec<SecurityGroupRule>> {
    let pages = |aws: &Aws, groups| {
        aws.ec2().describe_security_group_rules().filters(filter("group-id", groups)).into_paginator().items().send()
    };
    aws.many("reading the rules of security groups", group, pages, SecurityGroupRule::group_id).await
}

/// Removes rules from a group. None of them being there is success.
pub(crate) async fn revoke(aws: &Aws, way: Direction, group: &str, rules: Vec<String>) -> Result<()> {
    const GONE: [&str; 3] =
        ["InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound"];
    if rules.is_empty() {
        return Ok(());
    }
    let what = format!("removing rules {} from security group", rules.join(", "));
    match way {
        Direction::Ingress => {
            let revoke = aws.ec2().revoke_security_group_ingress().group_id(group);
            let revoked = revoke.set_security_group_rule_ids(Some(rules)).send().await;
            revoked.unless(&GONE).done(what, group)
        }
        Direction::Egress => {
            let revoke = aws.ec2().revoke_security_group_egress().group_id(group);
            let revoked = revoke.set_security_group_rule_ids(Some(rules)).send().await;
            revoked.unless(&GONE).done(what, group)
        }
    }
}
