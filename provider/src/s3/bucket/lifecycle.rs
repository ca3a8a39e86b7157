//! The lifecycle rules of a bucket, and how AWS takes and returns them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as aws;
use pulumi_plugin::{Fault, Faults, Property, Result};

use crate::aws::list::{filled, some};
use crate::aws::tags::{Tag as _, written};
use crate::aws::{Tags, word};
use crate::types::Day;

/// A lifecycle rule: what becomes of objects in time. It is for the objects to which all of `prefix`, `tags` and the sizes apply.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LifecycleRule {
    /// The status.
    #[prop(default = RuleStatus::Enabled)]
    pub status: RuleStatus,
    /// The key prefix of the objects, such as `logs/`. Default: all keys.
    #[prop(default)]
    pub prefix: String,
    /// The tags of the objects. Default: whatever tags they have.
    #[prop(default)]
    pub tags: Tags,
    /// The size in bytes that the objects are greater than.
    #[prop(min = 0)]
    pub object_size_greater_than: Option<i64>,
    /// The size in bytes that the objects are less than.
    #[prop(min = 1)]
    pub object_size_less_than: Option<i64>,
    /// When objects expire; in a bucket with versioning they become noncurrent versions. Default: never.
    pub expiration: Option<Expiration>,
    /// When objects go to other storage classes. Default: never.
    #[prop(default)]
    pub transitions: BTreeSet<Transition>,
    /// When noncurrent versions are deleted. Default: never.
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// When noncurrent versions go to other storage classes. Default: never.
    #[prop(default)]
    pub noncurrent_version_transitions: BTreeSet<NoncurrentVersionTransition>,
    /// When unfinished multipart uploads are aborted. Default: never.
    pub abort_incomplete_multipart_upload: Option<AbortIncompleteMultipartUpload>,
}

/// Whether a rule is followed.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum RuleStatus {
    /// It is.
    Enabled,
    /// It is not.
    Disabled,
}

/// When objects expire: exactly one of the three is given.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Expiration {
    /// So many days after the object was made.
    #[prop(min = 1)]
    pub days: Option<i32>,
    /// On this day, `2030-01-31`.
    pub date: Option<Day>,
    /// Whether delete markers that no noncurrent version is left behind are deleted.
    #[prop(default)]
    pub expired_object_delete_marker: bool,
}

/// When objects go to another storage class: exactly one of `days` and `date` is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Transition {
    /// So many days after the object was made; at least 30 for `STANDARD_IA` and `ONEZONE_IA`.
    #[prop(min = 0)]
    pub days: Option<i32>,
    /// On this day, `2030-01-31`.
    pub date: Option<Day>,
    /// The storage class.
    pub storage_class: StorageClass,
}

/// When noncurrent versions are deleted.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NoncurrentVersionExpiration {
    /// So many days after they became noncurrent.
    #[prop(min = 1)]
    pub noncurrent_days: Option<i32>,
    /// How many of the newest noncurrent versions are kept.
    #[prop(min = 1, max = 100)]
    pub newer_noncurrent_versions: Option<i32>,
}

/// When noncurrent versions go to another storage class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct NoncurrentVersionTransition {
    /// So many days after they became noncurrent; at least 30 for `STANDARD_IA` and `ONEZONE_IA`.
    #[prop(min = 0)]
    pub noncurrent_days: i32,
    /// How many of the newest noncurrent versions stay in their class.
    #[prop(min = 1, max = 100)]
    pub newer_noncurrent_versions: Option<i32>,
    /// The storage class.
    pub storage_class: StorageClass,
}

/// When unfinished multipart uploads are aborted.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AbortIncompleteMultipartUpload {
    /// So many days after they began.
    #[prop(min = 1)]
    pub days_after_initiation: i32,
}

/// A storage class that objects go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum StorageClass {
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
}

/// Which objects are too small for transitions.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum TransitionDefaultMinimumObjectSize {
    /// Those below 128 KB.
    #[prop(rename = "all_storage_classes_128K")]
    AllStorageClasses128K,
    /// Those below 128 KB, except for transitions to Glacier flexible retrieval and deep archive.
    #[prop(rename = "varies_by_storage_class")]
    VariesByStorageClass,
}

/// The rules as AWS takes them.
pub fn write(rules: &BTreeMap<String, LifecycleRule>) -> Result<aws::BucketLifecycleConfiguration, BuildError> {
    let rules = rules.iter().map(|(id, rule)| rule.write(id)).collect::<Result<Vec<_>, _>>()?;
    aws::BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build()
}

