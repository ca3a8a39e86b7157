//! The rows of WAF and of Firehose.

use serde_json::json;

use super::{Listed, Row, Second, length, row};

pub fn rows() -> Vec<Row> {
    vec![ip_set_row(), regex_pattern_set_row()]
}

fn ip_set_row() -> Row {
    Row {
        first: json!({"name": "office", "scope": "REGIONAL", "addresses": ["192.0.2.1/32"]}),
        given: json!({
            "description": "for the web", "tags": {"a": "b"}, "addresses": ["192.0.2.0/24", "198.51.100.7/32"],
        }),
        in_place: vec!["description", "tags", "addresses"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"description": "ab"}), "description"),
            (json!({"addresses": ["192.0.2.1"]}), "did you mean `192.0.2.1/32`?"),
            (json!({"addresses": ["0.0.0.0/0"]}), "all addresses"),
            (json!({"addresses": ["2001:db8::/56"]}), "is not IPV4"),
        ],
        listed: Listed {
            service: "wafv2",
            operation: "list_ip_sets",
            parameters: json!({"Scope": "REGIONAL"}),
            count: |answer| length(answer, "IPSets"),
            each: 1,
        },
        ..row("wafv2:IpSet", ("wafv2", "", |_| 0))
    }
}

fn regex_pattern_set_row() -> Row {
    Row {
        first: json!({"name": "bots", "scope": "REGIONAL", "regularExpressionList": ["bot", "^/admin"]}),
        given: json!({"description": "for the web", "tags": {"a": "b"}, "regularExpressionList": ["^/admin", "bot", "a+"]}),
        in_place: vec!["description", "tags", "regularExpressionList"],
        wrong: vec![(json!({"name": "a b"}), "name"), (json!({"description": "ab"}), "description")],
        listed: Listed {
            service: "wafv2",
            operation: "list_regex_pattern_sets",
            parameters: json!({"Scope": "REGIONAL"}),
            count: |answer| length(answer, "RegexPatternSets"),
            each: 1,
        },
        ..Row { kind: "wafv2:RegexPatternSet", ..ip_set_row() }
    }
}
