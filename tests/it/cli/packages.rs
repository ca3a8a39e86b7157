//! Programs in Node.js, with their packages wherever a repository may keep them: they run as `pulumi up` by hand runs them.

use super::place::Place;
use crate::sdk::nodejs::packages;

/// A project in Node.js in the folder `infra`, with its stack `dev`; the program needs a package.
fn node(p: &Place, main: &str) {
    p.repo.write("infra/Pulumi.yaml", &format!("name: node\nruntime: nodejs\n{main}"));
    p.repo.write("infra/Pulumi.dev.yaml", crate::pulumi::SALT);
}

/// A manifest that names a package, which is a link to the one that all tests share.
fn manifest(name: &str, more: &str) -> String {
    let shared = packages().join("node_modules/@pulumi/pulumi");
    format!(
        "{{\"name\": \"{name}\", \"private\": true, {more}\"dependencies\": {{\"@pulumi/pulumi\": \"file:{}\"}}}}",
        shared.display()
    )
}

const PROGRAM: &str = "require('@pulumi/pulumi');\nexports.word = 'hi';\n";

#[test]
fn packages_are_found_wherever_they_belong() {
    let root = "{\"name\": \"root\", \"private\": true, \"workspaces\": [\"infra\"]}".to_owned();
    let cases: [(&str, &[(&str, String)]); 4] = [
        ("", &[("package.json", root), ("infra/package.json", manifest("infra", ""))]),
        ("", &[("package.json", manifest("root", ""))]),
        ("", &[("infra/package.json", manifest("infra", "")), ("infra/node_modules/.gitkeep", String::new())]),
        ("main: src\n", &[("infra/src/package.json", manifest("src", ""))]),
    ];
    for (main, files) in cases {
        let p = Place::new();
        node(&p, main);
        for (path, text) in files {
            p.repo.write(path, text);
        }
        let program = if main.is_empty() { "infra/index.js" } else { "infra/src/index.js" };
        p.repo.write(program, PROGRAM).commit("A program");
        p.run("preview --head main").expect_code(0);
        p.sync().expect_out(&["installing the program's packages", "1 stack rolled out"]);
        let state = p.state("node", "dev");
        assert!(state.export.contains("\"word\": \"hi\""), "{files:?}\n{}", state.export);
    }
}
