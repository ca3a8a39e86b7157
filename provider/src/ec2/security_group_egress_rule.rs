//! A rule of a security group, for what goes out.

use aws_sdk_ec2::types::SecurityGroupRule as AwsRule;
use pulumi_plugin::{Fault, Id, Made, Property, Resource, Result};

use crate::aws::{Aws, Tags};
use crate::ec2::retag;
use crate::ec2::security_group_rule::{self as rule, Direction, SecurityGroupRuleArgs, SecurityGroupRuleInputs};

/// What the members of a security group may reach. It is known by an id of its own, and changes in place, unless it is for a peer of another kind.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecurityGroupEgressRule {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: SecurityGroupRuleInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for SecurityGroupEgressRule {
    const TOKEN: &'static str = "gitinfra:ec2:SecurityGroupEgressRule";
    type Session = Aws;
    type Inputs = SecurityGroupRuleInputs;
    type Seen = AwsRule;

    fn check(new: &SecurityGroupRuleInputs) -> Vec<Fault> {
        rule::check(new)
    }

    fn replaces(old: &SecurityGroupRuleInputs, new: &SecurityGroupRuleInputs) -> Vec<&'static str> {
        rule::replaces(old, new)
    }

    async fn earlier(aws: &Aws, _: &SecurityGroupRuleInputs) -> Result<Option<Id>> {
        rule::earlier(aws).await
    }

    async fn create(aws: &Aws, new: &SecurityGroupRuleInputs) -> Result<Made> {
        rule::create(aws, Direction::Egress, new).await
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRule>> {
        rule::find(aws, id).await
    }

    async fn read(aws: &Aws, id: &Id, rule: AwsRule) -> Result<Self> {
        let (inputs, arn) = rule::read(aws, Direction::Egress, id, rule)?;
        Ok(SecurityGroupEgressRule { inputs, arn })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &SecurityGroupRuleInputs) -> Result<()> {
        rule::update(aws, Direction::Egress, id, new).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let group = &old.inputs.security_group_id;
        rule::revoke(aws, Direction::Egress, group, vec![id.to_string()]).await
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
