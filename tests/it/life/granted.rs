//! Whoever acts as a role that was just made, and was just given what it may do, waits until AWS knows it everywhere.

use serde_json::json;

use super::stack::{Asked, Stack};
use super::{Trial, with, with_every_row};
use crate::aws::Aws;

/// A role, and what it may do.
fn role(action: &str) -> [Asked; 2] {
    let everyone = json!({"AWS": "*"});
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": everyone, "Action": "sts:AssumeRole"}]});
    let rights =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
    [
        Asked::new("deployer", "iam:Role", json!({"name": "deployer", "assumeRolePolicy": trust})),
        Asked::new("rights", "iam:RolePolicy", json!({"role": "${deployer.name}", "name": "own", "policy": rights})),
    ]
}

/// An account of an emulator in which what is new spreads slowly, and in which the policies of roles count.
fn slow(shared: &Aws) -> Aws {
    let aws = shared.another();
    aws.enforce_policies();
    aws
}

#[test]
fn it_is_made_as_a_role_that_was_just_given_its_rights() {
    let shared = Aws::alone(0.01);
    shared.eventual();
    with_every_row(|row| {
        let mut t = Trial::on(row, slow(&shared));
        let acting = with(&row.first, &json!({"assumeRole": {"roleArn": "${deployer.arn}"}}));
        let around: Vec<_> = row.around.iter().cloned().chain(role("*")).collect();
        let program: Vec<_> = around.iter().cloned().chain([Asked::new("x", row.kind, acting)]).collect();
        t.stack.up(&program).unwrap_or_else(|failure| panic!("{}", failure.words));
        t.stack.up(&around).unwrap_or_else(|failure| panic!("{}", failure.words));
    });
}

/// What the role is never allowed is refused in the end.
#[test]
fn what_a_new_role_may_not_do_is_refused() {
    let shared = Aws::alone(0.01);
    shared.eventual();
    let mut stack = Stack::new(&slow(&shared));
    let acting = json!({"cidrBlock": "10.0.0.0/16", "assumeRole": {"roleArn": "${deployer.arn}"}});
    let program: Vec<_> = role("s3:*").into_iter().chain([Asked::new("x", "ec2:Vpc", acting)]).collect();
    let words = stack.up(&program).expect_err("it is not allowed").words;
    assert!(words.contains("UnauthorizedOperation") && words.contains("allow `ec2:Create"), "{words}");
}
