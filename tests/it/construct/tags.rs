//! Every child that can have tags has those of its component.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::build;
use crate::aws::Aws;
use crate::life::wire::UNKNOWN;

/// The types of resources that have an input `tags`, by the schema.
fn taggable() -> BTreeSet<String> {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let resources = schema["resources"].as_object().cloned().unwrap_or_default().into_iter();
    let plain = resources.filter(|(_, it)| it["isComponent"] != true && !it["inputProperties"]["tags"].is_null());
    plain.map(|(token, _)| token).collect()
}

/// A whole stack has each component but one in it; what only single ones can have, they show by themselves.
fn components() -> Vec<(&'static str, Value)> {
    let listener = "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:listener/app/web/1/2";
    let service = json!({"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080});
    let slack = json!({"workspaceId": "T07EA123LEP", "channelId": "C07EZ1ABC23"});
    vec![
        (
            "ReferenceStack",
            json!({
                "domain": "tagged.example.net", "parentZone": {"zoneId": "Z1"}, "profile": "fsbp", "service": service, "slack": slack,
            }),
        ),
        ("Network", json!({"subnetGroups": true, "ipv6": true, "nat": "single"})),
        ("SecurityGroup", json!({"vpcId": "vpc-1"})),
        // It has a tag of its own beside them.
        (
            "FargateService",
            json!({
                "clusterName": "web", "vpcId": "vpc-1", "subnetIds": ["subnet-1"], "image": service["image"], "port": 8080,
                "listener": {"listenerArn": listener, "securityGroupId": "sg-1"},
            }),
        ),
    ]
}

#[test]
fn each_child_that_can_have_tags_has_its_components() {
    let aws = Aws::hurried();
    let (taggable, mut seen, mut bare) = (taggable(), BTreeSet::new(), Vec::new());
    for (component, mut inputs) in components() {
        inputs["tags"] = json!({"Team": "shop"});
        let built = build(&aws, &format!("gitinfra:index:{component}"), "web", &inputs);
        let built = built.unwrap_or_else(|wrong| panic!("{component}: {wrong:?}"));
        for (name, told) in built.told.iter().filter(|(_, told)| taggable.contains(&told.token)) {
            let tags = &told.inputs["tags"];
            if *tags == UNKNOWN {
                continue;
            }
            seen.insert(told.token.clone());
            if tags["Team"] != "shop" {
                bare.push(format!("{component}: {name}: {tags}"));
            }
        }
    }
    assert!(bare.is_empty(), "{}", bare.join("\n"));
    assert!(seen.contains("gitinfra:elb:TargetGroup") && seen.len() > 20, "{seen:?}");
}
