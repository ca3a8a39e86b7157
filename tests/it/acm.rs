//! Certificates: the journeys through the real engine, seen through boto3.

use serde_json::{Value, json};

use crate::aws::{Aws, ELSEWHERE, REGION};
use crate::route53::{meddle, records};

/// A zone, and certificates of one name in these regions; each with its own part in the record that proves it.
fn program(regions: &[&str]) -> String {
    let zone = "\nresources:\n  zone: {type: 'gitinfra:route53:Zone', properties: {name: example.com}}\n".to_owned();
    regions.iter().fold(zone, |program, region| {
        let cert = format!("cert-{region}");
        let option = |property: &str| format!("'${{{cert}.domainValidationOptions[0].{property}}}'");
        program
            + &format!(
                "
  {cert}:
    type: gitinfra:acm:Certificate
    properties: {{domainName: example.com, subjectAlternativeNames: ['*.example.com'], region: {region}}}
  proof-{region}:
    type: gitinfra:route53:SharedRecord
    properties: {{zoneId: '${{zone.zoneId}}', name: {}, records: [{}]}}
  valid-{region}:
    type: gitinfra:acm:CertificateValidation
    properties: {{certificateArn: '${{{cert}.arn}}', validationRecordFqdns: ['${{proof-{region}.name}}'], region: {region}}}
",
                option("resourceRecordName"),
                option("resourceRecordValue")
            )
    })
}

/// The statuses of a region's certificates.
fn statuses(aws: &Aws, region: &str) -> Vec<String> {
    let listed = aws.call_in(region, "acm", "list_certificates", json!({}));
    let listed = listed["CertificateSummaryList"].as_array().cloned().unwrap_or_default();
    listed.iter().filter_map(|it| it["Status"].as_str().map(str::to_owned)).collect()
}

#[test]
fn certificates_of_one_name_share_their_record() {
    let aws = Aws::new();
    let p = aws.project(&program(&[REGION, ELSEWHERE]));
    p.preview().expect_ok();
    p.up().expect_ok();
    p.expect_settled().refresh_settled();
    assert_eq!((statuses(&aws, REGION), statuses(&aws, ELSEWHERE)), (vec!["ISSUED".into()], vec!["ISSUED".into()]));
    let zone = p.state().text("zone", "/id").to_owned();
    let both = records(&aws, &zone);
    assert_eq!((both.len(), &both[0]), (2, &both[1]), "each has a part of the one record");

    // One goes: the other one can still be renewed.
    p.program(&program(&[ELSEWHERE]));
    p.up().expect_ok();
    assert_eq!(records(&aws, &zone), both[1..]);
    assert!(statuses(&aws, REGION).is_empty());
    p.destroy().expect_ok();
}

#[test]
fn a_certificate_that_is_never_issued_is_made_anew() {
    let aws = Aws::new();
    // Names are the same to all accounts: nobody else has a zone of this one.
    let program = |regions: &[&str]| program(regions).replace("example.com", "not-amazon.net");
    let p = aws.project(&program(&[]));
    p.up().expect_ok();
    let zone = p.state().text("zone", "/id").to_owned();
    let caa = json!({"Name": "not-amazon.net", "Type": "CAA", "TTL": 60, "ResourceRecords": [{"Value": "0 issue \"letsencrypt.org\""}]});
    meddle(&aws, &zone, "CREATE", caa.clone());
    p.program(&program(&[REGION]));
    p.up()
        .expect_failure()
        .expect_says("FAILED: CAA_ERROR")
        .expect_says("`pulumi up --refresh` makes a new certificate");
    meddle(&aws, &zone, "DELETE", caa);
    let first = p.state().text("cert-ap-northeast-1", "/id").to_owned();
    p.act("up", &["--refresh"]).expect_ok();
    assert_eq!(statuses(&aws, REGION), ["ISSUED"]);
    assert_ne!(p.state().text("cert-ap-northeast-1", "/id"), first);
    p.expect_settled();

    // What Certificate Manager gives up at once is deleted again.
    p.program(&program(&[]).replace(
        "not-amazon.net}}",
        "not-amazon.net}}\n  odd: {type: 'gitinfra:acm:Certificate', properties: {domainName: x.amazonaws.com}}",
    ));
    p.up().expect_failure().expect_says("DOMAIN_NOT_ALLOWED");
    assert!(statuses(&aws, REGION).iter().all(|status| status != "FAILED"));
}

