//! The rows of WAF and of Firehose.

use serde_json::{Value, json};

use super::balancing::balanced;
use super::{Listed, Row, Second, length, row};
use crate::life::stack::Asked;

pub fn rows() -> Vec<Row> {
    vec![
        ip_set_row(),
        regex_pattern_set_row(),
        rule_group_row(),
        web_acl_row(),
        web_acl_association_row(),
        delivery_stream_row(),
        logging_configuration_row(),
    ]
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
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"description": "ab"}), "description"),
            (json!({"regularExpressionList": ["bot", "a".repeat(201)]}), "is 201 characters long"),
        ],
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

/// A statement that matches paths that begin so.
fn path(begin: &str) -> Value {
    json!({"byteMatchStatement": {
        "searchString": begin, "positionalConstraint": "STARTS_WITH", "fieldToMatch": {"uriPath": {}},
        "textTransformations": [{"priority": 1, "type": "LOWERCASE"}, {"priority": 0, "type": "URL_DECODE"}],
    }})
}

/// A statement that matches methods in which something is.
fn searching(strings: Value) -> Value {
    let none = json!([{"priority": 0, "type": "NONE"}]);
    let about =
        json!({"positionalConstraint": "CONTAINS", "fieldToMatch": {"method": {}}, "textTransformations": none});
    json!({"byteMatchStatement": super::super::with(&about, &strings)})
}

fn rule(priority: u32, statement: Value, action: &str) -> Value {
    let metric = format!("rule-{priority}");
    json!({"priority": priority, "statement": statement, "action": {action: {}}, "visibilityConfig": {"metricName": metric}})
}

/// A rule of each kind of statement, and of each part of a request.
fn rules() -> Value {
    let part = |field: Value| {
        let none = json!([{"priority": 0, "type": "NONE"}]);
        json!({"regexMatchStatement": {"regexString": "a+", "fieldToMatch": field, "textTransformations": none}})
    };
    let none = json!([{"priority": 0, "type": "NONE"}]);
    let deep = json!({"andStatement": {"statements": [
        path("/admin"),
        {"notStatement": {"statement": {"orStatement": {"statements": [
            {"ipSetReferenceStatement": {"arn": "${office.arn}", "ipSetForwardedIpConfig": {"headerName": "X-Forwarded-For", "fallbackBehavior": "NO_MATCH", "position": "ANY"}}},
            {"notStatement": {"statement": {"geoMatchStatement": {"countryCodes": ["JP", "DE"]}}}},
        ]}}}},
    ]}});
    let rate = json!({"rateBasedStatement": {
        "limit": 2000, "aggregateKeyType": "CUSTOM_KEYS", "evaluationWindowSec": 60, "scopeDownStatement": path("/login"),
        "customKeys": [{"ip": {}}, {"header": {"name": "x-key", "textTransformations": none}}, {"labelNamespace": {"namespace": "own:"}}],
    }});
    let bots = json!({"inspectionLevel": "TARGETED", "enableMachineLearning": false});
    let managed = json!({"managedRuleGroupStatement": {
        "vendorName": "AWS", "name": "AWSManagedRulesBotControlRuleSet", "version": "Version_1.0",
        "ruleActionOverrides": [{"name": "CategoryAI", "actionToUse": {"captcha": {}}}],
        "managedRuleGroupConfigs": [{"awsManagedRulesBotControlRuleSet": bots}], "scopeDownStatement": path("/"),
    }});
    let mut bot_control = rule(20, managed, "allow");
    bot_control.as_object_mut().expect("an object").remove("action");
    bot_control["overrideAction"] = json!({"count": {}});
    let mut labels = rule(4, json!({"labelMatchStatement": {"scope": "NAMESPACE", "key": "own:"}}), "captcha");
    labels["captchaConfig"] = json!({"immunityTimeProperty": {"immunityTime": 60}});
    labels["ruleLabels"] = json!([{"name": "own:seen"}]);
    let mut blocked = rule(3, path("/private"), "block");
    blocked["action"] = json!({"block": {"customResponse": {"responseCode": 404, "responseHeaders": [{"name": "X-Why", "value": "no"}]}}});
    json!({
        "deep": rule(1, deep, "block"), "rate": rule(2, rate, "challenge"), "labels": labels, "blocked": blocked, "bots": bot_control,
        "sql": rule(5, json!({"sqliMatchStatement": {"fieldToMatch": {"body": {}}, "textTransformations": none}}), "count"),
        "xss": rule(6, json!({"xssMatchStatement": {"fieldToMatch": {"jsonBody": {"matchPattern": {"all": {}}, "matchScope": "VALUE"}}, "textTransformations": none}}), "count"),
        "size": rule(7, json!({"sizeConstraintStatement": {"comparisonOperator": "GT", "size": 21474836480_u64, "fieldToMatch": {"queryString": {}}, "textTransformations": none}}), "count"),
        "asn": rule(8, json!({"asnMatchStatement": {"asnList": [64496]}}), "count"),
        "patterns": rule(9, json!({"regexPatternSetReferenceStatement": {"arn": "${bots.arn}", "fieldToMatch": {"singleHeader": {"name": "User-Agent"}}, "textTransformations": none}}), "count"),
        "headers": rule(10, part(json!({"headers": {"matchPattern": {"includedHeaders": ["X-A"]}, "matchScope": "ALL", "oversizeHandling": "MATCH"}})), "count"),
        "cookies": rule(11, part(json!({"cookies": {"matchPattern": {"all": {}}, "matchScope": "KEY", "oversizeHandling": "CONTINUE"}})), "count"),
        "prints": rule(12, part(json!({"ja4Fingerprint": {"fallbackBehavior": "MATCH"}})), "count"),
        "bytes": rule(13, searching(json!({"searchStringBase64": "/w=="})), "count"),
        "text": rule(14, json!({"notStatement": {"statement": searching(json!({"searchStringBase64": "Ym90"}))}}), "count"),
    })
}

