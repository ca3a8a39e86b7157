//! The whole stack: each step of its story asked of AWS itself.

use serde_json::{Value, json};

use super::dns_zone::Parent;
use super::lived::configured;
use super::{blames, ejected, list};
use crate::aws::{ACTING, Aws, ELSEWHERE, REGION, gitinfra};
use crate::docs::iam;
use crate::pulumi::Project;
use crate::sdk;

/// The example, with the ids of the parent's account.
struct Whole {
    aws: Aws,
    parent: Parent,
    project: Project,
}

impl Whole {
    fn new() -> Whole {
        // The example's names belong to one distribution in all of AWS, and to another life of the same example, which may go on beside this one.
        let aws = Aws::alone(0.001);
        let parent = Parent::of(&aws);
        let project = aws.reached_by(Project::example("reference-stack", &[gitinfra()]));
        let whole = Whole { aws, parent, project };
        whole.says(&[]);
        whole
    }

    /// The parent account's role may do what docs/iam.md allows, and nothing else.
    fn bound(&self) {
        if !iam::is_being_written() {
            self.parent.aws.allow("dns", &iam::policies_of(&[iam::PARENT]));
            self.parent.aws.enforce_policies();
        }
    }

    /// The same, with the credentials of a role that may do what these parts of docs/iam.md allow, and nothing else.
    fn acting(self, role: &str, parts: &[&str]) -> Whole {
        if iam::is_being_written() {
            return self;
        }
        let session = self.aws.acting(role, &iam::policies_of(parts)).into_iter();
        let project = session.fold(self.project, |project, (name, value)| project.env(name, value));
        Whole { project, ..self }
    }

    /// The example's configuration.
    fn says(&self, more: &[(&str, &str)]) {
        configured(&self.project, "reference-stack", &[&self.ids()[..], more].concat());
    }

    /// What the parent's account has.
    fn ids(&self) -> [(&str, &str); 2] {
        [("parentZoneId", &self.parent.zone), ("parentRole", &self.parent.role)]
    }

    fn output(&self, name: &str, pointer: &str) -> String {
        self.project.state().get(name, &format!("/outputs{pointer}")).as_str().unwrap_or_default().to_owned()
    }

    fn ask(&self, service: &str, operation: &str, parameters: Value) -> Value {
        self.aws.call(service, operation, parameters)
    }

    fn ask_elsewhere(&self, service: &str, operation: &str, parameters: Value) -> Value {
        self.aws.call_in(ELSEWHERE, service, operation, parameters)
    }

    /// The targets of the default routes of the subnets of a tier: the beginnings of their ids.
    fn ways_out(&self, tier: &str) -> Vec<String> {
        let ids = self.project.state().get("web-network", &format!("/outputs/{tier}SubnetIds")).clone();
        let filter = json!({"Filters": [{"Name": "association.subnet-id", "Values": ids}]});
        let tables = list(&self.ask("ec2", "describe_route_tables", filter), "/RouteTables");
        let routes = tables.iter().flat_map(|table| list(table, "/Routes"));
        let default = routes.filter(|route| route["DestinationCidrBlock"] == "0.0.0.0/0");
        let target = |route: Value| {
            let id = [&route["NatGatewayId"], &route["GatewayId"]].into_iter().find_map(Value::as_str);
            id.unwrap_or_default().split('-').next().unwrap_or_default().to_owned()
        };
        let mut targets: Vec<_> = default.map(target).collect();
        targets.dedup();
        targets
    }

    /// Who reaches the security group of a part, by which port: the names of groups, of prefix lists and ranges.
    fn lets_in(&self, group: &str) -> Vec<String> {
        let filter = json!({"Filters": [{"Name": "group-id", "Values": [group]}]});
        let rules = list(&self.ask("ec2", "describe_security_group_rules", filter), "/SecurityGroupRules");
        let from = |rule: &Value| {
            let peers = [&rule["ReferencedGroupInfo"]["GroupId"], &rule["PrefixListId"], &rule["CidrIpv4"]];
            let peer = peers.into_iter().find_map(Value::as_str).unwrap_or_default();
            format!("{} {}", self.named(peer), rule["FromPort"])
        };
        let mut all: Vec<_> = rules.iter().filter(|rule| rule["IsEgress"] == false).map(from).collect();
        all.sort();
        all
    }