#[test]
fn a_preview_knows_the_names_of_a_new_certificate() {
    let aws = Aws::new();
    let p = aws.project(
        "
resources:
  cert:
    type: gitinfra:acm:Certificate
    properties: {domainName: www.example.com, subjectAlternativeNames: ['*.Example.com']}
",
    );
    let preview = p.preview().expect_ok();
    let options = &preview.outcome("cert")["outputs"]["domainValidationOptions"];
    assert_eq!(options[0]["domainName"], "*.example.com", "{options:#}");
    assert!(aws.calls().is_empty());
}

#[test]
fn a_shared_record_says_one_thing() {
    let aws = Aws::new();
    let record = |name: &str, value: &str| {
        format!(
            "  {name}: {{type: 'gitinfra:route53:SharedRecord', properties: {{zoneId: '${{zone.zoneId}}', name: a.example.com, records: [{value}]}}}}\n"
        )
    };
    let p = aws.project(&(program(&[]) + &record("one", "x.example.com")));
    p.up().expect_ok();
    p.program(&(program(&[]) + &record("one", "x.example.com") + &record("two", "y.example.com")));
    p.up().expect_failure().expect_says("of another owner says something else");
    p.program(&(program(&[]) + &record("one", "x.example.com") + &record("two", "x.example.com")));
    p.up().expect_ok();
    p.expect_settled();

    // Beside one that somebody made by hand, which can't be shared.
    let zone = p.state().text("zone", "/id").to_owned();
    for (value, says) in [("x.example.com", "says the same"), ("z.example.com", "says something else")] {
        let set = json!({"Name": "b.example.com", "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": value}]});
        let change =
            json!({"HostedZoneId": zone, "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": set}]}});
        aws.call("route53", "change_resource_record_sets", change);
        let other = record("three", "x.example.com").replace("name: a.", "name: b.");
        p.program(&(program(&[]) + &other));
        p.up()
            .expect_failure()
            .expect_says(&format!("`{zone}_b.example.com_CNAME` exists already and {says}; it is not shared"))
            .expect_says("delete the record `b.example.com`");
    }
    let set =
        json!({"Name": "b.example.com", "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": "z.example.com"}]});
    let change =
        json!({"HostedZoneId": zone, "ChangeBatch": {"Changes": [{"Action": "DELETE", "ResourceRecordSet": set}]}});
    aws.call("route53", "change_resource_record_sets", change);
    p.destroy().expect_ok();
}

#[test]
fn a_zone_is_found() {
    let aws = Aws::new();
    let made = aws.call("route53", "create_hosted_zone", json!({"Name": "example.com", "CallerReference": "r"}));
    let id = made["HostedZone"]["Id"].as_str().and_then(|id| id.rsplit('/').next()).unwrap_or_default();
    let ask = |arguments: &str| {
        format!(
            "variables:\n  found: {{fn::invoke: {{function: 'gitinfra:route53:getZone', arguments: {{{arguments}}}}}}}\noutputs: {{id: '${{found.zoneId}}', name: '${{found.name}}'}}\n"
        )
    };
    for arguments in ["name: Example.com.".to_owned(), format!("zoneId: {id}")] {
        let p = aws.project(&ask(&arguments));
        p.up().expect_ok();
        let outputs: Value =
            serde_json::from_str(p.command(&["stack", "output", "--json"]).expect_ok().stdout.trim()).expect("JSON");
        assert_eq!(outputs, json!({"id": id, "name": "example.com"}));
    }
    aws.project(&ask("name: example.org"))
        .preview()
        .expect_failure()
        .expect_says("there is no public hosted zone `example.org`");
    aws.project(&ask("privateZone: true")).preview().expect_failure().expect_says("one of `zoneId` and `name`");
}
