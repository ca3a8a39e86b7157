//! The rows of Elastic Load Balancing.

use serde_json::{Value, json};

use super::{Listed, PLAN6, POOL6, Row, Second, length, row, subnet, two_subnets, vpc};
use crate::aws::REGION;
use crate::life::stack::Asked;

pub fn rows() -> Vec<Row> {
    vec![target_group_row(), load_balancer_row(), listener_row(), listener_rule_row(), listener_certificate_row()]
}

/// A network that the internet reaches.
fn network() -> Vec<Asked> {
    let gateway = Asked::new("igw", "ec2:InternetGateway", json!({"vpcId": "${vpc.id}"}));
    [two_subnets(), vec![gateway]].concat()
}

/// A load balancer and a target group.
pub fn balanced() -> Vec<Asked> {
    let balancer = json!({"subnets": ["${one.id}", "${two.id}"]});
    let group = json!({"port": 80, "protocol": "HTTP", "targetType": "ip", "vpcId": "${vpc.id}"});
    let parts = vec![Asked::new("lb", "elb:LoadBalancer", balancer), Asked::new("tg", "elb:TargetGroup", group)];
    [network(), parts].concat()
}

/// The same with a listener.
fn listening() -> Vec<Asked> {
    let listener = json!({
        "loadBalancerArn": "${lb.arn}", "port": 80, "protocol": "HTTP",
        "defaultActions": [{"type": "fixed-response", "fixedResponseConfig": {"statusCode": "404"}}],
    });
    [balanced(), vec![Asked::new("listener", "elb:Listener", listener)]].concat()
}

/// A certificate that is issued, by the name of its validation.
fn issued(name: &'static str) -> Vec<Asked> {
    let [cert, proof] = [format!("{name}-cert"), format!("{name}-proof")];
    let of = |property: &str| format!("${{{cert}.domainValidationOptions.0.{property}}}");
    let record =
        json!({"zoneId": "${zone.id}", "name": of("resourceRecordName"), "records": [of("resourceRecordValue")]});
    vec![
        Asked::new(&cert, "acm:Certificate", json!({"domainName": format!("{name}.example.com")})),
        Asked::new(&proof, "route53:SharedRecord", record),
        Asked::new(name, "acm:CertificateValidation", json!({"certificateArn": format!("${{{cert}.arn}}")})),
    ]
}

/// An HTTPS listener with a certificate, and another certificate.
fn secure() -> Vec<Asked> {
    let zone = Asked::new("zone", "route53:Zone", json!({"name": "example.com"}));
    let listener = json!({
        "loadBalancerArn": "${lb.arn}", "port": 443, "protocol": "HTTPS", "certificateArn": "${www.certificateArn}",
        "defaultActions": [{"type": "forward", "targetGroupArn": "${tg.arn}"}],
    });
    let listener = Asked::new("listener", "elb:Listener", listener);
    [balanced(), vec![zone], issued("www"), issued("shop"), issued("blog"), vec![listener]].concat()
}

/// A target group of a Lambda function.
fn function(more: Value) -> Value {
    let group = json!({"targetType": "lambda", "port": null, "protocol": null, "vpcId": null});
    crate::life::with(&group, &more)
}

fn target_group_row() -> Row {
    Row {
        around: vec![vpc()],
        first: json!({"name": "web", "port": 80, "protocol": "HTTP", "vpcId": "${vpc.id}"}),
        given: json!({
            "targetType": "ip",
            "protocolVersion": "HTTP2",
            "healthCheckPath": "/health",
            "healthCheckPort": "8080",
            "healthCheckProtocol": "HTTPS",
            "healthCheckIntervalSeconds": 15,
            "healthCheckTimeoutSeconds": 10,
            "healthyThresholdCount": 3,
            "unhealthyThresholdCount": 4,
            "matcher": {"httpCode": "200-299"},
            "targets": [{"id": "10.0.0.9"}],
            "attributes": {
                "deregistrationDelayTimeoutSeconds": 30,
                "stickinessEnabled": true,
                "stickinessType": "app_cookie",
                "stickinessAppCookieCookieName": "session",
                "loadBalancingCrossZoneEnabled": "true",
            },
            "tags": {"a": "b"},
        }),
        needs: vec![("targets", json!({"targetType": "ip"}))],
        also: vec![
            function(json!({"healthCheckEnabled": true})),
            function(json!({"healthCheckEnabled": false})),
            function(json!({})),
            json!({"targetType": "ip", "ipAddressType": "ipv6"}),
            json!({"targetControlPort": 3000}),
        ],
        in_place: vec!["healthCheckPath", "healthCheckIntervalSeconds", "matcher", "attributes", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "web_1"}), "name"),
            (json!({"healthCheckIntervalSeconds": 5}), "must be less than the interval"),
            (json!({"healthCheckProtocol": "TCP"}), "can't be checked by `TCP`"),
            (json!({"healthCheckEnabled": false}), "only health checks of a Lambda function"),
            (json!({"attributes": {"proxyProtocolV2Enabled": true}}), "has no proxyProtocolV2Enabled"),
            (json!({"attributes": {"slowStartDurationSeconds": 10}}), "is 0, or 30 to 900"),
            (
                json!({"attributes": {"slowStartDurationSeconds": 30, "loadBalancingAlgorithmType": "weighted_random"}}),
                "needs the algorithm `round_robin`",
            ),
            (
                json!({"attributes": {"loadBalancingAlgorithmAnomalyMitigation": "on"}}),
                "needs `loadBalancingAlgorithmType: weighted_random`",
            ),
            (json!({"attributes": {"stickinessType": "source_ip"}}), "has `lb_cookie` and `app_cookie`"),
            (json!({"attributes": {"stickinessType": "app_cookie"}}), "`stickinessType: app_cookie` needs it"),
            (json!({"matcher": {"grpcCode": "12"}}), "`grpcCode` is for `protocolVersion: GRPC`"),
            (json!({"port": null}), "only a group of a Lambda function has none"),
        ],
        by_hand: Some(vec![("elbv2", "delete_target_group", json!({"TargetGroupArn": "${x.arn}"}))]),
        ..row("elb:TargetGroup", ("elbv2", "describe_target_groups", |answer| length(answer, "TargetGroups")))
    }
}

