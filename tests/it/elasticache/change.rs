//! Changes of replication groups that take several calls, or a new group.

use serde_json::json;

use crate::aws::Aws;
use crate::elasticache::{Ground, SMALL, TOKEN};

#[test]
fn a_token_is_rotated_and_never_shown() {
    let ground = Ground::new(Aws::new());
    let with = |token: &str| ground.program(&format!("{SMALL}\nauthToken: {token}"));
    let p = ground.aws.project(&with(TOKEN));
    p.up().expect_ok();
    p.expect_settled();
    p.refresh_settled();
    let kept = p.read("backend/.pulumi/stacks/test/dev.json");
    assert!(!kept.unwrap_or_default().contains(TOKEN), "the token is kept in plain text");

    p.program(&with("another-token-of-sixteen"));
    let calls = ground.aws.calls().len();
    let up = p.up().expect_ok().expect_steps(&["update cache"]);
    assert!(!up.printed().contains("another-token"), "{up}");
    let done = ground.aws.calls().split_off(calls);
    let done = done.iter().filter(|call| call["mutating"] == true && call["status"] == 200);
    let done: Vec<_> = done.map(|call| call["operation"].clone()).collect();
    assert_eq!(done, ["ModifyReplicationGroup"], "beside the old one, which clients still have");
    p.expect_settled();
    p.refresh_settled();
}

#[test]
fn a_cluster_spreads_over_shards() {
    let ground = Ground::new(Aws::new());
    let p = ground.project(
        "nodeType: cache.t4g.micro\nnumNodeGroups: 2\nreplicasPerNodeGroup: 1\nautomaticFailoverEnabled: true",
    );
    p.up().expect_ok();
    p.expect_settled();
    p.refresh_settled();
    let state = p.state();
    assert_eq!(state.get("cache", "/outputs/clusterEnabled"), true);
    let host = state.text("cache", "/outputs/configurationEndpointAddress");
    assert!(host.starts_with("clustercfg.web."), "{host}");
    assert_eq!(ground.group()["MemberClusters"].as_array().map(Vec::len), Some(4));

    p.program(&ground.program(
        "nodeType: cache.t4g.micro\nnumNodeGroups: 3\nreplicasPerNodeGroup: 2\nautomaticFailoverEnabled: true",
    ));
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled();
    p.refresh_settled();
    p.program(&ground.program("nodeType: cache.t4g.micro\nnumNodeGroups: 2\nautomaticFailoverEnabled: true"));
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled();
    p.refresh_settled();
    assert_eq!(ground.group()["MemberClusters"], json!(["web-0001-001", "web-0002-001"]));
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
    assert_eq!(group["LogDeliveryConfigurations"].as_array().map(Vec::len), Some(2));

    p.program(&ground.program(&format!(
        "{plain}\nlogDeliveryConfigurations: [{{logType: slow-log, destinationType: cloudwatch-logs, destination: slower}}]"
    )));
    p.up().expect_ok().expect_steps(&["update cache"]);
    p.expect_settled();
    p.refresh_settled();
    let group = ground.group();
    assert_eq!(group["TransitEncryptionEnabled"], false);
    assert_eq!(ground.node()["NotificationConfiguration"]["TopicStatus"], "inactive");
}

#[test]
fn another_port_is_another_group() {
    let ground = Ground::new(Aws::new());
    let p = ground.project(SMALL);
    p.up().expect_ok();
    p.program(&ground.program(&format!("{SMALL}\nport: 6380")));
    let up = p.up().expect_ok();
    assert_eq!(
        up.steps_in_order().iter().filter(|s| s.ends_with("cache")).collect::<Vec<_>>(),
        ["delete-replaced cache", "replace cache", "create-replacement cache"],
        "the name is taken until the old one is gone"
    );
    assert_eq!(ground.group()["NodeGroups"][0]["PrimaryEndpoint"]["Port"], 6380);
    p.expect_settled();
}

/// Encryption moves a group to other host names, and a preview must not promise the old ones to what depends on them.
#[test]
fn a_preview_knows_that_host_names_may_change() {
    let ground = Ground::new(Aws::new());
    let subnets = ground.subnets.join(", ");
    let after = format!("properties: {{subnetIds: [{subnets}], description: 'for ${{cache.primaryEndpointAddress}}'}}");
    let with = |more: &str| {
        let program = ground.program(&format!("{SMALL}{more}"));
        format!("{program}  after:\n    type: gitinfra:elasticache:SubnetGroup\n    {after}\n")
    };
    let p = ground.aws.project(&with("\ntransitEncryptionEnabled: false"));
    p.up().expect_ok();
    let steps = ["update after", "update cache"];
    p.program(&with("")).preview().expect_ok().expect_steps(&steps);
    p.up().expect_ok().expect_steps(&steps);
    p.expect_settled();
}

/// Cluster mode comes in place, by way of serving both kinds of clients; it goes with the group.
#[test]
fn cluster_mode_comes_in_place_and_goes_with_the_group() {
    let ground = Ground::new(Aws::new());
    let mode = |mode: &str, more: &str| {
        format!("{SMALL}\nreplicasPerNodeGroup: 1\nautomaticFailoverEnabled: true\nclusterMode: {mode}{more}")
    };
    let p = ground.project(&mode("disabled", ""));
    p.up().expect_ok();
    p.expect_settled();
    for (now, more) in [("compatible", ""), ("enabled", ""), ("enabled", "\nnumNodeGroups: 2")] {
        p.program(&ground.program(&mode(now, more)));
        p.up().expect_ok().expect_steps(&["update cache"]);
        assert_eq!(ground.group()["ClusterMode"], now);
        p.expect_settled();
        p.refresh_settled();
    }
    assert_eq!(ground.group()["MemberClusters"].as_array().map(Vec::len), Some(4));
    p.program(&ground.program(&mode("disabled", "")));
    let steps = p.up().expect_ok().steps_in_order();
    assert!(steps.contains(&"delete-replaced cache".to_owned()), "{steps:?}");
    // Both steps in one change.
    p.program(&ground.program(&mode("enabled", "")));
    p.up().expect_ok().expect_steps(&["update cache"]);
    assert_eq!(ground.group()["ClusterMode"], "enabled");
    p.expect_settled();
    p.refresh_settled();
}