    /// The name of a security group, else what it is.
    fn named(&self, id: &str) -> String {
        if !id.starts_with("sg-") {
            return id.split('-').next().unwrap_or_default().to_owned();
        }
        let groups = self.ask("ec2", "describe_security_groups", json!({"GroupIds": [id]}));
        let tags = list(&groups, "/SecurityGroups/0/Tags");
        let name = tags.iter().find(|tag| tag["Key"] == "Name").and_then(|tag| tag["Value"].as_str());
        name.unwrap_or_default().to_owned()
    }
}

/// What a security group lets in, written as one line.
fn lines(rules: &[&str]) -> Vec<String> {
    rules.iter().map(|rule| (*rule).to_owned()).collect()
}

#[test]
fn every_step_of_the_story_is_kept() {
    let whole = Whole::new();
    let before = whole.aws.look();
    whole.bound();
    let whole = whole.acting("preview", &[iam::PREVIEW]);
    let begun = whole.aws.calls().len();
    let plan =
        whole.project.preview().expect_ok().expect_says("from nothing, this takes about").expect_says("USD a month");
    assert!(plan.steps().len() > 140, "{}", plan.steps().len());
    assert_eq!(whole.aws.writes_after(begun), [""; 0]);
    let (_, mut preview) = whole.aws.actions_after(0);
    let whole = whole.acting("roll-out", &[iam::PREVIEW, iam::ROLL_OUT]);
    assert_eq!(whole.project.up().expect_ok().steps(), plan.steps());
    let (up, _) = whole.aws.actions_after(0);
    let whole = whole.acting("drift", &[iam::PREVIEW]);
    whole.project.expect_settled().refresh_settled();
    preview.extend(whole.aws.actions_after(up).1);
    let whole = whole.acting("change", &[iam::PREVIEW, iam::ROLL_OUT]);
    network(&whole);
    names(&whole);
    doors(&whole);
    edge(&whole);
    watched(&whole);
    rotated(&whole);

    kept(&whole);
    taken_apart(&whole);

    // Nothing goes while something protects itself.
    let stands = whole.project.state().names().len();
    let refused = whole.project.destroy().expect_failure();
    refused
        .expect_says("is protected from deletion, which holds data in aurora, redis, bucket")
        .expect_says("protectStateful: false");
    assert_eq!(whole.project.state().names().len(), stands, "nothing is deleted");
    whole.says(&[("profile", "dev")]);
    whole.project.up().expect_ok();
    whole.project.expect_settled();
    whole.project.destroy().expect_ok();
    let (all, parent) = (whole.aws.actions_after(0).1, whole.parent.aws.actions_after(0).1);
    iam::expect_allowed(&iam::Needed { roll_out: &all - &preview, preview, parent });
    assert_eq!(whole.aws.look(), before);
    assert_eq!(whole.parent.delegates(), [Value::Null; 0]);
    nothing_left(&whole);
}

