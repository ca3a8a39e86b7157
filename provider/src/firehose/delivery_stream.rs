//! A Firehose stream.

mod inputs;
mod rules;
mod state;

use aws_sdk_firehose::types::{
    DeliveryStreamDescription, DeliveryStreamEncryptionConfigurationInput as AwsEncryption,
    DeliveryStreamEncryptionStatus as Encryption, DeliveryStreamStatus as Status, DeliveryStreamType,
    FailureDescription,
};
use pulumi_plugin::{Error, Fault, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::inputs::*;
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::firehose::tags;
use crate::types::Arn;

/// A Firehose stream (delivery stream): takes records, such as WAF's logs, and writes them to S3 in batches.
///
/// It needs its role with its policy, and its bucket: give it the option `dependsOn` with the policy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeliveryStream {
    /// The inputs, as Firehose has them.
    #[prop(inputs)]
    pub inputs: DeliveryStreamInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for DeliveryStream {
    const TOKEN: &'static str = "gitinfra:firehose:DeliveryStream";
    const WAIT: Wait = Wait::seconds(90, 1800);
    type Session = Aws;
    type Inputs = DeliveryStreamInputs;
    type Seen = DeliveryStreamDescription;

    fn check(new: &DeliveryStreamInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    /// Dynamic partitioning is for life, and a backup that is on can't be turned off.
    fn replaces(old: &DeliveryStreamInputs, new: &DeliveryStreamInputs) -> Vec<&'static str> {
        let partitions = |inputs: &DeliveryStreamInputs| {
            let it = inputs.extended_s3_destination_configuration.dynamic_partitioning_configuration.as_ref();
            it.is_some_and(|it| it.enabled)
        };
        let backup = |inputs: &DeliveryStreamInputs| inputs.extended_s3_destination_configuration.s3_backup_mode;
        let stopped = backup(old) == S3BackupMode::Enabled && backup(new) == S3BackupMode::Disabled;
        match stopped || partitions(old) != partitions(new) {
            true => vec!["extendedS3DestinationConfiguration"],
            false => Vec::new(),
        }
    }

    async fn create(aws: &Aws, new: &DeliveryStreamInputs) -> Result<Made> {
        let name = new.name.as_str();
        let create = aws
            .once()
            .firehose()
            .create_delivery_stream()
            .delivery_stream_name(name)
            .delivery_stream_type(DeliveryStreamType::DirectPut)
            .extended_s3_destination_configuration(state::new(&new.extended_s3_destination_configuration)?)
            .set_delivery_stream_encryption_configuration_input(encryption(new)?)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["ResourceInUseException"]).doing("creating Firehose stream", name)?;
        match made {
            Some(made) => Made::new(made.delivery_stream_arn),
            None => {
                let account = aws.account().await?;
                Ok(Made::Exists(Id::from(aws.arn("firehose", &account, &format!("deliverystream/{name}")))))
            }
        }
    }

    async fn ours(
        aws: &Aws,
        id: &Id,
        seen: &DeliveryStreamDescription,
        _: &DeliveryStreamInputs,
    ) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags::list(aws, &seen.delivery_stream_name).await?).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DeliveryStreamDescription>> {
        let name = name(id)?;
        let asked = aws.firehose().describe_delivery_stream().delivery_stream_name(name).send().await;
        let told = asked.unless(&["ResourceNotFoundException"]).doing("reading Firehose stream", name)?;
        Ok(told.and_then(|told| told.delivery_stream_description))
    }

    fn progress(seen: &DeliveryStreamDescription) -> Progress {
        let encryption = seen.delivery_stream_encryption_configuration.as_ref();
        let status = encryption.and_then(|it| it.status.clone());
        match (&seen.delivery_stream_status, status) {
            (Status::Active, Some(Encryption::Enabling | Encryption::Disabling)) => {
                Progress::Pending("its encryption is being changed".into())
            }
            (Status::Active, Some(Encryption::EnablingFailed | Encryption::DisablingFailed)) => {
                Progress::Failed(why(encryption.and_then(|it| it.failure_description.as_ref())))
            }
            (Status::Active, _) => Progress::Done,
            (Status::CreatingFailed | Status::DeletingFailed, _) => {
                Progress::Failed(why(seen.failure_description.as_ref()))
            }
            (Status::Deleting, _) => Progress::Leaving(seen.delivery_stream_status.as_str().to_owned()),
            (status, _) => Progress::Pending(status.as_str().to_owned()),
        }
    }

    async fn read(aws: &Aws, id: &Id, mut seen: DeliveryStreamDescription) -> Result<Self> {
        let destination = seen.destinations.pop().and_then(|it| it.extended_s3_destination_description);
        let elsewhere = || Error::new(format!("Firehose stream `{id}` does not write to S3, or it is not known how"));
        let destination = state::read(destination.ok_or_else(elsewhere)?)
            .map_err(|error| error.doing(format!("reading Firehose stream `{id}`")))?;
        Ok(DeliveryStream {
            inputs: DeliveryStreamInputs {
                tags: tags::visible(aws, &seen.delivery_stream_name).await?,
                delivery_stream_encryption_configuration_input: encrypted(&seen)?,
                extended_s3_destination_configuration: destination,
                name: seen.delivery_stream_name.into(),
            },
            arn: seen.delivery_stream_arn,
        })
    }

    /// AWS fills in parameters of processors, and forgets what is not enabled.
    fn respell(&mut self, given: &DeliveryStreamInputs) {
        let (ours, theirs) =
            (&given.extended_s3_destination_configuration, &mut self.inputs.extended_s3_destination_configuration);
        if let (Some(ours), Some(theirs)) = (&ours.processing_configuration, &mut theirs.processing_configuration) {
            for (ours, theirs) in ours.processors.iter().zip(&mut theirs.processors) {
                theirs.parameters.retain(|name, _| ours.parameters.contains_key(name));
            }
        }
        let off = ours.dynamic_partitioning_configuration.as_ref().filter(|it| !it.enabled);
        if theirs.dynamic_partitioning_configuration.is_none() {
            theirs.dynamic_partitioning_configuration = off.cloned();
        }
        unlogged(&ours.objects, &mut theirs.objects);
        if let (Some(ours), Some(theirs)) = (&ours.s3_backup_configuration, &mut theirs.s3_backup_configuration) {
            unlogged(ours, theirs);
        }
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &DeliveryStreamInputs) -> Result<()> {
        let gone = || Error::new(format!("Firehose stream `{id}` is gone"));
        let seen = Self::find(aws, id).await?.ok_or_else(gone)?;
        if old.inputs.extended_s3_destination_configuration != new.extended_s3_destination_configuration {
            let update = aws
                .firehose()
                .update_destination()
                .delivery_stream_name(name(id)?)
                .current_delivery_stream_version_id(&seen.version_id)
                .set_destination_id(seen.destinations.first().map(|it| it.destination_id.clone()))
                .extended_s3_destination_update(state::update(&new.extended_s3_destination_configuration)?);
            update.send().await.done("changing the destination of Firehose stream", id)?;
        }
        match encrypted(&seen)? == new.delivery_stream_encryption_configuration_input {
            true => Ok(()),
            false => encrypt(aws, name(id)?, new).await,
        }
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, name(id)?, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        // A grant of its key that AWS could not give back does not keep it for ever.
        let force = seen.delivery_stream_status == Status::DeletingFailed;
        let delete = aws.firehose().delete_delivery_stream().delivery_stream_name(name(id)?).allow_force_delete(force);
        let deleted = delete.send().await.unless(&["ResourceNotFoundException"]);
        deleted.done("deleting Firehose stream", id)
    }
}

