//! What changes while the instance runs. AWS takes one attribute a call.

use aws_sdk_ec2::operation::modify_instance_attribute::builders::ModifyInstanceAttributeFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, HttpTokensState, InstanceCreditSpecificationRequest,
    InstanceMetadataEndpointState, InstanceMetadataProtocolState, InstanceMetadataTagsState,
};
use pulumi_plugin::{Id, Result};

use super::Instance;
use super::inputs::{InstanceInputs, MetadataOptions};
use super::launch::whole;
use crate::aws::list::some;
use crate::aws::{Aws, Doing as _};

/// A change of one attribute.
pub(super) fn modify(aws: &Aws, id: &Id) -> ModifyInstanceAttributeFluentBuilder {
    aws.ec2().modify_instance_attribute().instance_id(id)
}

pub(super) fn value(on: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(on).build()
}

/// Turns off what would be in the way of the other changes.
pub(super) async fn unlock(aws: &Aws, id: &Id, old: &InstanceInputs, new: &InstanceInputs) -> Result<()> {
    if old.disable_api_termination != new.disable_api_termination {
        let set = modify(aws, id).disable_api_termination(value(new.disable_api_termination)).send().await;
        set.done("setting disableApiTermination of instance", id)?;
    }
    match old.disable_api_stop && !new.disable_api_stop {
        true => stoppable(aws, id, true).await,
        false => Ok(()),
    }
}

/// Turns on what would have been in their way.
pub(super) async fn lock(aws: &Aws, id: &Id, old: &InstanceInputs, new: &InstanceInputs) -> Result<()> {
    match !old.disable_api_stop && new.disable_api_stop {
        true => stoppable(aws, id, false).await,
        false => Ok(()),
    }
}

async fn stoppable(aws: &Aws, id: &Id, stoppable: bool) -> Result<()> {
    let set = modify(aws, id).disable_api_stop(value(!stoppable)).send().await;
    set.done("setting disableApiStop of instance", id)
}

/// Changes what the instance need not be stopped for.
pub(super) async fn online(aws: &Aws, id: &Id, old: &Instance, new: &InstanceInputs) -> Result<()> {
    let before = &old.inputs;
    if let Some(groups) =
        new.security_group_ids.as_ref().filter(|groups| before.security_group_ids.as_ref() != Some(groups))
    {
        let set = aws.ec2().modify_network_interface_attribute();
        let set = set.network_interface_id(&old.primary_network_interface_id).set_groups(some(groups.iter().cloned()));
        set.send().await.done("setting securityGroupIds of instance", id)?;
    }
    if before.source_dest_check != new.source_dest_check {
        let set = modify(aws, id).source_dest_check(value(new.source_dest_check)).send().await;
        set.done("setting sourceDestCheck of instance", id)?;
    }
    if before.instance_initiated_shutdown_behavior != new.instance_initiated_shutdown_behavior {
        let behavior = AttributeValue::builder().value(new.instance_initiated_shutdown_behavior.as_str()).build();
        let set = modify(aws, id).instance_initiated_shutdown_behavior(behavior).send().await;
        set.done("setting instanceInitiatedShutdownBehavior of instance", id)?;
    }
    if before.monitoring != new.monitoring {
        monitor(aws, id, new.monitoring).await?;
    }
    if let Some(credits) = new.credit_specification.filter(|credits| before.credit_specification != Some(*credits)) {
        let credits =
            InstanceCreditSpecificationRequest::builder().instance_id(id).cpu_credits(credits.cpu_credits.as_str());
        let set = aws.ec2().modify_instance_credit_specification();
        let set = set.instance_credit_specifications(credits.build()).send().await;
        set.done("setting creditSpecification of instance", id)?;
    }
    match before.metadata_options == new.metadata_options {
        true => Ok(()),
        false => metadata(aws, id, &new.metadata_options).await,
    }
}

async fn monitor(aws: &Aws, id: &Id, on: bool) -> Result<()> {
    const WHAT: &str = "setting monitoring of instance";
    match on {
        true => aws.ec2().monitor_instances().instance_ids(id).send().await.done(WHAT, id),
        false => aws.ec2().unmonitor_instances().instance_ids(id).send().await.done(WHAT, id),
    }
}

/// All of them: AWS keeps what is left out.
async fn metadata(aws: &Aws, id: &Id, options: &MetadataOptions) -> Result<()> {
    let set = aws
        .ec2()
        .modify_instance_metadata_options()
        .instance_id(id)
        .http_tokens(HttpTokensState::from(options.http_tokens.as_str()))
        .http_put_response_hop_limit(whole(options.http_put_response_hop_limit))
        .http_endpoint(InstanceMetadataEndpointState::from(options.http_endpoint.as_str()))
        .http_protocol_ipv6(InstanceMetadataProtocolState::from(options.http_protocol_ipv6.as_str()))
        .instance_metadata_tags(InstanceMetadataTagsState::from(options.instance_metadata_tags.as_str()));
    set.send().await.done("setting metadataOptions of instance", id)
}
