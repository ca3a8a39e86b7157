//! Rules between the properties of WAF's rules, whatever they are in.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::shape::{Shape, Type};
use pulumi_plugin::{Fault, Path, Property, Value};

use super::rule::{CustomResponseBody, Rule, RuleAction, VisibilityConfig};
use super::statement::{
    ByteMatchStatement, ManagedRuleGroupStatement, RateBasedStatement, RateBasedStatementAggregateKeyType as Keys,
};

/// Objects of which exactly one property is given.
const CHOICES: [&str; 16] = [
    "Statement",
    "StatementL2",
    "StatementL3",
    "StatementL4",
    "MatchStatement",
    "FieldToMatch",
    "RuleAction",
    "DefaultAction",
    "OverrideAction",
    "JsonMatchPattern",
    "HeaderMatchPattern",
    "CookieMatchPattern",
    "RateBasedStatementCustomKey",
    "ResponseInspection",
    "RedactedField",
    "Condition",
];

/// What is wrong with the rules of a web ACL or rule group.
pub fn faults(rules: &BTreeMap<String, Rule>, bodies: &BTreeMap<String, CustomResponseBody>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut priorities = BTreeMap::new();
    for (name, rule) in rules {
        if let Some(other) = priorities.insert(rule.priority, name) {
            faults.push(Fault::new(Path::root().key("priority"), format!("`{other}` has the same")).below(name));
        }
        if !(1..=128).contains(&name.len()) || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            let why = "is not a rule's name: 1 to 128 letters, digits, `-` and `_`";
            faults.push(Fault::new(Path::root(), format!("`{name}` {why}")).below(name));
        }
        faults.extend(of_rule(rule, bodies).into_iter().map(|fault| fault.below(name)));
    }
    faults.into_iter().map(|fault| fault.below("rules")).collect()
}

fn of_rule(rule: &Rule, bodies: &BTreeMap<String, CustomResponseBody>) -> Vec<Fault> {
    let statement = &rule.statement;
    let group = statement.managed_rule_group_statement.is_some() || statement.rule_group_reference_statement.is_some();
    let (wanted, other) = if group { ("overrideAction", "action") } else { ("action", "overrideAction") };
    let given = |name: &str| if name == "action" { rule.action.is_some() } else { rule.override_action.is_some() };
    let mut faults = choices(rule);
    if !given(wanted) {
        let why = if group { "missing: a group of rules needs it" } else { "missing" };
        faults.push(Fault::new(wanted, why));
    }
    if given(other) {
        let why = if group { "a group of rules has `overrideAction` instead" } else { "is for groups of rules only" };
        faults.push(Fault::new(other, why));
    }
    faults.extend(rule.action.iter().flat_map(|action| body(action, bodies)).map(|fault| fault.below("action")));
    faults.extend(metric(&rule.visibility_config).map(|fault| fault.below("visibilityConfig")));
    let rate = statement.rate_based_statement.iter().flat_map(rate);
    faults.extend(rate.map(|fault| fault.below("rateBasedStatement").below("statement")));
    let managed = statement.managed_rule_group_statement.iter().flat_map(managed);
    faults.extend(managed.map(|fault| fault.below("managedRuleGroupStatement").below("statement")));
    faults
}

/// The body that a custom response names must be there.
pub fn body(action: &RuleAction, bodies: &BTreeMap<String, CustomResponseBody>) -> Option<Fault> {
    let response = action.block.as_ref()?.custom_response.as_ref()?;
    let key = response.custom_response_body_key.as_ref().filter(|key| !bodies.contains_key(*key))?;
    let at = Path::root().key("block").key("customResponse").key("customResponseBodyKey");
    Some(Fault::new(at, format!("there is no `{key}` in `customResponseBodies`")))
}

/// A metric's name that CloudWatch does not take.
pub fn metric(config: &VisibilityConfig) -> Option<Fault> {
    let name = &config.metric_name;
    let fine = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) && name.len() <= 128;
    let kept = matches!(name.as_str(), "All" | "Default_Action");
    let why = match (fine, kept) {
        (false, _) => format!("`{name}` is not a metric's name: 1 to 128 letters, digits, `-` and `_`"),
        (true, true) => format!("`{name}` is WAF's own"),
        _ => return None,
    };
    Some(Fault::new("metricName", why))
}

