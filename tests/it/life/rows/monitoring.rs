//! The rows of CloudWatch, SNS and Chatbot.

use serde_json::{Value, json};

use super::{Listed, Row, Second, length, row};
use crate::life::stack::Asked;

const TOPIC: &str = "arn:aws:sns:ap-northeast-1:123456789012:alarms";
/// A topic of another region.
const FAR: &str = "arn:aws:sns:us-east-1:123456789012:alarms";

pub fn rows() -> Vec<Row> {
    vec![metric_alarm_row(), math_alarm_row(), composite_alarm_row(), slack_channel_configuration_row()]
}

/// All alarms, of either type.
fn alarms() -> Listed {
    Listed {
        service: "cloudwatch",
        operation: "describe_alarms",
        parameters: json!({"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}),
        count: |answer| length(answer, "MetricAlarms") + length(answer, "CompositeAlarms"),
        each: 1,
    }
}

fn metric_alarm() -> Value {
    json!({
        "name": "errors", "namespace": "AWS/ApplicationELB", "metricName": "HTTPCode_ELB_5XX_Count", "statistic": "Sum",
        "period": 60, "evaluationPeriods": 5, "threshold": 0, "comparisonOperator": "GreaterThanThreshold",
    })
}

fn metric_alarm_row() -> Row {
    Row {
        first: metric_alarm(),
        given: json!({
            "alarmDescription": "for the web", "tags": {"a": "b"}, "actionsEnabled": false,
            "alarmActions": [TOPIC, "arn:aws:automate:ap-northeast-1:ec2:recover"], "okActions": [TOPIC],
            "insufficientDataActions": [TOPIC], "dimensions": {"LoadBalancer": "app/web/1", "TargetGroup": "targetgroup/web/1"},
            "period": 300, "unit": "Count", "evaluationPeriods": 6, "datapointsToAlarm": 5, "threshold": 1.5,
            "comparisonOperator": "LessThanThreshold", "statistic": "Average", "treatMissingData": "notBreaching",
            "evaluationWindow": {"wallClockWindow": {"timezone": "Asia/Tokyo"}}, "metricName": "RequestCount",
            "namespace": "Own",
            "warmUpConfiguration": {"warmUpPeriodDurationInMinutes": 5},
            "actionConfiguration": {"alarmTagsPropagation": {"enabled": true, "includedTagKeys": ["a"]}},
        }),
        also: vec![json!({"statistic": null, "extendedStatistic": "p99.9"})],
        in_place: vec!["alarmDescription", "tags", "alarmActions", "datapointsToAlarm", "treatMissingData"],
        other: Some(json!({"name": "slow"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"period": 90}), "period"),
            (json!({"period": 3540, "evaluationPeriods": 100}), "`evaluationPeriods` is 354000 s"),
            (json!({"threshold": null}), "threshold"),
            (json!({"statistic": null}), "statistic"),
            (json!({"extendedStatistic": "p90"}), "only one of `statistic` and `extendedStatistic`"),
            (json!({"comparisonOperator": "LessThanLowerThreshold"}), "needs `thresholdMetricId`"),
            (json!({"datapointsToAlarm": 6}), "is more than `evaluationPeriods`"),
            (json!({"metrics": [{"id": "m1", "expression": "1"}]}), "only one of `metricName`, `metrics`"),
            (json!({"alarmActions": ["web"]}), "alarmActions"),
            (json!({"okActions": [TOPIC, FAR]}), "is in us-east-1, and the alarm in ap-northeast-1"),
        ],
        listed: alarms(),
        by_hand: Some(vec![("cloudwatch", "delete_alarms", json!({"AlarmNames": ["errors"]}))]),
        made_anew: true,
        ..row("cloudwatch:MetricAlarm", ("cloudwatch", "", |_| 0))
    }
}

/// An alarm over a metric math expression.
fn math_alarm_row() -> Row {
    let metric = |id: &str, name: &str| {
        let metric =
            json!({"namespace": "AWS/ApplicationELB", "metricName": name, "dimensions": {"LoadBalancer": "app/web/1"}});
        json!({"id": id, "returnData": false, "metricStat": {"metric": metric, "period": 60, "stat": "Sum"}})
    };
    let (errors, all) = (metric("m2", "HTTPCode_ELB_5XX_Count"), metric("m1", "RequestCount"));
    let rate = json!({"id": "rate", "expression": "100 * m2 / m1", "label": "5XX of all"});
    let extra = json!({"id": "e2", "expression": "m1 * 2", "returnData": false});
    let twice = json!([{"id": "a", "expression": "1"}, {"id": "b", "expression": "2"}]);
    Row {
        first: json!({
            "name": "rate", "metrics": [errors, rate, all], "evaluationPeriods": 3, "threshold": 5,
            "comparisonOperator": "GreaterThanThreshold",
        }),
        given: json!({"metrics": [rate, all, errors, extra]}),
        also: Vec::new(),
        in_place: vec!["metrics"],
        wrong: vec![
            (json!({"metrics": twice}), "set `returnData: false` on all but one of a, b"),
            (json!({"metrics": [{"id": "M", "expression": "1"}]}), "`M` is not an id"),
            (json!({"metrics": [{"id": "m"}]}), "give exactly one of `expression` and `metricStat`"),
            (json!({"namespace": "AWS/ELB"}), "needs `metricName`"),
        ],
        by_hand: None,
        ..metric_alarm_row()
    }
}

fn slack_channel_configuration_row() -> Row {
    const ROLE: &str = "arn:aws:iam::123456789012:role/chatbot";
    const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    Row {
        region: "us-east-2",
        first: json!({
            "configurationName": "alarms", "slackWorkspaceId": "T07EA123LEP", "slackChannelId": "C07EZ1ABC23", "iamRoleArn": ROLE,
        }),
        given: json!({
            "tags": {"a": "b"}, "snsTopicArns": [TOPIC, FAR], "loggingLevel": "ERROR",
            "guardrailPolicies": [READ_ONLY], "userRoleRequired": true, "slackChannelId": "C0", "iamRoleArn": format!("{ROLE}-two"),
            "slackWorkspaceId": "T0SHOP",
        }),
        in_place: vec!["tags", "snsTopicArns", "guardrailPolicies", "slackChannelId"],
        other: Some(json!({"configurationName": "shop", "slackChannelId": "C1"})),
        unnamed: json!({"configurationName": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"configurationName": "a b"}), "configurationName"),
            (json!({"slackWorkspaceId": "web"}), "is not an id such as T07EA123LEP"),
            (json!({"slackChannelId": "#alarms"}), "is not an id such as C07EZ1ABC23"),
            (json!({"guardrailPolicies": []}), "guardrailPolicies"),
        ],
        listed: Listed {
            service: "chatbot",
            operation: "describe_slack_channel_configurations",
            parameters: json!({}),
            count: |answer| length(answer, "SlackChannelConfigurations"),
            each: 1,
        },
        ..row("chatbot:SlackChannelConfiguration", ("chatbot", "", |_| 0))
    }
}

