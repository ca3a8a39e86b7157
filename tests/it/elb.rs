//! Load balancers: the journeys through the real engine, seen through boto3.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::provider::Provider;
use crate::life::rows::balancing::balanced;
use crate::life::stack::{Asked, Stack};
use crate::pulumi::Project;

/// A network with a load balancer, and what more there is: resources, each a name, a type of `elb` and its properties as a YAML flow.
fn program(balancer: &str, more: &[(&str, &str, &str)]) -> String {
    let network = "
resources:
  vpc: {type: 'gitinfra:ec2:Vpc', properties: {cidrBlock: 10.0.0.0/16}}
  igw: {type: 'gitinfra:ec2:InternetGateway', properties: {vpcId: '${vpc.id}'}}
  a: {type: 'gitinfra:ec2:Subnet', properties: {vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24, availabilityZone: ap-northeast-1a}}
  c: {type: 'gitinfra:ec2:Subnet', properties: {vpcId: '${vpc.id}', cidrBlock: 10.0.1.0/24, availabilityZone: ap-northeast-1c}}
  group: {type: 'gitinfra:ec2:SecurityGroup', properties: {vpcId: '${vpc.id}'}}
";
    let balancer = format!(
        "  lb: {{type: 'gitinfra:elb:LoadBalancer', options: {{dependsOn: ['${{igw}}']}}, properties: {{subnets: ['${{a.id}}', '${{c.id}}'], {balancer}}}}}\n"
    );
    let more = more.iter().map(|(name, kind, properties)| {
        format!("  {name}: {{type: 'gitinfra:elb:{kind}', properties: {{{properties}}}}}\n")
    });
    format!("{network}{balancer}{}", more.collect::<String>())
}

const ANSWER: &str = "{type: fixed-response, fixedResponseConfig: {statusCode: '404'}}";
const GROUPS: &str = "securityGroups: ['${group.id}']";

fn group(port: u16) -> String {
    format!("port: {port}, protocol: HTTP, targetType: ip, vpcId: '${{vpc.id}}'")
}

fn listener(action: &str) -> String {
    format!("loadBalancerArn: '${{lb.arn}}', port: 80, protocol: HTTP, defaultActions: [{action}]")
}

fn rule(priority: u32, path: &str) -> String {
    format!(
        "listenerArn: '${{listener.arn}}', priority: {priority}, conditions: [{{field: path-pattern, values: [{path}]}}], actions: [{ANSWER}]"
    )
}

fn count(aws: &Aws, operation: &str, key: &str) -> usize {
    aws.call("elbv2", operation, json!({}))[key].as_array().map_or(0, Vec::len)
}

fn ups(p: &Project, program: &str) -> Vec<String> {
    p.program(program);
    let steps = p.up().expect_ok().steps_in_order();
    p.expect_settled();
    steps
}

#[test]
fn a_load_balancer_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let forward = "{type: forward, targetGroupArn: '${tg.arn}'}";
    let with = |port: u16| {
        program(GROUPS, &[("tg", "TargetGroup", &group(port)), ("listener", "Listener", &listener(forward))])
    };
    let p = aws.project(&with(80));
    p.up().expect_ok();
    p.expect_settled().refresh_settled();
    // The new group is made beside the old one, the listener turns to it, and the old one goes.
    let steps = ups(&p, &with(8080));
    assert!(steps.contains(&"update listener".to_owned()) && steps.contains(&"replace tg".to_owned()), "{steps:?}");
    assert_eq!(count(&aws, "describe_target_groups", "TargetGroups"), 1);
    // Its interfaces hold subnets, gateway and security group for a while.
    p.destroy().expect_ok();
    assert_eq!(count(&aws, "describe_load_balancers", "LoadBalancers"), 0);
}

#[test]
fn what_is_protected_is_not_deleted() {
    let aws = Aws::new();
    let p = aws.project(&program("attributes: {deletionProtectionEnabled: true}", &[]));
    p.up().expect_ok();
    p.destroy().expect_failure().expect_says("first set `attributes.deletionProtectionEnabled` to false");
    assert_eq!(count(&aws, "describe_load_balancers", "LoadBalancers"), 1);
    // It would be refused last, when all else had moved to another one.
    p.program(&program("name: other, attributes: {deletionProtectionEnabled: false}", &[]));
    p.preview().expect_failure().expect_says("can't be replaced: it is protected from deletion");
    ups(&p, &program("attributes: {deletionProtectionEnabled: false}", &[]));
    p.destroy().expect_ok();
}

