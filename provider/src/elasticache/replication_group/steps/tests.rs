//! Which calls an update takes, and in which order.

use pulumi_plugin::conform::conform;
use pulumi_plugin::{Map, Property as _, Shaped as _, Value, object};

use super::*;

/// Inputs as Check makes them.
fn inputs(given: &Value) -> ReplicationGroupInputs {
    let mut all =
        Map::from([("replicationGroupId".to_owned(), "web".into()), ("nodeType".to_owned(), "cache.t4g.micro".into())]);
    all.extend(given.as_object().cloned().unwrap_or_default());
    let checked = conform(&[ReplicationGroupInputs::shape()], &all);
    assert_eq!(checked.faults, []);
    ReplicationGroupInputs::decode(&Value::Object(checked.properties)).expect("conforming inputs")
}

fn group(inputs: ReplicationGroupInputs) -> ReplicationGroup {
    ReplicationGroup {
        inputs,
        arn: String::new(),
        primary_endpoint_address: None,
        reader_endpoint_address: None,
        configuration_endpoint_address: None,
        member_clusters: Vec::new(),
        cluster_enabled: false,
        engine_version_actual: "7.0.7".into(),
    }
}

/// A step in a word, of a modification those parts that the order matters for.
fn word(step: &Step) -> String {
    let Step::Modify(modification) = step else {
        return format!("{step:?}");
    };
    let strategy = modification.get_auth_token_update_strategy();
    let parts = [
        modification.get_transit_encryption_enabled().map(|on| format!("tls {on}")),
        modification.get_transit_encryption_mode().as_ref().map(|m| m.to_string()),
        modification.get_automatic_failover_enabled().map(|on| format!("failover {on}")),
        modification.get_cluster_mode().as_ref().map(|mode| format!("cluster mode {mode}")),
        modification.get_cache_parameter_group_name().as_ref().map(|name| format!("parameters {name}")),
        modification.get_engine_version().as_ref().map(|v| format!("version {v}")),
        modification.get_cache_node_type().as_ref().map(|t| format!("node {t}")),
        modification.get_durability().as_ref().map(|d| format!("durability {d}")),
        modification.get_ip_discovery().as_ref().map(|d| format!("told {d}")),
        modification.get_user_group_ids_to_add().as_ref().map(|ids| format!("users {ids:?}")),
        modification.get_user_group_ids_to_remove().as_ref().map(|_| "users go".to_owned()),
        strategy.as_ref().map(|s| format!("token {s}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[test]
fn an_update_is_a_row_of_calls() {
    let of = |pairs: &[(&str, Value)]| Value::Object(pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect());
    let number = |n: i32| Value::Number(f64::from(n));
    let (token, other) = ("a-token-of-sixteen", "another-of-sixteen");
    let failover = of(&[("replicasPerNodeGroup", number(1)), ("automaticFailoverEnabled", true.into())]);
    let plain = of(&[("transitEncryptionEnabled", false.into())]);
    let both = of(&[("transitEncryptionMode", "preferred".into())]);
    let only = of(&[("transitEncryptionMode", "required".into())]);
    let users = of(&[("userGroupIds", Value::Array(vec!["staff".into()]))]);
    let mode = |mode: &str, shards: i32| {
        let mut of = failover.as_object().cloned().unwrap_or_default();
        of.insert("clusterMode".into(), mode.into());
        of.insert("numNodeGroups".into(), number(shards));
        of.insert("parameterGroupName".into(), format!("mine-{}", mode != "disabled").into());
        Value::Object(of)
    };
    let (off, step, on) = (mode("disabled", 1), mode("compatible", 1), mode("enabled", 1));
    let wide = mode("enabled", 2);
    let dual = |told: &str| of(&[("networkType", "dual_stack".into()), ("ipDiscovery", told.into())]);
    let cases: [(Value, Value, &[&str]); 21] = [
        (object([]), object([]), &[]),
        (object([]), failover.clone(), &["Grow(1)", "failover true"]),
        (failover.clone(), object([]), &["failover false", "Shrink(0)"]),
        (off.clone(), step.clone(), &["cluster mode compatible, parameters mine-true"]),
        (step, on.clone(), &["cluster mode enabled"]),
        (off, wide.clone(), &["cluster mode compatible, parameters mine-true", "cluster mode enabled", "Shards(2)"]),
        (on, wide, &["Shards(2)"]),
        (object([("numNodeGroups", number(3))]), object([("numNodeGroups", number(2))]), &["Shards(2)"]),
        (plain.clone(), object([]), &["tls true, preferred", "required"]),
        (plain.clone(), both.clone(), &["tls true, preferred"]),
        (only.clone(), plain.clone(), &["preferred", "tls false"]),
        (both.clone(), plain.clone(), &["tls false"]),
        (both, only, &["required"]),
        (object([("authToken", token.into())]), object([("authToken", other.into())]), &["token ROTATE"]),
        (object([]), object([("authToken", other.into())]), &["token ROTATE", "token SET"]),
        (object([("authToken", token.into())]), users.clone(), &["users [\"staff\"], token DELETE"]),
        (plain.clone(), users.clone(), &["tls true, preferred", "required", "users [\"staff\"]"]),
        (users, plain, &["users go", "preferred", "tls false"]),
        (
            object([("engineVersion", "7.0".into())]),
            object([("engineVersion", "7.1".into()), ("nodeType", "cache.m7g.large".into())]),
            &["version 7.1, node cache.m7g.large"],
        ),
        (of(&[("durability", "async".into())]), of(&[("durability", "sync".into())]), &["durability sync"]),
        (dual("ipv4"), dual("ipv6"), &["told ipv6"]),
    ];
    for (old, new, expected) in cases {
        let taken = steps(&group(inputs(&old)), &inputs(&new));
        let taken: Vec<_> = taken.iter().map(word).collect();
        assert_eq!(taken, expected, "{old:?} to {new:?}");
    }
}

#[test]
fn a_version_that_aws_raised_is_not_lowered() {
    let old = group(inputs(&object([("engineVersion", "6.2".into())])));
    let raised = ReplicationGroup { engine_version_actual: "7.1.0".into(), ..old };
    let new = inputs(&object([("engineVersion", "7.0".into())]));
    assert_eq!(steps(&raised, &new), []);
}
