//! Policies that components write.

use pulumi_plugin::{Error, Result, Value};
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
