//! A Firehose stream's destination, as AWS takes and tells it.

use aws_sdk_firehose::error::BuildError;
use aws_sdk_firehose::types as sdk;
use pulumi_plugin::{Error, Result};

use super::inputs::*;
use crate::aws::list::filled;
use crate::aws::{word, word_or};
use crate::types::Arn;

fn incomplete(error: BuildError) -> Error {
    Error::new(error.to_string())
}

/// Writes the same into one of AWS's two builders for a backup or destination, new or changed. An update keeps what it is not told, so everything is.
macro_rules! written {
    ($builder:expr, $objects:expr) => {{
        let objects: &S3DestinationConfiguration = $objects;
        $builder
            .role_arn(objects.role_arn.as_str())
            .bucket_arn(objects.bucket_arn.as_str())
            .prefix(objects.prefix.clone().unwrap_or_default())
            .error_output_prefix(objects.error_output_prefix.clone().unwrap_or_default())
            .buffering_hints(hints(&objects.buffering_hints))
            .compression_format(objects.compression_format.as_str().into())
            .encryption_configuration(encryption(objects.encryption_configuration.as_ref())?)
            .cloud_watch_logging_options(logging(objects.cloud_watch_logging_options.as_ref()))
    }};
}

/// Writes what only the extended destination has.
macro_rules! extended {
    ($builder:expr, $new:expr) => {{
        let new: &ExtendedS3DestinationConfiguration = $new;
        $builder
            .file_extension(new.file_extension.clone().unwrap_or_default())
            .custom_time_zone(&new.custom_time_zone)
            .processing_configuration(processing(new.processing_configuration.as_ref())?)
            .set_dynamic_partitioning_configuration(new.dynamic_partitioning_configuration.as_ref().map(partitioning))
            .s3_backup_mode(new.s3_backup_mode.as_str().into())
    }};
}

/// A new stream's destination.
pub fn new(new: &ExtendedS3DestinationConfiguration) -> Result<sdk::ExtendedS3DestinationConfiguration> {
    let backup = new
        .s3_backup_configuration
        .as_ref()
        .map(|backup| written!(sdk::S3DestinationConfiguration::builder(), backup).build().map_err(incomplete));
    let built = written!(sdk::ExtendedS3DestinationConfiguration::builder(), &new.objects);
    extended!(built, new).set_s3_backup_configuration(backup.transpose()?).build().map_err(incomplete)
}

/// A destination's update.
pub fn update(new: &ExtendedS3DestinationConfiguration) -> Result<sdk::ExtendedS3DestinationUpdate> {
    let backup = new
        .s3_backup_configuration
        .as_ref()
        .map(|backup| Ok::<_, Error>(written!(sdk::S3DestinationUpdate::builder(), backup).build()));
    let built = written!(sdk::ExtendedS3DestinationUpdate::builder(), &new.objects);
    Ok(extended!(built, new).set_s3_backup_update(backup.transpose()?).build())
}

fn hints(hints: &BufferingHints) -> sdk::BufferingHints {
    let built = sdk::BufferingHints::builder().size_in_mbs(hints.size_in_mbs);
    built.interval_in_seconds(hints.interval_in_seconds).build()
}

fn encryption(asked: Option<&EncryptionConfiguration>) -> Result<sdk::EncryptionConfiguration> {
    let built = sdk::EncryptionConfiguration::builder();
    let Some(asked) = asked else {
        return Ok(built.no_encryption_config(sdk::NoEncryptionConfig::NoEncryption).build());
    };
    let key = sdk::KmsEncryptionConfig::builder().awskms_key_arn(asked.kms_encryption_config.aws_kms_key_arn.as_str());
    Ok(built.kms_encryption_config(key.build().map_err(incomplete)?).build())
}

fn logging(asked: Option<&CloudWatchLoggingOptions>) -> sdk::CloudWatchLoggingOptions {
    let built = sdk::CloudWatchLoggingOptions::builder();
    match asked.filter(|asked| asked.enabled) {
        None => built.enabled(false).build(),
        Some(asked) => built
            .enabled(true)
            .set_log_group_name(asked.log_group_name.clone())
            .set_log_stream_name(asked.log_stream_name.clone())
            .build(),
    }
}

fn processing(asked: Option<&ProcessingConfiguration>) -> Result<sdk::ProcessingConfiguration> {
    let built = sdk::ProcessingConfiguration::builder();
    let Some(asked) = asked else { return Ok(built.enabled(false).set_processors(Some(Vec::new())).build()) };
    let processors = asked.processors.iter().map(processor).collect::<Result<Vec<_>>>()?;
    Ok(built.enabled(asked.enabled).set_processors(Some(processors)).build())
}

