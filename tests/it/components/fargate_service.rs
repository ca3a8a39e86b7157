//! A service on Fargate behind a load balancer.

use serde_json::{Value, json};

use super::{ZONE, blames, example, list, text, zone};
use crate::aws::Aws;
use crate::pulumi::{Project, State};

/// What AWS has of a service: the service, and its task definition.
fn service(aws: &Aws, state: &State, name: &str) -> (Value, Value) {
    let arn = state.text(name, "/outputs/serviceArn");
    let cluster = arn.split('/').nth(1).unwrap_or_default();
    let seen = aws.call("ecs", "describe_services", json!({"cluster": cluster, "services": [arn]}));
    let seen = seen["services"][0].clone();
    let task = aws.call("ecs", "describe_task_definition", json!({"taskDefinition": seen["taskDefinition"]}));
    (seen, task["taskDefinition"].clone())
}

/// The ports of the rules of a group that name another group, inwards or outwards.
fn ports(aws: &Aws, group: &str, egress: bool) -> Vec<u64> {
    let asked = json!({"Filters": [{"Name": "group-id", "Values": [group]}]});
    let rules = list(&aws.call("ec2", "describe_security_group_rules", asked), "/SecurityGroupRules");
    let own = rules.iter().filter(|rule| rule["IsEgress"] == egress && rule.get("ReferencedGroupInfo").is_some());
    own.filter_map(|rule| rule["FromPort"].as_u64()).collect()
}