/// The rules as AWS returns them.
pub fn read(rules: Vec<aws::LifecycleRule>) -> Result<BTreeMap<String, LifecycleRule>> {
    let each = rules.into_iter().map(|rule| {
        let id = rule.id.clone().unwrap_or_default();
        Ok((id, LifecycleRule::read(rule)?))
    });
    each.collect()
}

impl LifecycleRule {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let marker = self.expiration.as_ref().is_some_and(|e| e.expired_object_delete_marker);
        let tagged = !self.tags.is_empty();
        let sizes = self.object_size_greater_than.zip(self.object_size_less_than);
        let late = |t: &&Transition| self.expiration.as_ref().is_some_and(|e| e.days.is_some() && e.days <= t.days);
        const ACTIONS: [&str; 5] = [
            "expiration",
            "transitions",
            "noncurrentVersionExpiration",
            "noncurrentVersionTransitions",
            "abortIncompleteMultipartUpload",
        ];
        const UNTAGGED: &str = "can't be given together with `tags`";
        let versions = self.noncurrent_version_expiration.as_ref();
        Faults::of(self)
            .at_least_one_of(&ACTIONS)
            .part("expiration", self.expiration.as_ref().map(Expiration::faults).unwrap_or_default())
            .each("transitions", &self.transitions, Transition::faults)
            .each("noncurrentVersionTransitions", &self.noncurrent_version_transitions, |transition| {
                soon(transition.storage_class, "noncurrentDays", Some(transition.noncurrent_days)).into_iter().collect()
            })
            .part("noncurrentVersionExpiration", versions.map(NoncurrentVersionExpiration::faults).unwrap_or_default())
            .when(self.transitions.iter().any(|t| late(&t)), "expiration.days", "must come after all transitions")
            .when(tagged && marker, "expiration.expiredObjectDeleteMarker", UNTAGGED)
            .when(
                tagged && self.abort_incomplete_multipart_upload.is_some(),
                "abortIncompleteMultipartUpload",
                UNTAGGED,
            )
            .when(
                sizes.is_some_and(|(least, most)| least >= most),
                "objectSizeLessThan",
                "is not more than `objectSizeGreaterThan`",
            )
            .into_vec()
    }

    fn write(&self, id: &str) -> Result<aws::LifecycleRule, BuildError> {
        aws::LifecycleRule::builder()
            .id(id)
            .status(self.status.as_str().into())
            .filter(self.filter())
            .set_expiration(self.expiration.as_ref().map(Expiration::write))
            .set_transitions(some(self.transitions.iter().map(Transition::write)))
            .set_noncurrent_version_expiration(
                self.noncurrent_version_expiration.as_ref().map(NoncurrentVersionExpiration::write),
            )
            .set_noncurrent_version_transitions(some(
                self.noncurrent_version_transitions.iter().map(NoncurrentVersionTransition::write),
            ))
            .set_abort_incomplete_multipart_upload(self.abort_incomplete_multipart_upload.as_ref().map(|abort| {
                let written = aws::AbortIncompleteMultipartUpload::builder();
                written.days_after_initiation(abort.days_after_initiation).build()
            }))
            .build()
    }

    /// AWS wants one condition by itself, and several in a list of all that must hold.
    fn filter(&self) -> aws::LifecycleRuleFilter {
        let prefix = filled(Some(self.prefix.as_str()));
        let (more, less) = (self.object_size_greater_than, self.object_size_less_than);
        let mut tags = written::<aws::Tag>(&self.tags);
        let conditions = [prefix.is_some(), more.is_some(), less.is_some()].into_iter().filter(|given| *given).count();
        let filter = aws::LifecycleRuleFilter::builder();
        if conditions + tags.len() > 1 {
            let all = aws::LifecycleRuleAndOperator::builder().set_prefix(prefix).set_tags(some(tags));
            let all = all.set_object_size_greater_than(more).set_object_size_less_than(less);
            return filter.and(all.build()).build();
        }
        let filter = filter.set_prefix(prefix).set_tag(tags.pop());
        filter.set_object_size_greater_than(more).set_object_size_less_than(less).build()
    }

    fn read(rule: aws::LifecycleRule) -> Result<LifecycleRule> {
        let filter = rule.filter.unwrap_or_else(|| aws::LifecycleRuleFilter::builder().build());
        let all = filter.and.unwrap_or_else(|| aws::LifecycleRuleAndOperator::builder().build());
        let tags = all.tags.unwrap_or_default().into_iter().chain(filter.tag);
        #[expect(deprecated, reason = "old rules have it")]
        let old_prefix = rule.prefix;
        Ok(LifecycleRule {
            status: word(rule.status)?,
            prefix: all.prefix.or(filter.prefix).or(old_prefix).unwrap_or_default(),
            tags: tags.map(|tag| (tag.pair().0.to_owned(), tag.pair().1.to_owned())).collect(),
            object_size_greater_than: all.object_size_greater_than.or(filter.object_size_greater_than),
            object_size_less_than: all.object_size_less_than.or(filter.object_size_less_than),
            expiration: rule.expiration.map(Expiration::read),
            transitions: rule
                .transitions
                .unwrap_or_default()
                .into_iter()
                .map(Transition::read)
                .collect::<Result<_>>()?,
            noncurrent_version_expiration: rule.noncurrent_version_expiration.map(|e| NoncurrentVersionExpiration {
                noncurrent_days: e.noncurrent_days,
                newer_noncurrent_versions: e.newer_noncurrent_versions,
            }),
            noncurrent_version_transitions: rule
                .noncurrent_version_transitions
                .unwrap_or_default()
                .into_iter()
                .map(NoncurrentVersionTransition::read)
                .collect::<Result<_>>()?,
            abort_incomplete_multipart_upload: rule.abort_incomplete_multipart_upload.map(|abort| {
                AbortIncompleteMultipartUpload {
                    days_after_initiation: abort.days_after_initiation.unwrap_or_default(),
                }
            }),
        })
    }
}

