//! Session Manager's preferences against the emulator, by the real engine.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::stack::{Asked, Stack};
use crate::pulumi::Project;

const NAME: &str = "SSM-SessionManagerRunShell";

fn program(properties: &str) -> String {
    format!("\nresources:\n  preferences: {{type: 'gitinfra:ssm:SessionPreferences', properties: {{{properties}}}}}\n")
}

/// What the document says, where there is one.
#[track_caller]
fn inputs(aws: &Aws) -> Option<Value> {
    let listed = aws.call("ssm", "list_documents", json!({"Filters": [{"Key": "Name", "Values": [NAME]}]}));
    listed["DocumentIdentifiers"].as_array()?.first()?;
    let document = aws.call("ssm", "get_document", json!({"Name": NAME, "DocumentVersion": "$DEFAULT"}));
    let content: Value = serde_json::from_str(document["Content"].as_str()?).ok()?;
    Some(content["inputs"].clone())
}

/// The document as somebody left it, who opened the console once.
fn earlier(aws: &Aws) -> Value {
    let content = json!({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {"runAsEnabled": true}});
    aws.call(
        "ssm",
        "create_document",
        json!({"Name": NAME, "DocumentType": "Session", "Content": content.to_string()}),
    );
    content["inputs"].clone()
}

fn import(project: &Project, id: &str) -> crate::pulumi::Run {
    let token = "gitinfra:ssm:SessionPreferences";
    project.command(&[
        "import",
        token,
        "preferences",
        id,
        "--yes",
        "--skip-preview",
        "--protect=false",
        "--generate-code=false",
    ])
}

#[test]
fn preferences_live_from_create_to_destroy() {
    let aws = Aws::new();
    let project = aws.project(&program("s3BucketName: logs, idleSessionTimeout: 10"));
    let preview = project.preview().expect_ok().expect_steps(&["create preferences"]);
    aws.fault(json!({"kind": "lose-answer", "operation": "CreateDocument"}));
    project.up().expect_ok().expect_steps(&["create preferences"]);
    project.expect_settled().refresh_settled();
    preview.expect_foreseen(&project.state(), "preferences");
    assert_eq!(project.state().get("preferences", "/outputs/created"), true);
    assert_eq!(inputs(&aws).expect("a document")["idleSessionTimeout"], "10");

    project.program(&program(
        "cloudWatchLogGroupName: sessions, runAsEnabled: true, runAsDefaultUser: ops, maxSessionDuration: 60, \
         shellProfile: {linux: 'exec bash'}, kmsKeyId: alias/sessions",
    ));
    project.up().expect_ok().expect_steps(&["update preferences"]);
    project.expect_settled().refresh_settled();
    let said = inputs(&aws).expect("a document");
    assert_eq!((&said["s3BucketName"], &said["maxSessionDuration"]), (&json!(""), &json!("60")));
    assert_eq!(said["shellProfile"], json!({"linux": "exec bash", "windows": ""}));
    // Back to what an older version says: AWS wants no second version with the same content.
    project.program(&program("s3BucketName: logs, idleSessionTimeout: 10"));
    project.up().expect_ok().expect_steps(&["update preferences"]);
    project.expect_settled();
    assert_eq!(inputs(&aws).expect("a document")["idleSessionTimeout"], "10");
    project.destroy().expect_ok();
    assert_eq!(inputs(&aws), None);
}