/// The bucket of a load balancer's logs, which all of AWS has one of.
const LOGS: &str = "logs-of-the-balancer-of-the-rows";

/// The bucket that logs go to, and who may write there.
fn logs() -> Vec<Asked> {
    let statement = json!({
        "Effect": "Allow", "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{LOGS}/*"),
    });
    let policy = json!({"bucket": "${logs.id}", "policy": {"Version": "2012-10-17", "Statement": [statement]}});
    vec![
        Asked::new("logs", "s3:Bucket", json!({"name": LOGS, "forceDestroy": true})),
        Asked::new("writers", "s3:BucketPolicy", policy),
    ]
}

/// Subnets with ranges of IPv6, and two Elastic IP addresses.
fn ranges6() -> Vec<Asked> {
    let six = json!({"vpcId": "${vpc.id}", "ipv6IpamPoolId": POOL6, "ipv6NetmaskLength": 56});
    let subnet = |name: &str, range: &str, zone: &str| {
        let zone = format!("{REGION}{zone}");
        let both =
            json!({"vpcId": "${six.vpcId}", "cidrBlock": range, "availabilityZone": zone, "ipv6IpamPoolId": PLAN6});
        Asked::new(name, "ec2:Subnet", both)
    };
    let addresses = ["eip", "more"].map(|name| Asked::new(name, "ec2:Eip", json!({})));
    let six = Asked::new("six", "ec2:VpcCidrBlockAssociation", six);
    [vec![six, subnet("dual", "10.0.4.0/24", "a"), subnet("dual2", "10.0.5.0/24", "c")], addresses.to_vec()].concat()
}

/// What an Application Load Balancer may have beside the rest.
fn logged() -> Vec<Value> {
    let dual = |kind: &str| json!({"subnets": ["${dual.id}", "${dual2.id}"], "ipAddressType": kind});
    vec![
        json!({"connectionLogs": {"bucket": "${writers.bucket}", "prefix": "c"}}),
        json!({"healthCheckLogs": {"bucket": "${writers.bucket}"}}),
        json!({"minimumLoadBalancerCapacity": {"capacityUnits": 100}}),
        json!({"minimumLoadBalancerCapacity": {"capacityUnits": 200}}),
        dual("dualstack"),
        dual("dualstack-without-public-ipv4"),
        json!({"subnets": null, "subnetMappings": [{"subnetId": "${one.id}"}, {"subnetId": "${two.id}"}]}),
    ]
}

/// What only a Network Load Balancer has.
fn addressed() -> Vec<Value> {
    let network = |own: Value| crate::life::with(&own, &json!({"type": "network"}));
    let mapped = |one: Value, two: Value| {
        let [one, two] = [("dual", one), ("dual2", two)]
            .map(|(name, more)| crate::life::with(&json!({"subnetId": format!("${{{name}.id}}")}), &more));
        json!({"subnets": null, "subnetMappings": [one, two]})
    };
    let dual = json!({"subnets": ["${dual.id}", "${dual2.id}"], "ipAddressType": "dualstack"});
    let prefix = json!({"ipAddressType": "dualstack", "enablePrefixForIpv6SourceNat": "on"});
    let chosen = json!({"sourceNatIpv6Prefix": "auto_assigned"});
    let guarded = json!({"securityGroups": ["${group.id}"]});
    let open = json!({"enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off"});
    vec![
        network(mapped(json!({"allocationId": "${eip.id}"}), json!({"allocationId": "${more.id}"}))),
        network(crate::life::with(&guarded, &open)),
        network(guarded),
        network(dual.clone()),
        network(crate::life::with(&dual, &prefix)),
        network(crate::life::with(&mapped(chosen.clone(), chosen), &prefix)),
    ]
}

