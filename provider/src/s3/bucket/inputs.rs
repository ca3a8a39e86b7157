//! What the program asks of a bucket.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Order, Property};

use super::lifecycle::{LifecycleRule, TransitionDefaultMinimumObjectSize};
use super::notifications::NotificationConfiguration;
use super::replication::ReplicationConfiguration;
use super::reports::{
    AnalyticsConfiguration, IntelligentTieringConfiguration, InventoryConfiguration, MetricsConfiguration,
};
use super::website::WebsiteConfiguration;
use crate::aws::Tags;
use crate::types::BucketName;

/// What the program asks of a bucket.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct BucketInputs {
    /// The bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens. With dots, HTTPS works only by path. Default: made from the
    /// resource's name.
    #[prop(replace, unique, autoname = 63)]
    pub name: BucketName,
    /// The bucket namespace: `global`, which all accounts share, or `account-regional`, where `name` must end in `-ACCOUNT-REGION-an`.
    #[prop(replace, default = BucketNamespace::Global)]
    pub bucket_namespace: BucketNamespace,
    /// The public access block. Default: all public access is blocked. The stricter of this one and the account's counts.
    #[prop(default)]
    pub public_access_block: PublicAccessBlock,
    /// The object ownership. Default: `BucketOwnerEnforced`, which disables access control lists.
    #[prop(default = ObjectOwnership::BucketOwnerEnforced)]
    pub object_ownership: ObjectOwnership,
    /// The default encryption of new objects. Default: with keys of S3's own.
    #[prop(default)]
    pub encryption: Encryption,
    /// Whether versioning is enabled: overwritten and deleted objects are kept as versions. Once it was enabled, `false` suspends it: the
    /// versions stay. Default: false.
    #[prop(default)]
    pub versioning: bool,
    /// The lifecycle rules, by ids of your choice, at most 1000. Default: none.
    #[prop(default, max = 1000)]
    pub lifecycle_rules: BTreeMap<String, LifecycleRule>,
    /// The objects that are too small for lifecycle transitions. Default: below 128 KB for all storage classes; a configuration from before
    /// September 2024 keeps what it has.
    #[prop(computed)]
    pub transition_default_minimum_object_size: Option<TransitionDefaultMinimumObjectSize>,
    /// Server access logging. Default: none.
    pub logging: Option<Logging>,
    /// The CORS rules (cross-origin resource sharing), in order: the first one that matches a request applies. At most 100.
    #[prop(default, max = 100)]
    pub cors_rules: Vec<CorsRule>,
    /// Event notifications. Left out: not managed here; `{}` removes all.
    #[prop(given)]
    pub notification_configuration: Option<NotificationConfiguration>,
    /// The static website. Left out: not managed here; `{}` removes it.
    #[prop(given)]
    pub website_configuration: Option<WebsiteConfiguration>,
    /// Replication into other buckets; needs `versioning: true`. Left out: not managed here; `{}` removes it.
    #[prop(given)]
    pub replication_configuration: Option<ReplicationConfiguration>,
    /// The status of transfer acceleration; not with dots in the name. Left out: not managed here.
    #[prop(given)]
    pub accelerate_status: Option<AccelerateStatus>,
    /// The object lock: versions of objects can't be deleted for a time. It needs `versioning: true`, and can't be removed again. Left out: not
    /// managed here.
    #[prop(given)]
    pub object_lock_configuration: Option<ObjectLockConfiguration>,
    /// Storage class analyses, by ids of your choice. Left out: not managed here; `{}` removes all.
    #[prop(given)]
    pub analytics_configurations: Option<BTreeMap<String, AnalyticsConfiguration>>,
    /// Intelligent tiering, by ids of your choice. Left out: not managed here; `{}` removes all.
    #[prop(given)]
    pub intelligent_tiering_configurations: Option<BTreeMap<String, IntelligentTieringConfiguration>>,
    /// Inventories, by ids of your choice. Left out: not managed here; `{}` removes all.
    #[prop(given)]
    pub inventory_configurations: Option<BTreeMap<String, InventoryConfiguration>>,
    /// Request metrics in CloudWatch, by ids of your choice. Left out: not managed here; `{}` removes all.
    #[prop(given)]
    pub metrics_configurations: Option<BTreeMap<String, MetricsConfiguration>>,
    /// Whether deleting the bucket also deletes all objects in it, with all versions, delete markers and unfinished uploads. It counts only if
    /// `pulumi up` has brought it before. Default: false; a bucket that isn't empty is not deleted.
    #[prop(default)]
    pub force_destroy: Order<bool>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The status of transfer acceleration: uploads from far away by CloudFront's edges.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum AccelerateStatus {
    /// It is on.
    Enabled,
    /// It is off.
    Suspended,
}

/// The object lock of a bucket.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ObjectLockConfiguration {
    /// The default retention of new versions. Default: none; each writer may ask for one.
    pub default_retention: Option<DefaultRetention>,
}

/// The default retention of new versions: exactly one of `days` and `years` is given.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DefaultRetention {
    /// Who may end it early.
    pub mode: RetentionMode,
    /// For so many days.
    #[prop(min = 1)]
    pub days: Option<i32>,
    /// For so many years.
    #[prop(min = 1)]
    pub years: Option<i32>,
}

/// Who may end a retention early.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum RetentionMode {
    /// Who has the permission s3:BypassGovernanceRetention.
    #[prop(rename = "GOVERNANCE")]
    Governance,
    /// Nobody, not even the account's root user.
    #[prop(rename = "COMPLIANCE")]
    Compliance,
}

