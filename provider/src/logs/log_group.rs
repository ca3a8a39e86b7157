//! A log group.

mod index;

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::types::{DataProtectionStatus, LogGroup as AwsLogGroup, LogGroupClass as AwsClass};
use pulumi_plugin::{Fault, Faults, Id, Made, Property, Resource, Result};

use crate::aws::{Aws, Doing as _, Tags, word, word_or};
use crate::logs::tags;
use crate::types::{Arn, LogGroupName, PolicyJson};

/// The days for which CloudWatch Logs can keep what is logged.
pub(crate) const RETENTION: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// What is wrong with a retention, as the property of this name.
pub(crate) fn retention_fault(at: &'static str, days: u32) -> Option<Fault> {
    let known = || RETENTION.map(|days| days.to_string()).join(", ");
    (!RETENTION.contains(&days)).then(|| Fault::new(at, format!("`{days}` is not one of {}", known())))
}

/// The inputs of a log group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LogGroupInputs {
    /// The log group's name: 1 to 512 letters, digits and `.-_/#`, unique in the region. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 512)]
    pub name: LogGroupName,
    /// The retention in days: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.
    /// Default: for ever. A log group of class `DELIVERY` has its own.
    pub retention_in_days: Option<u32>,
    /// The class of the log group. Default: `STANDARD`.
    #[prop(replace, default = LogGroupClass::Standard)]
    pub log_group_class: LogGroupClass,
    /// The ARN of the KMS key that encrypts what is logged from now on. Its policy must let CloudWatch Logs of the region use it. What was
    /// logged before needs the key of then. Default: AWS's own key.
    pub kms_key_id: Option<Arn>,
    /// Whether deletion protection is on: AWS deletes the log group only after it is turned off. Default: false.
    #[prop(default = false)]
    pub deletion_protection_enabled: bool,
    /// Whether bearer token authentication is on: logs can come by HTTP with a bearer token. Default: false.
    #[prop(default = false)]
    pub bearer_token_authentication_enabled: bool,
    /// The data protection policy: finds and masks personal and secret data in what is logged. Only for class `STANDARD`.
    pub data_protection_policy: Option<PolicyJson>,
    /// The field index policy, at most one: the fields by which queries find what is logged without reading all of it. Only for class `STANDARD`.
    #[prop(default, max = 1)]
    pub field_index_policies: Vec<FieldIndexPolicy>,
    /// Tags of the log group.
    #[prop(default)]
    pub tags: Tags,
}

/// A field index policy of a log group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FieldIndexPolicy {
    /// The fields that are indexed, at most 20, such as `requestId`.
    #[prop(min = 1, max = 20)]
    pub fields: BTreeSet<String>,
}

/// The class of a log group.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum LogGroupClass {
    /// All that CloudWatch Logs can do.
    #[prop(rename = "STANDARD")]
    Standard,
    /// Cheaper, without metric filters, alarms and live views.
    #[prop(rename = "INFREQUENT_ACCESS")]
    InfrequentAccess,
    /// For what is passed on to S3 or Data Firehose; kept for a day or two.
    #[prop(rename = "DELIVERY")]
    Delivery,
}

