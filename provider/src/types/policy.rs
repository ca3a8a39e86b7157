//! Policies: JSON of which many spellings mean the same.

use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Path, Property, Value};
use serde_json::{Map, Value as Json, json};

/// An IAM policy document. It is kept as it is spelled, with sorted keys; two are the same if they mean the same to AWS.
#[derive(Debug, Clone)]
pub struct PolicyJson(Json);

impl PolicyJson {
    /// Reads a document: text, or the object itself.
    pub fn new(value: &Value) -> Result<PolicyJson, String> {
        let policy = match value.bare() {
            Value::String(text) => serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?,
            other => other.to_json(),
        };
        match policy.get("Statement") {
            Some(Json::Array(statements)) if statements.iter().all(Json::is_object) => {}
            Some(Json::Object(_)) => {}
            Some(_) => return Err("its `Statement` is not a list of objects".into()),
            None => return Err("is not a policy: it has no `Statement`".into()),
        }
        // There and back sorts the keys, whatever order JSON is kept in.
        Ok(PolicyJson(Value::from_json(&policy).to_json()))
    }

    /// Reads a document's text.
    pub fn parse(text: &str) -> Result<PolicyJson, String> {
        PolicyJson::new(&text.into())
    }

    /// A document of these statements.
    pub fn of(statements: impl IntoIterator<Item = Json>) -> PolicyJson {
        let statements: Vec<_> = statements.into_iter().collect();
        PolicyJson(Value::from_json(&json!({"Version": "2012-10-17", "Statement": statements})).to_json())
    }

    /// How many characters it has for IAM, which counts no white space.
    pub fn size(&self) -> usize {
        self.to_string().chars().filter(|c| !c.is_whitespace()).count()
    }

    /// Its statements, as they are spelled.
    pub fn statements(&self) -> Vec<Json> {
        self.0.get("Statement").cloned().map(listed).unwrap_or_default()
    }

    /// What the document comes down to: lists in one order, single values as lists of one, actions and condition keys in lower case, an
    /// account for its root's ARN, and the version that AWS takes for one that is left out.
    fn meaning(&self) -> Json {
        let mut policy = self.0.as_object().cloned().unwrap_or_default();
        let statements = policy.remove("Statement").map(listed).unwrap_or_default();
        policy.retain(|_, value| *value != json!(""));
        policy.entry("Version").or_insert(json!("2008-10-17"));
        policy.insert("Statement".into(), sorted(statements.into_iter().map(statement)));
        Json::Object(policy)
    }
}

impl PartialEq for PolicyJson {
    fn eq(&self, other: &Self) -> bool {
        self.meaning() == other.meaning()
    }
}

impl std::fmt::Display for PolicyJson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Property for PolicyJson {
    fn ty() -> Type {
        static FORMAT: Format = Format {
            what: "an IAM policy: an object, or its JSON as text",
            example: r#"{"Statement":[],"Version":"2012-10-17"}"#,
            another: r#"{"Statement":[{"Action":"s3:*","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}"#,
            or_object: true,
            canonical: |value| PolicyJson::new(value).map(|policy| policy.encode()),
            meaning: Some(|value| match PolicyJson::new(value) {
                Ok(policy) => Value::from_json(&policy.meaning()),
                Err(_) => value.clone(),
            }),
        };
        Type::Format(&FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        PolicyJson::new(value).map_err(|why| Fault::new(Path::root(), why))
    }
    fn encode(&self) -> Value {
        self.to_string().into()
    }
}

/// Whom a document is about: its principals, as they are spelled. Nobody, if it is no policy.
pub fn principals(document: &Value) -> Vec<String> {
    let statements = PolicyJson::new(document).map(|policy| policy.statements()).unwrap_or_default();
    let principals = statements.iter().flat_map(|it| [it.get("Principal"), it.get("NotPrincipal")]).flatten();
    let names = principals.flat_map(|principal| match principal {
        Json::Object(kinds) => kinds.values().cloned().flat_map(listed).collect(),
        everyone => listed(everyone.clone()),
    });
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

fn statement(statement: Json) -> Json {
    let Json::Object(fields) = statement else {
        return statement;
    };
    let same = fields.into_iter().filter(|(name, value)| name != "Sid" || *value != json!(""));
    let same = same.map(|(name, value)| {
        let meant = match name.as_str() {
            "Action" | "NotAction" => strings(value, |action| action.to_lowercase()),
            "Resource" | "NotResource" => strings(value, |resource| resource),
            "Principal" | "NotPrincipal" => principal(value),
            "Condition" => condition(value),
            _ => value,
        };
        (name, meant)
    });
    Json::Object(same.collect())
}

fn principal(principal: Json) -> Json {
    let kinds = match principal {
        Json::Object(kinds) => kinds,
        everyone => Map::from_iter([("AWS".to_owned(), everyone)]),
    };
    let each = kinds.into_iter().map(|(kind, names)| {
        let names = match kind.as_str() {
            "AWS" => strings(names, account),
            _ => strings(names, |name| name),
        };
        (kind, names)
    });
    Json::Object(each.collect())
}

/// `arn:aws:iam::123456789012:root` is how AWS writes `123456789012`.
fn account(name: String) -> String {
    let parts: Vec<_> = name.split(':').collect();
    match parts[..] {
        ["arn", _, "iam", "", account, "root"] => account.to_owned(),
        _ => name,
    }
}

fn condition(condition: Json) -> Json {
    let Json::Object(operators) = condition else {
        return condition;
    };
    let each = operators.into_iter().map(|(operator, keys)| match keys {
        Json::Object(keys) => {
            let keys = keys.into_iter().map(|(key, values)| (key.to_lowercase(), strings(values, |value| value)));
            (operator, Json::Object(keys.collect()))
        }
        other => (operator, other),
    });
    Json::Object(each.collect())
}

fn listed(value: Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items,
        single => vec![single],
    }
}

/// One or several strings, each once, in one order. Numbers and booleans may be written without quotes.
fn strings(value: Json, meant: impl Fn(String) -> String) -> Json {
    sorted(listed(value).into_iter().map(|item| match item {
        Json::String(text) => Json::String(meant(text)),
        Json::Bool(_) | Json::Number(_) => Json::String(meant(item.to_string())),
        other => other,
    }))
}

fn sorted(items: impl Iterator<Item = Json>) -> Json {
    let mut items: Vec<_> = items.collect();
    items.sort_by_cached_key(Json::to_string);
    items.dedup();
    Json::Array(items)
}

#[cfg(test)]
mod tests;