fn rate(rate: &RateBasedStatement) -> Vec<Fault> {
    let needs = |name: &str, key: Keys, given: bool| {
        let missing = rate.aggregate_key_type == key && !given;
        missing.then(|| Fault::new(name, format!("missing: `aggregateKeyType: {}` needs it", key.as_str())))
    };
    let window = rate.evaluation_window_sec;
    let odd = !matches!(window, 60 | 120 | 300 | 600);
    let keys = rate.aggregate_key_type != Keys::CustomKeys && !rate.custom_keys.is_empty();
    let found = [
        needs("forwardedIpConfig", Keys::ForwardedIp, rate.forwarded_ip_config.is_some()),
        needs("customKeys", Keys::CustomKeys, !rate.custom_keys.is_empty()),
        needs("scopeDownStatement", Keys::Constant, rate.scope_down_statement.is_some()),
        odd.then(|| Fault::new("evaluationWindowSec", format!("{window} is not 60, 120, 300 or 600"))),
        keys.then(|| Fault::new("customKeys", "needs `aggregateKeyType: CUSTOM_KEYS`")),
    ];
    found.into_iter().flatten().collect()
}

fn managed(group: &ManagedRuleGroupStatement) -> Option<Fault> {
    let mut names = BTreeSet::new();
    let twice = group.rule_action_overrides.iter().find(|each| !names.insert(&each.name))?;
    Some(Fault::new("ruleActionOverrides", format!("`{}` is there twice", twice.name)))
}

/// The objects in a part of which not exactly one property is given, the search strings that are not exactly one, and transformations of the same
/// priority, however deep.
pub fn choices<T: Property>(part: &T) -> Vec<Fault> {
    let mut faults = Vec::new();
    walk(&T::ty(), &part.encode(), Path::root(), &mut faults);
    faults
}

fn walk(ty: &Type, value: &Value, at: Path, faults: &mut Vec<Fault>) {
    match (ty.bare(), value.bare()) {
        (Type::Object(shape), Value::Object(map)) => {
            let given: Vec<_> = map.iter().filter(|(_, value)| !matches!(value, Value::Null)).collect();
            let names: Vec<_> = given.iter().map(|(name, _)| &***name).collect();
            faults.extend(of_object(shape, &names, &at));
            if shape.name == "ByteMatchStatement" {
                faults.extend(searched(value).map(|fault| Fault::new(at.join(&fault.at), fault.why)));
            }
            for (name, value) in given {
                if let Some(field) = shape.field(name) {
                    walk(&(field.ty)(), value, at.clone().key(name), faults);
                }
            }
        }
        (Type::List(item), Value::Array(items)) => {
            for (i, value) in items.iter().enumerate() {
                walk(item, value, at.clone().index(i), faults);
            }
        }
        (Type::Set(_), Value::Array(items)) => {
            let priorities: Vec<_> = items.iter().filter_map(|item| item.as_object()?.get("priority")).collect();
            let twice = priorities.iter().enumerate().any(|(i, one)| priorities[..i].contains(one));
            faults.extend(twice.then(|| Fault::new(at, "two have the same `priority`")));
        }
        _ => {}
    }
}

/// What is wrong with what a byte match statement searches for. It holds 200 bytes, which may be fewer characters.
fn searched(statement: &Value) -> Option<Fault> {
    const MOST: usize = 200;
    let statement = ByteMatchStatement::decode(statement).ok()?;
    let encoded = statement.search_string_base64.is_some();
    let why = match statement.bytes() {
        Ok(bytes) if bytes.len() > MOST => format!("is {} bytes long; {MOST} are allowed", bytes.len()),
        Ok(_) => return None,
        Err(why) => why,
    };
    Some(Fault::new(if encoded { "searchStringBase64" } else { "searchString" }, why))
}

fn of_object(shape: &'static Shape, given: &[&str], at: &Path) -> Option<Fault> {
    let bytes = shape.name == "ByteMatchStatement";
    let strings = ["searchString", "searchStringBase64"];
    let given: Vec<_> = given.iter().filter(|name| !bytes || strings.contains(name)).collect();
    if !bytes && !CHOICES.contains(&shape.name) {
        return None;
    }
    match given[..] {
        [_] => None,
        [] if bytes => Some(Fault::new(at.clone().key("searchString"), "missing")),
        [] => Some(Fault::new(at.clone(), "empty: exactly one property must be given")),
        [one, .., other] => Some(Fault::new(at.clone().key(other), format!("can't be given together with `{one}`"))),
    }
}
