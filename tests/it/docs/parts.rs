//! What components are made of, and which controls they look after: read in their sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What the sources of one component say.
#[derive(Debug, Default, PartialEq)]
pub struct Parts {
    /// The types of its children and parts: `gitinfra:ec2:Vpc`.
    pub made_of: BTreeSet<String>,
    /// The controls, each as its service and number.
    pub controls: BTreeSet<(String, u32)>,
}

/// The sources below a folder, by the name of their module: its file and all files of its folder.
pub fn sources(folder: &Path) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.entry(stem).or_default().push_str(&text(&path));
    }
    found
}

/// A file's text, or those of all files below a folder.
fn text(path: &Path) -> String {
    if !path.is_dir() {
        return fs::read_to_string(path).unwrap_or_default();
    }
    let mut inside: Vec<_> = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    inside.sort();
    inside.iter().map(|path| text(path)).collect()
}

/// What a component is made of; `known` are the types that there are.
pub fn parts(component: &str, sources: &BTreeMap<String, String>, known: &BTreeSet<String>) -> Parts {
    let mut found = Parts::default();
    let mut met = BTreeSet::new();
    let mut waiting = vec![component.to_owned()];
    while let Some(module) = waiting.pop() {
        let Some(text) = sources.get(&module).filter(|_| met.insert(module.clone())) else { continue };
        found.made_of.extend(children(text).filter_map(|child| resolved(child, text, known)));
        found.controls.extend(controls(text));
        // What several components share: a module that is no component itself, and the group of the one that gives it to others.
        let is_shared = |name: &&String| !is_component(name, sources) || *name == "security_group";
        let shared = sources.keys().filter(is_shared).filter(|name| text.contains(&format!("components::{name}::")));
        waiting.extend(shared.cloned());
    }
    found
}

fn is_component(module: &str, sources: &BTreeMap<String, String>) -> bool {
    sources[module].contains(" Component for ")
}

/// The types in `add::<Vpc>` and `part::<Network>`.
fn children(text: &str) -> impl Iterator<Item = &str> {
    let begins = ["add::<", "part::<"];
    begins.into_iter().flat_map(|begin| text.split(begin).skip(1)).filter_map(|rest| Some(rest.split_once('>')?.0))
}

/// The controls in `meets("EC2.2")`, `meets_if(.., "EC2.2", ..)` and `open("EC2.6", ..)`.
fn controls(text: &str) -> impl Iterator<Item = (String, u32)> {
    text.split(['"', '\n']).filter_map(|word| {
        let (service, number) = word.split_once('.')?;
        let named =
            service.chars().next().is_some_and(char::is_uppercase) && service.chars().all(char::is_alphanumeric);
        named.then_some((service.to_owned(), number.parse().ok()?))
    })
}

/// The type that a path means where it stands: by its own module, or by what the file uses.
fn resolved(path: &str, text: &str, known: &BTreeSet<String>) -> Option<String> {
    let name = path.rsplit("::").next()?;
    let mut fitting = known.iter().filter(|token| token.rsplit(':').next() == Some(name));
    let module = |token: &String| token.split(':').nth(1).unwrap_or_default().to_owned();
    let used = |token: &&String| {
        let module = module(token);
        path.starts_with(&format!("{module}::")) || text.contains(&format!("crate::{module}::{}", snake(name)))
    };
    let only = || known.iter().filter(|token| token.rsplit(':').next() == Some(name));
    fitting.find(used).or_else(|| only().next()).cloned()
}

/// `LoadBalancer` as a module: `load_balancer`.
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[test]
fn children_are_those_of_the_modules_that_are_used() {
    let source = |text: &str| text.to_owned();
    let sources = BTreeMap::from([
        (
            "front".to_owned(),
            source(
                "use crate::ecs::cluster;\nuse crate::components::cname::Cname;\nimpl Component for Front {}\n\
                 here.add::<cluster::Cluster>(a); here.part::<Network>(b); report.meets(\"EC2.2\").open(\"EC2.6\", \"x\")",
            ),
        ),
        ("cname".to_owned(), source("use crate::route53::record::Record;\nhere.add::<Record>(a)")),
        ("network".to_owned(), source("impl Component for Network {}\nhere.add::<Vpc>(a)")),
    ]);
    let known = ["p:ecs:Cluster", "p:rds:Cluster", "p:index:Network", "p:route53:Record", "p:ec2:Vpc"];
    let known = known.iter().map(|token| (*token).to_owned()).collect();
    let found = parts("front", &sources, &known);
    assert_eq!(found.made_of.into_iter().collect::<Vec<_>>(), ["p:ecs:Cluster", "p:index:Network", "p:route53:Record"]);
    assert_eq!(found.controls.into_iter().collect::<Vec<_>>(), [("EC2".to_owned(), 2), ("EC2".to_owned(), 6)]);
}
