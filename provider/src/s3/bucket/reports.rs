//! What S3 reports of a bucket's objects or moves by itself, in lists of configurations with ids of their own: storage class analysis, inventories,
//! metrics and intelligent tiering.

use std::collections::BTreeSet;

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as aws;
use pulumi_plugin::{Error, Property, Result};

use super::lifecycle::RuleStatus;
use crate::aws::list::{filled, some};
use crate::aws::tags::{Tag as _, written};
use crate::aws::{Tags, word};
use crate::types::Arn;

/// A storage class analysis: which objects are rarely read. It is for the objects to which both `prefix` and `tags` apply.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AnalyticsConfiguration {
    /// The key prefix of the objects. Default: all keys.
    #[prop(default)]
    pub prefix: String,
    /// The tags of the objects. Default: whatever tags they have.
    #[prop(default)]
    pub tags: Tags,
    /// Where the analysis is exported to each day, as CSV. Default: it is not exported.
    pub data_export: Option<AnalyticsDestination>,
}

/// A bucket that gets the exports of an analysis.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AnalyticsDestination {
    /// The ARN of the bucket.
    pub bucket_arn: Arn,
    /// The account that owns the bucket. Default: not checked.
    pub bucket_account_id: Option<String>,
    /// The key prefix of the exports.
    #[prop(default)]
    pub prefix: String,
}

/// Intelligent tiering: moves objects of the storage class INTELLIGENT_TIERING into archives when nobody reads them.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct IntelligentTieringConfiguration {
    /// The status.
    #[prop(default = RuleStatus::Enabled)]
    pub status: RuleStatus,
    /// The key prefix of the objects. Default: all keys.
    #[prop(default)]
    pub prefix: String,
    /// The tags of the objects. Default: whatever tags they have.
    #[prop(default)]
    pub tags: Tags,
    /// The tiers.
    #[prop(min = 1)]
    pub tierings: BTreeSet<Tiering>,
}

/// A tier for objects that nobody reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Tiering {
    /// The tier.
    pub access_tier: AccessTier,
    /// After so many days: 90 to 730, at least 180 for `DEEP_ARCHIVE_ACCESS`.
    #[prop(min = 90, max = 730)]
    pub days: i32,
}

/// A tier of intelligent tiering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum AccessTier {
    /// Archive.
    #[prop(rename = "ARCHIVE_ACCESS")]
    ArchiveAccess,
    /// Deep archive.
    #[prop(rename = "DEEP_ARCHIVE_ACCESS")]
    DeepArchiveAccess,
}

/// Request metrics in CloudWatch, for the objects to which all of these apply.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetricsConfiguration {
    /// The key prefix of the objects. Default: all keys.
    #[prop(default)]
    pub prefix: String,
    /// The tags of the objects. Default: whatever tags they have.
    #[prop(default)]
    pub tags: Tags,
    /// The ARN of the access point that requests use. Default: all requests.
    pub access_point_arn: Option<Arn>,
}

/// An inventory: a list of the objects, written into a bucket each day or week.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InventoryConfiguration {
    /// Whether it is written.
    #[prop(default = true)]
    pub enabled: bool,
    /// The bucket that gets it.
    pub destination: InventoryDestination,
    /// The key prefix of the objects. Default: all keys.
    #[prop(default)]
    pub prefix: String,
    /// Which versions of objects are listed.
    #[prop(default = IncludedObjectVersions::Current)]
    pub included_object_versions: IncludedObjectVersions,
    /// What is listed of each object beside its key, such as `Size` and `ETag`.
    #[prop(default)]
    pub optional_fields: BTreeSet<String>,
    /// How often it is written.
    #[prop(default = ScheduleFrequency::Weekly)]
    pub schedule_frequency: ScheduleFrequency,
}

/// A bucket that gets an inventory.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InventoryDestination {
    /// The ARN of the bucket.
    pub bucket_arn: Arn,
    /// The account that owns the bucket. Default: not checked.
    pub bucket_account_id: Option<String>,
    /// The format.
    #[prop(default = InventoryFormat::Csv)]
    pub format: InventoryFormat,
    /// The key prefix of the inventory.
    #[prop(default)]
    pub prefix: String,
}

/// The format of an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum InventoryFormat {
    /// Comma-separated values.
    #[prop(rename = "CSV")]
    Csv,
    /// Apache ORC.
    #[prop(rename = "ORC")]
    Orc,
    /// Apache Parquet.
    Parquet,
}

/// Which versions of objects an inventory lists.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum IncludedObjectVersions {
    /// All.
    All,
    /// The current ones.
    Current,
}

/// How often an inventory is written.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ScheduleFrequency {
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
}

