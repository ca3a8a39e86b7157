//! Inputs of small stacks, for tests.

use pulumi_plugin::conform::conform;
use pulumi_plugin::{Map, Property as _, Shaped as _, Value};

use super::ReferenceStackInputs;

/// Every block that can be left out.
const BLOCKS: [&str; 10] =
    ["service", "aurora", "redis", "waf", "slack", "sessionManager", "vpcEndpoints", "bucket", "cdn", "loadBalancer"];

fn object(entries: &[(&str, Value)]) -> Value {
    Value::Object(entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

/// A stack in a VPC and a hosted zone that there are already, with these inputs, and of the blocks only these.
pub fn small(inputs: &[(&str, Value)], blocks: &[(&str, &[(&str, Value)])]) -> ReferenceStackInputs {
    let mut given: Map = BLOCKS.into_iter().map(|name| (name.to_owned(), false.into())).collect();
    given.insert("domain".into(), "shop.example.net".into());
    given.insert("dns".into(), object(&[("zoneId", "Z1".into())]));
    given.insert("network".into(), object(&[("vpcId", "vpc-1".into())]));
    given.extend(blocks.iter().map(|(name, entries)| ((*name).to_owned(), object(entries))));
    given.extend(inputs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let conformed = conform(&[ReferenceStackInputs::shape()], &given);
    assert_eq!(conformed.faults, []);
    ReferenceStackInputs::decode(&Value::Object(conformed.properties)).expect("inputs that conform")
}
