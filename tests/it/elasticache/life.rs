//! Replication groups from creation to deletion, and what stands in the way.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::elasticache::{Ground, SMALL, TOKEN, text};

#[test]
fn a_replication_group_lives_from_create_to_destroy() {
    let ground = Ground::new(Aws::new());
    let small = format!("{SMALL}\nengineVersion: '8.0'\nsecurityGroupIds: [{}]", ground.groups[0]);
    let p = ground.project(&small);
    let preview = p.preview().expect_ok().expect_steps(&["create cache", "create net"]);
    assert_eq!(ground.count(), 0, "a preview makes nothing");
    p.up().expect_ok().expect_steps(&["create cache", "create net"]);
    p.expect_settled();
    p.refresh_settled();
    let state = p.state();
    let preview = preview.expect_foreseen(&state, "cache");
    preview.expect_foreseen(&state, "net");
    assert_eq!(state.text("cache", "/outputs/replicationGroupId"), "web");
    assert_eq!(state.text("cache", "/outputs/engineVersion"), "8.0");
    assert_eq!(state.text("cache", "/outputs/engineVersionActual"), "8.0.1");
    assert_eq!(state.get("cache", "/outputs/memberClusters"), &json!(["web-001"]));
    let host = state.text("cache", "/outputs/primaryEndpointAddress");
    assert!(host.starts_with("master.web."), "{host}");

    let bigger = format!(
        "{SMALL}
        engineVersion: '8.0'
        description: for sessions
        securityGroupIds: [{}, {}]
        replicasPerNodeGroup: 2
        automaticFailoverEnabled: true
        multiAzEnabled: true
        snapshotRetentionLimit: 3
        snapshotWindow: 04:00-05:00
        preferredMaintenanceWindow: Sun:06:00-Sun:07:00
        autoMinorVersionUpgrade: false
        tags: {{team: web}}",
        ground.groups[1], ground.groups[0]
    );
    p.program(&ground.program(&bigger));
    p.preview().expect_ok().expect_steps(&["update cache"]);
    let calls = ground.aws.calls().len();
    p.up().expect_ok().expect_steps(&["update cache"]);
    let writes = ground.writes_after(calls);
    let first = |name: &str| writes.iter().position(|w| w == name);
    assert!(
        first("IncreaseReplicaCount") < first("ModifyReplicationGroup"),
        "failover needs the replicas first: {writes:?}"
    );
    p.expect_settled();
    p.refresh_settled();
    let group = ground.group();
    assert_eq!((&group["MultiAZ"], &group["SnapshotRetentionLimit"]), (&json!("enabled"), &json!(3)));
    assert_eq!(ground.node()["PreferredMaintenanceWindow"], "sun:06:00-sun:07:00");

    p.program(&ground.program(&small));
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled();
    p.refresh_settled();
    assert_eq!(ground.group()["MemberClusters"], json!(["web-001"]));

    p.destroy().expect_ok();
    assert_eq!(ground.count(), 0);
    assert!(p.state().names().is_empty());
}

#[test]
fn a_lost_answer_makes_no_twin() {
    let ground = Ground::new(Aws::new());
    for operation in ["CreateReplicationGroup", "CreateCacheSubnetGroup"] {
        ground.aws.fault(json!({"kind": "lose-answer", "operation": operation, "times": 1}));
    }
    let p = ground.project(&format!("{SMALL}\nauthToken: {TOKEN}\nengineVersion: 6.x\nengine: redis"));
    let calls = ground.aws.calls().len();
    p.up().expect_ok();
    let writes = ground.writes_after(calls);
    assert!(!writes.iter().any(|write| write.starts_with("Modify")), "it was made as it is asked for: {writes:?}");
    p.expect_settled();
    p.refresh_settled();
    assert_eq!(ground.count(), 1);
}

#[test]
fn somebody_elses_group_is_not_taken() {
    let ground = Ground::new(Aws::new());
    let theirs =
        json!({"ReplicationGroupId": "web", "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.micro"});
    ground.aws.call("elasticache", "create_replication_group", theirs);
    let p = ground.project(SMALL);
    p.up()
        .expect_failure()
        .expect_says("`web` exists already")
        .expect_says("pulumi import gitinfra:elasticache:ReplicationGroup cache 'web'");
    p.destroy().expect_ok();
    assert_eq!(ground.count(), 1);
}

