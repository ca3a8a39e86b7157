//! The replication of a bucket's objects into other buckets, and how AWS takes and returns it.

use std::collections::BTreeMap;

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as aws;
use pulumi_plugin::{Error, Fault, Faults, Property, Result};

use super::lifecycle::RuleStatus;
use crate::aws::list::{filled, some};
use crate::aws::tags::{Tag as _, written};
use crate::aws::{Tags, word};
use crate::types::Arn;

/// Replication: S3 copies new objects into other buckets. Both buckets need versioning.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ReplicationConfiguration {
    /// The ARN of the IAM role as which S3 copies. Needed with `rules`.
    pub role: Option<Arn>,
    /// The rules, by ids of your choice. None: objects are not replicated.
    #[prop(default, max = 1000)]
    pub rules: BTreeMap<String, ReplicationRule>,
}

/// A replication rule. It is for the objects to which both `prefix` and `tags` apply.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ReplicationRule {
    /// The status.
    #[prop(default = RuleStatus::Enabled)]
    pub status: RuleStatus,
    /// The priority: of several rules with one destination, the highest counts.
    #[prop(default = 0, min = 0)]
    pub priority: i32,
    /// The key prefix of the objects. Default: all keys.
    #[prop(default)]
    pub prefix: String,
    /// The tags of the objects. Default: whatever tags they have.
    #[prop(default)]
    pub tags: Tags,
    /// Whether delete markers are copied, too. Not with `tags`.
    #[prop(default)]
    pub delete_marker_replication: bool,
    /// Whether changes of copies' metadata are copied back.
    #[prop(default)]
    pub replica_modifications: bool,
    /// Whether objects are copied that KMS encrypts. Needs `destination.replicaKmsKeyId`.
    #[prop(default)]
    pub sse_kms_encrypted_objects: bool,
    /// Where objects are copied to.
    pub destination: ReplicationDestination,
}

/// Where objects are copied to.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ReplicationDestination {
    /// The ARN of the bucket.
    pub bucket: Arn,
    /// The account that owns the bucket. Default: this one.
    pub account: Option<String>,
    /// The storage class of copies. Default: that of the object.
    pub storage_class: Option<ReplicaStorageClass>,
    /// Whether the account of the bucket owns copies. Needs `account`.
    #[prop(default)]
    pub access_control_translation: bool,
    /// The ARN of the KMS key that encrypts copies.
    pub replica_kms_key_id: Option<Arn>,
    /// Replication time control: within how many minutes copies are made; S3 has 15. It comes with metrics. Default: no limit.
    #[prop(min = 15, max = 15)]
    pub replication_time: Option<i32>,
    /// Whether there are metrics and notifications of the replication.
    #[prop(default)]
    pub metrics: bool,
}

/// The storage class of copies.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ReplicaStorageClass {
    /// Standard.
    #[prop(rename = "STANDARD")]
    Standard,
    /// Standard, infrequent access.
    #[prop(rename = "STANDARD_IA")]
    StandardIa,
    /// One zone, infrequent access.
    #[prop(rename = "ONEZONE_IA")]
    OneZoneIa,
    /// Intelligent tiering.
    #[prop(rename = "INTELLIGENT_TIERING")]
    IntelligentTiering,
    /// Glacier instant retrieval.
    #[prop(rename = "GLACIER_IR")]
    GlacierIr,
    /// Glacier flexible retrieval.
    #[prop(rename = "GLACIER")]
    Glacier,
    /// Glacier deep archive.
    #[prop(rename = "DEEP_ARCHIVE")]
    DeepArchive,
    /// Reduced redundancy.
    #[prop(rename = "REDUCED_REDUNDANCY")]
    ReducedRedundancy,
}

impl ReplicationConfiguration {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let rules = self
            .rules
            .iter()
            .flat_map(|(id, rule)| rule.faults().into_iter().map(move |fault| fault.below(id).below("rules")));
        Faults::of(self).needs("rules", "role").needs("role", "rules").and(rules.collect::<Vec<_>>()).into_vec()
    }

    /// As AWS takes it.
    pub fn write(&self) -> Result<aws::ReplicationConfiguration, BuildError> {
        let rules = self.rules.iter().map(|(id, rule)| rule.write(id)).collect::<Result<Vec<_>, _>>()?;
        let role = self.role.as_ref().map_or("", Arn::as_str);
        aws::ReplicationConfiguration::builder().role(role).set_rules(Some(rules)).build()
    }

    /// As AWS returns it.
    pub fn read(told: aws::ReplicationConfiguration) -> Result<ReplicationConfiguration> {
        let rules = told.rules.into_iter().map(ReplicationRule::read).collect::<Result<_>>()?;
        Ok(ReplicationConfiguration { role: Some(word(told.role)?), rules })
    }
}

impl ReplicationRule {
    fn faults(&self) -> Vec<Fault> {
        let to = &self.destination;
        let destination =
            Faults::of(to).needs("accessControlTranslation", "account").excludes("replicationTime", "metrics");
        Faults::of(self)
            .when(
                self.delete_marker_replication && !self.tags.is_empty(),
                "deleteMarkerReplication",
                "can't be given together with `tags`",
            )
            .when(
                self.sse_kms_encrypted_objects != to.replica_kms_key_id.is_some(),
                "sseKmsEncryptedObjects",
                "goes together with `destination.replicaKmsKeyId`",
            )
            .part("destination", destination.into_vec())
            .into_vec()
    }

    fn write(&self, id: &str) -> Result<aws::ReplicationRule, BuildError> {
        let deletions = match self.delete_marker_replication {
            true => aws::DeleteMarkerReplicationStatus::Enabled,
            false => aws::DeleteMarkerReplicationStatus::Disabled,
        };
        aws::ReplicationRule::builder()
            .id(id)
            .status(self.status.as_str().into())
            .priority(self.priority)
            .filter(self.filter())
            .delete_marker_replication(aws::DeleteMarkerReplication::builder().status(deletions).build())
            .set_source_selection_criteria(self.criteria()?)
            .destination(self.destination.write()?)
            .build()
    }

