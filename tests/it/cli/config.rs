//! `gitinfra.yaml`: what a repository says about its own stacks.

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("a", "path: a.txt, content: two");

/// The stacks `net/dev` and `web/dev`, and a configuration.
fn of(config: &str) -> Place {
    let p = Place::new();
    for name in ["net", "web"] {
        p.project(name, name, &["dev"], &[A]);
    }
    p.repo.write("gitinfra.yaml", config).commit("Stacks");
    p
}

#[test]
fn stacks_are_left_out_and_come_from_their_branch() {
    let p = of("exclude: ['net/*']\n");
    p.sync().expect_out(&["web/dev: rolling out", "1 stack rolled out"]).expect_without(&["net/dev"]);
    p.run("sync --stack net/dev")
        .expect_code(3)
        .expect_err(&["`net/dev` is not rolled out from main: gitinfra.yaml excludes it"]);
    p.repo.write("gitinfra.yaml", "rules:\n- {stacks: ['net/*'], branch: release}\n").commit("A branch for net");
    p.sync().expect_out(&[
        "gitinfra.yaml leaves to other branches: net/dev (from release)",
        "nothing to do: 1 stack is up to date",
    ]);
    p.run("sync net/dev").expect_code(3).expect_err(&["by gitinfra.yaml it is from release"]);
    p.repo.git(&["branch", "release"]);
    p.run("sync --branch release --dry-run").expect_code(0).expect_out(&["net/dev: would roll out"]);
    // From a tag, and with a variable of its own.
    let passphrase = "PULUMI_CONFIG_PASSPHRASE: {fromEnvironment: NET_PASSPHRASE}";
    let rule = format!("rules:\n- {{stacks: ['net/*'], tags: ['v*'], rollout: {{environment: {{{passphrase}}}}}}}\n");
    p.repo.write("gitinfra.yaml", &rule).commit("Tags for net");
    p.sync().expect_out(&["net/dev: skipped: it waits for a tag: none of v* is on main"]);
    p.repo.git(&["tag", "v1.0.0"]);
    p.run("sync").expect_code(4).expect_out(&[
        "net/dev: skipped: the environment of net/dev: gitinfra.yaml:2:87: PULUMI_CONFIG_PASSPHRASE: the variable NET_PASSPHRASE is not set",
        "hint: set NET_PASSPHRASE, or change `fromEnvironment` in gitinfra.yaml",
    ]);
    let run =
        p.run_as("sync", |command| command.env("NET_PASSPHRASE", "x").env("PULUMI_CONFIG_PASSPHRASE", "not this one"));
    run.expect_out(&["(tagged v1.0.0: never rolled out before)", "net/dev: ✓ rolled out"]);
    p.run("get stack net/dev -o jsonpath={.tag}").expect_code(0).expect_out(&["v1.0.0"]);
}

#[test]
fn triggers_roll_out_and_an_order_is_kept() {
    let p = of("rules:\n- stacks: ['net/*']\n  triggers: ['shared/**']\n  after: ['web/*']\n  labels: {team: core}\n");
    let said = p.sync().expect_out(&["web/dev: ✓ rolled out", "net/dev: rolling out", "2 stacks rolled out"]);
    said.expect_without(&["skipped"]);
    p.repo.write("shared/words/hello.txt", "hello").commit("Something shared");
    p.run("sync --dry-run").expect_code(0).expect_out(&["net/dev: would roll out", "(shared/words/hello.txt changed)"]);
    p.run("get stack net/dev -o jsonpath={.status}").expect_code(0).expect_out(&["queued"]);
    p.repo.write("README.md", "read me").commit("Words");
    p.run("sync --dry-run").expect_code(0).expect_out(&["(shared/words/hello.txt changed, 2 commits since "]);
    // What comes after a stack that is left alone says so, and after which.
    p.program("web", "web", &crate::files::of(&[B]));
    p.repo.commit("Another web");
    p.run("suspend web/dev --reason later").expect_code(0);
    p.run("sync --dry-run").expect_code(0).expect_out(&["net/dev: skipped: blocked: it comes after web/dev"]);
    let blocked = "blocked: it comes after web/dev, which was not rolled out";
    p.run("get stacks").expect_code(0).expect_out(&[blocked, "suspended: later"]);
    p.run("get stack net/dev -o jsonpath={.status}:{.blockedBy}").expect_code(0).expect_out(&["blocked:web/dev"]);
    p.run("resume web/dev").expect_code(0);
    p.sync().expect_out(&["2 stacks rolled out"]);
    labels_find_stacks(&p);
    what_it_comes_to_is_shown(&p);
}