fn composite_alarm_row() -> Row {
    let alarm = |name: &str| {
        let mut alarm = metric_alarm();
        alarm["name"] = json!(name);
        Asked::new(name, "cloudwatch:MetricAlarm", alarm)
    };
    Row {
        around: vec![alarm("errors"), alarm("slow")],
        first: json!({"name": "web", "alarmRule": "ALARM(errors) OR ALARM(\"slow\")"}),
        given: json!({
            "alarmDescription": "for the web", "tags": {"a": "b"}, "actionsEnabled": false, "alarmRule": "ALARM(errors) AND NOT OK(slow)",
            "alarmActions": [TOPIC], "okActions": [TOPIC], "insufficientDataActions": [TOPIC],
            "actionsSuppressor": "slow", "actionsSuppressorWaitPeriod": 60, "actionsSuppressorExtensionPeriod": 120,
        }),
        needs: ["actionsSuppressor", "actionsSuppressorWaitPeriod", "actionsSuppressorExtensionPeriod"]
            .map(|name| {
                let all = json!({"actionsSuppressor": "slow", "actionsSuppressorWaitPeriod": 60, "actionsSuppressorExtensionPeriod": 120});
                (name, all)
            })
            .into(),
        in_place: vec!["alarmDescription", "tags", "alarmRule", "alarmActions"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"alarmRule": "TRUE "}), "white space"),
            (json!({"alarmRule": ""}), "alarmRule"),
            (json!({"actionsSuppressor": "slow"}), "needs `actionsSuppressorWaitPeriod`"),
            (json!({"actionsSuppressorWaitPeriod": 60}), "needs `actionsSuppressor`"),
            (json!({"alarmActions": ["arn:aws:automate:ap-northeast-1:ec2:recover"]}), "no actions of EC2"),
            (json!({"alarmActions": [FAR]}), "is in us-east-1, and the alarm in ap-northeast-1"),
        ],
        listed: alarms(),
        by_hand: Some(vec![("cloudwatch", "delete_alarms", json!({"AlarmNames": ["web"]}))]),
        made_anew: true,
        ..row("cloudwatch:CompositeAlarm", ("cloudwatch", "", |_| 0))
    }
}
