//! The rows of Certificate Manager and Route 53's rarer resources.

use serde_json::{Value, json};

use super::{Listed, Row, Second, length, row};
use crate::aws::{ELSEWHERE, REGION};
use crate::life::stack::Asked;
use crate::life::with;

pub fn rows() -> Vec<Row> {
    vec![
        certificate_row(),
        certificate_validation_row(),
        shared_record_row(),
        health_check_row(),
        key_signing_key_row(),
        dnssec_row(),
        query_logging_config_row(),
    ]
}

fn zone() -> Asked {
    Asked::new("zone", "route53:Zone", json!({"name": "example.com"}))
}

/// A certificate that is about to be issued.
fn issued() -> Vec<Asked> {
    let proof = "${cert.domainValidationOptions.0";
    vec![
        zone(),
        Asked::new("cert", "acm:Certificate", json!({"domainName": "www.example.com"})),
        Asked::new(
            "proof",
            "route53:SharedRecord",
            json!({
                "zoneId": "${zone.id}",
                "name": format!("{proof}.resourceRecordName}}"),
                "records": [format!("{proof}.resourceRecordValue}}")],
            }),
        ),
    ]
}

fn certificate_row() -> Row {
    Row {
        first: json!({"domainName": "www.example.com"}),
        given: json!({
            "subjectAlternativeNames": ["*.Example.com", "www.example.com", "example.com"],
            "validationMethod": "EMAIL",
            "validationDomains": {"www.example.com": "example.com"},
            "keyAlgorithm": "EC_prime256v1",
            "certificateAuthorityArn": "arn:aws:acm-pca:ap-northeast-1:123456789012:certificate-authority/0123",
            "certificateExport": true,
            "tags": {"a": "b"},
        }),
        needs: vec![("validationDomains", json!({"validationMethod": "EMAIL"}))],
        in_place: vec!["tags"],
        other: Some(json!({"domainName": "shop.example.com"})),
        wrong: vec![
            (json!({"domainName": "www"}), "domainName"),
            (json!({"domainName": "w*.example.com"}), "`*` can only stand for the first part"),
            (json!({"domainName": format!("{}.example.com", "a".repeat(60))}), "more than 64 characters"),
            (json!({"validationDomains": {"www.example.com": "example.com"}}), "validationMethod: EMAIL"),
            (json!({"keyAlgorithm": "RSA_3072"}), "only certificates of a private authority have it"),
            (json!({"keyAlgorithm": "EC_secp521r1"}), "only certificates of a private authority have it"),
        ],
        by_hand: Some(vec![("acm", "delete_certificate", json!({"CertificateArn": "${x.id}"}))]),
        listed: Listed {
            service: "acm",
            operation: "list_certificates",
            parameters: json!({"Includes": {"keyTypes": ["RSA_2048", "EC_prime256v1"]}}),
            count: certificates,
            each: 1,
        },
        ..row("acm:Certificate", ("acm", "", |_| 0))
    }
}

fn certificates(answer: &Value) -> usize {
    length(answer, "CertificateSummaryList")
}

/// It is no thing of AWS's: all that want it share the certificate.
fn certificate_validation_row() -> Row {
    Row {
        around: issued(),
        first: json!({"certificateArn": "${cert.arn}"}),
        given: json!({"validationRecordFqdns": ["${proof.name}"]}),
        in_place: vec!["validationRecordFqdns"],
        second: Second::Shared,
        wrong: vec![(json!({"certificateArn": "arn:aws:acm:::x"}), "certificateArn")],
        listed: Listed {
            service: "acm",
            operation: "list_certificates",
            parameters: json!({"CertificateStatuses": ["ISSUED"]}),
            count: |_| 0,
            each: 0,
        },
        untold: vec!["validationRecordFqdns"],
        ..row("acm:CertificateValidation", ("acm", "", |_| 0))
    }
}

