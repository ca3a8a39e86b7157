//! Hosted zones.

use serde_json::json;

use super::{count, meddle, records, zones};
use crate::aws::Aws;

const PUBLIC: &str = "
resources:
  zone:
    type: gitinfra:route53:Zone
    properties: {name: Example.com., comment: ours, tags: {a: b}}
";

#[test]
fn a_public_zone_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let project = aws.project(PUBLIC);
    let preview = project.preview().expect_ok().expect_steps(&["create zone"]);
    project.up().expect_ok().expect_steps(&["create zone"]);
    project.expect_settled();
    let state = project.state();
    preview.expect_foreseen(&state, "zone");
    let id = state.text("zone", "/id").to_owned();
    assert_eq!(state.text("zone", "/outputs/name"), "example.com");
    assert_eq!(state.text("zone", "/outputs/arn"), format!("arn:aws:route53:::hostedzone/{id}"));
    let servers = state.get("zone", "/outputs/nameServers").as_array().cloned().unwrap_or_default();
    assert_eq!(servers.len(), 4);
    assert!(servers.is_sorted_by_key(|server| server.as_str().map(str::to_owned)), "{servers:?}");
    assert!(servers.contains(state.get("zone", "/outputs/primaryNameServer")));

    let features = "hostedZoneFeatures: {enableAcceleratedRecovery: true}, tags: {c: d}";
    project.program(&PUBLIC.replace("ours", "theirs").replace("tags: {a: b}", features));
    let preview = project.preview().expect_ok().expect_steps(&["update zone"]);
    assert_eq!(preview.diff("zone")["comment"], "update");
    project.up().expect_ok().expect_steps(&["update zone"]);
    project.expect_settled();
    let tags = aws.call("route53", "list_tags_for_resource", json!({"ResourceType": "hostedzone", "ResourceId": id}));
    assert_eq!(tags["ResourceTagSet"]["Tags"], json!([{"Key": "c", "Value": "d"}]));
    assert_eq!(zones(&aws)[0]["Config"]["Comment"], "theirs");
    let zone = aws.call("route53", "get_hosted_zone", json!({"Id": id}));
    assert_eq!(zone["HostedZone"]["Features"]["AcceleratedRecoveryStatus"], "ENABLING");

    project.program(&PUBLIC.replace("Example.com.", "example.org"));
    project.up().expect_ok().expect_steps(&["create-replacement zone", "delete-replaced zone", "replace zone"]);
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn a_private_zone_answers_in_its_vpcs() {
    let program = |vpcs: &str| {
        format!(
            "
resources:
  here: {{type: 'gitinfra:ec2:Vpc', properties: {{cidrBlock: 10.0.0.0/16}}}}
  there: {{type: 'gitinfra:ec2:Vpc', properties: {{cidrBlock: 10.1.0.0/16, region: us-east-1}}}}
  zone: {{type: 'gitinfra:route53:Zone', properties: {{name: corp.example.com, vpcs: [{vpcs}]}}}}
"
        )
    };
    let (here, there) =
        ("{vpcId: '${here.id}', vpcRegion: ap-northeast-1}", "{vpcId: '${there.id}', vpcRegion: us-east-1}");
    let aws = Aws::new();
    let project = aws.project(&program(&format!("{here}, {there}")));
    project.up().expect_ok();
    project.expect_settled();
    project.program(&program(there));
    project.up().expect_ok().expect_steps(&["update zone"]);
    project.expect_settled();
    let zone = aws.call("route53", "get_hosted_zone", json!({"Id": project.state().text("zone", "/id")}));
    assert_eq!(zone["VPCs"].as_array().map(Vec::len), Some(1));
    assert_eq!(zone["VPCs"][0]["VPCRegion"], "us-east-1");
    // Two private zones of one name can't answer in one VPC.
    let zone = crate::pulumi::urn("gitinfra:route53:Zone", "zone");
    project.act("up", &["--replace", &zone]).expect_failure().expect_says("`deleteBeforeReplace: true`");
    assert_eq!(zones(&aws).len(), 1);
    // A private zone can't become a public one.
    project.program(&program(""));
    project.preview().expect_ok().expect_steps(&["create-replacement zone", "delete-replaced zone", "replace zone"]);
    project.up().expect_ok();
    project.expect_settled();
    assert_eq!(zones(&aws)[0]["Config"]["PrivateZone"], false);
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn a_lost_answer_makes_no_second_zone() {
    let aws = Aws::new();
    aws.fault(json!({"kind": "lose-answer", "operation": "CreateHostedZone"}));
    aws.fault(json!({"kind": "lose-answer", "operation": "ChangeTagsForResource"}));
    let project = aws.project(PUBLIC);
    project.up().expect_ok();
    project.expect_settled();
    assert_eq!(zones(&aws).len(), 1);
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
    // A zone that is gone is no reason to refuse the next one.
    project.up().expect_ok();
    project.destroy().expect_ok();
}

#[test]
fn an_inhabited_zone_goes_only_by_force() {
    let aws = Aws::new();
    let project = aws.project(PUBLIC);
    project.up().expect_ok();
    let id = project.state().text("zone", "/id").to_owned();
    for i in 0..12 {
        let values = json!([{"Value": "192.0.2.1"}]);
        meddle(
            &aws,
            &id,
            "CREATE",
            json!({"Name": format!("r{i}.example.com"), "Type": "A", "TTL": 60, "ResourceRecords": values}),
        );
    }
    project
        .destroy()
        .expect_failure()
        .expect_says("it still has records that are not part of this stack: r0.example.com A,")
        .expect_says("and 2 more")
        .expect_says("forceDestroy");
    project.program(&PUBLIC.replace("comment: ours", "comment: ours, forceDestroy: true"));
    project.up().expect_ok().expect_steps(&["update zone"]);
    project.expect_settled();
    assert_eq!(records(&aws, &id).len(), 12);
    let before = count(&aws, "ChangeResourceRecordSets");
    // Key-signing keys hold it, too.
    let key = json!({
        "HostedZoneId": id, "Name": "by_hand", "CallerReference": "x", "Status": "INACTIVE",
        "KeyManagementServiceArn": "arn:aws:kms:us-east-1:999999999999:key/one",
    });
    aws.call("route53", "create_key_signing_key", key);
    project
        .destroy()
        .expect_failure()
        .expect_says("HostedZoneNotEmpty: The specified hosted zone contains DNSSEC Key Signing Keys")
        .expect_says("key-signing keys: by_hand");
    aws.call("route53", "delete_key_signing_key", json!({"HostedZoneId": id, "Name": "by_hand"}));
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
    assert_eq!(count(&aws, "ChangeResourceRecordSets"), before + 1, "twelve records go in one call");
}

#[test]
fn a_zone_is_imported_by_its_id() {
    let aws = Aws::new();
    let made = aws.call(
        "route53",
        "create_hosted_zone",
        json!({"Name": "example.com", "CallerReference": "by hand", "HostedZoneConfig": {"Comment": "ours"}}),
    );
    let id = made["HostedZone"]["Id"].as_str().unwrap_or_default().trim_start_matches("/hostedzone/").to_owned();
    let project = aws.project(&PUBLIC.replace(", tags: {a: b}", ""));
    let import = [
        "import",
        "gitinfra:route53:Zone",
        "zone",
        &id,
        "--yes",
        "--skip-preview",
        "--protect=false",
        "--generate-code=false",
    ];
    project.command(&import).expect_ok();
    project.expect_settled();
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn a_zone_has_the_name_servers_of_a_delegation_set() {
    let aws = Aws::new();
    let made = aws.call("route53", "create_reusable_delegation_set", json!({"CallerReference": "x"}));
    let set = &made["DelegationSet"];
    let id = set["Id"].as_str().unwrap_or_default().trim_start_matches("/delegationset/");
    let with = |id: &str| PUBLIC.replace("comment: ours", &format!("delegationSetId: {id}"));
    let project = aws.project(&with("N0123"));
    let up = project.up().expect_failure();
    up.expect_says("NoSuchDelegationSet: A reusable delegation set with the ID N0123 does not exist");
    project.program(&with(id)).up().expect_ok();
    project.expect_settled().refresh_settled();
    let servers = |value: &serde_json::Value| {
        let mut names: Vec<_> = value.as_array().into_iter().flatten().cloned().collect();
        names.sort_by_key(ToString::to_string);
        names
    };
    let told = |project: &crate::pulumi::Project| servers(project.state().get("zone", "/outputs/nameServers"));
    assert_eq!(told(&project), servers(&set["NameServers"]));
    let other = aws.project("resources: {}\n");
    let zone = project.state().text("zone", "/id").to_owned();
    let import = ["gitinfra:route53:Zone", "zone", &zone, "--protect=false", "--generate-code=false"];
    other.act("import", &import).expect_ok();
    assert_eq!(other.state().text("zone", "/outputs/delegationSetId"), id);
    // Name servers of its own take a new zone.
    project.program(&PUBLIC.replace("comment: ours, ", ""));
    let steps = project.up().expect_ok().steps_in_order();
    assert!(steps.contains(&"create-replacement zone".to_owned()), "{steps:?}");
    assert_ne!(told(&project), servers(&set["NameServers"]));
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}
