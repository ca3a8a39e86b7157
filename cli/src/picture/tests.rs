//! The picture of a whole stack, and of small ones: what holds for every picture.

use serde_json::{Value, json};

use super::geometry::Rect;
use super::lines::{segment, texts};
use super::sheet::Sheet;
use super::stock::{Marks, Stock, read};
use super::*;

const WEB: &str = include_str!("../../../tests/it/cli/draw/web.json");

fn web() -> Value {
    serde_json::from_str(WEB).expect("JSON")
}

/// The state with only those of its resources that fit.
fn part(keep: impl Fn(&str) -> bool) -> Value {
    let mut state = web();
    let resources = state["deployment"]["resources"].as_array_mut().expect("resources");
    resources.retain(|resource| keep(resource["urn"].as_str().unwrap_or_default()));
    state["deployment"]["pending_operations"] = json!([]);
    state
}

/// States of all sorts: the whole stack, a network alone, names alone, other packages alone, nothing.
fn states() -> Vec<Value> {
    let network = part(|urn| {
        urn.contains("::web-") && (urn.contains(":ec2:Vpc::") || urn.contains("Subnet") || urn.contains("Gateway"))
    });
    let names = part(|urn| urn.contains("route53") || urn.contains("acm") || urn.contains("kms"));
    let others = part(|urn| !urn.contains("gitinfra"));
    vec![web(), network, names, others, json!({"deployment": {"resources": []}})]
}

fn laid_out(state: &Value) -> (Stock, Model, Vec<Flow>, Sheet) {
    let stock = read(state, &Marks::new()).expect("a state");
    let model = model::model(&stock);
    let (flows, _) = flow::flows(&stock, &model);
    let sheet = sheet(&stock, &model, &shown(&flows));
    (stock, model, flows, sheet)
}

#[test]
fn no_line_crosses_a_box_or_a_label() {
    for state in states() {
        let (_, _, _, sheet) = laid_out(&state);
        let boxes = sheet.boxes.iter().chain(&sheet.packages).map(|(_, rect)| *rect);
        let inner: Vec<Rect> = boxes.chain(texts(&sheet)).map(|rect| rect.grown(-2)).collect();
        for line in &sheet.lines {
            for stretch in line.points.windows(2).map(segment) {
                let crossed: Vec<_> = inner.iter().filter(|rect| rect.meets(&stretch)).collect();
                assert!(crossed.is_empty(), "flow {}: {:?} crosses {crossed:?}", line.flow, line.points);
            }
        }
    }
}

#[test]
fn no_box_lies_on_another_and_all_lie_inside() {
    for state in states() {
        let (_, model, _, sheet) = laid_out(&state);
        assert_eq!(sheet.boxes.len(), model.nodes.len(), "every box has its place");
        let boxes: Vec<Rect> = sheet.boxes.iter().chain(&sheet.packages).map(|(_, rect)| *rect).collect();
        for (at, a) in boxes.iter().enumerate() {
            assert!(a.x >= 0 && a.y >= 0 && a.right() <= sheet.w && a.bottom() <= sheet.h, "{a:?}");
            assert_eq!((a.x % 8, a.y % 8, a.w % 8, a.h % 8), (0, 0, 0, 0), "{a:?} lies on the grid");
            assert!(boxes[at + 1..].iter().all(|b| !a.meets(b)), "{a:?}");
        }
    }
}

/// In a whole stack every flow can be shown, and the request's path is straight.
#[test]
fn every_flow_of_a_whole_stack_has_a_line() {
    let (_, _, flows, sheet) = laid_out(&web());
    assert!(flows.len() > 20, "{}", flows.len());
    assert_eq!(sheet.lines.len(), flows.len());
    let shown = shown(&flows);
    let path = sheet.lines.iter().filter(|line| shown[line.flow].kind == Kind::Request);
    assert!(path.clone().count() >= 6);
    assert!(path.into_iter().all(|line| line.points.len() == 2), "no bend on the way of a request");
}

#[test]
fn every_form_tells_all_and_no_secret() {
    for form in [Form::Svg, Form::Html, Form::Mermaid] {
        let about = About { lines: vec!["commit 4f2a91c".to_owned()], ..About::default() };
        let drawn = draw(&web(), &about, form).expect("a picture");
        assert!(!drawn.contains("hush"), "{form:?} shows a secret");
        assert_eq!(Some(&drawn), draw(&web(), &about, form).as_ref(), "the same state gives the same bytes");
        for word in ["web-alb", "web-db", "Alarms", "444455556666", "datadog"] {
            assert!(drawn.contains(word), "{form:?} lacks {word}");
        }
        assert!(drawn.len() < 150_000, "{form:?}: {} bytes", drawn.len());
    }
    let page = draw(&web(), &About::default(), Form::Html).expect("a page");
    let state = web();
    let resources = state["deployment"]["resources"].as_array().expect("resources");
    let ours = resources
        .iter()
        .filter(|resource| resource["custom"] == true && resource["type"] != "pulumi:providers:gitinfra");
    // A zone's records and a VPC's many routes are told by number.
    let shown = ours.filter(|resource| {
        page.contains(resource["urn"].as_str().and_then(|urn| urn.rsplit("::").next()).unwrap_or_default())
    });
    let count = shown.count();
    assert!(count >= 120, "{count}");
}

/// As in a drawing: what is above stands first.
#[test]
fn a_chart_has_tiers_from_the_top() {
    let chart = draw(&web(), &About::default(), Form::Mermaid).expect("a chart");
    let at = |tier: &str| chart.find(&format!("[\"{tier}\"]")).expect("the tier is there");
    assert!(at("public") < at("app") && at("app") < at("data"), "{chart}");
}

#[test]
fn every_link_leads_somewhere() {
    for state in states() {
        let page = draw(&state, &About::default(), Form::Html).expect("a page");
        for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "#{link}");
        }
        let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "every id is there once");
    }
}

#[test]
fn names_cannot_break_out() {
    let name = "<script>alert(1)</script>\"'&";
    let urn = format!("urn:pulumi:dev::net::gitinfra:sns:Topic::{name}");
    let state = json!({"deployment": {"resources": [{"urn": urn, "type": "gitinfra:sns:Topic", "custom": true, "id": name, "outputs": {"arn": name}}]}});
    for form in [Form::Svg, Form::Html] {
        let drawn = draw(&state, &About::default(), form).expect("a picture");
        assert!(!drawn.contains("<script>alert"), "{form:?}");
    }
}
