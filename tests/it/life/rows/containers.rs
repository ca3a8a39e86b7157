//! The rows of ECS, Application Auto Scaling and ECR.

use serde_json::json;

use super::{Listed, Row, Second, length, row};
use crate::life::stack::Asked;

pub fn rows() -> Vec<Row> {
    vec![cluster_row(), cluster_capacity_providers_row()]
}

fn cluster(name: &str) -> Asked {
    Asked::new("cluster", "ecs:Cluster", json!({"name": name}))
}

fn cluster_row() -> Row {
    let exec = json!({"executeCommandConfiguration": {"logging": "OVERRIDE", "logConfiguration": {"cloudWatchLogGroupName": "/exec"}}});
    let keys = json!({"managedStorageConfiguration": {"fargateEphemeralStorageKmsKeyId": "arn:aws:kms:ap-northeast-1:123456789012:key/1"}});
    Row {
        first: json!({"name": "web"}),
        given: json!({
            "containerInsights": "enhanced", "configuration": exec, "serviceConnectDefaults": {"namespace": "shop"}, "tags": {"a": "b"},
        }),
        in_place: vec!["containerInsights", "configuration", "serviceConnectDefaults", "tags"],
        other: Some(json!({"name": "shop", "configuration": keys})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"containerInsights": "on"}), "containerInsights"),
            (json!({"configuration": {"executeCommandConfiguration": {"logging": "OVERRIDE"}}}), "logConfiguration"),
            (
                json!({"configuration": {"executeCommandConfiguration": {"logConfiguration": {"s3BucketName": "b"}}}}),
                "needs `logging: OVERRIDE`",
            ),
        ],
        by_hand: Some(vec![("ecs", "delete_cluster", json!({"cluster": "web"}))]),
        ..row("ecs:Cluster", ("ecs", "list_clusters", |answer| length(answer, "clusterArns")))
    }
}

fn cluster_capacity_providers_row() -> Row {
    let spot = json!([{"capacityProvider": "FARGATE", "base": 1, "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 4}]);
    let unknown = json!([{"capacityProvider": "none", "weight": 1}]);
    let bases = json!([{"capacityProvider": "FARGATE", "base": 1, "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "base": 1}]);
    Row {
        around: vec![cluster("web"), Asked::new("more", "ecs:Cluster", json!({"name": "more"}))],
        first: json!({"cluster": "${cluster.id}", "capacityProviders": ["FARGATE_SPOT", "FARGATE"]}),
        given: json!({"defaultCapacityProviderStrategy": spot}),
        in_place: vec!["defaultCapacityProviderStrategy"],
        other: Some(json!({"cluster": "${more.arn}"})),
        second: Second::Refused,
        wrong: vec![
            (json!({"capacityProviders": []}), "capacityProviders"),
            (json!({"defaultCapacityProviderStrategy": unknown}), "none of `capacityProviders`"),
            (json!({"defaultCapacityProviderStrategy": bases}), "only one item may have a `base`"),
            (json!({"defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}), "needs a `weight`"),
        ],
        listed: Listed {
            service: "ecs",
            operation: "describe_clusters",
            parameters: json!({"clusters": ["web", "more"]}),
            count: |answer| {
                let clusters = answer["clusters"].as_array();
                clusters.map_or(0, |all| all.iter().filter(|it| length(it, "capacityProviders") > 0).count())
            },
            each: 1,
        },
        made_anew: true,
        by_hand: Some(vec![(
            "ecs",
            "put_cluster_capacity_providers",
            json!({"cluster": "web", "capacityProviders": [], "defaultCapacityProviderStrategy": []}),
        )]),
        ..row("ecs:ClusterCapacityProviders", ("ecs", "", |_| 0))
    }
}
