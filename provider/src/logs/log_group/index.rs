//! The field index policy of a log group.

use aws_sdk_cloudwatchlogs::types::IndexSource;
use pulumi_plugin::{Error, Id, Result};
use serde_json::{Value as Json, json};

use super::{FieldIndexPolicy, LogGroupClass};
use crate::aws::{Aws, Doing as _};

/// The group's own policy; one of the whole account's is nobody's here. AWS answers for one group a call.
pub(super) async fn read(aws: &Aws, id: &Id, class: LogGroupClass) -> Result<Vec<FieldIndexPolicy>> {
    if class != LogGroupClass::Standard {
        return Ok(Vec::new());
    }
    let answer = aws.logs().describe_index_policies().log_group_identifiers(id).send().await;
    let policies = answer.doing("reading the field index policy of log group", id)?.index_policies.unwrap_or_default();
    let own = policies.into_iter().find(|policy| policy.source != Some(IndexSource::Account));
    let fields = own.and_then(|policy| policy.policy_document).map(|text| fields(&text)).transpose()?;
    Ok(fields.into_iter().collect())
}

fn fields(text: &str) -> Result<FieldIndexPolicy> {
    let policy: Json = serde_json::from_str(text)
        .map_err(|error| Error::new(format!("the field index policy that AWS tells is not JSON: {error}")))?;
    let fields = policy["Fields"].as_array().into_iter().flatten();
    Ok(FieldIndexPolicy { fields: fields.filter_map(Json::as_str).map(str::to_owned).collect() })
}

/// Gives the group a policy, or none.
pub(super) async fn bring(aws: &Aws, id: &Id, policy: Option<&FieldIndexPolicy>) -> Result<()> {
    const WHAT: &str = "setting fieldIndexPolicies of log group";
    match policy {
        Some(policy) => {
            let document = json!({"Fields": policy.fields}).to_string();
            let put = aws.logs().put_index_policy().log_group_identifier(id).policy_document(document);
            put.send().await.done(WHAT, id)
        }
        None => {
            let delete = aws.logs().delete_index_policy().log_group_identifier(id).send().await;
            delete.unless(&["ResourceNotFoundException"]).done(WHAT, id)
        }
    }
}
