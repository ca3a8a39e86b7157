//! What one resource has taken over is not lost because another one, which had it before, moves on; and what could not be read is not forgotten.

use serde_json::{Value, json};

use super::stack::{Asked, Kept, Stack};
use crate::aws::Aws;

fn record(name: &str, host: &str) -> Asked {
    let properties = json!({
        "zoneId": "${zone.zoneId}", "name": format!("{host}.keepers.example"), "type": "A", "records": ["192.0.2.1"],
        "overwrite": true,
    });
    Asked::new(name, "route53:Record", properties)
}

fn zone() -> Asked {
    Asked::new("zone", "route53:Zone", json!({"name": "keepers.example"}))
}

/// The hosts of the zone's address records.
fn hosts(aws: &Aws, stack: &Stack) -> Vec<String> {
    let asked = json!({"HostedZoneId": stack.kept("zone").outputs["zoneId"]});
    let answer = aws.call("route53", "list_resource_record_sets", asked);
    let sets = answer["ResourceRecordSets"].as_array().cloned().unwrap_or_default();
    let addresses = sets.iter().filter(|set| set["Type"] == "A");
    addresses.filter_map(|set| Some(set["Name"].as_str()?.split('.').next()?.to_owned())).collect()
}

#[test]
fn what_was_taken_over_stays_when_its_former_owner_moves_on() {
    for order in [["b", "a"], ["a", "b"]] {
        let aws = Aws::new();
        let mut stack = Stack::new(&aws);
        stack.up(&[zone(), record("a", "www")]).expect("they are made");
        let host = |name: &str| if name == "a" { "web" } else { "www" };
        let program = order.map(|name| record(name, host(name)));
        stack.up(&[zone(), program[0].clone(), program[1].clone()]).expect("one takes over, one moves");
        assert_eq!(hosts(&aws, &stack), ["web", "www"], "{order:?}");
    }
}

#[test]
fn what_was_imported_stays_when_its_former_owner_moves_on() {
    let aws = Aws::new();
    let mut stack = Stack::new(&aws);
    stack.up(&[zone(), record("a", "www")]).expect("they are made");
    let id = stack.kept("a").id.clone();
    let (inputs, outputs) = stack.import("b", "route53:Record", &id).expect("it is read").expect("it stands");
    stack.state.push(Kept { name: "b".to_owned(), kind: "route53:Record", id, inputs, outputs, broken: false });
    stack.up(&[zone(), record("b", "www"), record("a", "web")]).expect("one stays, one moves");
    assert_eq!(hosts(&aws, &stack), ["web", "www"]);
}

const ROLE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

fn allowed(action: &str) -> [Asked; 2] {
    let policy =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
    let policy = json!({"role": "${role.name}", "name": "own", "policy": policy.to_string()});
    [
        Asked::new("role", "iam:Role", json!({"name": "keepers", "assumeRolePolicy": ROLE})),
        Asked::new("policy", "iam:RolePolicy", policy),
    ]
}

/// The update is refused, and then nothing can be read: whether it was made is not known, so the next run looks, and makes it.
#[test]
fn an_update_that_can_not_be_looked_at_is_made_in_the_next_run() {
    let aws = Aws::new();
    let mut stack = Stack::new(&aws);
    stack.up(&allowed("s3:GetObject")).expect("they are made");
    let refused = |operation: &str| {
        json!({
            "kind": "error", "operation": operation, "code": "AccessDenied", "message": "not authorized", "status": 403,
            "times": 100,
        })
    };
    aws.fault(refused("PutRolePolicy")).fault(refused("GetRolePolicy"));
    stack.up(&allowed("s3:PutObject")).expect_err("AWS refuses it");
    aws.heal();
    assert_eq!(stack.up(&allowed("s3:PutObject")).expect("it goes on"), ["update policy"]);
    let stands = aws.call("iam", "get_role_policy", json!({"RoleName": "keepers", "PolicyName": "own"}));
    assert_eq!(stands["PolicyDocument"]["Statement"][0]["Action"], Value::from("s3:PutObject"));
    assert_eq!(stack.up(&allowed("s3:PutObject")).expect("nothing is left"), [""; 0]);
}