/// A log group: what CloudWatch Logs keeps of one source, with how long and how it is kept.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LogGroup {
    /// The inputs as CloudWatch Logs has them.
    #[prop(inputs)]
    pub inputs: LogGroupInputs,
    /// The ARN of the log group, without `:*` at its end. Policies that speak of its log streams need `ARN:*`.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for LogGroup {
    const TOKEN: &'static str = "gitinfra:logs:LogGroup";
    type Session = Aws;
    type Inputs = LogGroupInputs;
    type Seen = AwsLogGroup;

    fn check(new: &LogGroupInputs) -> Vec<Fault> {
        let standard = new.log_group_class == LogGroupClass::Standard;
        let delivery = new.log_group_class == LogGroupClass::Delivery;
        Faults::of(new)
            .and(new.retention_in_days.and_then(|days| retention_fault("retentionInDays", days)))
            .when(
                delivery && new.retention_in_days.is_some(),
                "retentionInDays",
                "a log group of class `DELIVERY` has its own",
            )
            .when(
                !standard && new.data_protection_policy.is_some(),
                "dataProtectionPolicy",
                "only for class `STANDARD`",
            )
            .when(!standard && !new.field_index_policies.is_empty(), "fieldIndexPolicies", "only for class `STANDARD`")
            .into_vec()
    }

    async fn create(aws: &Aws, new: &LogGroupInputs) -> Result<Made> {
        let name = new.name.as_str();
        let tags: Vec<(String, String)> = aws.newborn(&new.tags);
        let create = aws
            .once()
            .logs()
            .create_log_group()
            .log_group_name(name)
            .set_kms_key_id(new.kms_key_id.as_ref().map(Arn::to_string))
            .log_group_class(AwsClass::from(new.log_group_class.as_str()))
            .set_deletion_protection_enabled(new.deletion_protection_enabled.then_some(true))
            .set_tags(Some(tags.into_iter().collect()));
        let made = create.send().await.unless(&["ResourceAlreadyExistsException"]);
        Ok(match made.doing("creating log group", name)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsLogGroup, _: &LogGroupInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, &arn(seen)).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsLogGroup>> {
        // AWS answers with all that begin so.
        let mut pages = aws.logs().describe_log_groups().log_group_name_prefix(id).into_paginator().items().send();
        while let Some(group) = pages.next().await {
            let group = group.doing("reading log group", id)?;
            if group.log_group_name() == Some(id.as_str()) {
                return Ok(Some(group));
            }
        }
        Ok(None)
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsLogGroup) -> Result<Self> {
        let (arn, class) = (arn(&seen), word_or(seen.log_group_class.as_ref(), LogGroupClass::Standard)?);
        let (tags, protection, index) =
            futures::try_join!(tags::list(aws, &arn), protection(aws, id, &seen), index::read(aws, id, class))?;
        // The days of an account's policy, and those of a class that has its own, are nobody's who leaves them out.
        let own = seen.retention_policy_name.is_none() || aws.call().gives("retentionInDays");
        let days = seen.retention_in_days.filter(|_| own && class != LogGroupClass::Delivery);
        Ok(LogGroup {
            inputs: LogGroupInputs {
                name: seen.log_group_name.unwrap_or_default().into(),
                retention_in_days: days.and_then(|days| u32::try_from(days).ok()),
                log_group_class: class,
                kms_key_id: seen.kms_key_id.map(word).transpose()?,
                deletion_protection_enabled: seen.deletion_protection_enabled.unwrap_or_default(),
                bearer_token_authentication_enabled: seen.bearer_token_authentication_enabled.unwrap_or_default(),
                data_protection_policy: protection,
                field_index_policies: index,
                tags: aws.visible(tags),
            },
            arn,
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &LogGroupInputs) -> Result<()> {
        let old = &old.inputs;
        if old.retention_in_days != new.retention_in_days {
            retain(aws, id, new.retention_in_days).await?;
        }
        if old.kms_key_id != new.kms_key_id {
            encrypt(aws, id, new.kms_key_id.as_ref()).await?;
        }
        if old.deletion_protection_enabled != new.deletion_protection_enabled {
            let put = aws.logs().put_log_group_deletion_protection().log_group_identifier(id);
            let put = put.deletion_protection_enabled(new.deletion_protection_enabled).send().await;
            put.done("setting deletionProtectionEnabled of log group", id)?;
        }
        if old.bearer_token_authentication_enabled != new.bearer_token_authentication_enabled {
            let put = aws.logs().put_bearer_token_authentication().log_group_identifier(id);
            let put = put.bearer_token_authentication_enabled(new.bearer_token_authentication_enabled).send().await;
            put.done("setting bearerTokenAuthenticationEnabled of log group", id)?;
        }
        if old.data_protection_policy != new.data_protection_policy {
            protect(aws, id, new.data_protection_policy.as_ref()).await?;
        }
        match old.field_index_policies == new.field_index_policies {
            true => Ok(()),
            false => index::bring(aws, id, new.field_index_policies.first()).await,
        }
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let delete = aws.logs().delete_log_group().log_group_name(id).send().await;
        let deleted = delete.unless(&["ResourceNotFoundException"]).done("deleting log group", id);
        let protected = old.inputs.deletion_protection_enabled;
        deleted.map_err(|error| match protected && error.message().contains("ValidationException") {
            true => error.hint("set `deletionProtectionEnabled: false`, run `pulumi up`, and then delete it"),
            false => error,
        })
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The ARN without `:*`.
fn arn(seen: &AwsLogGroup) -> String {
    let arn = seen.log_group_arn().or(seen.arn()).unwrap_or_default();
    arn.strip_suffix(":*").unwrap_or(arn).to_owned()
}

async fn retain(aws: &Aws, id: &Id, days: Option<u32>) -> Result<()> {
    const WHAT: &str = "setting retentionInDays of log group";
    match days.and_then(|days| i32::try_from(days).ok()) {
        Some(days) => {
            let put = aws.logs().put_retention_policy().log_group_name(id).retention_in_days(days);
            put.send().await.done(WHAT, id)
        }
        None => aws.logs().delete_retention_policy().log_group_name(id).send().await.done(WHAT, id),
    }
}

async fn encrypt(aws: &Aws, id: &Id, key: Option<&Arn>) -> Result<()> {
    const WHAT: &str = "setting kmsKeyId of log group";
    match key {
        Some(key) => {
            let put = aws.logs().associate_kms_key().log_group_name(id).kms_key_id(key.as_str());
            put.send().await.done(WHAT, id)
        }
        None => aws.logs().disassociate_kms_key().log_group_name(id).send().await.done(WHAT, id),
    }
}

async fn protect(aws: &Aws, id: &Id, policy: Option<&PolicyJson>) -> Result<()> {
    const WHAT: &str = "setting dataProtectionPolicy of log group";
    match policy {
        Some(policy) => {
            let put = aws.logs().put_data_protection_policy().log_group_identifier(id);
            put.policy_document(policy.to_string()).send().await.done(WHAT, id)
        }
        None => {
            let delete = aws.logs().delete_data_protection_policy().log_group_identifier(id).send().await;
            delete.unless(&["ResourceNotFoundException"]).done(WHAT, id)
        }
    }
}

/// The data protection policy, where the group says that it has one.
async fn protection(aws: &Aws, id: &Id, seen: &AwsLogGroup) -> Result<Option<PolicyJson>> {
    if !matches!(seen.data_protection_status, Some(DataProtectionStatus::Activated)) {
        return Ok(None);
    }
    let got = aws.logs().get_data_protection_policy().log_group_identifier(id).send().await;
    let answer = got.unless(&["ResourceNotFoundException"]).doing("reading the data protection policy of", id)?;
    answer.and_then(|answer| answer.policy_document).map(word).transpose()
}
