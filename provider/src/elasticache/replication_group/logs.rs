//! Where the logs of a replication group go, as AWS takes and tells it.

use std::collections::BTreeSet;

use aws_sdk_elasticache::types::{
    CloudWatchLogsDestinationDetails, DestinationDetails, DestinationType, KinesisFirehoseDestinationDetails,
    LogDeliveryConfiguration as Told, LogDeliveryConfigurationRequest as Request,
    LogDeliveryConfigurationStatus as Status, LogFormat as AwsFormat, LogType as AwsType,
};

use super::inputs::{LogDeliveryConfiguration, LogDestination, LogFormat, LogType};

/// What is said to have these logs delivered.
pub fn requests(logs: &BTreeSet<LogDeliveryConfiguration>) -> Vec<Request> {
    logs.iter().map(request).collect()
}

/// What is said to come from the old ones to the new ones; nothing when they are the same.
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
pub fn read(told: &[Told]) -> BTreeSet<LogDeliveryConfiguration> {
    let on = told.iter().filter(|log| !matches!(log.status(), Some(Status::Disabling)));
    on.map(|log| {
        let details = log.destination_details();
        let group = details.and_then(DestinationDetails::cloud_watch_logs_details).and_then(|d| d.log_group());
        let stream = details.and_then(DestinationDetails::kinesis_firehose_details).and_then(|d| d.delivery_stream());
        LogDeliveryConfiguration {
            log_type: match log.log_type() {
                Some(AwsType::EngineLog) => LogType::Engine,
                _ => LogType::Slow,
            },
            destination_type: match log.destination_type() {
                Some(DestinationType::KinesisFirehose) => LogDestination::KinesisFirehose,
                _ => LogDestination::CloudwatchLogs,
            },
            destination: group.or(stream).unwrap_or_default().to_owned(),
            log_format: match log.log_format() {
                Some(AwsFormat::Text) => LogFormat::Text,
                _ => LogFormat::Json,
            },
        }
    })
    .collect()
}
