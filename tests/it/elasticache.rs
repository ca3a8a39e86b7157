//! Caches: the journeys of their resources through the real engine, seen through boto3.

use serde_json::{Value, json};

use crate::aws::{Aws, REGION};
use crate::pulumi::Project;

const TOKEN: &str = "a-token-of-sixteen";

/// A VPC with two subnets and two security groups, made by hand.
struct Ground {
    aws: Aws,
    subnets: Vec<String>,
    groups: Vec<String>,
}

impl Ground {
    fn new(aws: Aws) -> Ground {
        let vpc = aws.call("ec2", "create_vpc", json!({"CidrBlock": "10.0.0.0/16"}));
        let vpc = text(&vpc, "/Vpc/VpcId");
        let subnet = |n: &str, zone: &str| {
            let asked = json!({"VpcId": vpc, "CidrBlock": format!("10.0.{n}.0/24"), "AvailabilityZone": format!("{REGION}{zone}")});
            text(&aws.call("ec2", "create_subnet", asked), "/Subnet/SubnetId")
        };
        let group = |name: &str| {
            let asked = json!({"GroupName": name, "Description": "d", "VpcId": vpc});
            text(&aws.call("ec2", "create_security_group", asked), "/GroupId")
        };
        Ground {
            subnets: vec![subnet("0", "a"), subnet("1", "c")],
            groups: vec![group("one"), group("two")],
            aws,
        }
    }

    /// A subnet group and a replication group with more properties, one a line.
    fn program(&self, more: &str) -> String {
        let subnets = self.subnets.join(", ");
        let more: String = more
            .lines()
            .map(|line| format!("      {}\n", line.trim()))
            .collect();
        format!(
            "
resources:
  net:
    type: gitinfra:elasticache:SubnetGroup
    properties: {{name: Net, subnetIds: [{subnets}]}}
  cache:
    type: gitinfra:elasticache:ReplicationGroup
    properties:
      replicationGroupId: Web
      subnetGroupName: ${{net.name}}
{more}"
        )
    }

    fn project(&self, more: &str) -> Project {
        self.aws.project(&self.program(more))
    }

    fn group(&self) -> Value {
        let asked = json!({"ReplicationGroupId": "web"});
        let told = self
            .aws
            .call("elasticache", "describe_replication_groups", asked);
        told["ReplicationGroups"][0].clone()
    }

    fn node(&self) -> Value {
        let asked = json!({"CacheClusterId": "web-001", "ShowCacheNodeInfo": true});
        self.aws
            .call("elasticache", "describe_cache_clusters", asked)["CacheClusters"][0]
            .clone()
    }

    fn count(&self) -> usize {
        let all = self
            .aws
            .call("elasticache", "describe_replication_groups", json!({}));
        all["ReplicationGroups"].as_array().map_or(0, Vec::len)
    }

    /// The operations on caches that changed something, in order, after so many calls.
    fn writes_after(&self, calls: usize) -> Vec<String> {
        self.aws.writes_after(calls)
    }
}

#[track_caller]
fn text(value: &Value, at: &str) -> String {
    let found = value.pointer(at).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("no text at {at} in {value:#}"))
        .to_owned()
}

const SMALL: &str = "nodeType: cache.t4g.micro";

