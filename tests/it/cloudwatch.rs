//! Alarms against the emulator, by the real engine.

use serde_json::{Value, json};

use crate::aws::Aws;

/// An alarm `web` with what it watches, one property a line.
fn program(more: &str, rest: &str) -> String {
    let more: String = more.lines().map(|line| format!("      {}\n", line.trim())).collect();
    format!(
        "\nresources:\n  alarm:\n    type: gitinfra:cloudwatch:MetricAlarm\n    properties:\n      name: web\n{more}{rest}"
    )
}

#[track_caller]
fn alarm(aws: &Aws) -> Value {
    aws.call("cloudwatch", "describe_alarms", json!({"AlarmNames": ["web"]}))["MetricAlarms"][0].clone()
}

const METRIC: &str = "namespace: AWS/ApplicationELB
metricName: TargetResponseTime
period: 60
evaluationPeriods: 3";

#[test]
fn what_an_alarm_watches_changes_in_place() {
    let aws = Aws::new();
    let average = format!("{METRIC}\nstatistic: Average\nthreshold: 0\ncomparisonOperator: GreaterThanThreshold");
    let project = aws.project(&program(&average, ""));
    let preview = project.preview().expect_ok();
    project.up().expect_ok();
    preview.expect_foreseen(&project.state(), "alarm");
    assert_eq!(alarm(&aws)["Threshold"], 0.0);

    let percentile = format!(
        "{METRIC}\nextendedStatistic: p99.9\nthreshold: 1.5\ncomparisonOperator: GreaterThanThreshold
        evaluateLowSampleCountPercentile: ignore\ndatapointsToAlarm: 3"
    );
    let metric = "{id: m1, metricStat: {metric: {namespace: AWS/ApplicationELB, metricName: RequestCount}, period: 60, stat: Sum}}";
    let band = format!(
        "metrics: [{metric}, {{id: band, expression: 'ANOMALY_DETECTION_BAND(m1, 2)'}}]
        thresholdMetricId: band\ncomparisonOperator: LessThanLowerOrGreaterThanUpperThreshold\nevaluationPeriods: 3"
    );
    let query = "evaluationCriteria: {promQlCriteria: {query: up == 0, pendingPeriod: 60}}\nevaluationInterval: 60";
    for (watched, told) in [
        (percentile.as_str(), "ExtendedStatistic"),
        (band.as_str(), "ThresholdMetricId"),
        (query, "EvaluationCriteria"),
        (average.as_str(), "Statistic"),
    ] {
        project.program(&program(watched, ""));
        project.up().expect_ok().expect_steps(&["update alarm"]);
        project.expect_settled().refresh_settled();
        let seen = alarm(&aws);
        let all = ["ExtendedStatistic", "ThresholdMetricId", "EvaluationCriteria", "Statistic"];
        let there: Vec<_> = all.into_iter().filter(|name| !seen[*name].is_null()).collect();
        assert_eq!(there, [told], "{seen:#}");
    }
    project.destroy().expect_ok();
    assert!(alarm(&aws).is_null());
}

#[test]
fn an_alarm_that_a_composite_alarm_names_is_not_deleted() {
    let aws = Aws::new();
    let average = format!("{METRIC}\nstatistic: Average\nthreshold: 0\ncomparisonOperator: GreaterThanThreshold");
    let above = "  above:
    type: gitinfra:cloudwatch:CompositeAlarm
    properties: {name: above, alarmRule: 'ALARM(\"${alarm.name}\")'}\n";
    let short = "    options: {customTimeouts: {delete: 2s}}\n";
    let project = aws.project(&program(&average, &format!("{short}{above}")));
    project.up().expect_ok().expect_steps(&["create alarm", "create above"]);
    aws.call("cloudwatch", "put_composite_alarm", json!({"AlarmName": "theirs", "AlarmRule": "NOT OK(web)"}));
    let failed = project.destroy().expect_failure();
    failed.expect_says("composite alarms whose rules name it: theirs");
    aws.call("cloudwatch", "delete_alarms", json!({"AlarmNames": ["theirs"]}));
    project.destroy().expect_ok();
}

#[test]
fn a_name_is_shared_by_all_alarms() {
    let aws = Aws::new();
    aws.call("cloudwatch", "put_composite_alarm", json!({"AlarmName": "web", "AlarmRule": "TRUE"}));
    let average = format!("{METRIC}\nstatistic: Average\nthreshold: 0\ncomparisonOperator: GreaterThanThreshold");
    let project = aws.project(&program(&average, ""));
    project.up().expect_failure().expect_says("the name `web` exists already: a composite alarm has it");
}
