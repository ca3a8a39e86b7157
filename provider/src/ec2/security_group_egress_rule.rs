//! A rule of a security group, for what goes out.

use pulumi_plugin::{Fault, Id, Property, Resource, Result};

use crate::aws::Aws;
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

    fn check(new: &SecurityGroupRuleInputs) -> Vec<Fault> {
        rule::check(new)
    }

    fn replaces(old: &SecurityGroupRuleInputs, new: &SecurityGroupRuleInputs) -> Vec<&'static str> {
        rule::replaces(old, new)
    }

    async fn create(aws: &Aws, new: &SecurityGroupRuleInputs) -> Result<Id> {
        rule::create(aws, Direction::Egress, new).await
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let found = rule::read(aws, Direction::Egress, id).await?;
        Ok(found.map(|(inputs, arn)| SecurityGroupEgressRule { inputs, arn }))
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &SecurityGroupRuleInputs) -> Result<()> {
        rule::update(aws, id, &old.inputs, new).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let group = &old.inputs.security_group_id;
        rule::revoke(aws, Direction::Egress, group, vec![id.to_string()]).await
    }
}
