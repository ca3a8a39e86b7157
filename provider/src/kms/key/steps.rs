//! What changes of an enabled key, one call a property.

use pulumi_plugin::{Again, Error, Id, Result};

use super::{Key, KeyInputs, PERIOD, policy};
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _};

/// Brings all but whether the key is enabled.
pub async fn bring(aws: &Aws, id: &Id, old: &Key, new: &KeyInputs) -> Result<()> {
    if old.inputs.description != new.description {
        let update = aws.kms().update_key_description().key_id(id).description(&new.description);
        update.send().await.done("setting the description of key", id)?;
    }
    if old.inputs.key_policy != new.key_policy {
        put_policy(aws, id, old, new).await?;
    }
    rotation(aws, id, &old.inputs, new).await
}

/// Without one in the program, the key gets back what KMS gives by itself.
async fn put_policy(aws: &Aws, id: &Id, old: &Key, new: &KeyInputs) -> Result<()> {
    let document = new.key_policy.as_ref().map(ToString::to_string);
    let document = document.unwrap_or_else(|| policy::default(&old.arn).to_string());
    let put = aws
        .kms()
        .put_key_policy()
        .key_id(id)
        .policy_name(policy::NAME)
        .policy(document)
        .bypass_policy_lockout_safety_check(new.bypass_policy_lockout_safety_check.value());
    policy::taken(put.send().await, "setting the policy of key", id.as_str()).map(drop)
}

async fn rotation(aws: &Aws, id: &Id, old: &KeyInputs, new: &KeyInputs) -> Result<()> {
    let wanted = |inputs: &KeyInputs| inputs.rotates().then(|| inputs.rotation_period_in_days.unwrap_or(PERIOD));
    if wanted(old) == wanted(new) {
        return Ok(());
    }
    // An earlier attempt may have set it, and disabled the key after that.
    let is = super::rotation(aws, id, new.can_rotate()).await?;
    if is.0.unwrap_or_default().then(|| is.1.unwrap_or(PERIOD)) == wanted(new) {
        return Ok(());
    }
    if !old.enabled && !new.enabled {
        return Err(Error::new(format!("key `{id}` is disabled, so that its rotation can't be changed"))
            .hint("set `enabled: true` for this change"));
    }
    let done = match wanted(new) {
        Some(days) => {
            let enable = aws.kms().enable_key_rotation().key_id(id).rotation_period_in_days(signed(days)).send().await;
            enable.done("enabling the rotation of key", id)
        }
        None => aws.kms().disable_key_rotation().key_id(id).send().await.done("disabling the rotation of key", id),
    };
    // A key that was enabled a moment ago may still count as disabled.
    done.map_err(|error| if old.enabled { error } else { error.again(Again::Soon) })
}