#[test]
fn what_was_there_is_taken_over_on_demand_and_restored() {
    for lost in ["None", "CreateDocument", "UpdateDocument", "UpdateDocumentDefaultVersion", "GetDocument"] {
        let aws = Aws::new();
        let before = earlier(&aws);
        let project = aws.project(&program("idleSessionTimeout: 10"));
        let up = project.up().expect_failure().expect_says("`SSM-SessionManagerRunShell` exists already");
        up.expect_says("or set `overwrite: true`");
        assert_eq!(inputs(&aws), Some(before.clone()));
        aws.fault(json!({"kind": "lose-answer", "operation": lost}));
        project.program(&program("idleSessionTimeout: 10, overwrite: true"));
        project.up().expect_ok();
        project.expect_settled().refresh_settled();
        assert_eq!(inputs(&aws).expect("a document")["idleSessionTimeout"], "10");
        let state = project.state();
        assert_eq!(state.get("preferences", "/outputs/created"), false);
        assert!(state.text("preferences", "/outputs/previousContent").contains("runAsEnabled"), "{lost}");
        // What is known from the beginning outlives a change and a refresh.
        project.program(&program("idleSessionTimeout: 11, overwrite: true"));
        project.up().expect_ok();
        project.refresh().expect_ok();
        project.destroy().expect_ok();
        assert_eq!(inputs(&aws), Some(before), "{lost}");
    }
}

/// The first content would be lost with the old name's state, so that not even `overwrite` takes over what is another resource's.
#[test]
fn renamed_preferences_are_not_lost() {
    let aws = Aws::new();
    let before = earlier(&aws);
    let named = |name: &str, timeout: u32| {
        program(&format!("idleSessionTimeout: {timeout}, overwrite: true")).replace("preferences:", &format!("{name}:"))
    };
    let project = aws.project(&named("old", 10));
    project.up().expect_ok();
    // A changed one is as much this resource's as a new one.
    for timeout in [10, 11] {
        project.program(&named("old", timeout)).up().expect_ok();
        project.program(&named("new", timeout));
        project.up().expect_failure().expect_says("belongs to another resource of gitinfra's").expect_says("`aliases`");
        assert_eq!(inputs(&aws).expect("a document")["idleSessionTimeout"], timeout.to_string());
    }
    project.program(&named("new", 11).replace("}}", "}, options: {aliases: [{name: old}]}}"));
    project.up().expect_ok();
    // A wish for a replacement, of which the engine doesn't ask whether the two can stand side by side.
    let replace = ["--replace", &crate::pulumi::urn("gitinfra:ssm:SessionPreferences", "new")];
    project.act("up", &replace).expect_failure().expect_says("`deleteBeforeReplace: true`");
    project.program(&named("new", 11).replace("}}", "}, options: {deleteBeforeReplace: true}}"));
    project.act("up", &replace).expect_ok();
    assert_eq!(inputs(&aws).expect("a document")["idleSessionTimeout"], "11");
    project.destroy().expect_ok();
    assert_eq!(inputs(&aws), Some(before));
}

#[test]
fn half_a_takeover_is_remembered() {
    let aws = Aws::new();
    let before = earlier(&aws);
    let rule = json!({"kind": "error", "operation": "UpdateDocumentDefaultVersion", "code": "AccessDeniedException", "message": "no"});
    aws.fault(rule);
    let project = aws.project(&program("idleSessionTimeout: 10, overwrite: true"));
    project.up().expect_failure().expect_says("AccessDenied");
    assert_eq!(inputs(&aws), Some(before.clone()));
    project.up().expect_ok().expect_steps(&["update preferences"]);
    assert_eq!(inputs(&aws).expect("a document")["idleSessionTimeout"], "10");
    project.destroy().expect_ok();
    assert_eq!(inputs(&aws), Some(before));
}

#[test]
fn a_deletion_does_what_it_is_told() {
    let aws = Aws::new();
    let before = earlier(&aws);
    for (on_delete, left) in [("leave", "11"), ("delete", "")] {
        let project = aws.project(&program(&format!("idleSessionTimeout: 11, onDelete: {on_delete}, overwrite: true")));
        if on_delete == "delete" {
            // What another stack left belongs to nobody that could be asked: it is imported.
            project
                .up()
                .expect_failure()
                .expect_says("belongs to another resource of gitinfra's")
                .expect_says("`sessionManager: false` of a ReferenceStack");
            import(&project, NAME).expect_ok();
        }
        project.up().expect_ok();
        project.destroy().expect_ok();
        let said = inputs(&aws).map(|inputs| inputs["idleSessionTimeout"].clone());
        assert_eq!(said.unwrap_or(json!("")), left);
    }
    assert_ne!(before, Value::Null);
}

