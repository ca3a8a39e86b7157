//! A certificate in every region that needs it.

use serde_json::json;

use super::{ZONE, blames, example, list, text, zone};
use crate::aws::{Aws, ELSEWHERE, REGION};
use crate::route53::records;

/// The statuses of a region's certificates.
fn statuses(aws: &Aws, region: &str) -> Vec<String> {
    let listed = aws.call_in(region, "acm", "list_certificates", json!({}));
    let listed = list(&listed, "/CertificateSummaryList");
    listed.iter().filter_map(|it| it["Status"].as_str().map(str::to_owned)).collect()
}

/// A second certificate of the same domain, in one region, and one of a name in the domain.
const MORE: &str = "
  again:
    type: gitinfra:index:Certificate
    properties: {domainName: '${domain}', zoneId: '${zoneId}', regions: [us-east-1], subjectAlternativeNames: ['www.${domain}']}
";

#[test]
fn a_certificate_lives_from_preview_to_destroy() {
    let aws = Aws::new();
    let id = zone(&aws, "app.example.com");
    let ids: [(&str, &str); 1] = [(ZONE, &id)];
    let p = example(&aws, "certificate", &ids);
    let plan = p.preview().expect_ok().steps();
    let children = [
        "create certificate",
        "create certificate-certificate-ap-northeast-1",
        "create certificate-certificate-us-east-1",
        "create certificate-record-app.example.com",
        "create certificate-validation-ap-northeast-1",
        "create certificate-validation-us-east-1",
    ];
    assert_eq!(plan, children, "a wildcard has the record of its domain");
    assert_eq!(p.up().expect_ok().steps(), plan);
    p.expect_settled().refresh_settled();
    assert_eq!([statuses(&aws, REGION), statuses(&aws, ELSEWHERE)], [["ISSUED"], ["ISSUED"]]);
    let first = records(&aws, &id);
    assert_eq!(first.len(), 1);
    let state = p.state();
    assert!(state.text("certificate", "/outputs/certificateArn").contains(REGION));
    assert!(state.text("certificate", "/outputs/certificateArns/us-east-1").contains(ELSEWHERE));
    assert_eq!(state.get("certificate", "/outputs/controls"), &json!(["ACM.1", "ACM.2"]));

    // Another certificate of the same domain has a part of the same record, and either can go without the other.
    let alone = text("certificate", &ids);
    let both = alone.replace("\noutputs:", &format!("{MORE}\noutputs:"));
    p.program(&both);
    p.up().expect_ok();
    p.expect_settled();
    let all = records(&aws, &id);
    assert_eq!((all.len(), all.iter().filter(|record| **record == first[0]).count()), (3, 2), "{all:?}");
    assert_eq!(p.state().text("again", "/outputs/certificateArn"), "", "it has none in the region of the stack");
    let head = both.split_once("\nresources:").map_or("", |(head, _)| head);
    p.program(&format!("{head}\nresources:{MORE}"));
    p.up().expect_ok();
    assert_eq!(records(&aws, &id).len(), 2);
    assert_eq!([statuses(&aws, REGION), statuses(&aws, ELSEWHERE)], [vec![], vec!["ISSUED".to_owned()]]);
    p.destroy().expect_ok();
    assert!(records(&aws, &id).is_empty() && statuses(&aws, ELSEWHERE).is_empty());
}

#[test]
fn another_region_moves_nothing() {
    let aws = Aws::new();
    let id = zone(&aws, "app.example.com");
    let p = example(&aws, "certificate", &[(ZONE, &id)]);
    let program = |regions: &str| {
        text("certificate", &[(ZONE, &id), ("# regions: [ap-northeast-1]", &format!("regions: {regions} #"))])
            .split("outputs:")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    p.program(&program("[us-east-1]"));
    p.up().expect_ok();
    p.program(&program("[us-east-1, ap-northeast-1]"));
    let steps = p.up().expect_ok().steps();
    let own = ["create certificate-certificate-ap-northeast-1", "create certificate-validation-ap-northeast-1"];
    assert_eq!(steps, [own[0], own[1], "update certificate"]);
    p.expect_settled();

    // Another name takes other certificates, and leaves the records of the others where they are.
    let more = "['*.${domain}', 'x.${domain}']";
    p.program(&program("[us-east-1]").replace("['*.${domain}']", more));
    let steps = p.up().expect_ok().steps();
    assert!(steps.contains(&"create certificate-record-x.app.example.com".to_owned()), "{steps:?}");
    assert!(!steps.iter().any(|step| step.ends_with("certificate-record-app.example.com")), "{steps:?}");
    p.expect_settled();

    let long = format!("{0}.{0}.example.com", "a".repeat(40));
    let other = format!("domainName: {long}\n      keyAlgorithm: RSA_4096");
    p.program(&program("[us-east-1]").replace("domainName: ${domain}", &other));
    let faults = [
        ("domainName", "has more than 64 characters"),
        ("keyAlgorithm", "only certificates of a private authority have it"),
    ];
    blames(&p.preview().expect_failure(), &faults);
    p.program(&program("[]"));
    blames(&p.preview().expect_failure(), &[("regions", "empty; at least one is required")]);
}
