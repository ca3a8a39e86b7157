//! A security group.

use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType, SecurityGroup as AwsSecurityGroup};
use pulumi_plugin::{Again, Error, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::blocker::{Of, explained};
use crate::ec2::groups::{Direction, group, named, revoke, rules_of};
use crate::ec2::tags::{earlier, newborn, retag};
use crate::types::{GroupDescription, GroupName};

/// The inputs of a security group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecurityGroupInputs {
    /// The name of the security group, which no other group of the VPC has. Default: made from the resource's own name. Leave it out where the
    /// group may have to be replaced while something uses it: a group with a given name can't be replaced before everything has let go of it.
    #[prop(replace, unique, autoname = 255)]
    pub name: GroupName,
    /// A description of the security group. AWS can't change it: another one takes a new group.
    #[prop(default = GroupDescription::from("Managed by gitinfra"), replace)]
    pub description: GroupDescription,
    /// The id of the VPC that the security group belongs to.
    #[prop(replace, unique)]
    pub vpc_id: String,
    /// Tags of the security group.
    #[prop(default)]
    pub tags: Tags,
}

/// A security group: a stateful firewall around the network interfaces that use it. It is closed in both directions until
/// `SecurityGroupIngressRule`s and `SecurityGroupEgressRule`s are added.
///
/// AWS gives a new group a rule that allows all outbound traffic. This resource removes it when it creates the group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecurityGroup {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: SecurityGroupInputs,
    /// The ARN of the security group.
    #[prop(stable)]
    pub arn: String,
    /// The id of the account that owns the security group.
    #[prop(stable)]
    pub owner_id: String,
}

impl Resource for SecurityGroup {
    const TOKEN: &'static str = "gitinfra:ec2:SecurityGroup";
    // Network interfaces of load balancers and functions stay for minutes after their owners are gone.
    const WAIT: Wait = Wait::seconds(2, 1200);
    type Session = Aws;
    type Inputs = SecurityGroupInputs;
    type Seen = AwsSecurityGroup;

    async fn earlier(aws: &Aws, _: &SecurityGroupInputs) -> Result<Option<Id>> {
        Ok(earlier(aws, ResourceType::SecurityGroup).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &SecurityGroupInputs) -> Result<Made> {
        let create = aws
            .once()
            .ec2()
            .create_security_group()
            .group_name(new.name.as_str())
            .description(new.description.as_str())
            .vpc_id(&new.vpc_id)
            .tag_specifications(newborn(aws, ResourceType::SecurityGroup, &new.tags));
        let made = create.send().await.unless(&["InvalidGroup.Duplicate"]);
        if let Some(made) = made.doing("creating security group", &new.name)? {
            return Made::new(made.group_id);
        }
        let other = named(aws, &new.vpc_id, new.name.as_str()).await?.and_then(|group| group.group_id);
        other.map(|id| Made::Exists(Id::from(id))).ok_or_else(|| {
            Error::new(format!("security group `{}` exists already, but can't be seen", new.name)).again(Again::Soon)
        })
    }

    async fn finish(aws: &Aws, id: &Id, _: &SecurityGroupInputs) -> Result<()> {
        close(aws, id).await
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsSecurityGroup>> {
        group(aws, id.as_str()).await
    }

    async fn read(aws: &Aws, id: &Id, group: AwsSecurityGroup) -> Result<Self> {
        let owner_id = group.owner_id.unwrap_or_default();
        Ok(SecurityGroup {
            inputs: SecurityGroupInputs {
                name: group.group_name.unwrap_or_default().into(),
                description: group.description.unwrap_or_default().into(),
                vpc_id: group.vpc_id.unwrap_or_default(),
                tags: aws.visible(group.tags.unwrap_or_default()),
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
        let delete = aws.ec2().delete_security_group().group_id(id);
        match delete.send().await.unless(&["InvalidGroup.NotFound"]).done("deleting security group", id) {
            Ok(()) => Ok(()),
            Err(error) => Err(explained(aws, error, Of::Group(id.as_str())).await),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// Removes the rules by which AWS lets a new group reach everything.
async fn close(aws: &Aws, id: &Id) -> Result<()> {
    // By its content, not by its id: a group that was just created may be listed without its rules.
    let everything =
        IpPermission::builder().ip_protocol("-1").ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build()).build();
    let revoke_it = aws.ec2().revoke_security_group_egress().group_id(id).ip_permissions(everything);
    revoke_it.send().await.unless(&["InvalidPermission.NotFound"]).done("closing security group", id)?;
    // In a VPC with an IPv6 range the group has a second such rule.
    let open = rules_of(aws, id.as_str()).await?.into_iter().filter(|rule| {
        Direction::of(rule) == Direction::Egress
            && rule.ip_protocol() == Some("-1")
            && matches!(rule.cidr_ipv4().or(rule.cidr_ipv6()), Some("0.0.0.0/0" | "::/0"))
    });
    let ids = open.filter_map(|rule| rule.security_group_rule_id).collect();
    revoke(aws, Direction::Egress, id.as_str(), ids).await
}
