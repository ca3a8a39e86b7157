//! The rows of ECS, Application Auto Scaling and ECR.

use serde_json::{Value, json};

use super::{Listed, Row, Second, large, length, row, two_subnets};
use crate::life::stack::Asked;

pub fn rows() -> Vec<Row> {
    vec![
        cluster_row(),
        cluster_capacity_providers_row(),
        task_definition_row(),
        service_row(),
        target_row(),
        tracking_row(),
        step_row(),
        predictive_row(),
        repository_row(),
    ]
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

const EXECUTION: &str = "arn:aws:iam::123456789012:role/execution";
const TASK: &str = "arn:aws:iam::123456789012:role/task";
const SECRET: &str = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:web";

/// A container with all that AWS fills in, sorts or spells in its own way.
fn full_container() -> serde_json::Value {
    json!({
        "image": "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/app:1",
        "portMappings": [{"containerPort": 8080, "hostPort": 8080, "name": "http", "appProtocol": "http2"}, {"containerPort": 53, "protocol": "udp"}],
        "environment": {"B": "2", "A": "1"},
        "secrets": {"PASSWORD": SECRET},
        "environmentFiles": ["arn:aws:s3:::config/web.env"],
        "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
        "volumesFrom": [{"sourceContainer": "side"}],
        "linuxParameters": {"capabilities": {"drop": ["NET_RAW"]}, "initProcessEnabled": true, "tmpfs": [{"containerPath": "/tmp", "size": 64}]},
        "dependsOn": [{"containerName": "side", "condition": "START"}],
        "restartPolicy": {"enabled": true, "ignoredExitCodes": [0]},
        "entryPoint": ["/bin/app"], "command": ["serve", "--all"],
        "stopTimeout": 60, "user": "1000:1000", "readonlyRootFilesystem": true,
        "dockerLabels": {"team": "web"},
        "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}],
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/web", "awslogs-region": "ap-northeast-1", "awslogs-stream-prefix": "web"}},
        "healthCheck": {"command": ["CMD-SHELL", "true"]},
        "systemControls": [{"namespace": "net.core.somaxconn", "value": "1024"}],
    })
}

fn task_definition_row() -> Row {
    let app = |more: serde_json::Value| json!({"app": crate::life::with(&json!({"image": "nginx"}), &more)});
    let wrong = |more, words| (json!({"containerDefinitions": app(more)}), words);
    let full = json!({"app": full_container(), "side": {"image": "busybox", "essential": false, "firelensConfiguration": {"type": "fluentbit"}}});
    let volumes = json!({
        "data": {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"accessPointId": "fsap-1", "iam": "ENABLED"}}},
        "scratch": {},
    });
    Row {
        first: json!({
            "family": "web", "containerDefinitions": app(json!({})), "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
            "cpu": 256, "memory": 512, "executionRoleArn": EXECUTION,
        }),
        given: json!({
            "containerDefinitions": full, "volumes": volumes, "memory": 1024, "taskRoleArn": TASK, "ephemeralStorage": {"sizeInGiB": 30},
            "runtimePlatform": {"cpuArchitecture": "ARM64"}, "pidMode": "task", "enableFaultInjection": true, "tags": {"a": "b"},
        }),
        needs: vec![("containerDefinitions", json!({"volumes": volumes}))],
        in_place: vec!["tags"],
        other: Some(json!({"tags": {"c": "d"}})),
        wrong: vec![
            (json!({"family": "a b"}), "family"),
            (json!({"containerDefinitions": {}}), "containerDefinitions"),
            (json!({"memory": 4096}), "Fargate has 512, 1024 or 2048 MiB"),
            (json!({"cpu": 300}), "Fargate has 256, 512"),
            (json!({"cpu": null}), "missing: Fargate needs it"),
            (json!({"networkMode": "bridge"}), "Fargate needs `awsvpc`"),
            (json!({"pidMode": "host"}), "Fargate has `task` only"),
            (json!({"volumes": {"x": {"host": {"sourcePath": "/srv"}}}}), "Fargate does not have it"),
            (json!({"volumes": {"x": {"dockerVolumeConfiguration": {}}}}), "Fargate does not have it"),
            wrong(json!({"memory": 1024}), "is more than the task's `memory`"),
            wrong(json!({"essential": false}), "has to be `essential`"),
            wrong(json!({"secrets": {"A": SECRET}, "environment": {"A": "1"}}), "`A` is in `environment`, too"),
            wrong(json!({"mountPoints": [{"sourceVolume": "x", "containerPath": "/x"}]}), "`x` is none of `volumes`"),
            wrong(json!({"dependsOn": [{"containerName": "x", "condition": "START"}]}), "`x` is none of"),
            wrong(json!({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}), "has to be the container port"),
            wrong(json!({"portMappings": [{"containerPort": 80, "name": "Web"}]}), "with no hyphen first"),
            wrong(json!({"environmentFiles": ["arn:aws:s3:::config/web.txt"]}), "end with `.env`"),
            (json!({"containerDefinitions": {"a b": {"image": "nginx"}}}), "the container's name ` ` is not allowed"),
            wrong(json!({"privileged": true}), "Fargate does not have it"),
            wrong(json!({"logConfiguration": {"logDriver": "awslogs"}}), "awslogs-stream-prefix"),
            wrong(json!({"healthCheck": {"command": ["true"]}}), "begins with `CMD`"),
        ],
        by_hand: Some(vec![("ecs", "deregister_task_definition", json!({"taskDefinition": "${x.id}"}))]),
        ..row("ecs:TaskDefinition", ("ecs", "list_task_definitions", |answer| length(answer, "taskDefinitionArns")))
    }
}

