//! The security group that comes with a VPC, locked.

use aws_sdk_ec2::types::{SecurityGroup as AwsSecurityGroup, SecurityGroupRule};
use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result};

use crate::aws::{Aws, Tags, Told as _};
use crate::ec2::security_group::describe;
use crate::ec2::security_group_rule::{Direction, revoke, rules_of};
use crate::ec2::{filter, retag, visible};

/// What the program asks of a VPC's default security group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DefaultSecurityGroupInputs {
    /// The VPC.
    #[prop(replace)]
    pub vpc_id: String,
    /// That it has no rules, so that whatever uses it by mistake reaches nothing. Always `true`: a group whose rules are to stay needs
    /// no such resource. A refresh shows `false` where somebody has added rules, and the next update takes them away.
    #[prop(default = true)]
    pub locked: bool,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The security group that comes with a VPC, adopted and locked: every rule of it is taken away (AWS Security Hub EC2.2).
///
/// AWS neither makes nor deletes it without its VPC. Deleting this resource leaves the group as it is: locked.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DefaultSecurityGroup {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: DefaultSecurityGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The account that owns it.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for DefaultSecurityGroup {
    const TOKEN: &'static str = "gitinfra:ec2:DefaultSecurityGroup";
    type Session = Aws;
    type Inputs = DefaultSecurityGroupInputs;
    type Seen = AwsSecurityGroup;

    fn check(new: &DefaultSecurityGroupInputs) -> Vec<Fault> {
        match new.locked {
            true => Vec::new(),
            false => vec![Fault::new(
                "locked",
                "is always true: leave out the whole resource to keep the rules of the group",
            )],
        }
    }

    /// Nothing is made: the group came with the VPC, and is locked by the update that follows.
    async fn create(aws: &Aws, new: &DefaultSecurityGroupInputs) -> Result<Made> {
        let ask = aws
            .ec2()
            .describe_security_groups()
            .filters(filter("vpc-id", [&new.vpc_id]))
            .filters(filter("group-name", ["default"]));
        let found = ask.send().await.told("reading the default security group of VPC", &new.vpc_id)?;
        match found.security_groups.unwrap_or_default().into_iter().next() {
            Some(group) => Made::new(group.group_id),
            None => Err(Error::new(format!(
                "VPC `{}` is not there, or its default security group can't be seen",
                new.vpc_id
            ))),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsSecurityGroup>> {
        describe(aws, id).await
    }

    async fn read(aws: &Aws, id: &Id, group: AwsSecurityGroup) -> Result<Self> {
        if group.group_name() != Some("default") {
            return Err(Error::new(format!("`{id}` is not the default security group of a VPC"))
                .hint("its type is gitinfra:ec2:SecurityGroup"));
        }
        let rules = rules_of(aws, id.as_str()).await?;
        let owner_id = group.owner_id.unwrap_or_default();
        Ok(DefaultSecurityGroup {
            inputs: DefaultSecurityGroupInputs {
                vpc_id: group.vpc_id.unwrap_or_default(),
                locked: rules.is_empty(),
                tags: visible(aws, &group.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &owner_id, &format!("security-group/{id}")),
            owner_id,
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, _: &DefaultSecurityGroupInputs) -> Result<()> {
        lock(aws, id.as_str()).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(_: &Aws, _: &Id, _: &Self) -> Result<()> {
        Ok(())
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// Takes every rule of the group away.
async fn lock(aws: &Aws, group: &str) -> Result<()> {
    let (out, into): (Vec<SecurityGroupRule>, Vec<_>) =
        rules_of(aws, group).await?.into_iter().partition(|rule| rule.is_egress() == Some(true));
    for (way, rules) in [(Direction::Ingress, into), (Direction::Egress, out)] {
        let ids = rules.into_iter().filter_map(|rule| rule.security_group_rule_id);
        revoke(aws, way, group, ids.collect()).await?;
    }
    Ok(())
}
