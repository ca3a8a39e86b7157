//! A distribution in front of load balancers and buckets.

use serde_json::{Value, json};

use super::lived::{begun, configured, ended};
use crate::aws::{Aws, ELSEWHERE};
use crate::pulumi::Project;

/// The configuration of a distribution.
fn config(aws: &Aws, project: &Project, name: &str) -> Value {
    let id = project.state().text(name, "/outputs/distributionId").to_owned();
    aws.call_in(ELSEWHERE, "cloudfront", "get_distribution_config", json!({"Id": id}))["DistributionConfig"].clone()
}

/// An origin of a distribution.
fn origin(config: &Value, id: &str) -> Value {
    let all = config["Origins"]["Items"].as_array().cloned().unwrap_or_default();
    all.into_iter().find(|origin| origin["Id"] == id).unwrap_or_default()
}

/// The values that a load balancer has to let in.
fn let_in(project: &Project) -> Vec<String> {
    let output = project.command(&["stack", "output", "--show-secrets", "--json"]).expect_ok();
    let output: Value = serde_json::from_str(&output.stdout).expect("outputs are JSON");
    let values = output["originHeaderValues"].as_array().cloned().unwrap_or_default();
    values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

fn sent(config: &Value) -> Value {
    origin(config, "app")["CustomHeaders"]["Items"][0]["HeaderValue"].clone()
}

#[test]
fn the_header_is_rotated_without_an_outage() {
    let aws = Aws::new();
    let project = begun(&aws, "cdn");
    let told = config(&aws, &project, "cdn");
    let first = let_in(&project);
    assert_eq!(first.len(), 2);
    assert_eq!(sent(&told), first[0]);
    assert_eq!(told["DefaultCacheBehavior"]["TargetOriginId"], "app");
    assert_eq!(told["DefaultCacheBehavior"]["ViewerProtocolPolicy"], "redirect-to-https", "CloudFront.3");
    let own = &told["CacheBehaviors"]["Items"][0];
    assert_eq!((&own["PathPattern"], &own["TargetOriginId"]), (&json!("/static/*"), &json!("assets")));
    assert_eq!(told["Logging"]["Enabled"], true, "CloudFront.5");
    let app = origin(&told, "app")["CustomOriginConfig"].clone();
    assert_eq!(app["OriginProtocolPolicy"], "https-only", "CloudFront.9");
    assert_eq!(app["OriginSslProtocols"]["Items"], json!(["TLSv1.2"]), "CloudFront.10");
    assert!(
        origin(&told, "assets")["OriginAccessControlId"].as_str().is_some_and(|id| !id.is_empty()),
        "CloudFront.13"
    );
    let state = project.state();
    let numbers = [1, 3, 5, 8, 9, 10, 12, 13].map(|number| format!("CloudFront.{number}"));
    let controls = [&numbers[..], &["S3.5", "S3.8", "S3.13"].map(str::to_owned)].concat();
    assert_eq!(state.get("cdn", "/outputs/controls"), &json!(controls));
    // Nobody but the distribution reads the bucket.
    let policy = aws.call("s3", "get_bucket_policy", json!({"Bucket": state.text("assets", "/id")}));
    let arn = state.text("cdn", "/outputs/arn");
    assert!(
        policy["Policy"].as_str().is_some_and(|it| it.contains(arn) && it.contains("aws:SecureTransport")),
        "{policy}"
    );

    // The distribution sends what is let in already; what is let in changes after that.
    configured(&project, "cdn", &[("rotation", "second")]);
    let plan = project.preview().expect_ok().steps();
    let rotated = project.up().expect_ok();
    assert_eq!(rotated.steps(), plan);
    assert_eq!(plan, ["update cdn", "update cdn-distribution", "update cdn-secret"]);
    project.expect_settled();
    let second = let_in(&project);
    assert_eq!(sent(&config(&aws, &project, "cdn")), first[1]);
    assert_eq!((&second[0], second[1] != first[0]), (&first[1], true));
    ended(&project, "cdn");
    let left = aws.call_in(ELSEWHERE, "cloudfront", "list_distributions", json!({}));
    assert_eq!(left["DistributionList"]["Quantity"], 0, "{left}");
    assert_eq!(aws.call("s3", "list_buckets", json!({}))["Buckets"], json!([]));
}

/// Names of its own: the records lead to the distribution, and that of the origin to the load balancer.
#[test]
fn viewers_are_led_to_it_by_name() {
    let aws = Aws::new();
    let names = json!(["www.example.com", "example.com"]);
    let asked = json!({"DomainName": "example.com", "SubjectAlternativeNames": names});
    let certificate = aws.call_in(ELSEWHERE, "acm", "request_certificate", asked)["CertificateArn"].clone();
    let certificate = certificate.as_str().unwrap_or_default();
    let program = |more: &str| {
        format!(
            "
resources:
  zone: {{type: 'gitinfra:route53:Zone', properties: {{name: example.com}}}}
  cdn:
    type: gitinfra:index:Cdn
    properties:
      certificateArn: {certificate}
      zoneId: ${{zone.id}}
      aliases: [example.com, www.example.com]
      origins:
        app:
          loadBalancer:
            dnsName: web-1.ap-northeast-1.elb.amazonaws.com
            hostedZoneId: Z14GRHDCWA56QT
            originDomainName: origin.example.com
      profile: dev
      {more}
"
        )
    };
    let project = aws.project(&program(""));
    let plan = project.preview().expect_ok().steps();
    let records = [
        "create cdn-origin-record-app",
        "create cdn-record-example.com-a",
        "create cdn-record-example.com-aaaa",
        "create cdn-record-www.example.com-a",
        "create cdn-record-www.example.com-aaaa",
    ];
    for record in records {
        assert!(plan.contains(&record.to_owned()), "{record}: {plan:?}");
    }
    assert_eq!(project.up().expect_ok().steps(), plan);
    project.expect_settled().refresh_settled();
    assert_eq!(project.state().text("cdn", "/outputs/url"), "https://example.com");
    let told = config(&aws, &project, "cdn");
    assert_eq!(origin(&told, "app")["DomainName"], "origin.example.com");
    assert_eq!(told["ViewerCertificate"]["MinimumProtocolVersion"], "TLSv1.2_2021", "CloudFront.15");
    project.program(&program("ipv6: false"));
    let fewer = [
        "delete cdn-record-example.com-aaaa",
        "delete cdn-record-www.example.com-aaaa",
        "update cdn",
        "update cdn-distribution",
    ];
    project.up().expect_ok().expect_steps(&fewer);
    project.destroy().expect_ok();
}

#[test]
fn each_profile_has_logs_and_faults_are_told_at_once() {
    let aws = Aws::new();
    let server = "origins: {web: {loadBalancer: {dnsName: web.example.com}}}";
    let cdn = |name: &str, properties: &str| {
        format!("  {name}: {{type: 'gitinfra:index:Cdn', properties: {{{properties}}}}}\n")
    };
    let each =
        ["dev", "standard", "fsbp"].map(|it| cdn(it, &format!("{server}, profile: {it}, protectStateful: false")));
    let project = aws.project(&format!("\nresources:\n{}", each.concat()));
    project.up().expect_ok();
    for name in ["dev", "standard", "fsbp"] {
        assert_eq!(config(&aws, &project, name)["Logging"]["Enabled"], true, "{name}");
        let state = project.state();
        let met = state.get(name, "/outputs/controls").as_array().expect("controls").contains(&json!("CloudFront.5"));
        assert!(met, "{name}");
    }
    project.destroy().expect_ok();
    let two = "a: {loadBalancer: {dnsName: a.example.com}}, b: {loadBalancer: {dnsName: b.example.com}}";
    for (properties, says) in [
        (format!("origins: {{{two}}}"), "none is called `app`"),
        (format!("origins: {{{two}}}, defaultOrigin: c"), "no origin `c`"),
        ("origins: {app: {}}".to_owned(), "origins.app"),
        (format!("{server}, aliases: [www.example.com]"), "`aliases` need a certificate"),
        (format!("{server}, behaviors: [{{pathPattern: /a, origin: wep}}]"), "did you mean `web`?"),
        (format!("{server}, behaviors: [{{origin: web}}]"), "missing: such as `/static/*`"),
        (format!("{server}, defaultBehavior: {{cachePolicy: CachingOptimised}}"), "CachingOptimised"),
    ] {
        project.program(&format!("\nresources:\n{}", cdn("cdn", &properties)));
        project.preview().expect_failure().expect_says(says);
    }
}

/// A server in private subnets needs no header; a bucket can be read by an identity; and behaviors are served in the program's order.
#[test]
fn private_servers_and_identities_are_origins_too() {
    let aws = Aws::new();
    let program = "
resources:
  assets: {type: 'gitinfra:s3:Bucket'}
  vpc: {type: 'gitinfra:ec2:Vpc', properties: {cidrBlock: 10.0.0.0/16}}
  igw: {type: 'gitinfra:ec2:InternetGateway', properties: {vpcId: '${vpc.id}'}}
  a: {type: 'gitinfra:ec2:Subnet', properties: {vpcId: '${igw.vpcId}', cidrBlock: 10.0.0.0/24, availabilityZone: ap-northeast-1a}}
  c: {type: 'gitinfra:ec2:Subnet', properties: {vpcId: '${igw.vpcId}', cidrBlock: 10.0.1.0/24, availabilityZone: ap-northeast-1c}}
  alb: {type: 'gitinfra:elb:LoadBalancer', properties: {scheme: internal, subnets: ['${a.id}', '${c.id}']}}
  cdn:
    type: gitinfra:index:Cdn
    properties:
      origins:
        inside: {vpcOrigin: {arn: '${alb.arn}', domainName: '${alb.dnsName}'}}
        assets: {bucket: {name: '${assets.id}', regionalDomainName: '${assets.bucketRegionalDomainName}', arn: '${assets.arn}'}}
      bucketAccess: originAccessIdentity
      behaviors:
        - {pathPattern: /img/*, origin: assets}
        - {pathPattern: /api/*, origin: inside, cachePolicy: UseOriginCacheControlHeaders, originRequestPolicy: AllViewerExceptHostHeader}
      headers: {enabled: false}
      profile: dev
";
    let project = aws.project(program);
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let told = config(&aws, &project, "cdn");
    let private = origin(&told, "inside");
    assert!(private["VpcOriginConfig"]["VpcOriginId"].is_string(), "{private}");
    assert_eq!(told["DefaultCacheBehavior"]["TargetOriginId"], "inside");
    let patterns = told["CacheBehaviors"]["Items"].as_array().cloned().unwrap_or_default();
    let patterns: Vec<_> = patterns.iter().map(|it| json!([it["PathPattern"], it["TargetOriginId"]])).collect();
    assert_eq!(patterns, [json!(["/img/*", "assets"]), json!(["/api/*", "inside"])]);
    let state = project.state();
    let policy = aws.call("s3", "get_bucket_policy", json!({"Bucket": state.text("assets", "/id")}));
    assert!(policy["Policy"].as_str().is_some_and(|it| it.contains("CloudFront Origin Access Identity")), "{policy}");
    assert_eq!(state.get("cdn", "/outputs/originHeaderValues"), &json!([]));
    let open = state.get("cdn", "/outputs/controlsOpen").to_string();
    assert!(open.contains("CloudFront.13: an origin access identity is used"), "{open}");
    project.destroy().expect_ok();
}
