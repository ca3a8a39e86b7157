//! `draw`: a picture of what stands, from the ledger and from a file.

use std::fs;
use std::process::Stdio;

use super::headline::network;
use super::place::Place;
use crate::aws::Aws;
use crate::tools;

const WEB: &str = "tests/it/cli/draw/web.json";

#[test]
fn what_stands_on_aws_is_drawn() {
    let aws = Aws::new();
    let p = aws.env().into_iter().fold(Place::new(), |p, (k, v)| p.env(k, v));
    network(&p, 2);
    let commit = p.repo.commit("A network");
    p.sync();
    let state = p.state("network", "dev");
    let vpc = state.resource("network-vpc")["id"].as_str().unwrap_or_default().to_owned();
    let calls = aws.calls().len();
    let page = p.run("draw stack/network/dev").expect_code(0).stdout;
    for words in [
        "<!doctype html>",
        "commit ",
        &commit[..7],
        &vpc,
        "network-nat-",
        "10.0.0.0/16",
        "way out",
        "public",
        "app",
        "data",
    ] {
        assert!(page.contains(words), "the page lacks {words}");
    }
    assert_eq!(page.matches("class=\"n cell t-").count(), 6, "a cell for each subnet");
    let svg = p.run("draw dev -o svg").expect_code(0).stdout;
    assert!(svg.starts_with("<svg") && svg.contains(&vpc), "{svg:.200}");
    let chart = p.run("draw network/dev -o mermaid").expect_code(0).stdout;
    assert!(chart.starts_with("flowchart TB\n") && chart.contains("-.->"), "{chart}");
    assert_eq!(aws.calls().len(), calls, "nobody asked AWS anything");
}

#[test]
fn a_state_is_drawn_without_a_ledger() {
    let p = Place::new();
    let file = tools::repository().join(WEB);
    let drawn = p.run(&format!("draw --state {} -o svg", file.display())).expect_code(0).stdout;
    assert!(drawn.contains("web-alb"), "{drawn:.200}");
    let mut command = p.gitinfra("draw --state -  -o svg");
    command.stdin(Stdio::from(fs::File::open(&file).expect("the state is there")));
    assert!(super::said::Said::of(command).expect_code(0).stdout == drawn, "from a pipe it is the same");
    fs::write(p.path("none.json"), "{}").expect("a file");
    fs::write(p.path("text.json"), "no").expect("a file");
    for (name, said) in
        [("none.json", "no exported state"), ("text.json", "no JSON"), ("nowhere.json", "reading nowhere.json")]
    {
        p.run(&format!("draw --state {name}")).expect_code(3).expect_err(&[said]);
    }
    p.run("draw").expect_code(2);
    p.run("draw stack/nobody").expect_code(3).expect_err(&["no stack is called `nobody`"]);
}

/// What failed in the newest run is marked, with its reason, and no secret is shown.
#[test]
fn what_failed_is_marked() {
    let p = Place::of(&[("a", "path: a.txt, content: one")]);
    p.sync();
    p.change(&[("a", "path: /a, content: one")]);
    p.run("sync").expect_code(1);
    let page = p.run("draw stack/test/dev").expect_code(0).stdout;
    assert!(page.contains("failed") && page.contains("<b>files</b>"), "{page}");
}
