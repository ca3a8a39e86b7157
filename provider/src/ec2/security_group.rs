//! A security group.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType, SecurityGroup as AwsSecurityGroup};
use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Batch, Tags, Told as _};
use crate::ec2::blocker::{Of, explained};
use crate::ec2::security_group_rule::{Direction, revoke, rules_of};
use crate::ec2::{born, by_id, filter, newborn, once, retag, visible};

/// What the program asks of a security group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecurityGroupInputs {
    /// The name, within the VPC. Default: made from the resource's own.
    #[prop(replace, unique, autoname = 255)]
    pub name: String,
    /// What it is for. AWS never changes it.
    #[prop(default = "Managed by gitinfra".to_owned(), replace)]
    pub description: String,
    /// The VPC.
    #[prop(replace, unique)]
    pub vpc_id: String,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// Who may speak with its members, and with whom they may: nobody, until a `SecurityGroupIngressRule` or a `SecurityGroupEgressRule` says so.
///
/// The rule by which AWS lets a new group speak with everybody is taken away at birth.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecurityGroup {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: SecurityGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The account that owns it.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for SecurityGroup {
    const TOKEN: &'static str = "gitinfra:ec2:SecurityGroup";
    // Interfaces of load balancers and functions linger after these are gone.
    const WAIT: Wait = Wait::seconds(2, 1200);
    type Session = Aws;
    type Inputs = SecurityGroupInputs;
    type Seen = AwsSecurityGroup;

    fn check(new: &SecurityGroupInputs) -> Vec<Fault> {
        let mut faults: Vec<_> = [("name", &new.name), ("description", &new.description)]
            .into_iter()
            .filter_map(|(at, text)| Some(Fault::new(at, unfit(text)?)))
            .collect();
        if new.name.starts_with("sg-") || new.name.eq_ignore_ascii_case("default") {
            faults.push(Fault::new(
                "name",
                format!(
                    "`{}` is not allowed: AWS keeps `default` and what begins with `sg-` for itself; give another `name`",
                    new.name
                ),
            ));
        }
        faults
    }

    async fn earlier(aws: &Aws, _: &SecurityGroupInputs) -> Result<Option<Id>> {
        Ok(born(aws, ResourceType::SecurityGroup).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &SecurityGroupInputs) -> Result<Made> {
        let create = aws
            .ec2()
            .create_security_group()
            .group_name(&new.name)
            .description(&new.description)
            .vpc_id(&new.vpc_id)
            .tag_specifications(newborn(aws, ResourceType::SecurityGroup, &new.tags));
        let made = create.customize().config_override(once()).send().await;
        match made.unless(&["InvalidGroup.Duplicate"]).told("creating security group", &new.name)? {
            Some(made) => Made::new(made.group_id),
            None => Ok(Made::Exists(named(aws, new).await?)),
        }
    }

    async fn finish(aws: &Aws, id: &Id, _: &SecurityGroupInputs) -> Result<()> {
        close(aws, id).await
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsSecurityGroup>> {
        describe(aws, id).await
    }

    async fn read(aws: &Aws, id: &Id, group: AwsSecurityGroup) -> Result<Self> {
        let owner_id = group.owner_id.unwrap_or_default();
        Ok(SecurityGroup {
            inputs: SecurityGroupInputs {
                name: group.group_name.unwrap_or_default(),
                description: group.description.unwrap_or_default(),
                vpc_id: group.vpc_id.unwrap_or_default(),
                tags: visible(aws, &group.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &owner_id, &format!("security-group/{id}")),
            owner_id,
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &SecurityGroupInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ec2().delete_security_group().group_id(id.as_str());
        let deleted = delete.send().await.unless(&["InvalidGroup.NotFound"]);
        match deleted.told("deleting security group", id.as_str()) {
            Ok(_) => Ok(()),
            Err(error) => Err(explained(aws, error, Of::Group(id.as_str())).await),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The group that has the name already.
async fn named(aws: &Aws, new: &SecurityGroupInputs) -> Result<Id> {
    let ask = aws.ec2().describe_security_groups().filters(filter("vpc-id", [&new.vpc_id]));
    let found = ask.filters(filter("group-name", [&new.name])).send().await;
    let found = found.told("looking for security group", &new.name)?.security_groups.unwrap_or_default();
    let id = found.into_iter().find_map(|group| group.group_id).map(Id::from);
    id.ok_or_else(|| Error::new(format!("security group `{}` exists already, but can't be seen", new.name)))
}

/// The security group of an id. Asked together with others that are asked about at the same moment.
pub(crate) async fn describe(aws: &Aws, id: &Id) -> Result<Option<AwsSecurityGroup>> {
    static BATCH: LazyLock<Batch<AwsSecurityGroup>> = LazyLock::new(Batch::default);
    let ec2 = aws.ec2();
    let ask = async move |ids: Vec<String>| {
        let ask = ec2.describe_security_groups().filters(filter("group-id", ids));
        let found = ask.into_paginator().items().send();
        by_id(found, "reading security groups", AwsSecurityGroup::group_id).await
    };
    BATCH.ask(aws.place(), id.as_str(), ask).await
}

/// What AWS would not take of a name or a description.
pub(crate) fn unfit(text: &str) -> Option<String> {
    const SIGNS: &str = " ._-:/()#,@[]+=&;{}!$*";
    if text.is_empty() || text.len() > 255 {
        return Some(format!("has {} characters; 1 to 255 are allowed", text.len()));
    }
    let odd = text.chars().find(|c| !c.is_ascii_alphanumeric() && !SIGNS.contains(*c))?;
    Some(format!("`{odd}` is not allowed: there are letters from a to z, digits, spaces and {}", SIGNS.trim_start()))
}

/// Takes the rules away that let a new group speak with everybody.
async fn close(aws: &Aws, id: &Id) -> Result<()> {
    // By what it says, not by its id: a group this young may be listed without its rules.
    let everybody =
        IpPermission::builder().ip_protocol("-1").ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build()).build();
    let revoke_it = aws.ec2().revoke_security_group_egress().group_id(id.as_str()).ip_permissions(everybody);
    let revoked = revoke_it.send().await.unless(&["InvalidPermission.NotFound"]);
    revoked.told("closing security group", id.as_str())?;
    // A VPC with IPv6 gives the group a second such rule.
    let rules = rules_of(aws, id.as_str()).await?.into_iter();
    let open = rules.filter(|rule| {
        rule.is_egress() == Some(true)
            && rule.ip_protocol() == Some("-1")
            && matches!(rule.cidr_ipv4().or(rule.cidr_ipv6()), Some("0.0.0.0/0" | "::/0"))
    });
    let ids: Vec<_> = open.filter_map(|rule| rule.security_group_rule_id).collect();
    revoke(aws, Direction::Egress, id.as_str(), ids).await
}

#[cfg(test)]
mod tests {
    use super::unfit;

    #[test]
    fn knows_what_names_are_made_of() {
        for (text, fits) in [("web", true), ("web (blue), $1", true), ("", false), ("ウェブ", false), ("a'b", false)]
        {
            assert_eq!(unfit(text).is_none(), fits, "{text}");
        }
        assert!(unfit(&"a".repeat(255)).is_none());
        assert!(unfit(&"a".repeat(256)).is_some());
    }
}
