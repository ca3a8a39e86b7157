//! A private bucket.

use std::collections::BTreeMap;

use pulumi_plugin::{Component, Fault, Faults, Knobs, Order, Output, Outputs, Property, Result, Scope};
use serde_json::{Value as Json, json};

use crate::aws::Aws;
use crate::components::policies::bucket_policy;
use crate::components::{Profile, Report, SharedArgs, SharedInputs};
use crate::s3::bucket::{
    AbortIncompleteMultipartUpload, Bucket, BucketArgs, BucketOutputs, Encryption, Expiration, LifecycleRule, Logging,
    NoncurrentVersionExpiration, RuleStatus, SseAlgorithm,
};
use crate::s3::bucket_policy::{BucketPolicy, BucketPolicyArgs};
use crate::types::{BucketName, JsonObject};

/// What the program asks of a private bucket.
#[derive(Debug, Clone, Property)]
pub struct PrivateBucketInputs {
    /// What is said of the bucket itself.
    #[prop(flatten)]
    pub settings: PrivateBucketSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What can be said of a private bucket.
#[derive(Debug, Clone, Property)]
pub struct PrivateBucketSettings {
    /// The bucket's name, which no other account may have. Default: made from the component's name.
    pub bucket_name: Option<BucketName>,
    /// Whether versioning is enabled: overwritten and deleted objects are kept as versions for `oldVersionDays`.
    #[prop(default = true)]
    pub versioning: bool,
    /// After how many days versions that were overwritten or deleted are deleted for good.
    #[prop(default = 90, min = 1)]
    pub old_version_days: i32,
    /// After how many days unfinished uploads are aborted.
    #[prop(default = 7, min = 1)]
    pub incomplete_upload_days: i32,
    /// After how many days objects are deleted. Default: never.
    #[prop(min = 1)]
    pub expiration_days: Option<i32>,
    /// Further lifecycle rules, by ids of your choice.
    #[prop(default)]
    pub lifecycle_rules: BTreeMap<String, LifecycleRule>,
    /// The ARN of the KMS key that encrypts objects. Default: keys of S3's own, which cost nothing.
    pub kms_key_arn: Option<Output<String>>,
    /// Server access logs: S3 writes a record of each request. `{}` makes a bucket for them. Default: none; in the profile `fsbp`, `{}`.
    /// A bucket that was made for them holds data: to leave the profile `fsbp` and keep it, give `{}`; to drop it, first roll out `protectStateful: false`.
    pub access_logs: Option<AccessLogs>,
    /// Whether the bucket gets its bucket policy here: it refuses whatever comes without TLS. `false` where something else gives the bucket its
    /// policy, of which there can be only one.
    #[prop(default = true)]
    pub policy: bool,
    /// Further statements of the bucket policy. One without `Resource` is about the bucket and all objects in it.
    #[prop(default)]
    pub policy_statements: Vec<Output<JsonObject>>,
    /// Whether deleting the bucket also deletes all objects in it. Default: the opposite of `protectStateful`.
    pub force_destroy: Option<bool>,
}

/// Server access logs of a bucket.
#[derive(Debug, Clone, Property)]
pub struct AccessLogs {
    /// The name of the bucket that gets the logs. Its policy must let `logging.s3.amazonaws.com` put objects. Default: one that is made for them.
    pub bucket: Option<Output<String>>,
    /// The key prefix of the logs, such as `logs/`.
    #[prop(default)]
    pub prefix: String,
    /// For how many days logs are kept in the bucket that is made for them.
    #[prop(default = 365, min = 1)]
    pub retention_days: i32,
}

/// A bucket that nobody outside of the account gets at: public access is blocked, access control lists are disabled, objects are encrypted, and whatever
/// comes without TLS is refused.
#[derive(Clone, Outputs)]
pub struct PrivateBucket {
    /// The bucket's name. Known once the bucket has its policy.
    pub bucket_name: Output<String>,
    /// The bucket's ARN.
    pub arn: Output<String>,
    /// The regional domain name, `NAME.s3.REGION.amazonaws.com`: what a CloudFront origin needs.
    pub regional_domain_name: Output<String>,
    /// The name of the bucket that gets the server access logs, if there are any.
    pub log_bucket_name: Option<Output<String>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for PrivateBucket {
    const TOKEN: &'static str = "gitinfra:index:PrivateBucket";
    type Session = Aws;
    type Inputs = PrivateBucketInputs;
    type Facts = ();

    fn check(inputs: &PrivateBucketInputs) -> Vec<Fault> {
        let settings = &inputs.settings;
        let taken = settings.lifecycle_rules.keys().find(|id| OWN_RULES.contains(&id.as_str()));
        let why =
            format!("this component has a rule `{}` of its own: give yours another id", taken.map_or("", |id| id));
        Faults::of(settings)
            .when(taken.is_some(), "lifecycleRules", why)
            .when(
                !settings.policy && !settings.policy_statements.is_empty(),
                "policyStatements",
                "can't be given together with `policy: false`",
            )
            .into_vec()
    }

    fn knobs(inputs: &PrivateBucketInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Aws, _: &PrivateBucketInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: PrivateBucketInputs, (): ()) -> Result<Self> {
        let logs = inputs.access_logs();
        let own_logs = logs.as_ref().filter(|logs| logs.bucket.is_none()).map(|logs| inputs.log_bucket(here, logs));
        let log_bucket_name = logs.as_ref().and_then(|logs| logs.bucket.clone());
        let log_bucket_name = own_logs.as_ref().map(|bucket| bucket.id.clone()).or(log_bucket_name);
        let bucket = inputs.bucket(here, logs.zip(log_bucket_name.clone()));
        if let Some(logs) = &own_logs {
            policy(here, "logs-policy", logs, vec![bucket.arn.map(|arn| deliveries(&arn))]);
        }
        let settings = inputs.settings;
        let more: Vec<_> = settings.policy_statements.iter().map(|each| each.map(|each| each.json().clone())).collect();
        let open = !settings.policy || !more.is_empty();
        let bucket_name = match settings.policy {
            true => bucket.id.depends_on(&policy(here, "policy", &bucket, more)),
            false => bucket.id,
        };
        let report = report(here, settings.policy, open, log_bucket_name.is_some());
        Ok(PrivateBucket {
            bucket_name,
            arn: bucket.arn,
            regional_domain_name: bucket.bucket_regional_domain_name,
            log_bucket_name,
            report,
        })
    }
}

/// The ids of this component's own lifecycle rules.
const OWN_RULES: [&str; 3] = ["old-versions", "incomplete-uploads", "expiration"];

impl PrivateBucketInputs {
    /// The server access logs, by what is said or by the profile.
    fn access_logs(&self) -> Option<AccessLogs> {
        let own = AccessLogs { bucket: None, prefix: String::new(), retention_days: 365 };
        self.settings.access_logs.clone().or_else(|| (self.shared.profile == Profile::Fsbp).then_some(own))
    }