fn load_balancer_row() -> Row {
    Row {
        around: [network(), vec![Asked::new("group", "ec2:SecurityGroup", json!({"vpcId": "${vpc.id}"}))]].concat(),
        first: json!({"name": "web", "subnets": ["${one.id}", "${two.id}"]}),
        given: json!({
            "scheme": "internal",
            "securityGroups": ["${group.id}"],
            "attributes": {
                "idleTimeoutTimeoutSeconds": 120,
                "routingHttp2Enabled": false,
                "routingHttpDropInvalidHeaderFieldsEnabled": false,
                "routingHttpXffHeaderProcessingMode": "preserve",
            },
            "tags": {"a": "b"},
        }),
        also: [vec![json!({"subnets": ["${one.id}", "${two.id}", "${three.id}"]})], logged(), addressed()].concat(),
        beside: [vec![subnet("three", "10.0.2.0/24", "d")], logs(), ranges6()].concat(),
        in_place: vec!["securityGroups", "attributes", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "internal-web"}), "name"),
            (json!({"subnets": ["${one.id}"]}), "two zones at least"),
            (json!({"subnetMappings": [{"subnetId": "${one.id}"}]}), "only one of"),
            (json!({"attributes": {"dnsRecordClientRoutingPolicy": "any_availability_zone"}}), "has no dnsRecord"),
            (json!({"attributes": {"idleTimeoutTimeoutSeconds": 4001}}), "idleTimeoutTimeoutSeconds"),
        ],
        by_hand: Some(vec![("elbv2", "delete_load_balancer", json!({"LoadBalancerArn": "${x.arn}"}))]),
        ..row("elb:LoadBalancer", ("elbv2", "describe_load_balancers", |answer| length(answer, "LoadBalancers")))
    }
}

fn listener_row() -> Row {
    Row {
        around: balanced(),
        first: json!({
            "loadBalancerArn": "${lb.arn}", "port": 80, "protocol": "HTTP",
            "defaultActions": [{"type": "forward", "targetGroupArn": "${tg.arn}"}],
        }),
        given: json!({
            "port": 8080,
            "defaultActions": [{"type": "redirect", "redirectConfig": {"statusCode": "HTTP_301", "protocol": "HTTPS", "port": "443"}}],
            "attributes": {"routingHttpResponseServerEnabled": false, "routingHttpResponseXFrameOptionsHeaderValue": "DENY"},
            "tags": {"a": "b"},
        }),
        beside: certified(),
        also: secured(),
        in_place: vec!["port", "defaultActions", "attributes", "tags"],
        other: Some(json!({"port": 81})),
        second: Second::Refused,
        wrong: vec![
            (json!({"protocol": "HTTPS"}), "need a certificate"),
            (json!({"sslPolicy": "ELBSecurityPolicy-2016-08"}), "only `HTTPS` and `TLS` have a security policy"),
            (json!({"defaultActions": []}), "defaultActions"),
            (json!({"defaultActions": [{"type": "forward"}]}), "one of `targetGroupArn` or `forwardConfig`"),
            (json!({"defaultActions": [{"type": "redirect"}]}), "a `redirect` action needs it"),
            (json!({"protocol": null}), "a port has a protocol"),
            (
                json!({"defaultActions": [
                    {"type": "jwt-validation", "jwtValidationConfig": {"jwksEndpoint": "https://a.example/keys", "issuer": "a"}},
                    {"type": "fixed-response", "fixedResponseConfig": {"statusCode": "404"}},
                ]}),
                "`jwt-validation` needs a listener of `HTTPS`",
            ),
        ],
        listed: Listed {
            service: "elbv2",
            operation: "describe_listeners",
            parameters: json!({"LoadBalancerArn": "${lb.arn}"}),
            count: |answer| length(answer, "Listeners"),
            each: 1,
        },
        by_hand: Some(vec![("elbv2", "delete_listener", json!({"ListenerArn": "${x.arn}"}))]),
        ..row("elb:Listener", ("elbv2", "", |_| 0))
    }
}

/// What stands beside a load balancer for a listener with certificates, of either kind.
fn certified() -> Vec<Asked> {
    let network = json!({"type": "network", "subnets": ["${one.id}", "${two.id}"]});
    let group = json!({"port": 80, "protocol": "TLS", "targetType": "ip", "vpcId": "${vpc.id}"});
    let parts = vec![Asked::new("nlb", "elb:LoadBalancer", network), Asked::new("ttg", "elb:TargetGroup", group)];
    let zone = Asked::new("zone", "route53:Zone", json!({"name": "example.com"}));
    [vec![zone], issued("www"), issued("shop"), parts].concat()
}

