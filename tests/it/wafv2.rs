//! WAF against the emulator, by the real engine.

use serde_json::{Value, json};

use crate::aws::{Aws, ELSEWHERE};

const STAGE: &str = "arn:aws:apigateway:ap-northeast-1::/restapis/a1b2/stages/web";

/// An IP set `office`, and a web ACL `acl` whose one rule names it, with more properties of either.
fn program(set: &str, acl: &str) -> String {
    format!(
        "
resources:
  office:
    type: gitinfra:wafv2:IpSet
    properties: {{name: office, scope: REGIONAL, {set}}}
  acl:
    type: gitinfra:wafv2:WebAcl
    properties:
      name: web
      scope: REGIONAL
      defaultAction: {{allow: {{}}}}
      visibilityConfig: {{metricName: web}}
      {acl}
      rules:
        office:
          priority: 1
          statement: {{notStatement: {{statement: {{ipSetReferenceStatement: {{arn: '${{office.arn}}'}}}}}}}}
          action: {{block: {{}}}}
          visibilityConfig: {{metricName: office}}
"
    )
}

const V4: &str = "addresses: [192.0.2.0/24]";
const V6: &str = "addresses: ['2001:db8::/56'], ipAddressVersion: IPV6";

#[track_caller]
fn acl(aws: &Aws) -> (Value, Value) {
    let listed = aws.call("wafv2", "list_web_acls", json!({"Scope": "REGIONAL"}));
    let listed = &listed["WebACLs"][0];
    let key = json!({"Name": listed["Name"], "Id": listed["Id"], "Scope": "REGIONAL"});
    (key.clone(), aws.call("wafv2", "get_web_acl", key))
}

#[test]
fn an_ip_set_in_use_is_not_replaced_under_its_name() {
    let aws = Aws::new();
    let project = aws.project(&program(V4, ""));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    project.program(&program(V6, ""));
    let refused = project.preview().expect_failure();
    refused.expect_says("the rules of web ACL `web` name it").expect_says("give the new one another `name`");
    // Under another name the new one is made, the web ACL names it, and the old one goes.
    project.program(&program(V6, "").replace("name: office,", "name: office-6,"));
    let steps = project.up().expect_ok().steps_in_order();
    assert_eq!(steps, ["create-replacement office", "replace office", "update acl", "delete-replaced office"]);
    project.expect_settled().refresh_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.call("wafv2", "list_ip_sets", json!({"Scope": "REGIONAL"}))["IPSets"], json!([]));
}

#[test]
fn what_others_keep_in_a_web_acl_stays() {
    let aws = Aws::new();
    let project = aws.project(&program(V4, ""));
    project.up().expect_ok();
    let (key, seen) = acl(&aws);
    let mut rules = seen["WebACL"]["Rules"].as_array().cloned().expect("it has rules");
    let visible = json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "shield"});
    rules.push(json!({
        "Name": "ShieldMitigationRuleGroup_1_2_3", "Priority": 10_000_000, "VisibilityConfig": visible, "OverrideAction": {"None": {}},
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}},
    }));
    let mut update = key;
    update["Rules"] = rules.into();
    let injected = json!({"ChallengeJavascriptSdkInjection": {"CLOUDFRONT": {}}});
    update["AssociationConfig"] = injected.clone();
    update["DefaultAction"] = json!({"Allow": {}});
    update["VisibilityConfig"] = seen["WebACL"]["VisibilityConfig"].clone();
    update["LockToken"] = seen["LockToken"].clone();
    aws.call("wafv2", "update_web_acl", update);
    project.refresh().expect_ok();
    project.expect_settled();
    project.program(&program(V4, "description: for the web"));
    project.up().expect_ok().expect_steps(&["update acl"]);
    let seen = acl(&aws).1["WebACL"].clone();
    assert_eq!((seen["Rules"].as_array().map(Vec::len), &seen["AssociationConfig"]), (Some(2), &injected));
    // What it is associated with holds it, and is named.
    let seldom = "type: gitinfra:wafv2:WebAcl\n    options: {customTimeouts: {delete: 2s}}";
    project.program(&program(V4, "description: for the web").replace("type: gitinfra:wafv2:WebAcl", seldom));
    project.up().expect_ok();
    aws.call("wafv2", "associate_web_acl", json!({"WebACLArn": seen["ARN"], "ResourceArn": STAGE}));
    project.destroy().expect_failure().expect_says(&format!("it is associated with {STAGE}"));
    aws.call("wafv2", "disassociate_web_acl", json!({"ResourceArn": STAGE}));
    project.destroy().expect_ok();
}

/// What an update would lose is refused when it is read.
#[test]
fn a_rule_that_is_not_known_whole_is_not_touched() {
    let aws = Aws::new();
    let project = aws.project(&program(V4, ""));
    project.up().expect_ok();
    let (key, seen) = acl(&aws);
    let none = json!([{"Priority": 0, "Type": "NONE"}]);
    let statement = json!({"XssMatchStatement": {
        "FieldToMatch": {"QueryString": {}}, "TextTransformations": none, "PreParseTextTransformations": none,
    }});
    let mut update = key;
    update["Rules"] = seen["WebACL"]["Rules"].clone();
    update["Rules"][0]["Statement"] = statement;
    update["DefaultAction"] = json!({"Allow": {}});
    update["VisibilityConfig"] = seen["WebACL"]["VisibilityConfig"].clone();
    update["LockToken"] = seen["LockToken"].clone();
    aws.call("wafv2", "update_web_acl", update);
    project.refresh().expect_failure().expect_says("text transformations before parsing");
    assert!(acl(&aws).1["WebACL"]["Rules"][0]["Statement"]["XssMatchStatement"].is_object());
}