impl Expiration {
    fn faults(&self) -> Vec<Fault> {
        Faults::of(self).one_of(&["days", "date", "expiredObjectDeleteMarker"]).into_vec()
    }

    fn write(&self) -> aws::LifecycleExpiration {
        aws::LifecycleExpiration::builder()
            .set_days(self.days)
            .set_date(self.date.as_ref().and_then(Day::midnight))
            .set_expired_object_delete_marker(self.expired_object_delete_marker.then_some(true))
            .build()
    }

    fn read(expiration: aws::LifecycleExpiration) -> Expiration {
        Expiration {
            days: expiration.days,
            date: expiration.date.as_ref().map(Day::of),
            expired_object_delete_marker: expiration.expired_object_delete_marker.unwrap_or_default(),
        }
    }
}

impl Transition {
    fn faults(&self) -> Vec<Fault> {
        Faults::of(self).one_of(&["days", "date"]).and(soon(self.storage_class, "days", self.days)).into_vec()
    }

    fn write(&self) -> aws::Transition {
        aws::Transition::builder()
            .set_days(self.days)
            .set_date(self.date.as_ref().and_then(Day::midnight))
            .storage_class(self.storage_class.as_str().into())
            .build()
    }

    fn read(transition: aws::Transition) -> Result<Transition> {
        Ok(Transition {
            days: transition.days,
            date: transition.date.as_ref().map(Day::of),
            storage_class: word(transition.storage_class.as_ref().map_or("", |class| class.as_str()))?,
        })
    }
}

impl NoncurrentVersionExpiration {
    fn faults(&self) -> Vec<Fault> {
        Faults::of(self).at_least_one_of(&["noncurrentDays", "newerNoncurrentVersions"]).into_vec()
    }

    fn write(&self) -> aws::NoncurrentVersionExpiration {
        aws::NoncurrentVersionExpiration::builder()
            .set_noncurrent_days(self.noncurrent_days)
            .set_newer_noncurrent_versions(self.newer_noncurrent_versions)
            .build()
    }
}

impl NoncurrentVersionTransition {
    fn write(&self) -> aws::NoncurrentVersionTransition {
        aws::NoncurrentVersionTransition::builder()
            .noncurrent_days(self.noncurrent_days)
            .set_newer_noncurrent_versions(self.newer_noncurrent_versions)
            .storage_class(self.storage_class.as_str().into())
            .build()
    }

    fn read(transition: aws::NoncurrentVersionTransition) -> Result<NoncurrentVersionTransition> {
        Ok(NoncurrentVersionTransition {
            noncurrent_days: transition.noncurrent_days.unwrap_or_default(),
            newer_noncurrent_versions: transition.newer_noncurrent_versions,
            storage_class: word(transition.storage_class.as_ref().map_or("", |class| class.as_str()))?,
        })
    }
}

/// Classes for infrequent access take objects only after a month.
fn soon(class: StorageClass, name: &str, days: Option<i32>) -> Option<Fault> {
    let rare = matches!(class, StorageClass::StandardIa | StorageClass::OneZoneIa);
    let early = days.filter(|days| rare && *days < 30)?;
    Some(Fault::new(name, format!("{early} is less than 30, the least for `{}`", class.as_str())))
}
