//! What counts as what was shown.

use super::*;
use crate::engine::operation::Operation;
use crate::engine::value::UNKNOWN_WORDS;
use crate::seal::{Change, Property};

/// A plan of one stack that would be made with what another one puts out.
fn plan(vpc: &str, size: &str) -> Plan {
    let property =
        |path: &str, after: &str| Property { path: path.to_owned(), before: None, after: Some(after.to_owned()) };
    let change = Change {
        urn: "urn:pulumi:dev::app::a:b:C::app".to_owned(),
        kind: "a:b:C".to_owned(),
        name: "app".to_owned(),
        operation: Operation::new("create"),
        replaced_for: Vec::new(),
        properties: vec![property("vpcId", vpc), property("size", size)],
    };
    Plan { resources: vec![change], ..Plan::default() }
}

fn shown(plan: Plan, reads_others: bool) -> Sealed {
    let ground = Ground {
        repository: String::new(),
        stack: "app/dev".to_owned(),
        head: "aaaa".to_owned(),
        base: "bbbb".to_owned(),
        tree: "cccc".to_owned(),
        configuration: Default::default(),
        environment: Default::default(),
        state: String::new(),
        versions: Default::default(),
        packs: Default::default(),
        refresh: false,
        destroy: false,
    };
    let seal = Seal { ground, changes: "as shown".to_owned(), plan, reads_others, refused: Vec::new() };
    Sealed { id: "seal".to_owned(), seal, approvals: Vec::new(), rejected: None, is_begun: false, used_by: None }
}

/// Who reads another stack that was new, too, was previewed without its outputs. They are known by now, and nothing else is
/// another thing.
#[test]
fn what_others_put_out_by_now_was_shown() {
    let look = |plan: Plan, fields: &[Field]| Look {
        plan,
        changes: "as it is now".to_owned(),
        others: fields.iter().map(|field| Other { field: *field, words: String::new() }).collect(),
        reads_others: true,
        refused: Vec::new(),
        is_new: true,
    };
    let (now, unknown) = (|size: &str| plan("\"vpc-1\"", size), || plan(UNKNOWN_WORDS, "1"));
    let outputs = [Field::Outputs, Field::Head, Field::Base, Field::Tree];
    assert!(look(now("1"), &outputs).is_of(&shown(unknown(), true)));
    assert!(look(now("1"), &[]).is_of(&shown(unknown(), true)));
    // What was known is another thing, or what it rests on is.
    assert!(!look(now("2"), &outputs).is_of(&shown(unknown(), true)));
    for field in [Field::Configuration, Field::Environment, Field::State, Field::Versions, Field::Packs, Field::Stack] {
        assert!(!look(now("1"), &[Field::Outputs, field]).is_of(&shown(unknown(), true)), "{field:?}");
    }
    // Nobody else's outputs were read, or all was known.
    assert!(!look(now("1"), &outputs).is_of(&shown(unknown(), false)));
    assert!(!look(now("1"), &outputs).is_of(&shown(plan("\"vpc-2\"", "1"), true)));
    // A run that began with it goes on with the rest.
    let begun = Sealed { is_begun: true, ..shown(unknown(), false) };
    assert!(look(now("1"), &[Field::State]).is_of(&begun));
}