/// The rule of `net/dev`, and the convention that holds for `web/dev`.
fn what_it_comes_to_is_shown(p: &Place) {
    p.run("config view").expect_code(0).expect_out(&[
        "gitinfra.yaml on main at ",
        "\nnet/dev\n",
        "  Rules:            gitinfra.yaml:2:12 (net/*)\n",
        "  Comes after:      web/dev\n",
        "\nweb/dev\n",
        "  Approvals:        none needed\n",
    ]);
    p.run("config view -l team=core -o yaml").expect_code(0).expect_out(&["team: core"]).expect_without(&["web/*:"]);
    p.run("config view web/dve").expect_code(3).expect_err(&["did you mean `web/dev`?"]);
    let said = p.run("config view net/dev -o json").expect_code(0).stdout;
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((&said["file"], &said["items"][0]["triggers"][0]), (&"gitinfra.yaml".into(), &"shared/**".into()));
    p.repo.branch("bare");
    p.repo.git(&["rm", "-q", "gitinfra.yaml"]);
    p.repo.commit("No rules");
    p.run("config view --branch bare").expect_code(0).expect_out(&["there is no gitinfra.yaml on bare at "]);
}

/// `net/dev` has the label `team: core`, and `web/dev` none.
fn labels_find_stacks(p: &Place) {
    let cases = [
        ("team=core", "stack/net/dev\n"),
        ("team!=core", "stack/web/dev\n"),
        ("team in (core,edge),!old", "stack/net/dev\n"),
        ("!team", "stack/web/dev\n"),
    ];
    for (terms, expected) in cases {
        assert_eq!(
            p.run_as("get stacks -o name -l", |command| command.arg(terms)).expect_code(0).stdout,
            expected,
            "{terms}"
        );
    }
    p.run("explain -l team=core --base main --head main")
        .expect_code(0)
        .expect_out(&["net/dev"])
        .expect_without(&["web/"]);
    p.run("sync --dry-run -l team=core").expect_code(0).expect_without(&["web/dev"]);
    p.run("sync --dry-run -l team=core --force").expect_code(0).expect_out(&["net/dev: would roll out"]);
    p.run("drift -l team=core").expect_code(0).expect_out(&["net/dev clean"]).expect_without(&["web/dev"]);
    p.run("drift -l team=core --timeout 1h").expect_code(0);
    for words in ["sync", "preview --head main", "explain --base main --head main", "drift", "retry"] {
        p.run(&format!("{words} -l team=edge")).expect_code(3).expect_err(&["no stacks that fit"]);
    }
    p.run("get stacks --show-labels").expect_code(0).expect_out(&["LABELS", "team=core", "<none>"]);
    p.run("describe stack/net/dev").expect_code(0).expect_out(&["Labels:      team=core"]);
    p.run("wait stacks -l team=core --timeout 0").expect_code(0).expect_out(&["stack/net/dev (current) condition met"]);
    p.run("wait stacks -l team=edge --timeout 0").expect_code(3).expect_err(&["no stacks that fit"]);
    p.run("lock -l team=core --reason moving --as ada")
        .expect_code(0)
        .expect_out(&["stack/net/dev locked by ada until"]);
    p.run("unlock -l team --as ada").expect_code(0).expect_out(&["stack/net/dev unlocked"]);
    p.run("suspend -l team=edge --reason later").expect_code(3).expect_err(&["no stacks that fit"]);
    p.run("get runs -l team=core").expect_code(3).expect_err(&["runs have no labels", "--show-labels"]);
    p.run("get stacks -l =core").expect_code(2).expect_err(&["selects nothing: write it as KEY=VALUE"]);
}

#[test]
fn what_is_wrong_with_it_is_told_with_its_place() {
    let p = of("rules:\n- stacks: ['net/*']\n  trigers: [x]\n");
    for words in ["sync", "preview --head main", "config view"] {
        p.run(words).expect_code(3).expect_err(&[
            "gitinfra.yaml:3:3: there is no key `trigers`",
            "hint: did you mean `triggers`?",
            "hint: the keys here are: stacks, triggers, after, labels, sparse, branch",
        ]);
    }
    let rule = |glob: &str| format!("rules:\n- stacks: ['{glob}']\n  approvals: {{count: 2}}\n");
    p.repo.write("gitinfra.yaml", &rule("nte/*")).commit("A slip of the pen");
    let said = ["gitinfra.yaml:2:12: `nte/*` fits no stack: did you mean `net/*`?"];
    p.run("preview --head main -o text").expect_code(0).expect_out(&said);
    p.sync().expect_out(&said);
    p.run("doctor").expect_out(&said);
    p.run("config view").expect_code(0).expect_err(&["gitinfra.yaml:2:12: `nte/*` fits no stack"]);
    let schema = p.run("schema config").expect_code(0).stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    assert_eq!(schema["properties"]["rules"]["items"]["required"][0], "stacks");
}

