//! Services against the emulator, by the real engine: deployments that fail, what others change, and what goes with a service.

use serde_json::{Value, json};

use crate::aws::Aws;

/// A cluster, a task definition of an image and more, and a service with more properties.
fn program(image: &str, service: &str, more: &str) -> String {
    format!(
        "
resources:
  cluster: {{type: 'gitinfra:ecs:Cluster', properties: {{name: web}}}}
  task:
    type: gitinfra:ecs:TaskDefinition
    properties: {{family: app, containerDefinitions: {{app: {{image: '{image}', memory: 128}}}}}}
  app:
    type: gitinfra:ecs:Service
    properties:
      name: app
      cluster: ${{cluster.name}}
      taskDefinition: ${{task.arn}}
      launchType: EC2
      deploymentConfiguration: {{deploymentCircuitBreaker: {{enable: true, rollback: true}}}}
      {service}
{more}"
    )
}

#[track_caller]
fn service(aws: &Aws) -> Value {
    let asked = json!({"cluster": "web", "services": ["app"]});
    aws.call("ecs", "describe_services", asked)["services"][0].clone()
}

/// A revision that somebody else registers and rolls out.
fn deploy(aws: &Aws, image: &str) -> String {
    let container = json!({"name": "app", "image": image, "memory": 128});
    let asked = json!({"family": "app", "containerDefinitions": [container]});
    let arn = aws.call("ecs", "register_task_definition", asked)["taskDefinition"]["taskDefinitionArn"].clone();
    aws.call("ecs", "update_service", json!({"cluster": "web", "service": "app", "taskDefinition": arn}));
    arn.as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_service_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let project = aws.project(&program("nginx:1", "desiredCount: 1", ""));
    project.up().expect_ok().expect_steps(&["create app", "create cluster", "create task"]);
    let first = service(&aws);
    assert_eq!((&first["runningCount"], &first["deployments"][0]["rolloutState"]), (&json!(1), &json!("COMPLETED")));
    project.expect_settled().refresh_settled();

    // The circuit breaker goes back: that is a failure, and the state has what runs.
    project.program(&program("nginx:broken", "desiredCount: 1", ""));
    project
        .up()
        .expect_failure()
        .expect_says("the deployment of service `web/app` was rolled back")
        .expect_says("circuit breaker threshold was exceeded");
    assert_eq!(service(&aws)["taskDefinition"], first["taskDefinition"]);

    project.program(&program("nginx:2", "desiredCount: 2", ""));
    project.up().expect_ok();
    let second = service(&aws);
    assert_ne!(second["taskDefinition"], first["taskDefinition"]);
    assert_eq!(second["runningCount"], 2);
    project.expect_settled().refresh_settled();
    let active = aws.call("ecs", "list_task_definitions", json!({"familyPrefix": "app"}));
    assert_eq!(active["taskDefinitionArns"], json!([second["taskDefinition"]]), "older revisions are deregistered");

    project.destroy().expect_ok();
    assert_eq!(service(&aws)["status"], "INACTIVE");
    assert!(project.state().names().is_empty());
}

#[test]
fn what_others_deploy_and_scale_is_kept_if_asked() {
    let aws = Aws::new();
    let keeps = "keepTaskDefinition: true\n      keepDesiredCount: true\n      desiredCount: 1";
    let target = "
  target:
    type: gitinfra:appautoscaling:Target
    properties:
      serviceNamespace: ecs
      resourceId: service/web/app
      scalableDimension: ecs:service:DesiredCount
      minCapacity: 2
      maxCapacity: 4
      resourceCreatedAt: ${app.createdAt}
  cpu:
    type: gitinfra:appautoscaling:Policy
    properties:
      serviceNamespace: ecs
      resourceId: ${target.resourceId}
      scalableDimension: ecs:service:DesiredCount
      resourceCreatedAt: ${target.resourceCreatedAt}
      targetTrackingScalingPolicyConfiguration:
        targetValue: 60
        predefinedMetricSpecification: {predefinedMetricType: ECSServiceAverageCPUUtilization}
";
    let project = aws.project(&program("nginx:1", keeps, target));
    project.up().expect_ok();
    let deployed = deploy(&aws, "nginx:2");
    project.refresh_settled().expect_settled();
    assert_eq!((&service(&aws)["desiredCount"], &service(&aws)["taskDefinition"]), (&json!(2), &json!(deployed)));

    // Another change of the program leaves both as they are.
    project.program(&program(
        "nginx:3",
        &keeps.replace("desiredCount: 1", "enableEcsManagedTags: true\n      desiredCount: 1"),
        target,
    ));
    project.up().expect_ok();
    let now = service(&aws);
    assert_eq!((&now["enableECSManagedTags"], &now["desiredCount"]), (&json!(true), &json!(2)));
    assert_eq!(now["taskDefinition"], json!(deployed));
    assert_eq!(project.state().text("app", "/outputs/currentTaskDefinition"), deployed);

    // What a scheduled action has made of the bounds is left alone by other changes of the target.
    let night =
        "      scheduledActions: {night: {schedule: 'cron(0 22 * * ? *)', scalableTargetAction: {minCapacity: 0}}}\n";
    let scheduled =
        target.replace("      resourceCreatedAt: ${app", &format!("{night}      resourceCreatedAt: ${{app"));
    project.program(&program("nginx:3", keeps, &scheduled));
    project.up().expect_ok();
    let asked = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/web/app", "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 0,
    });
    aws.call("application-autoscaling", "register_scalable_target", asked);
    let suspended = "      suspendedState: {dynamicScalingInSuspended: true}\n";
    project.program(&program("nginx:3", keeps, &scheduled.replace(night, &format!("{night}{suspended}"))));
    project.up().expect_ok();
    let asked = json!({"ServiceNamespace": "ecs"});
    let now = aws.call("application-autoscaling", "describe_scalable_targets", asked)["ScalableTargets"][0].clone();
    let suspended = &now["SuspendedState"]["DynamicScalingInSuspended"];
    assert_eq!((&now["MinCapacity"], &now["MaxCapacity"], suspended), (&json!(0), &json!(4), &json!(true)));

    // A service that is replaced under its name takes its target and the target's policy along.
    project.program(&program("nginx:3", keeps, target).replace("launchType: EC2", "launchType: EXTERNAL"));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let asked = json!({"ServiceNamespace": "ecs"});
    let targets = aws.call("application-autoscaling", "describe_scalable_targets", asked)["ScalableTargets"].clone();
    assert_eq!(targets.as_array().map(Vec::len), Some(1), "{targets}");
    let asked = json!({"ServiceNamespace": "ecs"});
    let policies = aws.call("application-autoscaling", "describe_scaling_policies", asked)["ScalingPolicies"].clone();
    assert_eq!(policies.as_array().map(Vec::len), Some(1), "{policies}");
    project.destroy().expect_ok();
}

