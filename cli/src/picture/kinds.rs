//! What is known of each type: where it stands in the picture, how it is drawn, and whose part it is.

/// Where resources of a type stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Left: names, certificates, keys, secrets.
    Names,
    /// On the way of a request, outside of a VPC.
    Path,
    /// Beside that way, and watches over it.
    Guard,
    /// In a subnet; where that is not known, as `Path`.
    Inside,
    /// Astride the top of its VPC.
    Gate,
    /// Astride the right edge of its VPC.
    Door,
    /// A frame of its own.
    Vpc,
    Subnet,
    /// Right: logs and alarms.
    Logs,
    /// A strip at the bottom of its account.
    Identity,
}

/// A drawing in a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Glyph {
    People,
    Dns,
    Cdn,
    Waf,
    Cert,
    Stream,
    Bucket,
    Gate,
    Nat,
    Alb,
    Service,
    Host,
    Db,
    Cache,
    Plug,
    Key,
    Lock,
    Log,
    Bell,
    Topic,
    Chat,
    Role,
    Cube,
}

/// What is known of a type that has a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    pub token: &'static str,
    pub lane: Lane,
    pub glyph: Glyph,
    /// What several of them are called.
    pub plural: &'static str,
}

const fn kind(token: &'static str, lane: Lane, glyph: Glyph, plural: &'static str) -> Kind {
    Kind { token, lane, glyph, plural }
}

/// In the order in which they stand in their lane.
pub const KINDS: &[Kind] = &[
    kind("ec2:Vpc", Lane::Vpc, Glyph::Gate, "VPCs"),
    kind("ec2:Subnet", Lane::Subnet, Glyph::Cube, "Subnets"),
    kind("ec2:InternetGateway", Lane::Gate, Glyph::Gate, "Internet gateways"),
    kind("ec2:EgressOnlyInternetGateway", Lane::Gate, Glyph::Gate, "Egress-only gateways"),
    kind("ec2:VpcEndpoint", Lane::Door, Glyph::Plug, "Endpoints"),
    kind("cloudfront:Distribution", Lane::Path, Glyph::Cdn, "Distributions"),
    kind("wafv2:WebAcl", Lane::Guard, Glyph::Waf, "Web ACLs"),
    kind("ec2:NatGateway", Lane::Inside, Glyph::Nat, "NAT gateways"),
    kind("elb:LoadBalancer", Lane::Inside, Glyph::Alb, "Load balancers"),
    kind("ecs:Service", Lane::Inside, Glyph::Service, "Services"),
    kind("ec2:Instance", Lane::Inside, Glyph::Host, "Instances"),
    kind("rds:Cluster", Lane::Inside, Glyph::Db, "Database clusters"),
    kind("elasticache:ReplicationGroup", Lane::Inside, Glyph::Cache, "Caches"),
    kind("route53:Zone", Lane::Names, Glyph::Dns, "Zones"),
    kind("route53:HealthCheck", Lane::Names, Glyph::Bell, "Health checks"),
    kind("route53:Record", Lane::Names, Glyph::Dns, "Records"),
    kind("route53:SharedRecord", Lane::Names, Glyph::Dns, "Shared records"),
    kind("acm:Certificate", Lane::Names, Glyph::Cert, "Certificates"),
    kind("kms:Key", Lane::Names, Glyph::Key, "Keys"),
    kind("secretsmanager:Secret", Lane::Names, Glyph::Lock, "Secrets"),
    kind("random:RotatingSecret", Lane::Names, Glyph::Lock, "Rotating secrets"),
    kind("ssm:Parameter", Lane::Names, Glyph::Lock, "Parameters"),
    kind("ssm:Document", Lane::Names, Glyph::Host, "Documents"),
    kind("ssm:SessionPreferences", Lane::Names, Glyph::Host, "Session Manager"),
    kind("index:DeletionProtection", Lane::Names, Glyph::Lock, "Deletion protections"),
    kind("ecr:Repository", Lane::Names, Glyph::Cube, "Image repositories"),
    kind("ecs:Cluster", Lane::Names, Glyph::Service, "ECS clusters"),
    kind("ecs:TaskDefinition", Lane::Names, Glyph::Service, "Task definitions"),
    kind("firehose:DeliveryStream", Lane::Logs, Glyph::Stream, "Delivery streams"),
    kind("s3:Bucket", Lane::Logs, Glyph::Bucket, "Buckets"),
    kind("logs:LogGroup", Lane::Logs, Glyph::Log, "Log groups"),
    kind("logs:ResourcePolicy", Lane::Logs, Glyph::Log, "Log policies"),
    kind("cloudwatch:MetricAlarm", Lane::Logs, Glyph::Bell, "Alarms"),
    kind("cloudwatch:CompositeAlarm", Lane::Logs, Glyph::Bell, "Composite alarms"),
    kind("sns:Topic", Lane::Logs, Glyph::Topic, "Topics"),
    kind("chatbot:SlackChannelConfiguration", Lane::Logs, Glyph::Chat, "Slack channels"),
    kind("iam:Role", Lane::Identity, Glyph::Role, "Roles"),
    kind("iam:Policy", Lane::Identity, Glyph::Role, "Policies"),
    kind("iam:ServiceLinkedRole", Lane::Identity, Glyph::Role, "Service-linked roles"),
    kind("iam:InstanceProfile", Lane::Identity, Glyph::Role, "Instance profiles"),
];