/// Who asks for a merge can't say what is done with it.
#[test]
fn a_preview_is_by_the_base() {
    let p = of("exclude: ['net/*']\n");
    p.sync();
    p.repo.branch("change");
    for name in ["net", "web"] {
        p.program(name, name, &crate::files::of(&[("a", "path: a.txt, content: two")]));
    }
    p.repo.write("gitinfra.yaml", "exclude: ['web/*']\n").commit("Change");
    p.run("preview --head change -o text")
        .expect_code(0)
        .expect_out(&["note: gitinfra.yaml differs on change: this preview is by that of main", "web/dev", "~ update"])
        .expect_without(&["net/dev"]);
    p.run("preview --head change --stack net/dev").expect_code(3).expect_err(&["gitinfra.yaml excludes it"]);
}

/// Five stacks in four languages, most of which share code.
#[test]
fn what_a_change_touches_is_explained() {
    let p = of("rules: [{stacks: ['net/*'], triggers: ['conf/**']}]\n");
    let stack = |folder: &str, runtime: &str, files: &[(&str, &str)]| {
        p.repo.write(&format!("{folder}/Pulumi.yaml"), &format!("name: {folder}\nruntime: {runtime}\n"));
        p.repo.write(&format!("{folder}/Pulumi.dev.yaml"), "");
        for (name, text) in files {
            p.repo.write(name, text);
        }
    };
    stack("ts", "nodejs", &[("ts/index.ts", "import { a } from '../shared/a.js';"), ("shared/a.ts", "require('./b')")]);
    stack("py", "python", &[("py/__main__.py", "open('../shared/b.txt')\nimport os")]);
    stack(
        "go",
        "go",
        &[("go/main.go", "package main\nimport \"x.example/all/shared\""), ("go.mod", "module x.example/all")],
    );
    p.repo
        .write("shared/b.ts", "")
        .write("shared/b.txt", "")
        .write("shared/c.go", "package shared")
        .commit("Languages");
    p.repo.branch("change");
    p.repo.write("conf/a.txt", "a").write("web/b.txt", "b").write("shared/b.ts", "// b").commit("Change");
    p.run("explain --base main --head change").expect_code(0).expect_out(&[
        "go/dev stays as it is: nothing that it uses differs",
        "net/dev is touched:",
        "  conf/a.txt: gitinfra.yaml has the trigger conf/**",
        "py/dev stays as it is",
        "ts/dev is touched:",
        "  shared/b.ts: ts/index.ts imports shared/a.ts, which imports shared/b.ts",
        "web/dev is touched:",
        "  web/b.txt: it lies in the project's folder web",
    ]);
    p.repo.branch("other");
    p.repo.write("shared/b.txt", "b").write("shared/new.go", "package shared").write("ts/index.ts", "require(name)");
    p.repo.commit("Change");
    p.run("explain --base change --head other go/dev py/dev ts/dev").expect_code(0).expect_out(&[
        "  shared/new.go: go/main.go imports shared/new.go",
        "  shared/b.txt: py/__main__.py reads shared/b.txt",
        "  ts/index.ts: it lies in the project's folder ts",
        "  note: not followed, so that it counts only as a trigger in gitinfra.yaml: ts/index.ts: `require(..)`",
    ]);
    let said = p.run("explain stack/net/dev --base main --head main -o json").expect_code(0).stdout;
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(
        (&said["items"][0]["stack"], said["items"][0]["paths"].as_array().map(Vec::len)),
        (&"net/dev".into(), Some(0))
    );
    // What the base has beside the change is none of its own; and what can't be read is not passed over.
    p.repo.switch("main").write("py/new.py", "").write("go/Pulumi.yaml", "name: [").commit("Meanwhile");
    let run = p.run("explain --base main --head change").expect_code(0);
    run.expect_out(&["py/dev stays as it is", "ts/dev is touched:", "go can't be rolled out: go/Pulumi.yaml:1:"]);
    p.run("explain net/dve").expect_code(3).expect_err(&["did you mean `net/dev`?"]);
}
