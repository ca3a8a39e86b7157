//! The query logging of a hosted zone.

use aws_sdk_route53::types::QueryLoggingConfig as AwsConfig;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, word};
use crate::route53::{bare, elsewhere};
use crate::types::Arn;

/// The inputs of a zone's query logging.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct QueryLoggingConfigInputs {
    /// The id of the public hosted zone. It can have one query logging.
    #[prop(replace, unique)]
    pub zone_id: String,
    /// The ARN of the CloudWatch Logs group, which must be in us-east-1. A resource policy of CloudWatch Logs there must let `route53.amazonaws.com` create log
    /// streams and put log events.
    #[prop(replace)]
    pub cloud_watch_logs_log_group_arn: Arn,
}

/// The query logging configuration of a Route 53 hosted zone: each DNS question that the zone's name servers answer is written to CloudWatch Logs.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct QueryLoggingConfig {
    /// The inputs, as Route 53 has them.
    #[prop(inputs)]
    pub inputs: QueryLoggingConfigInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for QueryLoggingConfig {
    const TOKEN: &'static str = "gitinfra:route53:QueryLoggingConfig";
    const WAIT: Wait = Wait::seconds(2, 300);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = QueryLoggingConfigInputs;
    type Seen = AwsConfig;

    fn check(new: &QueryLoggingConfigInputs) -> Vec<Fault> {
        let elsewhere = elsewhere(&new.cloud_watch_logs_log_group_arn);
        Faults::of(new).and(elsewhere.map(|why| Fault::new("cloudWatchLogsLogGroupArn", why))).into_vec()
    }

    async fn create(aws: &Aws, new: &QueryLoggingConfigInputs) -> Result<Made> {
        let create = aws.once().route53().create_query_logging_config().hosted_zone_id(&new.zone_id);
        let made = create.cloud_watch_logs_log_group_arn(group(&new.cloud_watch_logs_log_group_arn)).send().await;
        let made = made
            .unless(&["QueryLoggingConfigAlreadyExists"])
            .doing("creating the query logging of hosted zone", &new.zone_id);
        match made.map_err(explained)? {
            Some(made) => Made::new(made.query_logging_config.map(|config| config.id)),
            None => standing(aws, &new.zone_id).await.map(|config| Made::Exists(Id::from(config.id))),
        }
    }

    /// It has neither token nor tags: after a lost answer, the zone's only one with the same group is what that attempt made.
    async fn ours(aws: &Aws, id: &Id, seen: &AwsConfig, new: &QueryLoggingConfigInputs) -> Result<Option<Id>> {
        let same =
            bare_group(&seen.cloud_watch_logs_log_group_arn) == bare_group(new.cloud_watch_logs_log_group_arn.as_str());
        Ok((aws.call().tried() && same).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsConfig>> {
        let got = aws.route53().get_query_logging_config().id(id).send().await;
        let got = got.unless(&["NoSuchQueryLoggingConfig"]).doing("reading query logging", id)?;
        Ok(got.and_then(|answer| answer.query_logging_config))
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsConfig) -> Result<Self> {
        Ok(QueryLoggingConfig {
            inputs: QueryLoggingConfigInputs {
                zone_id: bare(&seen.hosted_zone_id).to_owned(),
                cloud_watch_logs_log_group_arn: word(bare_group(&seen.cloud_watch_logs_log_group_arn))?,
            },
            arn: format!("arn:{}:route53:::queryloggingconfig/{id}", aws.partition()),
        })
    }

    /// With or without `:*` at its end, it is the same group.
    fn respell(&mut self, given: &QueryLoggingConfigInputs) {
        let (seen, given) = (&mut self.inputs.cloud_watch_logs_log_group_arn, &given.cloud_watch_logs_log_group_arn);
        if bare_group(seen.as_str()) == bare_group(given.as_str()) {
            seen.clone_from(given);
        }
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &QueryLoggingConfigInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let deleted = aws.route53().delete_query_logging_config().id(id).send().await;
        deleted.unless(&["NoSuchQueryLoggingConfig"]).done("deleting query logging", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// A group's ARN without `:*`.
fn bare_group(arn: &str) -> &str {
    arn.trim_end_matches(":*")
}

/// A group's ARN as Route 53 takes it.
fn group(arn: &Arn) -> String {
    format!("{}:*", bare_group(arn.as_str()))
}

/// The query logging that a zone has.
async fn standing(aws: &Aws, zone: &str) -> Result<AwsConfig> {
    let listed = aws.route53().list_query_logging_configs().hosted_zone_id(zone).send().await;
    let listed = listed.doing("looking for the query logging of hosted zone", zone)?.query_logging_configs;
    let gone = || Error::new(format!("hosted zone `{zone}` has a query logging, but it can't be seen"));
    listed.into_iter().next().ok_or_else(gone)
}

fn explained(error: Error) -> Error {
    match error.message() {
        said if said.contains("InsufficientCloudWatchLogsResourcePolicy") => error.hint(
            "a resource policy of CloudWatch Logs in us-east-1 must let `route53.amazonaws.com` do `logs:CreateLogStream` and `logs:PutLogEvents`; an account has ten at most, so let one on `/aws/route53/*` serve all zones",
        ),
        said if said.contains("NoSuchCloudWatchLogsLogGroup") => error.hint("the log group must be in us-east-1"),
        _ => error,
    }
}
