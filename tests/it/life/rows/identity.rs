//! The rows of IAM, KMS, Secrets Manager and Systems Manager.

use serde_json::{Value, json};

use super::{Listed, Row, Second, large, length, row};
use crate::aws::ELSEWHERE;
use crate::life::stack::Asked;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const BILLING: &str = "arn:aws:iam::aws:policy/job-function/Billing";

pub fn rows() -> Vec<Row> {
    vec![
        role_policy_row(),
        role_policy_attachment_row(),
        instance_profile_row(),
        policy_row(),
        service_linked_role_row(),
        key_row(),
        alias_row(),
        secret_row(),
        parameter_row(),
        document_row(),
    ]
}

/// A policy that allows an action.
fn allows(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
}

fn role(name: &str) -> Asked {
    Asked::new(name, "iam:Role", json!({"name": name, "assumeRolePolicy": TRUST}))
}

fn role_policy_row() -> Row {
    Row {
        region: ELSEWHERE,
        around: vec![role("task"), role("other")],
        first: json!({"role": "${task.name}", "name": "logs", "policy": allows("logs:*")}),
        given: json!({"policy": allows("s3:*")}),
        in_place: vec!["policy"],
        other: Some(json!({"name": "queue"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a:b"}), "name"),
            (json!({"role": "a/b"}), "role"),
            (json!({"policy": "{"}), "policy"),
            (json!({"policy": large(10_240)}), "10240 are allowed"),
        ],
        listed: Listed {
            service: "iam",
            operation: "list_role_policies",
            parameters: json!({"RoleName": "task"}),
            count: |answer| length(answer, "PolicyNames"),
            each: 1,
        },
        by_hand: Some(vec![("iam", "delete_role_policy", json!({"RoleName": "task", "PolicyName": "logs"}))]),
        made_anew: true,
        ..row("iam:RolePolicy", ("iam", "", |_| 0))
    }
}

fn role_policy_attachment_row() -> Row {
    Row {
        region: ELSEWHERE,
        around: vec![role("task")],
        first: json!({"role": "${task.name}", "policyArn": READ_ONLY}),
        given: json!({"policyArn": BILLING}),
        other: Some(json!({"policyArn": BILLING})),
        second: Second::Refused,
        wrong: vec![(json!({"role": "a/b"}), "role"), (json!({"policyArn": "ReadOnlyAccess"}), "policyArn")],
        listed: Listed {
            service: "iam",
            operation: "list_attached_role_policies",
            parameters: json!({"RoleName": "task"}),
            count: |answer| length(answer, "AttachedPolicies"),
            each: 1,
        },
        by_hand: Some(vec![("iam", "detach_role_policy", json!({"RoleName": "task", "PolicyArn": READ_ONLY}))]),
        ..row("iam:RolePolicyAttachment", ("iam", "", |_| 0))
    }
}

fn instance_profile_row() -> Row {
    Row {
        region: ELSEWHERE,
        around: vec![role("task"), role("other")],
        first: json!({"name": "web", "role": "${task.name}"}),
        given: json!({"role": "${other.name}", "tags": {"a": "b"}, "path": "/service/"}),
        in_place: vec!["role", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"path": "service"}), "path"),
            (json!({"role": "a b"}), "role"),
        ],
        by_hand: Some(vec![
            ("iam", "remove_role_from_instance_profile", json!({"InstanceProfileName": "web", "RoleName": "task"})),
            ("iam", "delete_instance_profile", json!({"InstanceProfileName": "web"})),
        ]),
        ..row("iam:InstanceProfile", ("iam", "list_instance_profiles", |answer| length(answer, "InstanceProfiles")))
    }
}

fn policy_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"name": "web", "policy": allows("logs:*")}),
        given: json!({"policy": allows("s3:*"), "tags": {"a": "b"}, "path": "/service/", "description": "for the web"}),
        in_place: vec!["policy", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"path": "service"}), "path"),
            (json!({"policy": {"Version": "2012-10-17"}}), "policy"),
            (json!({"policy": large(6144)}), "6144 are allowed"),
        ],
        listed: Listed {
            service: "iam",
            operation: "list_policies",
            parameters: json!({"Scope": "Local"}),
            count: |answer| length(answer, "Policies"),
            each: 1,
        },
        by_hand: Some(vec![("iam", "delete_policy", json!({"PolicyArn": "${x.arn}"}))]),
        ..row("iam:Policy", ("iam", "", |_| 0))
    }
}