#[test]
fn rules_exchange_their_priorities() {
    let aws = Aws::new();
    let with = |one: u32, two: u32| {
        program(
            "",
            &[
                ("listener", "Listener", &listener(ANSWER)),
                ("one", "ListenerRule", &rule(one, "/one")),
                ("two", "ListenerRule", &rule(two, "/two")),
            ],
        )
    };
    let p = aws.project(&with(1, 2));
    p.up().expect_ok();
    let mut steps = ups(&p, &with(2, 1));
    steps.sort();
    assert_eq!(steps, ["update one", "update two"]);
    p.refresh_settled();
    p.destroy().expect_ok();
}

/// Two services that come to one number are told before anything is made. What AWS is to number is never the same.
#[test]
fn a_priority_is_one_rules() {
    let mut provider = Provider::start(&Aws::hurried(), None);
    let mut check = |name: &str, priority: Value| {
        let urn = format!("urn:pulumi:test::test::gitinfra:elb:ListenerRule::{name}");
        let mut rule = json!({
            "listenerArn": "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:listener/app/web/1/2",
            "conditions": [{"field": "path-pattern", "pathPatternConfig": {"values": ["/*"]}}],
            "actions": [{"type": "forward", "targetGroupArn": "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:targetgroup/web/3"}],
        });
        if !priority.is_null() {
            rule["priority"] = priority;
        }
        provider.check(&urn, &json!({}), &rule, 7).map(drop).map_err(|refused| refused.words)
    };
    assert_eq!(check("one", json!(7)), Ok(()));
    let twice = check("two", json!(7)).expect_err("the number is taken");
    assert!(twice.contains("ListenerRule::one has the same `listenerArn`, `priority`"), "{twice}");
    assert_eq!(check("two", json!(8)), Ok(()));
    assert_eq!((check("three", Value::Null), check("four", Value::Null)), (Ok(()), Ok(())));
}

/// AWS takes the same again for what is there.
#[test]
fn what_somebody_else_made_is_not_taken() {
    let aws = Aws::new();
    let named = program("name: web", &[("tg", "TargetGroup", &format!("name: web, {}", group(80)))]);
    let p = aws.project(&named);
    p.up().expect_ok();
    let state = p.state();
    let subnets = ["a", "c"].map(|name| state.text(name, "/id").to_owned());
    let q = aws.project(&format!(
        "
resources:
  lb: {{type: 'gitinfra:elb:LoadBalancer', properties: {{name: web, subnets: ['{}', '{}']}}}}
  tg: {{type: 'gitinfra:elb:TargetGroup', properties: {{name: web, port: 80, protocol: HTTP, targetType: ip, vpcId: '{}'}}}}
",
        subnets[0],
        subnets[1],
        state.text("vpc", "/id")
    ));
    let refused = q.up().expect_failure();
    refused.expect_says("loadbalancer/app/web/").expect_says("exists already");
    q.destroy().expect_ok();
    assert_eq!(count(&aws, "describe_load_balancers", "LoadBalancers"), 1);
    p.refresh_settled();
    p.destroy().expect_ok();
}

