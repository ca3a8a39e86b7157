//! The rows of Certificate Manager and Route 53's rarer resources.

use serde_json::{Value, json};

use super::{Listed, Row, Second, length, row};
use crate::aws::ELSEWHERE;
use crate::life::stack::Asked;

pub fn rows() -> Vec<Row> {
    vec![certificate_row(), certificate_validation_row(), shared_record_row()]
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
