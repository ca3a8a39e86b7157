//! The rows of SNS.

use serde_json::{Value, json};

use super::{Listed, Row, Second, length, row};
use crate::life::stack::Asked;

const QUEUE: &str = "arn:aws:sqs:ap-northeast-1:123456789012:jobs";
const ROLE: &str = "arn:aws:iam::123456789012:role/feedback";

pub fn rows() -> Vec<Row> {
    vec![topic_row(), fifo_row(), topic_policy_row(), queue_row(), mail_row()]
}

fn topic() -> Asked {
    Asked::new("topic", "sns:Topic", json!({"name": "alarms"}))
}

fn topic_row() -> Row {
    let logging = json!([{"protocol": "sqs", "successFeedbackRoleArn": ROLE, "successFeedbackSampleRate": 50}, {"protocol": "http/s", "failureFeedbackRoleArn": ROLE}]);
    Row {
        first: json!({"name": "alarms"}),
        given: json!({
            "displayName": "Alarms", "kmsMasterKeyId": "alias/topics", "deliveryPolicy": json!({"http": {"disableSubscriptionOverrides": true}}).to_string(),
            "tracingConfig": "Active", "signatureVersion": "2", "deliveryStatusLogging": logging, "tags": {"a": "b"},
        }),
        in_place: vec!["displayName", "kmsMasterKeyId", "deliveryStatusLogging", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"name": "a.fifo"}), "needs `fifoTopic: true`"),
            (json!({"fifoTopic": true}), "end with `.fifo`"),
            (json!({"contentBasedDeduplication": true}), "needs `fifoTopic: true`"),
            (json!({"deliveryPolicy": "{"}), "is not JSON"),
        ],
        by_hand: Some(vec![("sns", "delete_topic", json!({"TopicArn": "${x.arn}"}))]),
        ..row("sns:Topic", ("sns", "list_topics", |answer| length(answer, "Topics")))
    }
}

fn fifo_row() -> Row {
    Row {
        first: json!({"name": "orders.fifo", "fifoTopic": true}),
        given: json!({
            "contentBasedDeduplication": true, "fifoThroughputScope": "MessageGroup", "archivePolicy": {"MessageRetentionPeriod": 30},
        }),
        in_place: vec!["contentBasedDeduplication", "archivePolicy"],
        other: Some(json!({"name": "more.fifo"})),
        unnamed: json!({}),
        wrong: vec![(json!({"name": "orders"}), "end with `.fifo`")],
        by_hand: None,
        ..topic_row()
    }
}

fn policy(actions: &[&str]) -> Value {
    let statement = json!({"Sid": "own", "Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": actions, "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn topic_policy_row() -> Row {
    Row {
        around: vec![topic()],
        first: json!({"topicArn": "${topic.arn}", "policy": policy(&["sns:Publish"])}),
        given: json!({"policy": policy(&["sns:Publish", "sns:Subscribe"])}),
        in_place: vec!["policy"],
        second: Second::Refused,
        wrong: vec![
            (json!({"policy": {"Version": "2012-10-17"}}), "no `Statement`"),
            (json!({"topicArn": "alarms"}), "is not an ARN"),
        ],
        listed: Listed {
            service: "sns",
            operation: "get_topic_attributes",
            parameters: json!({"TopicArn": "${topic.arn}"}),
            count: |answer| usize::from(!answer["Attributes"]["Policy"].to_string().contains("__default_policy_ID")),
            each: 1,
        },
        by_hand: Some(vec![(
            "sns",
            "set_topic_attributes",
            json!({
                "TopicArn": "${topic.arn}", "AttributeName": "Policy",
                "AttributeValue": json!({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []}).to_string(),
            }),
        )]),
        made_anew: true,
        ..row("sns:TopicPolicy", ("sns", "", |_| 0))
    }
}

/// A subscription of a delivery stream.
fn streamed(role: &str) -> Value {
    let stream = "arn:aws:firehose:ap-northeast-1:123456789012:deliverystream/news";
    json!({"protocol": "firehose", "endpoint": stream, "subscriptionRoleArn": role})
}

fn queue_row() -> Row {
    Row {
        around: vec![topic()],
        first: json!({"topicArn": "${topic.arn}", "protocol": "sqs", "endpoint": QUEUE}),
        given: json!({
            "filterPolicy": json!({"order": {"kind": ["a"]}}).to_string(), "filterPolicyScope": "MessageBody", "rawMessageDelivery": true,
            "redrivePolicy": {"deadLetterTargetArn": format!("{QUEUE}-dead")},
        }),
        needs: vec![
            ("filterPolicy", json!({"filterPolicyScope": "MessageBody"})),
            ("filterPolicyScope", json!({"filterPolicy": {"kind": ["b"]}})),
        ],
        beside: vec![Asked::new(
            "orders",
            "sns:Topic",
            json!({"name": "orders.fifo", "fifoTopic": true, "archivePolicy": {"MessageRetentionPeriod": 30}}),
        )],
        also: vec![
            streamed(ROLE),
            streamed("arn:aws:iam::123456789012:role/more"),
            json!({
                "topicArn": "${orders.arn}", "endpoint": format!("{QUEUE}.fifo"),
                "replayPolicy": {"PointType": "Timestamp", "StartingPoint": "2026-02-28T00:00:00.000Z"},
            }),
        ],
        in_place: vec!["filterPolicy", "filterPolicyScope", "rawMessageDelivery", "redrivePolicy"],
        other: Some(json!({"endpoint": format!("{QUEUE}-more")})),
        second: Second::Refused,
        wrong: vec![
            (json!({"protocol": "firehose"}), "missing: a stream needs it"),
            (json!({"subscriptionRoleArn": ROLE}), "needs `protocol: firehose`"),
            (json!({"filterPolicyScope": "MessageBody"}), "needs `filterPolicy`"),
        ],
        by_hand: Some(vec![("sns", "unsubscribe", json!({"SubscriptionArn": "${x.arn}"}))]),
        ..row("sns:Subscription", ("sns", "list_subscriptions", |answer| length(answer, "Subscriptions")))
    }
}

/// A mail address or URL that has not confirmed: AWS keeps the subscription for two days, whoever asks for it or takes it back.
fn mail_row() -> Row {
    Row {
        around: vec![topic()],
        first: json!({"topicArn": "${topic.arn}", "protocol": "email", "endpoint": "ops@example.com"}),
        also: vec![json!({
            "protocol": "https", "endpoint": "https://example.com/news",
            "deliveryPolicy": {"healthyRetryPolicy": {"numRetries": 5, "minDelayTarget": 1, "maxDelayTarget": 20}},
        })],
        second: Second::Shared,
        listed: Listed {
            service: "sns",
            operation: "list_subscriptions",
            parameters: json!({}),
            count: |_| 0,
            each: 0,
        },
        ..row("sns:Subscription", ("sns", "", |_| 0))
    }
}
