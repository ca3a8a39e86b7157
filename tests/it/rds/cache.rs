//! Users of caches, their groups, and the parameters of caches.

use serde_json::{Value, json};

use super::Ground;
use crate::life::stack::Asked;

const PASSWORD: &str = "sixteen-characters";

fn user(name: &str, user_name: &str, more: Value) -> Asked {
    let mut all = json!({"userId": name, "userName": user_name, "engine": "redis", "accessString": "on ~* +@read", "passwords": [PASSWORD]});
    for (name, value) in more.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    all.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    Asked::new(name, "elasticache:User", all)
}

#[test]
fn an_authentication_changes_in_place() {
    let mut g = Ground::new();
    for (more, told) in [
        (json!({}), "password"),
        (json!({"passwords": [PASSWORD, "another-of-sixteen"]}), "password"),
        (json!({"authenticationType": "no-password-required", "passwords": null}), "no-password"),
        (json!({"authenticationType": "iam", "passwords": null}), "iam"),
        (json!({}), "password"),
    ] {
        let asked = user("app", "app", more);
        g.up(std::slice::from_ref(&asked));
        let seen = g.aws.call("elasticache", "describe_users", json!({"UserId": "app"}))["Users"][0].clone();
        assert_eq!(seen["Authentication"]["Type"], told);
        g.settled(&[asked]);
    }
}

#[test]
fn parameters_that_cannot_be_reset_are_set_to_nothing() {
    let mut g = Ground::new();
    let group = |parameters: Value| {
        Asked::new(
            "parameters",
            "elasticache:ParameterGroup",
            json!({"name": "own", "family": "valkey8", "parameters": parameters}),
        )
    };
    g.up(&[group(json!({"reserved-memory": "1000", "timeout": "60"}))]);
    g.up(&[group(json!({"timeout": "60"}))]);
    g.settled(&[group(json!({"timeout": "60"}))]);
    let words = g.refused(&[group(json!({"timeuot": "60", "maxclients": "100"}))]);
    assert!(
        words.contains("did you mean `timeout`?") && words.contains("doesn't let this parameter be changed"),
        "{words}"
    );
}

#[test]
fn a_cache_takes_a_parameter_group_and_holds_it() {
    let mut g = Ground::new();
    let parameters = |family: &str| {
        Asked::new(
            "parameters",
            "elasticache:ParameterGroup",
            json!({"name": "own", "family": family, "parameters": {"timeout": "60"}}),
        )
    };
    let cache = Asked::new(
        "cache",
        "elasticache:ReplicationGroup",
        json!({"replicationGroupId": "web", "nodeType": "cache.t4g.micro", "engineVersion": "8.0", "parameterGroupName": "${parameters.name}"}),
    );
    g.up(&[parameters("valkey8"), cache.clone()]);
    let words = g.refused(&[parameters("valkey9"), cache]);
    assert!(words.contains("it is used by cache `web`"), "{words}");
}
