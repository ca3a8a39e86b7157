//! Functions.

use crate::files::project;

fn program(arguments: &str) -> String {
    format!(
        "variables:\n  found: {{'fn::invoke': {{function: 'files:index:list', arguments: {{{arguments}}}}}}}\noutputs: {{paths: '${{found.paths}}'}}\n"
    )
}

#[test]
fn a_function_answers() {
    let p = project(&program("prefix: a"));
    p.write("root/a1.txt", "").write("root/a2.txt", "").write("root/b.txt", "");
    p.up().expect_ok().expect_says("\"a1.txt\"").expect_says("\"a2.txt\"");
    let outputs = p.state();
    let stack = outputs.resources.iter().find(|r| r["type"] == "pulumi:pulumi:Stack");
    assert_eq!(stack.map(|s| s["outputs"]["paths"].clone()), Some(serde_json::json!(["a1.txt", "a2.txt"])));
}

#[test]
fn a_question_is_checked() {
    let p = project(&program("prefx: a"));
    p.up().expect_failure().expect_says("prefx");
}

#[test]
fn the_answer_to_a_secret_question_is_secret() {
    let p = project(&program("prefix: {'fn::secret': a}"));
    p.write("root/a1.txt", "");
    let run = p.up().expect_ok();
    assert!(!run.printed().contains("a1.txt"), "{run}");
}
