//! Keys and aliases against the emulator, by the real engine.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::stack::{Asked, Stack};

/// A key and its alias, with more properties of the key.
fn program(more: &str) -> String {
    format!(
        r#"
resources:
  key: {{type: 'gitinfra:kms:Key', properties: {{{more}}}}}
  alias: {{type: 'gitinfra:kms:Alias', properties: {{name: web, targetKeyId: '${{key.arn}}'}}}}
"#
    )
}

#[track_caller]
fn rotation(aws: &Aws, id: &str) -> Value {
    let status = aws.call("kms", "get_key_rotation_status", json!({"KeyId": id}));
    json!([status["KeyRotationEnabled"], status["RotationPeriodInDays"]])
}

#[track_caller]
fn state_of(aws: &Aws, id: &str) -> String {
    let key = aws.call("kms", "describe_key", json!({"KeyId": id}));
    key["KeyMetadata"]["KeyState"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_key_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let project = aws.project(&program(""));
    project.up().expect_ok();
    project.expect_settled().refresh_settled().expect_settled();
    let id = project.state().text("key", "/id").to_owned();
    assert_eq!(rotation(&aws, &id), json!([true, 365]));
    assert_eq!(
        project.state().text("alias", "/outputs/arn"),
        format!("arn:aws:kms:ap-northeast-1:{}:alias/web", aws.account)
    );

    let policy = format!(
        "{{Version: '2012-10-17', Statement: [{{Effect: Allow, Principal: {{AWS: '{}'}}, Action: ['kms:*'], Resource: '*'}}]}}",
        aws.account
    );
    for (more, expected) in [
        ("rotationPeriodInDays: 90".to_owned(), json!([true, 90])),
        ("enableKeyRotation: false".to_owned(), json!([false, null])),
        (format!("keyPolicy: {policy}, enabled: false"), json!([true, 365])),
        ("description: web".to_owned(), json!([true, 365])),
    ] {
        project.program(&program(&more)).up().expect_ok().expect_steps(&["update key"]);
        project.expect_settled().refresh_settled().expect_settled();
        assert_eq!(rotation(&aws, &id), expected, "{more}");
        let wanted = if more.contains("enabled: false") { "Disabled" } else { "Enabled" };
        assert_eq!(state_of(&aws, &id), wanted, "{more}");
    }
    // Without one in the program, the key has KMS's own policy again.
    let kept = aws.call("kms", "get_key_policy", json!({"KeyId": id, "PolicyName": "default"}));
    assert!(kept["Policy"].as_str().is_some_and(|text| text.contains("Enable IAM User Permissions")), "{kept}");

    project.program(&program("pendingWindowInDays: 7")).up().expect_ok();
    project.destroy().expect_ok().expect_says("KMS deletes it in 7 days").expect_says("cancel-key-deletion");
    assert_eq!(state_of(&aws, &id), "PendingDeletion");
    // The alias went before its key, so that its name is free.
    project.up().expect_ok();
    project.destroy().expect_ok();
}

#[test]
fn a_disabled_key_tells_what_it_refuses() {
    let aws = Aws::new();
    let project = aws.project(&program("enabled: false"));
    project.up().expect_ok();
    project.expect_settled();
    project.program(&program("enabled: false, enableKeyRotation: false"));
    project.up().expect_failure().expect_says("its rotation can't be changed").expect_says("set `enabled: true`");
    project.program(&program("enableKeyRotation: false"));
    // A key that was enabled a moment ago may still count as disabled.
    let late = json!({"kind": "error", "operation": "DisableKeyRotation", "code": "DisabledException", "message": "it is disabled"});
    aws.fault(late);
    project.up().expect_ok();
    project.expect_settled();
}

#[test]
fn a_policy_passes_once_its_principals_are_known() {
    let aws = Aws::new();
    let silent = |operation: &str| json!({"kind": "error", "operation": operation, "code": "MalformedPolicyDocumentException", "message": ""});
    let policy = |action: &str| {
        format!(
            "keyPolicy: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Principal: {{AWS: '*'}}, Action: '{action}', Resource: '*'}}]}}"
        )
    };
    aws.fault(silent("CreateKey"));
    let project = aws.project(&program(&policy("kms:*")));
    project.up().expect_ok();
    aws.fault(silent("PutKeyPolicy"));
    project.program(&program(&policy("kms:P*"))).up().expect_ok();
    // What would lock its author out never passes.
    project.program(&program(&policy("kms:Get*")));
    project.up().expect_failure().expect_says("in the future").expect_says("bypassPolicyLockoutSafetyCheck");
    project
        .program(&program(&format!("bypassPolicyLockoutSafetyCheck: true, {}", policy("kms:Get*"))))
        .up()
        .expect_ok();
    project.expect_settled();
}

#[test]
fn an_alias_that_leads_elsewhere_is_left() {
    let aws = Aws::new();
    let project = aws.project(&program(""));
    project.up().expect_ok();
    let other = aws.call("kms", "create_key", json!({}))["KeyMetadata"]["KeyId"].clone();
    aws.call("kms", "update_alias", json!({"AliasName": "alias/web", "TargetKeyId": other}));
    project.destroy().expect_ok().expect_says("leads to another key by now");
    let key = aws.call("kms", "describe_key", json!({"KeyId": "alias/web"}));
    assert_eq!(key["KeyMetadata"]["KeyId"], other);
    // Its key is on its way out: the name is blocked until then.
    aws.call("kms", "schedule_key_deletion", json!({"KeyId": other}));
    project.up().expect_failure().expect_says("is pending deletion").expect_says("delete-alias --alias-name alias/web");
    aws.call("kms", "delete_alias", json!({"AliasName": "alias/web"}));
    project.up().expect_ok();
}

/// KMS spreads what is new slowly.
#[test]
fn a_new_key_may_be_unknown_for_a_while() {
    let aws = Aws::alone(0.01);
    aws.eventual();
    let project = aws.project(&program("rotationPeriodInDays: 90"));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    project.destroy().expect_ok();
}

/// The services tell the ARN of a key, whatever the program names it by. Which key an alias leads to, only KMS knows.
#[test]
fn an_alias_counts_as_the_key_that_it_leads_to_and_as_no_other() {
    let aws = Aws::hurried();
    let program = |target: &str, key: &str| {
        let encrypted = json!({"encryptionType": "KMS", "kmsKey": key});
        let group = json!({
            "replicationGroupId": "lives", "engine": "valkey", "nodeType": "cache.t4g.micro", "subnetGroupName": "${places.id}",
            "atRestEncryptionEnabled": true, "kmsKeyId": key,
        });
        let alias = json!({"name": "web", "targetKeyId": target});
        vec![
            Asked::new("one", "kms:Key", json!({})),
            Asked::new("two", "kms:Key", json!({})),
            Asked::new("alias", "kms:Alias", alias),
            Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"})),
            Asked::new("net", "ec2:Subnet", json!({"vpcId": "${vpc.id}", "cidrBlock": "10.0.0.0/24"})),
            Asked::new("places", "elasticache:SubnetGroup", json!({"subnetIds": ["${net.id}"]})),
            Asked::new("images", "ecr:Repository", json!({"encryptionConfiguration": encrypted})),
            Asked::new("cache", "elasticache:ReplicationGroup", group),
        ]
    };
    let mut stack = Stack::new(&aws);
    let settled = |stack: &mut Stack, program: &[Asked]| {
        stack.refresh().expect("a refresh");
        assert_eq!(stack.up(program).expect("it is settled"), Vec::<String>::new());
    };
    let named = program("${one.id}", "${alias.id}");
    stack.up(&named).expect("it is made");
    settled(&mut stack, &named);

    let by_arn = program("${one.id}", "${one.arn}");
    assert_eq!(stack.up(&by_arn).expect("the key is the same"), ["update images", "update cache"]);
    settled(&mut stack, &by_arn);
    stack.up(&named).expect("the key is the same");

    // The alias leads to another key: what is encrypted with the first one is not encrypted with it.
    let moved = program("${two.id}", "${alias.id}");
    assert_eq!(stack.up(&moved).expect("only the alias has changed"), ["update alias"]);
    stack.refresh().expect("a refresh");
    let steps = stack.up(&moved).expect("they are made anew");
    assert!(steps.iter().any(|step| step == "replace images"), "{steps:?}");
    assert!(steps.iter().any(|step| step == "replace-in-its-place cache"), "{steps:?}");
    settled(&mut stack, &moved);
    stack.up(&[]).expect("all is deleted");
}
