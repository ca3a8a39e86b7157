//! Components against the emulator, by the real engine.

mod alarms;
mod aurora_postgres;
mod cdn;
mod certificate;
mod cluster;
pub mod dns_zone;
mod fargate_service;
pub mod lived;
mod load_balancer;
mod private_bucket;
mod redis;
mod reference_stack;
mod security_group;
mod session_manager;
mod slack_notifier;
mod vpc_endpoints;
mod waf;
mod waf_logs;

use serde_json::{Value, json};

use crate::aws::{Aws, gitinfra};
use crate::life::provider::Provider;
use crate::pulumi::{Project, Run, State};
use crate::tools;

/// A copy of an example, in which the ids of an account are this one's.
fn example(aws: &Aws, name: &str, ids: &[(&str, &str)]) -> Project {
    aws.reached_by(Project::of(&text(name, ids), &[gitinfra()]))
}

/// The program of an example with these ids.
fn text(name: &str, ids: &[(&str, &str)]) -> String {
    let path = tools::repository().join("examples").join(name).join("Pulumi.yaml");
    let text = std::fs::read_to_string(path).expect("an example has a Pulumi.yaml");
    ids.iter().fold(text, |text, (example, own)| {
        assert!(text.contains(example), "the example has no {example}");
        text.replace(example, own)
    })
}

/// A public hosted zone that somebody has made.
pub fn zone(aws: &Aws, name: &str) -> String {
    let made = aws.call("route53", "create_hosted_zone", json!({"Name": name, "CallerReference": name}));
    made["HostedZone"]["Id"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned()
}

/// The program of a component's plain resources, with the plugins of the program that it takes the place of. It asks for these secrets, which are set.
fn ejected(aws: &Aws, project: &Project, component: &str, secrets: &[(&str, &str)]) -> String {
    let exported = project.command(&["stack", "export", "--show-secrets"]).expect_ok().stdout;
    let arguments = json!({"state": exported, "component": component});
    let answer = Provider::start(aws, None).invoke("gitinfra:index:eject", &arguments).expect("it is ejected");
    assert_eq!(answer["secrets"], json!(secrets.iter().map(|(key, _)| key).collect::<Vec<_>>()));
    for (key, value) in secrets {
        project.command(&["config", "set", "--secret", key, value]).expect_ok();
    }
    let program = answer["program"].as_str().unwrap_or_default();
    let plugins = project.read("Pulumi.yaml").unwrap_or_default();
    let plugins: Vec<_> = plugins.lines().skip_while(|line| *line != "plugins:").take(3).collect();
    format!("{program}{}\n", plugins.join("\n"))
}

/// The items of a list in an answer.
fn list(answer: &Value, pointer: &str) -> Vec<Value> {
    answer.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Expects that a run blames each of these properties for these words.
#[track_caller]
fn blames(run: &Run, faults: &[(&str, &str)]) {
    let said = run.printed();
    for (at, why) in faults {
        let blamed = said.lines().any(|line| line.contains(&format!("property {at} ")) && line.contains(why));
        assert!(blamed, "{at} is not blamed for: {why}\n{run}");
    }
}

/// The id of the zone in the examples.
const ZONE: &str = "Z0123456789EXAMPLE";

/// The controls that a component of the program says it meets, and those that it says it doesn't, without the reasons.
pub fn controls(state: &State, name: &str) -> (Vec<String>, Vec<String>) {
    let list = |output: &str| {
        let list = state.get(name, &format!("/outputs/{output}")).as_array().cloned().unwrap_or_default();
        let ids = list.iter().filter_map(Value::as_str).map(|it| it.split(':').next().unwrap_or_default().to_owned());
        ids.collect()
    };
    (list("controls"), list("controlsOpen"))
}
