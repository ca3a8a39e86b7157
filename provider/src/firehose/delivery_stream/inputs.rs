//! What the program asks of a Firehose stream.

use std::collections::BTreeMap;

use pulumi_plugin::Property;

use crate::aws::Tags;
use crate::types::{Arn, StreamName};

/// The inputs of a Firehose stream (delivery stream) to S3.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeliveryStreamInputs {
    /// The Firehose stream's name: 1 to 64 letters, digits and `_.-`. The name of one that takes WAF's logs begins with `aws-waf-logs-`.
    #[prop(replace, unique, autoname = 64)]
    pub name: StreamName,
    /// The S3 destination.
    pub extended_s3_destination_configuration: ExtendedS3DestinationConfiguration,
    /// The server-side encryption of what waits in the stream. Default: with a key that AWS owns; AWS's own default is none.
    #[prop(default = DeliveryStreamEncryptionConfigurationInput::default())]
    pub delivery_stream_encryption_configuration_input: DeliveryStreamEncryptionConfigurationInput,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The server-side encryption of what waits in a stream.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeliveryStreamEncryptionConfigurationInput {
    /// The key type.
    #[prop(default = KeyType::AwsOwned)]
    pub key_type: KeyType,
    /// The ARN of the KMS key: a symmetric one, and no alias. Needed with `CUSTOMER_MANAGED_CMK`.
    pub key_arn: Option<Arn>,
}

impl Default for DeliveryStreamEncryptionConfigurationInput {
    fn default() -> Self {
        DeliveryStreamEncryptionConfigurationInput { key_type: KeyType::AwsOwned, key_arn: None }
    }
}

/// The key that encrypts what waits in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum KeyType {
    /// None: it is not encrypted.
    #[prop(rename = "NONE")]
    None,
    /// A key that AWS owns.
    #[prop(rename = "AWS_OWNED_CMK")]
    AwsOwned,
    /// A KMS key of the account. Whoever sends to the stream needs the key, too, which WAF does not have.
    #[prop(rename = "CUSTOMER_MANAGED_CMK")]
    CustomerManaged,
}

/// An S3 destination, with all that Firehose can do to records on their way.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ExtendedS3DestinationConfiguration {
    /// Where and how the objects are written.
    #[prop(flatten)]
    pub objects: S3DestinationConfiguration,
    /// The file extension of the objects, such as `.json.gz`: up to 128 characters. Default: none, or that of the compression.
    #[prop(min = 1, max = 128)]
    pub file_extension: Option<String>,
    /// The custom time zone of the times in prefixes, such as `Asia/Tokyo`. Default: UTC.
    #[prop(default = "UTC".to_owned(), max = 50)]
    pub custom_time_zone: String,
    /// The processing configuration: what is done to records. Default: nothing.
    pub processing_configuration: Option<ProcessingConfiguration>,
    /// The dynamic partitioning configuration: prefixes that depend on the records. Turning it on or off takes a new stream.
    pub dynamic_partitioning_configuration: Option<DynamicPartitioningConfiguration>,
    /// The S3 backup mode: whether records are also kept as they came. Disabling it takes a new stream.
    #[prop(default = S3BackupMode::Disabled)]
    pub s3_backup_mode: S3BackupMode,
    /// The S3 backup configuration: where records are kept as they came. Needed with `s3BackupMode: Enabled`.
    pub s3_backup_configuration: Option<S3DestinationConfiguration>,
}

/// Where and how objects are written.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct S3DestinationConfiguration {
    /// The ARN of the IAM role that Firehose assumes to write the objects.
    pub role_arn: Arn,
    /// The ARN of the bucket.
    pub bucket_arn: Arn,
    /// The prefix of the objects' keys, up to 1024 characters. Firehose adds `yyyy/MM/dd/HH/` to one without an expression `!{..}`.
    #[prop(min = 1, max = 1024)]
    pub prefix: Option<String>,
    /// The error output prefix: that of the keys of failed records. Needed where `prefix` has an expression.
    #[prop(min = 1, max = 1024)]
    pub error_output_prefix: Option<String>,
    /// The buffering hints: when an object is written.
    #[prop(default = BufferingHints::default())]
    pub buffering_hints: BufferingHints,
    /// The compression format.
    #[prop(default = CompressionFormat::Uncompressed)]
    pub compression_format: CompressionFormat,
    /// The encryption configuration of the objects. Default: that of the bucket.
    pub encryption_configuration: Option<EncryptionConfiguration>,
    /// The CloudWatch logging options: where errors are logged. Default: nowhere.
    pub cloud_watch_logging_options: Option<CloudWatchLoggingOptions>,
}