fn shared_record_row() -> Row {
    Row {
        region: ELSEWHERE,
        around: vec![zone()],
        first: json!({"zoneId": "${zone.id}", "name": "www.example.com", "owner": "one", "records": ["a.example.com"]}),
        given: json!({"ttl": 60, "waitForSync": false}),
        also: vec![json!({"type": "A", "records": ["192.0.2.1"]}), json!({"type": "TXT", "records": ["a", "b"]})],
        in_place: vec!["ttl"],
        other: Some(json!({"owner": "two"})),
        unnamed: json!({"owner": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"records": []}), "records"),
            (json!({"records": ["a.example.com", "b.example.com"]}), "a CNAME has one value"),
            (json!({"type": "A"}), "records"),
        ],
        listed: Listed {
            service: "route53",
            operation: "list_resource_record_sets",
            parameters: json!({"HostedZoneId": "${zone.id}"}),
            count: |answer| length(answer, "ResourceRecordSets"),
            each: 1,
        },
        by_hand: Some(vec![(
            "route53",
            "change_resource_record_sets",
            json!({
                "HostedZoneId": "${zone.id}",
                "ChangeBatch": {"Changes": [{"Action": "DELETE", "ResourceRecordSet": {"Name": "www.example.com.", "Type": "CNAME", "TTL": 300, "SetIdentifier": "one", "Weight": 1, "ResourceRecords": [{"Value": "a.example.com"}]}}]},
            }),
        )]),
        untold: vec!["waitForSync"],
        made_anew: true,
        ..row("route53:SharedRecord", ("route53", "", |_| 0))
    }
}

/// A health check of an alarm.
fn watching(alarm: &str, more: Value) -> Value {
    let check = json!({
        "type": "CLOUDWATCH_METRIC", "fullyQualifiedDomainName": null, "alarmIdentifier": {"name": alarm, "region": REGION},
    });
    with(&check, &more)
}

/// An alarm that a health check may watch.
fn alarm(name: &str) -> Asked {
    let alarm = json!({
        "name": name, "namespace": "AWS/ApplicationELB", "metricName": "HTTPCode_ELB_5XX_Count", "statistic": "Sum",
        "period": 60, "evaluationPeriods": 5, "threshold": 0, "comparisonOperator": "GreaterThanThreshold",
    });
    Asked::new(name, "cloudwatch:MetricAlarm", alarm)
}

fn health_check_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"type": "HTTPS", "fullyQualifiedDomainName": "www.example.com"}),
        given: json!({
            "ipAddress": "2001:DB8:0::1",
            "port": 8443,
            "resourcePath": "/health",
            "failureThreshold": 5,
            "requestInterval": 10,
            "measureLatency": true,
            "inverted": true,
            "disabled": true,
            "enableSni": false,
            "regions": ["us-east-1", "eu-west-1", "sa-east-1"],
            "tags": {"a": "b"},
        }),
        beside: vec![
            Asked::new("child", "route53:HealthCheck", json!({"type": "TCP", "ipAddress": "192.0.2.1", "port": 80})),
            alarm("errors"),
            alarm("slow"),
        ],
        also: vec![
            json!({"type": "HTTPS_STR_MATCH", "searchString": "ok"}),
            json!({"type": "CALCULATED", "fullyQualifiedDomainName": null, "childHealthChecks": ["${child.id}"], "healthThreshold": 1}),
            watching("errors", json!({})),
            watching("errors", json!({"insufficientDataHealthStatus": "Unhealthy"})),
            watching("slow", json!({})),
        ],
        in_place: vec!["port", "resourcePath", "failureThreshold", "inverted", "regions", "tags"],
        other: Some(json!({"fullyQualifiedDomainName": "shop.example.com"})),
        wrong: vec![
            (json!({"fullyQualifiedDomainName": null}), "one of `ipAddress` and `fullyQualifiedDomainName`"),
            (json!({"type": "TCP"}), "`TCP` needs it"),
            (json!({"type": "HTTPS_STR_MATCH"}), "searchString"),
            (json!({"regions": ["us-east-1"]}), "at least three"),
            (json!({"requestInterval": 20}), "10 or 30"),
            (json!({"healthThreshold": 0}), "no other type has it"),
            (unasked(json!({"requestInterval": 10})), "requestInterval"),
            (unasked(json!({"failureThreshold": 5})), "failureThreshold"),
        ],
        by_hand: Some(vec![("route53", "delete_health_check", json!({"HealthCheckId": "${x.id}"}))]),
        ..row("route53:HealthCheck", ("route53", "list_health_checks", |answer| length(answer, "HealthChecks")))
    }
}

