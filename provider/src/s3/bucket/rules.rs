//! Rules between a bucket's properties.

use pulumi_plugin::{Fault, Faults};

use super::inputs::*;
use super::lifecycle::LifecycleRule;
use super::replication::ReplicationConfiguration;
use super::reports::{AccessTier, Tiering};
use super::website::WebsiteConfiguration;

/// Everything that is wrong.
pub fn faults(new: &BucketInputs) -> Vec<Fault> {
    let rules = new.lifecycle_rules.iter().flat_map(|(id, rule)| named(id, rule));
    let owned = new.name.as_str().ends_with("-an");
    let regional = new.bucket_namespace == BucketNamespace::AccountRegional;
    let logs_itself = new.logging.as_ref().is_some_and(|logging| logging.target_bucket == new.name);
    let website = new.website_configuration.as_ref().map(WebsiteConfiguration::faults).unwrap_or_default();
    let replication = new.replication_configuration.as_ref();
    let replicates = replication.is_some_and(|replication| !replication.rules.is_empty());
    let retention = new.object_lock_configuration.as_ref().and_then(|lock| lock.default_retention.as_ref());
    let retention = retention.map(|it| Faults::of(it).one_of(&["days", "years"]).into_vec()).unwrap_or_default();
    const VERSIONS: &str = "needs `versioning: true`";
    Faults::of(new)
        .part("websiteConfiguration", website)
        .part("replicationConfiguration", replication.map(ReplicationConfiguration::faults).unwrap_or_default())
        .when(replicates && !new.versioning, "replicationConfiguration", VERSIONS)
        .when(new.object_lock_configuration.is_some() && !new.versioning, "objectLockConfiguration", VERSIONS)
        .and(retention.into_iter().map(|fault| fault.below("defaultRetention").below("objectLockConfiguration")))
        .when(regional && !owned, "name", "must end in `-ACCOUNT-REGION-an` in the namespace `account-regional`")
        .part("encryption", encryption(&new.encryption))
        .and(rules)
        .and(tierings(new))
        .when(
            new.transition_default_minimum_object_size.is_some() && new.lifecycle_rules.is_empty(),
            "transitionDefaultMinimumObjectSize",
            "needs `lifecycleRules`",
        )
        .when(logs_itself, "logging.targetBucket", "is the bucket itself, whose logs would make logs without end")
        .into_vec()
}

fn encryption(encryption: &Encryption) -> Vec<Fault> {
    let own = encryption.sse_algorithm == SseAlgorithm::Aes256;
    Faults::of(encryption)
        .when(own && encryption.kms_master_key_id.is_some(), "kmsMasterKeyId", "needs `sseAlgorithm: aws:kms`")
        .into_vec()
}

fn tierings(new: &BucketInputs) -> Vec<Fault> {
    const DEEP: i32 = 180;
    let early = |it: &Tiering| it.access_tier == AccessTier::DeepArchiveAccess && it.days < DEEP;
    let all = new.intelligent_tiering_configurations.iter().flatten();
    let odd = all.filter_map(|(id, it)| Some((id, it.tierings.iter().find(|each| early(each))?)));
    let fault = |(id, it): (&String, &Tiering)| {
        let why = format!("`DEEP_ARCHIVE_ACCESS` begins after {DEEP} days at least, and not after {}", it.days);
        Fault::new("tierings", why).below(id).below("intelligentTieringConfigurations")
    };
    odd.map(fault).collect()
}

fn named(id: &str, rule: &LifecycleRule) -> Vec<Fault> {
    let mut faults = rule.faults();
    if id.is_empty() || id.chars().count() > 255 {
        faults.push(Fault::new("status", "the rule's id must have 1 to 255 characters"));
    }
    faults.into_iter().map(|fault| fault.below(id).below("lifecycleRules")).collect()
}
