//! A key.

mod inputs;
mod policy;
mod steps;

use aws_sdk_kms::types::{KeyMetadata, KeySpec as AwsSpec, KeyState, KeyUsageType, OriginType};
use pulumi_plugin::{Fault, Id, Made, Order, Progress, Property, Resource, Result, Wait};

pub use self::inputs::{KeyArgs, KeyInputs, KeyOrigin, KeySpec, KeyUsage};
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, Tags, word_or};
use crate::kms::{sent, tags};

/// How long AWS keeps a key that is to be deleted, if the state doesn't say.
const WINDOW: u32 = 30;
/// After how many days AWS rotates a key, if nobody says.
const PERIOD: u32 = 365;

/// A KMS key: encrypts, signs or authenticates without ever leaving KMS. When the resource is deleted, KMS disables the key at once and deletes
/// it at the end of `pendingWindowInDays`; until then `aws kms cancel-key-deletion` saves it. What it encrypted can't be read after that. So is it with the
/// old key when a change takes a new one: what was encrypted before has to be encrypted anew within that time. The option `protect` refuses such a change.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Key {
    /// The inputs, as KMS has them.
    #[prop(inputs)]
    pub inputs: KeyInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The key id.
    #[prop(stable)]
    pub key_id: String,
}

impl Resource for Key {
    const TOKEN: &'static str = "gitinfra:kms:Key";
    const WAIT: Wait = Wait::seconds(3, 300);
    type Session = Aws;
    type Inputs = KeyInputs;
    type Seen = KeyMetadata;

    fn check(new: &KeyInputs) -> Vec<Fault> {
        new.faults()
    }

