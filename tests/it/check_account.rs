//! Whether an account is ready: asked by the real engine, of an emulated account that is not.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::provider::Provider;

fn program(arguments: &str) -> String {
    format!(
        "
variables:
  account: {{fn::invoke: {{function: 'gitinfra:index:checkAccount', arguments: {{{arguments}}}}}}}
outputs: {{ready: '${{account.ready}}', findings: '${{account.findings}}'}}
"
    )
}

/// What the program is told: whether the account is ready, and each check with how it stands.
#[track_caller]
fn told(aws: &Aws, arguments: &str) -> (bool, Vec<String>, String) {
    let project = aws.project(&program(arguments));
    project.up().expect_ok();
    let outputs = project.command(&["stack", "output", "--json"]).expect_ok();
    let outputs: Value = serde_json::from_str(outputs.stdout.trim()).expect("the outputs are JSON");
    let findings = outputs["findings"].as_array().cloned().unwrap_or_default();
    let line = |it: &Value| {
        format!("{}: {}", it["check"].as_str().unwrap_or_default(), it["status"].as_str().unwrap_or_default())
    };
    (outputs["ready"] == true, findings.iter().map(line).collect(), outputs["findings"].to_string())
}

#[test]
fn each_finding_says_what_to_do() {
    let aws = Aws::new();
    let parent = aws.another();
    let made = parent.call("route53", "create_hosted_zone", json!({"Name": "example.org", "CallerReference": "1"}));
    let zone = made["HostedZone"]["Id"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();

    let (ready, findings, _) = told(&aws, "slackWorkspaceId: T07EA123LEP, elasticIps: 3");
    assert!(ready, "{findings:?}");
    let expected = [
        "Slack workspace: ok",
        "service-linked roles: warning",
        "VPCs: ok",
        "Elastic IP addresses: ok",
        "session preferences: ok",
    ];
    assert_eq!(findings, expected);

    for _ in 0..4 {
        aws.call("ec2", "create_vpc", json!({"CidrBlock": "10.0.0.0/16"}));
    }
    aws.call("ec2", "allocate_address", json!({"Domain": "vpc"}));
    aws.call("iam", "create_service_linked_role", json!({"AWSServiceName": "ecs.amazonaws.com"}));
    let content = json!({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {}}).to_string();
    let document = json!({"Name": "SSM-SessionManagerRunShell", "Content": content, "DocumentType": "Session"});
    aws.call("ssm", "create_document", document);
    let role = format!("arn:aws:iam::{}:role/nobody", parent.account);
    let arguments = format!(
        "slackWorkspaceId: T0OTHER, domain: app.example.com, vpcs: 5, elasticIps: 5, parentZone: {{zoneId: {zone}, assumeRole: {{roleArn: '{role}'}}}}"
    );
    let (ready, findings, words) = told(&aws, &arguments);
    assert!(!ready, "{findings:?}");
    let expected = [
        "Slack workspace: problem",
        "parent zone: problem",
        "CloudFront alias: ok",
        "service-linked roles: warning",
        "VPCs: warning",
        "Elastic IP addresses: problem",
        "session preferences: warning",
    ];
    assert_eq!(findings, expected, "{words}");
    for what in
        ["authorise it once in the console", "elasticloadbalancing.amazonaws.com", "1 in ap-northeast-1, and 5 more"]
    {
        assert!(words.contains(what), "{what}: {words}");
    }
    assert!(!words.contains("ecs.amazonaws.com"), "the role exists: {words}");

    // What another stack has is refused when it is rolled out, `overwrite` or not.
    let name = "SSM-SessionManagerRunShell";
    let document = json!({"Name": name, "Content": content, "DocumentType": "Session", "VersionName": "gitinfra-1"});
    parent.call("ssm", "create_document", document);
    let answer = Provider::start(&parent, None).invoke("gitinfra:index:checkAccount", &json!({})).expect("an answer");
    let findings = answer["findings"].as_array().cloned().unwrap_or_default();
    let found = findings.iter().find(|it| it["check"] == "session preferences").cloned().unwrap_or_default();
    assert_eq!(found["status"], "problem", "{found}");
    assert!(found["advice"].to_string().contains("if another stack has it, say `sessionManager: false`"), "{found}");
}
