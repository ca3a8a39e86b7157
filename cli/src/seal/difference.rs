//! In what two previews of a stack differ, in plain words: what was shown, and what would happen now.

use std::collections::BTreeSet;

use super::plan::{Change, Plan, Property};
use crate::engine::operation::Effect;
use crate::engine::urn;

/// One sentence for each thing in which what would happen now is not what was shown.
pub fn difference(shown: &Plan, now: &Plan) -> Vec<String> {
    let urns: BTreeSet<&str> = shown.resources.iter().chain(&now.resources).map(|change| change.urn.as_str()).collect();
    let of_resources = urns.into_iter().flat_map(|urn| resource(shown.change(urn), now.change(urn)));
    let of_outputs = properties("output ", &shown.outputs, &now.outputs);
    of_resources.chain(of_outputs).chain(secrets(shown, now)).collect()
}

/// Secrets that both set and that would be set to something else. Of others it is told already that they are set.
fn secrets(shown: &Plan, now: &Plan) -> Vec<String> {
    let line = |(urn, path, to): (&str, &str, &str)| {
        let was = shown.secrets.get(urn).and_then(|secrets| secrets.get(path));
        let of = match (shown.change(urn), now.change(urn)) {
            (Some(_), Some(now)) => format!("{}: ", named(now)),
            _ if urn::is_stack(urn) => "output ".to_owned(),
            _ => return None,
        };
        (was.map(String::as_str) != Some(to)).then(|| format!("{of}{path} would be set to a secret that was not shown"))
    };
    let all = now.secrets.iter().flat_map(|(urn, secrets)| secrets.iter().map(|(path, to)| (&**urn, &**path, &**to)));
    all.filter_map(line).collect()
}

fn resource(shown: Option<&Change>, now: Option<&Change>) -> Vec<String> {
    match (shown, now) {
        (None, Some(now)) => vec![format!("{} would be {}, which was not shown", named(now), done(now))],
        (Some(shown), None) => vec![format!("{} was to be {}, and would stay as it is", named(shown), done(shown))],
        (Some(shown), Some(now)) if shown.effect() != now.effect() => {
            vec![format!("{} was to be {}, and would be {}", named(now), done(shown), done(now))]
        }
        (Some(shown), Some(now)) => {
            let mut lines = Vec::new();
            if shown.replaced_for != now.replaced_for {
                let [was, is] = [shown, now].map(|change| change.replaced_for.join(", "));
                lines.push(format!("{} would be replaced because of {is}, not of {was}", named(now)));
            }
            lines.extend(properties(&format!("{}: ", named(now)), &shown.properties, &now.properties));
            lines
        }
        (None, None) => Vec::new(),
    }
}

fn properties(of: &str, shown: &[Property], now: &[Property]) -> Vec<String> {
    let paths: BTreeSet<&str> = shown.iter().chain(now).map(|property| property.path.as_str()).collect();
    let all = |side: &[Property], path: &str| -> Vec<Property> {
        side.iter().filter(|property| property.path == path).cloned().collect()
    };
    let line = |path: &str| match (all(shown, path), all(now, path)) {
        (shown, now) if shown == now => None,
        (_, now) if now.is_empty() => Some(format!("{of}{path} was to change, and would stay as it is")),
        (shown, now) if shown.is_empty() => Some(format!("{of}{}, which was not shown", words(&now))),
        (shown, now) => Some(format!("{of}{}, not {}", words(&now), words(&shown))),
    };
    paths.into_iter().filter_map(line).collect()
}

fn words(properties: &[Property]) -> String {
    properties.iter().map(Property::in_words).collect::<Vec<_>>().join(", ")
}

fn named(change: &Change) -> String {
    format!("{} {}", change.kind, change.name)
}

fn done(change: &Change) -> &str {
    match change.effect() {
        Effect::Other => change.operation.0.as_str(),
        effect => effect.done(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::operation::Operation;

    fn change(name: &str, operation: &str, replaced_for: &[&str], properties: &[(&str, &str, &str)]) -> Change {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let property = |(path, before, after): &(&str, &str, &str)| Property {
            path: (*path).to_owned(),
            before: some(before),
            after: some(after),
        };
        Change {
            urn: format!("urn:pulumi:dev::net::a:b:C::{name}"),
            kind: "a:b:C".to_owned(),
            name: name.to_owned(),
            operation: Operation::new(operation),
            replaced_for: replaced_for.iter().map(|path| (*path).to_owned()).collect(),
            properties: properties.iter().map(property).collect(),
        }
    }

    #[test]
    fn two_previews_differ_in_sentences() {
        let shown = [
            change("gone", "create", &[], &[]),
            change("worse", "update", &[], &[("size", "1", "2")]),
            change("values", "update", &[], &[("size", "1", "2"), ("word", "a", "b"), ("same", "1", "2")]),
            change("why", "replace", &["zone"], &[]),
        ];
        let now = [
            change("new", "delete", &[], &[]),
            change("worse", "replace", &["size"], &[("size", "1", "2")]),
            change("values", "update", &[], &[("size", "1", "3"), ("more", "", "x"), ("same", "1", "2")]),
            change("why", "replace", &["size", "zone"], &[]),
        ];
        let plan = |changes: &[Change]| Plan { resources: changes.to_vec(), ..Plan::default() };
        let expected = [
            "a:b:C gone was to be created, and would stay as it is",
            "a:b:C new would be deleted, which was not shown",
            "a:b:C values: more: x, which was not shown",
            "a:b:C values: size: 1 -> 3, not size: 1 -> 2",
            "a:b:C values: word was to change, and would stay as it is",
            "a:b:C why would be replaced because of size, zone, not of zone",
            "a:b:C worse was to be updated, and would be replaced",
        ];
        assert_eq!(difference(&plan(&shown), &plan(&now)), expected);
        assert_eq!(difference(&plan(&shown), &plan(&shown)), [""; 0]);
    }

    #[test]
    fn outputs_are_told_as_well() {
        let output = |after: &str| Property { path: "url".to_owned(), before: None, after: Some(after.to_owned()) };
        let plan = |after: &str| Plan { outputs: vec![output(after)], ..Plan::default() };
        assert_eq!(difference(&plan("a"), &plan("b")), ["output url: b, not url: a"]);
        assert_eq!(difference(&Plan::default(), &plan("b")), ["output url: b, which was not shown"]);
    }

    #[test]
    fn another_secret_is_told() {
        let plan = |word: &str, token: &str| {
            let web = change("web", "update", &[], &[("word", "[secret]", "[secret]")]);
            let stack = "urn:pulumi:dev::net::pulumi:pulumi:Stack::net-dev".to_owned();
            let to = |path: &str, digest: &str| [(path.to_owned(), digest.to_owned())].into();
            let secrets = [(web.urn.clone(), to("word", word)), (stack, to("token", token))].into();
            Plan { resources: vec![web], secrets, ..Plan::default() }
        };
        assert_eq!(difference(&plan("a", "a"), &plan("a", "a")), [""; 0]);
        let [word, token] =
            ["a:b:C web: word", "output token"].map(|of| format!("{of} would be set to a secret that was not shown"));
        assert_eq!(difference(&plan("a", "a"), &plan("b", "a")), std::slice::from_ref(&word));
        assert_eq!(difference(&plan("a", "a"), &plan("b", "b")), [word, token]);
    }
}