    /// A key has no name by which KMS would know a second attempt.
    async fn earlier(aws: &Aws, _: &KeyInputs) -> Result<Option<Id>> {
        let keys = aws.kms().list_keys().into_paginator().items().send();
        let keys = keys.collect::<Result<Vec<_>, _>>().await.doing("looking for what an earlier attempt made", "")?;
        for id in keys.into_iter().filter_map(|key| key.key_id).map(Id::from) {
            if aws.bears_token(tags::list_if_allowed(aws, id.as_str()).await?)
                && let Some(seen) = Self::find(aws, &id).await?
                && !matches!(Self::progress(&seen), Progress::Leaving(_))
            {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    async fn create(aws: &Aws, new: &KeyInputs) -> Result<Made> {
        let create = aws
            .once()
            .kms()
            .create_key()
            .description(&new.description)
            .key_spec(AwsSpec::from(new.key_spec.as_str()))
            .key_usage(KeyUsageType::from(new.key_usage.as_str()))
            .origin(OriginType::from(new.origin.as_str()))
            .multi_region(new.multi_region)
            .set_policy(new.key_policy.as_ref().map(ToString::to_string))
            .bypass_policy_lockout_safety_check(new.bypass_policy_lockout_safety_check.value())
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = policy::taken(create.send().await, "creating key", &aws.call().name)?;
        Made::new(made.key_metadata.map(|key| key.key_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<KeyMetadata>> {
        let got = aws.kms().describe_key().key_id(id).send().await.unless(&["NotFoundException"]);
        Ok(got.doing("reading key", id)?.and_then(|answer| answer.key_metadata))
    }

    /// A key whose material is to be imported is as ready as we make it.
    fn progress(seen: &KeyMetadata) -> Progress {
        match seen.key_state().unwrap_or(&KeyState::Enabled) {
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => Progress::Leaving("PendingDeletion".into()),
            state @ (KeyState::Creating | KeyState::Updating) => Progress::Pending(state.to_string()),
            _ => Progress::Done,
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: KeyMetadata) -> Result<Self> {
        let mut inputs = KeyInputs {
            key_spec: word_or(seen.key_spec, KeySpec::SymmetricDefault)?,
            key_usage: word_or(seen.key_usage, KeyUsage::EncryptDecrypt)?,
            origin: word_or(seen.origin, KeyOrigin::AwsKms)?,
            multi_region: seen.multi_region.unwrap_or_default(),
            description: seen.description.unwrap_or_default(),
            key_policy: None,
            enabled: seen.key_state != Some(KeyState::Disabled),
            enable_key_rotation: None,
            rotation_period_in_days: None,
            pending_window_in_days: Order::unknown(),
            bypass_policy_lockout_safety_check: Order::unknown(),
            tags: Tags::new(),
        };
        let rotates = inputs.can_rotate();
        let tags = tags::list(aws, id.as_str());
        let (policy, rotation, tags) = futures::try_join!(policy::read(aws, id), rotation(aws, id, rotates), tags)?;
        inputs.key_policy = Some(policy);
        (inputs.enable_key_rotation, inputs.rotation_period_in_days) = rotation;
        inputs.tags = aws.visible(tags);
        let key = Key { inputs, arn: seen.arn.unwrap_or_default(), key_id: seen.key_id };
        sent::awaited(aws, id, |new: &KeyInputs| key.shows(new))?;
        Ok(key)
    }

    /// What the program leaves out is what KMS has by itself, or what we choose for it.
    fn respell(&mut self, given: &KeyInputs) {
        let inputs = &mut self.inputs;
        if given.key_policy.is_none() && inputs.key_policy.as_ref().is_some_and(|it| policy::is_default(it, &self.arn))
        {
            inputs.key_policy = None;
        }
        if given.enable_key_rotation.is_none() && inputs.enable_key_rotation == Some(inputs.can_rotate()) {
            inputs.enable_key_rotation = None;
        }
        if given.rotation_period_in_days.is_none() && inputs.rotation_period_in_days == Some(PERIOD) {
            inputs.rotation_period_in_days = None;
        }
    }

    /// A disabled key refuses much: it is enabled before all else, and disabled after it.
    async fn update(aws: &Aws, id: &Id, old: &Self, new: &KeyInputs) -> Result<()> {
        if new.enabled && !old.inputs.enabled {
            aws.kms().enable_key().key_id(id).send().await.done("enabling key", id)?;
        }
        steps::bring(aws, id, old, new).await?;
        if !new.enabled && old.inputs.enabled {
            aws.kms().disable_key().key_id(id).send().await.done("disabling key", id)?;
        }
        sent::note(aws, id, new.clone());
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let window = old.inputs.pending_window_in_days.get().copied().unwrap_or(WINDOW);
        let schedule = aws.kms().schedule_key_deletion().key_id(id).pending_window_in_days(signed(window)).send().await;
        let scheduled = schedule.unless(&["NotFoundException"]).doing("scheduling the deletion of key", id)?;
        if scheduled.is_some() {
            let saved =
                format!("until then `aws kms cancel-key-deletion --key-id {id}` saves it and what it encrypted");
            aws.call().warn(format!("key `{id}` is disabled, and KMS deletes it in {window} days; {saved}")).await;
        }
        Ok(())
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

impl Key {
    /// Whether it is what it was changed to.
    fn shows(&self, new: &KeyInputs) -> bool {
        let mut seen = self.clone();
        seen.respell(new);
        let rotation = |of: &KeyInputs| of.rotates().then(|| of.rotation_period_in_days.unwrap_or(PERIOD));
        let parts = |of: &KeyInputs| (of.description.clone(), of.enabled, of.key_policy.clone(), rotation(of));
        parts(&seen.inputs) == parts(new)
    }
}

/// Whether KMS rotates the key, and after how many days. Keys that can't be rotated are not asked about: KMS would refuse.
async fn rotation(aws: &Aws, id: &Id, rotates: bool) -> Result<(Option<bool>, Option<u32>)> {
    if !rotates {
        return Ok((None, None));
    }
    let asked = aws.kms().get_key_rotation_status().key_id(id).send().await;
    let status = asked.doing("reading the rotation of key", id)?;
    let period = status.rotation_period_in_days.and_then(|days| u32::try_from(days).ok());
    Ok((Some(status.key_rotation_enabled), period.filter(|_| status.key_rotation_enabled)))
}
