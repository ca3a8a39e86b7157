//! The schema: what the engine, its code generators and its checks make of it.

use crate::files::project;
use crate::tools;

#[test]
fn the_engine_takes_the_schema() {
    let p = project("resources: {}\n");
    let program = tools::files().program.display().to_string();
    let run = p.command(&["package", "get-schema", &program]).expect_ok();
    let schema: serde_json::Value = serde_json::from_str(&run.stdout).expect("the schema is JSON");
    assert_eq!(schema["name"], "files");
    let file = &schema["resources"]["files:index:File"];
    assert_eq!(file["requiredInputs"], serde_json::json!(["content"]));
    assert_eq!(file["inputProperties"]["key"]["secret"], true);
    assert_eq!(file["inputProperties"]["owner"]["willReplaceOnChanges"], true);
    let site = &schema["resources"]["files:index:Site"];
    assert_eq!(site["isComponent"], true);
    assert_eq!(site["inputProperties"]["languages"]["plain"], true);
    assert_eq!(site["inputProperties"]["title"]["plain"], serde_json::Value::Null);
    p.write("schema.json", &run.stdout);
    p.command(&["schema", "check", "schema.json"]).expect_ok();
}