#[test]
fn a_rule_that_is_changed_by_hand_is_put_back() {
    let aws = Aws::new();
    let project = aws.project(&program(V4, ""));
    project.up().expect_ok();
    let (key, seen) = acl(&aws);
    let mut update = key;
    update["Rules"] = seen["WebACL"]["Rules"].clone();
    update["Rules"][0]["Action"] = json!({"Count": {}});
    update["DefaultAction"] = json!({"Allow": {}});
    update["VisibilityConfig"] = seen["WebACL"]["VisibilityConfig"].clone();
    update["LockToken"] = seen["LockToken"].clone();
    aws.call("wafv2", "update_web_acl", update);
    project.refresh().expect_ok();
    let run = project.up().expect_ok().expect_steps(&["update acl"]);
    let paths: Vec<_> = run.diff("acl").into_keys().collect();
    assert_eq!(paths, ["rules.office.action.block", "rules.office.action.count"]);
    assert_eq!(acl(&aws).1["WebACL"]["Rules"][0]["Action"], json!({"Block": {}}));
    project.destroy().expect_ok();
}

#[test]
fn somebody_elses_web_acl_is_not_displaced() {
    let aws = Aws::new();
    let visible = json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "theirs"});
    let theirs =
        json!({"Name": "theirs", "Scope": "REGIONAL", "DefaultAction": {"Block": {}}, "VisibilityConfig": visible});
    let theirs = aws.call("wafv2", "create_web_acl", theirs)["Summary"]["ARN"].clone();
    let associate = || aws.call("wafv2", "associate_web_acl", json!({"WebACLArn": theirs, "ResourceArn": STAGE}));
    let name =
        || aws.call("wafv2", "get_web_acl_for_resource", json!({"ResourceArn": STAGE}))["WebACL"]["Name"].clone();
    let association = |more: &str| {
        let properties = format!("{{resourceArn: '{STAGE}', webAclArn: '${{acl.arn}}', {more}}}");
        let own = format!("  guard: {{type: 'gitinfra:wafv2:WebAclAssociation', properties: {properties}}}\n");
        format!("{}{own}", program(V4, ""))
    };
    associate();
    let project = aws.project(&association(""));
    project.up().expect_failure().expect_says("exists already").expect_says("set `overwrite: true`");
    assert_eq!(name(), "theirs");
    project.program(&association("overwrite: true"));
    project.up().expect_ok();
    assert_eq!(name(), "web");
    project.expect_settled().refresh_settled();
    // Somebody gives the stage another web ACL: the end of ours does not take that away.
    associate();
    project.destroy().expect_ok();
    assert_eq!(name(), "theirs");
}

#[test]
fn what_is_for_cloudfront_is_in_one_region() {
    let aws = Aws::new();
    let set = |more: &str| {
        let properties = format!("{{name: edge, scope: CLOUDFRONT, addresses: [192.0.2.0/24], {more}}}");
        format!("\nresources:\n  edge: {{type: 'gitinfra:wafv2:IpSet', properties: {properties}}}\n")
    };
    let project = aws.project(&set(""));
    project.up().expect_failure().expect_says("in us-east-1 only").expect_says("the property `region: us-east-1`");
    project.program(&set("region: us-east-1"));
    project.up().expect_ok();
    let listed = aws.call_in(ELSEWHERE, "wafv2", "list_ip_sets", json!({"Scope": "CLOUDFRONT"}));
    assert_eq!(listed["IPSets"].as_array().map(Vec::len), Some(1));
    project.destroy().expect_ok();
}

#[test]
fn a_rule_group_takes_what_its_first_rules_need() {
    let aws = Aws::new();
    let group = |more: &str, countries: usize| {
        let rule = |n: usize| {
            let statement = "{geoMatchStatement: {countryCodes: [JP]}}";
            format!(
                "r{n}: {{priority: {n}, statement: {statement}, action: {{block: {{}}}}, visibilityConfig: {{metricName: r{n}}}}}"
            )
        };
        let rules: Vec<_> = (0..countries).map(rule).collect();
        let properties = format!(
            "{{scope: REGIONAL, visibilityConfig: {{metricName: group}}, rules: {{{}}}, {more}}}",
            rules.join(", ")
        );
        format!("\nresources:\n  group: {{type: 'gitinfra:wafv2:RuleGroup', properties: {properties}}}\n")
    };
    let project = aws.project(&group("", 2));
    project.up().expect_ok();
    assert_eq!(project.state().get("group", "/outputs/capacity"), &json!(2));
    // Naming what was chosen is no change, and neither is fewer rules.
    project.program(&group("capacity: 2", 2));
    project.expect_settled().refresh_settled();
    project.program(&group("", 1));
    project.up().expect_ok().expect_steps(&["update group"]);
    project.program(&group("", 3));
    project.up().expect_failure().expect_says("give the group more `capacity`, which takes a new group");
    project.program(&group("capacity: 10", 3));
    let steps = project.up().expect_ok().steps_in_order();
    assert_eq!(steps, ["create-replacement group", "replace group", "delete-replaced group"]);
    project.expect_settled().refresh_settled();
    project.destroy().expect_ok();
}