/// What a listener with certificates may have.
fn secured() -> Vec<Value> {
    let secure = |more: Value| {
        let own = json!({"port": 443, "protocol": "HTTPS", "certificateArn": "${www.certificateArn}"});
        crate::life::with(&own, &more)
    };
    let tls = |more: Value| {
        let own = json!({
            "loadBalancerArn": "${nlb.arn}", "protocol": "TLS",
            "defaultActions": [{"type": "forward", "targetGroupArn": "${ttg.arn}"}],
        });
        secure(crate::life::with(&own, &more))
    };
    let store = format!("arn:aws:elasticloadbalancing:{REGION}:123456789012:truststore/own/0123456789abcdef");
    vec![
        secure(json!({})),
        secure(json!({"certificateArn": "${shop.certificateArn}"})),
        secure(json!({"sslPolicy": "ELBSecurityPolicy-2016-08"})),
        secure(json!({"mutualAuthentication": {"mode": "passthrough"}})),
        secure(json!({"mutualAuthentication": {"mode": "verify", "trustStoreArn": store}})),
        tls(json!({"alpnPolicy": "HTTP2Preferred"})),
        tls(json!({})),
    ]
}

fn listener_rule_row() -> Row {
    Row {
        around: listening(),
        first: json!({
            "listenerArn": "${listener.arn}",
            "priority": 10,
            "conditions": [{"field": "path-pattern", "values": ["/a", "/b"]}],
            "actions": [{"type": "fixed-response", "fixedResponseConfig": {"statusCode": "503", "messageBody": "later"}}],
        }),
        given: json!({
            "priority": 20,
            "conditions": [
                {"field": "host-header", "hostHeaderConfig": {"values": ["WWW.example.com"]}},
                {"field": "query-string", "queryStringConfig": {"values": [{"key": "a", "value": "1"}, {"value": "2"}]}},
            ],
            "actions": [{"type": "forward", "forwardConfig": {"targetGroups": [{"targetGroupArn": "${tg.arn}"}]}}],
            "transforms": [{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "^/a", "replace": "/b"}]}}],
            "tags": {"a": "b"},
        }),
        in_place: vec!["priority", "conditions", "actions", "transforms", "tags"],
        other: Some(json!({"priority": 30, "conditions": [{"field": "path-pattern", "values": ["/c"]}]})),
        second: Second::Refused,
        wrong: vec![
            (json!({"priority": 0}), "priority"),
            (json!({"conditions": []}), "conditions"),
            (
                json!({"conditions": [{"field": "path-pattern", "values": ["1", "2", "3", "4", "5", "6"]}]}),
                "a rule can have 5",
            ),
            (json!({"conditions": [{"field": "source-ip"}]}), "`source-ip` needs it"),
            (json!({"actions": [{"type": "jwt-validation"}]}), "the last action, and no other"),
        ],
        listed: Listed {
            service: "elbv2",
            operation: "describe_rules",
            parameters: json!({"ListenerArn": "${listener.arn}"}),
            count: |answer| {
                let rules = answer["Rules"].as_array();
                rules.map_or(0, |all| all.iter().filter(|rule| rule["IsDefault"] == false).count())
            },
            each: 1,
        },
        by_hand: Some(vec![("elbv2", "delete_rule", json!({"RuleArn": "${x.arn}"}))]),
        ..row("elb:ListenerRule", ("elbv2", "", |_| 0))
    }
}

fn listener_certificate_row() -> Row {
    Row {
        around: secure(),
        first: json!({"listenerArn": "${listener.arn}", "certificateArn": "${shop.certificateArn}"}),
        other: Some(json!({"certificateArn": "${blog.certificateArn}"})),
        second: Second::Refused,
        by_hand: Some(vec![(
            "elbv2",
            "remove_listener_certificates",
            json!({"ListenerArn": "${listener.arn}", "Certificates": [{"CertificateArn": "${shop.certificateArn}"}]}),
        )]),
        wrong: vec![(json!({"certificateArn": "shop"}), "is not a certificate's ARN")],
        listed: Listed {
            service: "elbv2",
            operation: "describe_listener_certificates",
            parameters: json!({"ListenerArn": "${listener.arn}"}),
            count: further,
            each: 1,
        },
        ..row("elb:ListenerCertificate", ("elbv2", "", |_| 0))
    }
}

/// The certificates beside the default one.
fn further(answer: &Value) -> usize {
    answer["Certificates"].as_array().map_or(0, |all| all.iter().filter(|it| it["IsDefault"] == false).count())
}