/// What a look does not see.
fn nothing_left(whole: &Whole) {
    for (region, service, operation, pointer) in [
        (REGION, "elbv2", "describe_load_balancers", "/LoadBalancers"),
        (REGION, "ecs", "list_clusters", "/clusterArns"),
        (REGION, "rds", "describe_db_clusters", "/DBClusters"),
        (REGION, "elasticache", "describe_replication_groups", "/ReplicationGroups"),
        (REGION, "s3", "list_buckets", "/Buckets"),
        (REGION, "firehose", "list_delivery_streams", "/DeliveryStreamNames"),
        (ELSEWHERE, "firehose", "list_delivery_streams", "/DeliveryStreamNames"),
        (ELSEWHERE, "cloudfront", "list_distributions", "/DistributionList/Items"),
        (ELSEWHERE, "acm", "list_certificates", "/CertificateSummaryList"),
        (REGION, "acm", "list_certificates", "/CertificateSummaryList"),
        (REGION, "sns", "list_topics", "/Topics"),
        (REGION, "cloudwatch", "describe_alarms", "/MetricAlarms"),
        (REGION, "logs", "describe_log_groups", "/logGroups"),
        (REGION, "iam", "list_roles", "/Roles"),
        (REGION, "route53", "list_hosted_zones", "/HostedZones"),
    ] {
        let left = list(&whole.aws.call_in(region, service, operation, json!({})), pointer);
        let others = ["aws-service-role", ACTING];
        let left: Vec<_> =
            left.iter().filter(|it| !others.iter().any(|other| it.to_string().contains(other))).collect();
        assert!(left.is_empty(), "{service} {operation} in {region}: {left:?}");
    }
}

/// What holds data is not dropped from a protected stack: nothing changes at all, and the stack stays protected.
fn kept(whole: &Whole) {
    let text = whole.project.read("Pulumi.yaml").unwrap_or_default();
    whole.project.write(
        "Pulumi.yaml",
        &text.replace("      service:\n", "      aurora: false\n      redis: false\n      service:\n"),
    );
    let before = whole.aws.calls().len();
    for run in [whole.project.preview(), whole.project.up()] {
        run.expect_failure()
            .expect_says("`web` is protected from deletion, and would lose aurora, redis, which holds data; nothing of it has been changed")
            .expect_says("set `protectStateful: false`");
    }
    assert_eq!(whole.aws.writes_after(before), [""; 0]);
    assert_eq!(whole.project.state().get("web-protection", "/inputs/enabled"), &json!(true));
    // All that the refused run has left is what the program asked of the component.
    whole.project.write("Pulumi.yaml", &text);
    whole.project.up().expect_ok().expect_steps(&["update web"]);
    whole.project.expect_settled();
}

/// In the place of the stack its plain resources could come: nothing would change but the state.
fn taken_apart(whole: &Whole) {
    let text = whole.project.read("Pulumi.yaml").unwrap_or_default();
    // A list that holds a secret is one as a whole.
    let secrets = [
        ("web-service-rule-conditions-0-field", "http-header"),
        ("web-service-rule-conditions-0-httpHeaderConfig-httpHeaderName", "X-Origin-Verify"),
    ];
    whole.project.write("Pulumi.yaml", &ejected(&whole.aws, &whole.project, "web", &secrets));
    let steps = whole.project.preview().expect_ok().steps();
    let state = whole.project.state();
    let is_component =
        |step: &String| step.strip_prefix("delete ").is_some_and(|name| state.get(name, "/custom") == &json!(false));
    assert!(steps.len() > 10 && steps.iter().all(is_component), "{steps:#?}");
    whole.project.write("Pulumi.yaml", &text);
}

/// The example in another language, with the same stack.
fn told_in(whole: &Whole, language: &str) -> Project {
    let project = whole.aws.reached_by(Project::example(&format!("reference-stack/{language}"), &[gitinfra()]));
    project.env("PULUMI_BACKEND_URL", format!("file://{}", whole.project.path("backend").display()))
}

