//! A security group with its rules.

use serde_json::{Value, json};

use crate::aws::Aws;

/// A group `web` in a VPC, and one that may reach it.
fn program(properties: &str) -> String {
    format!(
        "
resources:
  vpc: {{type: 'gitinfra:ec2:Vpc', properties: {{cidrBlock: 10.0.0.0/16}}}}
  load: {{type: 'gitinfra:index:SecurityGroup', properties: {{vpcId: '${{vpc.id}}', description: for load}}}}
  web: {{type: 'gitinfra:index:SecurityGroup', properties: {{vpcId: '${{vpc.id}}', {properties}}}}}
"
    )
}

/// The rules of the group `web-sg`: whether outwards, protocol, ports and the other side.
fn rules(aws: &Aws) -> Vec<Value> {
    let groups =
        aws.call("ec2", "describe_security_groups", json!({"Filters": [{"Name": "tag:Name", "Values": ["web-sg"]}]}));
    let id = &groups["SecurityGroups"][0]["GroupId"];
    let found =
        aws.call("ec2", "describe_security_group_rules", json!({"Filters": [{"Name": "group-id", "Values": [id]}]}));
    let mut rules: Vec<_> = found["SecurityGroupRules"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|rule| {
            let group = rule.pointer("/ReferencedGroupInfo/GroupId").map(|_| "a group");
            let peer = rule["CidrIpv4"].as_str().or(rule["CidrIpv6"].as_str()).or(group);
            json!([rule["IsEgress"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"], peer])
        })
        .collect();
    rules.sort_by_key(Value::to_string);
    rules
}

#[test]
fn exactly_the_named_traffic_is_allowed() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&program("allowFrom: {load: {securityGroupId: '${load.securityGroupId}', port: 8080}}"));
    let plan = project.preview().expect_ok().steps();
    assert!(plan.contains(&"create web-sg-from-load".to_owned()), "{plan:?}");
    assert_eq!(project.up().expect_ok().steps(), plan);
    project.expect_settled().refresh_settled();
    let https = json!([true, "tcp", 443, 443, "0.0.0.0/0"]);
    assert_eq!(rules(&aws), [json!([false, "tcp", 8080, 8080, "a group"]), https]);
    assert_eq!(project.state().get("web", "/outputs/controls"), &json!(["EC2.19"]));

    project.program(&program("allowFrom: {odd: {cidr: 10.0.0.0/8, port: 90, toPort: 80}}"));
    project
        .preview()
        .expect_failure()
        .expect_says("property allowFrom.odd")
        .expect_says("`toPort` is less than `port`");
    project.program(&program("allowFrom: {a: {port: 1}, b: {cidr: 10.0.0.0/8}}"));
    project.preview().expect_failure().expect_says("needs exactly one of").expect_says("needs a `port`");

    project.program(&program(
        "allowFrom: {load: {securityGroupId: '${load.securityGroupId}', port: 8081}, ssh: {cidr: 0.0.0.0/0, port: 22}, ping: {cidr6: '::/0', protocol: icmpv6}}, allowTo: {}",
    ));
    let steps = project.up().expect_ok().steps();
    let asked = [
        "create web-sg-from-ping",
        "create web-sg-from-ssh",
        "delete web-sg-to-https",
        "update web",
        "update web-sg-from-load",
    ];
    assert_eq!(steps, asked);
    project.expect_settled();
    let [ping, ssh, load] = [
        json!([false, "icmpv6", -1, -1, "::/0"]),
        json!([false, "tcp", 22, 22, "0.0.0.0/0"]),
        json!([false, "tcp", 8081, 8081, "a group"]),
    ];
    assert_eq!(rules(&aws), [ping, ssh, load]);
    assert_eq!(project.state().get("web", "/outputs/controlsOpen"), &json!(["EC2.19: open to everywhere: ping, ssh"]));
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}
