//! What the program asks of the logs of a web ACL.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Faults, Output, Property};

use crate::components::{SharedArgs, SharedInputs};
use crate::types::Lowercase;
use crate::wafv2::key::Scope;
use crate::wafv2::logging_configuration::{
    ActionCondition, ActionValue, Condition, Filter, FilterBehavior, FilterRequirement, LoggingFilter, RedactedField,
};
use crate::wafv2::statement::SingleHeader;

/// What the program asks of the logs of a web ACL.
#[derive(Debug, Clone, Property)]
pub struct WafLogsInputs {
    /// The ARN of the web ACL.
    pub web_acl_arn: Output<String>,
    /// The scope of the web ACL.
    pub scope: Scope,
    /// Where the logs go, and what is in them.
    #[prop(flatten)]
    pub settings: WafLogsSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// Where the logs of a web ACL go, and what is in them.
#[derive(Debug, Clone, Property)]
pub struct WafLogsSettings {
    /// The log destination. Default: `firehose`.
    #[prop(default = WafLogDestination::Firehose)]
    pub destination: WafLogDestination,
    /// The retention in days, after which logs are deleted. Of a log group, one of the numbers that CloudWatch Logs takes. Default: 365.
    #[prop(default = 365, min = 1, max = 3653)]
    pub retention_in_days: u32,
    /// The names of the headers whose values logs don't show. Default: `authorization` and `cookie`.
    #[prop(default = BTreeSet::from(["authorization".into(), "cookie".into()]), max = 100)]
    pub redact: BTreeSet<Lowercase>,
    /// What rules must have done with a request for it to be logged, such as `BLOCK` and `COUNT`. Default: all requests are logged.
    #[prop(default)]
    pub only_actions: BTreeSet<ActionValue>,
}

/// Where the logs of a web ACL go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum WafLogDestination {
    /// A Firehose stream, which writes them into a bucket, compressed.
    #[prop(rename = "firehose")]
    Firehose,
    /// A bucket, every five minutes. Its name is made of the account, the region and the component's name: a second stack of the same program there says
    /// another one, `overrides: {bucket: {name: aws-waf-logs-...}}`.
    #[prop(rename = "s3")]
    S3,
    /// A log group of CloudWatch Logs.
    #[prop(rename = "cloudWatchLogs")]
    CloudWatchLogs,
}

impl WafLogsSettings {
    /// The fields that logs don't show.
    pub fn redacted(&self) -> BTreeSet<RedactedField> {
        let header = |name: &Lowercase| RedactedField {
            single_header: Some(SingleHeader { name: name.clone() }),
            uri_path: None,
            query_string: None,
            method: None,
        };
        self.redact.iter().map(header).collect()
    }

    /// Which requests are logged.
    pub fn filter(&self) -> Option<LoggingFilter> {
        let condition = |action: &ActionValue| Condition {
            action_condition: Some(ActionCondition { action: *action }),
            label_name_condition: None,
        };
        let filter = Filter {
            behavior: FilterBehavior::Keep,
            requirement: FilterRequirement::MeetsAny,
            conditions: self.only_actions.iter().map(condition).collect(),
        };
        let some = !self.only_actions.is_empty();
        some.then(|| LoggingFilter { filters: vec![filter], default_behavior: FilterBehavior::Drop })
    }
}

impl WafLogsInputs {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let days = self.settings.retention_in_days;
        let group = self.settings.destination == WafLogDestination::CloudWatchLogs;
        let odd = group && !crate::logs::log_group::RETENTION.contains(&days);
        let all = crate::logs::log_group::RETENTION.map(|days| days.to_string()).join(", ");
        Faults::of(self)
            .when(odd, "retentionInDays", format!("`{days}` is not one of {all}, which a log group can have"))
            .into_vec()
    }
}