/// A load balancer with a listener that forwards to the first of two target groups: the ARNs of the groups and of the listener.
fn balanced(aws: &Aws) -> [String; 3] {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let vpc = text(&aws.call("ec2", "create_vpc", json!({"CidrBlock": "10.0.0.0/16"}))["Vpc"]["VpcId"]);
    let subnets = ["a", "c"].map(|zone| {
        let range = if zone == "a" { "10.0.0.0/24" } else { "10.0.1.0/24" };
        let place = format!("{}{zone}", crate::aws::REGION);
        let asked = json!({"VpcId": vpc, "CidrBlock": range, "AvailabilityZone": place});
        text(&aws.call("ec2", "create_subnet", asked)["Subnet"]["SubnetId"])
    });
    let made =
        aws.call("elbv2", "create_load_balancer", json!({"Name": "web", "Scheme": "internal", "Subnets": subnets}));
    let balancer = text(&made["LoadBalancers"][0]["LoadBalancerArn"]);
    let [blue, green] = ["blue", "green"].map(|name| {
        let asked = json!({"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "instance"});
        text(&aws.call("elbv2", "create_target_group", asked)["TargetGroups"][0]["TargetGroupArn"])
    });
    let forward = |group: &str| json!([{"Type": "forward", "TargetGroupArn": group}]);
    let asked = json!({"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": forward(&blue)});
    let listener = text(&aws.call("elbv2", "create_listener", asked)["Listeners"][0]["ListenerArn"]);
    [blue, green, listener]
}

#[test]
fn a_blue_green_deployment_swaps_its_groups_and_that_is_no_difference() {
    let aws = Aws::new();
    let [blue, green, listener] = balanced(&aws);
    let rule = format!(
        "
  rule:
    type: gitinfra:elb:ListenerRule
    properties:
      listenerArn: '{listener}'
      priority: 1
      conditions: [{{field: path-pattern, values: ['/*']}}]
      actions:
        - type: forward
          forwardConfig: {{ignoreWeights: true, targetGroups: [{{targetGroupArn: '{blue}'}}, {{targetGroupArn: '{green}', weight: 0}}]}}
"
    );
    let weights = || {
        let rules = aws.call("elbv2", "describe_rules", json!({"ListenerArn": listener}));
        let groups = rules["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"].as_array().cloned();
        let pairs =
            groups.unwrap_or_default().into_iter().map(|it| (it["TargetGroupArn"].clone(), it["Weight"].clone()));
        pairs.filter(|(_, weight)| *weight != 0).map(|(group, _)| group).collect::<Vec<_>>()
    };
    let balancers = format!(
        "healthCheckGracePeriodSeconds: 30
      loadBalancers:
        - targetGroupArn: '{blue}'
          containerName: app
          containerPort: 80
          advancedConfiguration: {{alternateTargetGroupArn: '{green}', productionListenerRule: '${{rule.arn}}', roleArn: 'arn:aws:iam::{}:role/ecs'}}",
        aws.account
    );
    let of = |image: &str| {
        program(image, &balancers, &rule)
            .replace("{deploymentCircuitBreaker", "{strategy: BLUE_GREEN, deploymentCircuitBreaker")
    };
    let project = aws.project(&of("nginx:1"));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    project.program(&of("nginx:2"));
    project.up().expect_ok();
    assert_eq!((&service(&aws)["loadBalancers"][0]["targetGroupArn"], weights()), (&json!(green), vec![json!(green)]));
    project.expect_settled().refresh_settled();
    // What else changes leaves the traffic where it is.
    let other = of("nginx:2").replace("healthCheckGracePeriodSeconds: 30", "enableEcsManagedTags: true");
    let sticky = "ignoreWeights: true, targetGroupStickinessConfig: {enabled: true, durationSeconds: 60},";
    project.program(&other.replace("ignoreWeights: true,", sticky));
    project.up().expect_ok();
    assert_eq!(weights(), [json!(green)]);
    let now = service(&aws);
    assert_eq!(
        (&now["healthCheckGracePeriodSeconds"], &now["loadBalancers"][0]["targetGroupArn"]),
        (&json!(0), &json!(green))
    );
    // Another port deploys once more: from the group that has the traffic to the other one.
    project.program(&other.replace("containerPort: 80", "containerPort: 81").replace("ignoreWeights: true,", sticky));
    project.up().expect_ok();
    assert_eq!((&service(&aws)["loadBalancers"][0]["targetGroupArn"], weights()), (&json!(blue), vec![json!(blue)]));
    project.expect_settled();
    project.destroy().expect_ok();
}
