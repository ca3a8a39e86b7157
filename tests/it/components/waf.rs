//! A web ACL with the rules that most sites want.

use serde_json::{Value, json};

use super::lived::begun;
use crate::aws::{Aws, ELSEWHERE};

/// The rules of the only web ACL: name, priority and what is done.
fn rules(aws: &Aws, region: &str, scope: &str) -> Vec<Value> {
    let listed = aws.call_in(region, "wafv2", "list_web_acls", json!({"Scope": scope}));
    let it = &listed["WebACLs"][0];
    let asked = json!({"Name": it["Name"], "Id": it["Id"], "Scope": scope});
    let acl = aws.call_in(region, "wafv2", "get_web_acl", asked)["WebACL"].clone();
    assert_eq!(acl["DefaultAction"], json!({"Allow": {}}));
    let rules = acl["Rules"].as_array().cloned().unwrap_or_default();
    let done = |rule: &Value| {
        let action = if rule["Action"].is_null() { &rule["OverrideAction"] } else { &rule["Action"] };
        action.as_object().and_then(|it| it.keys().next().cloned())
    };
    for rule in &rules {
        assert_eq!(rule["VisibilityConfig"]["CloudWatchMetricsEnabled"], true, "WAF.12: {rule}");
    }
    rules.iter().map(|rule| json!([rule["Name"], rule["Priority"], done(rule)])).collect()
}

#[test]
fn rules_keep_their_places_when_others_come_and_go() {
    let aws = Aws::new();
    let project = begun(&aws, "waf");
    let all = [
        json!(["allow-ipv4", 0, "Allow"]),
        json!(["allow-ipv6", 1, "Allow"]),
        json!(["block-ipv4", 10, "Block"]),
        json!(["rate-limit", 30, "Block"]),
        json!(["AWSManagedRulesAmazonIpReputationList", 100, "None"]),
        json!(["AWSManagedRulesAnonymousIpList", 110, "Count"]),
        json!(["AWSManagedRulesCommonRuleSet", 120, "None"]),
        json!(["AWSManagedRulesKnownBadInputsRuleSet", 130, "None"]),
        json!(["AWSManagedRulesSQLiRuleSet", 140, "Count"]),
    ];
    assert_eq!(rules(&aws, ELSEWHERE, "CLOUDFRONT"), all);
    let state = project.state();
    assert_eq!(state.get("waf", "/outputs/controls"), &json!(["WAF.10", "WAF.12"]));
    assert!(state.text("waf", "/outputs/webAclArn").starts_with("arn:aws:wafv2:us-east-1:"));
    assert!(*state.get("waf", "/outputs/capacity") != json!(0));

    let example = project.read("Pulumi.yaml").expect("a program");
    let fewer = example.replace("allowIps: [192.0.2.0/24, '2001:db8::/56']", "blockCountries: [KP]");
    project.write("Pulumi.yaml", &fewer);
    let steps = ["delete waf-allow-ipv4", "delete waf-allow-ipv6", "update waf", "update waf-web-acl"];
    project.up().expect_ok().expect_steps(&steps);
    project.expect_settled();
    let first = [all[2].clone(), json!(["countries", 20, "Block"])];
    let left = [&first[..], &all[3..]].concat();
    assert_eq!(rules(&aws, ELSEWHERE, "CLOUDFRONT"), left);
    project.destroy().expect_ok();
    let listed = aws.call_in(ELSEWHERE, "wafv2", "list_web_acls", json!({"Scope": "CLOUDFRONT"}));
    assert_eq!(listed["WebACLs"], json!([]));
}

/// Behind CloudFront, a load balancer sees the client in a header only.
#[test]
fn behind_a_proxy_the_header_counts() {
    let aws = Aws::new();
    let stage = "arn:aws:apigateway:ap-northeast-1::/restapis/a1b2/stages/web";
    let program = |more: &str| {
        format!("\nresources:\n  waf: {{type: 'gitinfra:index:Waf', properties: {{scope: REGIONAL, {more}}}}}\n")
    };
    let project = aws.project(&program(&format!(
        "associate: {{web: '{stage}'}}, forwardedIp: {{}}, allowCountries: [JP], blockIps: [192.0.2.1/32]"
    )));
    let steps = ["create waf", "create waf-association-web", "create waf-block-ipv4", "create waf-web-acl"];
    project.up().expect_ok().expect_steps(&steps);
    project.expect_settled().refresh_settled();
    let acl = aws.call("wafv2", "get_web_acl_for_resource", json!({"ResourceArn": stage}))["WebACL"].clone();
    let statement = |name: &str| {
        let rules = acl["Rules"].as_array().into_iter().flatten();
        rules.filter(|rule| rule["Name"] == name).map(|rule| rule["Statement"].clone()).next().unwrap_or_default()
    };
    let rate = statement("rate-limit")["RateBasedStatement"].clone();
    assert_eq!(rate["AggregateKeyType"], "FORWARDED_IP");
    let set = statement("block-ipv4")["IPSetReferenceStatement"]["IPSetForwardedIPConfig"].clone();
    assert_eq!((&set["HeaderName"], &set["Position"]), (&json!("X-Forwarded-For"), &json!("LAST")));
    let countries = statement("countries")["NotStatement"]["Statement"]["GeoMatchStatement"].clone();
    assert_eq!(countries["CountryCodes"], json!(["JP"]));
    project.destroy().expect_ok();

    for (more, says) in [
        ("countedRules: {cor: [X]}", "no managed rule group `cor`; did you mean `core`?"),
        ("countedRules: {php: [X]}", "`managedRules.php` is off"),
        ("allowCountries: [JP], blockCountries: [KP]", "can't be given together with `allowCountries`"),
        ("allowIps: [192.0.2.1/32], blockIps: [192.0.2.1/32]", "is one of `allowIps`, too"),
        ("rateLimit: 5", "rateLimit"),
    ] {
        project.program(&program(more));
        project.preview().expect_failure().expect_says(says);
    }
}