/// One stack, which each language rolls out or changes in its turn; and what another language has rolled out needs no change.
#[test]
fn each_language_tells_the_same_stack() {
    let whole = Whole::new();
    let before = whole.aws.look();
    let typescript = told_in(&whole, "typescript");
    sdk::nodejs::install(&typescript);
    sdk::nodejs::check(&typescript);
    let python = sdk::python::install(told_in(&whole, "python"));
    sdk::python::check(&python);
    let go = sdk::go::install(told_in(&whole, "go"));
    sdk::go::check(&go);

    let told = |project: &Project, more| configured(project, "reference-stack", &[&whole.ids()[..], more].concat());
    let plan = whole.project.preview().expect_ok().steps();
    told(&typescript, &[]);
    assert_eq!(typescript.preview().expect_ok().steps(), plan);
    assert_eq!(typescript.up().expect_ok().steps(), plan);
    typescript.expect_settled();
    sdk::expect_same(&whole.project, "web");

    told(&python, &[]);
    sdk::expect_same(&python, "web");
    let second = [("rotation", "second"), ("image", "public.ecr.aws/nginx/nginx:1.28")];
    told(&python, &second);
    let steps = python.up().expect_ok().steps();
    for step in ["update web-cdn-distribution", "update web-service-service"] {
        assert!(steps.contains(&step.to_owned()), "{step}: {steps:?}");
    }
    python.expect_settled();

    told(&go, &second);
    sdk::expect_same(&go, "web");
    told(&go, &[&second[..], &[("profile", "dev")]].concat());
    go.up().expect_ok();
    go.expect_settled();
    go.destroy().expect_ok();
    assert_eq!(whole.aws.look(), before);
    assert_eq!(whole.parent.delegates(), [Value::Null; 0]);
}

/// A network of one stack, and services of another one in it; then the same VPC adopted by its ids.
#[test]
fn a_network_is_another_stacks_or_there_already() {
    let aws = Aws::hurried();
    let network = aws.reached_by(Project::example("two-stacks/network", &[gitinfra()]));
    network.up().expect_ok();
    let services = aws.reached_by(Project::example("two-stacks/services", &[gitinfra()]));
    // Both stacks are in one backend.
    let services = services.env("PULUMI_BACKEND_URL", format!("file://{}", network.path("backend").display()));
    let empty = json!({"version": 3, "checkpoint": {"stack": "organization/shared-services/dev", "latest": null}});
    network.write("backend/.pulumi/stacks/shared-services/dev.json", &empty.to_string());
    let zone = super::zone(&aws, "services.example.com");
    configured(&services, "shared-services", &[("zoneId", &zone)]);
    services.up().expect_ok();
    services.expect_settled();
    let vpc = network.state().text("shared", "/outputs/vpcId").to_owned();
    assert_eq!(services.state().text("shop-network", "/outputs/vpcId"), vpc);
    let balancers = aws.call("elbv2", "describe_load_balancers", json!({}));
    assert_eq!(balancers["LoadBalancers"][0]["VpcId"], vpc.as_str());
    services.destroy().expect_ok();

    let adopted = aws.reached_by(Project::example("existing-vpc", &[gitinfra()]));
    let zone = super::zone(&aws, "adopted.example.com");
    let mut values = vec![("vpcId".to_owned(), vpc.clone()), ("zoneId".to_owned(), zone)];
    for tier in ["public", "app", "data"] {
        let ids = network.state().get("shared", &format!("/outputs/subnetIds/{tier}")).to_string();
        values.push((format!("{tier}SubnetIds"), ids));
    }
    let lines: String = values.iter().map(|(name, value)| format!("  existing-vpc:{name}: {value}\n")).collect();
    adopted.write("Pulumi.dev.yaml", &format!("{}config:\n{lines}", crate::pulumi::SALT));
    adopted.up().expect_ok();
    adopted.expect_settled();
    let groups = aws.call("rds", "describe_db_subnet_groups", json!({}));
    assert_eq!(groups["DBSubnetGroups"][0]["VpcId"], vpc.as_str());
    adopted.destroy().expect_ok();
    network.destroy().expect_ok();
}

/// A stack of what is said, in a zone that there is already.
fn small(zone: &str, more: &str) -> String {
    let off = "service: false, aurora: false, redis: false, waf: false, slack: false, sessionManager: false, vpcEndpoints: false";
    format!(
        "\nresources:\n  web: {{type: 'gitinfra:index:ReferenceStack', properties: {{domain: shop.example.net, dns: {{zoneId: {zone}}}, profile: dev, {off}, {more}}}}}\n"
    )
}

