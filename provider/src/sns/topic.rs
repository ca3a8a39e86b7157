//! A topic.

mod attributes;

use std::collections::{BTreeSet, HashMap};

use aws_sdk_sns::types::Tag;
use pulumi_plugin::{Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};
use crate::types::{JsonObject, TopicName};

/// The inputs of an SNS topic.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TopicInputs {
    /// The topic's name: 1 to 256 letters, digits, hyphens and underscores; of a FIFO topic it ends with `.fifo`. Default: made from the
    /// resource's name, which a FIFO topic can't have.
    #[prop(replace, unique, autoname = 256)]
    pub name: TopicName,
    /// Whether it is a FIFO topic, which keeps order and sends nothing twice. Default: false.
    #[prop(replace, default)]
    pub fifo_topic: bool,
    /// The display name: the sender of mails and text messages.
    #[prop(default, max = 100)]
    pub display_name: String,
    /// The KMS master key, by id, alias or ARN. With AWS's own key `alias/aws/sns` no other service of AWS can publish, such as CloudWatch; a key
    /// of one's own has to allow `kms:Decrypt` and `kms:GenerateDataKey*` to those that do. Default: no encryption.
    #[prop(min = 1)]
    pub kms_master_key_id: Option<String>,
    /// The delivery policy: how deliveries over HTTP are tried again. Default: that of SNS.
    pub delivery_policy: Option<JsonObject>,
    /// The tracing by X-Ray. Default: `PassThrough`.
    #[prop(default = TracingConfig::PassThrough)]
    pub tracing_config: TracingConfig,
    /// The signature version: `1` for SHA1, `2` for SHA256. Default: `1`, as in AWS.
    #[prop(default = SignatureVersion::One)]
    pub signature_version: SignatureVersion,
    /// Whether a FIFO topic tells messages apart by their content. Default: false.
    #[prop(default)]
    pub content_based_deduplication: bool,
    /// The throughput scope of a FIFO topic: what its quotas hold for. Default: that of SNS.
    #[prop(computed)]
    pub fifo_throughput_scope: Option<FifoThroughputScope>,
    /// The archive policy of a FIFO topic: for how many days messages are kept, as in `{MessageRetentionPeriod: 30}`. Default: none.
    pub archive_policy: Option<JsonObject>,
    /// The delivery status logging: the roles with which SNS logs deliveries to CloudWatch, each protocol once.
    #[prop(default)]
    pub delivery_status_logging: BTreeSet<LoggingConfig>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// What X-Ray sees.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum TracingConfig {
    /// What the publisher traces.
    #[prop(rename = "PassThrough")]
    PassThrough,
    /// All messages.
    #[prop(rename = "Active")]
    Active,
}

/// How messages are signed.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum SignatureVersion {
    /// With SHA1.
    #[prop(rename = "1")]
    One,
    /// With SHA256.
    #[prop(rename = "2")]
    Two,
}

/// What the quotas of a FIFO topic hold for.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum FifoThroughputScope {
    /// The topic.
    #[prop(rename = "Topic")]
    Topic,
    /// Each message group.
    #[prop(rename = "MessageGroup")]
    MessageGroup,
}

/// How deliveries of one protocol are logged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct LoggingConfig {
    /// The protocol.
    pub protocol: LoggedProtocol,
    /// The role for deliveries that succeed.
    pub success_feedback_role_arn: Option<String>,
    /// The sample rate: how many percent of those are logged. Left out, it is as SNS has it, and is not managed here.
    #[prop(max = 100)]
    pub success_feedback_sample_rate: Option<u32>,
    /// The role for deliveries that fail.
    pub failure_feedback_role_arn: Option<String>,
}

/// A protocol whose deliveries are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum LoggedProtocol {
    /// HTTP and HTTPS.
    #[prop(rename = "http/s")]
    Http,
    /// SQS queues.
    #[prop(rename = "sqs")]
    Sqs,
    /// Lambda functions.
    #[prop(rename = "lambda")]
    Lambda,
    /// Firehose streams.
    #[prop(rename = "firehose")]
    Firehose,
    /// Mobile applications.
    #[prop(rename = "application")]
    Application,
}

/// An SNS topic: sends what is published to it to all who have subscribed.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Topic {
    /// The inputs, as SNS has them.
    #[prop(inputs)]
    pub inputs: TopicInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The account that owns it.
    #[prop(stable)]
    pub owner: String,
}