fn service_linked_role_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"awsServiceName": "autoscaling.amazonaws.com"}),
        given: json!({"description": "for the web"}),
        in_place: vec!["description"],
        also: vec![json!({"customSuffix": "web"})],
        other: Some(json!({"awsServiceName": "ecs.amazonaws.com"})),
        second: Second::Shared,
        wrong: vec![(json!({"customSuffix": ""}), "customSuffix")],
        untold: vec!["created"],
        ..row("iam:ServiceLinkedRole", ("iam", "list_roles", |answer| length(answer, "Roles")))
    }
}

fn key_row() -> Row {
    let own = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}]});
    Row {
        first: json!({}),
        given: json!({
            "description": "for the web", "tags": {"a": "b"}, "keyPolicy": own, "enableKeyRotation": false, "enabled": false,
            "pendingWindowInDays": 7, "bypassPolicyLockoutSafetyCheck": true, "multiRegion": true, "keySpec": "RSA_2048",
            "keyUsage": "SIGN_VERIFY", "origin": "EXTERNAL",
        }),
        needs: vec![("keyUsage", json!({"keySpec": "RSA_2048"}))],
        in_place: vec!["description", "tags", "keyPolicy", "enableKeyRotation", "enabled"],
        other: Some(json!({"description": "another"})),
        wrong: vec![
            (json!({"keySpec": "RSA_2048", "keyUsage": "GENERATE_VERIFY_MAC"}), "can only be for"),
            (json!({"origin": "EXTERNAL", "enableKeyRotation": true}), "enableKeyRotation"),
            (json!({"rotationPeriodInDays": 30}), "rotationPeriodInDays"),
            (json!({"rotationPeriodInDays": 90, "enableKeyRotation": false}), "enableKeyRotation: true"),
            (json!({"pendingWindowInDays": 31}), "pendingWindowInDays"),
        ],
        // A key that is pending deletion is listed by KMS itself, but no longer by its tags.
        listed: Listed {
            service: "resourcegroupstaggingapi",
            operation: "get_resources",
            parameters: json!({"ResourceTypeFilters": ["kms:key"]}),
            count: |answer| length(answer, "ResourceTagMappingList"),
            each: 1,
        },
        by_hand: Some(vec![("kms", "schedule_key_deletion", json!({"KeyId": "${x.id}"}))]),
        ..row("kms:Key", ("kms", "", |_| 0))
    }
}

fn alias_row() -> Row {
    Row {
        around: vec![Asked::new("key", "kms:Key", json!({})), Asked::new("next", "kms:Key", json!({}))],
        first: json!({"name": "alias/web", "targetKeyId": "${key.keyId}"}),
        given: json!({"targetKeyId": "${next.arn}"}),
        in_place: vec!["targetKeyId"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![(json!({"name": "alias/aws/s3"}), "name"), (json!({"name": "a b"}), "name")],
        by_hand: Some(vec![("kms", "delete_alias", json!({"AliasName": "alias/web"}))]),
        ..row("kms:Alias", ("kms", "list_aliases", own_aliases))
    }
}

/// KMS also lists its own, whether or not they are used.
fn own_aliases(answer: &Value) -> usize {
    let all = answer["Aliases"].as_array().into_iter().flatten();
    all.filter(|alias| !alias["AliasName"].as_str().unwrap_or_default().starts_with("alias/aws/")).count()
}

fn secret_row() -> Row {
    let own = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "${task.arn}"}, "Action": "secretsmanager:*", "Resource": "*"}]});
    Row {
        around: vec![role("task")],
        first: json!({"name": "web", "value": "s3cret", "forceDeleteWithoutRecovery": true}),
        given: json!({
            "description": "for the web", "tags": {"a": "b"}, "kmsKeyId": "alias/own", "value": "0ther", "resourcePolicy": own,
            "replicaRegions": [{"region": ELSEWHERE}, {"region": "eu-west-1", "kmsKeyId": "alias/own"}],
            "blockPublicPolicy": false, "forceOverwriteReplicaSecret": true,
        }),
        in_place: vec!["description", "tags", "kmsKeyId", "value", "resourcePolicy", "replicaRegions"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"generateSecretString": {}}), "only one of `value` and `generateSecretString`"),
            (json!({"value": null, "generateSecretString": {"secretStringTemplate": "{}"}}), "generateStringKey"),
            (json!({"recoveryWindowInDays": 7}), "forceDeleteWithoutRecovery"),
            (json!({"recoveryWindowInDays": 6, "forceDeleteWithoutRecovery": false}), "recoveryWindowInDays"),
        ],
        by_hand: Some(vec![(
            "secretsmanager",
            "delete_secret",
            json!({"SecretId": "${x.id}", "ForceDeleteWithoutRecovery": true}),
        )]),
        untold: vec!["value", "forceDeleteWithoutRecovery"],
        ..row("secretsmanager:Secret", ("secretsmanager", "list_secrets", |answer| length(answer, "SecretList")))
    }
}

