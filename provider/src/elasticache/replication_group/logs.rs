//! Log delivery of a replication group, as AWS takes and returns it.

use std::collections::BTreeSet;

use aws_sdk_elasticache::types::{
    CloudWatchLogsDestinationDetails, DestinationDetails, DestinationType, KinesisFirehoseDestinationDetails,
    LogDeliveryConfiguration as AwsLog, LogDeliveryConfigurationRequest as Request,
    LogDeliveryConfigurationStatus as Status, LogFormat as AwsFormat, LogType as AwsType,
};
use pulumi_plugin::Result;

use super::inputs::{LogDeliveryConfiguration, LogDestination, LogFormat, LogType};
use crate::aws::word_or;

/// The requests to have these logs delivered.
pub fn requests(logs: &BTreeSet<LogDeliveryConfiguration>) -> Vec<Request> {
    logs.iter().map(request).collect()
}

/// The requests that bring the old configuration to the new one; nothing when they are the same.
pub fn changes(
    old: &BTreeSet<LogDeliveryConfiguration>,
    new: &BTreeSet<LogDeliveryConfiguration>,
) -> Option<Vec<Request>> {
    let gone = old.iter().filter(|o| !new.iter().any(|n| n.log_type == o.log_type));
    let off = gone.map(|log| {
        let kind = AwsType::from(log.log_type.as_str());
        Request::builder().log_type(kind).enabled(false).build()
    });
    let all: Vec<_> = new.difference(old).map(request).chain(off).collect();
    (!all.is_empty()).then_some(all)
}

fn request(log: &LogDeliveryConfiguration) -> Request {
    let name = &log.destination;
    let details = DestinationDetails::builder();
    let details = match log.destination_type {
        LogDestination::CloudwatchLogs => {
            details.cloud_watch_logs_details(CloudWatchLogsDestinationDetails::builder().log_group(name).build())
        }
        LogDestination::KinesisFirehose => {
            details.kinesis_firehose_details(KinesisFirehoseDestinationDetails::builder().delivery_stream(name).build())
        }
    };
    Request::builder()
        .log_type(AwsType::from(log.log_type.as_str()))
        .destination_type(DestinationType::from(log.destination_type.as_str()))
        .destination_details(details.build())
        .log_format(AwsFormat::from(log.log_format.as_str()))
        .enabled(true)
        .build()
}

/// The logs that are delivered, or soon will be.
pub fn read(logs: Vec<AwsLog>) -> Result<BTreeSet<LogDeliveryConfiguration>> {
    let on = logs.into_iter().filter(|log| log.status != Some(Status::Disabling));
    on.map(|log| {
        let details = log.destination_details.as_ref();
        let group = details.and_then(DestinationDetails::cloud_watch_logs_details).and_then(|d| d.log_group());
        let stream = details.and_then(DestinationDetails::kinesis_firehose_details).and_then(|d| d.delivery_stream());
        Ok(LogDeliveryConfiguration {
            log_type: word_or(log.log_type, LogType::Slow)?,
            destination_type: word_or(log.destination_type, LogDestination::CloudwatchLogs)?,
            destination: group.or(stream).unwrap_or_default().to_owned(),
            log_format: word_or(log.log_format, LogFormat::Text)?,
        })
    })
    .collect()
}
