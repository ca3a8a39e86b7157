//! The targets that are registered with a target group.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{TargetDescription, TargetHealthReasonEnum, TargetHealthStateEnum};
use pulumi_plugin::{Id, Result};

use super::{Target, TargetGroupInputs};
use crate::aws::{Aws, Doing as _};

/// Those that are registered; one that is draining is not any more. Asked only where the program manages them, or for an import.
pub async fn registered(aws: &Aws, id: &Id) -> Result<BTreeSet<Target>> {
    if !aws.call().given.is_empty() && !aws.call().gives("targets") {
        return Ok(BTreeSet::new());
    }
    let asked = aws.elb().describe_target_health().target_group_arn(id).send().await;
    let told = asked.doing("reading the targets of target group", id)?.target_health_descriptions.unwrap_or_default();
    let stays = |health: &aws_sdk_elasticloadbalancingv2::types::TargetHealth| {
        health.state != Some(TargetHealthStateEnum::Draining)
            && health.reason != Some(TargetHealthReasonEnum::NotRegistered)
    };
    let staying = told.into_iter().filter(|each| each.target_health.as_ref().is_none_or(stays));
    Ok(staying.filter_map(|each| each.target).filter_map(target).collect())
}

fn target(told: TargetDescription) -> Option<Target> {
    Some(Target {
        id: told.id?,
        port: told.port.and_then(|port| u16::try_from(port).ok()),
        availability_zone: told.availability_zone,
        quic_server_id: told.quic_server_id,
    })
}

/// Registers those that are new, and then deregisters those that are no more.
pub async fn bring(aws: &Aws, id: &Id, new: &TargetGroupInputs) -> Result<()> {
    let Some(wanted) = &new.targets else { return Ok(()) };
    let stand = registered(aws, id).await?;
    let same = |a: &Target, b: &Target| {
        let port = |target: &Target| target.port.or(new.port);
        (&a.id, port(a), &a.quic_server_id) == (&b.id, port(b), &b.quic_server_id)
    };
    let missing: Vec<_> =
        wanted.iter().filter(|target| !stand.iter().any(|it| same(it, target))).map(described).collect();
    if !missing.is_empty() {
        let register = aws.elb().register_targets().target_group_arn(id).set_targets(Some(missing));
        register.send().await.done("registering targets with target group", id)?;
    }
    let left: Vec<_> = stand.iter().filter(|target| !wanted.iter().any(|it| same(it, target))).map(described).collect();
    if !left.is_empty() {
        let deregister = aws.elb().deregister_targets().target_group_arn(id).set_targets(Some(left));
        deregister.send().await.done("deregistering targets of target group", id)?;
    }
    Ok(())
}

/// Says a target's port only where the program does.
pub fn respell(seen: &mut TargetGroupInputs, given: &TargetGroupInputs) {
    let (Some(stand), Some(wanted)) = (&seen.targets, &given.targets) else { return };
    let spelled = stand.iter().map(|target| {
        let plain = Target { port: target.port.filter(|port| Some(*port) != seen.port), ..target.clone() };
        let said = wanted.iter().find(|it| {
            let port = it.port.or(seen.port);
            (&it.id, port) == (&target.id, target.port.or(seen.port))
        });
        said.cloned().unwrap_or(plain)
    });
    seen.targets = Some(spelled.collect());
}

fn described(target: &Target) -> TargetDescription {
    TargetDescription::builder()
        .id(&target.id)
        .set_port(target.port.map(i32::from))
        .set_availability_zone(target.availability_zone.clone())
        .set_quic_server_id(target.quic_server_id.clone())
        .build()
}