/// That of the calls after the first so many one kind comes before another: all of these before the first of those.
#[track_caller]
fn in_order(aws: &Aws, calls: usize, these: &str, those: &[&str]) {
    let writes = aws.writes_after(calls);
    let last = writes.iter().rposition(|it| it == these);
    let first = writes.iter().position(|it| those.contains(&it.as_str()));
    assert!(last.is_some() && first.is_some() && last < first, "{these} before {those:?}: {writes:#?}");
}

/// The bucket has one policy and the domain one record, whether CloudFront is there or not; and at no time a user is refused: what leads to users stands before
/// a record leads there, and what it led to goes after.
#[test]
fn cloudfront_goes_and_comes_back() {
    const RECORD: &str = "ChangeResourceRecordSets";
    let aws = Aws::hurried();
    // An alias belongs to one distribution in all of AWS, and other tests have theirs.
    let zone = super::zone(&aws, "shop.example.net");
    let open = "{allowFrom: {everybody: {cidr: 0.0.0.0/0}}}";
    let service = "service: {image: 'public.ecr.aws/nginx/nginx:1.27', port: 8080}";
    let small = |more: &str| small(&zone, more).replace("service: false", service);
    let without = small(&format!("cdn: false, loadBalancer: {open}"));
    let project = aws.project(&without);
    project.up().expect_ok();
    let policy = |project: &Project| {
        let bucket = project.state().get("web-bucket", "/outputs/bucketName").clone();
        aws.call("s3", "get_bucket_policy", json!({"Bucket": bucket}))["Policy"].to_string()
    };
    assert!(!policy(&project).contains("cloudfront.amazonaws.com") && policy(&project).contains("aws:SecureTransport"));

    // The rule that asks for the header comes beside the one that does not, which goes last.
    let calls = aws.calls().len();
    project.program(&small(&format!("loadBalancer: {open}")));
    let steps = project.up().expect_ok().steps();
    assert!(steps.contains(&"update web-record".to_owned()), "it stays one record: {steps:?}");
    in_order(&aws, calls, "CreateRule", &[RECORD]);
    in_order(&aws, calls, RECORD, &["DeleteRule"]);
    assert!(policy(&project).contains("cloudfront.amazonaws.com"));
    project.expect_settled();

    let calls = aws.calls().len();
    project.program(&without);
    let steps = project.up().expect_ok().steps();
    assert!(steps.contains(&"update web-record".to_owned()), "it stays one record: {steps:?}");
    in_order(&aws, calls, "ModifyRule", &[RECORD]);
    assert!(!policy(&project).contains("cloudfront.amazonaws.com"));
    project.expect_settled();

    // Another load balancer has other tasks behind it, and the old ones serve until users come to it.
    let calls = aws.calls().len();
    project.program(&without.replace("{allowFrom", "{internal: true, allowFrom"));
    project.up().expect_ok();
    for made in ["CreateLoadBalancer", "CreateRule", "CreateService"] {
        in_order(&aws, calls, made, &[RECORD]);
    }
    in_order(&aws, calls, RECORD, &["UpdateService", "DeleteRule", "DeleteService", "DeleteLoadBalancer"]);
    project.expect_settled();
    project.destroy().expect_ok();
}

#[test]
fn what_does_not_go_together_is_told_before_anything_is_made() {
    let aws = Aws::hurried();
    let more = "cdn: false, network: {availabilityZoneCount: 1}, parentZone: {zoneId: Z0}, skip: [bucket, network]";
    let project = aws.project(&small("Z1", more));
    let faults = [
        ("parentZone", "nothing is delegated"),
        ("loadBalancer", "nobody reaches it without CloudFront"),
        ("network.availabilityZoneCount", "two availability zones"),
        ("skip", "leave it out with `bucket: false`"),
        ("skip", "the other parts need `network`"),
    ];
    blames(&project.preview().expect_failure(), &faults);
    assert_eq!(aws.writes_after(0), [""; 0]);
}

