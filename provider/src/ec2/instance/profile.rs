//! The instance profile of an instance, which is associated by calls of its own.

use aws_sdk_ec2::types::{IamInstanceProfileAssociation, InstanceStateName};
use pulumi_plugin::{Id, Resource as _, Result};

use super::inputs::InstanceInputs;
use super::{Instance, launch, state_of};
use crate::aws::{Aws, Doing as _};
use crate::ec2::filter;

/// Gives the instance the profile of the new inputs, or none. AWS sometimes starts an instance without the fresh profile that it was given:
/// then it is associated here.
pub(super) async fn bring(aws: &Aws, id: &Id, old: &InstanceInputs, new: &InstanceInputs) -> Result<()> {
    // The association is with the very profile: one that was made anew is another.
    let anew = new.iam_instance_profile.as_deref().is_some_and(|profile| aws.call().is_anew(profile));
    if old.iam_instance_profile == new.iam_instance_profile && !anew {
        return Ok(());
    }
    let (there, seen) = futures::try_join!(association(aws, id), Instance::find(aws, id))?;
    let there = there.and_then(|association| association.association_id);
    let runs = seen.as_ref().and_then(state_of) == Some(&InstanceStateName::Running);
    match (&new.iam_instance_profile, there) {
        (None, None) => Ok(()),
        (None, Some(there)) => part(aws, &there).await,
        (Some(profile), None) => associate(aws, id, profile).await,
        (Some(profile), Some(there)) if runs => {
            let replace = aws.ec2().replace_iam_instance_profile_association().association_id(there);
            let replace = replace.iam_instance_profile(launch::profile(profile)).send().await;
            replace.done("setting iamInstanceProfile of instance", id)
        }
        (Some(profile), Some(there)) => {
            part(aws, &there).await?;
            associate(aws, id, profile).await
        }
    }
}

async fn association(aws: &Aws, id: &Id) -> Result<Option<IamInstanceProfileAssociation>> {
    let ask = aws.ec2().describe_iam_instance_profile_associations().filters(filter("instance-id", [id.as_str()]));
    let ask = ask.filters(filter("state", ["associating", "associated"]));
    let found = ask.send().await.doing("reading the instance profile of instance", id)?;
    Ok(found.iam_instance_profile_associations.and_then(|mut all| all.pop()))
}

async fn associate(aws: &Aws, id: &Id, profile: &str) -> Result<()> {
    let associate = aws.ec2().associate_iam_instance_profile().instance_id(id);
    let associate = associate.iam_instance_profile(launch::profile(profile)).send().await;
    associate.done("setting iamInstanceProfile of instance", id)
}

async fn part(aws: &Aws, association: &str) -> Result<()> {
    let part = aws.ec2().disassociate_iam_instance_profile().association_id(association).send().await;
    part.unless(&["InvalidAssociationID.NotFound"]).done("removing instance profile association", association)
}
