//! Nothing that stands is lost: data, tags, and groups in another VPC.

use serde_json::json;

use crate::aws::Aws;
use crate::elasticache::{Ground, SMALL, text};

/// Snapshots of a group that is gone.
fn snapshots(ground: &Ground, names: &[&str]) {
    let seed = json!({"ReplicationGroupId": "seed", "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.micro", "Engine": "valkey"});
    ground.aws.call("elasticache", "create_replication_group", seed);
    for name in names {
        ground.aws.call("elasticache", "create_snapshot", json!({"ReplicationGroupId": "seed", "SnapshotName": name}));
    }
    ground.aws.call("elasticache", "delete_replication_group", json!({"ReplicationGroupId": "seed"}));
}

/// The names of the snapshots that are there.
fn snapshot_names(ground: &Ground) -> Vec<String> {
    let all = ground.aws.call("elasticache", "describe_snapshots", json!({}));
    let all = all["Snapshots"].as_array().cloned().unwrap_or_default();
    all.iter().map(|snapshot| text(snapshot, "/SnapshotName")).collect()
}

/// A snapshot that data was restored from matters no more; another one means other data.
#[test]
fn a_snapshot_that_is_no_longer_named_deletes_no_data() {
    let ground = Ground::new(Aws::alone(0.0));
    snapshots(&ground, &["one", "two"]);
    let p = ground.project(&format!("{SMALL}\nsnapshotName: one"));
    p.up().expect_ok();
    p.expect_settled().refresh_settled();
    let born = ground.group()["ReplicationGroupCreateTime"].clone();

    p.program(&ground.program(SMALL));
    p.expect_settled().refresh_settled();
    p.up().expect_ok();
    p.program(&ground.program(&format!("{SMALL}\nsnapshotName: one")));
    p.expect_settled();
    assert_eq!(ground.group()["ReplicationGroupCreateTime"], born);

    p.program(&ground.program(&format!("{SMALL}\nsnapshotName: two")));
    let steps = p.preview().expect_ok().steps_in_order();
    assert!(steps.contains(&"replace cache".to_owned()), "{steps:?}");
    p.up().expect_ok();
    p.expect_settled();
}

#[test]
fn a_final_snapshot_is_taken_under_a_name_that_is_free() {
    let ground = Ground::new(Aws::alone(0.0));
    snapshots(&ground, &["last"]);
    let named = |name: &str| ground.program(&format!("{SMALL}\nfinalSnapshotIdentifier: {name}"));
    let p = ground.aws.project(&named("last"));
    p.up().expect_ok();
    let refused = p.destroy().expect_failure();
    refused
        .expect_says("SnapshotAlreadyExistsFault")
        .expect_says("`finalSnapshotIdentifier` names the snapshot `last`");
    assert_eq!(ground.count(), 1);

    let calls = ground.aws.calls().len();
    p.program(&named("another"));
    p.up().expect_ok().expect_steps(&["update cache"]);
    assert_eq!(ground.writes_after(calls), Vec::<String>::new(), "the name is needed only at the end");
    p.destroy().expect_ok();
    assert_eq!((ground.count(), snapshot_names(&ground)), (0, vec!["last".to_owned(), "another".to_owned()]));
}

/// AWS does not return the tags of a group that is being modified.
#[test]
fn tags_are_not_lost_while_a_group_is_busy() {
    let ground = Ground::new(Aws::alone(0.0));
    let tagged = format!("{SMALL}\ntags: {{team: web}}");
    let p = ground.project(&tagged);
    p.up().expect_ok();
    let modify = || {
        let asked = json!({"ReplicationGroupId": "web", "ReplicationGroupDescription": "d", "ApplyImmediately": true});
        ground.aws.call("elasticache", "modify_replication_group", asked);
    };
    ground.aws.time_scale(100.0);
    modify();
    p.refresh().expect_ok();
    assert_eq!(p.state().get("cache", "/outputs/tags"), &json!({"team": "web"}));
    assert_eq!(p.state().get("cache", "/inputs/tags"), &json!({"team": "web"}));

    // An import knows none, so it waits.
    ground.aws.time_scale(0.01);
    let status = || {
        ground.aws.call("elasticache", "describe_replication_groups", json!({}))["ReplicationGroups"][0]["Status"]
            .clone()
    };
    assert!((0..10_000).any(|_| status() == "available"), "the first change comes to an end");
    modify();
    let q = ground.aws.project("resources: {}\n");
    let token = "gitinfra:elasticache:ReplicationGroup";
    q.act("import", &[token, "cache", "web", "--protect=false", "--generate-code=false"]).expect_ok();
    assert_eq!(q.state().get("cache", "/outputs/tags"), &json!({"team": "web"}));
}