/// The namespace of a bucket's name.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum BucketNamespace {
    /// All accounts share it.
    #[prop(rename = "global")]
    Global,
    /// The account's own in the region.
    #[prop(rename = "account-regional")]
    AccountRegional,
}

/// A public access block: which public access to a bucket is blocked.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PublicAccessBlock {
    /// Whether calls that would set a public access control list are refused.
    #[prop(default = true)]
    pub block_public_acls: bool,
    /// Whether public access control lists are ignored.
    #[prop(default = true)]
    pub ignore_public_acls: bool,
    /// Whether a bucket policy that allows public access is refused.
    #[prop(default = true)]
    pub block_public_policy: bool,
    /// Whether a bucket with a public policy is open only to AWS services and the account's own users.
    #[prop(default = true)]
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// All of it, or nothing.
    pub fn all(on: bool) -> PublicAccessBlock {
        PublicAccessBlock {
            block_public_acls: on,
            ignore_public_acls: on,
            block_public_policy: on,
            restrict_public_buckets: on,
        }
    }
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        PublicAccessBlock::all(true)
    }
}

/// Who owns the objects of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ObjectOwnership {
    /// The bucket's owner; access control lists are disabled.
    BucketOwnerEnforced,
    /// The bucket's owner, if the writer says so by an access control list.
    BucketOwnerPreferred,
    /// Who wrote the object.
    ObjectWriter,
}

/// The default encryption of a bucket's new objects.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Encryption {
    /// The server-side encryption algorithm.
    #[prop(default = SseAlgorithm::Aes256)]
    pub sse_algorithm: SseAlgorithm,
    /// The ARN of the KMS key. S3 doesn't check it, and takes an alias for one of the writer's account. Default for `aws:kms`: AWS's own key
    /// for S3.
    pub kms_master_key_id: Option<String>,
    /// Whether an S3 bucket key stands in for most calls of KMS, which costs less. Default: false.
    #[prop(default)]
    pub bucket_key_enabled: bool,
    /// The encryption types that uploads can't use. Default: `SSE-C`, keys that the writer sends along. An empty list blocks none.
    #[prop(default = BTreeSet::from([BlockedEncryptionType::SseC]))]
    pub blocked_encryption_types: BTreeSet<BlockedEncryptionType>,
}

impl Default for Encryption {
    fn default() -> Self {
        Encryption {
            sse_algorithm: SseAlgorithm::Aes256,
            kms_master_key_id: None,
            bucket_key_enabled: false,
            blocked_encryption_types: BTreeSet::from([BlockedEncryptionType::SseC]),
        }
    }
}

/// A server-side encryption algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum SseAlgorithm {
    /// With keys of S3's own (SSE-S3).
    #[prop(rename = "AES256")]
    Aes256,
    /// With a key of KMS (SSE-KMS).
    #[prop(rename = "aws:kms")]
    Kms,
    /// With a key of KMS, in two layers (DSSE-KMS).
    #[prop(rename = "aws:kms:dsse")]
    KmsDsse,
}

/// An encryption type that can be blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum BlockedEncryptionType {
    /// With keys that the writer sends along.
    #[prop(rename = "SSE-C")]
    SseC,
}

/// Server access logging: S3 writes a record of each request into another bucket, whose policy must allow `s3:PutObject` to
/// logging.s3.amazonaws.com, or the logs are lost.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Logging {
    /// The name of the bucket that gets the logs, in the same region and account; not this one. It can be encrypted with S3's own keys only.
    pub target_bucket: BucketName,
    /// The key prefix of the logs, such as `logs/`.
    #[prop(default)]
    pub target_prefix: String,
    /// By which date the keys of logs are partitioned: `[prefix][account]/[region]/[bucket]/[year]/[month]/[day]/...`. Default: keys are not
    /// partitioned.
    pub partition_date_source: Option<PartitionDateSource>,
}

/// A date by which keys of logs are partitioned.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum PartitionDateSource {
    /// When the request came.
    EventTime,
    /// When the log was delivered.
    DeliveryTime,
}

/// A CORS rule: which pages of other origins may read the bucket.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CorsRule {
    /// An id of up to 255 characters. Default: none.
    #[prop(max = 255)]
    pub id: Option<String>,
    /// The origins, such as `https://www.example.com` or `https://*.example.com`; `*` for all.
    #[prop(min = 1)]
    pub allowed_origins: BTreeSet<String>,
    /// The HTTP methods.
    #[prop(min = 1)]
    pub allowed_methods: BTreeSet<CorsMethod>,
    /// The request headers that a preflight request may ask for, such as `Authorization` or `x-amz-*`. Default: none.
    #[prop(default)]
    pub allowed_headers: BTreeSet<String>,
    /// The response headers that pages may read, such as `ETag`. Default: none.
    #[prop(default)]
    pub expose_headers: BTreeSet<String>,
    /// How many seconds a browser may keep the answer to a preflight request. Default: as the browser likes.
    #[prop(min = 0)]
    pub max_age_seconds: Option<i32>,
}

/// An HTTP method of a CORS rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum CorsMethod {
    /// GET.
    #[prop(rename = "GET")]
    Get,
    /// HEAD.
    #[prop(rename = "HEAD")]
    Head,
    /// PUT.
    #[prop(rename = "PUT")]
    Put,
    /// POST.
    #[prop(rename = "POST")]
    Post,
    /// DELETE.
    #[prop(rename = "DELETE")]
    Delete,
}