/// Steps 1 to 5 and 10: tiers, and where they lead.
fn network(whole: &Whole) {
    assert_eq!(whole.ways_out("public"), ["igw"]);
    assert_eq!(whole.ways_out("app"), ["nat"]);
    assert_eq!(whole.ways_out("data"), [""; 0]);
    let logs = list(&whole.ask("ec2", "describe_flow_logs", json!({})), "/FlowLogs");
    assert_eq!(logs.len(), 1, "EC2.6");
}

/// Steps 6, 7, 9, 11 and 12: delegation, certificates in two regions with one record each, names.
fn names(whole: &Whole) {
    assert_eq!(whole.parent.delegates().len(), 4);
    for region in [REGION, ELSEWHERE] {
        let all = whole.aws.call_in(region, "acm", "list_certificates", json!({"CertificateStatuses": ["ISSUED"]}));
        assert_eq!(list(&all, "/CertificateSummaryList").len(), 1, "{region}: {all}");
    }
    let zone = whole.output("web", "/zoneId");
    let records = crate::route53::records(&whole.aws, &zone);
    let proofs = records.iter().filter(|record| record.contains(".acm-validations.")).count();
    assert_eq!(proofs, 2, "one for each name, for both regions: {records:?}");
    let distribution = whole.output("web-cdn", "/domainName");
    for kind in ["A", "AAAA"] {
        let line = format!("app.example.com. {kind} {distribution}.");
        assert!(records.contains(&line), "{line}: {records:?}");
    }
    let private = crate::route53::records(&whole.aws, &whole.output("web", "/privateZoneId"));
    for (name, target) in
        [("db", whole.output("web-aurora", "/endpoint")), ("redis", whole.output("web-redis", "/primaryEndpoint"))]
    {
        let line = format!("{name}.internal.app.example.com. CNAME {target}");
        assert!(private.contains(&line), "{line}: {private:?}");
    }
}

/// Step 13: exactly the ports between exactly the groups.
fn doors(whole: &Whole) {
    let service = whole.output("web-service", "/securityGroupId");
    assert_eq!(whole.lets_in(&service), lines(&["web-load-balancer-sg 8080"]));
    let balancer = whole.output("web-load-balancer", "/securityGroupId");
    assert_eq!(whole.lets_in(&balancer), lines(&["pl 443"]));
    let aurora = whole.output("web-aurora", "/securityGroupId");
    assert_eq!(whole.lets_in(&aurora), lines(&["web-clients 5432", "web-session-manager-sg 5432"]));
    let redis = whole.output("web-redis", "/securityGroupId");
    assert_eq!(whole.lets_in(&redis), lines(&["web-clients 6379", "web-session-manager-sg 6379"]));
    let host = whole.output("web-session-manager", "/securityGroupId");
    assert_eq!(whole.lets_in(&host), [""; 0]);
    let endpoints = list(&whole.ask("ec2", "describe_vpc_endpoints", json!({})), "/VpcEndpoints");
    assert_eq!(endpoints.len(), 4, "16: ssm, ssmmessages, ec2messages, s3");
    let private = endpoints.iter().filter(|it| it["VpcEndpointType"] == "Interface");
    assert!(private.clone().count() == 3 && private.clone().all(|it| it["PrivateDnsEnabled"] == true));
}