    fn force_destroy(&self) -> bool {
        self.settings.force_destroy.unwrap_or(!self.shared.protects())
    }

    /// The bucket, with its access logs and where they go to.
    fn bucket(&self, here: &mut Scope, logs: Option<(AccessLogs, Output<String>)>) -> BucketOutputs {
        let settings = &self.settings;
        let rules = lifecycle(settings.old_version_days, settings.incomplete_upload_days, settings.expiration_days);
        let rules: BTreeMap<_, _> = settings.lifecycle_rules.clone().into_iter().chain(rules).collect();
        let logging = logs.map(|(logs, bucket)| {
            bucket.map(|bucket| Logging {
                target_bucket: bucket.into(),
                target_prefix: logs.prefix,
                partition_date_source: None,
            })
        });
        let args = BucketArgs {
            name: settings.bucket_name.clone().into(),
            versioning: settings.versioning.into(),
            lifecycle_rules: rules.into(),
            encryption: settings.kms_key_arn.as_ref().map(|key| key.map(with_key)).into(),
            logging: logging.into(),
            force_destroy: Order::from(self.force_destroy()).into(),
            ..Default::default()
        };
        here.child("bucket").protect(self.shared.protects()).add::<Bucket>(args)
    }

    /// The bucket for access logs. S3 writes them only where its own keys encrypt.
    fn log_bucket(&self, here: &mut Scope, logs: &AccessLogs) -> BucketOutputs {
        let args = BucketArgs {
            versioning: true.into(),
            lifecycle_rules: lifecycle(30, 7, Some(logs.retention_days)).into(),
            force_destroy: Order::from(self.force_destroy()).into(),
            ..Default::default()
        };
        here.child("logs").protect(self.shared.protects()).add::<Bucket>(args)
    }
}

fn with_key(arn: String) -> Encryption {
    Encryption {
        sse_algorithm: SseAlgorithm::Kms,
        kms_master_key_id: Some(arn),
        bucket_key_enabled: true,
        ..Encryption::default()
    }
}

/// Rules after which nothing stays for ever that nobody sees.
fn lifecycle(old: i32, uploads: i32, expiration: Option<i32>) -> BTreeMap<String, LifecycleRule> {
    let rule = || LifecycleRule {
        status: RuleStatus::Enabled,
        prefix: String::new(),
        tags: Default::default(),
        object_size_greater_than: None,
        object_size_less_than: None,
        expiration: None,
        transitions: Default::default(),
        noncurrent_version_expiration: None,
        noncurrent_version_transitions: Default::default(),
        abort_incomplete_multipart_upload: None,
    };
    let old = NoncurrentVersionExpiration { noncurrent_days: Some(old), newer_noncurrent_versions: None };
    let uploads = AbortIncompleteMultipartUpload { days_after_initiation: uploads };
    let end = |days| Expiration { days: Some(days), date: None, expired_object_delete_marker: false };
    let rules = [
        ("old-versions", LifecycleRule { noncurrent_version_expiration: Some(old), ..rule() }),
        ("incomplete-uploads", LifecycleRule { abort_incomplete_multipart_upload: Some(uploads), ..rule() }),
    ];
    let end = expiration.map(|days| ("expiration", LifecycleRule { expiration: Some(end(days)), ..rule() }));
    rules.into_iter().chain(end).map(|(id, rule)| (id.to_owned(), rule)).collect()
}

/// The policy of a bucket; known once the bucket has it.
fn policy(here: &mut Scope, key: &str, bucket: &BucketOutputs, more: Vec<Output<Json>>) -> Output<String> {
    let args = BucketPolicyArgs {
        bucket: bucket.id.map(BucketName::from).into(),
        policy: bucket_policy(&bucket.arn, more).into(),
    };
    here.add::<BucketPolicy>(key, args).id
}

/// The statement that lets S3 deliver the access logs of a bucket.
fn deliveries(of: &str) -> Json {
    json!({
        "Sid": "AccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Condition": {"ArnLike": {"aws:SourceArn": of}},
    })
}

fn report(here: &Scope, policy: bool, open: bool, logged: bool) -> Report {
    Report::of(here)
        .open("S3.1", "it is about the account's own public access block")
        .meets("S3.2")
        .meets("S3.3")
        .meets_if(policy, "S3.5", "the bucket policy is not made here")
        .meets_if(!open, "S3.6", "what the bucket policy allows other accounts is not known here")
        .meets("S3.8")
        .meets_if(logged, "S3.9", "the bucket has no server access logs")
        .meets("S3.12")
        .meets("S3.13")
}
