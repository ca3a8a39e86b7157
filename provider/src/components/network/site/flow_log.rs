//! The flow log of a network, with where it goes and what it is allowed.

use std::collections::BTreeMap;

use pulumi_plugin::{Error, Output};
use serde_json::json;

use super::Site;
use crate::components::spelled;
use crate::ec2::flow_log::{FlowLog, FlowLogArgs, FlowLogResourceType, TrafficType};
use crate::iam::role::{Role, RoleArgs};
use crate::logs::log_group::{LogGroup, LogGroupArgs};
use crate::types::{Arn, PolicyJson, RoleArn};

impl Site<'_> {
    /// The flow log of a VPC, which goes to a log group of its own.
    pub fn flow_log(&mut self, vpc_id: &Output<String>) {
        let days = self.inputs.settings.flow_log_retention_days;
        let args = LogGroupArgs { retention_in_days: days.into(), ..Default::default() };
        let group = self.here.add::<LogGroup>("flow-log-group", args);
        let role = self.flow_log_role(&group.arn);
        let args = FlowLogArgs {
            resource_type: FlowLogResourceType::Vpc.into(),
            resource_id: vpc_id.into(),
            traffic_type: TrafficType::All.into(),
            log_destination: spelled(&group.arn).into(),
            deliver_logs_permission_arn: role.into(),
            tags: self.named("flow-log").into(),
            ..Default::default()
        };
        self.here.add::<FlowLog>("flow-log", args);
    }

    /// The role by which the flow log writes. It may make no log group, so that none comes back when this one is deleted.
    fn flow_log_role(&mut self, group: &Output<String>) -> Output<RoleArn> {
        let trust = group.try_map(|group| trust(&group).map_err(Error::new));
        let writes = group.try_map(|group| {
            let actions = ["CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams"];
            let policy = json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Action": actions.map(|action| format!("logs:{action}")),
                    "Resource": [group, format!("{group}:*")],
                }],
            });
            let policy = PolicyJson::parse(&policy.to_string()).map_err(Error::new)?;
            Ok(BTreeMap::from([("write".to_owned(), policy)]))
        });
        let args = RoleArgs { assume_role_policy: trust.into(), inline_policies: writes.into(), ..Default::default() };
        spelled(&self.here.add::<Role>("flow-log-role", args).arn)
    }
}

/// Flow logs of the log group's own account and region may assume the role.
fn trust(group: &str) -> Result<PolicyJson, String> {
    let group = Arn::parse(group)?;
    let (region, account) = (group.region(), group.account());
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnLike": {"aws:SourceArn": format!("arn:*:ec2:{region}:{account}:vpc-flow-log/*")},
            },
        }],
    });
    PolicyJson::parse(&policy.to_string())
}
