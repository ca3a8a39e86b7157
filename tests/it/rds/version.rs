//! Versions are only ever raised, and AWS raises them by itself.

use serde_json::json;

use super::{Ground, cluster, instance};
use crate::aws::Aws;
use crate::life::stack::Asked;

#[test]
fn a_minor_upgrade_of_aws_is_no_drift() {
    let mut g = Ground::new();
    let (exact, first) = (cluster(json!({"engineVersion": "17.4"})), instance("web-1"));
    g.up(&[exact.clone(), first.clone()]);
    let modify = json!({"DBClusterIdentifier": "web", "EngineVersion": "17.5", "ApplyImmediately": true});
    g.aws.call("rds", "modify_db_cluster", modify);
    g.settled(&[exact.clone(), first.clone()]);
    assert_eq!(g.stack.kept("cluster").outputs["engineVersionActual"], "17.5");
    // Nor is a lower one ever sent along with another change.
    let more = cluster(json!({"engineVersion": "17.4", "backupRetentionPeriod": 7}));
    assert_eq!(g.up(&[more.clone(), first.clone()]), ["update cluster"]);
    assert_eq!(g.cluster()["EngineVersion"], "17.5");
    let before = g.aws.calls().len();
    for same in ["17", "17.5"] {
        let asked = [cluster(json!({"engineVersion": same, "backupRetentionPeriod": 7})), first.clone()];
        g.up(&asked);
        g.settled(&asked);
    }
    assert_eq!(g.aws.writes_after(before), Vec::<String>::new());
}

#[test]
fn a_major_upgrade_is_asked_for_and_takes_its_parameter_groups_along() {
    let mut g = Ground::new();
    let groups = |family: &str| {
        ["rds:ClusterParameterGroup", "rds:ParameterGroup"].map(|kind| {
            let name = if kind == "rds:ParameterGroup" { "members" } else { "parameters" };
            Asked::new(name, kind, json!({"family": family, "parameters": {"log_statement": "ddl"}}))
        })
    };
    let program = |family: &str, version: &str, more: serde_json::Value| {
        let [parameters, members] = groups(&format!("aurora-postgresql{family}"));
        let mut all = json!({"engineVersion": version, "clusterParameterGroupName": "${parameters.name}"});
        for (name, value) in more.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        let mut first = instance("web-1");
        first.properties["parameterGroupName"] = json!("${members.name}");
        [parameters, members, cluster(all), first]
    };
    g.up(&program("16", "16", json!({})));
    let words = g.refused(&program("16", "17", json!({})));
    assert!(
        words.contains("another major version than `16.6`") && words.contains("`allowMajorVersionUpgrade: true`"),
        "{words}"
    );
    let flagged = json!({"allowMajorVersionUpgrade": true, "dbInstanceParameterGroupName": "${members.name}"});
    let steps = g.up(&program("17", "17", flagged.clone()));
    assert!(steps.contains(&"update cluster".to_owned()), "{steps:?}");
    assert!(
        steps.contains(&"delete-replaced parameters".to_owned()),
        "the old group goes after the cluster has left it: {steps:?}"
    );
    assert_eq!(g.cluster()["EngineVersion"], "17.4");
    g.settled(&program("17", "17", flagged));
}

/// A cluster whose upgrade has failed is available again, with its old version.
#[test]
fn an_upgrade_that_fails_is_told_with_the_clusters_events() {
    let mut g = Ground::new();
    let of = |version: &str| cluster(json!({"engineVersion": version, "databaseName": "broken"}));
    g.up(&[of("17.4")]);
    let words = g.refused(&[of("17.5")]);
    assert!(words.contains("still has `17.4`") && words.contains("a precheck of the database has failed"), "{words}");
    assert_eq!(g.cluster()["EngineVersion"], "17.4");
}

#[test]
fn capital_letters_mean_nothing() {
    let mut g = Ground::new();
    let mut first = instance("Web-1");
    first.properties["clusterIdentifier"] = json!("WEB");
    let upper = cluster(json!({"identifier": "Web"}));
    g.up(&[upper.clone(), first.clone()]);
    g.settled(&[upper, first.clone()]);
    g.settled(&[cluster(json!({})), first]);
}

#[test]
fn zones_that_aws_adds_are_no_drift() {
    let mut g = Ground::new();
    let one = cluster(json!({"availabilityZones": ["ap-northeast-1c"]}));
    g.up(std::slice::from_ref(&one));
    assert_eq!(g.cluster()["AvailabilityZones"].as_array().map(Vec::len), Some(3));
    g.settled(&[one]);
}

#[test]
fn a_capacity_that_is_no_longer_given_stays() {
    let mut g = Ground::new();
    let scale = |max: f64| cluster(json!({"serverlessV2ScalingConfiguration": {"minCapacity": 0, "maxCapacity": max}}));
    let mut first = instance("web-1");
    first.properties["instanceClass"] = json!("db.serverless");
    g.up(&[scale(2.0), first.clone()]);
    g.settled(&[scale(2.0), first.clone()]);
    let before = g.aws.calls().len();
    g.settled(&[cluster(json!({})), first]);
    assert_eq!(g.aws.writes_after(before), Vec::<String>::new());
}

/// AWS says `available` for a while before it begins with a change of the capacity.
#[test]
fn a_change_is_over_only_when_it_has_begun() {
    let mut g = Ground::on(Aws::alone(0.0));
    let scale =
        |max: f64| cluster(json!({"serverlessV2ScalingConfiguration": {"minCapacity": 0.5, "maxCapacity": max}}));
    g.up(&[scale(2.0)]);
    // A minute of changing is some tenths of a second.
    g.aws.time_scale(0.01);
    g.up(&[scale(4.0), instance("web-1")]);
    assert_eq!(g.cluster()["ServerlessV2ScalingConfiguration"]["MaxCapacity"], 4.0);
    let calls = g.aws.calls();
    let create = calls.iter().filter(|call| call["operation"] == "CreateDBInstance").map(|call| call["status"].clone());
    assert_eq!(create.collect::<Vec<_>>(), [200], "the instance was asked for once, of a cluster that was ready");
}
