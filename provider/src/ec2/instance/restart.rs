//! What an instance has to be stopped for: its type, its user data, and whether it is optimized for EBS.

use aws_sdk_ec2::types::{AttributeValue, SecureBlobAttributeValue};
use aws_smithy_types::Blob;
use pulumi_plugin::{Error, Id, Resource as _, Result};

use super::Instance;
use super::change::{modify, value};
use super::inputs::InstanceInputs;
use crate::aws::{Aws, Doing as _, STOPPED_TAG, Tags};
use crate::ec2::tags::retag;

/// Stops the instance, changes it and starts it again. One that somebody else has stopped stays stopped: what we have stopped bears a tag until it runs
/// again, so that a run which was killed half-way is gone on with. Called again after a refusal that passes, each step is done only once.
pub(super) async fn change(aws: &Aws, id: &Id, old: &Instance, now: &Instance, new: &InstanceInputs) -> Result<()> {
    let changes = differs(&now.inputs, new);
    if !changes && !differs(&old.inputs, new) {
        return Ok(());
    }
    let runs = ["running", "pending"].contains(&now.instance_state.as_str());
    let runs_afterwards = runs || is_marked(aws, id).await?;
    let went = match changes {
        true => {
            match runs_afterwards {
                true => aws.call().once("stop", stop(aws, id)).await?,
                false => tell(aws, id, old).await,
            }
            offline(aws, id, &now.inputs, new).await
        }
        // All is changed already, but perhaps not started again.
        false if runs => return Ok(()),
        false if runs_afterwards => aws.call().once("stop", async { Ok(()) }).await,
        false => Ok(()),
    };
    match went {
        Ok(()) if runs_afterwards => aws.call().once("start", start(aws, id)).await,
        other => other,
    }
}

/// Whether we have stopped it.
async fn is_marked(aws: &Aws, id: &Id) -> Result<bool> {
    let seen = Instance::find(aws, id).await?;
    Ok(seen.is_some_and(|seen| seen.tags().iter().any(|tag| tag.key() == Some(STOPPED_TAG))))
}

/// Says that it stays stopped, where that is news.
async fn tell(aws: &Aws, id: &Id, old: &Instance) {
    if old.instance_state != "stopped" {
        aws.call().warn(format!("somebody has stopped instance `{id}`: it is changed, and stays stopped")).await;
    }
}

fn differs(old: &InstanceInputs, new: &InstanceInputs) -> bool {
    old.instance_type != new.instance_type || old.user_data != new.user_data || optimized(old, new).is_some()
}

/// Whether it is to be optimized for EBS, where that differs.
fn optimized(old: &InstanceInputs, new: &InstanceInputs) -> Option<bool> {
    new.ebs_optimized.filter(|optimized| old.ebs_optimized != Some(*optimized))
}

async fn stop(aws: &Aws, id: &Id) -> Result<()> {
    retag(aws, id.as_str(), &Tags::from([(STOPPED_TAG.to_owned(), String::new())]), &[]).await?;
    let stop = aws.ec2().stop_instances().instance_ids(id).send().await;
    stop.done("stopping instance", id)
}

async fn start(aws: &Aws, id: &Id) -> Result<()> {
    aws.ec2().start_instances().instance_ids(id).send().await.doing("starting instance", id)?;
    retag(aws, id.as_str(), &Tags::new(), &[STOPPED_TAG.to_owned()]).await
}

/// The changes themselves. AWS refuses them until the instance is stopped.
async fn offline(aws: &Aws, id: &Id, old: &InstanceInputs, new: &InstanceInputs) -> Result<()> {
    if old.instance_type != new.instance_type {
        retype(aws, id, &new.instance_type).await?;
    }
    if let Some(optimized) = optimized(old, new) {
        let set = modify(aws, id).ebs_optimized(value(optimized)).send().await;
        set.done("setting ebsOptimized of instance", id)?;
    }
    if old.user_data != new.user_data {
        let data = new.user_data.as_ref().map(|data| data.expose().as_bytes()).unwrap_or_default();
        let data = SecureBlobAttributeValue::builder().value(Blob::new(data)).build();
        let set = modify(aws, id).user_data(data).send().await;
        set.done("setting userData of instance", id)?;
    }
    Ok(())
}

async fn retype(aws: &Aws, id: &Id, kind: &str) -> Result<()> {
    let set = modify(aws, id).instance_type(AttributeValue::builder().value(kind).build()).send().await;
    set.done("setting instanceType of instance", id)
}

/// Starts the instance again as it was: what AWS has refused to change, or does not come to an end with, must not keep it stopped.
pub(super) async fn put_back(aws: &Aws, id: &Id, old: &Instance, new: &InstanceInputs, refused: Error) -> Error {
    let stopped = aws.call().did("stop") && !aws.call().did("start");
    if !stopped || matches!(Instance::find(aws, id).await, Ok(None)) {
        return refused;
    }
    let again = async {
        if old.inputs.instance_type != new.instance_type {
            retype(aws, id, &old.inputs.instance_type).await?;
        }
        start(aws, id).await
    };
    match again.await {
        Ok(()) => refused.hint("the instance is started again as it was"),
        Err(error) => {
            refused.hint(format!("the instance is stopped, and could not be started again as it was: {error}"))
        }
    }
}
