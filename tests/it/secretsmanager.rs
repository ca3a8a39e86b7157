//! Secrets against the emulator, by the real engine.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::pulumi::Project;

fn program(properties: &str) -> String {
    format!(
        "\nresources:\n  secret: {{type: 'gitinfra:secretsmanager:Secret', properties: {{name: web, {properties}}}}}\n"
    )
}

#[track_caller]
fn value(aws: &Aws) -> String {
    let value = aws.call("secretsmanager", "get_secret_value", json!({"SecretId": "web"}));
    value["SecretString"].as_str().unwrap_or_default().to_owned()
}

/// Somebody gives the secret another value.
fn rotate(aws: &Aws, to: &str) {
    aws.call("secretsmanager", "put_secret_value", json!({"SecretId": "web", "SecretString": to}));
}

/// The state, with its secrets in the clear.
fn clear_state(project: &Project) -> String {
    project.command(&["stack", "export", "--show-secrets"]).expect_ok().printed()
}

fn import(project: &Project, id: &str) {
    let import = ["import", "gitinfra:secretsmanager:Secret", "secret", id];
    let more = ["--yes", "--skip-preview", "--protect=false", "--generate-code=false"];
    project.command(&[&import[..], &more[..]].concat()).expect_ok();
}

#[test]
fn a_generated_value_is_made_once_and_never_in_the_state() {
    let aws = Aws::new();
    let generate = |how: &str, more: &str| program(&format!("generateSecretString: {{{how}}}, {more}"));
    let template = r#"secretStringTemplate: '{"username": "app"}', generateStringKey: password"#;
    let project = aws.project(&generate("passwordLength: 20", "forceDeleteWithoutRecovery: true"));
    aws.fault(json!({"kind": "lose-answer", "operation": "CreateSecret"}));
    project.up().expect_ok();
    project.expect_settled().refresh_settled().expect_settled();
    let first = value(&aws);
    assert_eq!(first.len(), 20);
    assert!(!clear_state(&project).contains(&first));

    // What has nothing to do with the password doesn't make another one.
    for more in ["description: web, tags: {a: b}", "kmsKeyId: alias/own"] {
        let same = generate("passwordLength: 20", &format!("forceDeleteWithoutRecovery: true, {more}"));
        project.program(&same).up().expect_ok();
        project.expect_settled();
        assert_eq!(value(&aws), first, "{more}");
    }
    let filled = generate(&format!("passwordLength: 20, {template}"), "forceDeleteWithoutRecovery: true");
    project.program(&filled).up().expect_ok();
    project.expect_settled();
    let parsed: Value = serde_json::from_str(&value(&aws)).expect("JSON");
    assert_eq!(parsed, json!({"username": "app", "password": first}));

    // Somebody's rotation is no drift; another length is another password.
    rotate(&aws, "theirs");
    project.refresh().expect_ok();
    project.expect_settled();
    assert_eq!(value(&aws), "theirs");
    let longer = generate("passwordLength: 24, rotationKey: '1'", "forceDeleteWithoutRecovery: true");
    aws.fault(json!({"kind": "lose-answer", "operation": "PutSecretValue"}));
    project.program(&longer).up().expect_ok();
    assert_eq!(value(&aws).len(), 24);
    let second = value(&aws);
    project.program(&longer.replace("'1'", "'2'")).up().expect_ok();
    assert_ne!(value(&aws), second);
    project.destroy().expect_ok();
}

#[test]
fn a_value_that_somebody_changed_is_seen_and_not_kept() {
    let aws = Aws::new();
    let project = aws.project(&program("value: s3cret"));
    project.up().expect_ok();
    project.expect_settled().refresh_settled().expect_settled();
    let version = project.state().text("secret", "/outputs/versionId").to_owned();
    rotate(&aws, "theirs");
    project.refresh().expect_ok();
    assert!(!clear_state(&project).contains("theirs"));
    project.up().expect_ok().expect_steps(&["update secret"]);
    project.expect_settled().refresh_settled();
    assert_eq!(value(&aws), "s3cret");
    assert_ne!(project.state().text("secret", "/outputs/versionId"), version);
    // Left out, it is somebody else's.
    project.program(&program("description: web")).up().expect_ok();
    project.expect_settled().refresh_settled().expect_settled();
    assert_eq!(value(&aws), "s3cret");
    assert!(!clear_state(&project).contains("s3cret"));
}

#[test]
fn a_name_is_taken_for_its_recovery_window_and_free_after_force() {
    let aws = Aws::new();
    let project = aws.project(&program("value: s3cret, recoveryWindowInDays: 7"));
    project.up().expect_ok();
    project.destroy().expect_ok();
    project
        .up()
        .expect_failure()
        .expect_says("is scheduled for deletion")
        .expect_says("restore-secret --secret-id web");
    aws.call("secretsmanager", "restore_secret", json!({"SecretId": "web"}));
    import(&project, "web");
    project.program(&program("value: s3cret, forceDeleteWithoutRecovery: true")).up().expect_ok();
    project.expect_settled();
    project.destroy().expect_ok();
    project.up().expect_ok();
    assert_eq!(value(&aws), "s3cret");
}

/// The value of what is imported is in use.
#[test]
fn an_imported_value_is_not_made_anew() {
    let aws = Aws::new();
    aws.call("secretsmanager", "create_secret", json!({"Name": "web", "SecretString": "theirs"}));
    let project = aws.project(&program("generateSecretString: {}"));
    project.up().expect_failure().expect_says("exists already");
    import(&project, "web");
    project.up().expect_ok();
    project.expect_settled();
    assert_eq!(value(&aws), "theirs");
}

#[test]
fn a_replica_that_fails_is_tried_again() {
    let aws = Aws::new();
    let theirs = json!({"Name": "web", "SecretString": "theirs"});
    aws.call_in(crate::aws::ELSEWHERE, "secretsmanager", "create_secret", theirs);
    let project = aws.project(&program("value: s3cret, replicaRegions: [{region: us-east-1}]"));
    project
        .up()
        .expect_failure()
        .expect_says("to us-east-1: Replication failed")
        .expect_says("forceOverwriteReplicaSecret");
    let forced = "value: s3cret, forceOverwriteReplicaSecret: true, replicaRegions: [{region: us-east-1}]";
    project.program(&program(forced)).up().expect_ok().expect_steps(&["update secret"]);
    project.expect_settled().refresh_settled();
    project.destroy().expect_ok();
}