fn tags_of(tags: impl IntoIterator<Item = aws::Tag>) -> Tags {
    tags.into_iter().map(|tag| (tag.pair().0.to_owned(), tag.pair().1.to_owned())).collect()
}

fn prefixed(prefix: &str) -> Option<String> {
    filled(Some(prefix))
}

/// What is left out of a list's entry by AWS, although it must be there.
fn lacks(id: &str, what: &str) -> Error {
    Error::new(format!("the configuration `{id}` has no {what}"))
}

impl AnalyticsConfiguration {
    pub(super) fn write(&self, id: &str) -> Result<aws::AnalyticsConfiguration, BuildError> {
        let mut tags = written::<aws::Tag>(&self.tags);
        let filter = match (prefixed(&self.prefix), tags.len()) {
            (None, 0) => None,
            (Some(prefix), 0) => Some(aws::AnalyticsFilter::Prefix(prefix)),
            (None, 1) => tags.pop().map(aws::AnalyticsFilter::Tag),
            (prefix, _) => {
                let all = aws::AnalyticsAndOperator::builder().set_prefix(prefix).set_tags(some(tags)).build();
                Some(aws::AnalyticsFilter::And(all))
            }
        };
        let export = self.data_export.as_ref().map(AnalyticsDestination::write).transpose()?;
        let analysis = aws::StorageClassAnalysis::builder().set_data_export(export).build();
        aws::AnalyticsConfiguration::builder().id(id).set_filter(filter).storage_class_analysis(analysis).build()
    }

    pub(super) fn read(told: aws::AnalyticsConfiguration) -> Result<(String, AnalyticsConfiguration)> {
        let (prefix, tags) = match told.filter {
            Some(aws::AnalyticsFilter::Prefix(prefix)) => (Some(prefix), Tags::new()),
            Some(aws::AnalyticsFilter::Tag(tag)) => (None, tags_of([tag])),
            Some(aws::AnalyticsFilter::And(all)) => (all.prefix, tags_of(all.tags.unwrap_or_default())),
            _ => (None, Tags::new()),
        };
        let export = told.storage_class_analysis.and_then(|analysis| analysis.data_export);
        let to = export.and_then(|export| export.destination?.s3_bucket_destination);
        let data_export = to.map(|to| {
            let (bucket_arn, prefix) = (word(to.bucket)?, to.prefix.unwrap_or_default());
            Ok::<_, Error>(AnalyticsDestination { bucket_arn, bucket_account_id: to.bucket_account_id, prefix })
        });
        let (prefix, data_export) = (prefix.unwrap_or_default(), data_export.transpose()?);
        Ok((told.id, AnalyticsConfiguration { prefix, tags, data_export }))
    }
}

impl AnalyticsDestination {
    fn write(&self) -> Result<aws::StorageClassAnalysisDataExport, BuildError> {
        let to = aws::AnalyticsS3BucketDestination::builder()
            .bucket(self.bucket_arn.as_str())
            .set_bucket_account_id(self.bucket_account_id.clone())
            .format(aws::AnalyticsS3ExportFileFormat::Csv)
            .set_prefix(prefixed(&self.prefix))
            .build()?;
        let to = aws::AnalyticsExportDestination::builder().s3_bucket_destination(to).build();
        let version = aws::StorageClassAnalysisSchemaVersion::V1;
        aws::StorageClassAnalysisDataExport::builder().output_schema_version(version).destination(to).build()
    }
}

impl IntelligentTieringConfiguration {
    pub(super) fn write(&self, id: &str) -> Result<aws::IntelligentTieringConfiguration, BuildError> {
        let mut tags = written::<aws::Tag>(&self.tags);
        let filter = aws::IntelligentTieringFilter::builder();
        let filter = match (prefixed(&self.prefix), tags.len()) {
            (None, 0) => None,
            (Some(prefix), 0) => Some(filter.prefix(prefix).build()),
            (None, 1) => Some(filter.set_tag(tags.pop()).build()),
            (prefix, _) => {
                let all = aws::IntelligentTieringAndOperator::builder().set_prefix(prefix).set_tags(some(tags));
                Some(filter.and(all.build()).build())
            }
        };
        let tierings = self
            .tierings
            .iter()
            .map(|tier| aws::Tiering::builder().days(tier.days).access_tier(tier.access_tier.as_str().into()).build());
        aws::IntelligentTieringConfiguration::builder()
            .id(id)
            .status(self.status.as_str().into())
            .set_filter(filter)
            .set_tierings(Some(tierings.collect::<Result<_, _>>()?))
            .build()
    }