/// The bucket's policy must let the load balancer write; an attribute that is dropped is as usual again.
#[test]
fn logs_come_and_go() {
    let aws = Aws::new();
    let logging = program("accessLogs: {bucket: logs-of-mine, prefix: web}", &[]);
    let p = aws.project(&logging);
    let words = "the bucket's policy must let";
    p.up().expect_failure().expect_says("Access Denied for bucket").expect_says(words);
    assert_eq!(count(&aws, "describe_load_balancers", "LoadBalancers"), 1, "it is not forgotten");
    let place =
        json!({"Bucket": "logs-of-mine", "CreateBucketConfiguration": {"LocationConstraint": "ap-northeast-1"}});
    aws.call("s3", "create_bucket", place);
    let allowed = json!({"Effect": "Allow", "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs-of-mine/*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [allowed]});
    aws.call("s3", "put_bucket_policy", json!({"Bucket": "logs-of-mine", "Policy": policy.to_string()}));
    p.up().expect_ok().expect_steps(&["update lb"]);
    p.expect_settled().refresh_settled();
    ups(&p, &program("", &[]));
    let arn = p.state().text("lb", "/id").to_owned();
    let told = aws.call("elbv2", "describe_load_balancer_attributes", json!({"LoadBalancerArn": arn}));
    let pairs: Vec<&Value> = told["Attributes"].as_array().into_iter().flatten().collect();
    let value = |key: &str| pairs.iter().find(|pair| pair["Key"] == key).map(|pair| pair["Value"].clone());
    assert_eq!(value("access_logs.s3.enabled"), Some(json!("false")));
    p.destroy().expect_ok();
}

#[test]
fn a_target_group_in_use_is_not_replaced_under_its_name() {
    let aws = Aws::new();
    let of = |port: u16, name: Value| {
        let group = json!({"name": name, "port": port, "protocol": "HTTP", "targetType": "ip", "vpcId": "${vpc.id}"});
        let listener = json!({
            "loadBalancerArn": "${lb.arn}", "port": 80, "protocol": "HTTP",
            "defaultActions": [{"type": "forward", "targetGroupArn": "${named.arn}"}],
        });
        let own = [Asked::new("named", "elb:TargetGroup", group), Asked::new("listener", "elb:Listener", listener)];
        [balanced(), own.to_vec()].concat()
    };
    let mut stack = Stack::new(&aws);
    stack.up(&of(80, json!("web"))).expect("it is made");
    let why = stack.up(&of(81, json!("web"))).expect_err("it is refused").words;
    assert!(why.contains("can't be replaced under the same name") && why.contains("give another `name`"), "{why}");
    assert_eq!(count(&aws, "describe_target_groups", "TargetGroups"), 2);
    stack.up(&of(81, json!("web-2"))).expect("the new one is made beside the old one");
    stack.up(&[]).expect("all is deleted");
}

/// A target group belongs to one load balancer: the old rule lets go of it first.
#[test]
fn a_rule_moves_to_another_load_balancer_with_its_target_group() {
    let aws = Aws::new();
    let of = |listener: &str| {
        let answer = json!([{"type": "fixed-response", "fixedResponseConfig": {"statusCode": "404"}}]);
        let on = |balancer: &str| json!({"loadBalancerArn": format!("${{{balancer}.arn}}"), "port": 80, "protocol": "HTTP", "defaultActions": answer});
        let rule = json!({
            "listenerArn": format!("${{{listener}.arn}}"), "priority": 1, "conditions": [{"field": "path-pattern", "values": ["/*"]}],
            "actions": [{"type": "forward", "targetGroupArn": "${tg.arn}"}],
        });
        let own = [
            Asked::new("other", "elb:LoadBalancer", json!({"subnets": ["${one.id}", "${two.id}"]})),
            Asked::new("here", "elb:Listener", on("lb")),
            Asked::new("there", "elb:Listener", on("other")),
            Asked::new("rule", "elb:ListenerRule", rule),
        ];
        [balanced(), own.to_vec()].concat()
    };
    let mut stack = Stack::new(&aws);
    stack.up(&of("here")).expect("it is made");
    let steps = stack.up(&of("there")).expect("it moves");
    assert_eq!(steps, ["replace-in-its-place rule"]);
    stack.up(&[]).expect("all is deleted");
}

/// A Network Load Balancer leaves a zone before it takes another subnet of it. It can't leave the only one.
#[test]
fn a_network_load_balancer_exchanges_the_subnet_of_a_zone() {
    let aws = Aws::new();
    let three = json!({"vpcId": "${vpc.id}", "cidrBlock": "10.0.2.0/24", "availabilityZone": "ap-northeast-1a"});
    let of = |subnets: Value| {
        let own = [
            Asked::new("three", "ec2:Subnet", three.clone()),
            Asked::new("nlb", "elb:LoadBalancer", json!({"type": "network", "subnets": subnets})),
        ];
        [balanced(), own.to_vec()].concat()
    };
    let mut stack = Stack::new(&aws);
    stack.up(&of(json!(["${one.id}", "${two.id}"]))).expect("it is made");
    let exchanged = of(json!(["${three.id}", "${two.id}"]));
    assert_eq!(stack.up(&exchanged).expect("it changes in place"), ["update nlb"]);
    assert_eq!(stack.up(&exchanged).expect("nothing is left to do"), [] as [String; 0]);
    let steps = stack.up(&of(json!(["${one.id}"]))).expect("a new one takes its place");
    assert!(steps.contains(&"replace nlb".to_owned()), "{steps:?}");
    stack.up(&[]).expect("all is deleted");
}
