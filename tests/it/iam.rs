//! Roles against the emulator, by the real engine.

mod parts;

use serde_json::{Value, json};

use crate::aws::Aws;

const TRUST: &str = r#"{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: sts:AssumeRole}]}"#;
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// A role `web` with a trust policy and more properties, as YAML flows.
fn program(trust: &str, more: &str) -> String {
    format!(
        "\nresources:\n  role: {{type: 'gitinfra:iam:Role', properties: {{name: web, assumeRolePolicy: {trust}, {more}}}}}\n"
    )
}

#[track_caller]
fn roles(aws: &Aws) -> Vec<Value> {
    aws.call("iam", "list_roles", json!({}))["Roles"].as_array().cloned().unwrap_or_default()
}

#[track_caller]
fn attached(aws: &Aws, role: &str) -> Vec<String> {
    let answer = aws.call("iam", "list_attached_role_policies", json!({"RoleName": role}));
    let all = answer["AttachedPolicies"].as_array().cloned().unwrap_or_default();
    all.iter().filter_map(|policy| Some(policy["PolicyArn"].as_str()?.to_owned())).collect()
}

#[track_caller]
fn inline(aws: &Aws, role: &str) -> Value {
    aws.call("iam", "list_role_policies", json!({"RoleName": role}))["PolicyNames"].clone()
}

#[test]
fn a_role_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let policy = |action: &str| {
        format!("{{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: '{action}', Resource: '*'}}]}}")
    };
    let logs = policy("logs:*");
    let full = format!(
        "description: ours, managedPolicyArns: ['{READ_ONLY}'], inlinePolicies: {{logs: {logs}}}, tags: {{a: b}}"
    );
    let project = aws.project(&program(TRUST, &full));
    let preview = project.preview().expect_ok().expect_steps(&["create role"]);
    project.up().expect_ok().expect_steps(&["create role"]);
    project.expect_settled().refresh_settled();
    let arn = format!("arn:aws:iam::{}:role/web", aws.account);
    preview.expect_foreseen(&project.state(), "role");
    assert_eq!(project.state().text("role", "/outputs/arn"), arn);
    assert_eq!((attached(&aws, "web"), inline(&aws, "web")), (vec![READ_ONLY.to_owned()], json!(["logs"])));

    let other = TRUST.replace("ecs-tasks", "ec2");
    let (logs, queue) = (policy("logs:Put*"), policy("sqs:*"));
    let changed = format!(
        "description: theirs, maxSessionDuration: 7200, permissionsBoundary: '{ADMIN}', managedPolicyArns: ['{ADMIN}'], \
         inlinePolicies: {{logs: {logs}, queue: {queue}}}, tags: {{c: d}}"
    );
    project.program(&program(&other, &changed));
    let run = project.up().expect_ok().expect_steps(&["update role"]);
    assert_eq!(run.diff("role")["inlinePolicies.queue"], "add");
    project.expect_settled().refresh_settled();
    let role = aws.call("iam", "get_role", json!({"RoleName": "web"}))["Role"].clone();
    assert_eq!((&role["Description"], &role["MaxSessionDuration"]), (&json!("theirs"), &json!(7200)));
    assert_eq!(role["PermissionsBoundary"]["PermissionsBoundaryArn"], ADMIN);
    assert_eq!(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"], "ec2.amazonaws.com");
    assert_eq!((attached(&aws, "web"), inline(&aws, "web")), (vec![ADMIN.to_owned()], json!(["logs", "queue"])));

    project.program(&program(&other, "description: theirs, path: /service/"));
    let steps = project.up().expect_ok().steps_in_order();
    // Two roles of one name can't exist at once.
    assert_eq!(steps, ["delete-replaced role", "replace role", "create-replacement role"]);
    project.expect_settled().refresh_settled();
    project.destroy().expect_ok();
    assert!(roles(&aws).is_empty());
}

#[test]
fn policies_are_compared_by_meaning() {
    let aws = Aws::new();
    let spelled = |principal: &str, action: &str| {
        format!(
            "{{Statement: [{{Action: {action}, Effect: Allow, Principal: {{AWS: {principal}}}}}], Version: '2012-10-17'}}"
        )
    };
    let account = format!("'{}'", aws.account);
    let root = format!("['arn:aws:iam::{}:root']", aws.account);
    let project = aws.project(&program(&spelled(&account, "sts:AssumeRole"), ""));
    project.up().expect_ok();
    // AWS keeps another spelling than ours; neither the next preview nor one after a refresh minds.
    project.expect_settled();
    project.refresh().expect_ok();
    project.expect_settled();
    for trust in [
        spelled(&root, "[STS:assumerole]"),
        format!(
            "'{}'",
            json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Sid": "", "Action": ["sts:AssumeRole"], "Principal": {"AWS": aws.account}}})
        ),
    ] {
        project.program(&program(&trust, ""));
        project.expect_settled();
    }
    project.program(&program(&spelled(&root, "sts:TagSession"), ""));
    assert_eq!(project.preview().expect_ok().diff("role")["assumeRolePolicy"], "update");
    project.destroy().expect_ok();
}