fn web_acl_row() -> Row {
    let metric = json!({"metricName": "web"});
    let body = json!({"no": {"contentType": "TEXT_PLAIN", "content": "no"}});
    let two = json!({"a": rule(1, path("/a"), "block"), "b": rule(1, path("/b"), "block")});
    let nested = json!({"a": rule(1, json!({"notStatement": {"statement": {}}}), "block")});
    let unmatched = json!({"a": rule(1, json!({}), "block")});
    let group = json!({"managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}});
    let mut bad_name = json!({});
    bad_name["a b"] = rule(1, path("/a"), "block");
    Row {
        around: vec![
            Asked::new("office", "wafv2:IpSet", json!({"scope": "REGIONAL", "addresses": []})),
            Asked::new("bots", "wafv2:RegexPatternSet", json!({"scope": "REGIONAL", "regularExpressionList": ["bot"]})),
        ],
        first: json!({"name": "web", "scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": metric}),
        given: json!({
            "description": "for the web", "tags": {"a": "b"}, "rules": rules(), "defaultAction": {"block": {"customResponse": {"responseCode": 403, "customResponseBodyKey": "no"}}},
            "customResponseBodies": body, "visibilityConfig": {"metricName": "other", "sampledRequestsEnabled": false},
            "captchaConfig": {"immunityTimeProperty": {"immunityTime": 600}}, "challengeConfig": {"immunityTimeProperty": {"immunityTime": 600}},
            "tokenDomains": ["example.com"], "associationConfig": {"requestBody": {"API_GATEWAY": {"defaultSizeInspectionLimit": "KB_64"}}},
            "dataProtectionConfig": {"dataProtections": [{"field": {"fieldType": "SINGLE_HEADER", "fieldKeys": ["authorization"]}, "action": "HASH"}]},
            "onSourceDDoSProtectionConfig": {"albLowReputationMode": "ALWAYS_ON"},
            "applicationConfig": {"attributes": [{"name": "kind", "values": ["shop"]}]},
        }),
        needs: vec![("defaultAction", json!({"customResponseBodies": body}))],
        in_place: vec!["description", "tags", "rules", "tokenDomains"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"defaultAction": {}}), "exactly one property must be given"),
            (json!({"defaultAction": {"allow": {}, "block": {}}}), "can't be given together with"),
            (
                json!({"defaultAction": {"block": {"customResponse": {"responseCode": 403, "customResponseBodyKey": "no"}}}}),
                "there is no `no` in",
            ),
            (json!({"visibilityConfig": {"metricName": "All"}}), "`All` is WAF's own"),
            (json!({"rules": two}), "`a` has the same"),
            (json!({"rules": nested}), "exactly one property must be given"),
            (json!({"rules": unmatched}), "exactly one property must be given"),
            (json!({"rules": {"a": rule(1, group, "block")}}), "a group of rules needs it"),
            (json!({"rules": bad_name}), "`a b` is not a rule's name"),
            (
                json!({"rules": {"a": rule(1, searching(json!({"searchString": "é".repeat(101)})), "block")}}),
                "is 202 bytes long",
            ),
            (json!({"rules": {"a": rule(1, searching(json!({"searchStringBase64": "?"})), "block")}}), "is not Base64"),
        ],
        listed: Listed {
            service: "wafv2",
            operation: "list_web_acls",
            parameters: json!({"Scope": "REGIONAL"}),
            count: |answer| length(answer, "WebACLs"),
            each: 1,
        },
        ..row("wafv2:WebAcl", ("wafv2", "", |_| 0))
    }
}

