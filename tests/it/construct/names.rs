//! Names and texts that a component makes of its own name: what stands keeps them when the program comes to call the component otherwise, and none is
//! refused by AWS for a letter of that name.

use serde_json::{Value, json};

use super::{Built, build};
use crate::aws::Aws;

const STACK: &str = "gitinfra:index:ReferenceStack";

fn stack(name: &str, more: &Value) -> Built {
    let mut inputs = json!({
        "domain": "named.example.net", "dns": {"zoneId": "Z1"}, "slack": false, "sessionManager": {"jumpHost": {"enabled": true}},
        "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
    });
    inputs.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    build(&Aws::hurried(), STACK, name, &inputs).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

/// The children of a type, and what of them counts at their creation only.
fn initial<'a>(built: &'a Built, token: &str) -> Vec<(&'a str, Vec<&'a str>)> {
    let token = format!("gitinfra:{token}");
    let all = built.told.iter().filter(|(_, told)| told.token == token);
    all.map(|(name, told)| (name.as_str(), told.ignored.iter().map(String::as_str).collect())).collect()
}

/// AWS can't change the text of a security group or the name of a stream: another one would replace what is in use.
#[test]
fn another_name_replaces_nothing() {
    let built = stack("web", &json!({}));
    let groups = initial(&built, "ec2:SecurityGroup");
    assert!(groups.len() >= 7, "{groups:?}");
    assert!(groups.iter().all(|(_, ignored)| *ignored == ["description"]), "{groups:?}");
    let streams = initial(&built, "firehose:DeliveryStream");
    assert_eq!(
        streams,
        ["cloudfront", "regional"]
            .map(|scope| format!("web-waf-logs-{scope}-stream"))
            .each_ref()
            .map(|it| (it.as_str(), vec!["name"]))
    );
    assert_eq!(built.told["web-session-manager-logs"].ignored, ["name"]);
}

/// Whoever says a text means it, also of a group that stands.
#[test]
fn what_the_program_says_counts_always() {
    let said = json!({"loadBalancer": {"overrides": {"sg": {"description": "front door"}}}});
    let built = stack("web", &said);
    let group = &built.told["web-load-balancer-sg"];
    assert_eq!((group.ignored.len(), &group.inputs["description"]), (0, &json!("front door")));
    let own = json!({"vpcId": "vpc-0", "description": "mine"});
    let built = build(&Aws::hurried(), "gitinfra:index:SecurityGroup", "own", &own);
    let built = built.unwrap_or_else(|wrong| panic!("{wrong:?}"));
    assert_eq!(built.told["own-sg"].ignored, [""; 0]);
}

#[test]
fn a_component_may_have_any_name() {
    for (name, cleaned) in [("日本", "--"), ("my web", "my web")] {
        let built = stack(name, &json!({}));
        let told = &built.told[&format!("{name}-clients")].inputs["description"];
        assert_eq!(*told, format!("{cleaned}, clients of database and cache"));
        let logs = &built.told[&format!("{name}-session-manager-logs")].inputs["name"];
        assert_eq!(*logs, format!("/ssm/{}-session-manager", cleaned.replace(' ', "-")));
    }
}

/// A database that stands keeps its port in another profile: its clients know that one. Whoever names a port gets it.
#[test]
fn another_profile_moves_no_port() {
    for (profile, port, at, ignored) in [
        ("standard", json!(null), 5432, &["port"][..]),
        ("fsbp", json!(null), 15432, &["port"]),
        ("fsbp", json!(6000), 6000, &[]),
    ] {
        let inputs = json!({
            "vpcId": "vpc-0", "dbSubnetGroupName": "data", "profile": profile, "port": port,
            "allowFrom": {"app": {"cidr": "10.0.0.0/16"}, "ops": {"cidr": "10.1.0.0/16", "port": 22, "toPort": 23}},
        });
        let built = build(&Aws::hurried(), "gitinfra:index:AuroraPostgres", "db", &inputs);
        let built = built.unwrap_or_else(|wrong| panic!("{wrong:?}"));
        let cluster = &built.told["db-cluster"];
        assert_eq!(
            (&cluster.inputs["port"], &cluster.ignored[..]),
            (&json!(at), &ignored.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()[..])
        );
        let rule = |name: &str| ["fromPort", "toPort"].map(|end| built.told[name].inputs[end].clone());
        assert_eq!((rule("db-sg-from-app"), rule("db-sg-from-ops")), ([json!(at), json!(at)], [json!(22), json!(23)]));
        assert_eq!(built.outputs["db"]["port"], at);
        let met = built.outputs["db"]["controls"].to_string().contains("RDS.23");
        assert_eq!(met, at != 5432, "{profile}");
    }
}
