//! The rows of RDS and the rest of ElastiCache.

use serde_json::json;

use super::{Row, Second, length, row, two_subnets};

pub fn rows() -> Vec<Row> {
    vec![subnet_group_row(), cluster_parameter_group_row(), parameter_group_row()]
}

fn subnet_group_row() -> Row {
    Row {
        around: two_subnets(),
        first: json!({"name": "web", "subnetIds": ["${one.id}", "${two.id}"]}),
        given: json!({"description": "for the web", "tags": {"a": "b"}}),
        in_place: vec!["description", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "1st"}), "name"),
            (json!({"name": "default"}), "`default` is AWS's own"),
            (json!({"subnetIds": ["${one.id}"]}), "subnetIds"),
        ],
        by_hand: Some(vec![("rds", "delete_db_subnet_group", json!({"DBSubnetGroupName": "web"}))]),
        ..row("rds:SubnetGroup", ("rds", "describe_db_subnet_groups", |answer| length(answer, "DBSubnetGroups")))
    }
}

fn cluster_parameter_group_row() -> Row {
    Row {
        first: json!({"name": "web", "family": "aurora-postgresql17", "parameters": {"rds.force_ssl": "1", "timezone": "Asia/Tokyo"}}),
        given: json!({
            "description": "for the web",
            "tags": {"a": "b"},
            "parameters": {"log_statement": "ddl", "max_connections": "500", "password_encryption": "scram-sha-256", "rds.accepted_password_auth_method": "scram"},
        }),
        in_place: vec!["tags", "parameters"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "1st"}), "name"),
            (json!({"family": ""}), "family"),
            (json!({"parameters": {"TimeZone": "UTC"}}), "AWS writes it in lower case: `timezone`"),
        ],
        by_hand: Some(vec![(
            "rds",
            "delete_db_cluster_parameter_group",
            json!({"DBClusterParameterGroupName": "web"}),
        )]),
        // An import knows nothing of parameters that have the value that they would have anyway.
        untold: vec!["parameters"],
        ..row(
            "rds:ClusterParameterGroup",
            ("rds", "describe_db_cluster_parameter_groups", |answer| length(answer, "DBClusterParameterGroups")),
        )
    }
}

fn parameter_group_row() -> Row {
    Row {
        first: json!({"name": "web", "family": "aurora-postgresql17", "parameters": {"log_statement": "ddl"}}),
        given: json!({"description": "for the web", "tags": {"a": "b"}, "parameters": {"log_lock_waits": "1", "work_mem": "8192"}}),
        in_place: vec!["tags", "parameters"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![(json!({"name": "a--b"}), "name"), (json!({"description": ""}), "description")],
        by_hand: Some(vec![("rds", "delete_db_parameter_group", json!({"DBParameterGroupName": "web"}))]),
        ..row(
            "rds:ParameterGroup",
            ("rds", "describe_db_parameter_groups", |answer| length(answer, "DBParameterGroups")),
        )
    }
}
