//! A hosted zone that its parent zone, in another account, delegates.

use serde_json::{Value, json};

use super::{blames, example, text};
use crate::aws::{Aws, ELSEWHERE};

/// A parent account with the zone of `example.com` and a role that may change it.
pub struct Parent {
    pub aws: Aws,
    pub zone: String,
    pub role: String,
}

impl Parent {
    pub fn of(ours: &Aws) -> Parent {
        let aws = ours.another();
        let made = aws.call("route53", "create_hosted_zone", json!({"Name": "example.com", "CallerReference": "1"}));
        let zone = made["HostedZone"]["Id"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ours.account}, "Action": "sts:AssumeRole"}]});
        let role = json!({"RoleName": "dns", "AssumeRolePolicyDocument": trust.to_string()});
        let role = aws.call("iam", "create_role", role)["Role"]["Arn"].as_str().unwrap_or_default().to_owned();
        Parent { zone: zone.to_owned(), role, aws }
    }

    /// The name servers that the parent zone has for `app.example.com`, sorted.
    pub fn delegates(&self) -> Vec<Value> {
        let list = json!({"HostedZoneId": self.zone});
        let records = self.aws.call_in(ELSEWHERE, "route53", "list_resource_record_sets", list);
        let records = records["ResourceRecordSets"].as_array().cloned().unwrap_or_default();
        let own = records.iter().find(|r| r["Name"] == "app.example.com." && r["Type"] == "NS");
        let values = own.and_then(|r| r["ResourceRecords"].as_array()).into_iter().flatten();
        let mut values: Vec<_> = values.map(|value| value["Value"].clone()).collect();
        values.sort_by_key(Value::to_string);
        values
    }
}

#[test]
fn the_parent_zone_in_another_account_names_the_name_servers() {
    let aws = Aws::new();
    let parent = Parent::of(&aws);
    let program = |more: &str| {
        format!(
            "
resources:
  vpc: {{type: 'gitinfra:ec2:Vpc', properties: {{cidrBlock: 10.0.0.0/16}}}}
  dns:
    type: gitinfra:index:DnsZone
    properties: {{name: app.example.com, protectStateful: false, parent: {{zoneId: {}, assumeRole: {{roleArn: '{}'}}}}, {more}}}
  www: {{type: 'gitinfra:route53:Record', properties: {{zoneId: '${{dns.zoneId}}', name: www.app.example.com, type: A, records: [192.0.2.1]}}}}
",
            parent.zone, parent.role
        )
    };
    let project = aws.project(&program(""));
    let plan = project.preview().expect_ok().steps();
    assert_eq!(plan, ["create dns", "create dns-delegation", "create dns-zone", "create vpc", "create www"]);
    let made = project.up().expect_ok().steps_in_order();
    let at = |step: &str| made.iter().position(|made| made == step);
    assert!(at("create dns-delegation") < at("create www"), "what is in the zone comes after its delegation: {made:?}");
    project.expect_settled().refresh_settled();
    let state = project.state();
    let servers = state.get("dns", "/outputs/nameServers").as_array().cloned().unwrap_or_default();

    assert_eq!((servers.len(), parent.delegates()), (4, servers));

    project.program(&program("privateVpcIds: ['${vpc.id}']"));
    project.up().expect_ok().expect_steps(&["create dns-private-zone", "update dns"]);
    project.expect_settled();
    let zones = aws.call(
        "route53",
        "list_hosted_zones_by_vpc",
        json!({"VPCId": project.state().text("vpc", "/id"), "VPCRegion": crate::aws::REGION}),
    );
    assert_eq!(zones["HostedZoneSummaries"][0]["HostedZoneId"], *project.state().get("dns", "/outputs/privateZoneId"));

    project.destroy().expect_ok();
    assert_eq!(parent.delegates(), [json!(null); 0]);
    assert_eq!(aws.call("route53", "list_hosted_zones", json!({}))["HostedZones"], json!([]));
}

/// The records of a type that the parent zone has for `app.example.com`.
fn in_parent(parent: &Parent, kind: &str) -> usize {
    let list = json!({"HostedZoneId": parent.zone});
    let records = parent.aws.call_in(ELSEWHERE, "route53", "list_resource_record_sets", list);
    let records = records["ResourceRecordSets"].as_array().cloned().unwrap_or_default();
    records.iter().filter(|record| record["Name"] == "app.example.com." && record["Type"] == kind).count()
}

