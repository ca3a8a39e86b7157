//! Policies that components write.

use pulumi_plugin::{Error, Output, Result, Value};
use serde_json::{Value as Json, json};

use crate::types::PolicyJson;

/// A policy of these statements.
pub fn policy(statements: impl Into<Vec<Json>>) -> Result<PolicyJson> {
    let document = json!({"Version": "2012-10-17", "Statement": statements.into()});
    PolicyJson::new(&Value::from_json(&document)).map_err(Error::new)
}

/// A trust policy: a service may act as the role.
pub fn trust(service: &str) -> Result<PolicyJson> {
    policy([json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})])
}

/// The statement of a bucket's policy that refuses whoever does not use TLS.
pub fn tls_only(bucket: &str) -> Json {
    json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, format!("{bucket}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}

/// The policy of a bucket, by its ARN: whoever does not use TLS is refused; beside that, the given statements count. A statement that names no resource
/// is about the bucket and all objects in it.
pub fn bucket_policy(arn: &Output<String>, more: impl IntoIterator<Item = Output<Json>>) -> Output<PolicyJson> {
    arn.zip(&Output::all(more)).try_map(|(arn, more)| policy(statements(&arn, more)))
}

fn statements(arn: &str, more: Vec<Json>) -> Vec<Json> {
    let everything = json!([arn, format!("{arn}/*")]);
    std::iter::once(tls_only(arn)).chain(more.into_iter().map(|statement| about(statement, &everything))).collect()
}

/// The statement, about these resources where it names none.
fn about(mut statement: Json, resources: &Json) -> Json {
    if let Some(fields) = statement.as_object_mut().filter(|fields| !fields.contains_key("NotResource")) {
        fields.entry("Resource").or_insert_with(|| resources.clone());
    }
    statement
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::statements;

    #[test]
    fn a_statement_without_a_resource_is_about_the_bucket() {
        let all = statements("arn:aws:s3:::web", vec![json!({"Sid": "a"}), json!({"Sid": "b", "Resource": "c"})]);
        let both = json!(["arn:aws:s3:::web", "arn:aws:s3:::web/*"]);
        let resources: Vec<_> = all.iter().map(|it| &it["Resource"]).collect();
        assert_eq!(resources, [&both, &both, &json!("c")]);
        assert_eq!(all[0]["Effect"], "Deny");
    }
}