    pub(super) fn read(
        told: aws::IntelligentTieringConfiguration,
    ) -> Result<(String, IntelligentTieringConfiguration)> {
        let (prefix, tags) = match told.filter {
            None => (None, Tags::new()),
            Some(filter) => {
                let all = filter.and.unwrap_or_else(|| aws::IntelligentTieringAndOperator::builder().build());
                (all.prefix.or(filter.prefix), tags_of(all.tags.unwrap_or_default().into_iter().chain(filter.tag)))
            }
        };
        let tierings = told.tierings.into_iter();
        let tierings = tierings.map(|tier| Ok(Tiering { access_tier: word(tier.access_tier)?, days: tier.days }));
        let read = IntelligentTieringConfiguration {
            status: word(told.status)?,
            prefix: prefix.unwrap_or_default(),
            tags,
            tierings: tierings.collect::<Result<_>>()?,
        };
        Ok((told.id, read))
    }
}

impl MetricsConfiguration {
    pub(super) fn write(&self, id: &str) -> Result<aws::MetricsConfiguration, BuildError> {
        let mut tags = written::<aws::Tag>(&self.tags);
        let point = self.access_point_arn.as_ref().map(|arn| arn.as_str().to_owned());
        let filter = match (prefixed(&self.prefix), point, tags.len()) {
            (None, None, 0) => None,
            (Some(prefix), None, 0) => Some(aws::MetricsFilter::Prefix(prefix)),
            (None, Some(point), 0) => Some(aws::MetricsFilter::AccessPointArn(point)),
            (None, None, 1) => tags.pop().map(aws::MetricsFilter::Tag),
            (prefix, point, _) => {
                let all = aws::MetricsAndOperator::builder().set_prefix(prefix).set_access_point_arn(point);
                Some(aws::MetricsFilter::And(all.set_tags(some(tags)).build()))
            }
        };
        aws::MetricsConfiguration::builder().id(id).set_filter(filter).build()
    }

    pub(super) fn read(told: aws::MetricsConfiguration) -> Result<(String, MetricsConfiguration)> {
        let (prefix, point, tags) = match told.filter {
            Some(aws::MetricsFilter::Prefix(prefix)) => (Some(prefix), None, Tags::new()),
            Some(aws::MetricsFilter::AccessPointArn(point)) => (None, Some(point), Tags::new()),
            Some(aws::MetricsFilter::Tag(tag)) => (None, None, tags_of([tag])),
            Some(aws::MetricsFilter::And(all)) => {
                (all.prefix, all.access_point_arn, tags_of(all.tags.unwrap_or_default()))
            }
            _ => (None, None, Tags::new()),
        };
        let access_point_arn = point.map(word).transpose()?;
        Ok((told.id, MetricsConfiguration { prefix: prefix.unwrap_or_default(), tags, access_point_arn }))
    }
}

impl InventoryConfiguration {
    pub(super) fn write(&self, id: &str) -> Result<aws::InventoryConfiguration, BuildError> {
        let to = &self.destination;
        let bucket = aws::InventoryS3BucketDestination::builder()
            .bucket(to.bucket_arn.as_str())
            .set_account_id(to.bucket_account_id.clone())
            .format(to.format.as_str().into())
            .set_prefix(prefixed(&to.prefix));
        let destination = aws::InventoryDestination::builder().s3_bucket_destination(bucket.build()?).build();
        let filter = prefixed(&self.prefix).map(|prefix| aws::InventoryFilter::builder().prefix(prefix).build());
        let schedule = aws::InventorySchedule::builder().frequency(self.schedule_frequency.as_str().into());
        aws::InventoryConfiguration::builder()
            .id(id)
            .is_enabled(self.enabled)
            .destination(destination)
            .set_filter(filter.transpose()?)
            .included_object_versions(self.included_object_versions.as_str().into())
            .set_optional_fields(some(self.optional_fields.iter().map(|field| field.as_str().into())))
            .schedule(schedule.build()?)
            .build()
    }

    pub(super) fn read(told: aws::InventoryConfiguration) -> Result<(String, InventoryConfiguration)> {
        let id = told.id;
        let to = told.destination.and_then(|destination| destination.s3_bucket_destination);
        let to = to.ok_or_else(|| lacks(&id, "destination"))?;
        let schedule = told.schedule.ok_or_else(|| lacks(&id, "schedule"))?;
        let fields = told.optional_fields.unwrap_or_default();
        let read = InventoryConfiguration {
            enabled: told.is_enabled,
            destination: InventoryDestination {
                bucket_arn: word(to.bucket)?,
                bucket_account_id: filled(to.account_id),
                format: word(to.format)?,
                prefix: to.prefix.unwrap_or_default(),
            },
            prefix: told.filter.map(|filter| filter.prefix).unwrap_or_default(),
            included_object_versions: word(told.included_object_versions)?,
            optional_fields: fields.iter().map(|field| field.as_str().to_owned()).collect(),
            schedule_frequency: word(schedule.frequency)?,
        };
        Ok((id, read))
    }
}
