//! What is wrong with a whole stack is told at once, by its own properties, before anything is told to the engine.

use serde_json::{Value, json};

use super::build;
use crate::aws::Aws;

const STACK: &str = "gitinfra:index:ReferenceStack";

/// A stack in a zone that there is already, with these inputs laid over.
fn stack(more: Value) -> Value {
    let mut all = json!({
        "domain": "shop.example.net",
        "dns": {"zoneId": "Z1"},
        "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
        "slack": false,
    });
    let all_of = all.as_object_mut().expect("an object");
    all_of.extend(more.as_object().cloned().unwrap_or_default());
    all
}

/// Expects that these properties are blamed for these words, and no others.
#[track_caller]
fn blamed(aws: &Aws, name: &str, inputs: &Value, expected: &[(&str, &str)]) {
    let found = build(aws, STACK, name, inputs).err().unwrap_or_default();
    for (at, why) in expected {
        let told = found.iter().any(|(path, words)| path == at && words.contains(why));
        assert!(told, "{at} is not blamed for: {why}\n{found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let aws = Aws::hurried();
    let aurora = json!({"instances": 2, "readers": 99});
    let more = json!({"aurora": aurora, "loadBalancer": false, "bucket": false, "service": null, "redis": {"nodeType": "t4g.small"}});
    let expected = [
        // Each property by itself.
        ("aurora.instances", "no such property"),
        ("aurora.readers", "99 is not a whole number from 0 to 15"),
        // Between the blocks.
        ("service", "missing: `{image: ..., port: ...}`"),
        ("cdn", "there is nothing to serve"),
        // In a block.
        ("redis.nodeType", "cache.t4g.small"),
    ];
    blamed(&aws, "web", &stack(more), &expected);
}

#[test]
fn what_is_wrong_inside_of_parts_is_told_of_their_blocks() {
    let aws = Aws::hurried();
    let more = json!({
        "overrides": {"auroa": {}, "aurora": {"bogus": 1}, "clients": {"description": "é"}},
        "skip": ["rediss"],
        "network": {"overrides": {"vpcc": {}, "vpc": {"cidrBlok": "10.0.0.0/16"}}, "skip": ["gateway-x"]},
        "waf": {"overrides": {"web-acl": {"visibilityConfig": {"metricName": "a b"}}}},
    });
    let expected = [
        ("overrides", "no child `auroa`; did you mean `aurora`?"),
        ("overrides.aurora.bogus", "no such property"),
        ("overrides.clients.description", "é"),
        ("skip", "no child `rediss`; did you mean `redis`?"),
        ("network.overrides", "no child `vpcc`; did you mean `vpc`?"),
        ("network.overrides.vpc.cidrBlok", "no such property; did you mean `cidrBlock`?"),
        ("network.skip", "no child `gateway-x`"),
        ("waf.overrides.web-acl.visibilityConfig.metricName", "is not a metric's name"),
    ];
    blamed(&aws, "web", &stack(more), &expected);
    assert_eq!(aws.writes_after(0), [""; 0]);
}

#[test]
fn a_domain_fits_its_certificate_and_a_network_has_the_tiers() {
    let aws = Aws::hurried();
    let domain = format!("{}.example.net", "a".repeat(60));
    blamed(&aws, "web", &stack(json!({"domain": domain})), &[("domain", "has more than 64 characters")]);
    let endless = [["b"; 62].join(""), ["c"; 62].join(""), ["d"; 62].join(""), ["e"; 60].join("")].join(".");
    let found = build(&aws, STACK, "web", &stack(json!({"domain": endless}))).err().unwrap_or_default();
    assert!(found.iter().all(|(path, _)| path == "domain") && !found.is_empty(), "{found:?}");
    let network = json!({"vpcId": "vpc-0", "subnetIds": {"app": ["subnet-0"], "public": []}});
    let found = build(&aws, STACK, "web", &stack(json!({"network": network}))).err().unwrap_or_default();
    for why in ["the load balancer needs subnets of a tier `public`", "Aurora and Redis need subnets of a tier `data`"]
    {
        assert!(
            found.iter().any(|(path, words)| path == "network.subnetIds" && words.contains(why)),
            "{why}: {found:?}"
        );
    }
    let network = json!({"tiers": {"public": {"access": "public"}, "app": {"access": "private"}}});
    let found = build(&aws, STACK, "web", &stack(json!({"network": network}))).err().unwrap_or_default();
    assert!(found.iter().any(|(path, why)| path == "network.tiers" && why.contains("a tier `data`")), "{found:?}");
}

#[test]
fn any_name_will_do() {
    let aws = Aws::hurried();
    for name in ["n".repeat(79), "7-eleven.Shop".to_owned()] {
        let built = build(&aws, STACK, &name, &stack(json!({})));
        assert!(built.is_ok(), "{name}: {:?}", built.err());
    }
}

/// What `overrides` says of a part, the other parts know: alarms watch each reader that there is.
#[test]
fn an_override_of_a_part_is_as_good_as_its_block() {
    let aws = Aws::hurried();
    let alarms = |more: Value| {
        let topic = json!({"topicArn": "arn:aws:sns:ap-northeast-1:111111111111:alarms"});
        let mut inputs = stack(more);
        inputs["slack"] = topic;
        let built = build(&aws, STACK, "web", &inputs).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        built.told.into_keys().filter(|name| name.starts_with("web-alarms-")).collect::<Vec<_>>()
    };
    let three = alarms(json!({"aurora": {"readers": 3}}));
    assert!(three.iter().any(|name| name.contains("reader-3")), "{three:?}");
    assert_eq!(alarms(json!({"overrides": {"aurora": {"readers": 3}}})), three);
}

/// A reader that is skipped is not watched, and not counted.
#[test]
fn what_is_skipped_has_no_alarms() {
    let aws = Aws::hurried();
    let mut inputs = stack(json!({"aurora": {"readers": 2, "skip": ["reader-1"]}}));
    inputs["slack"] = json!({"topicArn": "arn:aws:sns:ap-northeast-1:111111111111:alarms"});
    let built = build(&aws, STACK, "web", &inputs).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let alarms: Vec<_> = built.told.keys().filter(|name| name.starts_with("web-alarms-")).collect();
    let of = |key: &str| alarms.iter().filter(|name| name.contains(key)).count();
    assert!(of("reader-2") > 0 && of("reader-1") == 0, "{alarms:?}");
}

/// CloudFront takes certificates of us-east-1 only, and a load balancer those of its own region.
#[test]
fn certificates_are_where_they_are_needed() {
    let aws = Aws::hurried();
    let here = json!({"certificate": {"regions": ["ap-northeast-1"]}});
    let at = "certificate.regions";
    blamed(&aws, "web", &stack(here.clone()), &[(at, "CloudFront needs a certificate in us-east-1")]);
    let there = json!({"certificate": {"regions": ["us-east-1"]}});
    blamed(&aws, "web", &stack(there), &[(at, "the load balancer needs a certificate in ap-northeast-1")]);
    let mut alone = stack(here);
    alone["cdn"] = json!(false);
    alone["loadBalancer"] = json!({"allowFrom": {"everybody": {"cidr": "0.0.0.0/0"}}});
    assert!(build(&aws, STACK, "web", &alone).is_ok());
}

/// The names of database and cache are longer than the domain.
#[test]
fn a_domain_leaves_room_for_the_names_below_it() {
    let aws = Aws::hurried();
    let parts = [["b"; 62].join(""), ["c"; 62].join(""), ["d"; 62].join(""), ["e"; 45].join("")];
    let certificate = json!({"certificateArn": "arn:aws:acm:ap-northeast-1:111111111111:certificate/1"});
    let mut inputs = stack(json!({"domain": parts.join("."), "certificate": certificate, "cdn": false}));
    inputs["loadBalancer"] = json!({"allowFrom": {"everybody": {"cidr": "0.0.0.0/0"}}});
    blamed(&aws, "web", &inputs, &[("domain", "database and cache have names below it that only the VPC knows")]);
    inputs["aurora"] = json!(false);
    inputs["redis"] = json!(false);
    assert!(build(&aws, STACK, "web", &inputs).is_ok());
}

/// A second stack, and one in another's place.
#[test]
fn a_domain_lies_below_its_parent_zone() {
    let aws = Aws::hurried();
    let zone = crate::components::zone(&aws, "parent.example.net");
    for (domain, why) in
        [("parent.example.net", "is the parent zone itself"), ("app.example.org", "is not below `parent.example.net`")]
    {
        let mut inputs = stack(json!({"domain": domain, "parentZone": {"zoneId": zone}}));
        inputs.as_object_mut().expect("an object").remove("dns");
        blamed(&aws, "web", &inputs, &[("domain", why)]);
    }
}