/// The metrics that a service is scaled by, sorted, each with its target.
fn metrics(aws: &Aws) -> Vec<String> {
    let asked = json!({"ServiceNamespace": "ecs"});
    let policies = list(&aws.call("application-autoscaling", "describe_scaling_policies", asked), "/ScalingPolicies");
    let told = policies.iter().map(|policy| {
        let tracking = &policy["TargetTrackingScalingPolicyConfiguration"];
        let metric = &tracking["PredefinedMetricSpecification"]["PredefinedMetricType"];
        format!("{} {}", metric.as_str().unwrap_or_default(), tracking["TargetValue"])
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    told
}

/// The inline policy of a service's execution role.
fn allowed(aws: &Aws, state: &State) -> String {
    let [role, policy] = ["web-execution-role", "web-execution-policy"].map(|name| state.text(name, "/id").to_owned());
    let name = policy.rsplit(':').next().unwrap_or_default();
    aws.call("iam", "get_role_policy", json!({"RoleName": role, "PolicyName": name}))["PolicyDocument"].to_string()
}

const CHILDREN: [&str; 16] = [
    "execution-policy",
    "execution-role",
    "lb-to-sg-80",
    "logs",
    "rule",
    "scale-cpu",
    "scale-memory",
    "scale-requests",
    "scaling",
    "service",
    "sg",
    "sg-from-lb-80",
    "sg-to-https",
    "task",
    "task-role",
    "tg",
];

#[test]
fn a_service_lives_from_preview_to_destroy() {
    let aws = Aws::new();
    let id = zone(&aws, "app.example.com");
    let before = aws.look();
    let ids: [(&str, &str); 1] = [(ZONE, &id)];
    let p = example(&aws, "fargate-service", &ids);
    let plan = p.preview().expect_ok().steps();
    let own: Vec<_> = plan.iter().filter_map(|step| step.strip_prefix("create web-")).collect();
    assert_eq!(own, CHILDREN);
    let up = p.up().expect_ok();
    assert_eq!(up.steps(), plan);
    p.expect_settled().refresh_settled();
    stands(&aws, &p);

    // Somebody is busy: that is no difference, and the next change of the program leaves it so.
    let (seen, _) = service(&aws, &p.state(), "web");
    let busy = json!({"cluster": seen["clusterArn"], "service": seen["serviceName"], "desiredCount": 5});
    aws.call("ecs", "update_service", busy);
    p.refresh_settled().expect_settled();

    // Another port: the door to it is opened first, the target group stays, and the old door is shut last.
    let other = [(ZONE, id.as_str()), ("port: 80", "port: 8080"), ("minCapacity: 2", "minCapacity: 3")];
    p.program(&text("fargate-service", &other));
    let steps = p.up().expect_ok().steps_in_order();
    let at = |step: &str| steps.iter().position(|it| it == step).unwrap_or_else(|| panic!("no {step}: {steps:?}"));
    assert!(at("create web-sg-from-lb-8080") < at("update web-service"), "{steps:?}");
    assert!(at("update web-service") < at("delete web-sg-from-lb-80"), "{steps:?}");
    assert!(!steps.iter().any(|step| step.ends_with("web-tg") || step.ends_with("web-rule")), "{steps:?}");
    p.expect_settled();
    let (seen, task) = service(&aws, &p.state(), "web");
    assert_eq!((&seen["desiredCount"], &seen["loadBalancers"][0]["containerPort"]), (&json!(5), &json!(8080)));
    assert_eq!(task["containerDefinitions"][0]["portMappings"][0]["containerPort"], 8080);

    let gone = p.destroy().expect_ok().steps_in_order();
    let at = |step: &str| gone.iter().position(|it| it == step).unwrap_or_else(|| panic!("no {step}: {gone:?}"));
    for later in ["rule", "execution-policy", "sg-from-lb-8080", "lb-to-sg-8080"] {
        assert!(at("delete web-service") < at(&format!("delete web-{later}")), "{later}: {gone:?}");
    }
    assert_eq!(aws.look(), before);
    assert_eq!((metrics(&aws), aws.call("iam", "list_roles", json!({}))["Roles"].clone()), (vec![], json!([])));
}

/// What the example has made is what it says.
fn stands(aws: &Aws, p: &Project) {
    let state = p.state();
    let (seen, task) = service(aws, &state, "web");
    let out = |name: &str| state.text("web", &format!("/outputs/{name}")).to_owned();
    let strategy = json!([
        {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 4},
    ]);
    assert_eq!((&seen["capacityProviderStrategy"], &seen["desiredCount"]), (&strategy, &json!(2)));
    let network = &seen["networkConfiguration"]["awsvpcConfiguration"];
    assert_eq!(
        (&network["securityGroups"], &network["assignPublicIp"]),
        (&json!([out("securityGroupId")]), &json!("DISABLED"))
    );
    let breaker = &seen["deploymentConfiguration"]["deploymentCircuitBreaker"];
    assert_eq!((&breaker["enable"], &breaker["rollback"]), (&json!(true), &json!(true)));
    let container = &task["containerDefinitions"][0];
    assert_eq!((&task["cpu"], &task["memory"], &container["name"]), (&json!("256"), &json!("512"), &json!("app")));
    assert_eq!(container["environment"], json!([{"name": "GREETING", "value": "hello"}]));
    let secret = state.text("token", "/id");
    assert_eq!(container["secrets"], json!([{"name": "TOKEN", "valueFrom": secret}]));
    assert_eq!(container["logConfiguration"]["options"]["awslogs-group"], json!(out("logGroupName")));
    assert!(allowed(aws, &state).contains(secret) && !allowed(aws, &state).contains("ecr:"));

    assert_eq!(
        metrics(aws),
        [
            "ALBRequestCountPerTarget 1000.0",
            "ECSServiceAverageCPUUtilization 60.0",
            "ECSServiceAverageMemoryUtilization 70.0"
        ]
    );
    let balancer = state.text("balancer", "/outputs/securityGroupId");
    assert_eq!((ports(aws, &out("securityGroupId"), false), ports(aws, balancer, true)), (vec![80], vec![80]));
    let listener = state.text("balancer", "/outputs/httpsListenerArn");
    let rules = list(&aws.call("elbv2", "describe_rules", json!({"ListenerArn": listener})), "/Rules");
    let own = rules.iter().find(|rule| rule["IsDefault"] == false).expect("the service has a rule");
    assert_eq!(own["Conditions"][0]["HostHeaderConfig"]["Values"], json!(["app.example.com"]));
    assert_eq!(own["Actions"][0]["TargetGroupArn"], json!(out("targetGroupArn")));
    assert!(out("targetGroupArn").ends_with(&out("targetGroupArnSuffix")));
}

/// A VPC with a load balancer's listener, and services with these names and properties.
fn program(zone: &str, services: &[(&str, &str)]) -> String {
    let around = "
resources:
  network: {type: 'gitinfra:index:Network', properties: {nat: none, profile: dev}}
  certificate: {type: 'gitinfra:index:Certificate', properties: {domainName: app.example.com, zoneId: @ZONE@, regions: [ap-northeast-1]}}
  balancer:
    type: gitinfra:index:LoadBalancer
    properties: {vpcId: '${network.vpcId}', subnetIds: '${network.publicSubnetIds}', certificateArn: '${certificate.certificateArn}', profile: dev}
  cluster: {type: 'gitinfra:index:Cluster'}
";
    let of = |(name, properties): &(&str, &str)| {
        format!(
            "  {name}: {{type: 'gitinfra:index:FargateService', properties: {{clusterName: '${{cluster.arn}}', vpcId: '${{network.vpcId}}', subnetIds: '${{network.appSubnetIds}}', image: 'nginx:1', {properties}}}}}\n"
        )
    };
    around.replace("@ZONE@", zone) + &services.iter().map(of).collect::<String>()
}

const LISTENER: &str = "listenerArn: '${balancer.httpsListenerArn}', securityGroupId: '${balancer.securityGroupId}'";

#[test]
fn services_share_a_load_balancer_and_each_profile_meets_what_it_says() {
    let aws = Aws::new();
    let id = zone(&aws, "app.example.com");
    let all = format!("listener: {{{LISTENER}}}, profile: fsbp, writablePaths: [/tmp]");
    let api = format!(
        "listener: {{{LISTENER}, requireHeader: {{name: X-Origin, values: [old-word, new-word]}}}}, hosts: [app.example.com], paths: [/api/*], enableExecuteCommand: true, taskRolePolicies: {{mail: {{Version: 2012-10-17, Statement: [{{Effect: Allow, Action: 'ses:SendEmail', Resource: '*'}}]}}}}"
    );
    let worker = "profile: dev, sidecars: {agent: {image: 'agent:1', environment: {A: b}}}, assignPublicIp: true, spot: {weight: 0}, scaling: {memory: 0}";
    let all = program(&id, &[("all", &all), ("api", &api), ("worker", worker)]);
    let p = aws.project(&all);
    p.up().expect_ok();
    p.expect_settled().refresh_settled();
    let state = p.state();

    let listener = state.text("balancer", "/outputs/httpsListenerArn");
    let rules = list(&aws.call("elbv2", "describe_rules", json!({"ListenerArn": listener})), "/Rules");
    let targets = ["api", "all"].map(|name| state.get(name, "/outputs/targetGroupArn").clone());
    let mut own: Vec<_> = rules.iter().filter(|rule| rule["IsDefault"] == false).collect();
    own.sort_by_key(|rule| rule["Priority"].as_str().and_then(|number| number.parse::<u32>().ok()));
    let order: Vec<_> = own.iter().map(|rule| rule["Actions"][0]["TargetGroupArn"].clone()).collect();
    assert_eq!(order, targets, "what is for fewer requests comes first");
    let header = own[0]["Conditions"].as_array().into_iter().flatten().find(|it| it["Field"] == "http-header");
    assert_eq!(header.map(|it| it["HttpHeaderConfig"]["Values"].clone()), Some(json!(["new-word", "old-word"])));
    assert!(!state.resource("api-rule").to_string().contains("new-word"), "what only CloudFront knows is a secret");

    for (name, readonly, private, count) in
        [("worker", false, false, 1), ("api", false, true, 2), ("all", true, true, 2)]
    {
        let (seen, task) = service(&aws, &state, name);
        let controls = list(state.get(name, "/outputs"), "/controls");
        let claims = |control: &str| controls.contains(&json!(control));
        let containers = list(&task, "/containerDefinitions");
        let read = containers.iter().all(|it| it["readonlyRootFilesystem"] == true);
        assert_eq!((claims("ECS.5"), read), (readonly, readonly), "{name}");
        let closed = seen["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED";
        assert_eq!((claims("ECS.2"), claims("ECS.16"), closed), (private, private, private), "{name}");
        assert!(claims("ECS.1") && task["networkMode"] == "awsvpc", "{name}");
        assert!(claims("ECS.3") && task.get("pidMode").is_none(), "{name}");
        assert!(claims("ECS.4") && containers.iter().all(|it| it["privileged"] != true), "{name}");
        assert!(
            claims("ECS.9") && containers.iter().all(|it| it["logConfiguration"]["logDriver"] == "awslogs"),
            "{name}"
        );
        assert!(claims("ECS.8") && claims("ECS.10") && seen["platformVersion"] == "LATEST", "{name}");
        assert_eq!(seen["desiredCount"], count, "{name}");
    }
    let (seen, _) = service(&aws, &state, "worker");
    assert_eq!(list(&seen, "/capacityProviderStrategy").len(), 1, "nothing runs on Spot");
    assert_eq!(state.text("worker", "/outputs/targetGroupArn"), "");
    let asked = json!({"RoleName": state.text("api", "/outputs/taskRoleName")});
    assert_eq!(list(&aws.call("iam", "list_role_policies", asked), "/PolicyNames").len(), 2);

    // Another load balancer takes another target group, for AWS's groups have one at a time.
    p.program(&all.replace(
        "'${certificate.certificateArn}', profile: dev",
        "'${certificate.certificateArn}', profile: dev, internal: true",
    ));
    p.up().expect_ok();
    p.expect_settled();
    let listener = p.state().text("balancer", "/outputs/httpsListenerArn").to_owned();
    let rules = list(&aws.call("elbv2", "describe_rules", json!({"ListenerArn": listener})), "/Rules");
    assert_eq!(rules.len(), 3, "{rules:?}");
    p.destroy().expect_ok();
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let aws = Aws::new();
    let listener = "listener: {listenerArn: l, securityGroupId: sg-1, requireHeader: {name: X-Origin, values: [word]}}";
    let p = aws.project(
        "
resources:
  web:
    type: gitinfra:index:FargateService
    properties:
      clusterName: web
      vpcId: vpc-1
      subnetIds: [subnet-1]
      image: nginx
      cpu: 256
      memory: 4096
      environment: {A: b}
      secrets: {A: c}
      sidecars: {app: {image: x}, odd!: {image: y}}
      scaling: {minCapacity: 4, maxCapacity: 3, requests: 10}
      logRetentionDays: 31
      hosts: [a.com]
      healthCheck: {path: health, interval: 5}
      writablePaths: [tmp]
      readonlyRootFilesystem: true
      enableExecuteCommand: true
      allowTo: {db: {port: 5432}}
",
    );
    let faults = [
        ("memory", "Fargate has 512, 1024 or 2048 MiB with this `cpu`"),
        ("secrets.A", "is in `environment`, too"),
        ("sidecars.app", "the service's own container has the name `app`"),
        ("sidecars[\"odd!\"]", "a container's name has letters"),
        ("scaling.maxCapacity", "is less than `minCapacity`, which is 4"),
        ("scaling.requests", "needs a `listener`"),
        ("logRetentionDays", "`31` is not one of 1, 3, 5"),
        ("hosts", "needs a `listener`"),
        ("healthCheck.path", "begins with `/`"),
        ("healthCheck.timeout", "must be less than the interval"),
        ("writablePaths", "each begins with `/`"),
        ("enableExecuteCommand", "needs a root file system that can be written"),
        ("allowTo.db", "needs exactly one of"),
    ];
    blames(&p.preview().expect_failure(), &faults);
    p.program(&format!(
        "
resources:
  web:
    type: gitinfra:index:FargateService
    properties: {{clusterName: web, vpcId: vpc-1, subnetIds: [subnet-1], image: nginx, {listener}, hosts: [a.com, b.com], paths: [/a, b], desiredCount: 11}}
"
    ));
    let faults = [
        ("paths", "a rule has at most 3 hosts and paths in all beside the two values of `requireHeader`, and not 4"),
        ("paths", "`b` does not begin with `/`"),
        ("desiredCount", "is not between 2 and 10, which `scaling` allows"),
    ];
    blames(&p.preview().expect_failure(), &faults);
    assert_eq!(aws.writes_after(0), [""; 0]);
}
