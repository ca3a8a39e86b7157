//! The bucket policy that refuses whatever comes without TLS.

use pulumi_plugin::{Error, Output};
use serde_json::{Value as Json, json};

use crate::types::PolicyJson;

/// The policy of the bucket of an ARN: whoever comes without TLS is refused; beside that, the given statements count. A statement that names no
/// resource is about the bucket and all objects in it.
pub fn tls_only(arn: &Output<String>, statements: impl IntoIterator<Item = Output<Json>>) -> Output<PolicyJson> {
    let all = arn.zip(&Output::all(statements));
    all.try_map(|(arn, statements)| PolicyJson::parse(&policy(&arn, statements).to_string()).map_err(Error::new))
}

fn policy(arn: &str, statements: Vec<Json>) -> Json {
    let everything = json!([arn, format!("{arn}/*")]);
    let refusal = json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": everything,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    });
    let statements = statements.into_iter().map(|statement| about(statement, &everything));
    json!({"Version": "2012-10-17", "Statement": std::iter::once(refusal).chain(statements).collect::<Vec<_>>()})
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

    use super::policy;

    #[test]
    fn a_statement_without_a_resource_is_about_the_bucket() {
        let policy = policy("arn:aws:s3:::web", vec![json!({"Sid": "a"}), json!({"Sid": "b", "Resource": "c"})]);
        let both = json!(["arn:aws:s3:::web", "arn:aws:s3:::web/*"]);
        let resources: Vec<_> =
            policy["Statement"].as_array().into_iter().flatten().map(|it| &it["Resource"]).collect();
        assert_eq!(resources, [&both, &both, &json!("c")]);
        assert_eq!(policy["Statement"][0]["Effect"], "Deny");
    }
}
