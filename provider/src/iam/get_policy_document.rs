//! A policy document out of typed statements.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Error, Fault, Faults, Function, Path, Property, Result};
use serde_json::{Map, Value as Json, json};

use crate::aws::Aws;
use crate::types::PolicyJson;

/// The inputs of getPolicyDocument.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetPolicyDocumentInputs {
    /// The version of the policy language.
    #[prop(default = PolicyVersion::V2012)]
    pub version: PolicyVersion,
    /// The id of the policy document, which some services want.
    pub policy_id: Option<String>,
    /// Policy documents whose statements come first. A later statement takes the place of an earlier one of the same `sid`.
    #[prop(default)]
    pub source_policy_documents: Vec<PolicyJson>,
    /// The statements.
    #[prop(default)]
    pub statements: Vec<PolicyStatement>,
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum PolicyVersion {
    /// The current one.
    #[default]
    #[prop(rename = "2012-10-17")]
    V2012,
    /// The old one, which knows no policy variables.
    #[prop(rename = "2008-10-17")]
    V2008,
}

/// A statement of a policy document.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct PolicyStatement {
    /// The statement id: letters and digits; some services also take spaces.
    pub sid: Option<String>,
    /// The effect. Default: `Allow`.
    #[prop(default)]
    pub effect: PolicyEffect,
    /// The actions, such as `s3:GetObject`.
    #[prop(default)]
    pub actions: BTreeSet<String>,
    /// All actions but these.
    #[prop(default)]
    pub not_actions: BTreeSet<String>,
    /// The resources: ARNs, or `*`. A trust policy has none.
    #[prop(default)]
    pub resources: BTreeSet<String>,
    /// All resources but these.
    #[prop(default)]
    pub not_resources: BTreeSet<String>,
    /// The principals, by their kind: `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` with `*` for everyone. Policies of identities have none.
    #[prop(default)]
    pub principals: BTreeMap<String, BTreeSet<String>>,
    /// All principals but these.
    #[prop(default)]
    pub not_principals: BTreeMap<String, BTreeSet<String>>,
    /// The conditions: values by operator, such as `StringEquals`, and key, such as `aws:SourceAccount`.
    #[prop(default)]
    pub conditions: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

/// The effect of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum PolicyEffect {
    /// It allows.
    #[default]
    Allow,
    /// It denies, whatever else allows.
    Deny,
}

/// A policy document.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetPolicyDocumentResult {
    /// The policy document as JSON: the same text for the same statements, without white space.
    pub json: String,
}

/// The function getPolicyDocument.
pub struct GetPolicyDocument;

impl Function for GetPolicyDocument {
    const TOKEN: &'static str = "gitinfra:iam:getPolicyDocument";
    const DOC: &'static str = "An IAM policy document as JSON, out of typed statements. Nothing is asked of AWS.";
    type Session = Aws;
    type Inputs = GetPolicyDocumentInputs;
    type Outputs = GetPolicyDocumentResult;

    async fn call(_: &Aws, asked: &GetPolicyDocumentInputs) -> Result<GetPolicyDocumentResult> {
        Ok(GetPolicyDocumentResult { json: document(asked)?.to_string() })
    }
}

/// The document; else everything that is wrong.
fn document(asked: &GetPolicyDocumentInputs) -> Result<PolicyJson> {
    let faults = Faults::of(asked).each("statements", &asked.statements, faults);
    let none = asked.statements.is_empty() && asked.source_policy_documents.is_empty();
    let faults = faults.when(none, "statements", "empty; at least one is required").into_vec();
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let sources = asked.source_policy_documents.iter().flat_map(PolicyJson::statements);
    let mut statements: Vec<Json> = Vec::new();
    for statement in sources.chain(asked.statements.iter().map(written)) {
        let same = |other: &&mut Json| statement["Sid"].is_string() && other["Sid"] == statement["Sid"];
        match statements.iter_mut().find(same) {
            Some(earlier) => *earlier = statement,
            None => statements.push(statement),
        }
    }
    let mut policy = json!({"Version": asked.version.as_str(), "Statement": statements});
    if let Some(id) = &asked.policy_id {
        policy["Id"] = json!(id);
    }
    PolicyJson::parse(&policy.to_string()).map_err(Error::new)
}

fn faults(statement: &PolicyStatement) -> Vec<Fault> {
    let kinds = ["AWS", "Service", "Federated", "CanonicalUser", "*"];
    let faults = Faults::of(statement)
        .one_of(&["actions", "notActions"])
        .at_most_one_of(&["resources", "notResources"])
        .at_most_one_of(&["principals", "notPrincipals"]);
    let given = [("principals", &statement.principals), ("notPrincipals", &statement.not_principals)];
    let odd = given.into_iter().flat_map(|(name, principals)| principals.keys().map(move |kind| (name, kind)));
    let odd = odd.filter(|(_, kind)| !kinds.contains(&kind.as_str()));
    faults
        .and(odd.map(|(name, kind)| {
            Fault::new(
                Path::root().key(name),
                format!("`{kind}` is no kind of principal; there are {}", kinds.join(", ")),
            )
        }))
        .into_vec()
}

