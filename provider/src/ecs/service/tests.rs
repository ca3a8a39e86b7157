//! What AWS tells of a service in the program's words, and what an update sends.

use pulumi_plugin::conform::conform;
use pulumi_plugin::{Property as _, Shaped as _, Value};
use serde_json::{Value as Json, json};

use super::inputs::ServiceInputs;

const DEFINITION: &str = "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/app:7";

/// Inputs as Check makes them.
fn inputs(given: &Json) -> ServiceInputs {
    let mut all = json!({"name": "web", "cluster": "shop", "taskDefinition": DEFINITION});
    for (name, value) in given.as_object().expect("properties") {
        all[name] = value.clone();
    }
    let all = Value::from_json(&all);
    let checked = conform(&[ServiceInputs::shape()], all.as_object().expect("properties"));
    assert_eq!(checked.faults, [], "{given}");
    ServiceInputs::decode(&Value::Object(checked.properties)).expect("conforming inputs")
}

fn balancer(group: &str, alternate: &str) -> Json {
    json!({"loadBalancers": [{
        "targetGroupArn": group, "containerName": "app", "containerPort": 80,
        "advancedConfiguration": {"alternateTargetGroupArn": alternate, "productionListenerRule": "rule", "roleArn": "role"},
    }]})
}

#[test]
fn what_means_the_same_is_told_in_the_programs_words() {
    for (seen, given, same) in [
        (json!({}), json!({"taskDefinition": "app:7"}), true),
        (json!({}), json!({"taskDefinition": "app"}), true),
        (json!({}), json!({"taskDefinition": "app:6"}), false),
        (json!({}), json!({"taskDefinition": "other"}), false),
        (json!({}), json!({"taskDefinition": "app:6", "keepTaskDefinition": true}), true),
        (json!({}), json!({"taskDefinition": "other:6", "keepTaskDefinition": true}), false),
        (json!({"desiredCount": 4}), json!({"desiredCount": 2}), false),
        (json!({"desiredCount": 4}), json!({"desiredCount": 2, "keepDesiredCount": true}), true),
        (json!({}), json!({"platformVersion": "LATEST"}), true),
        (json!({}), json!({"platformVersion": "1.4.0"}), false),
        (json!({}), json!({"deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100}}), true),
        (json!({}), json!({"deploymentConfiguration": {"maximumPercent": 150}}), false),
        (json!({}), json!({"availabilityZoneRebalancing": "ENABLED"}), true),
        (json!({}), json!({"availabilityZoneRebalancing": "DISABLED"}), false),
        (json!({}), json!({"serviceConnectConfiguration": {"enabled": false}}), true),
        (
            json!({"serviceConnectConfiguration": {"namespace": "arn:aws:servicediscovery:x"}}),
            json!({"serviceConnectConfiguration": {"namespace": "shop"}}),
            true,
        ),
        // A blue/green deployment has swapped the two groups.
        (balancer("green", "blue"), balancer("blue", "green"), true),
        (balancer("green", "red"), balancer("blue", "green"), false),
    ] {
        let (mut state, given) = (inputs(&seen), inputs(&given));
        state.respell(&given);
        let plain = |it: &ServiceInputs| ServiceInputs {
            keep_task_definition: false.into(),
            keep_desired_count: false.into(),
            ..it.clone()
        };
        assert_eq!(plain(&state) == plain(&given), same, "{seen} {given:?}");
    }
}
