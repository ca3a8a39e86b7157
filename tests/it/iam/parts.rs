//! What a role is given by resources of their own: policies, attachments, instance profiles; and service-linked roles.

use serde_json::json;

use super::{ADMIN, READ_ONLY, TRUST, attached, inline, roles};
use crate::aws::Aws;

const LINKED: &str = "AWSServiceRoleForECS";

/// A role with everything by resources of their own; `{action}` is what its managed policy allows.
fn program(action: &str) -> String {
    format!(
        r#"
variables:
  document:
    fn::invoke:
      function: gitinfra:iam:getPolicyDocument
      arguments: {{statements: [{{actions: ['{action}'], resources: ['*']}}]}}
resources:
  role: {{type: 'gitinfra:iam:Role', properties: {{name: web, assumeRolePolicy: {TRUST}}}}}
  own: {{type: 'gitinfra:iam:Policy', properties: {{name: own, policy: '${{document.json}}'}}}}
  inline: {{type: 'gitinfra:iam:RolePolicy', properties: {{role: '${{role.name}}', name: logs, policy: '${{document.json}}'}}}}
  read: {{type: 'gitinfra:iam:RolePolicyAttachment', properties: {{role: '${{role.name}}', policyArn: '{READ_ONLY}'}}}}
  attached: {{type: 'gitinfra:iam:RolePolicyAttachment', properties: {{role: '${{role.name}}', policyArn: '${{own.arn}}'}}}}
  profile: {{type: 'gitinfra:iam:InstanceProfile', properties: {{name: web, role: '${{role.name}}'}}}}
"#
    )
}

/// The role leaves policies out, so that those who give it some need not fight with it.
#[test]
fn a_role_and_its_parts_live_side_by_side() {
    let aws = Aws::new();
    let own = format!("arn:aws:iam::{}:policy/own", aws.account);
    let project = aws.project(&program("s3:GetObject"));
    project.up().expect_ok();
    project.expect_settled().refresh_settled().expect_settled();
    assert_eq!((attached(&aws, "web").len(), inline(&aws, "web")), (2, json!(["logs"])));
    assert_eq!(project.state().text("attached", "/id"), format!("web/{own}"));

    let versions = || aws.call("iam", "list_policy_versions", json!({"PolicyArn": own}))["Versions"].clone();
    for action in ["s3:Get*", "s3:Put*", "s3:List*", "s3:*", "sqs:*"] {
        project.program(&program(action)).up().expect_ok().expect_steps(&["update inline", "update own"]);
    }
    let kept = versions();
    let kept: Vec<_> = kept.as_array().into_iter().flatten().filter_map(|it| it["VersionId"].as_str()).collect();
    assert_eq!(kept, ["v2", "v3", "v4", "v5", "v6"], "the oldest goes");

    // Somebody else uses the policy by now.
    let other = json!({"RoleName": "other", "AssumeRolePolicyDocument": json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}).to_string(), "PermissionsBoundary": own});
    aws.call("iam", "create_role", other);
    project.destroy().expect_failure().expect_says("the permissions boundary of, role `other`");
    assert_eq!(versions().as_array().map(Vec::len), Some(5), "a policy that stays keeps its versions");
    aws.call("iam", "delete_role", json!({"RoleName": "other"}));
    project.destroy().expect_ok();
    assert!(roles(&aws).is_empty());
}

#[test]
fn what_somebody_gave_the_role_already_is_not_taken() {
    let aws = Aws::new();
    let project = aws.project(program("s3:*").split("  own:").next().expect("a role"));
    project.up().expect_ok();
    let document = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let policy = json!({"RoleName": "web", "PolicyName": "logs", "PolicyDocument": document.to_string()});
    aws.call("iam", "put_role_policy", policy);
    aws.call("iam", "attach_role_policy", json!({"RoleName": "web", "PolicyArn": READ_ONLY}));
    // To IAM, this is the same name.
    let theirs = json!({"PolicyName": "Own", "Path": "/theirs/", "PolicyDocument": document.to_string()});
    aws.call("iam", "create_policy", theirs);
    project.program(&program("s3:*"));
    project
        .up()
        .expect_failure()
        .expect_says(":policy/theirs/Own` exists already")
        .expect_says("`web:logs` exists already")
        .expect_says(&format!("`web/{READ_ONLY}` exists already"));
    let there = aws.call("iam", "get_role_policy", json!({"RoleName": "web", "PolicyName": "logs"}));
    assert_eq!(there["PolicyDocument"], document);
    assert!(!attached(&aws, "web").contains(&ADMIN.to_owned()));
}

#[test]
fn a_service_linked_role_is_shared() {
    let program = "\nresources:\n  ecs: {type: 'gitinfra:iam:ServiceLinkedRole', properties: {awsServiceName: ecs.amazonaws.com}}\n";
    let aws = Aws::new();
    let made = json!({"AWSServiceName": "ecs.amazonaws.com", "Description": "theirs"});
    aws.call("iam", "create_service_linked_role", made);
    let project = aws.project(program);
    // An attempt that never came to AWS has made nothing.
    aws.fault(json!({"kind": "drop-before", "operation": "CreateServiceLinkedRole"}));
    project.up().expect_ok();
    aws.heal();
    project.expect_settled().refresh_settled().expect_settled();
    assert_eq!(project.state().get("ecs", "/outputs/created"), false);
    project.destroy().expect_ok();
    assert_eq!(roles(&aws)[0]["Description"], "theirs");

    // One that it made itself goes, unless the service still uses it.
    let aws = Aws::new();
    let project = aws.project(program);
    project.up().expect_ok();
    assert_eq!(project.state().get("ecs", "/outputs/created"), true);
    let cluster = aws.call("ecs", "create_cluster", json!({"clusterName": "c"}));
    let arn = cluster["cluster"]["clusterArn"].as_str().unwrap_or_default();
    project.destroy().expect_failure().expect_says("is in use by the linked service").expect_says(arn);
    assert_eq!(roles(&aws)[0]["RoleName"], LINKED);
    aws.call("ecs", "delete_cluster", json!({"cluster": "c"}));
    aws.fault(json!({"kind": "lose-answer", "operation": "DeleteServiceLinkedRole"}));
    project.destroy().expect_ok();
    assert!(roles(&aws).is_empty());
}
