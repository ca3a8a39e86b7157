//! A Valkey or Redis cache.

use serde_json::{Value, json};

use crate::aws::{Aws, gitinfra};
use crate::components::controls;
use crate::pulumi::Project;

/// The password that the application reads.
fn password(aws: &Aws, arn: &Value) -> String {
    let value = aws.call("secretsmanager", "get_secret_value", json!({"SecretId": arn}));
    value["SecretString"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_cache_lives_from_create_to_destroy() {
    let aws = Aws::hurried();
    let before = aws.look();
    let project = aws.reached_by(Project::example("redis", &[gitinfra()]));
    let plan = project.preview().expect_ok().steps();
    let own: Vec<_> = plan.iter().filter_map(|step| step.strip_prefix("create cache-")).collect();
    assert_eq!(own, ["auth-token", "cache", "parameters", "secret", "sg", "sg-from-app", "subnets"]);
    assert_eq!(project.up().expect_ok().steps(), plan);
    project.expect_settled().refresh_settled();

    let state = project.state();
    let group = aws.call("elasticache", "describe_replication_groups", json!({}))["ReplicationGroups"][0].clone();
    let outputs = state.get("cache", "/outputs");
    assert_eq!(outputs["primaryEndpoint"], group["NodeGroups"][0]["PrimaryEndpoint"]["Address"]);
    assert_eq!(outputs["readerEndpoint"], group["NodeGroups"][0]["ReaderEndpoint"]["Address"]);
    assert_eq!((&outputs["nodeIds"], &outputs["port"]), (&group["MemberClusters"], &json!(6379)));
    assert_eq!((&group["AuthTokenEnabled"], &group["TransitEncryptionMode"]), (&json!(true), &json!("required")));
    let first = password(&aws, &outputs["secretArn"]);
    assert_eq!((first.len(), state.export.contains(&first)), (64, false), "the password is not shown in the state");

    let text = project.read("Pulumi.yaml").unwrap_or_default();
    let rotated = text.replace(
        "profile: dev\n      vpcId: ${network.vpcId}\n      subnetIds",
        "authRotation: '2'\n      profile: dev\n      vpcId: ${network.vpcId}\n      subnetIds",
    );
    project.write("Pulumi.yaml", &rotated);
    let calls = aws.calls().len();
    project.up().expect_ok().expect_steps(&[
        "update cache",
        "update cache-auth-token",
        "update cache-cache",
        "update cache-secret",
    ]);
    assert!(aws.writes_after(calls).iter().any(|call| call == "ModifyReplicationGroup"));
    assert_ne!(password(&aws, &outputs["secretArn"]), first);
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
    assert_eq!(aws.call("elasticache", "describe_replication_groups", json!({}))["ReplicationGroups"], json!([]));
    assert_eq!(aws.call("secretsmanager", "list_secrets", json!({}))["SecretList"], json!([]));
}

/// Caches side by side in one VPC.
fn program(caches: &[(&str, &str)]) -> String {
    let caches = caches.iter().map(|(name, given)| {
        let place = "vpcId: '${vpc.id}', cacheSubnetGroupName: '${subnets.name}'";
        format!("  {name}: {{type: 'gitinfra:index:Redis', properties: {{{place}, {given}}}}}\n")
    });
    format!(
        "
resources:
  vpc: {{type: 'gitinfra:ec2:Vpc', properties: {{cidrBlock: 10.0.0.0/16}}}}
  one: {{type: 'gitinfra:ec2:Subnet', properties: {{vpcId: '${{vpc.id}}', cidrBlock: 10.0.0.0/24, availabilityZone: ap-northeast-1a}}}}
  two: {{type: 'gitinfra:ec2:Subnet', properties: {{vpcId: '${{vpc.id}}', cidrBlock: 10.0.1.0/24, availabilityZone: ap-northeast-1c}}}}
  subnets: {{type: 'gitinfra:elasticache:SubnetGroup', properties: {{subnetIds: ['${{one.id}}', '${{two.id}}']}}}}
  zone: {{type: 'gitinfra:route53:Zone', properties: {{name: internal.example, vpcs: [{{vpcId: '${{vpc.id}}', vpcRegion: ap-northeast-1}}]}}}}
{}",
        caches.collect::<String>()
    )
}

#[test]
fn each_profile_meets_the_controls_that_it_claims() {
    let aws = Aws::hurried();
    let cname =
        "cname: {zoneId: '${zone.zoneId}', name: cache.internal.example, readerName: ro.cache.internal.example}";
    let project = aws.project(&program(&[
        ("dev", "profile: dev, auth: none, snapshotDays: 0"),
        ("standard", &format!("{cname}, allowFrom: {{vpc: {{cidr: 10.0.0.0/16}}}}")),
        ("fsbp", "profile: fsbp, engine: redis, parameters: {maxmemory-policy: allkeys-lru}"),
    ]));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let state = project.state();
    let all = [
        "ElastiCache.1",
        "ElastiCache.2",
        "ElastiCache.3",
        "ElastiCache.4",
        "ElastiCache.5",
        "ElastiCache.6",
        "ElastiCache.7",
    ];
    for (profile, open) in
        [("dev", &["ElastiCache.1", "ElastiCache.3", "ElastiCache.6"][..]), ("standard", &[]), ("fsbp", &[])]
    {
        let said = controls(&state, profile);
        let met: Vec<_> = all.iter().filter(|control| !open.contains(control)).map(|&it| it.to_owned()).collect();
        assert_eq!(
            (&said.0, said.1.iter().map(String::as_str).collect::<Vec<_>>()),
            (&met, open.to_vec()),
            "{profile}"
        );
        let id = state.get(profile, "/outputs/replicationGroupId");
        let asked = json!({"ReplicationGroupId": id});
        let group = aws.call("elasticache", "describe_replication_groups", asked)["ReplicationGroups"][0].clone();
        let node = json!({"CacheClusterId": group["MemberClusters"][0]});
        let node = aws.call("elasticache", "describe_cache_clusters", node)["CacheClusters"][0].clone();
        let closed = |control: &str| !open.contains(&control);
        assert_eq!(group["SnapshotRetentionLimit"].as_i64() >= Some(1), closed("ElastiCache.1"), "{profile}");
        assert_eq!(group["AutoMinorVersionUpgrade"], true, "{profile}");
        assert_eq!(group["AutomaticFailover"] == "enabled", closed("ElastiCache.3"), "{profile}");
        assert_eq!(group["MultiAZ"] == "enabled", closed("ElastiCache.3"), "{profile}");
        assert_eq!(
            (&group["AtRestEncryptionEnabled"], &group["TransitEncryptionEnabled"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(group["AuthTokenEnabled"] == true, closed("ElastiCache.6"), "{profile}");
        assert_eq!(node["CacheSubnetGroupName"], *state.get("subnets", "/outputs/name"), "{profile}");
        assert_eq!(state.get(&format!("{profile}-cache"), "/protect") == true, profile != "dev", "{profile}");
    }
    assert_eq!(state.text("standard", "/outputs/cname"), "cache.internal.example");
    let zone = json!({"HostedZoneId": state.get("zone", "/outputs/zoneId")});
    let records = aws.call("route53", "list_resource_record_sets", zone)["ResourceRecordSets"].clone();
    let named = |name: &str| records.as_array().into_iter().flatten().find(|record| record["Name"] == name).cloned();
    let target = |name: &str| named(name).map(|record| record["ResourceRecords"][0]["Value"].clone());
    assert_eq!(target("cache.internal.example.").as_ref(), Some(state.get("standard", "/outputs/primaryEndpoint")));
    assert_eq!(target("ro.cache.internal.example.").as_ref(), Some(state.get("standard", "/outputs/readerEndpoint")));
    assert_eq!(state.get("standard-sg-from-vpc", "/outputs/fromPort"), &json!(6379), "the port can be left out");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let aws = Aws::new();
    let wrong =
        "auth: users, subnetIds: [subnet-0], nodeType: t4g.micro, version: eight, allowFrom: {a: {}}, replicas: 6";
    let project = aws.project(&program(&[("cache", wrong)]));
    project.preview().expect_failure().expect_says("property replicas").expect_says("6 is not");
    project.program(&program(&[("cache", wrong.trim_end_matches(", replicas: 6"))]));
    let told = project.preview().expect_failure();
    for words in [
        "only one of `subnetIds` and `cacheSubnetGroupName` can be given",
        "property userGroupId has a problem: missing: `auth: users` needs it",
        "`t4g.micro` is not a type of cache node; did you mean `cache.t4g.micro`?",
        "`eight` is not a version such as `8.0`",
        "needs exactly one of `cidr`",
    ] {
        assert!(told.printed().contains(words), "{words}\n{told}");
    }
    assert_eq!(aws.writes_after(0), [""; 0]);
}
