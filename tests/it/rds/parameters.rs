//! Parameters, and subscriptions to events.

use serde_json::{Value, json};

use super::{Ground, cluster, instance};
use crate::life::stack::Asked;

fn group(parameters: Value) -> Asked {
    Asked::new(
        "parameters",
        "rds:ClusterParameterGroup",
        json!({"name": "own", "family": "aurora-postgresql17", "parameters": parameters}),
    )
}

/// The parameters that somebody has set, by name.
#[track_caller]
fn set(g: &Ground) -> Vec<(String, String)> {
    let asked = json!({"DBClusterParameterGroupName": "own", "Source": "user"});
    let answer = g.aws.call("rds", "describe_db_cluster_parameters", asked);
    let all = answer["Parameters"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.iter().map(|it| (text(&it["ParameterName"]), text(&it["ParameterValue"]))).collect()
}

#[test]
fn only_what_changed_is_touched() {
    let mut g = Ground::new();
    g.up(&[group(json!({"timezone": "Asia/Tokyo", "log_statement": "ddl", "rds.force_ssl": "1"}))]);
    // Somebody sets another one by hand: it goes, and nothing else is touched.
    let modify = json!({"DBClusterParameterGroupName": "own", "Parameters": [{"ParameterName": "work_mem", "ParameterValue": "8192", "ApplyMethod": "immediate"}]});
    g.aws.call("rds", "modify_db_cluster_parameter_group", modify);
    g.stack.refresh().expect("a refresh");
    let before = g.aws.calls().len();
    assert_eq!(
        g.up(&[group(json!({"timezone": "Asia/Tokyo", "log_statement": "ddl", "rds.force_ssl": "1"}))]),
        ["update parameters"]
    );
    assert_eq!(g.aws.writes_after(before), ["ResetDBClusterParameterGroup"]);
    assert_eq!(set(&g), [("log_statement".into(), "ddl".into()), ("timezone".into(), "Asia/Tokyo".into())]);
}

#[test]
fn more_than_twenty_parameters_go_in_several_calls() {
    let mut g = Ground::new();
    let all = json!({
        "apg_plan_mgmt.max_databases": "5", "autovacuum_max_workers": "4", "deadlock_timeout": "2000", "log_connections": "1",
        "log_disconnections": "1", "log_lock_waits": "1", "log_min_duration_statement": "500", "log_statement": "ddl",
        "max_connections": "500", "password_encryption": "scram-sha-256", "pgaudit.log": "ddl", "pg_stat_statements.track": "all",
        "random_page_cost": "1.1", "rds.accepted_password_auth_method": "scram", "rds.log_retention_period": "1440",
        "rds.logical_replication": "1", "shared_preload_libraries": "pgaudit", "ssl_max_protocol_version": "TLSv1.3",
        "ssl_min_protocol_version": "TLSv1.3", "statement_timeout": "1000", "timezone": "Asia/Tokyo", "work_mem": "8192",
    });
    let before = g.aws.calls().len();
    g.up(&[group(all.clone())]);
    let writes = g.aws.writes_after(before);
    assert_eq!(writes.iter().filter(|call| *call == "ModifyDBClusterParameterGroup").count(), 2, "{writes:?}");
    g.settled(&[group(all)]);
    g.up(&[group(json!({}))]);
    assert_eq!(set(&g), []);
}

#[test]
fn a_parameter_that_there_is_not_is_told_with_the_one_that_was_meant() {
    let mut g = Ground::new();
    let words = g.refused(&[group(json!({"log_statment": "ddl", "ssl": "0"}))]);
    assert!(words.contains("did you mean `log_statement`?"), "{words}");
    assert!(words.contains("doesn't let this parameter be changed"), "{words}");
    g.up(&[group(json!({"log_statement": "ddl"}))]);
    let words = g.refused(&[group(json!({"log_statement": "everything"}))]);
    assert!(words.contains("setting log_statement of") && words.contains("allowed values are"), "{words}");
}

#[test]
fn categories_that_there_are_not_are_told_with_those_that_there_are() {
    let mut g = Ground::new();
    let subscription = |more: Value| {
        let mut all = json!({"name": "web", "snsTopicArn": "arn:aws:sns:ap-northeast-1:210987654321:alarms"});
        for (name, value) in more.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        Asked::new("events", "rds:EventSubscription", all)
    };
    let words = g.refused(&[subscription(json!({"sourceType": "db-cluster", "eventCategories": ["recovery"]}))]);
    assert!(words.contains("SubscriptionCategoryNotFound") && words.contains("failover, failure"), "{words}");
    let cluster = cluster(json!({}));
    let of_cluster = subscription(
        json!({"sourceType": "db-cluster", "sourceIds": ["${cluster.id}"], "eventCategories": ["failover"]}),
    );
    g.up(&[cluster.clone(), of_cluster]);
    // Another type: the old sources go first.
    let first = instance("web-1");
    let of_instance = subscription(
        json!({"sourceType": "db-instance", "sourceIds": ["${web-1.id}"], "eventCategories": ["failover"]}),
    );
    assert!(g.up(&[cluster.clone(), first.clone(), of_instance.clone()]).contains(&"update events".to_owned()));
    g.settled(&[cluster.clone(), first.clone(), of_instance]);
    // RDS can't take all categories, or all types, again.
    for wider in [json!({"sourceType": "db-instance", "sourceIds": ["${web-1.id}"]}), json!({})] {
        let steps = g.up(&[cluster.clone(), first.clone(), subscription(wider.clone())]);
        assert_eq!(steps, ["replace-in-its-place events"]);
        g.settled(&[cluster.clone(), first.clone(), subscription(wider)]);
    }
}
