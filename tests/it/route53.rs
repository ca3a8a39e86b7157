//! Hosted zones and records against the emulator, by the real engine.

mod kept;
mod parent;
mod record;
mod zone;

use serde_json::{Value, json};

use crate::aws::Aws;

/// The hosted zones of an account.
#[track_caller]
fn zones(aws: &Aws) -> Vec<Value> {
    let answer = aws.call("route53", "list_hosted_zones", json!({}));
    answer["HostedZones"].as_array().cloned().unwrap_or_default()
}

/// A zone's records beside its own two, each as `NAME TYPE VALUES`, sorted.
#[track_caller]
pub fn records(aws: &Aws, zone: &str) -> Vec<String> {
    let answer = aws.call("route53", "list_resource_record_sets", json!({"HostedZoneId": zone}));
    let sets = answer["ResourceRecordSets"].as_array().cloned().unwrap_or_default();
    let own = sets.iter().filter(|set| set["Type"] != "SOA" && !(set["Type"] == "NS" && set["TTL"] == 172800));
    let mut lines: Vec<_> = own.map(line).collect();
    lines.sort();
    lines
}

fn line(set: &Value) -> String {
    let values = set["ResourceRecords"].as_array().cloned().unwrap_or_default();
    let mut values: Vec<_> = values.iter().filter_map(|value| value["Value"].as_str()).collect();
    values.sort();
    let alias = set["AliasTarget"]["DNSName"].as_str();
    let text = |name: &str| set[name].as_str().unwrap_or_default().to_owned();
    format!("{} {} {}", text("Name"), text("Type"), alias.unwrap_or(&values.join(" ")))
}

/// Changes a record behind the provider's back.
#[track_caller]
pub fn meddle(aws: &Aws, zone: &str, action: &str, set: Value) {
    let change = json!({"Action": action, "ResourceRecordSet": set});
    aws.call(
        "route53",
        "change_resource_record_sets",
        json!({"HostedZoneId": zone, "ChangeBatch": {"Changes": [change]}}),
    );
}

/// How often an operation was called.
fn count(aws: &Aws, operation: &str) -> usize {
    aws.calls().iter().filter(|call| call["operation"] == operation).count()
}