#[test]
fn drift_is_seen_and_undone() {
    let ground = Ground::new(Aws::new());
    let p = ground.project(&format!("{SMALL}\nengineVersion: '8.0'"));
    p.up().expect_ok();
    let modify = |what: Value| {
        let mut asked = what;
        asked["ReplicationGroupId"] = "web".into();
        asked["ApplyImmediately"] = true.into();
        ground.aws.call("elasticache", "modify_replication_group", asked);
        crate::pulumi::poll("the group is available again", || ground.group()["Status"] == "available");
    };
    modify(json!({"EngineVersion": "8.1", "SnapshotRetentionLimit": 7}));
    let refresh = p.refresh().expect_ok();
    let diff = refresh.diff("cache");
    assert!(!diff.contains_key("engineVersion"), "AWS may raise the minor version: {diff:?}");
    assert_eq!(p.state().get("cache", "/outputs/snapshotRetentionLimit"), 7);
    p.up().expect_ok().expect_steps(&["update cache"]);
    assert_eq!(ground.group()["SnapshotRetentionLimit"], 0);
    assert_eq!(ground.node()["EngineVersion"], "8.1.0");
    p.expect_settled();
}

#[test]
fn groups_are_imported_by_their_names() {
    let ground = Ground::new(Aws::new());
    let p = ground.project(SMALL);
    p.up().expect_ok();
    let q = ground.aws.project(
        &ground
            .program(&format!("{SMALL}\ntags: {{}}"))
            .replace("replicationGroupId: Web", "replicationGroupId: web")
            .replace(
                "  cache:\n    type: gitinfra:elasticache:ReplicationGroup",
                "  cache:\n    type: gitinfra:elasticache:ReplicationGroup\n    options: {import: web}",
            )
            .replace(
                "  net:\n    type: gitinfra:elasticache:SubnetGroup",
                "  net:\n    type: gitinfra:elasticache:SubnetGroup\n    options: {import: net}",
            ),
    );
    q.up().expect_ok().expect_steps(&["import cache", "import net"]);
    q.expect_settled();
}

#[test]
fn a_failed_wait_is_gone_on_with() {
    let ground = Ground::new(Aws::alone(0.01));
    let impatient = "      replicationGroupId: Web\n";
    let program = ground.program(SMALL);
    let program = program.replace(
        "    properties:\n      replicationGroupId",
        "    options: {customTimeouts: {create: 1s}}\n    properties:\n      replicationGroupId",
    );
    assert!(program.contains("customTimeouts") && program.contains(impatient));
    ground.aws.time_scale(100.0);
    let p = ground.aws.project(&program);
    p.up().expect_failure().expect_says("took longer than 1 s; the last state was `creating`");
    assert_eq!(p.state().text("cache", "/id"), "web");
    ground.aws.time_scale(0.0);
    p.up().expect_ok();
    p.expect_settled();
    assert_eq!(ground.count(), 1);
}

/// What AWS gives up at birth is cleared away, so that the next run makes it anew.
#[test]
fn a_group_that_fails_is_made_anew() {
    let ground = Ground::new(Aws::new());
    // Twelve nodes don't find an address each in a subnet of sixteen, of which AWS keeps five.
    let asked = json!({"VpcId": ground.vpc, "CidrBlock": "10.0.9.0/28"});
    let small = text(&ground.aws.call("ec2", "create_subnet", asked), "/Subnet/SubnetId");
    let wide = format!("{SMALL}\nnumNodeGroups: 6\nreplicasPerNodeGroup: 1\nautomaticFailoverEnabled: true");
    let usual = ground.program(&wide);
    let tight = usual.replace(&ground.subnets.join(", "), &small).replace("name: Net", "name: Tight");
    let p = ground.aws.project(&tight);
    p.up().expect_failure().expect_says("creation failed: AWS could not make it");
    assert_eq!(ground.count(), 0);
    assert_eq!(p.state().names(), ["net"]);
    p.program(&usual);
    p.up().expect_ok();
    p.expect_settled();
    assert_eq!(ground.count(), 1);
}
