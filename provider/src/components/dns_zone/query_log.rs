//! The query log of a hosted zone, in the one region where Route 53 writes such logs.

use pulumi_plugin::{Error, Scope};
use serde_json::json;

use super::{DnsZoneInputs, first_region};
use crate::logs::log_group::{LogGroup, LogGroupArgs, LogGroupOutputs};
use crate::logs::resource_policy::{ResourcePolicy, ResourcePolicyArgs};
use crate::route53::query_logging_config::{QueryLoggingConfig, QueryLoggingConfigArgs};
use crate::route53::zone::ZoneOutputs;
use crate::types::{Arn, PolicyJson};

/// Logs what the zone is asked.
pub fn log(here: &mut Scope, inputs: &DnsZoneInputs, zone: &ZoneOutputs) -> LogGroupOutputs {
    let retention = inputs.settings.query_log_retention_days;
    let args = LogGroupArgs { retention_in_days: retention.into(), ..Default::default() };
    let group =
        here.child("query-log-group").at(&first_region()).protect(inputs.shared.protects()).add::<LogGroup>(args);
    let document = group.arn.zip(&zone.arn).map(|(group, zone)| {
        PolicyJson::of([json!({
            "Effect": "Allow",
            "Principal": {"Service": "route53.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": format!("{group}:*"),
            "Condition": {"ArnEquals": {"aws:SourceArn": zone}},
        })])
    });
    let args = ResourcePolicyArgs { policy: document.into(), ..Default::default() };
    let policy = here.child("query-log-policy").at(&first_region()).add::<ResourcePolicy>(args);
    let arn = group.arn.try_map(|arn| Arn::parse(&arn).map_err(Error::new));
    let args = QueryLoggingConfigArgs { zone_id: (&zone.zone_id).into(), cloud_watch_logs_log_group_arn: arn.into() };
    here.child("query-log").after(&policy).add::<QueryLoggingConfig>(args);
    group
}