#[test]
fn a_replication_group_lives_from_create_to_destroy() {
    let ground = Ground::new(Aws::new());
    let small = format!(
        "{SMALL}\nengineVersion: '8.0'\nsecurityGroupIds: [{}]",
        ground.groups[0]
    );
    let p = ground.project(&small);
    let preview = p
        .preview()
        .expect_ok()
        .expect_steps(&["create cache", "create net"]);
    assert_eq!(ground.count(), 0, "a preview makes nothing");
    p.up()
        .expect_ok()
        .expect_steps(&["create cache", "create net"]);
    p.expect_settled();
    p.refresh_settled();
    let state = p.state();
    let preview = preview.expect_foreseen(&state, "cache");
    preview.expect_foreseen(&state, "net");
    assert_eq!(state.text("cache", "/outputs/replicationGroupId"), "web");
    assert_eq!(state.text("cache", "/outputs/engineVersion"), "8.0");
    assert_eq!(state.text("cache", "/outputs/engineVersionActual"), "8.0.1");
    assert_eq!(
        state.get("cache", "/outputs/memberClusters"),
        &json!(["web-001"])
    );
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
    assert_eq!(
        (&group["MultiAZ"], &group["SnapshotRetentionLimit"]),
        (&json!("enabled"), &json!(3))
    );
    assert_eq!(
        ground.node()["PreferredMaintenanceWindow"],
        "sun:06:00-sun:07:00"
    );

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
fn a_token_is_rotated_and_never_shown() {
    let ground = Ground::new(Aws::new());
    let with = |token: &str| ground.program(&format!("{SMALL}\nauthToken: {token}"));
    let p = ground.aws.project(&with(TOKEN));
    p.up().expect_ok();
    p.expect_settled();
    p.refresh_settled();
    let kept = p.read("backend/.pulumi/stacks/test/dev.json");
    assert!(
        !kept.unwrap_or_default().contains(TOKEN),
        "the token is kept in plain text"
    );

    p.program(&with("another-token-of-sixteen"));
    let calls = ground.aws.calls().len();
    let up = p.up().expect_ok().expect_steps(&["update cache"]);
    assert!(!up.printed().contains("another-token"), "{up}");
    let modifications = ["ModifyReplicationGroup", "ModifyReplicationGroup"];
    let done = ground.aws.calls().split_off(calls);
    let done = done
        .iter()
        .filter(|call| call["mutating"] == true && call["status"] == 200);
    let done: Vec<_> = done.map(|call| call["operation"].clone()).collect();
    assert_eq!(done, modifications, "first beside the old one, then alone");
    p.expect_settled();
    p.refresh_settled();
}

#[test]
fn a_lost_answer_makes_no_twin() {
    let ground = Ground::new(Aws::new());
    for operation in ["CreateReplicationGroup", "CreateCacheSubnetGroup"] {
        ground
            .aws
            .fault(json!({"kind": "lose-answer", "operation": operation, "times": 1}));
    }
    let p = ground.project(SMALL);
    p.up().expect_ok();
    p.expect_settled();
    p.refresh_settled();
    assert_eq!(ground.count(), 1);
}

#[test]
fn somebody_elses_group_is_not_taken() {
    let ground = Ground::new(Aws::new());
    let theirs = json!({"ReplicationGroupId": "web", "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.micro"});
    ground
        .aws
        .call("elasticache", "create_replication_group", theirs);
    let p = ground.project(SMALL);
    p.up()
        .expect_failure()
        .expect_says("replication group `web` exists already");
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
        ground
            .aws
            .call("elasticache", "modify_replication_group", asked);
        crate::pulumi::poll("the group is available again", || {
            ground.group()["Status"] == "available"
        });
    };
    modify(json!({"EngineVersion": "8.1", "SnapshotRetentionLimit": 7}));
    let refresh = p.refresh().expect_ok();
    let diff = refresh.diff("cache");
    assert!(
        !diff.contains_key("engineVersion"),
        "AWS may raise the minor version: {diff:?}"
    );
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
    let q = ground.aws.project(&ground.program(&format!("{SMALL}\ntags: {{}}")).replace(
        "replicationGroupId: Web",
        "replicationGroupId: web",
    ).replace("  cache:\n    type: gitinfra:elasticache:ReplicationGroup", "  cache:\n    type: gitinfra:elasticache:ReplicationGroup\n    options: {import: web}")
     .replace("  net:\n    type: gitinfra:elasticache:SubnetGroup", "  net:\n    type: gitinfra:elasticache:SubnetGroup\n    options: {import: net}"));
    q.up()
        .expect_ok()
        .expect_steps(&["import cache", "import net"]);
    q.expect_settled();
}

#[test]
fn faults_are_told_by_property() {
    let ground = Ground::new(Aws::new());
    let cases = [
        ("nodeType: t4g.micro", "did you mean `cache.t4g.micro`?"),
        (
            "nodeType: cache.t4g.micro\nengineVersion: 8.0.1",
            "such as `8.0`",
        ),
        (
            "nodeType: cache.t4g.micro\nnumNodeGroups: 2",
            "automaticFailoverEnabled",
        ),
        (
            "nodeType: cache.t4g.micro\nautomaticFailoverEnabled: true",
            "needs at least one replica",
        ),
        (
            "nodeType: cache.t4g.micro\nmultiAzEnabled: true",
            "multiAzEnabled",
        ),
        (
            "nodeType: cache.t4g.micro\nauthToken: short",
            "16 to 128 printable characters",
        ),
        (
            "nodeType: cache.t4g.micro\nsnapshotRetentionLimit: 36",
            "snapshotRetentionLimit",
        ),
        (
            "nodeType: cache.t4g.micro\nsnapshotWindow: 5-6",
            "05:00-06:00",
        ),
        (
            "nodeType: cache.t4g.micro\ntransitEncryptionEnabled: false\nauthToken: a-token-of-sixteen",
            "transitEncryptionEnabled",
        ),
    ];
    for (more, words) in cases {
        ground
            .project(more)
            .preview()
            .expect_failure()
            .expect_says(words);
    }
}