/// A role that Firehose may assume.
fn role() -> Asked {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]});
    Asked::new("role", "iam:Role", json!({"assumeRolePolicy": trust.to_string()}))
}

fn destination(more: &Value) -> Value {
    super::super::with(&json!({"roleArn": "${role.arn}", "bucketArn": "arn:aws:s3:::logs"}), more)
}

fn delivery_stream_row() -> Row {
    const EXPRESSION: &str = "logs/!{timestamp:yyyy}/";
    let lambda = json!({"type": "Lambda", "parameters": {"LambdaArn": "arn:aws:lambda:ap-northeast-1:123456789012:function:web"}});
    let wrong = |more: Value| json!({"extendedS3DestinationConfiguration": destination(&more)});
    let full = json!({
        "prefix": EXPRESSION, "errorOutputPrefix": "errors/!{firehose:error-output-type}/", "compressionFormat": "GZIP",
        "bufferingHints": {"sizeInMBs": 64, "intervalInSeconds": 60}, "fileExtension": ".json.gz", "customTimeZone": "Asia/Tokyo",
        "encryptionConfiguration": {"kmsEncryptionConfig": {"awsKmsKeyArn": "arn:aws:kms:ap-northeast-1:123456789012:alias/logs"}},
        "cloudWatchLoggingOptions": {"logGroupName": "errors", "logStreamName": "s3"},
        "processingConfiguration": {"processors": [lambda]},
    });
    Row {
        around: vec![role()],
        first: json!({"name": "aws-waf-logs-web", "extendedS3DestinationConfiguration": destination(&json!({}))}),
        given: json!({
            "tags": {"a": "b"}, "extendedS3DestinationConfiguration": destination(&full),
            "deliveryStreamEncryptionConfigurationInput": {"keyType": "NONE"},
        }),
        in_place: vec!["tags", "extendedS3DestinationConfiguration", "deliveryStreamEncryptionConfigurationInput"],
        other: Some(json!({"name": "aws-waf-logs-shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (wrong(json!({"prefix": EXPRESSION})), "errorOutputPrefix"),
            (wrong(json!({"errorOutputPrefix": EXPRESSION})), "must hold `!{firehose:error-output-type}`"),
            (wrong(json!({"bufferingHints": {"sizeInMBs": 129}})), "sizeInMBs"),
            (
                wrong(json!({"cloudWatchLoggingOptions": {"logGroupName": "errors"}})),
                "needs `logGroupName` and `logStreamName`",
            ),
            (wrong(json!({"s3BackupMode": "Enabled"})), "s3BackupConfiguration"),
            (wrong(json!({"dynamicPartitioningConfiguration": {}})), "64 at least"),
            (wrong(json!({"fileExtension": "gz"})), "must begin with a dot"),
            (json!({"deliveryStreamEncryptionConfigurationInput": {"keyType": "CUSTOMER_MANAGED_CMK"}}), "keyArn"),
        ],
        listed: Listed {
            service: "firehose",
            operation: "list_delivery_streams",
            parameters: json!({}),
            count: |answer| length(answer, "DeliveryStreamNames"),
            each: 1,
        },
        by_hand: Some(vec![("firehose", "delete_delivery_stream", json!({"DeliveryStreamName": "aws-waf-logs-web"}))]),
        ..row("firehose:DeliveryStream", ("firehose", "", |_| 0))
    }
}

fn web_acl(name: &str) -> Asked {
    let first = json!({"scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": {"metricName": name}});
    Asked::new(name, "wafv2:WebAcl", first)
}

fn web_acl_association_row() -> Row {
    const STAGE: &str = "arn:aws:apigateway:ap-northeast-1::/restapis/a1b2/stages/web";
    let global = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/web/1";
    Row {
        around: vec![web_acl("acl"), web_acl("other")],
        first: json!({"resourceArn": STAGE, "webAclArn": "${acl.arn}"}),
        given: json!({"webAclArn": "${other.arn}"}),
        also: vec![json!({"resourceArn": "${lb.arn}"})],
        beside: balanced(),
        in_place: vec!["webAclArn"],
        second: Second::Refused,
        wrong: vec![
            (json!({"resourceArn": "arn:aws:cloudfront::123456789012:distribution/E1"}), "set its `webAclId`"),
            (json!({"webAclArn": global}), "is of scope CLOUDFRONT"),
            (
                json!({"webAclArn": global.replace("global", "regional")}),
                "is in us-east-1, and the resource in ap-northeast-1",
            ),
        ],
        listed: Listed {
            service: "wafv2",
            operation: "get_web_acl_for_resource",
            parameters: json!({"ResourceArn": STAGE}),
            count: |answer| usize::from(answer["WebACL"].is_object()),
            each: 1,
        },
        by_hand: Some(vec![("wafv2", "disassociate_web_acl", json!({"ResourceArn": STAGE}))]),
        made_anew: true,
        untold: vec!["overwrite"],
        ..row("wafv2:WebAclAssociation", ("wafv2", "", |_| 0))
    }
}

fn logging_configuration_row() -> Row {
    let stream = |name: &str, own: &str| {
        let first = json!({"name": own, "extendedS3DestinationConfiguration": destination(&json!({}))});
        Asked::new(name, "firehose:DeliveryStream", first)
    };
    let (filter, drop) =
        (json!([{"actionCondition": {"action": "BLOCK"}}]), json!([{"labelNameCondition": {"labelName": "own:x"}}]));
    let filters = json!([
        {"behavior": "KEEP", "requirement": "MEETS_ANY", "conditions": filter},
        {"behavior": "DROP", "requirement": "MEETS_ALL", "conditions": drop},
    ]);
    let wrong = |arn: &str| json!({"logDestinationConfigs": [arn]});
    Row {
        around: vec![role(), stream("stream", "aws-waf-logs-one"), stream("two", "aws-waf-logs-two"), web_acl("acl")],
        first: json!({"resourceArn": "${acl.arn}", "logDestinationConfigs": ["${stream.arn}"]}),
        given: json!({
            "logDestinationConfigs": ["${two.arn}"], "loggingFilter": {"defaultBehavior": "DROP", "filters": filters},
            "redactedFields": [{"uriPath": {}}, {"singleHeader": {"name": "Authorization"}}, {"singleHeader": {"name": "cookie"}}],
        }),
        also: vec![json!({"logDestinationConfigs": ["${group.arn}"]})],
        beside: vec![Asked::new("group", "logs:LogGroup", json!({"name": "aws-waf-logs-web"}))],
        in_place: vec!["logDestinationConfigs", "loggingFilter", "redactedFields"],
        second: Second::Refused,
        wrong: vec![
            (wrong("arn:aws:s3:::logs"), "`logs` does not begin with `aws-waf-logs-`"),
            (wrong("arn:aws:logs:ap-northeast-1:123456789012:log-group:aws-waf-logs-web:*"), "ends with `:*`"),
            (wrong("arn:aws:sns:ap-northeast-1:123456789012:aws-waf-logs-web"), "is none of a Firehose stream"),
            (json!({"redactedFields": [{}]}), "exactly one property must be given"),
        ],
        listed: Listed {
            service: "wafv2",
            operation: "list_logging_configurations",
            parameters: json!({"Scope": "REGIONAL"}),
            count: |answer| length(answer, "LoggingConfigurations"),
            each: 1,
        },
        by_hand: Some(vec![("wafv2", "delete_logging_configuration", json!({"ResourceArn": "${acl.arn}"}))]),
        made_anew: true,
        ..row("wafv2:LoggingConfiguration", ("wafv2", "", |_| 0))
    }
}

fn rule_group_row() -> Row {
    let body = json!({"no": {"contentType": "APPLICATION_JSON", "content": "{}"}});
    let group = json!({"managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}});
    let mut managed = rule(1, group, "block");
    managed.as_object_mut().expect("an object").remove("action");
    managed["overrideAction"] = json!({"none": {}});
    Row {
        first: json!({"name": "web", "scope": "REGIONAL", "capacity": 50, "visibilityConfig": {"metricName": "web"}}),
        given: json!({
            "description": "for the web", "tags": {"a": "b"}, "customResponseBodies": body, "capacity": 60,
            "rules": {"login": rule(2, path("/login"), "captcha"), "admin": rule(1, path("/admin"), "block")},
            "visibilityConfig": {"metricName": "other", "cloudWatchMetricsEnabled": false},
        }),
        in_place: vec!["description", "tags", "rules", "customResponseBodies"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"capacity": 0}), "capacity"),
            (json!({"rules": {"managed": managed}}), "holds no other groups"),
            (json!({"visibilityConfig": {"metricName": "a b"}}), "is not a metric's name"),
        ],
        listed: Listed {
            service: "wafv2",
            operation: "list_rule_groups",
            parameters: json!({"Scope": "REGIONAL"}),
            count: |answer| length(answer, "RuleGroups"),
            each: 1,
        },
        ..row("wafv2:RuleGroup", ("wafv2", "", |_| 0))
    }
}
