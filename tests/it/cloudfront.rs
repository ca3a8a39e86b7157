//! Distributions: their journeys through the real engine, seen through boto3.

use serde_json::{Value, json};

use crate::aws::{Aws, ELSEWHERE, REGION};
use crate::life::stack::{Asked, Stack};
use crate::pulumi::{Project, urn};

const TYPE: &str = "gitinfra:cloudfront:Distribution";
/// AWS's policy for content that is cached.
const OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
/// AWS's policy for content that is not.
const DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

const APP: &str = "
origins:
  app: {domainName: app.example.com, customOriginConfig: {}}
";

/// A distribution `cdn` of these properties, beside the default behavior.
fn program(properties: &str) -> String {
    let properties: String =
        properties.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("      {line}\n")).collect();
    format!(
        "
resources:
  cdn:
    type: gitinfra:cloudfront:Distribution
    properties:
      defaultCacheBehavior: {{targetOriginId: app, cachePolicyId: {OPTIMIZED}}}
{properties}"
    )
}

fn project(aws: &Aws, properties: &str) -> Project {
    aws.project(&program(properties))
}

fn list(aws: &Aws) -> Vec<Value> {
    let told = aws.call("cloudfront", "list_distributions", json!({}));
    let items = told["DistributionList"]["Items"].as_array().cloned();
    items.unwrap_or_default()
}

/// The only distribution's configuration.
#[track_caller]
fn config(aws: &Aws) -> Value {
    let all = list(aws);
    assert_eq!(all.len(), 1, "{all:#?}");
    aws.call("cloudfront", "get_distribution_config", json!({"Id": all[0]["Id"]}))
}

