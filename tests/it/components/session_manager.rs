//! Session Manager: sessions that are logged, and a jump host.

use serde_json::{Value, json};

use super::lived::{begun, ended};
use crate::aws::Aws;

const NAME: &str = "SSM-SessionManagerRunShell";

/// The preferences of the region.
fn preferences(aws: &Aws) -> Value {
    let told = aws.seen_in(crate::aws::REGION, "ssm", "get_document", json!({"Name": NAME}));
    serde_json::from_str(told["Content"].as_str().unwrap_or("null")).expect("a document is JSON")
}

#[test]
fn a_jump_host_is_reached_by_sessions_alone() {
    let aws = Aws::new();
    let before = aws.look();
    // Somebody has opened the console: there are preferences.
    let console =
        json!({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {"idleSessionTimeout": "20"}});
    let content =
        json!({"Name": NAME, "DocumentType": "Session", "DocumentFormat": "JSON", "Content": console.to_string()});
    aws.call("ssm", "create_document", content);
    let project = begun(&aws, "session-manager");
    let state = project.state();
    let inputs = preferences(&aws)["inputs"].clone();
    assert_eq!(inputs["cloudWatchLogGroupName"], *state.get("sessions", "/outputs/logGroupName"));
    assert_eq!((&inputs["cloudWatchEncryptionEnabled"], &inputs["idleSessionTimeout"]), (&json!(true), &json!("15")));
    let groups = aws.call("logs", "describe_log_groups", json!({"logGroupNamePrefix": "/ssm/"}));
    let group = &groups["logGroups"][0];
    assert_eq!(
        (&group["retentionInDays"], &group["kmsKeyId"]),
        (&json!(365), state.get("sessions", "/outputs/keyArn"))
    );

    let id = state.text("sessions", "/outputs/instanceId").to_owned();
    let command = format!("aws ssm start-session --target {id} --region {}", crate::aws::REGION);
    assert_eq!(state.text("sessions", "/outputs/startCommand"), command);
    let told = aws.call("ec2", "describe_instances", json!({"InstanceIds": [id]}));
    let host = &told["Reservations"][0]["Instances"][0];
    assert_eq!(host["MetadataOptions"]["HttpTokens"], "required", "EC2.8");
    assert_eq!(host["PublicIpAddress"], Value::Null, "EC2.9");
    assert_eq!(host["NetworkInterfaces"].as_array().map(Vec::len), Some(1), "EC2.17");
    assert!(host["IamInstanceProfile"]["Arn"].is_string(), "SSM.1");
    let volumes = aws.call(
        "ec2",
        "describe_volumes",
        json!({"VolumeIds": [state.get("sessions-instance", "/outputs/rootVolumeId")]}),
    );
    assert_eq!(volumes["Volumes"][0]["Encrypted"], true, "EC2.3");
    let group = state.text("sessions", "/outputs/securityGroupId");
    let rules =
        aws.call("ec2", "describe_security_group_rules", json!({"Filters": [{"Name": "group-id", "Values": [group]}]}));
    let inwards = rules["SecurityGroupRules"].as_array().into_iter().flatten().filter(|rule| rule["IsEgress"] == false);
    assert_eq!(inwards.count(), 0);
    assert_eq!(state.get("sessions", "/outputs/controls"), &json!(["EC2.3", "EC2.8", "EC2.9", "EC2.17", "SSM.1"]));

    ended(&project, "session-manager");
    assert_eq!(preferences(&aws), console, "what there was before is restored");
    assert_eq!(aws.look(), before);
}

#[test]
fn without_a_subnet_there_is_no_jump_host() {
    let aws = Aws::new();
    let program = |more: &str| {
        format!(
            "\nresources:\n  sessions: {{type: 'gitinfra:index:SessionManager', properties: {{profile: dev, {more}}}}}\n"
        )
    };
    let project = aws.project(&program("kms: false, runAsDefaultUser: ops"));
    project.up().expect_ok().expect_steps(&["create sessions", "create sessions-logs", "create sessions-preferences"]);
    project.expect_settled().refresh_settled();
    let inputs = preferences(&aws)["inputs"].clone();
    assert_eq!((&inputs["cloudWatchEncryptionEnabled"], &inputs["runAsDefaultUser"]), (&json!(false), &json!("ops")));
    for (more, says) in [
        ("vpcId: vpc-1", "needs `subnetId`"),
        ("kms: false, encryptSessions: true", "needs `kms: true`"),
        ("logRetentionInDays: 366", "`366` is not one of"),
        ("jumpHost: {allowTo: {}}", "Systems Manager needs HTTPS"),
        ("jumpHost: {allowTo: {db: {port: 5432}}}", "needs exactly one of"),
    ] {
        project.program(&program(more));
        project.preview().expect_failure().expect_says(says);
    }
    project.destroy().expect_ok();
}
