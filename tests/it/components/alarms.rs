//! The alarms that most stacks want.

use serde_json::{Value, json};

use super::lived::begun;
use crate::aws::{Aws, ELSEWHERE, REGION};

/// What is known of the alarms of a region, each once: metric, statistic, threshold, minutes, and what missing data means.
fn alarms(aws: &Aws, region: &str) -> Vec<Value> {
    let told = aws.call_in(region, "cloudwatch", "describe_alarms", json!({}));
    let each = told["MetricAlarms"].as_array().cloned().unwrap_or_default();
    let mut each: Vec<_> = each
        .iter()
        .map(|alarm| {
            let stat = alarm["Statistic"].as_str().or(alarm["ExtendedStatistic"].as_str());
            json!([
                alarm["MetricName"],
                stat,
                alarm["Threshold"],
                alarm["EvaluationPeriods"],
                // AWS may leave out what is its default.
                alarm["TreatMissingData"].as_str().unwrap_or("missing")
            ])
        })
        .collect();
    each.sort_by_key(Value::to_string);
    each.dedup();
    each
}

#[test]
fn each_metric_has_its_threshold_and_missing_data_its_meaning() {
    let aws = Aws::new();
    let project = begun(&aws, "alarms");
    let mib = 1024.0 * 1024.0;
    assert_eq!(
        alarms(&aws, REGION),
        [
            json!(["ACUUtilization", "Average", 90.0, 5, "missing"]),
            json!(["AuroraReplicaLagMaximum", "Maximum", 1000.0, 5, "notBreaching"]),
            json!(["CPUUtilization", "Average", 80.0, 5, "missing"]),
            json!(["DatabaseMemoryUsagePercentage", "Average", 80.0, 5, "missing"]),
            json!(["EngineCPUUtilization", "Average", 80.0, 5, "missing"]),
            json!(["Evictions", "Sum", 1.0, 1, "notBreaching"]),
            json!(["FreeableMemory", "Average", 256.0 * mib, 5, "missing"]),
            json!(["HTTPCode_ELB_5XX_Count", "Sum", 10.0, 1, "notBreaching"]),
            json!(["HTTPCode_Target_5XX_Count", "Sum", 10.0, 1, "notBreaching"]),
            json!(["MemoryUtilization", "Average", 80.0, 5, "missing"]),
            json!(["ReplicationLag", "Average", 5.0, 5, "notBreaching"]),
            json!(["TargetResponseTime", "p95", 2.0, 5, "notBreaching"]),
            json!(["UnHealthyHostCount", "Maximum", 0.0, 3, "missing"]),
        ]
    );
    assert_eq!(alarms(&aws, ELSEWHERE), [json!(["5xxErrorRate", "Average", 5.0, 5, "notBreaching"])]);
    let state = project.state();
    let arns = state.get("alarms", "/outputs/alarmArns").as_object().expect("ARNs by key").clone();
    assert_eq!(arns.len(), 3 + 1 + 2 + 1 + 2 * 3 + 2 * 4 + 1);
    let one = aws.call("cloudwatch", "describe_alarms", json!({}))["MetricAlarms"][0].clone();
    assert_eq!(one["AlarmActions"], json!([state.get("topic", "/outputs/arn")]));
    assert_eq!(one["OKActions"], one["AlarmActions"]);
    let memory = state.get("alarms-aurora-writer-memory", "/outputs/comparisonOperator");
    assert_eq!(memory, "LessThanThreshold");

    // A single alarm is changed or left out.
    let example = project.read("Pulumi.yaml").expect("a program");
    let other = "overrides: {alb-latency: {threshold: 3}}\n      skip: [redis-001-evictions]\n      latencySeconds: 2";
    project.write("Pulumi.yaml", &example.replace("latencySeconds: 2", other));
    let steps = ["delete alarms-redis-001-evictions", "update alarms", "update alarms-alb-latency"];
    project.up().expect_ok().expect_steps(&steps);
    project.destroy().expect_ok();
    assert_eq!((alarms(&aws, REGION), alarms(&aws, ELSEWHERE)), (Vec::new(), Vec::new()));
}

#[test]
fn something_has_to_be_watched() {
    let aws = Aws::new();
    let topic = format!("arn:aws:sns:{REGION}:{}:alarms", aws.account);
    let project = aws.project(&format!(
        "\nresources:\n  alarms: {{type: 'gitinfra:index:Alarms', properties: {{topicArn: '{topic}', cpuPercent: 200}}}}\n"
    ));
    project.preview().expect_failure().expect_says("cpuPercent");
    let project = aws.project(&format!(
        "\nresources:\n  alarms: {{type: 'gitinfra:index:Alarms', properties: {{topicArn: '{topic}'}}}}\n"
    ));
    project
        .preview()
        .expect_failure()
        .expect_says("one of `loadBalancer`, `services`, `aurora`, `redis` or `cdn` is required");
}
