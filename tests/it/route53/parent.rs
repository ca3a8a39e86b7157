//! A zone in one account, and its delegation in another one.

use serde_json::json;

use super::{meddle, records, zones};
use crate::aws::{Aws, REGION};

/// The role that lets account `OURS` change records in the parent's account, and the delegation made with it. All in one program: the role
/// can't be assumed for a while after it is made.
const PROGRAM: &str = r#"
resources:
  parent:
    type: pulumi:providers:gitinfra
    properties: {region: REGION, accessKey: THEIRKEY, secretKey: secret}
  role:
    type: gitinfra:iam:Role
    properties:
      name: dns-delegation
      assumeRolePolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "OURS"}
            Action: STS:assumeRole
            Condition: {StringEquals: {sts:ExternalId: TRUSTED}}
      inlinePolicies:
        dns:
          Version: "2012-10-17"
          Statement: {Effect: Allow, Action: "route53:*", Resource: "*"}
    options: {provider: "${parent}"}
  zone: {type: "gitinfra:route53:Zone", properties: {name: app.example.com}}
  delegation:
    type: gitinfra:route53:Record
    properties:
      zoneId: PARENTZONE
      name: app.example.com
      type: NS
      ttl: 60
      records: "${zone.nameServers}"
      assumeRole: {roleArn: "${role.arn}", externalId: SAID, sessionName: delegation}
"#;

/// An account with a parent zone, another one without anything, and the program for both.
fn accounts() -> (Aws, Aws, String, String) {
    let ours = Aws::new();
    let theirs = Aws::new();
    let made =
        theirs.call("route53", "create_hosted_zone", json!({"Name": "example.com", "CallerReference": "theirs"}));
    let zone = made["HostedZone"]["Id"].as_str().unwrap_or_default().trim_start_matches("/hostedzone/").to_owned();
    let program = PROGRAM
        .replace("REGION", REGION)
        .replace("THEIRKEY", &theirs.access_key())
        .replace("OURS", &ours.account)
        .replace("PARENTZONE", &zone);
    (ours, theirs, zone, program)
}

#[test]
fn a_zone_is_delegated_from_another_account() {
    let (ours, theirs, parent, program) = accounts();
    let program = program.replace("TRUSTED", "shared").replace("SAID", "shared");
    let project = ours.project(&program);
    project.up().expect_ok();
    project.expect_settled();
    let state = project.state();
    let servers = state.get("zone", "/outputs/nameServers").as_array().cloned().unwrap_or_default();
    let servers: Vec<_> = servers.iter().filter_map(|server| server.as_str()).collect();
    assert_eq!(records(&theirs, &parent), [format!("app.example.com. NS {}", servers.join(" "))]);
    assert_eq!(zones(&ours).len(), 1);
    let roles = |aws: &Aws| aws.call("iam", "list_roles", json!({}))["Roles"].as_array().map_or(0, Vec::len);
    assert_eq!((roles(&ours), roles(&theirs)), (0, 1));
    // A drift in the parent zone is seen and mended through the role.
    let set =
        json!({"Name": "app.example.com", "Type": "NS", "TTL": 60, "ResourceRecords": [{"Value": "ns.example.net"}]});
    meddle(&theirs, &parent, "UPSERT", set);
    project.refresh().expect_ok();
    project.up().expect_ok().expect_steps(&["update delegation"]);
    project.destroy().expect_ok();
    assert!(records(&theirs, &parent).is_empty());
    assert!(zones(&ours).is_empty());
    assert_eq!(roles(&theirs), 0);
}

/// Each way in through a role: a function's question, a component's look, a resource.
const COMERS: [&str; 3] = [
    r#"
variables:
  asked: {"fn::invoke": {function: "gitinfra:sts:getCallerIdentity", arguments: {assumeRole: {roleArn: "ROLE"}}}}
outputs: {account: "${asked.accountId}"}
"#,
    r#"
resources:
  zone:
    type: gitinfra:index:DnsZone
    properties:
      {name: app.example.com, dnssec: true, protectStateful: false, region: us-east-1, assumeRole: {roleArn: "ROLE"}}
"#,
    r#"
resources: {bucket: {type: "gitinfra:s3:Bucket", properties: {assumeRole: {roleArn: "ROLE"}}}}
"#,
];

#[test]
fn a_role_that_can_not_be_assumed_yet_is_waited_for() {
    let (ours, theirs) = (Aws::new(), Aws::new());
    let trusted = json!({"Effect": "Allow", "Principal": {"AWS": ours.account}, "Action": "sts:AssumeRole"});
    let trust = json!({"Version": "2012-10-17", "Statement": trusted});
    let role = json!({"RoleName": "comers", "AssumeRolePolicyDocument": trust.to_string()});
    let role = theirs.call("iam", "create_role", role)["Role"]["Arn"].as_str().unwrap_or_default().to_owned();
    let said = format!("User: u is not authorized to perform: sts:AssumeRole on resource: {role}");
    for program in COMERS {
        let project = ours.project(&program.replace("ROLE", &role));
        ours.fault(json!({
            "kind": "error", "operation": "AssumeRole", "times": 3, "status": 403, "code": "AccessDenied", "message": said,
        }));
        let before = ours.calls().len();
        project.up().expect_ok();
        let refused = ours.calls().into_iter().skip(before).filter(|call| call["status"] == 403);
        assert_eq!(refused.count(), 3, "{program}");
        project.destroy().expect_ok();
    }
}

#[test]
fn a_role_that_does_not_trust_us_is_told() {
    let (ours, theirs, parent, program) = accounts();
    let program = program.replace("TRUSTED", "shared").replace("SAID", "guessed");
    let project = ours.project(&program);
    project
        .up()
        .expect_failure()
        .expect_says("is not authorized to perform: sts:AssumeRole")
        .expect_says("the external id");
    assert!(records(&theirs, &parent).is_empty());
    project.program(&program.replace("guessed", "shared"));
    project.up().expect_ok().expect_steps(&["create delegation"]);
    project.destroy().expect_ok();
}
