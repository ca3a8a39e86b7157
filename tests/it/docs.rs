//! The pages of `docs/`: out of the schema, the examples and what the table of lives saw. A test writes them, and holds them to that.

pub mod iam;
mod page;
mod parts;
mod words;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use self::page::{Page, index, path, title};
pub use self::parts::snake;
use self::parts::{parts, sources};
use crate::life::actions::{Listed, listed};
use crate::life::rows::{Row, rows};
use crate::life::schema;
use crate::tools::repository;

/// The folder of the pages.
pub fn folder() -> PathBuf {
    repository().join("docs")
}

#[test]
fn the_pages_are_current() {
    let pages = pages();
    let known: BTreeSet<_> = pages.keys().map(|path| folder().join(path)).collect();
    let extra: Vec<_> = written().into_iter().filter(|path| !known.contains(path)).collect();
    if std::env::var_os("UPDATE").is_some() {
        extra.iter().for_each(|path| fs::remove_file(path).expect("an old page can be removed"));
        for (path, text) in &pages {
            let path = folder().join(path);
            fs::create_dir_all(path.parent().expect("a page is in a folder")).expect("a folder");
            fs::write(path, text).expect("a page can be written");
        }
        return;
    }
    let stale: Vec<_> = pages.iter().filter(|(path, text)| read(path) != **text).map(|(path, _)| path).collect();
    let how = "UPDATE=1 cargo test --workspace --test it docs:: writes them";
    assert!(stale.is_empty() && extra.is_empty(), "docs/ is not current: {stale:?} {extra:?}; {how}");
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    for (path, text) in &pages {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let leads = match link.split_once('#') {
                Some(("", anchor)) => text.to_lowercase().contains(&format!("\n### {anchor}\n")),
                _ if link.contains("://") => true,
                _ => {
                    let from = folder().join(path);
                    let at = from.parent().expect("a page is in a folder").join(link);
                    at.exists()
                }
            };
            assert!(leads, "{path}: {link}");
        }
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(folder().join(path)).unwrap_or_default()
}

/// The pages in the folders of modules.
fn written() -> Vec<PathBuf> {
    let modules = fs::read_dir(folder()).expect("there is docs/").flatten().map(|entry| entry.path());
    let pages = modules.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).expect("a folder").flatten());
    pages.map(|entry| entry.path()).collect()
}

/// All pages, by their path below `docs/`.
fn pages() -> BTreeMap<String, String> {
    let (schema, lives, rows) = (schema(), listed(), rows());
    let known: BTreeSet<String> =
        schema["resources"].as_object().into_iter().flatten().map(|(token, _)| token.clone()).collect();
    let sources = sources(&repository().join("provider/src/components"));
    let mut pages = BTreeMap::from([("README.md".to_owned(), index(&schema))]);
    for (token, it) in schema["resources"].as_object().into_iter().flatten() {
        let page = match it["isComponent"] == true {
            true => {
                let parts = parts(&snake(title(token).trim_start_matches("index:")), &sources, &known);
                let example = example(token);
                Page {
                    token: token.clone(),
                    example,
                    made_of: parts.made_of,
                    controls: parts.controls,
                    ..Page::default()
                }
            }
            false => of_resource(token, &lives, rows.iter().find(|row| row.token() == *token)),
        };
        pages.insert(path(token), page.markdown(&schema));
    }
    for (token, _) in schema["functions"].as_object().into_iter().flatten() {
        let example = crate::functions::example(token).map(|asked| (CALLED.to_owned(), called(token, &asked)));
        let life = lives.get(token).cloned().unwrap_or_default();
        pages.insert(path(token), Page { token: token.clone(), example, life, ..Page::default() }.markdown(&schema));
    }
    pages
}

const LIVED: &str = "The tests make, change and delete this one:";
const CALLED: &str = "As a program of YAML asks it:";

fn of_resource(token: &str, lives: &Listed, row: Option<&Row>) -> Page {
    Page {
        token: token.to_owned(),
        example: row.map(|row| (LIVED.to_owned(), program(row))),
        life: lives.get(token).cloned().unwrap_or_default(),
        unknown_to_aws: row.is_some_and(|row| row.unknown_to_aws.is_some()),
        ..Page::default()
    }
}

/// The example of a component, which a journey runs.
fn example(token: &str) -> Option<(String, String)> {
    let name = snake(title(token).trim_start_matches("index:")).replace('_', "-");
    let paths = [format!("examples/{name}/Pulumi.yaml"), format!("examples/{name}/yaml/Pulumi.yaml")];
    let path = paths.into_iter().find(|path| repository().join(path).exists())?;
    let text = fs::read_to_string(repository().join(&path)).ok()?;
    Some((format!("[`{path}`](../../{path}), which the tests roll out:"), text))
}

/// A row's resource with what stands around it, as a program.
fn program(row: &Row) -> String {
    let own = title(row.kind).rsplit(':').next().unwrap_or_default();
    let own = format!("{}{}", own[..1].to_lowercase(), &own[1..]);
    let own = if row.around.iter().any(|asked| asked.name == own) { "own".to_owned() } else { own };
    let each = row.around.iter().map(|asked| (asked.name.clone(), asked.kind, &asked.properties));
    let each = each.chain([(own, row.kind, &row.first)]);
    let resource = |(name, kind, properties): (String, &str, &Value)| {
        let head = format!("  {name}:\n    type: gitinfra:{kind}\n");
        match indexed(properties).as_object().filter(|map| !map.is_empty()) {
            Some(properties) => format!("{head}    properties:\n{}", yaml::mapping(properties, 6)),
            None => head,
        }
    };
    format!("resources:\n{}", each.map(resource).collect::<String>())
}

/// Properties as a program writes them: names without what makes them unique here, and `${cert.options[0].name}` for
/// `${cert.options.0.name}`.
fn indexed(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains("-unused-") => text.split("-unused-").next().unwrap_or_default().into(),
        Value::String(text) if text.starts_with("${") => {
            let parts: Vec<_> = text.split('.').collect();
            let mut out = String::new();
            for (i, part) in parts.iter().enumerate() {
                let is_index = part.trim_end_matches('}').chars().all(|c| c.is_ascii_digit()) && i > 0;
                let end = if part.ends_with('}') { "}" } else { "" };
                match is_index {
                    true => out += &format!("[{}]{end}", part.trim_end_matches('}')),
                    false if i > 0 => out += &format!(".{part}"),
                    false => out += part,
                }
            }
            out.into()
        }
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), indexed(v))).collect::<Map<_, _>>().into(),
        Value::Array(items) => items.iter().map(indexed).collect(),
        other => other.clone(),
    }
}

/// A program that asks a function.
fn called(token: &str, asked: &Value) -> String {
    let head = format!("variables:\n  found:\n    fn::invoke:\n      function: {token}\n");
    match asked.as_object().filter(|map| !map.is_empty()) {
        Some(asked) => format!("{head}      arguments:\n{}", yaml::mapping(asked, 8)),
        None => head,
    }
}

#[test]
fn a_reference_into_a_list_has_brackets() {
    assert_eq!(
        indexed(&json!(["${cert.options.0.name}", "${a.ids.1}", "a.0"])),
        json!(["${cert.options[0].name}", "${a.ids[1]}", "a.0"])
    );
}
