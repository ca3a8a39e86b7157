//! A load balancer for HTTPS.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ZONE, blames, example, list, text, zone};
use crate::aws::Aws;

/// What AWS has of a load balancer: its attributes by key.
fn attributes(aws: &Aws, arn: &str) -> BTreeMap<String, String> {
    let told = aws.call("elbv2", "describe_load_balancer_attributes", json!({"LoadBalancerArn": arn}));
    let pairs = list(&told, "/Attributes");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    pairs.iter().map(|pair| (text(&pair["Key"]), text(&pair["Value"]))).collect()
}

/// The listeners of a load balancer, sorted by port.
fn listeners(aws: &Aws, arn: &str) -> Vec<Value> {
    let mut all = list(&aws.call("elbv2", "describe_listeners", json!({"LoadBalancerArn": arn})), "/Listeners");
    all.sort_by_key(|listener| listener["Port"].as_u64());
    all
}

/// Who is let in: a range or a prefix list, and the port.
fn doors(aws: &Aws, group: &str) -> Vec<Value> {
    let asked = json!({"Filters": [{"Name": "group-id", "Values": [group]}]});
    let rules = list(&aws.call("ec2", "describe_security_group_rules", asked), "/SecurityGroupRules");
    let door = |rule: &Value| {
        let peer = rule["CidrIpv4"].as_str().or(rule["PrefixListId"].as_str());
        json!([rule["IsEgress"], rule["FromPort"], rule["ToPort"], peer])
    };
    let mut doors: Vec<_> = rules.iter().map(door).collect();
    doors.sort_by_key(Value::to_string);
    doors
}

#[test]
fn a_load_balancer_lives_from_preview_to_destroy() {
    let aws = Aws::new();
    let id = zone(&aws, "app.example.com");
    let before = aws.look();
    let ids: [(&str, &str); 1] = [(ZONE, &id)];
    let p = example(&aws, "load-balancer", &ids);
    let plan = p.preview().expect_ok().steps();
    for child in ["http", "https", "lb", "logs", "logs-policy", "sg", "sg-from-everybody", "sg-from-everybody-http"] {
        assert!(plan.contains(&format!("create balancer-{child}")), "{child}: {plan:?}");
    }
    assert_eq!(p.up().expect_ok().steps(), plan);
    p.expect_settled().refresh_settled();
    let state = p.state();
    let out = |name: &str| state.text("balancer", &format!("/outputs/{name}")).to_owned();
    let (arn, bucket, group) = (out("arn"), out("logBucket"), out("securityGroupId"));
    let attributes = attributes(&aws, &arn);
    assert_eq!(
        (&attributes["access_logs.s3.enabled"], &attributes["access_logs.s3.bucket"]),
        (&"true".to_owned(), &bucket)
    );
    let [http, https] = <[Value; 2]>::try_from(listeners(&aws, &arn)).expect("two listeners");
    let to = &http["DefaultActions"][0]["RedirectConfig"];
    assert_eq!((&to["Protocol"], &to["StatusCode"], &to["Port"]), (&json!("HTTPS"), &json!("HTTP_301"), &json!("443")));
    assert_eq!(https["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"], "404");
    assert_eq!(
        (&https["SslPolicy"], &https["ListenerArn"]),
        (&json!("ELBSecurityPolicy-TLS13-1-2-2021-06"), &json!(out("httpsListenerArn")))
    );
    assert_eq!(doors(&aws, &group), [json!([false, 443, 443, "0.0.0.0/0"]), json!([false, 80, 80, "0.0.0.0/0"])]);
    assert!(arn.ends_with(&out("arnSuffix")) && !out("dnsName").is_empty() && !out("hostedZoneId").is_empty());
    let rules = aws.call("s3", "get_bucket_lifecycle_configuration", json!({"Bucket": bucket}));
    assert_eq!(rules["Rules"][0]["Expiration"]["Days"], 90);

    // From now on only CloudFront is let in, and whoever comes past it is forbidden.
    let program = text("load-balancer", &ids);
    let only = program.replace("allowFrom:\n        everybody: {cidr: 0.0.0.0/0}", "cloudFrontOnly: true");
    p.program(&only);
    p.up().expect_ok().expect_steps(&[
        "create balancer-sg-from-cloudfront",
        "delete balancer-sg-from-everybody",
        "delete balancer-sg-from-everybody-http",
        "update balancer",
        "update balancer-https",
    ]);
    p.expect_settled();
    let cloudfront =
        json!({"Filters": [{"Name": "prefix-list-name", "Values": ["com.amazonaws.global.cloudfront.origin-facing"]}]});
    let prefixes =
        aws.call("ec2", "describe_managed_prefix_lists", cloudfront)["PrefixLists"][0]["PrefixListId"].clone();
    assert_eq!(doors(&aws, &group), [json!([false, 443, 443, prefixes])]);
    assert_eq!(listeners(&aws, &arn)[1]["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"], "403");

    p.destroy().expect_ok();
    assert_eq!(aws.look(), before);
    assert_eq!(aws.call("s3", "list_buckets", json!({}))["Buckets"], json!([]));
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let aws = Aws::new();
    let p = aws.project(
        "
resources:
  lb:
    type: gitinfra:index:LoadBalancer
    properties:
      vpcId: vpc-1
      subnetIds: [subnet-1, subnet-2]
      certificateArn: arn:aws:acm:us-east-1:123456789012:certificate/1
      cloudFrontOnly: true
      allowFrom: {odd: {port: 443}}
      allowTo: {odder: {cidr: 10.0.0.0/8}}
",
    );
    let faults = [
        ("allowFrom", "can't be given together with `cloudFrontOnly: true`"),
        ("allowFrom.odd", "needs exactly one of"),
        ("allowTo.odder", "needs a `port`"),
    ];
    blames(&p.preview().expect_failure(), &faults);
    assert_eq!(aws.writes_after(0), [""; 0]);
}

