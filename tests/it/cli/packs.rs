//! Policy packs of `gitinfra.yaml`, which the engine asks.

use std::fs;
use std::os::unix::fs::symlink;

use super::place::Place;
use crate::tools;

const JUDGE: &str = include_str!("packs/judge.py");

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// A stack that stands, and a pack that judges it. What starts packs of its language is on the PATH, as for any language of others.
fn judged() -> Place {
    let p = Place::of(&[A]);
    let (bin, path) = (p.path("bin"), std::env::var("PATH").unwrap_or_default());
    fs::create_dir_all(&bin).expect("a folder");
    let start = format!("#!/bin/sh\nexec '{}' judge.py\n", tools::python().display());
    tools::script(&bin.join("pulumi-analyzer-policy-judge"), &start);
    let path = format!("{}:{}:{path}", bin.display(), tools::bin().display());
    let p = p.env("USER", "ada").env("PATH", path).env("PULUMI_HOUSE_TOKEN", "correct-horse");
    p.repo.write("policies/house/PulumiPolicy.yaml", "runtime: judge\n").write("policies/house/judge.py", JUDGE);
    p.repo.write("gitinfra.yaml", "policies: [{pack: ./policies/house}]\n").commit("Who judges");
    p.sync();
    p
}

#[test]
fn a_policy_pack_holds_what_it_refuses_and_warns_of_the_rest() {
    let p = judged();
    let refused =
        "the policy pack `house` refused it: never: no file says never; the token is [secret] (files:index:File b)";
    p.repo.branch("change");
    // What is merged does not say who judges it.
    p.repo.write("policies/house/judge.py", &JUDGE.replace("\"never\": ", "\"unheard\": "));
    p.change(&[A, ("b", "path: b.txt, content: never"), ("c", "path: c.txt, content: seldom")]);
    p.repo.switch("main");
    let preview = p.run("preview --head change").expect_code(0);
    let warns = "the policy pack `house` warns: seldom: no file says seldom; the token is [secret]";
    preview.expect_out(&["would be held", refused, "+ create files:index:File b", warns]);
    p.repo.merge("change");
    p.run("sync").expect_code(6).expect_out(&["held", refused]);
    let hold = p.get("holds").remove(0);
    assert_eq!((&hold["objections"][0]["why"], &hold["needed"]), (&"policy".into(), &1.into()));
    assert_eq!(p.file("b.txt"), None);
    // Mended it goes; what is refused goes where somebody allows it.
    p.change(&[A, ("c", "path: c.txt, content: seldom")]);
    p.sync().expect_out(&[warns, "1 stack rolled out"]);
    p.change(&[A, ("b", "path: b.txt, content: unheard")]);
    p.run("sync").expect_code(6).expect_out(&["the policy pack `house` refused it: unheard"]);
    let seal = p.get("holds").remove(0)["seal"].as_str().unwrap_or_default().to_owned();
    p.run(&format!("approve {seal}")).expect_code(0);
    p.sync().expect_out(&["which ada allowed", "1 stack rolled out"]);
    assert_eq!(p.file("b.txt").as_deref(), Some("unheard"));
    is_refused(&p);
}

/// What is no pack of the repository's own holds nothing by silence: the stack fails.
fn is_refused(p: &Place) {
    symlink("house", p.repo.folder().join("policies/link")).expect("a link");
    p.repo.write("policies/broken/PulumiPolicy.yaml", "runtime: judge\n").write("policies/broken/judge.py", "1 / 0\n");
    let cases = [
        ("policies/nowhere", 3, "there is no folder `policies/nowhere` in"),
        ("policies/link", 3, "there is no folder `policies/link` in"),
        ("policies", 3, "the policy pack `policies` of gitinfra.yaml is no policy pack: it has no PulumiPolicy.yaml"),
        ("policies/broken", 1, "policy pack \"policies/broken\" failed to start"),
    ];
    for (at, (pack, code, words)) in cases.into_iter().enumerate() {
        p.repo.write("gitinfra.yaml", &format!("policies: [{{pack: {pack}}}]\n"));
        p.change(&[A, ("d", &format!("path: d.txt, content: d{at}"))]);
        p.run("sync").expect_code(code).expect_out(&[words]);
    }
    assert_eq!(p.file("d.txt"), None);
}
