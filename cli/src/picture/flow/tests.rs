//! Flows of small stacks.

use super::*;
use crate::picture::model::model;
use crate::picture::stock::tests::stock;
use serde_json::json;

/// Each flow as `from kind to: label`.
fn told(resources: &[(&str, &str, &str, Value)]) -> Vec<String> {
    let stock = stock(resources);
    let model = model(&stock);
    let name = |end: End| match end {
        End::Node(node) => model.nodes[node].key.clone(),
        End::Subnet(thing) => stock.things[thing].name.clone(),
        other => format!("{other:?}").to_lowercase(),
    };
    let (flows, _) = flows(&stock, &model);
    let line = |flow: &Flow| format!("{} {} {}: {}", name(flow.from), flow.kind.word(), name(flow.to), flow.label);
    flows.iter().map(line).collect()
}

fn balancer(scheme: &str) -> (&'static str, &'static str, &'static str, Value) {
    let outputs = json!({"dnsName": "lb.aws", "scheme": scheme, "securityGroups": ["sg-lb"], "subnets": ["s"]});
    ("gitinfra:elb:LoadBalancer", "lb", "arn:lb", outputs)
}

#[test]
fn a_request_goes_on_along_the_rules() {
    let rule = |name: &'static str, to: &str, from: &str, port: u16| {
        let outputs = json!({"securityGroupId": to, "referencedSecurityGroupId": from, "fromPort": port, "toPort": port, "ipProtocol": "tcp"});
        ("gitinfra:ec2:SecurityGroupIngressRule", name, name, outputs)
    };
    let found = told(&[
        balancer("internet-facing"),
        ("gitinfra:elb:Listener", "l", "arn:l", json!({"loadBalancerArn": "arn:lb", "port": 443})),
        ("gitinfra:ec2:Instance", "app", "i-1", json!({"securityGroupIds": ["sg-app"]})),
        ("gitinfra:ec2:Instance", "jump", "i-2", json!({"securityGroupIds": ["sg-jump"]})),
        ("gitinfra:rds:Cluster", "db", "db", json!({"vpcSecurityGroupIds": ["sg-db"]})),
        rule("a", "sg-app", "sg-lb", 8080),
        rule("b", "sg-db", "sg-app", 5432),
        rule("c", "sg-db", "sg-app", 3306),
        rule("d", "sg-db", "sg-jump", 5432),
    ]);
    let expected = [
        "visitors request loadbalancer-lb: 443",
        "loadbalancer-lb request instance-app: 8080",
        "instance-app request cluster-db: 3306, 5432",
        "instance-jump allowed cluster-db: 5432",
    ];
    assert_eq!(found.iter().collect::<BTreeSet<_>>(), expected.map(str::to_owned).iter().collect());
}

#[test]
fn what_is_in_front_and_beside_is_found() {
    let origins =
        json!({"a": {"domainName": "origin.example.com"}, "b": {"domainName": "static.s3.eu-west-1.amazonaws.com"}});
    let distribution = json!({"domainName": "d.cloudfront.net", "origins": origins, "webAclId": "arn:acl",
        "cacheBehaviors": [{"pathPattern": "/static/*", "targetOriginId": "b"}]});
    let alias = |name: &str, to: &str| json!({"zoneId": "Z", "name": name, "type": "A", "alias": {"name": to}});
    let found = told(&[
        ("gitinfra:cloudfront:Distribution", "cdn", "E1", distribution),
        ("gitinfra:s3:Bucket", "static", "static", json!({"name": "static"})),
        balancer("internet-facing"),
        ("gitinfra:route53:Zone", "zone", "Z", json!({"name": "example.com"})),
        ("gitinfra:route53:Record", "r", "r", alias("origin.example.com", "dualstack.lb.aws.")),
        ("gitinfra:route53:Record", "s", "s", alias("example.com", "d.cloudfront.net")),
        ("gitinfra:wafv2:WebAcl", "acl", "acl", json!({"arn": "arn:acl"})),
        (
            "gitinfra:wafv2:LoggingConfiguration",
            "log",
            "arn:acl",
            json!({"resourceArn": "arn:acl", "logDestinationConfigs": ["arn:f:*"]}),
        ),
        ("gitinfra:firehose:DeliveryStream", "f", "arn:f", json!({})),
        ("gitinfra:cloudwatch:MetricAlarm", "al", "al", json!({"alarmActions": ["arn:t"]})),
        ("gitinfra:sns:Topic", "t", "arn:t", json!({})),
    ]);
    let expected = [
        "visitors request distribution-cdn: 443",
        "distribution-cdn request loadbalancer-lb: ",
        "distribution-cdn allowed bucket-static: /static/*",
        "zone-zone names distribution-cdn: alias",
        "webacl-acl guards distribution-cdn: ",
        "webacl-acl logs deliverystream-f: logs",
        "metricalarm-al alarms topic-t: ",
    ];
    assert_eq!(found.iter().collect::<BTreeSet<_>>(), expected.map(str::to_owned).iter().collect());
}
