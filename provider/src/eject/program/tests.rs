//! Programs of small states.

use serde_json::{Value, json};

use super::super::state::State;
use super::{SIGNATURE, of};

fn urn(types: &str, name: &str) -> String {
    format!("urn:pulumi:dev::shop::{types}::{name}")
}

fn hidden(value: &str) -> Value {
    json!({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": Value::from(value).to_string()})
}

/// A component with a part, three resources, and one beside it.
fn stack() -> String {
    let [web, net] = [urn("p:index:Web", "web"), urn("p:index:Web$p:index:Net", "web-net")];
    let vpc = urn("p:index:Web$p:index:Net$p:ec2:Vpc", "web-net-vpc.a");
    let subnet = urn("p:index:Web$p:index:Net$p:ec2:Subnet", "web-net-subnet");
    let key = urn("p:index:Web$p:iam:Key", "web-key");
    let birth = json!({"token": "t", "made": ["name"]});
    let resources = json!([
        {"urn": urn("pulumi:pulumi:Stack", "shop-dev"), "type": "pulumi:pulumi:Stack"},
        {"urn": web, "type": "p:index:Web", "parent": urn("pulumi:pulumi:Stack", "shop-dev")},
        {"urn": net, "type": "p:index:Net", "parent": web},
        {"urn": vpc, "type": "p:ec2:Vpc", "custom": true, "id": "vpc-123", "parent": net, "protect": true,
         "inputs": {"cidrBlock": "10.0.0.0/16", "name": "made", "__birth": birth},
         "outputs": {"arn": "arn:aws:vpc", "cidrBlock": "10.0.0.0/16", "tenancy": "default"}},
        {"urn": subnet, "type": "p:ec2:Subnet", "custom": true, "id": "subnet-1", "parent": net, "dependencies": [vpc],
         "inputs": {"vpcId": "vpc-123", "within": "10.0.0.0/16", "description": "default", "tags": {"of": "arn:aws:vpc", "dollar": "a ${b}$$c"}}, "customTimeouts": {"create": 60}},
        {"urn": key, "type": "p:iam:Key", "custom": true, "id": "key-1", "parent": web, "dependencies": [net, web],
         "inputs": {"secret": hidden("hush hush"), "count": 2}},
        {"urn": urn("p:ec2:Vpc", "other"), "type": "p:ec2:Vpc", "custom": true, "id": "vpc-9"},
        {"urn": vpc, "type": "p:ec2:Vpc", "custom": true, "id": "vpc-old", "parent": net, "delete": true},
    ]);
    json!({"version": 3, "deployment": {"resources": resources}}).to_string()
}

#[test]
fn a_component_becomes_its_resources() {
    let state = State::parse(&stack()).expect("a state");
    let ejected = of(&state, state.component("web").expect("a component")).expect("a program");
    let program: Value = serde_saphyr::from_str(&ejected.program).expect("YAML");
    let expected = json!({
        "name": "shop",
        "runtime": "yaml",
        "config": {"web-key-secret": {"type": "string", "secret": true}},
        "resources": {
            "web-net-vpc_a": {
                "type": "p:ec2:Vpc",
                "name": "web-net-vpc.a",
                "properties": {"cidrBlock": "10.0.0.0/16"},
                "options": {"aliases": ["urn:pulumi:dev::shop::p:index:Web$p:index:Net$p:ec2:Vpc::web-net-vpc.a"], "protect": true},
            },
            "web-net-subnet": {
                "type": "p:ec2:Subnet",
                "properties": {
                    "vpcId": "${web-net-vpc_a.id}", "within": "10.0.0.0/16", "description": "default",
                    "tags": {"of": "${web-net-vpc_a.arn}", "dollar": "a $${b}$$$$c"},
                },
                "options": {
                    "aliases": ["urn:pulumi:dev::shop::p:index:Web$p:index:Net$p:ec2:Subnet::web-net-subnet"],
                    "customTimeouts": {"create": "60s"},
                },
            },
            "web-key": {
                "type": "p:iam:Key",
                "properties": {"secret": "${web-key-secret}", "count": 2},
                "options": {
                    "aliases": ["urn:pulumi:dev::shop::p:index:Web$p:iam:Key::web-key"],
                    "dependsOn": ["${web-net-subnet}", "${web-net-vpc_a}"],
                },
            },
        },
    });
    assert_eq!(program, expected, "{}", ejected.program);
    assert!(!ejected.program.contains("hush"), "{}", ejected.program);
    assert_eq!(ejected.secrets.into_iter().collect::<Vec<_>>(), ["web-key-secret"]);
}

/// A rule behind a secret header: the values come from elsewhere, the rest of the list is as secret as they are.
fn behind(conditions: &Value) -> String {
    let [web, secret] = [urn("p:index:Web", "web"), urn("p:index:Web$p:random:Secret", "web-header")];
    let resources = json!([
        {"urn": web, "type": "p:index:Web", "parent": urn("pulumi:pulumi:Stack", "shop-dev")},
        {"urn": secret, "type": "p:random:Secret", "custom": true, "id": "secret-1", "parent": web,
         "outputs": {"value": hidden("first value"), "next": hidden("second value")}},
        {"urn": urn("p:index:Web$p:elb:Rule", "web-rule"), "type": "p:elb:Rule", "custom": true, "id": "rule-1",
         "parent": web, "dependencies": [secret], "inputs": {"conditions": conditions}},
    ]);
    json!({"version": 3, "deployment": {"resources": resources}}).to_string()
}

#[test]
fn a_secret_of_several_values_is_written_value_by_value() {
    let list = json!([{"field": "http-header", "values": ["first value", "second value"], "not": null, "count": 2}]);
    let shown = json!({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": list.to_string()});
    let state = State::parse(&behind(&shown)).expect("a state");
    let ejected = of(&state, state.component("web").expect("a component")).expect("a program");
    let program: Value = serde_saphyr::from_str(&ejected.program).expect("YAML");
    let written = json!({"fn::secret": [{
        "field": "${web-rule-conditions-0-field}",
        "values": ["${web-header.value}", "${web-header.next}"],
        "not": null,
        "count": "${web-rule-conditions-0-count}",
    }]});
    assert_eq!(program["resources"]["web-rule"]["properties"]["conditions"], written, "{}", ejected.program);
    let config = json!({
        "web-rule-conditions-0-field": {"type": "string", "secret": true},
        "web-rule-conditions-0-count": {"type": "number", "secret": true},
    });
    assert_eq!(program["config"], config);
    assert!(!ejected.program.contains("first value"), "{}", ejected.program);
}

#[test]
fn a_state_has_to_show_its_secrets() {
    let encrypted = json!({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"});
    let state = State::parse(&behind(&encrypted)).expect("a state");
    let refused = of(&state, state.component("web").expect("a component")).map(|it| it.program);
    let told = refused.map_err(|error| error.to_string()).expect_err("it is refused");
    assert!(told.contains("`web-rule-conditions`") && told.contains("pulumi stack export --show-secrets"), "{told}");
}

#[test]
fn what_is_not_there_is_said() {
    let state = State::parse(&stack()).expect("a state");
    for (asked, why) in [("wep", "did you mean `web`?"), ("other", "the state has no component `other`")] {
        let told = state.component(asked).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains(why), "{told}");
    }
    for (text, why) in [("", "not JSON"), ("{}", "it is no exported state")] {
        let told = State::parse(text).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains(why) && told.contains("pulumi stack export"), "{told}");
    }
}
