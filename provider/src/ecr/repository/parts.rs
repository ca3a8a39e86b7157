//! The parts of a repository that have calls of their own.

use aws_sdk_ecr::error::BuildError;
use aws_sdk_ecr::types as sdk;
use pulumi_plugin::{Error, Id, Result};

use super::{EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, RepositoryInputs};
use crate::aws::list::{filled, some};
use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::types::{LifecyclePolicy, PolicyJson};

/// The lifecycle policy, if there is one.
pub(super) async fn lifecycle(aws: &Aws, id: &Id) -> Result<Option<LifecyclePolicy>> {
    let got = aws.ecr().get_lifecycle_policy().repository_name(id).send().await;
    let got = got.unless(&["LifecyclePolicyNotFoundException"]).doing("reading the lifecycle policy of", id)?;
    let text = got.and_then(|answer| filled(answer.lifecycle_policy_text));
    text.map(|text| LifecyclePolicy::parse(&text)).transpose().map_err(Error::new)
}

/// The repository policy, if there is one.
pub(super) async fn policy(aws: &Aws, id: &Id) -> Result<Option<PolicyJson>> {
    let got = aws.ecr().get_repository_policy().repository_name(id).send().await;
    let got = got.unless(&["RepositoryPolicyNotFoundException"]).doing("reading the policy of repository", id)?;
    let text = got.and_then(|answer| filled(answer.policy_text));
    text.map(|text| PolicyJson::parse(&text)).transpose().map_err(Error::new)
}

/// All tags, ours among them.
pub(super) async fn tags(aws: &Aws, arn: &str) -> Result<Vec<sdk::Tag>> {
    let answer = aws.ecr().list_tags_for_resource().resource_arn(arn).send().await;
    Ok(answer.doing("reading the tags of", arn)?.tags.unwrap_or_default())
}

/// Sets and removes tags.
pub(super) async fn retag(aws: &Aws, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tag = aws.ecr().tag_resource().resource_arn(arn).set_tags(Some(written(set)));
        tag.send().await.doing("tagging", arn)?;
    }
    if !unset.is_empty() {
        let untag = aws.ecr().untag_resource().resource_arn(arn).set_tag_keys(Some(unset.to_vec()));
        untag.send().await.doing("removing tags of", arn)?;
    }
    Ok(())
}

/// Brings all of them to what is asked for.
pub(super) async fn bring(aws: &Aws, id: &Id, old: &RepositoryInputs, new: &RepositoryInputs) -> Result<()> {
    let mutability =
        |it: &RepositoryInputs| (it.image_tag_mutability, it.image_tag_mutability_exclusion_filters.clone());
    if mutability(old) != mutability(new) {
        let put = aws.ecr().put_image_tag_mutability().repository_name(id);
        let put = put.image_tag_mutability(new.image_tag_mutability.as_str().into());
        let put = put.set_image_tag_mutability_exclusion_filters(filters(new)?);
        put.send().await.doing("setting the tag mutability of repository", id)?;
    }
    if old.image_scanning_configuration != new.image_scanning_configuration {
        let put = aws.ecr().put_image_scanning_configuration().repository_name(id);
        let put = put.image_scanning_configuration(new.image_scanning_configuration.write()).send().await;
        put.doing("setting the scanning of repository", id)?;
    }
    match &new.lifecycle_policy {
        policy if *policy == old.lifecycle_policy => {}
        Some(policy) => {
            let put = aws.ecr().put_lifecycle_policy().repository_name(id).lifecycle_policy_text(policy.to_string());
            put.send().await.doing("setting the lifecycle policy of repository", id)?;
        }
        None => {
            let gone = aws.ecr().delete_lifecycle_policy().repository_name(id).send().await;
            let gone = gone.unless(&["LifecyclePolicyNotFoundException"]);
            gone.doing("removing the lifecycle policy of repository", id)?;
        }
    }
    match &new.repository_policy {
        policy if *policy == old.repository_policy => Ok(()),
        Some(policy) => {
            let set = aws.ecr().set_repository_policy().repository_name(id).policy_text(policy.to_string());
            set.send().await.done("setting the policy of repository", id)
        }
        None => {
            let gone = aws.ecr().delete_repository_policy().repository_name(id).send().await;
            gone.unless(&["RepositoryPolicyNotFoundException"]).done("removing the policy of repository", id)
        }
    }
}

/// The exclusion filters, left out where there are none.
pub(super) fn filters(new: &RepositoryInputs) -> Result<Option<Vec<sdk::ImageTagMutabilityExclusionFilter>>> {
    let filter = |filter: &String| {
        sdk::ImageTagMutabilityExclusionFilter::builder()
            .filter_type(sdk::ImageTagMutabilityExclusionFilterType::Wildcard)
            .filter(filter)
            .build()
    };
    let filters = new.image_tag_mutability_exclusion_filters.iter().map(filter).collect::<Result<Vec<_>, _>>();
    Ok(some(filters.map_err(unbuilt)?))
}

pub(super) fn unbuilt(error: BuildError) -> Error {
    Error::new(error.to_string())
}

impl ImageScanningConfiguration {
    pub(super) fn write(&self) -> sdk::ImageScanningConfiguration {
        sdk::ImageScanningConfiguration::builder().scan_on_push(self.scan_on_push).build()
    }
}

impl EncryptionConfiguration {
    pub(super) fn write(&self) -> Result<sdk::EncryptionConfiguration, BuildError> {
        let written = sdk::EncryptionConfiguration::builder().encryption_type(self.encryption_type.as_str().into());
        written.set_kms_key(self.kms_key.clone()).build()
    }

    pub(super) fn read(seen: Option<sdk::EncryptionConfiguration>) -> Result<EncryptionConfiguration> {
        let Some(seen) = seen else { return Ok(EncryptionConfiguration::default()) };
        let encryption_type: EncryptionType = word(seen.encryption_type)?;
        let kms_key = filled(seen.kms_key).filter(|_| encryption_type != EncryptionType::Aes256);
        Ok(EncryptionConfiguration { encryption_type, kms_key })
    }
}
