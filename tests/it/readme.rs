//! What the README of the plugin framework shows is what runs.

use std::fs;

use crate::pulumi::Project;
use crate::tools;

fn readme() -> String {
    let path = tools::repository().join("provider/plugin/README.md");
    fs::read_to_string(path).expect("the framework has a README")
}

/// The one block of a language in the README.
fn block(language: &str) -> String {
    let text = readme();
    let begin = format!("```{language}\n");
    let (_, rest) = text.split_once(&begin).expect("the README has such a block");
    let (block, _) = rest.split_once("```\n").expect("the block ends");
    block.to_owned()
}

#[test]
fn the_provider_in_the_readme_is_the_example() {
    let path = tools::repository().join("provider/plugin/examples/pulumi-resource-notes.rs");
    let example = fs::read_to_string(path).expect("there is the example");
    assert!(
        block("rust") == example,
        "the provider in provider/plugin/README.md is not examples/pulumi-resource-notes.rs any more: copy one into the other"
    );
}

#[test]
fn the_program_in_the_readme_does_what_it_says() {
    let plugin = tools::notes();
    let folder = plugin.program.parent().expect("a program lies in a folder");
    let program = block("yaml")
        .replace("path: target/debug", &format!("path: {}", folder.display()))
        .replace("name: diary", "name: test");
    let p = Project::new("yaml", &[]);
    p.write("Pulumi.yaml", &program);
    p.up().expect_ok().expect_steps(&["create monday", "create tuesday"]);
    let written = p.read("notes/tuesday");
    assert_eq!(written.as_deref(), Some("Yesterday I used 3 words."));
    p.expect_settled();

    p.write("Pulumi.yaml", &program.replace("name: tuesday", "name: friday"));
    let steps = p.up().expect_ok().steps_in_order();
    assert_eq!(steps, ["create-replacement tuesday", "replace tuesday", "delete-replaced tuesday"]);
    p.write("notes/friday", "by hand");
    p.refresh().expect_ok();
    assert_eq!(p.state().get("tuesday", "/outputs/words"), 2);

    p.write("Pulumi.yaml", &program.replace("text:", "txt:"));
    p.up().expect_failure().expect_says("txt");
}