fn processor(asked: &Processor) -> Result<sdk::Processor> {
    let parameter = |(name, value): (&String, &String)| {
        let built = sdk::ProcessorParameter::builder().parameter_name(name.as_str().into()).parameter_value(value);
        built.build().map_err(incomplete)
    };
    let parameters = asked.parameters.iter().map(parameter).collect::<Result<Vec<_>>>()?;
    let parameters = Some(parameters).filter(|parameters| !parameters.is_empty());
    let built = sdk::Processor::builder().r#type(asked.r#type.as_str().into()).set_parameters(parameters);
    built.build().map_err(incomplete)
}

fn partitioning(asked: &DynamicPartitioningConfiguration) -> sdk::DynamicPartitioningConfiguration {
    let retry = sdk::RetryOptions::builder().duration_in_seconds(asked.retry_options.duration_in_seconds).build();
    sdk::DynamicPartitioningConfiguration::builder().enabled(asked.enabled).retry_options(retry).build()
}

/// Reads what AWS's two types of description have in common.
macro_rules! read {
    ($told:expr) => {{
        let told = $told;
        let key = told.encryption_configuration.and_then(|it| it.kms_encryption_config).map(|it| it.awskms_key_arn);
        let logging = told.cloud_watch_logging_options.filter(|it| it.enabled == Some(true));
        S3DestinationConfiguration {
            role_arn: word(told.role_arn)?,
            bucket_arn: word(told.bucket_arn)?,
            prefix: filled(told.prefix),
            error_output_prefix: filled(told.error_output_prefix),
            buffering_hints: told.buffering_hints.map(read_hints).unwrap_or_default(),
            compression_format: word(told.compression_format)?,
            encryption_configuration: key.map(with_key).transpose()?,
            cloud_watch_logging_options: logging.map(|it| CloudWatchLoggingOptions {
                enabled: true,
                log_group_name: it.log_group_name,
                log_stream_name: it.log_stream_name,
            }),
        }
    }};
}

fn read_hints(told: sdk::BufferingHints) -> BufferingHints {
    let default = BufferingHints::default();
    BufferingHints {
        size_in_mbs: told.size_in_mbs.unwrap_or(default.size_in_mbs),
        interval_in_seconds: told.interval_in_seconds.unwrap_or(default.interval_in_seconds),
    }
}

fn with_key(arn: String) -> Result<EncryptionConfiguration> {
    let aws_kms_key_arn: Arn = word(arn)?;
    Ok(EncryptionConfiguration { kms_encryption_config: KmsEncryptionConfig { aws_kms_key_arn } })
}

/// What AWS tells of a destination.
pub fn read(mut told: sdk::ExtendedS3DestinationDescription) -> Result<ExtendedS3DestinationConfiguration> {
    if told.data_format_conversion_configuration.take().is_some_and(|it| it.enabled == Some(true)) {
        return Err(Error::new("it converts records to another format, which is not known here"));
    }
    let backup = told.s3_backup_description.take();
    let backup = backup.map(|backup| Ok::<_, Error>(read!(backup))).transpose()?;
    let partitions = told.dynamic_partitioning_configuration.take().filter(|it| it.enabled == Some(true));
    let seconds = |retry: Option<sdk::RetryOptions>| retry.and_then(|it| it.duration_in_seconds).unwrap_or(300);
    let processing = told.processing_configuration.take();
    let processing = processing.filter(|it| it.enabled == Some(true) || !it.processors().is_empty());
    let mode = word_or(told.s3_backup_mode.take(), S3BackupMode::Disabled)?;
    Ok(ExtendedS3DestinationConfiguration {
        file_extension: filled(told.file_extension.take()),
        custom_time_zone: filled(told.custom_time_zone.take()).unwrap_or_else(|| "UTC".to_owned()),
        processing_configuration: processing.map(read_processing).transpose()?,
        dynamic_partitioning_configuration: partitions.map(|it| DynamicPartitioningConfiguration {
            enabled: true,
            retry_options: RetryOptions { duration_in_seconds: seconds(it.retry_options) },
        }),
        s3_backup_mode: mode,
        s3_backup_configuration: backup.filter(|_| mode == S3BackupMode::Enabled),
        objects: read!(told),
    })
}

fn read_processing(told: sdk::ProcessingConfiguration) -> Result<ProcessingConfiguration> {
    let processors = told.processors.unwrap_or_default().into_iter().map(|processor| {
        let parameters = processor.parameters.unwrap_or_default().into_iter();
        let parameters = parameters.map(|it| (it.parameter_name.as_str().to_owned(), it.parameter_value)).collect();
        Ok(Processor { r#type: word(processor.r#type)?, parameters })
    });
    Ok(ProcessingConfiguration {
        enabled: told.enabled.unwrap_or_default(),
        processors: processors.collect::<Result<_>>()?,
    })
}