#[test]
fn what_others_give_a_role_stays_unless_told() {
    let aws = Aws::new();
    let attach = |aws: &Aws| aws.call("iam", "attach_role_policy", json!({"RoleName": "web", "PolicyArn": ADMIN}));
    let project = aws.project(&program(TRUST, ""));
    project.up().expect_ok();
    attach(&aws);
    project.refresh_settled().expect_settled();
    project
        .destroy()
        .expect_failure()
        .expect_says(&format!("deleting role `web`: it still has managed policies {ADMIN}"))
        .expect_says("forceDetachPolicies");
    // Once the program says which policies the role has, it has no others.
    project.program(&program(TRUST, "managedPolicyArns: []"));
    project.up().expect_ok().expect_steps(&["update role"]);
    assert!(attached(&aws, "web").is_empty());
    attach(&aws);
    project.refresh().expect_ok();
    project.up().expect_ok().expect_steps(&["update role"]);
    assert!(attached(&aws, "web").is_empty());
    project.program(&program(TRUST, "forceDetachPolicies: true"));
    project.up().expect_ok().expect_steps(&["update role"]);
    attach(&aws);
    let document =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}).to_string();
    aws.call("iam", "put_role_policy", json!({"RoleName": "web", "PolicyName": "p", "PolicyDocument": document}));
    aws.call("iam", "create_instance_profile", json!({"InstanceProfileName": "i"}));
    aws.call("iam", "add_role_to_instance_profile", json!({"InstanceProfileName": "i", "RoleName": "web"}));
    project.destroy().expect_ok();
    assert!(roles(&aws).is_empty());
}

#[test]
fn a_lost_answer_makes_no_stranger() {
    let aws = Aws::new();
    let project = aws.project(&program(TRUST, &format!("managedPolicyArns: ['{READ_ONLY}']")));
    aws.fault(json!({"kind": "lose-answer", "operation": "CreateRole"}));
    aws.fault(json!({"kind": "lose-answer", "operation": "AttachRolePolicy"}));
    project.up().expect_ok();
    project.expect_settled();
    // The token by which it was found is nobody's business.
    assert_eq!(project.state().get("role", "/outputs/tags"), &json!({}));
    project.destroy().expect_ok();
    // A role of the same name that is not ours is left alone.
    let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    aws.call("iam", "create_role", json!({"RoleName": "web", "AssumeRolePolicyDocument": document.to_string()}));
    project
        .up()
        .expect_failure()
        .expect_says("creating `role`: `web` exists already")
        .expect_says("pulumi import gitinfra:iam:Role");
    assert!(attached(&aws, "web").is_empty());
    let import = [
        "import",
        "gitinfra:iam:Role",
        "role",
        "web",
        "--yes",
        "--skip-preview",
        "--protect=false",
        "--generate-code=false",
    ];
    project.command(&import).expect_ok();
    project.up().expect_ok().expect_steps(&["update role"]);
    project.expect_settled();
    project.destroy().expect_ok();
    assert!(roles(&aws).is_empty());
}

#[test]
fn half_a_role_is_finished_later() {
    let aws = Aws::new();
    let project = aws.project(&program(TRUST, &format!("managedPolicyArns: ['{READ_ONLY}']")));
    aws.fault(json!({"kind": "error", "operation": "AttachRolePolicy", "code": "LimitExceeded", "message": "Cannot exceed quota"}));
    project.up().expect_failure().expect_says("attaching a policy to role `web`: LimitExceeded");
    project.up().expect_ok().expect_steps(&["update role"]);
    assert_eq!(attached(&aws, "web"), [READ_ONLY]);
    project.destroy().expect_ok();
    assert!(roles(&aws).is_empty());
}

#[test]
fn mistakes_are_told_before_anything_is_made() {
    for (trust, more, why) in [
        ("'{'", "", "is not JSON"),
        ("{Version: '2012-10-17'}", "", "it has no `Statement`"),
        (TRUST, "path: service", "is not a path that begins and ends with `/`"),
        (TRUST, "maxSessionDuration: 60", "from 3600 to 43200"),
        (TRUST, "inlinePolicies: {a: 'no policy'}", "inlinePolicies.a"),
    ] {
        let aws = Aws::new();
        aws.project(&program(trust, more)).preview().expect_failure().expect_says(why);
        assert!(aws.calls().is_empty(), "{why}");
    }
}