#[test]
fn a_cluster_spreads_over_shards() {
    let ground = Ground::new(Aws::new());
    let p = ground.project("nodeType: cache.t4g.micro\nnumNodeGroups: 2\nreplicasPerNodeGroup: 1\nautomaticFailoverEnabled: true");
    p.up().expect_ok();
    p.expect_settled();
    p.refresh_settled();
    let state = p.state();
    assert_eq!(state.get("cache", "/outputs/clusterEnabled"), true);
    let host = state.text("cache", "/outputs/configurationEndpointAddress");
    assert!(host.starts_with("clustercfg.web."), "{host}");
    assert_eq!(
        ground.group()["MemberClusters"].as_array().map(Vec::len),
        Some(4)
    );

    p.program(&ground.program("nodeType: cache.t4g.micro\nnumNodeGroups: 3\nreplicasPerNodeGroup: 2\nautomaticFailoverEnabled: true"));
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled();
    p.refresh_settled();
    p.program(
        &ground
            .program("nodeType: cache.t4g.micro\nnumNodeGroups: 2\nautomaticFailoverEnabled: true"),
    );
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled();
    p.refresh_settled();
    assert_eq!(
        ground.group()["MemberClusters"],
        json!(["web-0001-001", "web-0002-001"])
    );
}

#[test]
fn encryption_logs_and_users_change_in_place() {
    let ground = Ground::new(Aws::new());
    let plain = format!("{SMALL}\ntransitEncryptionEnabled: false");
    let p = ground.project(&plain);
    p.up().expect_ok();
    p.program(&ground.program(
        "nodeType: cache.t4g.small
        notificationTopicArn: arn:aws:sns:ap-northeast-1:123456789012:told
        userGroupIds: [staff]
        logDeliveryConfigurations: [{logType: slow-log, destinationType: cloudwatch-logs, destination: slow}, {logType: engine-log, destinationType: kinesis-firehose, destination: all, logFormat: text}]",
    ));
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled();
    p.refresh_settled();
    let group = ground.group();
    assert_eq!(group["TransitEncryptionMode"], "required");
    assert_eq!(group["UserGroupIds"], json!(["staff"]));
    assert_eq!(
        group["LogDeliveryConfigurations"].as_array().map(Vec::len),
        Some(2)
    );

    p.program(&ground.program(&format!(
        "{plain}\nlogDeliveryConfigurations: [{{logType: slow-log, destinationType: cloudwatch-logs, destination: slower}}]"
    )));
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled();
    p.refresh_settled();
    let group = ground.group();
    assert_eq!(group["TransitEncryptionEnabled"], false);
    assert_eq!(
        ground.node()["NotificationConfiguration"]["TopicStatus"],
        "inactive"
    );
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
    p.up()
        .expect_failure()
        .expect_says("took longer than 1 s; the last state was `creating`");
    assert_eq!(p.state().text("cache", "/id"), "web");
    ground.aws.time_scale(0.0);
    p.up().expect_ok();
    p.expect_settled();
    assert_eq!(ground.count(), 1);
}

#[test]
fn another_port_is_another_group() {
    let ground = Ground::new(Aws::new());
    let p = ground.project(SMALL);
    p.up().expect_ok();
    p.program(&ground.program(&format!("{SMALL}\nport: 6380")));
    let up = p.up().expect_ok();
    assert_eq!(
        up.steps_in_order()
            .iter()
            .filter(|s| s.ends_with("cache"))
            .collect::<Vec<_>>(),
        [
            "delete-replaced cache",
            "replace cache",
            "create-replacement cache"
        ],
        "the name is taken until the old one is gone"
    );
    assert_eq!(
        ground.group()["NodeGroups"][0]["PrimaryEndpoint"]["Port"],
        6380
    );
    p.expect_settled();
}
