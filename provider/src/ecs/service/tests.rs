//! What AWS tells of a service in the program's words, and what an update sends.

use pulumi_plugin::conform::conform;
use pulumi_plugin::{Property as _, Resource as _, Shaped as _, Value};
use serde_json::{Value as Json, json};

use super::Service;
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

/// A service whose traffic moves in steps of so many percent, with so many minutes after each.
fn linear(steps: Option<(f64, u32)>) -> Json {
    let steps = steps.map(|(percent, minutes)| json!({"stepPercent": percent, "stepBakeTimeInMinutes": minutes}));
    json!({"deploymentConfiguration": {"strategy": "LINEAR", "linearConfiguration": steps}})
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
        (linear(Some((10.0, 6))), linear(None), true),
        (linear(Some((20.0, 6))), linear(None), false),
        (linear(Some((20.0, 6))), linear(Some((20.0, 6))), true),
        (json!({}), json!({"availabilityZoneRebalancing": "ENABLED"}), true),
        (json!({}), json!({"availabilityZoneRebalancing": "DISABLED"}), false),
        (json!({}), json!({"serviceConnectConfiguration": {"enabled": false}}), true),
        (
            json!({"serviceConnectConfiguration": {"namespace": "arn:aws:servicediscovery:x"}}),
            json!({"serviceConnectConfiguration": {"namespace": "shop"}}),
            true,
        ),
        (json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}), json!({}), true),
        (
            json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}),
            json!({"launchType": "FARGATE"}),
            false,
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

/// What an update sends.
fn sent(old: &ServiceInputs, new: &ServiceInputs) -> aws_sdk_ecs::operation::update_service::UpdateServiceInput {
    let config = aws_sdk_ecs::Config::builder().behavior_version_latest().build();
    let update = aws_sdk_ecs::Client::from_conf(config).update_service();
    new.change(old, update).expect("it is written").as_input().clone().build().expect("it is complete")
}

#[test]
fn the_steps_of_a_strategy_go_with_it() {
    let rolling = json!({});
    for (old, new, steps) in [
        (linear(Some((20.0, 1))), linear(None), Some(10.0)),
        (linear(None), linear(Some((20.0, 1))), Some(20.0)),
        (linear(Some((20.0, 1))), rolling.clone(), None),
        (rolling, linear(None), Some(10.0)),
    ] {
        let update = sent(&inputs(&old), &inputs(&new));
        let sent = update.deployment_configuration().expect("it changes").linear_configuration();
        assert_eq!(sent.and_then(|it| it.step_percent), steps, "{old} {new}");
    }
}

#[test]
fn a_service_whose_tasks_can_not_move_between_zones_is_not_rebalanced() {
    let zone = "attribute:ecs.availability-zone";
    for (given, rebalanced) in [
        (json!({}), true),
        (json!({"launchType": "FARGATE"}), true),
        (json!({"launchType": "EXTERNAL"}), false),
        (json!({"schedulingStrategy": "DAEMON"}), false),
        (json!({"deploymentConfiguration": {"maximumPercent": 100}}), false),
        (json!({"loadBalancers": [{"loadBalancerName": "old", "containerName": "app", "containerPort": 80}]}), false),
        (json!({"placementConstraints": [{"type": "distinctInstance"}]}), true),
        (json!({"placementConstraints": [{"type": "memberOf", "expression": format!("{zone} == a")}]}), false),
        (json!({"placementStrategy": [{"type": "spread", "field": zone}, {"type": "random"}]}), true),
        (json!({"placementStrategy": [{"type": "random"}]}), false),
    ] {
        let config = aws_sdk_ecs::Config::builder().behavior_version_latest().build();
        let create = aws_sdk_ecs::Client::from_conf(config).create_service();
        let create = inputs(&given).create(create).expect("it is written");
        let told = create.get_availability_zone_rebalancing().as_ref().map(|it| it.as_str().to_owned());
        assert_eq!(told.as_deref(), Some(if rebalanced { "ENABLED" } else { "DISABLED" }), "{given}");
        let mut explicit = given.clone();
        explicit["availabilityZoneRebalancing"] = json!("ENABLED");
        let faults = Service::check(&inputs(&explicit));
        let refused = faults.iter().any(|fault| fault.at.as_str() == "availabilityZoneRebalancing");
        assert_eq!(refused, !rebalanced, "{given}");
    }
}

#[test]
fn a_change_of_load_balancers_leaves_production_where_a_deployment_has_brought_it() {
    let mut new = balancer("blue", "green");
    new["loadBalancers"][0]["containerPort"] = json!(8080);
    let (old, new) = (inputs(&balancer("blue", "green")), inputs(&new));
    for (production, idle, first) in [
        ("blue", "green", "blue"),
        ("green", "blue", "green"),
        // Groups that it has not had yet.
        ("red", "white", "blue"),
    ] {
        let advanced = aws_sdk_ecs::types::AdvancedConfiguration::builder().alternate_target_group_arn(idle).build();
        let pair = aws_sdk_ecs::types::LoadBalancer::builder()
            .target_group_arn(production)
            .container_name("app")
            .container_port(80)
            .advanced_configuration(advanced)
            .build();
        let standing = aws_sdk_ecs::types::Service::builder().load_balancers(pair).build();
        assert!(new.may_turn(&old));
        let update = sent(&old, &new.as_standing(&standing));
        let told = update.load_balancers().first().map(|it| (it.target_group_arn(), it.container_port));
        assert_eq!(told, Some((Some(first), Some(8080))), "{production}");
    }
    assert!(!new.may_turn(&new));
}

#[test]
fn a_strategy_that_is_dropped_is_taken_back() {
    let spot = json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]});
    let (fargate, ec2) = (json!({"launchType": "FARGATE"}), json!({"launchType": "EC2"}));
    for (old, new, items, replaced) in [
        (&spot, &json!({}), Some(0), false),
        (&spot, &fargate, Some(0), false),
        (&fargate, &spot, Some(1), false),
        // The cluster's default strategy, which the program leaves to the cluster.
        (&json!({}), &fargate, Some(0), false),
        (&json!({}), &json!({}), None, false),
        (&spot, &spot, None, false),
        (&fargate, &fargate, None, false),
        (&fargate, &ec2, None, true),
    ] {
        let (before, after) = (inputs(old), inputs(new));
        let update = sent(&before, &after);
        assert_eq!(update.capacity_provider_strategy.as_ref().map(Vec::len), items, "{old} {new}");
        assert_eq!(update.force_new_deployment, items.map(|_| true), "{old} {new}");
        assert_eq!(!Service::replaces(&before, &after).is_empty(), replaced, "{old} {new}");
    }
}
