//! An egress rule of a security group.

use aws_sdk_ec2::types::{ResourceType, SecurityGroupRule as AwsRule};
use pulumi_plugin::{Fault, Id, Made, Property, Resource, Result};

use crate::aws::{Aws, Tags};
use crate::ec2::groups::{Direction, revoke};
use crate::ec2::security_group_rule::{self as rule, SecurityGroupRuleArgs, SecurityGroupRuleInputs};
use crate::ec2::tags::{earlier, retag};

/// An egress rule of a security group: allows outbound traffic to a destination. It changes in place, unless the destination becomes one of another
/// kind.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecurityGroupEgressRule {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: SecurityGroupRuleInputs,
    /// The ARN of the security group rule.
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
        Ok(earlier(aws, ResourceType::SecurityGroupRule).await?.map(Id::from))
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
        revoke(aws, Direction::Egress, &old.inputs.security_group_id, vec![id.to_string()]).await
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
