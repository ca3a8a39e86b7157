//! No control is claimed that a child does not meet: each component, in each profile, against the properties of its children.

use serde_json::{Value, json};

use super::{Built, Told, build};
use crate::aws::Aws;
use crate::life::wire::UNKNOWN;

/// What of a child shows that a control is met.
enum Shows {
    /// There is such a child.
    Stands,
    /// There is no such child.
    Lacks,
    /// Each such child has this value.
    Has(&'static str, Value),
    /// Each such child gives this property, or it is known only later.
    Gives(&'static str),
    /// Each such child has not this value; leaving it out is as good.
    Hasnt(&'static str, Value),
    /// Each such child has this number, or a larger one.
    AtLeast(&'static str, f64),
    /// Each such child satisfies this.
    Each(fn(&Value) -> bool),
    /// There are so many such children, or more.
    Several(usize),
}

use Shows::{AtLeast, Each, Gives, Has, Hasnt, Lacks, Several, Stands};

/// The controls, and for each the type of the children and what they show.
fn rules() -> Vec<(&'static str, &'static str, Shows)> {
    [network(), balancing(), containers(), database(), cache(), edge(), buckets(), others()]
        .into_iter()
        .flatten()
        .collect()
}

type Rules = Vec<(&'static str, &'static str, Shows)>;

fn network() -> Rules {
    vec![
        ("EC2.2", "ec2:DefaultSecurityGroup", Stands),
        ("EC2.6", "ec2:FlowLog", Stands),
        ("EC2.15", "ec2:Subnet", Hasnt("/mapPublicIpOnLaunch", json!(true))),
        ("EC2.16", "ec2:NetworkAcl", Lacks),
        ("EC2.18", "ec2:SecurityGroupIngressRule", Each(only_web)),
        ("EC2.19", "ec2:SecurityGroupIngressRule", Each(only_web)),
        ("EC2.21", "ec2:NetworkAcl", Lacks),
        ("EC2.10", "ec2:VpcEndpoint", Each(|_| true)),
        ("EC2.55", "ec2:VpcEndpoint", Each(|_| true)),
        ("EC2.56", "ec2:VpcEndpoint", Each(|_| true)),
        ("EC2.57", "ec2:VpcEndpoint", Stands),
    ]
}

/// Whether a listener has a policy of our days: the resource's own, where it gives none.
fn modern(listener: &Value) -> bool {
    listener["sslPolicy"].is_null() || listener["sslPolicy"].to_string().contains("TLS13-1-2")
}

/// Whether the containers have something. In a preview of a service behind others they are known only later.
fn containers_have(task: &Value, what: &str) -> bool {
    task["containerDefinitions"] == UNKNOWN || task["containerDefinitions"].to_string().contains(what)
}

/// Whether viewers need TLS 1.2. The certificate is known only later, and the protocol with it.
fn late(distribution: &Value) -> bool {
    let certificate = &distribution["viewerCertificate"];
    *certificate == UNKNOWN
        || certificate.to_string().contains("TLSv1.2_20")
        || certificate.to_string().contains("TLSv1.3_20")
}

/// Whether a rule lets nobody in from everywhere, save to the web's ports.
fn only_web(rule: &Value) -> bool {
    rule["cidrIpv4"] != "0.0.0.0/0" && rule["cidrIpv6"] != "::/0"
        || [80, 443].map(Value::from).contains(&rule["fromPort"])
}

fn balancing() -> Rules {
    let attributes = "/attributes/routingHttpDropInvalidHeaderFieldsEnabled";
    vec![
        (
            "ELB.1",
            "elb:Listener",
            Each(|it| it["protocol"] == "HTTPS" || it["defaultActions"][0]["type"] == "redirect"),
        ),
        ("ELB.4", "elb:LoadBalancer", Has(attributes, json!(true))),
        ("ELB.5", "elb:LoadBalancer", Gives("/accessLogs")),
        ("ELB.6", "elb:LoadBalancer", Has("/attributes/deletionProtectionEnabled", json!(true))),
        ("ELB.12", "elb:LoadBalancer", Hasnt("/attributes/routingHttpDesyncMitigationMode", json!("monitor"))),
        ("ELB.13", "elb:LoadBalancer", Gives("/subnets")),
        ("ELB.17", "elb:Listener", Each(modern)),
        (
            "ELB.18",
            "elb:Listener",
            Each(|it| it["protocol"] == "HTTPS" || it["defaultActions"][0]["type"] == "redirect"),
        ),
    ]
}

fn containers() -> Rules {
    vec![
        ("ECS.1", "ecs:TaskDefinition", Has("/networkMode", json!("awsvpc"))),
        ("ECS.2", "ecs:Service", Hasnt("/networkConfiguration/assignPublicIp", json!(true))),
        ("ECS.3", "ecs:TaskDefinition", Hasnt("/pidMode", json!("host"))),
        (
            "ECS.4",
            "ecs:TaskDefinition",
            Each(|it| !it["containerDefinitions"].to_string().contains("\"privileged\":true")),
        ),
        ("ECS.5", "ecs:TaskDefinition", Each(|it| containers_have(it, "\"readonlyRootFilesystem\":true"))),
        (
            "ECS.8",
            "ecs:TaskDefinition",
            Each(|it| !it["containerDefinitions"].to_string().contains("AWS_SECRET_ACCESS_KEY")),
        ),
        ("ECS.9", "ecs:TaskDefinition", Each(|it| containers_have(it, "\"logConfiguration\":{"))),
        ("ECS.10", "ecs:Service", Each(|it| it["platformVersion"].is_null() || it["platformVersion"] == "LATEST")),
        ("ECS.12", "ecs:Cluster", Hasnt("/containerInsights", json!("disabled"))),
        ("ECS.16", "ecs:Service", Hasnt("/networkConfiguration/assignPublicIp", json!(true))),
    ]
}

fn database() -> Rules {
    let cluster = "rds:Cluster";
    let instance = "rds:ClusterInstance";
    vec![
        ("RDS.2", instance, Hasnt("/publiclyAccessible", json!(true))),
        ("RDS.3", cluster, Has("/storageEncrypted", json!(true))),
        ("RDS.6", cluster, AtLeast("/monitoringInterval", 1.0)),
        ("RDS.7", cluster, Has("/deletionProtection", json!(true))),
        ("RDS.8", cluster, Has("/deletionProtection", json!(true))),
        ("RDS.9", cluster, Each(|it| it["enableCloudwatchLogsExports"].to_string().contains("postgresql"))),
        ("RDS.10", cluster, Has("/enableIamDatabaseAuthentication", json!(true))),
        ("RDS.11", cluster, AtLeast("/backupRetentionPeriod", 7.0)),
        ("RDS.12", cluster, Has("/enableIamDatabaseAuthentication", json!(true))),
        ("RDS.13", instance, Hasnt("/autoMinorVersionUpgrade", json!(false))),
        ("RDS.15", instance, Several(2)),
        ("RDS.16", cluster, Has("/copyTagsToSnapshot", json!(true))),
        ("RDS.17", cluster, Has("/copyTagsToSnapshot", json!(true))),
        ("RDS.19", "rds:EventSubscription", Stands),
        ("RDS.20", "rds:EventSubscription", Stands),
        ("RDS.21", "rds:EventSubscription", Stands),
        ("RDS.22", "rds:EventSubscription", Stands),
        ("RDS.23", cluster, Hasnt("/port", json!(5432))),
        ("RDS.24", cluster, Each(|it| !["admin", "postgres"].map(Value::from).contains(&it["masterUsername"]))),
        ("RDS.25", cluster, Each(|it| !["admin", "postgres"].map(Value::from).contains(&it["masterUsername"]))),
        ("RDS.27", cluster, Has("/storageEncrypted", json!(true))),
        ("RDS.35", instance, Hasnt("/autoMinorVersionUpgrade", json!(false))),
        ("RDS.37", cluster, Each(|it| it["enableCloudwatchLogsExports"].to_string().contains("postgresql"))),
    ]
}

fn cache() -> Rules {
    let group = "elasticache:ReplicationGroup";
    vec![
        ("ElastiCache.1", group, AtLeast("/snapshotRetentionLimit", 1.0)),
        ("ElastiCache.2", group, Hasnt("/autoMinorVersionUpgrade", json!(false))),
        ("ElastiCache.3", group, Has("/automaticFailoverEnabled", json!(true))),
        ("ElastiCache.4", group, Has("/atRestEncryptionEnabled", json!(true))),
        ("ElastiCache.5", group, Has("/transitEncryptionEnabled", json!(true))),
        ("ElastiCache.6", group, Gives("/authToken")),
        ("ElastiCache.7", group, Gives("/subnetGroupName")),
    ]
}

fn edge() -> Rules {
    let distribution = "cloudfront:Distribution";
    vec![
        ("CloudFront.1", distribution, Gives("/defaultRootObject")),
        ("CloudFront.3", distribution, Each(|it| !it.to_string().contains("allow-all"))),
        ("CloudFront.5", distribution, Gives("/logging")),
        ("CloudFront.6", distribution, Gives("/webAclId")),
        ("CloudFront.7", distribution, Gives("/viewerCertificate")),
        ("CloudFront.8", distribution, Each(|it| !it.to_string().contains("\"vip\""))),
        ("CloudFront.9", distribution, Each(|it| !it.to_string().contains("http-only"))),
        ("CloudFront.10", distribution, Each(|it| !it["origins"].to_string().contains("SSLv3"))),
        ("CloudFront.12", distribution, Gives("/origins")),
        ("CloudFront.13", "cloudfront:OriginAccessControl", Stands),
        ("CloudFront.15", distribution, Each(late)),
        ("WAF.10", "wafv2:WebAcl", Gives("/rules")),
        ("WAF.12", "wafv2:WebAcl", Has("/visibilityConfig/cloudWatchMetricsEnabled", json!(true))),
        ("DataFirehose.1", "firehose:DeliveryStream", Gives("/deliveryStreamEncryptionConfigurationInput")),
    ]
}

fn buckets() -> Rules {
    let bucket = "s3:Bucket";
    vec![
        ("S3.2", bucket, Each(|it| !it["publicAccessBlock"].to_string().contains("false"))),
        ("S3.3", bucket, Each(|it| !it["publicAccessBlock"].to_string().contains("false"))),
        ("S3.5", "s3:BucketPolicy", Gives("/policy")),
        ("S3.6", "s3:BucketPolicy", Gives("/policy")),
        ("S3.8", bucket, Each(|it| !it["publicAccessBlock"].to_string().contains("false"))),
        ("S3.9", bucket, Each(|_| true)),
        ("S3.12", bucket, Each(|it| it["objectOwnership"].is_null() || it["objectOwnership"] == "BucketOwnerEnforced")),
        ("S3.13", bucket, Gives("/lifecycleRules")),
    ]
}

fn others() -> Rules {
    vec![
        ("ACM.1", "acm:CertificateValidation", Stands),
        ("ACM.2", "acm:Certificate", Hasnt("/keyAlgorithm", json!("RSA_1024"))),
        ("Route53.2", "route53:QueryLoggingConfig", Stands),
        ("SNS.4", "sns:TopicPolicy", Each(|it| !it["policy"].to_string().contains("\"Principal\":\"*\""))),
        ("SSM.1", "iam:InstanceProfile", Stands),
        ("EC2.3", "ec2:Instance", Each(|it| it["rootBlockDevice"]["encrypted"] == true)),
        ("EC2.8", "ec2:Instance", Has("/metadataOptions/httpTokens", json!("required"))),
        ("EC2.9", "ec2:Instance", Hasnt("/associatePublicIpAddress", json!(true))),
        ("EC2.17", "ec2:Instance", Each(|it| it["networkInterfaces"].as_array().is_none_or(|all| all.len() < 2))),
    ]
}

impl Shows {
    /// Whether the children of a type show it.
    fn holds(&self, children: &[&Told]) -> bool {
        let at = |it: &Told, pointer: &str| it.inputs.pointer(pointer).cloned().unwrap_or_default();
        let each = |fits: &dyn Fn(&Told) -> bool| !children.is_empty() && children.iter().all(|it| fits(it));
        match self {
            Stands => !children.is_empty(),
            Lacks => children.is_empty(),
            Several(least) => children.len() >= *least,
            Has(pointer, value) => each(&|it| at(it, pointer) == *value),
            Hasnt(pointer, value) => each(&|it| at(it, pointer) != *value),
            Gives(pointer) => each(&|it| !at(it, pointer).is_null()),
            AtLeast(pointer, least) => each(&|it| at(it, pointer).as_f64().is_some_and(|number| number >= *least)),
            Each(fits) => children.iter().all(|it| fits(&it.inputs)),
        }
    }
}

/// The controls that a component claims, without those that no rule shows or that its children don't meet.
fn check(built: &Built, component: &str, profile: &str, wrong: &mut Vec<String>) -> Vec<String> {
    let claimed = built.outputs[component]["controls"].as_array().cloned().unwrap_or_default();
    let claimed: Vec<String> = claimed.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
    let rules = rules();
    for control in &claimed {
        let Some((_, token, shows)) = rules.iter().find(|(name, ..)| name == control) else {
            wrong.push(format!("{profile}: {component} claims {control}, of which nothing shows whether it is so"));
            continue;
        };
        let own = built.told.values().filter(|child| child.parent.ends_with(&format!("::{component}")));
        let children: Vec<_> = own.filter(|child| child.token == format!("gitinfra:{token}")).collect();
        if !shows.holds(&children) {
            let seen: Vec<_> = children.iter().map(|it| &it.inputs).collect();
            wrong.push(format!("{profile}: {component} claims {control}, which its {token} do not meet: {seen:?}"));
        }
    }
    claimed
}

#[test]
fn what_is_claimed_is_so() {
    let aws = Aws::hurried();
    let zone = json!({"zoneId": "Z1"});
    let service = json!({"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080});
    let slack = json!({"workspaceId": "T07EA123LEP", "channelId": "C07EZ1ABC23"});
    let mut wrong = Vec::new();
    let mut met = Vec::new();
    for profile in ["dev", "standard", "fsbp"] {
        let inputs = json!({
            "domain": "app.example.com", "parentZone": zone, "profile": profile, "service": service, "slack": slack,
        });
        let built = build(&aws, "gitinfra:index:ReferenceStack", "web", &inputs);
        let built = built.unwrap_or_else(|wrong| panic!("{profile}: {wrong:?}"));
        let parts: Vec<_> = built.outputs.keys().filter(|name| *name != "web").cloned().collect();
        assert!(parts.len() >= 16, "{parts:?}");
        for data in ["web-aurora-cluster", "web-redis-cache", "web-bucket-bucket", "web-private-zone"] {
            assert_eq!(built.told[data].protect, profile != "dev", "{profile}: {data}");
        }
        let each = parts.iter().flat_map(|part| check(&built, part, profile, &mut wrong)).collect::<Vec<_>>();
        met.push(each);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A more careful profile gives up nothing.
    for pair in met.windows(2) {
        let lost: Vec<_> = pair[0].iter().filter(|control| !pair[1].contains(control)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}