#[test]
fn preferences_are_imported_and_left_as_they_were() {
    let aws = Aws::new();
    let before = earlier(&aws);
    let project = aws.project(&program("runAsEnabled: true"));
    import(&project, "other").expect_failure().expect_says(NAME);
    import(&project, NAME).expect_ok();
    project.destroy().expect_ok();
    assert_eq!(inputs(&aws), Some(before));
}

#[test]
fn mistakes_are_told_before_anything_is_made() {
    for (properties, why) in [
        ("idleSessionTimeout: 61", "from 1 to 60"),
        ("maxSessionDuration: 1441", "from 1 to 1440"),
        ("s3KeyPrefix: sessions", "needs `s3BucketName`"),
        ("runAsDefaultUser: ops", "needs `runAsEnabled: true`"),
    ] {
        let aws = Aws::new();
        aws.project(&program(properties)).preview().expect_failure().expect_says(why);
        assert!(aws.calls().is_empty(), "{why}");
    }
}

/// The tier that Systems Manager chose, and the id of an AMI that it is still checking, are no differences.
#[test]
fn a_parameter_is_as_it_was_asked_for() {
    let aws = Aws::new();
    let parameter = |properties: &str| {
        format!("\nresources:\n  p: {{type: 'gitinfra:ssm:Parameter', properties: {{name: /web/ami, {properties}}}}}\n")
    };
    let ami = |id: &str| {
        parameter(&format!("type: String, dataType: 'aws:ec2:image', value: {id}, tier: Intelligent-Tiering"))
    };
    let told = |name: &str| aws.call("ssm", "get_parameter", json!({"Name": name}))["Parameter"]["Value"].clone();
    let project = aws.project(&ami("ami-01234567"));
    project.up().expect_ok();
    project.expect_settled().refresh_settled().expect_settled();
    project.program(&ami("ami-89abcdef")).up().expect_ok();
    project.expect_settled();
    assert_eq!(told("/web/ami"), "ami-89abcdef");
    let arn = format!("arn:aws:ssm:ap-northeast-1:{}:parameter/web/ami", aws.account);
    assert_eq!(project.state().text("p", "/outputs/arn"), arn);
    // A standard one can't be had of an advanced one.
    project.program(&parameter("type: String, value: a, tier: Advanced")).up().expect_ok().expect_steps(&["update p"]);
    project.program(&parameter("type: String, value: a"));
    let steps = project.up().expect_ok().steps_in_order();
    assert_eq!(steps, ["delete-replaced p", "replace p", "create-replacement p"]);
    project.destroy().expect_ok();
}

#[test]
fn a_document_that_is_full_loses_its_oldest_version() {
    let aws = Aws::new();
    let says = |what: &str| {
        let step = json!({"name": "a", "action": "aws:runShellScript", "inputs": {"runCommand": [what]}});
        let content = json!({"schemaVersion": "2.2", "mainSteps": [step]}).to_string();
        [Asked::new("x", "ssm:Document", json!({"name": "full", "content": content}))]
    };
    let mut stack = Stack::new(&aws);
    for what in ["one", "two"] {
        stack.up(&says(what)).expect("it is made or changed");
    }
    aws.fault(json!({"kind": "error", "operation": "UpdateDocument", "code": "DocumentVersionLimitExceeded"}));
    stack.up(&says("three")).expect("it is changed");
    let listed = aws.call("ssm", "list_document_versions", json!({"Name": "full"}))["DocumentVersions"].clone();
    let versions: Vec<_> = listed.as_array().into_iter().flatten().map(|it| it["DocumentVersion"].clone()).collect();
    assert_eq!(versions, ["3", "2"], "{listed}");
}
