//! What no cloud knows: it has no drift, nobody deletes it by hand, and it can't be imported.

use serde_json::json;

use super::{Listed, Row, row};

pub fn rows() -> Vec<Row> {
    vec![Row {
        given: json!({"length": 64, "rotation": "2026"}),
        in_place: vec!["length", "rotation"],
        other: Some(json!({"length": 20})),
        wrong: vec![(json!({"length": 15}), "length"), (json!({"length": 129}), "length")],
        // Nothing of it is in AWS.
        listed: Listed {
            service: "sts",
            operation: "get_caller_identity",
            parameters: json!({}),
            count: |_| 0,
            each: 0,
        },
        unknown_to_aws: Some("can't be imported"),
        ..row("random:RotatingSecret", ("sts", "", |_| 0))
    }]
}
