//! The trials.

use serde_json::{Value, json};

use super::actions::{Called, anatomy};
use super::rows::Second;
use super::stack::Asked;
use super::wire::{UNKNOWN, has_secret, secret};
use super::{Trial, schema, with, with_every_row};
use crate::aws::{Aws, ELSEWHERE, REGION};

#[test]
fn each_input_is_given_and_dropped_again() {
    let schema = schema();
    let called = Called::default();
    with_every_row(|row| {
        let inputs = &schema["resources"][row.token()]["inputProperties"];
        let mut t = Trial::of(row);
        t.stack.note_actions();
        t.up(&[("x", &row.first)]);
        t.settled(&[("x", &row.first)]);
        for (name, more) in row.changes() {
            let other = with(&row.first, &more);
            let before = t.stack.kept("x").id.clone();
            let steps = t.up(&[("x", &other)]);
            if inputs[&name]["willReplaceOnChanges"] == true {
                let replaced = steps.iter().any(|step| step.starts_with("replace"));
                assert!(replaced, "`{name}` takes a new resource, says the schema, but: {steps:?}");
            }
            if steps.iter().all(|step| step.starts_with("update")) {
                assert_eq!(t.stack.kept("x").id, before, "`{name}` changes in place");
            }
            t.settled(&[("x", &other)]);
            t.up(&[("x", &row.first)]);
            t.settled(&[("x", &row.first)]);
            t.expect_count(1);
        }
        t.beside = row.beside.clone();
        for other in row.also.iter().chain(row.also.first().map(|_| &Value::Null)) {
            let other = with(&row.first, other);
            t.up(&[("x", &other)]);
            t.settled(&[("x", &other)]);
        }
        t.beside.clear();
        let kept = t.stack.kept("x").clone();
        let id = row.unknown_to_aws.is_none().then(|| anatomy(&kept.id, &kept.outputs));
        if id.is_some() {
            t.stack.import("y", row.kind, &kept.id).expect("an import");
        }
        t.up(&[]);
        t.expect_count(0);
        // What a creation asks whose answer got lost belongs to what it needs.
        t.aws.fault(json!({"kind": "lose-answer", "mutating": true}));
        t.up(&[("x", &row.first)]);
        t.aws.heal();
        t.up(&[]);
        called.note(row, t.stack.actions.take().unwrap_or_default(), id);
    });
    called.expect_listed();
}

#[test]
fn a_key_is_renamed_without_an_alias() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        t.up(&[("x", &row.first)]);
        match row.second {
            Second::Another => {
                assert_eq!(t.up(&[("y", &row.first)]), ["create y", "delete x"]);
                t.settled(&[("y", &row.first)]);
            }
            Second::Refused => {
                let words = t.refused(&[("y", &row.first)]);
                assert!(words.contains("exists already") && words.contains("`aliases`"), "{words}");
                t.expect_count(1);
                t.settled(&[("x", &row.first)]);
            }
            Second::Shared => drop(t.up(&[("y", &row.first)])),
        }
        t.expect_count(1);
    });
}

#[test]
fn it_is_replaced_by_wish() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        t.up(&[("x", &row.first)]);
        t.stack.replace.insert("x".to_owned());
        match row.second {
            Second::Refused => {
                let words = t.refused(&[("x", &row.first)]);
                assert!(words.contains("exists already") && words.contains("`deleteBeforeReplace: true`"), "{words}");
            }
            _ => assert_eq!(t.up(&[("x", &row.first)]), ["replace x", "delete-replaced x"]),
        }
        t.expect_count(1);
        t.settled(&[("x", &row.first)]);
    });
}

#[test]
fn it_is_declared_twice() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        let twice = [("x", &row.first), ("y", &row.first)];
        match row.second {
            Second::Another => {
                t.up(&twice);
                t.expect_count(2);
            }
            Second::Refused => {
                let words = t.refused(&twice);
                assert!(words.contains("exists already") || words.contains("declared twice"), "{words}");
            }
            Second::Shared => drop(t.try_up(&twice)),
        }
        // One of the two goes: the other one stays.
        t.up(&[("x", &row.first)]);
        t.settled(&[("x", &row.first)]);
        t.expect_count(1);
    });
}