impl Resource for Topic {
    const TOKEN: &'static str = "gitinfra:sns:Topic";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = TopicInputs;
    type Seen = HashMap<String, String>;

    fn check(new: &TopicInputs) -> Vec<Fault> {
        const FIFO: &str = "needs `fifoTopic: true`";
        let ends = new.name.as_str().ends_with(".fifo");
        let protocols: BTreeSet<_> = new.delivery_status_logging.iter().map(|it| it.protocol).collect();
        let twice = protocols.len() < new.delivery_status_logging.len();
        Faults::of(new)
            .when(new.fifo_topic && !ends, "name", "has to be given and to end with `.fifo`: it is a FIFO topic")
            .when(!new.fifo_topic && ends, "name", "ends with `.fifo`, which needs `fifoTopic: true`")
            .when(!new.fifo_topic && new.content_based_deduplication, "contentBasedDeduplication", FIFO)
            .when(!new.fifo_topic && new.fifo_throughput_scope.is_some(), "fifoThroughputScope", FIFO)
            .when(!new.fifo_topic && new.archive_policy.is_some(), "archivePolicy", FIFO)
            .when(twice, "deliveryStatusLogging", "has a protocol twice")
            .into_vec()
    }

    /// AWS answers a creation with the topic of the name that stands, if all is the same; the token among the tags makes it tell another one.
    async fn create(aws: &Aws, new: &TopicInputs) -> Result<Made> {
        let name = new.name.as_str();
        let create = aws.once().sns().create_topic().name(name).set_tags(Some(aws.newborn(&new.tags)));
        let fifo = new.fifo_topic.then(|| HashMap::from([("FifoTopic".to_owned(), "true".to_owned())]));
        match create.set_attributes(fifo).send().await.doing("creating topic", name) {
            Err(error) if error.message().contains("Topic already exists") => {
                Ok(Made::Exists(aws.arn("sns", &aws.account().await?, name).into()))
            }
            made => Made::new(made?.topic_arn),
        }
    }

    async fn ours(aws: &Aws, id: &Id, _: &HashMap<String, String>, _: &TopicInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags(aws, id).await?).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<HashMap<String, String>>> {
        let got = aws.sns().get_topic_attributes().topic_arn(id).send().await;
        let answer = got.unless(&["NotFound", "NotFoundException"]).doing("reading topic", id)?;
        Ok(answer.and_then(|answer| answer.attributes))
    }

    async fn read(aws: &Aws, id: &Id, seen: HashMap<String, String>) -> Result<Self> {
        let inputs = attributes::read(id, &seen)?;
        Ok(Topic {
            inputs: TopicInputs { tags: aws.visible(tags(aws, id).await?), ..inputs },
            arn: id.to_string(),
            owner: seen.get("Owner").cloned().unwrap_or_default(),
        })
    }

    fn respell(&mut self, given: &TopicInputs) {
        attributes::respell(&mut self.inputs, given);
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &TopicInputs) -> Result<()> {
        let before = attributes::write(&old.inputs);
        for (name, value) in attributes::write(new) {
            if before.get(&name) != Some(&value) {
                set(aws, id, &name, &value).await?;
            }
        }
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            let tag = aws.sns().tag_resource().resource_arn(id).set_tags(Some(written(set)));
            tag.send().await.doing("tagging", id)?;
        }
        if !unset.is_empty() {
            let untag = aws.sns().untag_resource().resource_arn(id).set_tag_keys(Some(unset.to_vec()));
            untag.send().await.doing("removing tags of", id)?;
        }
        Ok(())
    }

    /// AWS deletes no topic that keeps an archive.
    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        if old.inputs.archive_policy.is_some() {
            set(aws, id, "ArchivePolicy", "{}").await?;
        }
        aws.sns().delete_topic().topic_arn(id).send().await.done("deleting topic", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn set(aws: &Aws, id: &Id, name: &str, value: &str) -> Result<()> {
    let set = aws.sns().set_topic_attributes().topic_arn(id).attribute_name(name).attribute_value(value);
    set.send().await.done(format!("setting {name} of topic"), id)
}

/// All tags, ours among them.
async fn tags(aws: &Aws, id: &Id) -> Result<Vec<Tag>> {
    let answer = aws.sns().list_tags_for_resource().resource_arn(id).send().await;
    Ok(answer.doing("reading the tags of", id)?.tags.unwrap_or_default())
}
