//! The default security group of a VPC, locked.

use aws_sdk_ec2::types::SecurityGroup as AwsSecurityGroup;
use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result};

use crate::aws::{Aws, Tags};
use crate::ec2::groups::{Direction, default_of, group, revoke, rules_of};
use crate::ec2::tags::retag;

/// The inputs of a VPC's default security group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DefaultSecurityGroupInputs {
    /// The id of the VPC whose default security group this is.
    #[prop(replace, unique)]
    pub vpc_id: String,
    /// Whether the security group has no rules, so that nothing can reach or be reached by what uses it by mistake. Always `true`: to keep the rules
    /// of the group, leave out this resource. A refresh shows `false` where somebody has added rules, and the next update removes them.
    #[prop(default = true)]
    pub locked: bool,
    /// Tags of the security group.
    #[prop(default)]
    pub tags: Tags,
}

/// The default security group of a VPC, taken into the program and locked: every rule of it is removed (AWS Security Hub control EC2.2).
///
/// AWS creates and deletes the group together with its VPC. To delete this resource leaves the group as it is, locked.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DefaultSecurityGroup {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: DefaultSecurityGroupInputs,
    /// The ARN of the security group.
    #[prop(stable)]
    pub arn: String,
    /// The id of the account that owns the security group.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for DefaultSecurityGroup {
    const TOKEN: &'static str = "gitinfra:ec2:DefaultSecurityGroup";
    type Session = Aws;
    type Inputs = DefaultSecurityGroupInputs;
    type Seen = AwsSecurityGroup;

    fn check(new: &DefaultSecurityGroupInputs) -> Vec<Fault> {
        let why = "is always true: leave out the whole resource to keep the rules of the group";
        if new.locked { Vec::new() } else { vec![Fault::new("locked", why)] }
    }

    /// Nothing is created: the group came with the VPC, and the update that follows locks it.
    async fn create(aws: &Aws, new: &DefaultSecurityGroupInputs) -> Result<Made> {
        match default_of(aws, &new.vpc_id).await? {
            Some(group) => Made::new(group.group_id),
            None => Err(Error::new(format!("the default security group of VPC `{}` can't be found", new.vpc_id))
                .hint("check that the VPC exists, and that the credentials allow ec2:DescribeSecurityGroups")),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsSecurityGroup>> {
        group(aws, id.as_str()).await
    }

    async fn read(aws: &Aws, id: &Id, group: AwsSecurityGroup) -> Result<Self> {
        if group.group_name() != Some("default") {
            return Err(Error::new(format!("`{id}` is not the default security group of a VPC"))
                .hint("its type is gitinfra:ec2:SecurityGroup"));
        }
        let owner_id = group.owner_id.unwrap_or_default();
        Ok(DefaultSecurityGroup {
            inputs: DefaultSecurityGroupInputs {
                vpc_id: group.vpc_id.unwrap_or_default(),
                locked: rules_of(aws, id.as_str()).await?.is_empty(),
                tags: aws.visible(group.tags.unwrap_or_default()),
            },
            arn: aws.arn("ec2", &owner_id, &format!("security-group/{id}")),
            owner_id,
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, _: &DefaultSecurityGroupInputs) -> Result<()> {
        let rules = rules_of(aws, id.as_str()).await?;
        for way in [Direction::Ingress, Direction::Egress] {
            let those = rules.iter().filter(|rule| Direction::of(rule) == way);
            let ids = those.filter_map(|rule| rule.security_group_rule_id.clone()).collect();
            revoke(aws, way, id.as_str(), ids).await?;
        }
        Ok(())
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