/// A Fargate task definition with a task role.
fn task(name: &str) -> Asked {
    let properties = json!({
        "family": name, "containerDefinitions": {"app": {"image": "nginx"}}, "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
        "cpu": 256, "memory": 512, "taskRoleArn": TASK,
    });
    Asked::new(name, "ecs:TaskDefinition", properties)
}

fn service_row() -> Row {
    let providers = json!({
        "cluster": "${cluster.id}", "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
    });
    let spot = json!([{"capacityProvider": "FARGATE", "base": 1, "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 4}]);
    let network = |subnets: &[&str]| json!({"awsvpcConfiguration": {"subnets": subnets}});
    let deployment = json!({
        "maximumPercent": 150, "minimumHealthyPercent": 50, "deploymentCircuitBreaker": {"enable": true, "rollback": true},
        "alarms": {"alarmNames": ["errors"], "enable": true, "rollback": true}, "bakeTimeInMinutes": 5,
    });
    let connect = json!({"namespace": "shop", "services": [{"portName": "http", "clientAliases": [{"port": 80, "dnsName": "web"}]}]});
    Row {
        around: [
            two_subnets(),
            vec![
                cluster("web"),
                Asked::new("providers", "ecs:ClusterCapacityProviders", providers),
                task("task"),
                task("more"),
            ],
        ]
        .concat(),
        first: json!({
            "name": "web", "cluster": "${cluster.id}", "taskDefinition": "${task.id}",
            "networkConfiguration": network(&["${one.id}"]), "waitForSteadyState": false,
        }),
        given: json!({
            "taskDefinition": "${more.id}", "desiredCount": 2, "networkConfiguration": network(&["${one.id}", "${two.id}"]),
            "deploymentConfiguration": deployment, "availabilityZoneRebalancing": "DISABLED", "platformVersion": "1.4.0",
            "healthCheckGracePeriodSeconds": 30,
            "enableEcsManagedTags": true, "propagateTags": "SERVICE", "enableExecuteCommand": true, "forceNewDeployment": "1",
            "capacityProviderStrategy": spot, "serviceConnectConfiguration": connect,
            "serviceRegistries": [{"registryArn": "arn:aws:servicediscovery:ap-northeast-1:123456789012:service/srv-1", "port": 80}],
            "volumeConfigurations": [{"name": "data", "managedEbsVolume": {"roleArn": TASK, "sizeInGiB": 10}}],
            "tags": {"a": "b"},
        }),
        also: vec![
            json!({"launchType": "FARGATE"}),
            json!({"taskDefinition": "${plain.id}", "networkConfiguration": null, "launchType": "EC2"}),
            json!({
                "taskDefinition": "${plain.id}", "networkConfiguration": null, "launchType": "EC2",
                "schedulingStrategy": "DAEMON",
            }),
        ],
        beside: vec![plain_task()],
        in_place: vec!["taskDefinition", "deploymentConfiguration", "enableExecuteCommand", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: service_refusals(&spot),
        listed: Listed {
            service: "ecs",
            operation: "list_services",
            parameters: json!({"cluster": "web"}),
            count: |answer| length(answer, "serviceArns"),
            each: 1,
        },
        by_hand: Some(vec![("ecs", "delete_service", json!({"cluster": "web", "service": "web", "force": true}))]),
        untold: vec!["waitForSteadyState"],
        ..row("ecs:Service", ("ecs", "", |_| 0))
    }
}

/// What AWS refuses of a service, and the words of it.
fn service_refusals(spot: &Value) -> Vec<(Value, &'static str)> {
    vec![
        (json!({"name": "a b"}), "name"),
        (json!({"capacityProviderStrategy": spot, "launchType": "FARGATE"}), "can't be given together"),
        (json!({"schedulingStrategy": "DAEMON", "desiredCount": 1}), "one task on each instance"),
        (
            json!({"availabilityZoneRebalancing": "ENABLED", "deploymentConfiguration": {"maximumPercent": 100}}),
            "more than 100",
        ),
        (json!({"availabilityZoneRebalancing": "ENABLED", "launchType": "EXTERNAL"}), "not with `launchType"),
        (
            json!({
                "availabilityZoneRebalancing": "ENABLED",
                "placementStrategy": [{"type": "binpack", "field": "memory"}],
            }),
            "begins with `spread`",
        ),
        (json!({"deploymentConfiguration": {"deploymentCircuitBreaker": {"rollback": true}}}), "needs `enable: true`"),
        (
            json!({"deploymentConfiguration": {"linearConfiguration": {"stepPercent": 10, "stepBakeTimeInMinutes": 1}}}),
            "needs `strategy: LINEAR`",
        ),
    ]
}

const DIMENSION: &str = "ecs:service:DesiredCount";

/// A service on EC2, which needs no network.
fn plain_service(name: &str) -> Asked {
    let properties = json!({
        "name": name, "cluster": "${cluster.id}", "taskDefinition": "${plain.id}", "launchType": "EC2", "waitForSteadyState": false,
        "keepDesiredCount": true,
    });
    Asked::new(name, "ecs:Service", properties)
}

/// A task definition for EC2, which needs no network.
fn plain_task() -> Asked {
    let container = json!({"image": "nginx", "memory": 128});
    let plain = json!({"family": "plain", "containerDefinitions": {"app": container}});
    Asked::new("plain", "ecs:TaskDefinition", plain)
}

fn services() -> Vec<Asked> {
    vec![cluster("web"), plain_task(), plain_service("app"), plain_service("more")]
}

/// A target of a service of one's own, which is reached by an address and by a role.
fn custom(role: &str) -> serde_json::Value {
    json!({
        "serviceNamespace": "custom-resource", "resourceId": "https://example.execute-api.ap-northeast-1.amazonaws.com/prod/1",
        "scalableDimension": "custom-resource:ResourceType:Property", "resourceCreatedAt": null, "roleArn": role,
    })
}

fn target_row() -> Row {
    let night = json!({"night": {"schedule": "cron(0 22 * * ? *)", "timezone": "Asia/Tokyo", "scalableTargetAction": {"minCapacity": 0}}});
    let action = |more: serde_json::Value| json!({"scheduledActions": {"night": more}});
    Row {
        around: services(),
        first: json!({
            "serviceNamespace": "ecs", "resourceId": "service/web/app", "scalableDimension": DIMENSION, "minCapacity": 1, "maxCapacity": 4,
            "resourceCreatedAt": "${app.createdAt}",
        }),
        given: json!({
            "minCapacity": 2, "maxCapacity": 8, "suspendedState": {"scheduledScalingSuspended": true}, "scheduledActions": night, "tags": {"a": "b"},
        }),
        also: [TASK, EXECUTION].map(custom).to_vec(),
        in_place: vec!["minCapacity", "suspendedState", "scheduledActions", "tags"],
        other: Some(json!({"resourceId": "service/web/more", "resourceCreatedAt": "${more.createdAt}"})),
        second: Second::Refused,
        wrong: vec![
            (json!({"minCapacity": 5}), "is less than `minCapacity`"),
            (json!({"roleArn": TASK}), "service-linked role"),
            (action(json!({"schedule": "daily", "scalableTargetAction": {"minCapacity": 0}})), "begins with `at(`"),
            (action(json!({"schedule": "rate(1 day)", "scalableTargetAction": {}})), "minCapacity"),
            (
                json!({"scheduledActions": {"a/b": {"schedule": "rate(1 day)", "scalableTargetAction": {"minCapacity": 0}}}}),
                "without `:`, `/` and `|`",
            ),
        ],
        listed: Listed {
            service: "application-autoscaling",
            operation: "describe_scalable_targets",
            parameters: json!({"ServiceNamespace": "ecs"}),
            count: |answer| length(answer, "ScalableTargets"),
            each: 1,
        },
        by_hand: Some(vec![(
            "application-autoscaling",
            "deregister_scalable_target",
            json!({"ServiceNamespace": "ecs", "ResourceId": "service/web/app", "ScalableDimension": DIMENSION}),
        )]),
        untold: vec!["resourceCreatedAt"],
        ..row("appautoscaling:Target", ("application-autoscaling", "", |_| 0))
    }
}

/// A policy with its own properties, which changes and is refused so.
fn policy_row(own: serde_json::Value, given: serde_json::Value, other: serde_json::Value) -> Row {
    let target = json!({
        "serviceNamespace": "ecs", "resourceId": "service/web/app", "scalableDimension": DIMENSION, "minCapacity": 1, "maxCapacity": 4,
        "resourceCreatedAt": "${app.createdAt}",
    });
    let keys = json!({
        "policyName": "cpu", "serviceNamespace": "ecs", "resourceId": "${target.resourceId}", "scalableDimension": DIMENSION,
        "resourceCreatedAt": "${target.resourceCreatedAt}",
    });
    Row {
        around: [services(), vec![Asked::new("target", "appautoscaling:Target", target)]].concat(),
        first: crate::life::with(&keys, &own),
        in_place: given.as_object().into_iter().flatten().map(|(name, _)| &*name.clone().leak()).collect(),
        given,
        other: Some(crate::life::with(&json!({"policyName": "more"}), &other)),
        unnamed: json!({"policyName": null}),
        second: Second::Refused,
        listed: Listed {
            service: "application-autoscaling",
            operation: "describe_scaling_policies",
            parameters: json!({"ServiceNamespace": "ecs"}),
            count: |answer| length(answer, "ScalingPolicies"),
            each: 1,
        },
        by_hand: Some(vec![(
            "application-autoscaling",
            "delete_scaling_policy",
            json!({"PolicyName": "cpu", "ServiceNamespace": "ecs", "ResourceId": "service/web/app", "ScalableDimension": DIMENSION}),
        )]),
        made_anew: true,
        untold: vec!["resourceCreatedAt"],
        ..row("appautoscaling:Policy", ("application-autoscaling", "", |_| 0))
    }
}

fn tracking_row() -> Row {
    let metric =
        |kind: &str| json!({"targetValue": 60, "predefinedMetricSpecification": {"predefinedMetricType": kind}});
    let query = json!({"id": "m", "metricStat": {"metric": {"metricName": "Depth", "namespace": "App", "dimensions": {"queue": "q"}}, "stat": "Sum"}});
    let custom = json!({
        "targetValue": 70.5, "customizedMetricSpecification": {"metrics": [query, {"id": "e", "expression": "m * 2", "returnData": false}]},
        "scaleInCooldown": 60, "scaleOutCooldown": 30, "disableScaleIn": true,
    });
    const CONFIG: &str = "targetTrackingScalingPolicyConfiguration";
    let wrong = |config: serde_json::Value, words| (json!({CONFIG: config}), words);
    Row {
        wrong: vec![
            (json!({"policyName": "a/b"}), "policyName"),
            (json!({"policyType": "StepScaling"}), "`policyType: StepScaling` needs it"),
            wrong(json!({"targetValue": 60}), "one of"),
            wrong(metric("ALBRequestCountPerTarget"), "missing: this metric needs it"),
        ],
        ..policy_row(
            json!({CONFIG: metric("ECSServiceAverageCPUUtilization")}),
            json!({CONFIG: custom}),
            json!({CONFIG: metric("ECSServiceAverageMemoryUtilization")}),
        )
    }
}

fn step_row() -> Row {
    let steps = |steps: serde_json::Value| json!({"adjustmentType": "PercentChangeInCapacity", "stepAdjustments": steps, "minAdjustmentMagnitude": 1});
    let up = json!({"metricIntervalLowerBound": 0, "scalingAdjustment": 10});
    let down = json!({"metricIntervalUpperBound": 0, "scalingAdjustment": -10});
    const CONFIG: &str = "stepScalingPolicyConfiguration";
    let odd = json!({"adjustmentType": "ExactCapacity", "stepAdjustments": [up], "minAdjustmentMagnitude": 1});
    Row {
        wrong: vec![(json!({CONFIG: odd}), "needs `adjustmentType: PercentChangeInCapacity`")],
        ..policy_row(
            json!({"policyType": "StepScaling", CONFIG: steps(json!([up]))}),
            json!({CONFIG: steps(json!([up, down]))}),
            json!({CONFIG: steps(json!([down]))}),
        )
    }
}

fn predictive_row() -> Row {
    let metric = |kind: &str| json!({"metricSpecifications": [{"targetValue": 60, "predefinedMetricPairSpecification": {"predefinedMetricType": kind}}]});
    let queries = |id: &str| json!({"metricDataQueries": [{"id": id, "expression": "SEARCH('x')"}]});
    let custom = json!({
        "metricSpecifications": [{"targetValue": 60, "customizedLoadMetricSpecification": queries("l"), "customizedScalingMetricSpecification": queries("s")}],
        "mode": "ForecastAndScale", "maxCapacityBreachBehavior": "IncreaseMaxCapacity", "maxCapacityBuffer": 10, "schedulingBufferTime": 300,
    });
    const CONFIG: &str = "predictiveScalingPolicyConfiguration";
    policy_row(
        json!({"policyType": "PredictiveScaling", CONFIG: metric("ECSServiceCPUUtilization")}),
        json!({CONFIG: custom}),
        json!({CONFIG: metric("ECSServiceMemoryUtilization")}),
    )
}

fn repository_row() -> Row {
    let rule = json!({
        "rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9}, "action": {"type": "expire"},
    });
    let principal = json!({"AWS": "arn:aws:iam::123456789012:root"});
    let statement = json!({"Sid": "pull", "Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage"});
    Row {
        first: json!({"name": "web"}),
        given: json!({
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "imageTagMutabilityExclusionFilters": ["dev-*", "latest"],
            "imageScanningConfiguration": {"scanOnPush": true}, "encryptionConfiguration": {"encryptionType": "KMS"},
            "lifecyclePolicy": json!({"rules": [rule]}).to_string(), "repositoryPolicy": {"Version": "2012-10-17", "Statement": [statement]},
            "tags": {"a": "b"},
        }),
        needs: vec![
            ("imageTagMutability", json!({"imageTagMutabilityExclusionFilters": ["latest"]})),
            ("imageTagMutabilityExclusionFilters", json!({"imageTagMutability": "MUTABLE_WITH_EXCLUSION"})),
        ],
        in_place: vec!["imageScanningConfiguration", "lifecyclePolicy", "repositoryPolicy", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "Web"}), "name"),
            (json!({"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"}), "needs 1 to 5 filters"),
            (json!({"imageTagMutabilityExclusionFilters": ["v*"]}), "`_WITH_EXCLUSION`"),
            (json!({"encryptionConfiguration": {"kmsKey": "alias/a"}}), "needs `encryptionType: KMS`"),
            (json!({"lifecyclePolicy": {"x": 1}}), "no list of `rules`"),
            (json!({"repositoryPolicy": large(10_240)}), "10240 are allowed"),
        ],
        by_hand: Some(vec![("ecr", "delete_repository", json!({"repositoryName": "web"}))]),
        ..row("ecr:Repository", ("ecr", "describe_repositories", |answer| length(answer, "repositories")))
    }
}