fn written(statement: &PolicyStatement) -> Json {
    let fields = [
        ("Sid", statement.sid.as_ref().map(|sid| json!(sid))),
        ("Effect", Some(json!(statement.effect.as_str()))),
        ("Action", texts(&statement.actions)),
        ("NotAction", texts(&statement.not_actions)),
        ("Resource", texts(&statement.resources)),
        ("NotResource", texts(&statement.not_resources)),
        ("Principal", principals(&statement.principals)),
        ("NotPrincipal", principals(&statement.not_principals)),
        ("Condition", conditions(&statement.conditions)),
    ];
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(given.collect())
}

/// A single text as itself, as AWS writes it; nothing for none.
fn texts(texts: &BTreeSet<String>) -> Option<Json> {
    match texts.len() {
        0 => None,
        1 => texts.first().map(|text| json!(text)),
        _ => Some(json!(texts)),
    }
}

fn principals(principals: &BTreeMap<String, BTreeSet<String>>) -> Option<Json> {
    if principals.contains_key("*") {
        return Some(json!("*"));
    }
    let kinds: Map<_, _> = principals.iter().filter_map(|(kind, names)| Some((kind.clone(), texts(names)?))).collect();
    (!kinds.is_empty()).then_some(Json::Object(kinds))
}

fn conditions(conditions: &BTreeMap<String, BTreeMap<String, BTreeSet<String>>>) -> Option<Json> {
    let keys = |keys: &BTreeMap<String, BTreeSet<String>>| {
        Json::Object(keys.iter().filter_map(|(key, values)| Some((key.clone(), texts(values)?))).collect())
    };
    let operators: Map<_, _> = conditions.iter().map(|(operator, of)| (operator.clone(), keys(of))).collect();
    (!operators.is_empty()).then_some(Json::Object(operators))
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Value;

    use super::*;

    fn asked(given: Json) -> GetPolicyDocumentInputs {
        let mut given = given;
        let with = |object: &mut Json, names: &[&str], value: &Json| {
            for name in names.iter().filter(|name| object.get(**name).is_none()).copied().collect::<Vec<_>>() {
                object[name] = value.clone();
            }
        };
        with(&mut given, &["sourcePolicyDocuments", "statements"], &json!([]));
        with(&mut given, &["version"], &json!("2012-10-17"));
        for statement in given["statements"].as_array_mut().into_iter().flatten() {
            with(statement, &["actions", "notActions", "resources", "notResources"], &json!([]));
            with(statement, &["principals", "notPrincipals", "conditions"], &json!({}));
            with(statement, &["effect"], &json!("Allow"));
        }
        GetPolicyDocumentInputs::decode(&Value::from_json(&given)).expect("inputs")
    }

    #[track_caller]
    fn check(given: Json, expected: &str) {
        let said = document(&asked(given)).map_or_else(|error| error.message().to_owned(), |policy| policy.to_string());
        assert_eq!(said, expected);
    }

    #[test]
    fn the_same_statements_are_the_same_text() {
        check(
            json!({"statements": [{"actions": ["s3:Put*", "s3:Get*"], "resources": ["*"]}]}),
            r#"{"Statement":[{"Action":["s3:Get*","s3:Put*"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}"#,
        );
        check(
            json!({"policyId": "p", "statements": [{
                "sid": "Deny", "effect": "Deny", "notActions": ["iam:*"], "notResources": ["a", "b"],
                "principals": {"AWS": ["1", "2"], "Service": ["ec2.amazonaws.com"]},
                "conditions": {"StringEquals": {"aws:SourceAccount": ["1"], "aws:RequestTag/a": ["b", "c"]}},
            }]}),
            r#"{"Id":"p","Statement":[{"Condition":{"StringEquals":{"aws:RequestTag/a":["b","c"],"aws:SourceAccount":"1"}},"Effect":"Deny","NotAction":"iam:*","NotResource":["a","b"],"Principal":{"AWS":["1","2"],"Service":"ec2.amazonaws.com"},"Sid":"Deny"}],"Version":"2012-10-17"}"#,
        );
        check(
            json!({"statements": [{"actions": ["sts:AssumeRole"], "principals": {"*": ["*"]}}]}),
            r#"{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":"*"}],"Version":"2012-10-17"}"#,
        );
    }

    #[test]
    fn later_statements_take_the_place_of_earlier_ones() {
        let source = json!({"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "a:*"}, {"Effect": "Deny", "Action": "b:*"}]});
        check(
            json!({"sourcePolicyDocuments": [source.to_string()], "statements": [{"sid": "A", "actions": ["c:*"]}]}),
            r#"{"Statement":[{"Action":"c:*","Effect":"Allow","Sid":"A"},{"Action":"b:*","Effect":"Deny"}],"Version":"2012-10-17"}"#,
        );
    }

    #[test]
    fn all_faults_are_told() {
        check(json!({}), "`statements`: empty; at least one is required");
        check(
            json!({"statements": [{"resources": ["*"], "notResources": ["a"], "principals": {"aws": ["1"]}}]}),
            "`statements[0].actions`: missing: one of `actions` or `notActions` is required; \
             `statements[0].notResources`: only one of `resources` and `notResources` can be given; \
             `statements[0].principals`: `aws` is no kind of principal; there are AWS, Service, Federated, CanonicalUser, *",
        );
    }
}