/// When an object is written: as soon as one of these is reached.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct BufferingHints {
    /// The size in MB: 1 to 128; at least 64 with dynamic partitioning. Default: 5.
    #[prop(default = 5, min = 1, max = 128, rename = "sizeInMBs")]
    pub size_in_mbs: i32,
    /// The interval in seconds: 0 to 900. Default: 300.
    #[prop(default = 300, min = 0, max = 900)]
    pub interval_in_seconds: i32,
}

impl Default for BufferingHints {
    fn default() -> Self {
        BufferingHints { size_in_mbs: 5, interval_in_seconds: 300 }
    }
}

/// How objects are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum CompressionFormat {
    /// Not at all.
    #[prop(rename = "UNCOMPRESSED")]
    Uncompressed,
    /// With gzip.
    #[prop(rename = "GZIP")]
    Gzip,
    /// With ZIP.
    #[prop(rename = "ZIP")]
    Zip,
    /// With Snappy.
    Snappy,
    /// With Snappy as Hadoop writes it.
    #[prop(rename = "HADOOP_SNAPPY")]
    HadoopSnappy,
}

/// How objects are encrypted.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EncryptionConfiguration {
    /// With a KMS key.
    pub kms_encryption_config: KmsEncryptionConfig,
}

/// The KMS key that encrypts objects.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct KmsEncryptionConfig {
    /// The ARN of the KMS key or alias, in the bucket's region.
    pub aws_kms_key_arn: Arn,
}

/// Where errors are logged.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CloudWatchLoggingOptions {
    /// Whether errors are logged. Default: true.
    #[prop(default = true)]
    pub enabled: bool,
    /// The name of the log group, which must be there.
    pub log_group_name: Option<String>,
    /// The name of the log stream, which must be there.
    pub log_stream_name: Option<String>,
}

/// What is done to records.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ProcessingConfiguration {
    /// Whether it is done. Default: true.
    #[prop(default = true)]
    pub enabled: bool,
    /// The processors, in order.
    #[prop(min = 1)]
    pub processors: Vec<Processor>,
}

/// A step in which records are processed.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Processor {
    /// The type.
    pub r#type: ProcessorType,
    /// The parameters by name, such as `LambdaArn`, `NumberOfRetries`, `BufferSizeInMBs`, `BufferIntervalInSeconds`, `MetadataExtractionQuery`,
    /// `JsonParsingEngine`, `SubRecordType`, `Delimiter`, `CompressionFormat` or `DataMessageExtraction`. AWS fills in defaults for others.
    #[prop(default)]
    pub parameters: BTreeMap<String, String>,
}

/// How records are processed.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ProcessorType {
    /// By a Lambda function.
    Lambda,
    /// Values for dynamic partitioning are taken out of them.
    MetadataExtraction,
    /// Records that hold several are taken apart.
    RecordDeAggregation,
    /// A delimiter is put after each.
    AppendDelimiterToRecord,
    /// They are decompressed: logs of CloudWatch.
    Decompression,
    /// Messages are taken out of logs of CloudWatch.
    CloudWatchLogProcessing,
}

/// Prefixes that depend on the records.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DynamicPartitioningConfiguration {
    /// Whether it is enabled. Default: true.
    #[prop(default = true)]
    pub enabled: bool,
    /// The retry options. Default: 300 seconds.
    #[prop(default = RetryOptions { duration_in_seconds: 300 })]
    pub retry_options: RetryOptions,
}

/// For how long delivery to a partition is tried again.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RetryOptions {
    /// The duration in seconds: 0 to 7200. Default: 300.
    #[prop(default = 300, min = 0, max = 7200)]
    pub duration_in_seconds: i32,
}

/// Whether records are also kept as they came.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum S3BackupMode {
    /// They are not.
    Disabled,
    /// They are.
    Enabled,
}