#[test]
fn a_distribution_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let p = project(&aws, APP);
    let preview = p.preview().expect_ok().expect_steps(&["create cdn"]);
    assert!(list(&aws).is_empty(), "a preview makes nothing");
    p.up().expect_ok().expect_steps(&["create cdn"]);
    p.expect_settled();
    p.refresh_settled();
    let state = p.state();
    preview.expect_foreseen(&state, "cdn");
    assert_eq!(state.text("cdn", "/outputs/status"), "Deployed");
    assert_eq!(state.text("cdn", "/outputs/hostedZoneId"), "Z2FDTNDATAQYW2");
    assert_eq!(state.text("cdn", "/outputs/region"), "us-east-1");
    let origin = config(&aws)["DistributionConfig"]["Origins"]["Items"][0]["CustomOriginConfig"].clone();
    assert_eq!(origin["OriginProtocolPolicy"], "https-only");
    assert_eq!(origin["OriginSslProtocols"]["Items"], json!(["TLSv1.2"]));

    let domain = state.text("cdn", "/outputs/domainName").to_owned();
    p.program(&program(
        "
comment: the shop
defaultRootObject: index.html
enabled: true
httpVersion: http2
isIpv6Enabled: false
priceClass: PriceClass_200
logging: {bucket: logs.s3.amazonaws.com, prefix: web/}
restrictions: {geoRestriction: {restrictionType: whitelist, locations: [US, JP]}}
tags: {team: web}
cacheTagConfig: {headerName: Cache-Tag}
viewerMtlsConfig: {mode: passthrough}
origins:
  app:
    domainName: app.example.com
    responseCompletionTimeout: 90
    customHeaders: {X-Origin-Verify: open-sesame}
    connectionAttempts: 2
    originShield: {originShieldRegion: ap-northeast-1}
    customOriginConfig: {originReadTimeout: 60}
  static:
    domainName: static.s3.ap-northeast-1.amazonaws.com
    s3OriginConfig: {originReadTimeout: 60}
originGroups:
  both: {members: [app, static], statusCodes: [503, 500]}
cacheBehaviors:
  - pathPattern: /static/*
    targetOriginId: both
    cachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
    responseHeadersPolicyId: 67f7725c-6f97-4210-82d7-5512b31e9d03
  - pathPattern: /api/*
    targetOriginId: app
    cachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad
    originRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3
    viewerProtocolPolicy: https-only
    allowedMethods: [PUT, GET, HEAD, OPTIONS, PATCH, POST, DELETE]
    compress: false
customErrorResponses:
  - {errorCode: 404, responseCode: 200, responsePagePath: /404.html}
  - {errorCode: 503, errorCachingMinTtl: 0}
",
    ));
    p.preview().expect_ok().expect_steps(&["update cdn"]);
    p.up().expect_ok().expect_steps(&["update cdn"]);
    p.expect_settled();
    p.refresh_settled();
    let state = p.state();
    assert_eq!(state.text("cdn", "/outputs/domainName"), domain);
    let kept = p.read("backend/.pulumi/stacks/test/dev.json").unwrap_or_default();
    assert!(!kept.contains("open-sesame"), "the header's value is kept in plain text");
    let told = config(&aws)["DistributionConfig"].clone();
    assert_eq!(told["CacheBehaviors"]["Quantity"], 2);
    assert_eq!(told["CacheBehaviors"]["Items"][1]["CachePolicyId"], DISABLED);

    p.program(&program(APP));
    p.up().expect_ok().expect_steps(&["update cdn"]);
    p.expect_settled();
    p.refresh_settled();
    let told = config(&aws)["DistributionConfig"].clone();
    assert_eq!((&told["Comment"], &told["Logging"]["Enabled"]), (&json!(""), &json!(false)));

    let calls = aws.calls().len();
    p.destroy().expect_ok().expect_steps(&["delete cdn"]);
    assert!(list(&aws).is_empty());
    let deletions = aws.writes_after(calls);
    assert_eq!(deletions.first().map(String::as_str), Some("UpdateDistribution"), "disabled first");
}

/// Every update is deployed to all edges, which takes minutes; tags, and what AWS is not told, take none.
#[test]
fn what_needs_no_deployment_makes_none() {
    let aws = Aws::new();
    let p = project(&aws, APP);
    p.up().expect_ok();
    for (more, writes) in [
        ("tags: {team: web}", &["TagResource"][..]),
        ("tags: {team: shop}\nwaitForDeployment: false", &["TagResource"]),
        ("waitForDeployment: false", &["UntagResource"]),
        ("waitForDeployment: true", &[]),
    ] {
        let calls = aws.calls().len();
        p.program(&program(&format!("{more}\n{APP}")));
        p.up().expect_ok();
        assert_eq!(aws.writes_after(calls), writes, "{more}");
        p.expect_settled().refresh_settled();
    }
}

#[test]
fn a_lost_answer_makes_no_twin() {
    let aws = Aws::new();
    aws.fault(json!({"kind": "lose-answer", "operation": "CreateDistributionWithTags", "times": 1}));
    let p = project(&aws, APP);
    p.up().expect_ok();
    p.expect_settled();
    assert_eq!(list(&aws).len(), 1);
    let reference = config(&aws)["DistributionConfig"]["CallerReference"].clone();
    assert_eq!(reference, p.state().text("cdn", "/inputs/__birth/token"));
}

/// A project whose only run so far died before the engine wrote down the distribution that it made, and the distribution's id.
/// Whoever runs it next says what was under way, and asks for something else.
fn after_a_dead_run(aws: &Aws) -> (Project, String) {
    let p = project(aws, &format!("waitForDeployment: false\n{APP}"));
    p.up().expect_ok();
    let id = p.state().text("cdn", "/id").to_owned();
    let token = p.state().text("cdn", "/inputs/__birth/token").to_owned();
    p.edit_state(|state| {
        let resources = state["deployment"]["resources"].as_array_mut();
        resources.expect("a state has resources").retain(|r| r["type"] != TYPE);
    });
    let resource = json!({"urn": urn(TYPE, "cdn"), "inputs": {"__birth": {"token": token}}});
    let operation = json!({"type": "creating", "resource": resource});
    let export = json!({"deployment": {"pending_operations": [operation]}});
    p.write("state.json", &export.to_string());
    let export = p.path("state.json").display().to_string();
    let p = p.env("GITINFRA_PENDING_CREATES", export);
    p.program(&program(&format!("waitForDeployment: false\ncomment: second\n{APP}")));
    (p, id)
}

#[test]
fn what_a_dead_run_made_is_found_and_brought_up_to_date() {
    let aws = Aws::new();
    let (p, id) = after_a_dead_run(&aws);
    p.up().expect_ok().expect_steps(&["create cdn"]);
    assert_eq!(p.state().text("cdn", "/id"), id);
    assert_eq!(config(&aws)["DistributionConfig"]["Comment"], "second");
    p.expect_settled();
    p.refresh_settled();
}

/// The list may not have it at once.
#[test]
fn what_a_dead_run_made_is_looked_for_until_it_is_listed() {
    let aws = Aws::alone(4.0);
    aws.eventual();
    let (p, id) = after_a_dead_run(&aws);
    p.up().expect_ok().expect_steps(&["create cdn"]);
    assert_eq!(p.state().text("cdn", "/id"), id);
    let told = aws.call("cloudfront", "get_distribution", json!({"Id": id}));
    let config = &told["Distribution"]["DistributionConfig"];
    assert_eq!(config["Comment"], "second");
}

#[test]
fn drift_is_seen_and_undone() {
    let aws = Aws::new();
    let p = project(&aws, APP);
    p.up().expect_ok();
    let mut told = config(&aws);
    told["DistributionConfig"]["Origins"]["Items"][0]["OriginPath"] = "/other".into();
    told["DistributionConfig"]["PriceClass"] = "PriceClass_100".into();
    let id = p.state().text("cdn", "/id").to_owned();
    aws.call(
        "cloudfront",
        "update_distribution",
        json!({"Id": id, "IfMatch": told["ETag"], "DistributionConfig": told["DistributionConfig"]}),
    );
    p.refresh().expect_ok();
    assert_eq!(p.state().get("cdn", "/inputs/origins/app/originPath"), "/other");
    let preview = p.preview().expect_ok().expect_steps(&["update cdn"]);
    let diff = preview.diff("cdn");
    assert_eq!(diff.keys().collect::<Vec<_>>(), ["origins.app.originPath", "priceClass"]);
    p.up().expect_ok();
    assert_eq!(config(&aws)["DistributionConfig"]["PriceClass"], "PriceClass_All");
    p.expect_settled();
}

#[test]
fn distributions_are_imported_by_their_ids() {
    let aws = Aws::new();
    let p = project(&aws, APP);
    p.up().expect_ok();
    let id = p.state().text("cdn", "/id").to_owned();
    let q = project(&aws, APP);
    q.program(&program(APP).replace("    properties:", &format!("    options: {{import: {id}}}\n    properties:")));
    q.up().expect_ok().expect_steps(&["import cdn"]);
    q.expect_settled();
}

#[test]
fn a_change_in_between_is_looked_at_again() {
    let aws = Aws::new();
    let p = project(&aws, APP);
    p.up().expect_ok();
    let overtaken = json!({"kind": "error", "operation": "UpdateDistribution", "code": "PreconditionFailed", "status": 412, "message": "overtaken", "times": 1});
    aws.fault(overtaken);
    p.program(&program(&format!("comment: later\n{APP}")));
    p.up().expect_ok();
    assert_eq!(config(&aws)["DistributionConfig"]["Comment"], "later");
}

#[test]
fn a_failed_wait_is_gone_on_with() {
    let aws = Aws::alone(100.0);
    let p = project(&aws, APP);
    p.program(&program(APP).replace("    properties:", "    options: {customTimeouts: {create: 1s}}\n    properties:"));
    p.up().expect_failure().expect_says("took longer than 1 s; the last state was `InProgress`");
    assert!(p.state().text("cdn", "/outputs/domainName").ends_with(".cloudfront.net"));
    aws.time_scale(0.0);
    p.up().expect_ok();
    assert_eq!(list(&aws).len(), 1);
    p.expect_settled();
}

#[test]
fn who_does_not_wait_goes_on_at_once() {
    let aws = Aws::alone(100.0);
    let p = project(&aws, &format!("waitForDeployment: false\n{APP}"));
    p.up().expect_ok();
    assert_eq!(p.state().text("cdn", "/outputs/status"), "InProgress");
    p.expect_settled();
}

/// Names of one's own, with a certificate of ACM in us-east-1 that is issued and covers them.
#[test]
fn a_distribution_has_names_of_its_own() {
    let aws = Aws::alone(0.0);
    let certificate = |names: &[&str]| {
        let asked = json!({"DomainName": names[0], "SubjectAlternativeNames": names});
        let made = aws.call_in(ELSEWHERE, "acm", "request_certificate", asked);
        made["CertificateArn"].as_str().unwrap_or_default().to_owned()
    };
    let arn = certificate(&["www.example.com", "*.shop.example.com"]);
    let with = |arn: &str, aliases: &str| {
        program(&format!("aliases: [{aliases}]\nviewerCertificate: {{acmCertificateArn: '{arn}'}}\n{APP}"))
    };
    let p = aws.project(&with(&arn, "www.example.com, eu.shop.example.com"));
    p.up().expect_ok();
    p.expect_settled().refresh_settled();
    let told = config(&aws)["DistributionConfig"].clone();
    assert_eq!(told["Aliases"]["Quantity"], 2);
    assert_eq!(told["ViewerCertificate"]["ACMCertificateArn"], arn);
    assert_eq!(told["ViewerCertificate"]["SSLSupportMethod"], "sni-only");

    p.program(&with(&arn, "www.example.org"));
    let up = p.up().expect_failure();
    up.expect_says("InvalidViewerCertificate").expect_says("doesn't cover the alternate domain name");
    // One that has just been issued is not known everywhere at once.
    let issued = certificate(&["www.example.org"]);
    p.program(&with(&issued, "www.example.org"));
    aws.fault(json!({
        "kind": "error", "operation": "UpdateDistribution", "code": "InvalidViewerCertificate",
        "message": "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.",
    }));
    p.up().expect_ok().expect_steps(&["update cdn"]);
    p.expect_settled().refresh_settled();

    p.program(&program(APP));
    p.up().expect_ok().expect_steps(&["update cdn"]);
    p.expect_settled().refresh_settled();
    let told = config(&aws)["DistributionConfig"].clone();
    assert_eq!(told["ViewerCertificate"]["CloudFrontDefaultCertificate"], true);
    let q = aws.project("resources: {}\n");
    let id = p.state().text("cdn", "/id").to_owned();
    q.act("import", &[TYPE, "cdn", &id, "--protect=false", "--generate-code=false"]).expect_ok();
    assert_eq!(q.state().get("cdn", "/outputs/aliases"), p.state().get("cdn", "/outputs/aliases"));
}

/// A name moves from one distribution to another in one run; a name of somebody else's distribution is refused with the way on.
#[test]
fn a_name_belongs_to_one_distribution() {
    let aws = Aws::alone(0.0);
    let asked = json!({"DomainName": "www.example.com"});
    let made = aws.call_in(ELSEWHERE, "acm", "request_certificate", asked);
    let arn = made["CertificateArn"].as_str().unwrap_or_default().to_owned();
    let with = |first: &str, second: &str| {
        let each = |key: &str, names: &str| {
            let own = format!("aliases: [{names}]\nviewerCertificate: {{acmCertificateArn: '{arn}'}}\n{APP}");
            program(&own).replace("\nresources:\n", "").replace("  cdn:", &format!("  {key}:"))
        };
        format!("\nresources:\n{}{}", each("one", first), each("two", second))
    };
    let p = aws.project(&with("www.example.com", ""));
    p.up().expect_ok();
    p.program(&with("", "www.example.com"));
    p.up().expect_ok().expect_steps(&["update one", "update two"]);
    p.expect_settled();

    let q = aws.project(&program(&format!(
        "aliases: [www.example.com]\nviewerCertificate: {{acmCertificateArn: '{arn}'}}\n{APP}"
    )));
    q.up().expect_failure().expect_says("CNAMEAlreadyExists").expect_says("aws cloudfront associate-alias");
    assert_eq!(list(&aws).len(), 2);
}

#[test]
fn a_moved_region_moves_no_distribution() {
    let aws = Aws::new();
    let p = project(&aws, APP);
    p.up().expect_ok();
    let p = p.env("AWS_REGION", ELSEWHERE);
    p.expect_settled();
    p.refresh_settled();
}

#[test]
fn faults_are_told_by_property() {
    let aws = Aws::new();
    let cases = [
        (
            "origins:\n  ap: {domainName: a.example.com, customOriginConfig: {}}",
            "defaultCacheBehavior.targetOriginId",
            "did you mean `ap`?",
        ),
        (
            "origins:\n  app: {domainName: a.example.com}",
            "origins.app.s3OriginConfig",
            "one of `s3OriginConfig`, `customOriginConfig` or `vpcOriginConfig` is required",
        ),
        (
            "origins:\n  app: {domainName: a.s3.us-east-1.amazonaws.com, s3OriginConfig: {}, customOriginConfig: {}}",
            "origins.app.customOriginConfig",
            "can be given",
        ),
        (
            "origins:\n  app: {domainName: 'https://a.example.com/', customOriginConfig: {}}",
            "origins.app.domainName",
            "not a host name",
        ),
        (
            "origins:\n  app: {domainName: a.example.com, customOriginConfig: {httpPort: 81}}",
            "origins.app.customOriginConfig.httpPort",
            "81 is none of",
        ),
        (
            "aliases: [www.example.com]\norigins:\n  app: {domainName: a.example.com, customOriginConfig: {}}",
            "viewerCertificate",
            "need a certificate",
        ),
        (
            "viewerCertificate: {acmCertificateArn: 'arn:aws:acm:ap-northeast-1:123456789012:certificate/x'}\norigins:\n  app: {domainName: a.example.com, customOriginConfig: {}}",
            "viewerCertificate.acmCertificateArn",
            "us-east-1 only",
        ),
        (
            "cacheBehaviors:\n  - {pathPattern: /a, targetOriginId: app, cachePolicyId: x, allowedMethods: [GET, POST]}\norigins:\n  app: {domainName: a.example.com, customOriginConfig: {}}",
            "cacheBehaviors[0].allowedMethods",
            "all seven",
        ),
        (
            "defaultRootObject: /index.html\norigins:\n  app: {domainName: a.example.com, customOriginConfig: {}}",
            "defaultRootObject",
            "did you mean `index.html`?",
        ),
    ];
    for (properties, at, words) in cases {
        project(&aws, properties).preview().expect_failure().expect_says(at).expect_says(words);
    }
}

#[test]
fn a_vpc_origin_tells_the_group_that_cloudfront_connects_from() {
    let aws = Aws::new();
    let subnet = |name: &str, range: &str, zone: &str| {
        let properties =
            json!({"vpcId": "${vpc.id}", "cidrBlock": range, "availabilityZone": format!("{REGION}{zone}")});
        Asked::new(name, "ec2:Subnet", properties)
    };
    let group = json!({"vpcId": "${vpc.id}", "description": "of the load balancer"});
    let balancer = json!({"subnets": ["${a.id}", "${c.id}"], "securityGroups": ["${web.id}"], "scheme": "internal"});
    let origin = json!({"arn": "${balancer.arn}", "httpPort": 80});
    let rule = json!({
        "securityGroupId": "${web.id}", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443,
        "referencedSecurityGroupId": "${inner.serviceSecurityGroupId}",
    });
    let program = [
        Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"})),
        subnet("a", "10.0.0.0/24", "a"),
        subnet("c", "10.0.1.0/24", "c"),
        Asked::new("web", "ec2:SecurityGroup", group),
        Asked::new("balancer", "elb:LoadBalancer", balancer),
        Asked::new("inner", "cloudfront:VpcOrigin", origin),
        Asked::new("in", "ec2:SecurityGroupIngressRule", rule),
    ];
    let mut stack = Stack::new(&aws);
    stack.up(&program).expect("it is made");
    let named = json!([{"Name": "group-name", "Values": ["CloudFront-VPCOrigins-Service-SG"]}]);
    let seen = aws.seen_in(REGION, "ec2", "describe_security_groups", json!({"Filters": named}));
    assert_eq!(stack.kept("inner").outputs["serviceSecurityGroupId"], seen["SecurityGroups"][0]["GroupId"]);
    stack.refresh().expect("a refresh");
    assert_eq!(stack.up(&program).expect("it is settled"), Vec::<String>::new());
    stack.up(&[]).expect("all is deleted");
}

#[test]
fn a_vpc_origin_in_use_is_not_replaced_under_its_name() {
    let aws = Aws::new();
    let balancer =
        format!("arn:aws:elasticloadbalancing:ap-northeast-1:{}:loadbalancer/app/web/0123456789abcdef", aws.account);
    let of = |port: u16, name: Value| {
        let origin = json!({"name": name, "arn": balancer, "httpPort": port});
        let leads = json!({"domainName": "internal.example.com", "vpcOriginConfig": {"vpcOriginId": "${inner.id}"}});
        let site = json!({
            "origins": {"app": leads}, "defaultCacheBehavior": {"targetOriginId": "app", "cachePolicyId": OPTIMIZED},
        });
        [Asked::new("inner", "cloudfront:VpcOrigin", origin), Asked::new("site", "cloudfront:Distribution", site)]
    };
    let mut stack = Stack::new(&aws);
    stack.up(&of(80, json!("web"))).expect("it is made");
    let why = stack.up(&of(8080, json!("web"))).expect_err("it is refused").words;
    assert!(
        why.contains("VPC origin `web` can't be replaced under the same name") && why.contains("distribution"),
        "{why}"
    );
    stack.up(&of(8080, json!("web-2"))).expect("the new one is made beside the old one");
    stack.up(&[]).expect("all is deleted");
}
