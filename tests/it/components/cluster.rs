//! A cluster for services on Fargate.

use serde_json::{Value, json};

use super::example;
use crate::aws::Aws;

fn cluster(aws: &Aws, name: &str) -> Value {
    let asked = json!({"clusters": [name], "include": ["SETTINGS"]});
    aws.call("ecs", "describe_clusters", asked)["clusters"][0].clone()
}

#[test]
fn a_cluster_lives_from_preview_to_destroy() {
    let aws = Aws::new();
    let p = example(&aws, "cluster", &[]);
    let plan = p.preview().expect_ok().steps();
    assert_eq!(plan, ["create cluster", "create cluster-capacity", "create cluster-cluster"]);
    assert_eq!(p.up().expect_ok().steps(), plan);
    p.expect_settled().refresh_settled();
    let state = p.state();
    let name = state.text("cluster", "/outputs/name").to_owned();
    let seen = cluster(&aws, &name);
    assert_eq!(seen["settings"], json!([{"name": "containerInsights", "value": "enhanced"}]));
    assert_eq!(seen["capacityProviders"], json!(["FARGATE", "FARGATE_SPOT"]));
    let usual = json!([{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]);
    assert_eq!(seen["defaultCapacityProviderStrategy"], usual);
    assert_eq!(state.get("cluster", "/outputs/controls"), &json!(["ECS.12"]));

    let text = super::text("cluster", &[("enhanced", "disabled\n      capacityProviders: [FARGATE_SPOT]")]);
    p.program(&text);
    p.up().expect_ok().expect_steps(&["update cluster", "update cluster-capacity", "update cluster-cluster"]);
    assert_eq!(cluster(&aws, &name)["capacityProviders"], json!(["FARGATE_SPOT"]));
    assert_eq!(p.state().get("cluster", "/outputs/controlsOpen/0"), "ECS.12: containerInsights is disabled");
    p.program(&text.replace("[FARGATE_SPOT]", "[SPOT]"));
    p.preview().expect_failure().expect_says("one of `FARGATE`, `FARGATE_SPOT`");
    p.destroy().expect_ok();
    assert_eq!(cluster(&aws, &name)["status"], "INACTIVE");
}
