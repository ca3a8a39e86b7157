//! What a roll-out may do unasked: budgets, approvals and policies of `gitinfra.yaml`.

use serde_json::Value;

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const C: (&str, &str) = ("c", "path: c.txt, content: c");

/// A stack of three files that stands, and this configuration.
fn of(config: &str) -> Place {
    let p = Place::of(&[A, B, C]).env("USER", "ada");
    p.sync();
    p.repo.write("gitinfra.yaml", config).commit("Configuration");
    p
}

#[track_caller]
fn held(p: &Place, words: &[&str]) -> Value {
    p.run("sync").expect_code(6).expect_out(&[&["held"], words].concat());
    p.get("holds").remove(0)
}

fn seal(hold: &Value) -> String {
    hold["seal"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn more_deletes_than_the_budget_has_are_held() {
    let p = of("budgets: [{types: ['files:*'], deletes: 1}]\n");
    p.change(&[A, B]);
    p.sync().expect_out(&["1 deleted", "1 stack rolled out"]);
    p.change(&[("e", "path: e.txt, content: e")]);
    let hold =
        held(&p, &["over budget: 2 would be deleted, and 1 may unasked (files:index:File a, files:index:File b)"]);
    assert_eq!((&hold["objections"][0]["why"], &hold["needed"]), (&"budget".into(), &1.into()));
    assert!(p.file("a.txt").is_some());
    // Looked at anew it is held all the same.
    p.run("sync --force test/dev").expect_code(6).expect_out(&["over budget"]);
    let hold = p.get("holds").remove(0);
    for words in ["approve", "reject --reason no"] {
        p.run(&format!("{words} {} --dry-run", seal(&hold))).expect_code(0).expect_out(&["ed by ada", "(dry run)"]);
    }
    assert_eq!(p.get("holds").remove(0), hold);
    p.run(&format!("approve {}", seal(&hold))).expect_code(0).expect_out(&["approved by ada"]);
    p.sync().expect_out(&["which ada allowed: 2 to delete", "2 deleted"]);
    assert_eq!(p.file("a.txt"), None);
}

#[test]
fn a_budget_of_others_bounds_nobody_else() {
    let p = of("rules: [{stacks: ['other/*'], budgets: [{types: ['**'], deletes: 0, replaces: 0}]}]\n");
    p.change(&[A]);
    p.sync().expect_out(&["2 deleted"]);
    p.run("schema config").expect_code(0).expect_out(&["\"budgets\"", "\"approvals\"", "\"policies\"", "\"sealed\""]);
    p.repo.write("gitinfra.yaml", "budgets: [{types: ['**'], delete: 0}]\n").commit("A slip");
    p.run("sync").expect_code(3).expect_err(&["there is no key `delete`", "did you mean `deletes`?"]);
}

#[test]
fn so_many_have_to_allow_it_as_the_configuration_says() {
    let p = of("approvals: {count: 2, from: [ada, 'lee*']}\n");
    p.change(&[A, B]);
    let hold = held(&p, &["it needs 2 to allow it, and 0 did (who may: ada, lee*)"]);
    assert_eq!(hold["objections"][0]["why"], "approvals");
    let seal = seal(&hold);
    p.run(&format!("approve {seal} --as eve"))
        .expect_code(3)
        .expect_err(&["eve may not allow", "hint: who may: ada, lee*"]);
    for _ in 0..2 {
        let said = p.run(&format!("approve {seal}")).expect_code(0);
        said.expect_out(&["ada allows it; it needs 2 to allow it, and 1 did"]);
        p.run("sync").expect_code(6).expect_out(&["skipped: held"]);
    }
    p.run("get holds -o wide").expect_code(0).expect_out(&["APPROVALS", "1/2"]);
    p.run(&format!("approve {seal} --as lee-anne")).expect_code(0).expect_out(&["the next sync rolls test/dev out"]);
    p.sync().expect_out(&["which ada, lee-anne allowed", "1 stack rolled out"]);
}

/// Allowed before the merge, by the seal that the preview printed.
#[test]
fn a_preview_is_allowed_before_it_is_merged() {
    let p = of("rules: [{stacks: ['test/*'], approvals: {count: 1}, sealed: true}]\n");
    p.repo.branch("change");
    p.change(&[A]);
    p.repo.switch("main");
    let preview = p.run("preview --head change --seal -o json").expect_code(0).stdout;
    let preview: Value = serde_json::from_str(&preview).expect("JSON");
    let seal = preview["stacks"][0]["seal"].as_str().unwrap_or_default();
    p.run(&format!("approve {seal}")).expect_code(0).expect_out(&[&format!("seal/{seal} approved by ada")]);
    // A word that is taken back counts no more, until it is given again.
    p.run(&format!("reject {seal} --as lee --reason no")).expect_code(0).expect_out(&["rejected by lee"]);
    p.repo.merge("change");
    let hold = held(&p, &["lee refused what was shown: no"]);
    assert_eq!(hold["seal"], seal);
    p.run(&format!("approve {seal}")).expect_code(0);
    p.sync().expect_out(&[&format!("it is what seal {seal} showed, which ada allowed: 2 to delete")]);
    p.change(&[A, B]);
    held(&p, &["nobody sealed a preview of it"]);
}

#[test]
fn any_program_may_judge() {
    let script = "grep -q '\"operation\":\"delete\"' && { echo deletes are for Mondays; exit 1; } || exit 0";
    let p = of("");
    // It takes its time, in which somebody else changes the state.
    let (asked, urn) = (p.path("asked"), "urn:pulumi:dev::test::files:index:File::a");
    let slow = format!(
        "echo >> '{0}'; [ $(wc -l < '{0}') -gt 1 ] || pulumi state protect {urn} --yes --stack dev < /dev/null >&2",
        asked.display()
    );
    let commands = [&slow, script].map(|script| serde_json::json!({ "command": ["sh", "-c", script] }));
    p.repo.write("gitinfra.yaml", &serde_json::json!({ "policies": commands }).to_string());
    p.change(&[A, B, C, ("d", "path: d.txt, content: d")]);
    p.sync().expect_out(&["1 created"]);
    let asked = std::fs::read_to_string(&asked).unwrap_or_default();
    assert_eq!(asked.lines().count(), 2, "what was judged was another state, so it is judged anew");
    p.change(&[A]);
    let hold = held(&p, &["the policy `sh -c grep", "refused it: deletes are for Mondays"]);
    assert_eq!(hold["objections"][0]["why"], "policy");
    p.run(&format!("approve {}", seal(&hold))).expect_code(0);
    p.sync().expect_out(&["3 deleted"]);
    p.repo.write("gitinfra.yaml", "policies: [{command: [no-such-judge]}]\n");
    p.change(&[A, B]);
    p.run("sync").expect_code(4).expect_out(&["asking the policy `no-such-judge`", "hint: is it installed"]);
}

/// Neither what is merged nor what stands says who judges it: the commit does that names the policy.
#[test]
fn a_policy_is_run_among_the_files_of_the_commit_that_names_it() {
    let p = of("");
    p.repo.write("judge.sh", "grep -q '\"operation\":\"delete\"' && { echo never; exit 1; } || exit 0");
    p.repo.write("gitinfra.yaml", "policies: [{command: [sh, judge.sh]}]\n").commit("Who judges");
    // What stands is of a commit without it.
    p.run("destroy test/dev --yes").expect_code(6).expect_out(&["refused it: never"]);
    p.run(&format!("reject {} --reason stay", seal(&p.get("holds").remove(0)))).expect_code(0);
    assert_eq!(p.get("stacks")[0]["status"], "queued", "what its branch says is another thing");
    p.change(&[A, B, C, ("d", "path: d.txt, content: d")]);
    p.sync().expect_out(&["1 created"]);
    p.repo.write("judge.sh", "exit 0");
    p.change(&[A]);
    let hold = held(&p, &["the policy `sh judge.sh` refused it: never"]);
    assert!(p.file("d.txt").is_some());
    let described = p.run(&format!("describe hold/{}", hold["name"].as_str().unwrap_or_default())).expect_code(0);
    described.expect_out(&["allows this and nothing else; then the next sync rolls test/dev out."]);
}
