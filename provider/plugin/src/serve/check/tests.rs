//! Names that are made up.

use std::collections::BTreeSet;

use gitinfra_proto::pulumirpc as rpc;
use rpc::check_request::AutonamingOptions;
use rpc::check_request::autonaming_options::Mode;
use serde_json::json;

use super::autoname;
use crate::property::Shaped as _;
use crate::value::{Map, map};
use crate::{Property, Spelled};

/// Small letters, digits and single hyphens, a letter first, at most 20; not what begins with `sg-`.
#[derive(Debug, Clone, PartialEq)]
struct Strict(String);

impl Spelled for Strict {
    const WHAT: &'static str = "a strict name";
    const EXAMPLE: &'static str = "web";
    fn parse(text: &str) -> Result<Strict, String> {
        let name = text.to_lowercase();
        let fine = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !name.starts_with("sg-")
            && !name.contains("--")
            && name.len() <= 20;
        if fine { Ok(Strict(name)) } else { Err(Strict::is_not(text)) }
    }
    fn spell(&self) -> String {
        self.0.clone()
    }
}

#[derive(Debug, Clone, PartialEq, Property)]
struct Named {
    #[prop(autoname = 20)]
    strict: Strict,
    #[prop(autoname = 40)]
    loose: String,
}

/// The names for a resource of a key; `~` stands for the seven digits.
fn names(key: &str, autonaming: Option<(Mode, &str)>, olds: serde_json::Value) -> (Map, BTreeSet<String>) {
    let request = rpc::CheckRequest {
        urn: format!("urn:pulumi:dev::web::p:index:Named::{key}"),
        random_seed: vec![1; 32],
        autonaming: autonaming.map(|(mode, name)| AutonamingOptions { mode: mode.into(), proposed_name: name.into() }),
        ..Default::default()
    };
    let mut news = Map::new();
    let done = autoname(Named::shape(), &request, &map(olds), &mut news);
    (news, done)
}

#[track_caller]
fn check(key: &str, strict: &str, loose: &str) {
    let (names, done) = names(key, None, json!({}));
    assert_eq!(done.len(), 2);
    for (field, expected) in [("strict", strict), ("loose", loose)] {
        let name = names[field].as_str().unwrap_or_default();
        let (stem, suffix) = name.split_at(name.len() - 7);
        assert!(suffix.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
        assert_eq!(format!("{stem}~"), expected, "{key}");
    }
}

#[test]
fn a_made_up_name_is_changed_as_little_as_it_takes_to_fit() {
    check("web", "web-~", "web-~");
    check("Web", "Web-~", "Web-~");
    check("web_1.a", "web-1-a-~", "web-1-a-~");
    check("1st", "r-1st-~", "1st-~");
    check("sg-x", "r-sg-x-~", "sg-x-~");
    check("sg", "r-sg-~", "sg-~");
    check("日本", "r-~", "r-~");
    check("日本-web", "web-~", "web-~");
    check(&"a".repeat(80), "aaaaaaaaaaaa-~", &format!("{}-~", "a".repeat(32)));
    check(&"1".repeat(80), "r-1111111111-~", &format!("{}-~", "1".repeat(32)));
    check("sg-abcdefghij", "r-sg-abcdefg-~", "sg-abcdefghij-~");
}

#[test]
fn a_name_stays_what_it_was() {
    let (names, done) = names("1st", None, json!({"strict": "old", "loose": "OLD"}));
    assert_eq!(names, map(json!({"strict": "old", "loose": "OLD"})));
    assert_eq!(done.len(), 2);
}

#[test]
fn what_the_engine_proposes_is_taken_where_it_fits() {
    let proposed = |mode, name| {
        let names = names("1st", Some((mode, name)), json!({})).0;
        names.get("strict").and_then(|name| name.as_str()).map(str::to_owned)
    };
    assert_eq!(proposed(Mode::Propose, "fine").as_deref(), Some("fine"));
    assert!(proposed(Mode::Propose, "1st").is_some_and(|name| name.starts_with("r-1st-")));
    assert_eq!(proposed(Mode::Enforce, "1st").as_deref(), Some("1st"));
    assert_eq!(proposed(Mode::Disable, ""), None);
}
