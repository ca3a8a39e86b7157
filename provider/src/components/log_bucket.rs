//! A bucket of logs in a component.

use std::collections::BTreeMap;

use pulumi_plugin::{Input, Order, Scope};
use serde_json::Value as Json;

use crate::aws::Common;
use crate::components::policies::{policy, tls_only};
use crate::components::{Report, SharedInputs};
use crate::s3::bucket::{
    AbortIncompleteMultipartUpload, Bucket, BucketArgs, BucketOutputs, Expiration, LifecycleRule, ObjectOwnership,
    RuleStatus,
};
use crate::s3::bucket_policy::{BucketPolicy, BucketPolicyArgs, BucketPolicyOutputs};
use crate::types::BucketName;

/// Statements of a bucket's policy, by the bucket's ARN.
pub type Statements = Box<dyn FnOnce(&str) -> Vec<Json> + Send>;

/// A bucket of logs in a component: the bucket, and its policy, by which it is reached by TLS only.
pub struct LogBucket<'a> {
    /// The key of the bucket; that of its policy begins with it.
    pub key: &'static str,
    /// Its name, if it has to be a certain one.
    pub name: Input<BucketName>,
    /// After how many days logs are deleted.
    pub days: u32,
    /// Who owns the logs.
    pub ownership: ObjectOwnership,
    /// What else its policy says, by the bucket's ARN.
    pub statements: Statements,
    /// What is shared by the component's children.
    pub shared: &'a SharedInputs,
    /// Where it is, if not where the component's other children are.
    pub place: Common,
}

impl LogBucket<'_> {
    /// Adds the bucket and its policy. Logs that are on their way come late: only in the profile `dev` does a deletion take what is in it.
    pub fn tell(self, here: &mut Scope) -> BucketOutputs {
        self.with_policy(here).0
    }

    /// The same, with the policy, for those that write there through it.
    pub fn with_policy(self, here: &mut Scope) -> (BucketOutputs, BucketPolicyOutputs) {
        let args = BucketArgs {
            name: self.name,
            object_ownership: self.ownership.into(),
            lifecycle_rules: BTreeMap::from([("expire".to_owned(), expire(self.days))]).into(),
            force_destroy: Order::from(!self.shared.protects()).into(),
            ..Default::default()
        };
        let bucket = here.child(self.key).at(&self.place).protect(self.shared.protects()).add::<Bucket>(args);
        let statements = self.statements;
        let document = bucket.arn.try_map(move |arn| {
            let more = statements(&arn);
            policy([vec![tls_only(&arn)], more].concat())
        });
        let args = BucketPolicyArgs { bucket: bucket.id.map(BucketName::from).into(), policy: document.into() };
        let policy = here.child(format!("{}-policy", self.key)).at(&self.place).add::<BucketPolicy>(args);
        (bucket, policy)
    }
}

/// A report with the controls of a bucket of logs.
pub fn reported(report: Report, ownership: ObjectOwnership) -> Report {
    let enforced = ownership == ObjectOwnership::BucketOwnerEnforced;
    report
        .meets("S3.5")
        .meets("S3.8")
        .open("S3.9", "requests for the bucket of logs are not logged themselves")
        .meets_if(enforced, "S3.12", "the bucket of logs takes access control lists, by which logs are written")
        .meets("S3.13")
}

fn expire(days: u32) -> LifecycleRule {
    LifecycleRule {
        status: RuleStatus::Enabled,
        prefix: String::new(),
        tags: Default::default(),
        object_size_greater_than: None,
        object_size_less_than: None,
        expiration: Some(Expiration {
            days: i32::try_from(days).ok(),
            date: None,
            expired_object_delete_marker: false,
        }),
        transitions: Default::default(),
        noncurrent_version_expiration: None,
        noncurrent_version_transitions: Default::default(),
        abort_incomplete_multipart_upload: Some(AbortIncompleteMultipartUpload { days_after_initiation: 7 }),
    }
}
