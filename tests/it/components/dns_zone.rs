//! A hosted zone that its parent zone, in another account, delegates.

use serde_json::{Value, json};

use crate::aws::{Aws, ELSEWHERE};

/// A parent account with the zone of `example.com` and a role that may change it.
struct Parent {
    aws: Aws,
    zone: String,
    role: String,
}

impl Parent {
    fn of(ours: &Aws) -> Parent {
        let aws = ours.another();
        let made = aws.call("route53", "create_hosted_zone", json!({"Name": "example.com", "CallerReference": "1"}));
        let zone = made["HostedZone"]["Id"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ours.account}, "Action": "sts:AssumeRole"}]});
        let role = json!({"RoleName": "dns", "AssumeRolePolicyDocument": trust.to_string()});
        let role = aws.call("iam", "create_role", role)["Role"]["Arn"].as_str().unwrap_or_default().to_owned();
        Parent { zone: zone.to_owned(), role, aws }
    }

    /// The name servers that the parent zone has for `app.example.com`, sorted.
    fn delegates(&self) -> Vec<Value> {
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
    properties: {{name: app.example.com, parent: {{zoneId: {}, assumeRole: {{roleArn: '{}'}}}}, {more}}}
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
