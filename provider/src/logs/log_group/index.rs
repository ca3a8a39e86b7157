//! The field index policy of a log group.

use std::collections::HashMap;

use aws_sdk_cloudwatchlogs::types::{IndexPolicy, IndexSource};
use pulumi_plugin::{Error, Id, Result};
use serde_json::{Value as Json, json};

use super::{FieldIndexPolicy, LogGroupClass};
use crate::aws::{Aws, Doing as _};

/// How many log groups one call asks about: AWS takes a list of them, but no longer one.
const MOST: usize = 1;

/// The group's own policy; one of the whole account's is nobody's here.
pub(super) async fn read(aws: &Aws, id: &Id, class: LogGroupClass) -> Result<Vec<FieldIndexPolicy>> {
    if class != LogGroupClass::Standard {
        return Ok(Vec::new());
    }
    let by_name = async |aws: Aws, names: Vec<String>| {
        let ask = aws.logs().describe_index_policies().set_log_group_identifiers(Some(names.clone()));
        let answer = ask.send().await.doing("reading field index policies", "")?;
        let policies = answer.index_policies.unwrap_or_default();
        let own = policies.into_iter().filter(|policy| policy.source != Some(IndexSource::Account));
        let named = own.filter_map(|policy| {
            let group = group(&policy)?;
            Some((names.iter().find(|name| **name == group)?.clone(), policy))
        });
        Ok(named.collect::<HashMap<_, _>>())
    };
    let found = aws.asked_by(MOST, id, by_name).await?;
    let fields = found.and_then(|policy| policy.policy_document).map(|text| fields(&text)).transpose()?;
    Ok(fields.into_iter().collect())
}

/// The name of a policy's group, which AWS tells by its ARN, too.
fn group(policy: &IndexPolicy) -> Option<String> {
    let told = policy.log_group_identifier()?.trim_end_matches(":*");
    Some(told.split_once(":log-group:").map_or(told, |(_, name)| name).to_owned())
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
