//! A key's policy.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use pulumi_plugin::{Again, Error, Id, Result};
use serde_json::{Value, json};

use crate::aws::{Aws, Doing as _};
use crate::types::PolicyJson;

/// The name of the only policy that a key has.
pub const NAME: &str = "default";

/// The policy that the key has.
pub async fn read(aws: &Aws, id: &Id) -> Result<PolicyJson> {
    let got = aws.kms().get_key_policy().key_id(id).policy_name(NAME).send().await;
    let got = got.doing("reading the policy of key", id)?;
    PolicyJson::parse(got.policy().unwrap_or_default())
        .map_err(|why| Error::new(format!("reading the policy of key `{id}`: it {why}")))
}

/// The policy that KMS gives a key by itself: the account's IAM policies decide.
pub fn default(arn: &str) -> Value {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let (partition, account) = (parts.get(1).unwrap_or(&"aws"), parts.get(4).unwrap_or(&""));
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:{partition}:iam::{account}:root")},
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
}

/// Whether a policy comes down to the one that KMS gives by itself, whatever it and its statement are called.
pub fn is_default(policy: &PolicyJson, arn: &str) -> bool {
    let bare = |statements: Vec<Value>| {
        let statements = statements.into_iter().map(|mut statement| {
            if let Some(fields) = statement.as_object_mut() {
                fields.remove("Sid");
            }
            statement
        });
        PolicyJson::parse(&json!({"Statement": statements.collect::<Vec<_>>()}).to_string()).ok()
    };
    let own = default(arn)["Statement"].as_array().cloned().unwrap_or_default();
    bare(policy.statements()) == bare(own)
}

/// The answer to a call that gives a key a policy.
///
/// Of a principal that KMS doesn't know yet, it says that the policy is malformed, and not always why. That it would lock its author out doesn't pass.
pub fn taken<T, E>(answer: Result<T, SdkError<E, HttpResponse>>, what: &str, name: &str) -> Result<T>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let refusal = answer.as_ref().err().filter(|refusal| refusal.code() == Some("MalformedPolicyDocumentException"));
    let said = refusal.map(|refusal| refusal.message().unwrap_or_default().to_owned());
    answer.doing(what, name).map_err(|error| match said.as_deref() {
        Some("") => error.again(Again::Soon).hint("check the ARNs of roles and users in the key policy"),
        Some(said) if said.contains("in the future") => {
            error.hint("let the caller do `kms:PutKeyPolicy`, or set `bypassPolicyLockoutSafetyCheck: true`")
        }
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_policy_that_kms_gives() {
        let arn = "arn:aws:kms:us-east-1:123456789012:key/0";
        let own = default(arn).to_string();
        for (text, expected) in [
            (own.clone(), true),
            (own.replace("key-default-1", "key-consolepolicy-3").replace("Enable IAM User Permissions", "x"), true),
            (own.replace("arn:aws:iam::123456789012:root", "123456789012"), true),
            (own.replace("123456789012", "210987654321"), false),
            (own.replace("kms:*", "kms:Get*"), false),
            (own.replace("\"Resource\":\"*\"", "\"Condition\":{\"Bool\":{\"a\":\"true\"}},\"Resource\":\"*\""), false),
        ] {
            let policy = PolicyJson::parse(&text).expect("a policy");
            assert_eq!(is_default(&policy, arn), expected, "{text}");
        }
    }
}