/// The values of the header that the listener's rule lets in, and what the distribution sends.
fn handshake(whole: &Whole) -> (Vec<Value>, Value) {
    let listener = whole.output("web-load-balancer", "/httpsListenerArn");
    let rules = list(&whole.ask("elbv2", "describe_rules", json!({"ListenerArn": listener})), "/Rules");
    let default = rules.iter().find(|rule| rule["IsDefault"] == true).expect("a listener has a default rule");
    assert_eq!(default["Actions"][0]["Type"], "fixed-response", "whoever comes without the header is refused");
    let rule = rules.iter().find(|rule| rule["IsDefault"] == false).expect("the service has a rule");
    let conditions = list(rule, "/Conditions");
    let header = conditions.iter().find(|it| it["Field"] == "http-header").expect("it asks for a header");
    let mut values = list(header, "/HttpHeaderConfig/Values");
    values.sort_by_key(Value::to_string);
    let id = whole.output("web-cdn", "/distributionId");
    let told = whole.ask_elsewhere("cloudfront", "get_distribution_config", json!({"Id": id}));
    let origins = list(&told, "/DistributionConfig/Origins/Items");
    let app = origins.iter().find(|origin| origin["Id"] == "app").expect("the load balancer is an origin");
    assert_eq!(app["DomainName"], "origin.app.example.com");
    (values, app["CustomHeaders"]["Items"][0]["HeaderValue"].clone())
}

/// Steps 11, 17 to 21: CloudFront alone reaches the load balancer, the bucket is private, both are behind WAF, whose logs are kept in both regions.
fn edge(whole: &Whole) {
    let (accepted, sent) = handshake(whole);
    assert!(accepted.len() == 2 && accepted.contains(&sent), "two values, and one of them is sent");
    for (region, scope) in [(REGION, "REGIONAL"), (ELSEWHERE, "CLOUDFRONT")] {
        let acls = list(&whole.aws.call_in(region, "wafv2", "list_web_acls", json!({"Scope": scope})), "/WebACLs");
        assert_eq!(acls.len(), 1, "{scope}");
        let arn = json!({"ResourceArn": acls[0]["ARN"]});
        let logging = whole.aws.call_in(region, "wafv2", "get_logging_configuration", arn);
        let to = logging["LoggingConfiguration"]["LogDestinationConfigs"][0].as_str().unwrap_or_default().to_owned();
        assert!(to.contains(&format!("firehose:{region}:")) && to.contains("/aws-waf-logs-"), "{to}");
    }
    let balancer = whole.output("web-load-balancer", "/arn");
    let acl = whole.ask("wafv2", "get_web_acl_for_resource", json!({"ResourceArn": balancer}));
    assert!(acl["WebACL"]["ARN"].is_string(), "{acl}");
    let bucket = whole.output("web-bucket", "/bucketName");
    let policy = whole.ask("s3", "get_bucket_policy", json!({"Bucket": bucket}))["Policy"].to_string();
    assert!(policy.contains(&whole.output("web-cdn", "/arn")) && policy.contains("aws:SecureTransport"), "{policy}");
}

/// Steps 14 and 15: alarms reach the Slack channel's topic, and sessions are logged.
fn watched(whole: &Whole) {
    for region in [REGION, ELSEWHERE] {
        let alarms = list(&whole.aws.call_in(region, "cloudwatch", "describe_alarms", json!({})), "/MetricAlarms");
        let topics = whole.project.state().get("web-slack", "/outputs/topicArns").clone();
        let own =
            alarms.iter().filter(|alarm| alarm["Namespace"] != "AWS/ECS" || alarm["AlarmActions"][0] == topics[region]);
        assert!(own.clone().count() > 0, "{region}");
        assert!(own.clone().all(|alarm| alarm["AlarmActions"] == json!([topics[region]])), "{alarms:?}");
    }
    let document = json!({"Name": "SSM-SessionManagerRunShell"});
    let content = whole.ask("ssm", "get_document", document)["Content"].to_string();
    assert!(content.contains(&whole.output("web-session-manager", "/logGroupName")), "{content}");
}

/// Another rotation: the distribution sends what the listener lets in already, and only then the listener lets in the next.
fn rotated(whole: &Whole) {
    let (before, _) = handshake(whole);
    whole.says(&[("rotation", "second")]);
    whole.project.up().expect_ok();
    whole.project.expect_settled();
    let (after, sent) = handshake(whole);
    assert!(before.contains(&sent) && after.contains(&sent), "an edge is never refused");
    assert_ne!(before, after);
}