#[test]
fn a_zone_is_signed_and_its_questions_are_logged() {
    let aws = Aws::new();
    let parent = Parent::of(&aws);
    let ids = [(super::ZONE, parent.zone.as_str()), ("arn:aws:iam::123456789012:role/dns", parent.role.as_str())];
    let p = example(&aws, "dns-zone", &ids);
    let plan = p.preview().expect_ok().steps();
    for child in
        ["delegation", "dnssec", "ds", "key", "query-log", "query-log-group", "query-log-policy", "signing-key", "zone"]
    {
        assert!(plan.contains(&format!("create dns-{child}")), "{child}: {plan:?}");
    }
    assert_eq!(p.up().expect_ok().steps(), plan);
    p.expect_settled().refresh_settled();
    let state = p.state();
    let id = state.text("dns", "/outputs/zoneId").to_owned();
    let signed =
        |id: &str| aws.call("route53", "get_dnssec", json!({"HostedZoneId": id}))["Status"]["ServeSignature"].clone();
    assert_eq!((signed(&id), in_parent(&parent, "DS")), (json!("SIGNING"), 1));
    assert!(state.text("dns", "/outputs/dsRecord").contains(" 13 2 "));
    let logs = aws.call("route53", "list_query_logging_configs", json!({"HostedZoneId": id}));
    let group = logs["QueryLoggingConfigs"][0]["CloudWatchLogsLogGroupArn"].as_str().unwrap_or_default();
    assert!(
        group.contains(&format!(
            "us-east-1:{}:log-group:{}",
            aws.account,
            state.text("dns", "/outputs/queryLogGroupName")
        )),
        "{group}"
    );
    assert_eq!(state.get("dns", "/outputs/controls"), &json!(["Route53.2"]));

    // The DS record goes before the signature does; the log is switched off with it.
    let program = text("dns-zone", &ids).replace("queryLog: true", "queryLogRetentionDays: 30");
    p.program(&program.replace("dnssec: true", "dnssec: false"));
    let steps = p.up().expect_ok().steps_in_order();
    let at = |step: &str| steps.iter().position(|it| it == step).unwrap_or_else(|| panic!("no {step}: {steps:?}"));
    assert!(
        at("delete dns-ds") < at("delete dns-dnssec") && at("delete dns-dnssec") < at("delete dns-key"),
        "{steps:?}"
    );
    assert!(at("delete dns-query-log") < at("delete dns-query-log-group"), "{steps:?}");
    p.expect_settled();
    assert_eq!((signed(&id), in_parent(&parent, "DS")), (json!("NOT_SIGNING"), 0));
    assert_eq!(p.state().get("dns", "/outputs/controlsOpen"), &json!(["Route53.2: the zone has no query log"]));

    p.program(&program.replace("queryLogRetentionDays: 30", "queryLogRetentionDays: 31"));
    blames(&p.preview().expect_failure(), &[("queryLogRetentionDays", "`31` is not one of 1, 3, 5")]);
    p.destroy().expect_ok();
    assert_eq!(
        (in_parent(&parent, "NS"), aws.call("route53", "list_hosted_zones", json!({}))["HostedZones"].clone()),
        (0, json!([]))
    );
}

/// In `fsbp` the questions are logged, in `standard` and `fsbp` the zone is protected.
#[test]
fn each_profile_meets_what_it_says() {
    let aws = Aws::new();
    let of = |profile: &str| {
        format!(
            "  {profile}: {{type: 'gitinfra:index:DnsZone', properties: {{name: {profile}.example.com, profile: {profile}}}}}\n"
        )
    };
    let p = aws.project(&("resources:\n".to_owned() + &["dev", "standard", "fsbp"].map(of).concat()));
    p.up().expect_ok();
    let state = p.state();
    for (profile, logged, protected) in [("dev", false, false), ("standard", false, true), ("fsbp", true, true)] {
        let id = state.text(profile, "/outputs/zoneId");
        let logs = aws.call("route53", "list_query_logging_configs", json!({"HostedZoneId": id}));
        let claimed = state.get(profile, "/outputs/controls") == &json!(["Route53.2"]);
        assert_eq!((claimed, logs["QueryLoggingConfigs"] != json!([])), (logged, logged), "{profile}");
        assert_eq!(state.get(&format!("{profile}-zone"), "/protect") == true, protected, "{profile}");
    }
}
