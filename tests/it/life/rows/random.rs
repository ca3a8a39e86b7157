//! What no cloud knows: it has no drift, nobody deletes it by hand, and it can't be imported.

use serde_json::json;

use super::{Listed, Row, row};

pub fn rows() -> Vec<Row> {
    let protection = Row {
        first: json!({"of": "web", "enabled": false}),
        given: json!({"data": ["aurora"], "standing": ["aurora", "redis"]}),
        in_place: vec!["data", "standing"],
        other: Some(json!({"of": "app"})),
        unnamed: json!({"of": "web", "enabled": false}),
        wrong: vec![(json!({"data": "aurora"}), "data")],
        listed: nothing(),
        unknown_to_aws: Some("can't be imported"),
        ..row("index:DeletionProtection", ("sts", "", |_| 0))
    };
    vec![
        protection,
        Row {
            given: json!({"length": 64, "rotation": "2026"}),
            in_place: vec!["length", "rotation"],
            other: Some(json!({"length": 20})),
            wrong: vec![(json!({"length": 15}), "length"), (json!({"length": 129}), "length")],
            listed: nothing(),
            unknown_to_aws: Some("can't be imported"),
            ..row("random:RotatingSecret", ("sts", "", |_| 0))
        },
    ]
}

/// Nothing of it is in AWS.
fn nothing() -> Listed {
    Listed { service: "sts", operation: "get_caller_identity", parameters: json!({}), count: |_| 0, each: 0 }
}
