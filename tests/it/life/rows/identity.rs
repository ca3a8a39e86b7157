//! The rows of IAM, KMS, Secrets Manager and Systems Manager.

use serde_json::{Value, json};

use super::{Listed, Row, Second, length, row};
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
        ],
        listed: Listed {
            service: "iam",
            operation: "list_role_policies",
            parameters: json!({"RoleName": "task"}),
            count: |answer| length(answer, "PolicyNames"),
            each: 1,
        },
        by_hand: Some(vec![("iam", "delete_role_policy", json!({"RoleName": "task", "PolicyName": "logs"}))]),
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
        other: Some(json!({"awsServiceName": "ecs.amazonaws.com"})),
        second: Second::Shared,
        wrong: vec![(json!({"customSuffix": ""}), "customSuffix")],
        untold: vec!["created"],
        ..row("iam:ServiceLinkedRole", ("iam", "list_roles", |answer| length(answer, "Roles")))
    }
}