#[test]
fn it_is_declared_in_two_stacks() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        t.up(&[("x", &row.first)]);
        let first = t.stack.filled(&row.first);
        let mut other = super::Stack::new(&t.aws);
        let up = other.up(&[Asked::new("x", row.kind, first)]);
        match row.second {
            Second::Refused => {
                let words = up.expect_err("it stands in another stack").words;
                assert!(words.contains("exists already"), "{words}");
            }
            _ => assert!(up.is_ok(), "{up:?}"),
        }
        other.up(&[]).unwrap_or_else(|failure| panic!("{}", failure.words));
        if !matches!(row.second, Second::Shared) {
            t.settled(&[("x", &row.first)]);
            t.expect_count(1);
        }
    });
}

#[test]
fn positions_in_a_list_shift() {
    with_every_row(|row| {
        let Some(other) = &row.other else { return };
        let mut t = Trial::of(row);
        let (a, b) = (&row.first, &with(&row.first, other));
        t.up(&[("r0", a), ("r1", b)]);
        // r0 takes the place of what was r1.
        match t.try_up(&[("r0", b)]) {
            Ok(_) => {
                t.settled(&[("r0", b)]);
                t.expect_count(1);
            }
            Err(words) => {
                let says = words.contains("exists already") || words.contains("already exists");
                assert!(says && words.contains("`aliases`"), "{words}");
                t.expect_count(2);
                t.settled(&[("r0", a), ("r1", b)]);
            }
        }
    });
}

#[test]
fn it_is_deleted_by_hand() {
    with_every_row(|row| {
        let Some(by_hand) = &row.by_hand else { return };
        let change = row.changes().into_iter().find(|(name, _)| row.in_place.contains(&name.as_str()));
        let mut t = Trial::of(row);
        let delete = |t: &mut Trial| {
            for (service, operation, parameters) in by_hand {
                let parameters = t.stack.filled(parameters);
                t.aws.call_in(row.region, service, operation, parameters);
            }
        };
        t.up(&[("x", &row.first)]);
        delete(&mut t);
        match change.map(|(_, more)| with(&row.first, &more)) {
            Some(changed) if row.made_anew => {
                assert_eq!(t.up(&[("x", &changed)]), ["update x"]);
                t.settled(&[("x", &changed)]);
                t.up(&[("x", &row.first)]);
                delete(&mut t);
            }
            Some(changed) => {
                let words = t.refused(&[("x", &changed)]);
                assert!(words.contains("is gone") && words.contains("`pulumi refresh`"), "changed after that: {words}");
            }
            None => {}
        }
        assert_eq!(t.stack.refresh().expect("a refresh"), ["x"]);
        t.up(&[("x", &row.first)]);
        delete(&mut t);
        assert_eq!(t.up(&[]), ["delete x"]);
        t.expect_count(0);
    });
}

#[test]
fn it_is_imported_with_and_without_a_region() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        t.up(&[("x", &row.first)]);
        let kept = t.stack.kept("x").clone();
        let id = kept.id.clone();
        for id in [id.clone(), format!("{id}@{REGION}")] {
            if let Some(says) = row.unknown_to_aws {
                let words = t.stack.import("y", row.kind, &id).expect_err("there is nothing to import").words;
                assert!(words.contains(says), "{words}");
                continue;
            }
            let (_, outputs) =
                t.stack.import("y", row.kind, &id).expect("an import").unwrap_or_else(|| panic!("`{id}` is not found"));
            // Of what its inputs name, an import does not know the births.
            for (name, value) in kept.outputs.as_object().into_iter().flatten().filter(|(name, _)| *name != "__named") {
                let same = outputs[name] == *value || row.untold.contains(&name.as_str());
                assert!(same, "`{name}` of `{id}` is {} after an import, and {value} after a creation", outputs[name]);
            }
        }
    });
}

#[test]
fn an_import_without_the_region_in_the_program_is_refused() {
    let aws = Aws::hurried();
    let made = aws.call_in(ELSEWHERE, "ec2", "create_vpc", json!({"CidrBlock": "10.9.0.0/16"}));
    let id = format!("{}@{ELSEWHERE}", made["Vpc"]["VpcId"].as_str().unwrap_or_default());
    let mut stack = super::Stack::new(&aws);
    let asked = |more| Asked::new("x", "ec2:Vpc", with(&json!({"cidrBlock": "10.9.0.0/16"}), &more));
    let words = stack.adopt(&asked(json!({})), &id).expect_err("it is in another region").words;
    assert!(words.contains("what is imported has `us-east-1`: the program must give `region: us-east-1`"), "{words}");
    let replaced = stack.adopt(&asked(json!({"region": ELSEWHERE})), &id).expect("an import");
    assert!(replaced.is_empty(), "{replaced:?}");
}