/// The stream's name, out of its ARN.
fn name(id: &Id) -> Result<&str> {
    let wrong = || {
        Error::new(format!("`{id}` is not the ARN of a Firehose stream"))
            .hint("for example `arn:aws:firehose:us-east-1:123456789012:deliverystream/logs`")
    };
    id.as_str().rsplit_once(":deliverystream/").map(|(_, name)| name).filter(|name| !name.is_empty()).ok_or_else(wrong)
}

fn why(failure: Option<&FailureDescription>) -> String {
    failure.map_or_else(
        || "AWS does not say why".to_owned(),
        |it| format!("{}: {}", it.r#type.as_str(), it.details.trim_end_matches('.')),
    )
}

/// Options that are off are told as none.
fn unlogged(ours: &S3DestinationConfiguration, theirs: &mut S3DestinationConfiguration) {
    let off = ours.cloud_watch_logging_options.as_ref().filter(|it| !it.enabled);
    if theirs.cloud_watch_logging_options.is_none() {
        theirs.cloud_watch_logging_options = off.cloned();
    }
}

/// The encryption as AWS takes it; nothing where there is none.
fn encryption(new: &DeliveryStreamInputs) -> Result<Option<AwsEncryption>> {
    let asked = &new.delivery_stream_encryption_configuration_input;
    if asked.key_type == KeyType::None {
        return Ok(None);
    }
    let built = AwsEncryption::builder().key_type(asked.key_type.as_str().into());
    let built = built.set_key_arn(asked.key_arn.as_ref().map(Arn::to_string));
    built.build().map(Some).map_err(|error| Error::new(error.to_string()))
}

/// The encryption as AWS tells it, also while it is being changed.
fn encrypted(seen: &DeliveryStreamDescription) -> Result<DeliveryStreamEncryptionConfigurationInput> {
    let of = |key_type, key_arn| DeliveryStreamEncryptionConfigurationInput { key_type, key_arn };
    let told = seen.delivery_stream_encryption_configuration.as_ref();
    match told.and_then(|told| told.status.as_ref()) {
        Some(Encryption::Enabled | Encryption::Enabling) => {}
        // It could be turned neither on nor off: that is nothing that a program can ask for, so that the next update tries again whatever it asks.
        Some(Encryption::EnablingFailed | Encryption::DisablingFailed) => {
            return Ok(of(KeyType::CustomerManaged, None));
        }
        _ => return Ok(of(KeyType::None, None)),
    }
    let Some((told, kind)) = told.and_then(|told| Some((told, told.key_type.as_ref()?))) else {
        return Ok(of(KeyType::None, None));
    };
    let key_type = word(kind)?;
    let key_arn = told.key_arn.as_ref().filter(|_| key_type == KeyType::CustomerManaged).map(word).transpose()?;
    Ok(of(key_type, key_arn))
}

async fn encrypt(aws: &Aws, name: &str, new: &DeliveryStreamInputs) -> Result<()> {
    match encryption(new)? {
        None => {
            let stop = aws.firehose().stop_delivery_stream_encryption().delivery_stream_name(name);
            stop.send().await.done("stopping the encryption of Firehose stream", name)
        }
        Some(asked) => {
            let start = aws.firehose().start_delivery_stream_encryption().delivery_stream_name(name);
            let start = start.delivery_stream_encryption_configuration_input(asked);
            start.send().await.done("starting the encryption of Firehose stream", name)
        }
    }
}
