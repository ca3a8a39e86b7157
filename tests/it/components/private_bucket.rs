//! A bucket that nobody outside of the account gets at.

use serde_json::{Value, json};

use crate::aws::{Aws, gitinfra};
use crate::components::{controls, ejected};
use crate::pulumi::Project;

/// What S3 has of a bucket.
fn seen(aws: &Aws, bucket: &str, operation: &str) -> Value {
    aws.call("s3", operation, json!({"Bucket": bucket}))
}

/// The statements of a bucket's policy.
fn statements(aws: &Aws, bucket: &str) -> Vec<Value> {
    let policy = seen(aws, bucket, "get_bucket_policy");
    let policy: Value = serde_json::from_str(policy["Policy"].as_str().unwrap_or_default()).unwrap_or_default();
    policy["Statement"].as_array().cloned().unwrap_or_default()
}

/// In the place of the component come its resources: nothing changes but the state.
fn taken_apart(aws: &Aws, project: &Project) {
    let program = ejected(aws, project, "assets", &[]);
    assert!(program.contains("${assets-bucket.id}"), "{program}");
    project.write("Pulumi.yaml", &program);
    let before = aws.calls().len();
    project.preview().expect_ok().expect_steps(&["delete assets"]);
    project.up().expect_ok().expect_steps(&["delete assets"]);
    project.expect_settled().refresh_settled();
    assert_eq!(aws.writes_after(before), [""; 0]);
}

#[test]
fn a_bucket_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let project = aws.reached_by(Project::example("private-bucket", &[gitinfra()]));
    let plan = project.preview().expect_ok().steps();
    assert_eq!(plan, ["create assets", "create assets-bucket", "create assets-policy"]);
    assert_eq!(project.up().expect_ok().steps(), plan);
    project.expect_settled().refresh_settled();
    let state = project.state();
    let name = state.text("assets", "/outputs/bucketName").to_owned();
    assert_eq!(state.text("assets", "/outputs/arn"), format!("arn:aws:s3:::{name}"));
    let refusal = &statements(&aws, &name)[0];
    assert_eq!((&refusal["Effect"], &refusal["Principal"]), (&json!("Deny"), &json!("*")));
    assert_eq!(refusal["Condition"], json!({"Bool": {"aws:SecureTransport": "false"}}));

    let text = project.read("Pulumi.yaml").unwrap_or_default();
    let statement =
        "{Sid: Read, Effect: Allow, Principal: {Service: delivery.logs.amazonaws.com}, Action: 's3:GetObject'}";
    project.write(
        "Pulumi.yaml",
        &text.replace("oldVersionDays: 30", &format!("oldVersionDays: 7\n      policyStatements: [{statement}]")),
    );
    project.up().expect_ok().expect_steps(&["update assets", "update assets-bucket", "update assets-policy"]);
    project.expect_settled();
    let both = json!([format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")]);
    let added = statements(&aws, &name).into_iter().find(|it| it["Sid"] == "Read").unwrap_or_default();
    assert_eq!(added["Resource"], both, "a statement without a resource is about the bucket and its objects");
    taken_apart(&aws, &project);
    project.destroy().expect_ok();
    assert_eq!(aws.call("s3", "list_buckets", json!({}))["Buckets"], json!([]));
}

#[test]
fn each_profile_meets_the_controls_that_it_claims() {
    let aws = Aws::new();
    let bucket = |name: &str, more: &str| {
        format!("  {name}: {{type: 'gitinfra:index:PrivateBucket', properties: {{profile: {name}{more}}}}}\n")
    };
    let key = "  key: {type: 'gitinfra:kms:Key', properties: {pendingWindowInDays: 7}}\n";
    let program = format!(
        "resources:\n{key}{}{}{}",
        bucket("dev", ", policy: false"),
        bucket("standard", ", kmsKeyArn: '${key.arn}', expirationDays: 400"),
        bucket("fsbp", "")
    );
    let project = aws.project(&program);
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let state = project.state();
    for (profile, claimed, open) in [
        ("dev", &["S3.2", "S3.3", "S3.8", "S3.12", "S3.13"][..], &["S3.1", "S3.5", "S3.6", "S3.9"][..]),
        ("standard", &["S3.2", "S3.3", "S3.5", "S3.6", "S3.8", "S3.12", "S3.13"], &["S3.1", "S3.9"]),
        ("fsbp", &["S3.2", "S3.3", "S3.5", "S3.6", "S3.8", "S3.9", "S3.12", "S3.13"], &["S3.1"]),
    ] {
        let said = controls(&state, profile);
        assert_eq!((&said.0[..], &said.1[..]), (&strings(claimed)[..], &strings(open)[..]), "{profile}");
        let name = state.text(profile, "/outputs/bucketName");
        let block = &seen(&aws, name, "get_public_access_block")["PublicAccessBlockConfiguration"];
        let all = block.as_object().map(|it| it.values().filter(|on| **on == true).count());
        let owner = &seen(&aws, name, "get_bucket_ownership_controls")["OwnershipControls"]["Rules"][0];
        let rules = seen(&aws, name, "get_bucket_lifecycle_configuration");
        let logged = seen(&aws, name, "get_bucket_logging").get("LoggingEnabled").is_some();
        assert_eq!((all, &owner["ObjectOwnership"]), (Some(4), &json!("BucketOwnerEnforced")), "{profile}");
        assert!(rules["Rules"].as_array().is_some_and(|rules| rules.len() >= 2), "{profile}: {rules}");
        assert_eq!(logged, claimed.contains(&"S3.9"), "{profile}");
        let child = format!("{profile}-bucket");
        assert_eq!(state.get(&child, "/protect") == true, profile != "dev", "{profile}");
        assert_eq!(state.get(&child, "/outputs/forceDestroy") == true, profile == "dev", "{profile}");
        if claimed.contains(&"S3.5") {
            assert_eq!(statements(&aws, name)[0]["Sid"], "TlsOnly", "{profile}");
        }
    }
    let encryption = seen(&aws, state.text("standard", "/outputs/bucketName"), "get_bucket_encryption");
    let rule = &encryption["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"];
    assert_eq!(rule["KMSMasterKeyID"], *state.get("key", "/outputs/arn"));
    let logs = state.text("fsbp", "/outputs/logBucketName");
    let delivery = statements(&aws, logs).into_iter().find(|it| it["Sid"] == "AccessLogs").unwrap_or_default();
    assert_eq!(delivery["Condition"]["ArnLike"]["aws:SourceArn"], *state.get("fsbp", "/outputs/arn"));
    project.destroy().expect_failure().expect_says("protect");
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|&each| each.to_owned()).collect()
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let aws = Aws::new();
    let wrong = "bucketName: Web_Assets, oldVersionDays: 0, policyStatements: [7]";
    let program =
        |given: &str| format!("resources:\n  b: {{type: 'gitinfra:index:PrivateBucket', properties: {{{given}}}}}\n");
    let project = aws.project(&program(wrong));
    let told = project.preview().expect_failure();
    let told = told.expect_says("property bucketName").expect_says("property oldVersionDays");
    told.expect_says("property policyStatements[0]");
    project.program(&program("policy: false, policyStatements: [{Effect: Allow}], lifecycleRules: {expiration: {}}"));
    let told = project.preview().expect_failure().expect_says("can't be given together with `policy: false`");
    told.expect_says("this component has a rule `expiration` of its own");
    assert_eq!(aws.writes_after(0), [""; 0]);
}