    fn filter(&self) -> aws::ReplicationRuleFilter {
        let mut tags = written::<aws::Tag>(&self.tags);
        let filter = aws::ReplicationRuleFilter::builder();
        match (self.prefix.is_empty(), tags.len()) {
            (_, 0) => filter.prefix(&self.prefix).build(),
            (true, 1) => filter.set_tag(tags.pop()).build(),
            _ => {
                let prefix = filled(Some(self.prefix.as_str()));
                let all = aws::ReplicationRuleAndOperator::builder().set_prefix(prefix).set_tags(some(tags));
                filter.and(all.build()).build()
            }
        }
    }

    fn criteria(&self) -> Result<Option<aws::SourceSelectionCriteria>, BuildError> {
        let modifications = self
            .replica_modifications
            .then(|| aws::ReplicaModifications::builder().status(aws::ReplicaModificationsStatus::Enabled).build());
        let encrypted = self
            .sse_kms_encrypted_objects
            .then(|| aws::SseKmsEncryptedObjects::builder().status(aws::SseKmsEncryptedObjectsStatus::Enabled).build());
        if modifications.is_none() && encrypted.is_none() {
            return Ok(None);
        }
        let criteria = aws::SourceSelectionCriteria::builder()
            .set_replica_modifications(modifications.transpose()?)
            .set_sse_kms_encrypted_objects(encrypted.transpose()?);
        Ok(Some(criteria.build()))
    }

    fn read(rule: aws::ReplicationRule) -> Result<(String, ReplicationRule)> {
        let id = rule.id.unwrap_or_default();
        let filter = rule.filter.unwrap_or_else(|| aws::ReplicationRuleFilter::builder().build());
        let all = filter.and.unwrap_or_else(|| aws::ReplicationRuleAndOperator::builder().build());
        let tags = all.tags.unwrap_or_default().into_iter().chain(filter.tag);
        let criteria = rule.source_selection_criteria;
        let encrypted = criteria.as_ref().and_then(|criteria| criteria.sse_kms_encrypted_objects.as_ref());
        let modifications = criteria.as_ref().and_then(|criteria| criteria.replica_modifications.as_ref());
        let deletions = rule.delete_marker_replication.and_then(|deletions| deletions.status);
        let to = rule.destination.ok_or_else(|| Error::new(format!("replication rule `{id}` has no destination")))?;
        #[expect(deprecated, reason = "old rules have it")]
        let old_prefix = rule.prefix;
        let read = ReplicationRule {
            status: word(rule.status)?,
            priority: rule.priority.unwrap_or_default(),
            prefix: all.prefix.or(filter.prefix).or(old_prefix).unwrap_or_default(),
            tags: tags.map(|tag| (tag.pair().0.to_owned(), tag.pair().1.to_owned())).collect(),
            delete_marker_replication: deletions == Some(aws::DeleteMarkerReplicationStatus::Enabled),
            replica_modifications: modifications
                .is_some_and(|it| it.status == aws::ReplicaModificationsStatus::Enabled),
            sse_kms_encrypted_objects: encrypted
                .is_some_and(|it| it.status == aws::SseKmsEncryptedObjectsStatus::Enabled),
            destination: ReplicationDestination::read(to)?,
        };
        Ok((id, read))
    }
}

impl ReplicationDestination {
    fn write(&self) -> Result<aws::Destination, BuildError> {
        let limit = |minutes| aws::ReplicationTimeValue::builder().minutes(minutes).build();
        let time = self.replication_time.map(|minutes| {
            let written = aws::ReplicationTime::builder().status(aws::ReplicationTimeStatus::Enabled);
            written.time(limit(minutes)).build()
        });
        // AWS wants metrics with a limit of time.
        let metrics = (self.metrics || self.replication_time.is_some()).then(|| {
            let written = aws::Metrics::builder().status(aws::MetricsStatus::Enabled);
            written.set_event_threshold(self.replication_time.map(limit)).build()
        });
        let owner = self
            .access_control_translation
            .then(|| aws::AccessControlTranslation::builder().owner(aws::OwnerOverride::Destination).build());
        let key = self
            .replica_kms_key_id
            .as_ref()
            .map(|key| aws::EncryptionConfiguration::builder().replica_kms_key_id(key.as_str()).build());
        aws::Destination::builder()
            .bucket(self.bucket.as_str())
            .set_account(self.account.clone())
            .set_storage_class(self.storage_class.map(|class| class.as_str().into()))
            .set_access_control_translation(owner.transpose()?)
            .set_encryption_configuration(key)
            .set_replication_time(time.transpose()?)
            .set_metrics(metrics.transpose()?)
            .build()
    }

    fn read(to: aws::Destination) -> Result<ReplicationDestination> {
        let time = to.replication_time.filter(|time| time.status == aws::ReplicationTimeStatus::Enabled);
        let replication_time = time.and_then(|time| time.time?.minutes);
        let metrics = to.metrics.is_some_and(|metrics| metrics.status == aws::MetricsStatus::Enabled);
        let key = to.encryption_configuration.and_then(|encryption| encryption.replica_kms_key_id);
        Ok(ReplicationDestination {
            bucket: word(to.bucket)?,
            account: filled(to.account),
            storage_class: to.storage_class.map(word).transpose()?,
            access_control_translation: to.access_control_translation.is_some(),
            replica_kms_key_id: key.map(word).transpose()?,
            replication_time,
            metrics: metrics && replication_time.is_none(),
        })
    }
}