fn parameter_row() -> Row {
    Row {
        first: json!({"name": "/web/url", "type": "SecureString", "value": "qwertz"}),
        given: json!({
            "description": "for the web", "tags": {"a": "b"}, "value": "asdfgh", "keyId": "alias/own", "allowedPattern": "^[a-z]+$",
            "tier": "Advanced",
            "policies": [{"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "20", "Unit": "Days"}}],
        }),
        needs: vec![("policies", json!({"tier": "Advanced"}))],
        in_place: vec!["description", "tags", "value", "keyId", "allowedPattern"],
        other: Some(json!({"name": "/shop/url"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "/aws/url"}), "name"),
            (json!({"value": ""}), "value"),
            (json!({"type": "String", "keyId": "alias/own"}), "type: SecureString"),
            (json!({"dataType": "aws:ec2:image"}), "type: String"),
            (json!({"policies": []}), "tier: Advanced"),
        ],
        by_hand: Some(vec![("ssm", "delete_parameter", json!({"Name": "/web/url"}))]),
        ..row("ssm:Parameter", ("ssm", "describe_parameters", |answer| length(answer, "Parameters")))
    }
}

/// A document that runs a command on instances.
fn runs(command: &str) -> Value {
    json!({
        "schemaVersion": "2.2",
        "mainSteps": [{"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": [command]}}],
    })
}

/// A document in YAML.
const YAML: &str =
    "schemaVersion: '2.2'\nmainSteps: [{action: 'aws:runShellScript', name: run, inputs: {runCommand: [stop]}}]\n";

fn attached(file: &str) -> Value {
    json!([{"key": "S3FileUrl", "values": [format!("https://s3.amazonaws.com/shop/{file}.zip")], "name": format!("{file}.zip")}])
}

fn document_row() -> Row {
    Row {
        first: json!({"name": "restart", "content": runs("restart")}),
        given: json!({
            "tags": {"a": "b"}, "content": runs("start"), "targetType": "/AWS::EC2::Instance", "accountIds": ["123456789012"],
            "documentType": "Automation", "versionName": "first", "attachments": attached("a"), "requires": [{"name": "stop"}],
        }),
        needs: vec![("attachments", json!({"content": runs("install")}))],
        also: vec![
            json!({"documentFormat": "YAML", "content": YAML}),
            json!({"content": runs("install"), "attachments": attached("a")}),
            json!({"content": runs("install"), "attachments": attached("b")}),
            json!({"content": runs("remove"), "attachments": attached("b")}),
        ],
        in_place: vec!["tags", "content", "accountIds"],
        other: Some(json!({"name": "stop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "aws-restart"}), "name"),
            (json!({"content": "schemaVersion: '2.2'"}), "documentFormat: YAML"),
            (json!({"accountIds": ["all", "123456789012"]}), "accountIds"),
        ],
        listed: Listed {
            service: "ssm",
            operation: "list_documents",
            parameters: json!({"Filters": [{"Key": "Owner", "Values": ["Self"]}]}),
            count: |answer| length(answer, "DocumentIdentifiers"),
            each: 1,
        },
        by_hand: Some(vec![("ssm", "delete_document", json!({"Name": "restart"}))]),
        untold: vec!["attachments"],
        ..row("ssm:Document", ("ssm", "", |_| 0))
    }
}
