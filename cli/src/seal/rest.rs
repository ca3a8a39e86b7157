//! Whether what would happen now is the rest of what was shown: a run that was cut off or failed did a part of it.

use super::plan::{Change, Plan, Property};
use crate::engine::value::UNKNOWN_WORDS;

/// Whether every change was shown. What could not be known when it was shown may be anything.
pub fn is_rest(now: &Plan, shown: &Plan) -> bool {
    let was_shown = |change: &Change| shown.change(&change.urn).is_some_and(|shown| is_same(change, shown));
    now.resources.iter().all(was_shown) && are_within(&now.outputs, &shown.outputs) && are_secrets_within(now, shown)
}

/// Whether every secret is set to what was shown, or to what could not be known then.
fn are_secrets_within(now: &Plan, shown: &Plan) -> bool {
    let secrets = |plan: &Plan, urn: &String| plan.secrets.get(urn).into_iter().flatten().map(as_property).collect();
    let could_not_be_known = |urn: &str| {
        let properties = shown.change(urn).map_or(&shown.outputs, |change| &change.properties).iter();
        let unknown = properties.filter(|property| property.after.as_deref() == Some(UNKNOWN_WORDS));
        unknown.map(|property| Property { before: None, ..property.clone() })
    };
    now.secrets.keys().all(|urn| {
        let mut all: Vec<Property> = secrets(shown, urn);
        all.extend(could_not_be_known(urn));
        are_within(&secrets(now, urn), &all)
    })
}

fn as_property((path, to): (&String, &String)) -> Property {
    Property { path: path.clone(), before: None, after: Some(to.clone()) }
}

/// Whether something of a plan could not be known.
pub fn has_unknown(plan: &Plan) -> bool {
    let properties = plan.resources.iter().flat_map(|change| &change.properties).chain(&plan.outputs);
    let secrets = plan.secrets.values().flat_map(|secrets| secrets.values());
    let mut all = properties.filter_map(|property| property.after.as_ref()).chain(secrets);
    all.any(|after| after.contains(UNKNOWN_WORDS))
}

fn is_same(now: &Change, shown: &Change) -> bool {
    (&now.operation, &now.replaced_for) == (&shown.operation, &shown.replaced_for)
        && are_within(&now.properties, &shown.properties)
}

fn are_within(now: &[Property], shown: &[Property]) -> bool {
    now.iter().all(|property| shown.iter().any(|shown| is_within(property, shown)))
}

fn is_within(now: &Property, shown: &Property) -> bool {
    let is_unknown = shown.after.as_deref() == Some(UNKNOWN_WORDS);
    let is_below = now.path.strip_prefix(&shown.path).is_some_and(|rest| rest.starts_with(['.', '[']));
    match now.path == shown.path {
        true => now.before == shown.before && fits(now.after.as_deref(), shown.after.as_deref()),
        false => is_unknown && is_below,
    }
}

/// Whether a value is what was shown, where the unknown parts of that may be anything.
fn fits(now: Option<&str>, shown: Option<&str>) -> bool {
    let (Some(now), Some(shown)) = (now, shown) else {
        return now == shown;
    };
    let Some((first, rest)) = shown.split_once(UNKNOWN_WORDS) else {
        return now == shown;
    };
    let (middle, last) = rest.rsplit_once(UNKNOWN_WORDS).map_or((None, rest), |(middle, last)| (Some(middle), last));
    let Some(mut within) = now.strip_prefix(first).and_then(|now| now.strip_suffix(last)) else {
        return false;
    };
    middle.into_iter().flat_map(|middle| middle.split(UNKNOWN_WORDS)).all(|part| {
        let found = within.split_once(part);
        within = found.map_or(within, |(_, rest)| rest);
        found.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::operation::Operation;

    fn change(name: &str, operation: &str, properties: &[(&str, &str)]) -> Change {
        let property = |(path, after): &(&str, &str)| Property {
            path: (*path).to_owned(),
            before: None,
            after: Some((*after).to_owned()),
        };
        Change {
            urn: format!("urn:pulumi:dev::net::a:b:C::{name}"),
            kind: "a:b:C".to_owned(),
            name: name.to_owned(),
            operation: Operation::new(operation),
            replaced_for: Vec::new(),
            properties: properties.iter().map(property).collect(),
        }
    }

    fn plan(changes: &[Change]) -> Plan {
        Plan { resources: changes.to_vec(), ..Plan::default() }
    }

    #[test]
    fn unknown_parts_may_be_anything_and_the_others_are_what_they_were() {
        let cases = [
            ("a?b", "axb", true),
            ("a?b", "axbyb", true),
            ("a?b", "axbyc", false),
            ("a?b?c", "axbyc", true),
            ("a?b?c", "axyc", false),
            ("aba?aba", "aba", false),
            ("?b?", "xby", true),
            ("?", "", true),
            ("a", "ab", false),
        ];
        for (shown, now, expected) in cases {
            let shown = shown.replace('?', UNKNOWN_WORDS);
            assert_eq!(fits(Some(now), Some(&shown)), expected, "{shown} {now}");
        }
    }

    #[test]
    fn the_rest_of_what_was_shown_is_told_from_anything_else() {
        let unknown = UNKNOWN_WORDS;
        let list = format!("[\"a\", {unknown}, \"c\"]");
        let shown = plan(&[
            change("vpc", "create", &[("cidr", "1")]),
            change("net", "create", &[("vpcId", unknown), ("config", unknown), ("list", &list), ("size", "1")]),
        ]);
        let rest: [&[Change]; 5] = [
            &[],
            &shown.resources,
            &[change("net", "create", &[("vpcId", "\"vpc-1\""), ("size", "1")])],
            &[change("net", "create", &[("config.deep", "2"), ("config[0]", "3")])],
            &[change("net", "create", &[("list", "[\"a\", \"b\", \"c\"]")])],
        ];
        for changes in rest {
            assert!(is_rest(&plan(changes), &shown), "{changes:?}");
        }
        let other = [
            change("net", "create", &[("size", "2")]),
            change("net", "delete", &[]),
            change("new", "create", &[]),
            change("net", "create", &[("list", "[\"a\", \"b\", \"d\"]")]),
            change("net", "create", &[("configure", "1")]),
            change("net", "create", &[("size", "12")]),
        ];
        for change in other {
            assert!(!is_rest(&plan(std::slice::from_ref(&change)), &shown), "{change:?}");
        }
        let net = &shown.resources[1].urn;
        let with = |path: &str, to: &str| {
            let secrets = [(net.clone(), [(path.to_owned(), to.to_owned())].into())].into();
            Plan { secrets, ..shown.clone() }
        };
        for (was, now, expected) in [
            (("word", "digest"), ("word", "digest"), true),
            (("word", unknown), ("word", "digest"), true),
            (("word", "digest"), ("config.word", "any"), true),
            (("word", "digest"), ("word", "another"), false),
            (("word", "digest"), ("new", "digest"), false),
        ] {
            assert_eq!(is_rest(&with(now.0, now.1), &with(was.0, was.1)), expected, "{was:?} {now:?}");
        }
        assert!(has_unknown(&Plan { resources: Vec::new(), ..with("word", unknown) }));
    }
}