/// Three load balancers side by side, one of each profile.
const PROFILES: &str = "
resources:
  network: {type: 'gitinfra:index:Network', properties: {nat: none}}
  certificate: {type: 'gitinfra:index:Certificate', properties: {domainName: app.example.com, zoneId: @ZONE@, regions: [ap-northeast-1]}}
  shop: {type: 'gitinfra:index:Certificate', properties: {domainName: shop.app.example.com, zoneId: @ZONE@, regions: [ap-northeast-1]}}
  acl:
    type: gitinfra:wafv2:WebAcl
    properties: {scope: REGIONAL, defaultAction: {allow: {}}, visibilityConfig: {cloudWatchMetricsEnabled: true, metricName: web, sampledRequestsEnabled: true}}
";

const MORE: &str = "additionalCertificateArns: {shop: '${shop.certificateArn}'}, webAclArn: '${acl.arn}',";

#[test]
fn each_profile_meets_what_it_says() {
    let aws = Aws::new();
    let id = zone(&aws, "app.example.com");
    let of = |profile: &str| {
        let more = if profile == "fsbp" { MORE } else { "" };
        format!(
            "  {profile}: {{type: 'gitinfra:index:LoadBalancer', properties: {{{more} vpcId: '${{network.vpcId}}', subnetIds: '${{network.publicSubnetIds}}', certificateArn: '${{certificate.certificateArn}}', profile: {profile}}}}}\n"
        )
    };
    let p = aws.project(&(PROFILES.replace("@ZONE@", &id) + &["dev", "standard", "fsbp"].map(of).concat()));
    p.up().expect_ok();
    let state = p.state();
    for (profile, careful) in [("dev", false), ("standard", true), ("fsbp", true)] {
        let arn = state.text(profile, "/outputs/arn");
        let controls = list(state.get(profile, "/outputs"), "/controls");
        let claims = |control: &str| controls.contains(&json!(control));
        let attributes = attributes(&aws, arn);
        assert!(claims("ELB.5") && attributes["access_logs.s3.enabled"] == "true", "{profile}");
        assert_eq!(
            (claims("ELB.6"), attributes["deletion_protection.enabled"] == "true"),
            (careful, careful),
            "{profile}"
        );
        assert!(
            claims("ELB.4") && attributes["routing.http.drop_invalid_header_fields.enabled"] == "true",
            "{profile}"
        );
        assert!(claims("ELB.12") && attributes["routing.http.desync_mitigation_mode"] == "defensive", "{profile}");
        let listeners = listeners(&aws, arn);
        assert!(claims("ELB.1") && listeners[0]["DefaultActions"][0]["Type"] == "redirect", "{profile}");
        assert!(claims("ELB.17") && claims("ELB.18") && listeners[1]["Protocol"] == "HTTPS", "{profile}");
        assert!(doors(&aws, state.text(profile, "/outputs/securityGroupId")).is_empty(), "it is closed");
        let bucket = state.text(profile, "/outputs/logBucket");
        assert!(claims("S3.5") && claims("S3.8"), "{profile}");
        assert_eq!(*state.get(&format!("{profile}-logs"), "/protect") == true, careful);
        let policy = aws.call("s3", "get_bucket_policy", json!({"Bucket": bucket}))["Policy"].to_string();
        assert!(policy.contains("aws:SecureTransport") && policy.contains("logdelivery"), "{policy}");
        let block = aws.call("s3", "get_public_access_block", json!({"Bucket": bucket}));
        assert_eq!(block["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"], true);
    }
    let listener = state.text("fsbp", "/outputs/httpsListenerArn");
    let certificates = aws.call("elbv2", "describe_listener_certificates", json!({"ListenerArn": listener}));
    let further = list(&certificates, "/Certificates").iter().filter(|it| it["IsDefault"] != true).count();
    assert_eq!(further, 1, "{certificates}");
    let asked = json!({"ResourceArn": state.text("fsbp", "/outputs/arn")});
    assert_eq!(
        &aws.call("wafv2", "get_web_acl_for_resource", asked)["WebACL"]["ARN"],
        state.get("acl", "/outputs/arn")
    );
}
