//! Rules between a Firehose stream's properties.

use pulumi_plugin::{Fault, Faults};

use super::inputs::*;

/// Everything that is wrong.
pub fn faults(new: &DeliveryStreamInputs) -> Vec<Fault> {
    let encryption = &new.delivery_stream_encryption_configuration_input;
    let (own, given) = (encryption.key_type == KeyType::CustomerManaged, encryption.key_arn.is_some());
    let key = Faults::of(encryption)
        .when(own && !given, "keyArn", "missing: `keyType: CUSTOMER_MANAGED_CMK` needs it")
        .when(!own && given, "keyArn", "needs `keyType: CUSTOMER_MANAGED_CMK`")
        .into_vec();
    Faults::of(new)
        .part("extendedS3DestinationConfiguration", destination(&new.extended_s3_destination_configuration))
        .part("deliveryStreamEncryptionConfigurationInput", key)
        .into_vec()
}

fn destination(new: &ExtendedS3DestinationConfiguration) -> Vec<Fault> {
    let backup = new.s3_backup_mode == S3BackupMode::Enabled;
    let partitions = new.dynamic_partitioning_configuration.as_ref().is_some_and(|it| it.enabled);
    let small = partitions && new.objects.buffering_hints.size_in_mbs < 64;
    let odd = new.file_extension.as_ref().filter(|it| !it.starts_with('.'));
    Faults::of(new)
        .and(objects(&new.objects))
        .when(
            backup && new.s3_backup_configuration.is_none(),
            "s3BackupConfiguration",
            "missing: `s3BackupMode: Enabled` needs it",
        )
        .when(
            !backup && new.s3_backup_configuration.is_some(),
            "s3BackupMode",
            "must be `Enabled` with `s3BackupConfiguration`",
        )
        .when(small, "bufferingHints", "`sizeInMBs` must be 64 at least with dynamic partitioning")
        .when(odd.is_some(), "fileExtension", "must begin with a dot")
        .part("s3BackupConfiguration", new.s3_backup_configuration.as_ref().map(objects).unwrap_or_default())
        .into_vec()
}

fn objects(new: &S3DestinationConfiguration) -> Vec<Fault> {
    const KIND: &str = "!{firehose:error-output-type}";
    let (prefix, errors) = (new.prefix.as_deref().unwrap_or_default(), new.error_output_prefix.as_deref());
    let logging = new.cloud_watch_logging_options.as_ref();
    let named = logging.is_none_or(|it| it.log_group_name.is_some() && it.log_stream_name.is_some());
    let off = logging.is_some_and(|it| !it.enabled);
    let some = logging.is_some_and(|it| it.log_group_name.is_some() || it.log_stream_name.is_some());
    Faults::of(new)
        .when(
            prefix.contains("!{") && errors.is_none(),
            "errorOutputPrefix",
            "missing: a `prefix` with an expression needs it",
        )
        .when(prefix.contains(KIND), "prefix", format!("`{KIND}` is for `errorOutputPrefix` only"))
        .when(
            errors.is_some_and(|errors| errors.contains("!{") && !errors.contains(KIND)),
            "errorOutputPrefix",
            format!("must hold `{KIND}` where it has an expression"),
        )
        .when(!off && !named, "cloudWatchLoggingOptions", "needs `logGroupName` and `logStreamName`")
        .when(off && some, "cloudWatchLoggingOptions", "has no names with `enabled: false`, which AWS forgets")
        .into_vec()
}