/// AWS says of a busy group now and then that one of its nodes is busy.
#[test]
fn a_busy_node_is_waited_for() {
    let ground = Ground::new(Aws::new());
    let p = ground.project(SMALL);
    p.up().expect_ok();
    for operation in ["ModifyReplicationGroup", "IncreaseReplicaCount", "AddTagsToResource", "ListTagsForResource"] {
        let code = "InvalidCacheClusterState";
        let message = "Cache cluster is not in the available state.";
        ground.aws.fault(
            json!({"kind": "error", "operation": operation, "code": code, "status": 400, "message": message, "times": 1}),
        );
    }
    p.program(
        &ground.program(&format!("{SMALL}\nsnapshotRetentionLimit: 1\nreplicasPerNodeGroup: 1\ntags: {{team: web}}")),
    );
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled().refresh_settled();
}

/// A VPC with a subnet, and caches in it; names that the program gives, or that are made up.
fn in_vpc(block: &str, named: bool) -> String {
    let (group, cache) = match named {
        true => ("name: net, ", "      replicationGroupId: web\n"),
        false => ("", ""),
    };
    format!(
        "
resources:
  vpc:
    type: gitinfra:ec2:Vpc
    properties: {{cidrBlock: 10.{block}.0.0/16}}
  subnet:
    type: gitinfra:ec2:Subnet
    properties: {{vpcId: '${{vpc.id}}', cidrBlock: 10.{block}.1.0/24}}
  net:
    type: gitinfra:elasticache:SubnetGroup
    properties: {{{group}subnetIds: ['${{subnet.id}}']}}
  cache:
    type: gitinfra:elasticache:ReplicationGroup
    properties:
      nodeType: cache.t4g.micro
      subnetGroupName: '${{net.name}}'
{cache}"
    )
}

#[test]
fn another_vpc_takes_a_new_subnet_group_with_its_caches() {
    for named in [false, true] {
        let aws = Aws::new();
        let p = aws.project(&in_vpc("0", named));
        p.up().expect_ok();
        p.expect_settled();
        p.program(&in_vpc("1", named));
        let steps = p.preview().expect_ok().steps_in_order();
        for replaced in ["replace vpc", "replace subnet", "replace net", "replace cache"] {
            assert!(steps.contains(&replaced.to_owned()), "{named}: {replaced} is not in {steps:?}");
        }
        let steps = p.up().expect_ok().steps_in_order();
        let at = |step: &str| steps.iter().position(|each| each == step);
        let first_deleted = at("delete-replaced net") < at("create-replacement net");
        assert_eq!(first_deleted, named, "{steps:?}");
        p.expect_settled().refresh_settled();
        let own = json!({"Filters": [{"Name": "is-default", "Values": ["false"]}]});
        assert_eq!(aws.call("ec2", "describe_vpcs", own)["Vpcs"].as_array().map(Vec::len), Some(1), "{named}");
        for (service, operation, list) in [
            ("elasticache", "describe_cache_subnet_groups", "CacheSubnetGroups"),
            ("elasticache", "describe_replication_groups", "ReplicationGroups"),
        ] {
            let found = aws.call(service, operation, json!({}))[list].as_array().map_or(0, Vec::len);
            assert_eq!(found, 1, "{named}: {list}");
        }
        p.destroy().expect_ok();
    }
}

/// Names are made up that AWS takes, whatever the resource is called in the program.
#[test]
fn names_are_made_up_that_aws_takes() {
    let ground = Ground::new(Aws::new());
    let long = "a".repeat(80);
    for key in ["1st", "日本", &long] {
        let program = ground.program(SMALL).replace("      replicationGroupId: Web\n", "").replace("name: Net, ", "");
        let program = program.replace("  cache:\n", &format!("  \"{key}\":\n"));
        let p = ground.aws.project(&program);
        p.up().expect_ok();
        p.expect_settled();
        p.destroy().expect_ok();
    }
}