#[test]
fn made_up_names_fit() {
    let long = "k".repeat(80);
    with_every_row(|row| {
        for key in ["1st", "sg-x", "日本", "a--b", "x_y", long.as_str()] {
            let mut t = Trial::of(row);
            let first = with(&row.first, &row.unnamed);
            t.up(&[(key, &first)]);
            t.settled(&[(key, &first)]);
            t.up(&[]);
            t.expect_count(0);
        }
    });
}

#[test]
fn rules_hold_while_other_inputs_are_unknown() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        for (wrong, says) in &row.wrong {
            let known = with(&row.first, wrong);
            let names: Vec<_> = wrong.as_object().into_iter().flatten().map(|(name, _)| name).collect();
            let unknown: Value = known
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| {
                    let refers = value.as_str().is_some_and(|text| text.starts_with("${"));
                    (name.clone(), if refers && !names.contains(&name) { json!(UNKNOWN) } else { value.clone() })
                })
                .collect::<serde_json::Map<_, _>>()
                .into();
            for properties in [known, unknown] {
                let words = match t.stack.check(&Asked::new("x", row.kind, properties.clone())) {
                    Ok(_) => panic!("not refused: {properties}"),
                    Err(failure) => failure.words,
                };
                assert!(words.contains(says), "{properties}: {words}");
            }
        }
    });
}

#[test]
fn secrets_stay_secret_in_every_text() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        let all = with(&row.first, &row.given);
        let texts = all.as_object().into_iter().flatten().filter(|(_, value)| value.is_string());
        for (name, value) in texts {
            // What is around it is not secret; a text that refers to it is secret here.
            let value = t.stack.filled(value);
            let mut hidden = all.clone();
            hidden[name] = secret(value);
            t.up(&[("x", &hidden)]);
            let outputs = &t.stack.kept("x").outputs;
            assert!(
                outputs[name].is_null() || has_secret(&outputs[name]),
                "`{name}` stands in the state as {}",
                outputs[name]
            );
        }
    });
}

#[test]
fn the_vpc_that_it_belongs_to_is_replaced() {
    with_every_row(|row| {
        if !row.around.iter().any(|asked| asked.kind == "ec2:Vpc") {
            return;
        }
        let mut t = Trial::of(row);
        t.up(&[("x", &row.first)]);
        // The new place is made beside the old one, and what stands in it follows.
        let around = row.around.iter().map(|asked| Asked { properties: moved(&asked.properties), ..asked.clone() });
        let x = Asked::new("x", row.kind, moved(&row.first));
        let program: Vec<_> = around.chain([x]).collect();
        let steps = t.stack.up(&program).unwrap_or_else(|failure| panic!("{}", failure.words));
        // What AWS moves in place is moved.
        let follows =
            |step: &String| step.ends_with(" x") && (step.starts_with("replace") || step.starts_with("update"));
        assert!(steps.iter().any(follows), "{steps:?}");
        assert!(steps.contains(&"delete-replaced vpc".to_owned()), "{steps:?}");
        t.stack.refresh().expect("a refresh");
        assert_eq!(t.stack.up(&program).expect("it is settled"), Vec::<String>::new());
        t.expect_count(1);
    });
}

/// The new one is made beside the old one, or refused under its name; either way what belongs to it is there afterwards, and at rest.
#[test]
fn what_it_belongs_to_is_replaced_by_wish() {
    with_every_row(|row| {
        let text = row.first.to_string();
        let parents: Vec<_> = row.around.iter().filter(|asked| text.contains(&format!("${{{}.", asked.name))).collect();
        for parent in parents.into_iter().filter(|asked| asked.kind != "ec2:Vpc") {
            let mut t = Trial::of(row);
            t.up(&[("x", &row.first)]);
            t.stack.replace.insert(parent.name.clone());
            let what = format!("`{}` is replaced", parent.name);
            if let Err(words) = t.try_up(&[("x", &row.first)]) {
                assert!(words.contains("exists already") || words.contains("`deleteBeforeReplace"), "{what}: {words}");
            }
            t.stack.refresh().unwrap_or_else(|failure| panic!("{what}: {}", failure.words));
            t.try_up(&[("x", &row.first)]).unwrap_or_else(|words| panic!("{what}, and then: {words}"));
            t.settled(&[("x", &row.first)]);
            t.expect_count(1);
        }
    });
}

/// Properties with the ranges of another VPC.
fn moved(properties: &Value) -> Value {
    let ranges = ["10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24"];
    match properties {
        Value::String(text) if ranges.contains(&text.as_str()) => text.replacen("10.0.", "10.1.", 1).into(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), moved(v))).collect::<serde_json::Map<_, _>>().into(),
        other => other.clone(),
    }
}