/// A type without a row of its own: a card where names are.
const UNKNOWN: Kind = kind("", Lane::Names, Glyph::Cube, "Other resources");

/// What is known of a type of our own package.
pub fn of(token: &str) -> Kind {
    KINDS.iter().find(|kind| kind.token == token).copied().unwrap_or(UNKNOWN)
}

/// The type's place in the table: the order within a lane.
pub fn rank(token: &str) -> usize {
    KINDS.iter().position(|kind| kind.token == token).unwrap_or(KINDS.len())
}

/// How the owner of a part is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub token: &'static str,
    /// Properties of the part that hold the owner's id, ARN or name.
    pub names: &'static [&'static str],
    /// Types that name the part by its id, ARN or name, where no property names the owner.
    pub named_by: &'static [&'static str],
}

const fn part(token: &'static str, names: &'static [&'static str], named_by: &'static [&'static str]) -> Part {
    Part { token, names, named_by }
}

const WALLED: &[&str] = &[
    "elb:LoadBalancer",
    "ecs:Service",
    "ec2:Instance",
    "rds:Cluster",
    "elasticache:ReplicationGroup",
    "ec2:VpcEndpoint",
];
const CDN: &[&str] = &["cloudfront:Distribution"];
const RDS: &[&str] = &["rds:Cluster", "rds:ClusterInstance"];
const CACHE: &[&str] = &["elasticache:ReplicationGroup", "elasticache:UserGroup"];
const ACL: &[&str] = &["wafv2:WebAcl", "wafv2:RuleGroup"];

/// What is no box but text in its owner's.
pub const PARTS: &[Part] = &[
    part("acm:CertificateValidation", &["certificateArn"], &[]),
    part("appautoscaling:Target", &["resourceId"], &[]),
    part("appautoscaling:Policy", &["resourceId"], &[]),
    part("cloudfront:CachePolicy", &[], CDN),
    part("cloudfront:Function", &[], CDN),
    part("cloudfront:MonitoringSubscription", &["distributionId"], &[]),
    part("cloudfront:OriginAccessControl", &[], CDN),
    part("cloudfront:OriginAccessIdentity", &[], CDN),
    part("cloudfront:OriginRequestPolicy", &[], CDN),
    part("cloudfront:ResponseHeadersPolicy", &[], CDN),
    part("cloudfront:VpcOrigin", &[], CDN),
    part("ec2:DefaultSecurityGroup", &["vpcId"], &[]),
    part("ec2:Eip", &["instanceId"], &["ec2:NatGateway", "ec2:Instance", "elb:LoadBalancer"]),
    part("ec2:FlowLog", &["resourceId"], &[]),
    part("ec2:Route", &["routeTableId"], &[]),
    part("ec2:RouteTable", &["vpcId"], &[]),
    part("ec2:RouteTableAssociation", &["subnetId"], &[]),
    part("ec2:SecurityGroup", &[], WALLED),
    part("ec2:SecurityGroup", &["vpcId"], &[]),
    part("ec2:SecurityGroupEgressRule", &["securityGroupId"], &[]),
    part("ec2:SecurityGroupIngressRule", &["securityGroupId"], &[]),
    part("ec2:VpcCidrBlockAssociation", &["vpcId"], &[]),
    part("ecs:Cluster", &[], &["ecs:Service"]),
    part("ecs:ClusterCapacityProviders", &["cluster"], &[]),
    part("ecs:TaskDefinition", &[], &["ecs:Service"]),
    part("elasticache:ParameterGroup", &[], CACHE),
    part("elasticache:SubnetGroup", &[], CACHE),
    part("elasticache:User", &[], CACHE),
    part("elasticache:UserGroup", &[], CACHE),
    part("elb:Listener", &["loadBalancerArn"], &[]),
    part("elb:ListenerCertificate", &["listenerArn"], &[]),
    part("elb:ListenerRule", &["listenerArn"], &[]),
    part("elb:TargetGroup", &["loadBalancerArns"], &["elb:Listener", "elb:ListenerRule", "ecs:Service"]),
    part("iam:InstanceProfile", &[], &["ec2:Instance"]),
    part("iam:InstanceProfile", &["role"], &[]),
    part("iam:RolePolicy", &["role"], &[]),
    part("iam:RolePolicyAttachment", &["role"], &[]),
    part("kms:Alias", &["targetKeyId", "targetKeyArn"], &[]),
    part("logs:MetricFilter", &["logGroupName"], &[]),
    part("rds:ClusterInstance", &["clusterIdentifier"], &[]),
    part("rds:ClusterParameterGroup", &[], RDS),
    part("rds:EventSubscription", &["sourceIds", "snsTopicArn"], &[]),
    part("rds:ParameterGroup", &[], RDS),
    part("rds:SubnetGroup", &[], RDS),
    part("route53:Dnssec", &["zoneId"], &[]),
    part("route53:KeySigningKey", &["zoneId"], &[]),
    part("route53:QueryLoggingConfig", &["zoneId"], &[]),
    part("route53:Record", &["zoneId"], &[]),
    part("route53:SharedRecord", &["zoneId"], &[]),
    part("s3:BucketPolicy", &["bucket"], &[]),
    part("sns:Subscription", &["topicArn"], &[]),
    part("sns:TopicPolicy", &["topicArn"], &[]),
    part("wafv2:IpSet", &[], ACL),
    part("wafv2:LoggingConfiguration", &["resourceArn"], &[]),
    part("wafv2:RegexPatternSet", &[], ACL),
    part("wafv2:RuleGroup", &[], ACL),
    part("wafv2:WebAclAssociation", &["webAclArn"], &[]),
];

/// The type that a property names; empty where it may be any.
pub fn named_type(property: &str) -> &'static str {
    match property {
        "certificateArn" => "acm:Certificate",
        "distributionId" => "cloudfront:Distribution",
        "instanceId" => "ec2:Instance",
        "routeTableId" => "ec2:RouteTable",
        "vpcId" => "ec2:Vpc",
        "subnetId" => "ec2:Subnet",
        "securityGroupId" => "ec2:SecurityGroup",
        "cluster" => "ecs:Cluster",
        "loadBalancerArn" | "loadBalancerArns" => "elb:LoadBalancer",
        "listenerArn" => "elb:Listener",
        "role" => "iam:Role",
        "targetKeyId" | "targetKeyArn" => "kms:Key",
        "logGroupName" => "logs:LogGroup",
        "clusterIdentifier" => "rds:Cluster",
        "zoneId" => "route53:Zone",
        "bucket" => "s3:Bucket",
        "topicArn" | "snsTopicArn" => "sns:Topic",
        "webAclArn" => "wafv2:WebAcl",
        _ => "",
    }
}

/// Whether things of this type have no region.
pub fn is_global(token: &str) -> bool {
    let module = token.split(':').next().unwrap_or_default();
    matches!(module, "route53" | "iam" | "cloudfront")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Every type of the package's schema that is no component is known here.
    #[test]
    fn the_whole_package_is_known() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("../../../schema.json")).expect("JSON");
        let known: BTreeSet<&str> =
            KINDS.iter().map(|kind| kind.token).chain(PARTS.iter().map(|part| part.token)).collect();
        let resources = schema["resources"].as_object().expect("resources");
        let custom = resources.iter().filter(|(_, resource)| resource["isComponent"] != true);
        let tokens: Vec<&str> = custom.filter_map(|(token, _)| token.strip_prefix("gitinfra:")).collect();
        let unknown: Vec<_> = tokens.iter().filter(|token| !known.contains(**token)).collect();
        // One that folds into nothing has the plain card.
        assert!(unknown.is_empty(), "give these a row in KINDS or PARTS: {unknown:?}");
        let gone: Vec<_> = known.iter().filter(|token| !tokens.contains(token)).collect();
        assert!(gone.is_empty(), "the schema has these no more: {gone:?}");
    }

    /// What a part names has to be a property of it.
    #[test]
    fn parts_name_their_owners_by_properties_that_exist() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("../../../schema.json")).expect("JSON");
        for part in PARTS {
            let resource = &schema["resources"][format!("gitinfra:{}", part.token)];
            for name in part.names {
                let is_there = !resource["inputProperties"][name].is_null() || !resource["properties"][name].is_null();
                assert!(is_there, "{} has no `{name}`", part.token);
            }
        }
    }
}