/// A health check that asks nothing over the internet, although it says how.
fn unasked(how: Value) -> Value {
    with(&json!({"type": "CALCULATED", "fullyQualifiedDomainName": null, "healthThreshold": 0}), &how)
}

/// A KMS key of an account that can't be looked at.
const KEY: &str = "arn:aws:kms:us-east-1:999999999999:key/one";

fn key_signing_key_row() -> Row {
    Row {
        region: ELSEWHERE,
        around: vec![zone()],
        first: json!({"zoneId": "${zone.id}", "name": "one_key", "keyManagementServiceArn": KEY}),
        given: json!({"status": "INACTIVE"}),
        in_place: vec!["status"],
        other: Some(json!({"name": "two_key", "keyManagementServiceArn": KEY.replace("one", "two")})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "k"}), "name"),
            (json!({"keyManagementServiceArn": "one"}), "is not an ARN"),
            (json!({"keyManagementServiceArn": KEY.replace("us-east-1", "eu-west-1")}), "is in eu-west-1"),
        ],
        listed: Listed {
            service: "route53",
            operation: "get_dnssec",
            parameters: json!({"HostedZoneId": "${zone.id}"}),
            count: |answer| length(answer, "KeySigningKeys"),
            each: 1,
        },
        by_hand: Some(
            ["deactivate_key_signing_key", "delete_key_signing_key"]
                .map(|operation| ("route53", operation, json!({"HostedZoneId": "${zone.id}", "Name": "one_key"})))
                .to_vec(),
        ),
        ..row("route53:KeySigningKey", ("route53", "", |_| 0))
    }
}

fn dnssec_row() -> Row {
    let key = json!({"zoneId": "${zone.id}", "keyManagementServiceArn": KEY});
    Row {
        region: ELSEWHERE,
        around: vec![zone(), Asked::new("key", "route53:KeySigningKey", key)],
        first: json!({"zoneId": "${zone.id}"}),
        second: Second::Refused,
        listed: Listed {
            service: "route53",
            operation: "get_dnssec",
            parameters: json!({"HostedZoneId": "${zone.id}"}),
            count: |answer| usize::from(answer["Status"]["ServeSignature"] == "SIGNING"),
            each: 1,
        },
        by_hand: Some(vec![("route53", "disable_hosted_zone_dnssec", json!({"HostedZoneId": "${zone.id}"}))]),
        ..row("route53:Dnssec", ("route53", "", |_| 0))
    }
}

fn query_logging_config_row() -> Row {
    Row {
        region: ELSEWHERE,
        around: vec![zone()],
        first: json!({
            "zoneId": "${zone.id}",
            "cloudWatchLogsLogGroupArn": "arn:aws:logs:us-east-1:999999999999:log-group:/aws/route53/example.com",
        }),
        second: Second::Refused,
        wrong: vec![
            (json!({"cloudWatchLogsLogGroupArn": "/aws/route53"}), "is not an ARN"),
            (
                json!({"cloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:999999999999:log-group:/aws/route53/example.com"}),
                "is in eu-west-1",
            ),
        ],
        listed: Listed {
            service: "route53",
            operation: "list_query_logging_configs",
            parameters: json!({"HostedZoneId": "${zone.id}"}),
            count: |answer| length(answer, "QueryLoggingConfigs"),
            each: 1,
        },
        by_hand: Some(vec![("route53", "delete_query_logging_config", json!({"Id": "${x.id}"}))]),
        ..row("route53:QueryLoggingConfig", ("route53", "", |_| 0))
    }
}
