//! The rows of CloudWatch Logs.

use serde_json::{Value, json};

use super::{Listed, Row, Second, large, length, row};
use crate::aws::REGION;
use crate::life::stack::Asked;

pub fn rows() -> Vec<Row> {
    vec![log_group_row(), resource_policy_row(), metric_filter_row()]
}

/// The policy of a key that CloudWatch Logs may use.
fn open_to_logs() -> Value {
    let allow =
        |principal: Value| json!({"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"});
    let logs = format!("logs.{REGION}.amazonaws.com");
    json!({"Version": "2012-10-17", "Statement": [allow(json!({"AWS": "*"})), allow(json!({"Service": logs}))]})
}

fn log_group_row() -> Row {
    let statement = |sid: &str, operation: Value| {
        let address = "arn:aws:dataprotection::aws:data-identifier/EmailAddress";
        json!({"Sid": sid, "DataIdentifier": [address], "Operation": operation})
    };
    let masked = json!({"Name": "mask", "Version": "2021-06-01", "Statement": [
        statement("audit", json!({"Audit": {"FindingsDestination": {}}})),
        statement("mask", json!({"Deidentify": {"MaskConfig": {}}})),
    ]});
    Row {
        first: json!({"name": "/ecs/web"}),
        given: json!({
            "retentionInDays": 30,
            "bearerTokenAuthenticationEnabled": true,
            "dataProtectionPolicy": masked,
            "deletionProtectionEnabled": true,
            "fieldIndexPolicies": [{"fields": ["requestId", "userId"]}],
            "tags": {"a": "b"},
        }),
        in_place: vec![
            "retentionInDays",
            "bearerTokenAuthenticationEnabled",
            "dataProtectionPolicy",
            "fieldIndexPolicies",
            "tags",
        ],
        beside: vec![Asked::new("key", "kms:Key", json!({"keyPolicy": open_to_logs()}))],
        also: vec![json!({"kmsKeyId": "${key.arn}"})],
        other: Some(json!({"name": "/ecs/web-blue", "logGroupClass": "INFREQUENT_ACCESS"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "aws/web"}), "begin with `/aws/`"),
            (json!({"retentionInDays": 31}), "`31` is not one of 1, 3, 5"),
            (json!({"logGroupClass": "DELIVERY", "retentionInDays": 3}), "has its own"),
            (
                json!({"logGroupClass": "INFREQUENT_ACCESS", "fieldIndexPolicies": [{"fields": ["a"]}]}),
                "only for class",
            ),
            (json!({"kmsKeyId": "alias/logs"}), "is not an ARN"),
        ],
        by_hand: Some(vec![("logs", "delete_log_group", json!({"logGroupName": "/ecs/web"}))]),
        ..row("logs:LogGroup", ("logs", "describe_log_groups", |answer| length(answer, "logGroups")))
    }
}

fn policy(service: &str) -> Value {
    let statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "*",
    });
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn resource_policy_row() -> Row {
    Row {
        first: json!({"name": "queries", "policy": policy("route53.amazonaws.com")}),
        given: json!({"policy": policy("es.amazonaws.com")}),
        in_place: vec!["policy"],
        other: Some(json!({"name": "searches", "policy": policy("es.amazonaws.com")})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        made_anew: true,
        wrong: vec![
            (json!({"name": "AWSLogDeliveryWrite20150319"}), "AWS's own log delivery"),
            (json!({"policy": {}}), "it has no `Statement`"),
            (json!({"policy": large(51_200)}), "51200 are allowed"),
        ],
        by_hand: Some(vec![("logs", "delete_resource_policy", json!({"policyName": "queries"}))]),
        ..row(
            "logs:ResourcePolicy",
            ("logs", "describe_resource_policies", |answer| length(answer, "resourcePolicies")),
        )
    }
}

fn metric_filter_row() -> Row {
    let metric = json!({"metricName": "errors", "metricNamespace": "web", "metricValue": "1"});
    let with = |more: Value| crate::life::with(&metric, &more);
    let delete = json!({"logGroupName": "${group.name}", "filterName": "errors"});
    Row {
        around: vec![Asked::new("group", "logs:LogGroup", json!({}))],
        first: json!({
            "logGroupName": "${group.name}",
            "name": "errors",
            "filterPattern": " { $.level = \"error\" }",
            "metricTransformation": metric,
        }),
        given: json!({
            "filterPattern": "",
            "metricTransformation": with(json!({"defaultValue": 0, "unit": "Count"})),
            "applyOnTransformedLogs": true,
            "fieldSelectionCriteria": "@aws.region = \"us-east-1\"",
            "emitSystemFieldDimensions": ["@aws.account"],
        }),
        in_place: vec!["filterPattern", "metricTransformation", "applyOnTransformedLogs", "fieldSelectionCriteria"],
        other: Some(json!({"name": "warnings"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        made_anew: true,
        wrong: vec![
            (json!({"name": "a:b"}), "`:` is not allowed"),
            (json!({"metricTransformation": with(json!({"metricName": "a$"}))}), "are not allowed"),
            (
                json!({"metricTransformation": with(json!({"dimensions": {"a": "$.a"}, "defaultValue": 1}))}),
                "can't be given together",
            ),
        ],
        by_hand: Some(vec![("logs", "delete_metric_filter", delete)]),
        listed: Listed {
            service: "logs",
            operation: "describe_metric_filters",
            parameters: json!({}),
            count: |answer| length(answer, "metricFilters"),
            each: 1,
        },
        ..row("logs:MetricFilter", ("logs", "describe_metric_filters", |_| 0))
    }
}
