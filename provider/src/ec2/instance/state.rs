//! The state of an instance, out of what several calls say of it.

use std::collections::BTreeSet;

use aws_sdk_ec2::operation::describe_instance_attribute::DescribeInstanceAttributeOutput;
use aws_sdk_ec2::types::{
    Instance as AwsInstance, InstanceAttributeName, InstanceMetadataOptionsResponse, InstanceNetworkInterface,
    InstanceStateName, MonitoringState, Volume,
};
use aws_smithy_types::base64;
use pulumi_plugin::{Id, Order, Property as _, Resource as _, Result, Secret};

use super::inputs::{
    CpuOptions, CreditSpecification, EnclaveOptions, HibernationOptions, InstanceInputs, MetadataOptions,
    RootBlockDevice, ShutdownBehavior, Switch, Tokens, VolumeType, is_burstable,
};
use super::{Instance, state_of};
use crate::aws::list::filled;
use crate::aws::{Aws, Doing as _, word, word_or};
use crate::ec2::filter;

/// What other calls than the first say.
struct More {
    user_data: Option<Secret<String>>,
    no_termination: bool,
    no_stop: bool,
    behavior: ShutdownBehavior,
    root: Option<Volume>,
    credits: Option<CreditSpecification>,
}

/// The instance as it is at this moment, in the words of the new inputs.
pub(super) async fn now(aws: &Aws, id: &Id, old: &Instance, new: &InstanceInputs) -> Result<Instance> {
    let Some(seen) = Instance::find(aws, id).await? else { return Ok(old.clone()) };
    let mut now = read(aws, id, seen).await?;
    now.inputs.respell(new);
    Ok(now)
}

pub(super) async fn read(aws: &Aws, id: &Id, seen: AwsInstance) -> Result<Instance> {
    let more = more(aws, id, &seen).await?;
    let (account, primary) = (aws.account().await?, primary(&seen).cloned());
    let addresses = primary.as_ref().map(InstanceNetworkInterface::ipv6_addresses).unwrap_or_default();
    let addresses: Vec<_> = addresses.iter().filter_map(|each| each.ipv6_address.clone()).collect();
    Ok(Instance {
        arn: aws.arn("ec2", &account, &format!("instance/{id}")),
        instance_state: state_of(&seen).map_or("pending", InstanceStateName::as_str).to_owned(),
        public_ip: seen.public_ip_address.clone(),
        public_dns_name: filled(seen.public_dns_name.clone()),
        private_dns_name: seen.private_dns_name.clone().unwrap_or_default(),
        primary_network_interface_id: primary.as_ref().and_then(|p| p.network_interface_id.clone()).unwrap_or_default(),
        root_volume_id: root_volume(&seen).map(|(id, _)| id.to_owned()).unwrap_or_default(),
        vpc_id: seen.vpc_id.clone().unwrap_or_default(),
        inputs: inputs(aws, seen, more, primary, &addresses)?,
        ipv6_addresses: addresses,
    })
}

fn inputs(
    aws: &Aws,
    seen: AwsInstance,
    more: More,
    primary: Option<InstanceNetworkInterface>,
    addresses: &[String],
) -> Result<InstanceInputs> {
    let root_block_device = root(&seen, more.root)?;
    let groups = primary.as_ref().map(InstanceNetworkInterface::groups).unwrap_or_default();
    let groups: BTreeSet<_> = groups.iter().filter_map(|group| group.group_id.clone()).collect();
    let monitored = seen.monitoring.as_ref().and_then(|m| m.state());
    let place = seen.placement.as_ref();
    let profile = seen.iam_instance_profile.as_ref().and_then(|profile| profile.arn());
    let cpu = seen.cpu_options.as_ref().and_then(|cpu| cpu.core_count.zip(cpu.threads_per_core));
    Ok(InstanceInputs {
        associate_public_ip_address: has_public_ip(aws, &seen, primary.as_ref()),
        image_ssm_parameter: None,
        instance_type: seen.instance_type.as_ref().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        security_group_ids: Some(groups).filter(|groups| !groups.is_empty()),
        ipv6_address_count: u32::try_from(addresses.len()).ok(),
        availability_zone: place.and_then(|place| place.availability_zone.clone()),
        placement_group_name: place.and_then(|place| filled(place.group_name.clone())),
        tenancy: place.and_then(|place| place.tenancy.clone()).map(word).transpose()?,
        host_id: place.and_then(|place| filled(place.host_id.clone())),
        affinity: place.and_then(|place| filled(place.affinity.clone())).map(word).transpose()?,
        enclave_options: EnclaveOptions {
            enabled: seen.enclave_options.as_ref().and_then(|it| it.enabled).unwrap_or_default(),
        },
        hibernation_options: HibernationOptions {
            configured: seen.hibernation_options.as_ref().and_then(|it| it.configured).unwrap_or_default(),
        },
        iam_instance_profile: profile.and_then(|arn| arn.rsplit('/').next()).map(str::to_owned),
        user_data: more.user_data,
        user_data_replace_on_change: Order::unknown(),
        root_block_device,
        metadata_options: metadata(seen.metadata_options.as_ref())?,
        cpu_options: cpu.and_then(|(cores, threads)| {
            Some(CpuOptions { core_count: cores.try_into().ok()?, threads_per_core: threads.try_into().ok()? })
        }),
        credit_specification: more.credits,
        ebs_optimized: seen.ebs_optimized,
        monitoring: matches!(monitored, Some(MonitoringState::Enabled | MonitoringState::Pending)),
        source_dest_check: primary.and_then(|p| p.source_dest_check).or(seen.source_dest_check).unwrap_or(true),
        disable_api_termination: more.no_termination,
        disable_api_stop: more.no_stop,
        instance_initiated_shutdown_behavior: more.behavior,
        tags: aws.visible(seen.tags.unwrap_or_default()),
        image_id: seen.image_id,
        subnet_id: seen.subnet_id,
        private_ip_address: seen.private_ip_address,
        key_name: filled(seen.key_name),
    })
}

/// Whether AWS gave it a public address. While it is stopped, or has an Elastic IP address, nobody can tell.
fn has_public_ip(aws: &Aws, seen: &AwsInstance, primary: Option<&InstanceNetworkInterface>) -> Option<bool> {
    let given = || bool::decode(aws.call().given.get("associatePublicIpAddress")?).ok();
    let owner = primary.and_then(|p| p.association()).and_then(|association| association.ip_owner_id());
    match owner {
        Some("amazon") => Some(true),
        Some(_) => given(),
        None if state_of(seen) == Some(&InstanceStateName::Running) => Some(false),
        None => given(),
    }
}

async fn more(aws: &Aws, id: &Id, seen: &AwsInstance) -> Result<More> {
    use InstanceAttributeName::{DisableApiStop, DisableApiTermination, InstanceInitiatedShutdownBehavior, UserData};
    let volume = async {
        match root_volume(seen) {
            Some((id, _)) => volume(aws, id).await,
            None => Ok(None),
        }
    };
    let (data, termination, stop, behavior, root, credits) = futures::try_join!(
        attribute(aws, id, UserData),
        attribute(aws, id, DisableApiTermination),
        attribute(aws, id, DisableApiStop),
        attribute(aws, id, InstanceInitiatedShutdownBehavior),
        volume,
        credits(aws, id, seen),
    )?;
    let data = data.user_data.and_then(|data| filled(data.value)).and_then(|data| base64::decode(data).ok());
    let behavior = behavior.instance_initiated_shutdown_behavior.and_then(|behavior| behavior.value);
    let on = |value: Option<aws_sdk_ec2::types::AttributeBooleanValue>| value.and_then(|v| v.value).unwrap_or_default();
    Ok(More {
        // What is no text was not given here.
        user_data: data.and_then(|data| String::from_utf8(data).ok()).map(Secret::new),
        no_termination: on(termination.disable_api_termination),
        no_stop: on(stop.disable_api_stop),
        behavior: word_or(behavior, ShutdownBehavior::Stop)?,
        root,
        credits,
    })
}

async fn attribute(aws: &Aws, id: &Id, name: InstanceAttributeName) -> Result<DescribeInstanceAttributeOutput> {
    let ask = aws.ec2().describe_instance_attribute().instance_id(id).attribute(name);
    ask.send().await.doing("reading an attribute of instance", id)
}

/// The root volume as it is attached: its id, and whether it goes with the instance.
pub(super) fn root_volume(seen: &AwsInstance) -> Option<(&str, bool)> {
    let root = seen.block_device_mappings().iter().find(|device| device.device_name() == seen.root_device_name());
    let ebs = root?.ebs()?;
    Some((ebs.volume_id()?, ebs.delete_on_termination.unwrap_or_default()))
}

async fn volume(aws: &Aws, id: &str) -> Result<Option<Volume>> {
    let pages =
        |aws: &Aws, ids| aws.ec2().describe_volumes().filters(filter("volume-id", ids)).into_paginator().items().send();
    aws.one("reading volumes", id, pages, Volume::volume_id).await
}

fn root(seen: &AwsInstance, volume: Option<Volume>) -> Result<RootBlockDevice> {
    let Some(volume) = volume else { return Ok(RootBlockDevice::default()) };
    let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let volume_type = word_or(volume.volume_type, VolumeType::Gp3)?;
    let chosen = !matches!(volume_type, VolumeType::Gp2 | VolumeType::Standard);
    let default = RootBlockDevice { volume_type, ..RootBlockDevice::default() };
    Ok(RootBlockDevice {
        volume_size: count(volume.size),
        volume_type,
        iops: count(volume.iops).filter(|iops| chosen && default.iops() != Some(*iops)),
        throughput: count(volume.throughput).filter(|throughput| default.throughput() != Some(*throughput)),
        encrypted: volume.encrypted.unwrap_or_default(),
        kms_key_id: filled(volume.kms_key_id).map(word).transpose()?,
        delete_on_termination: root_volume(seen).is_none_or(|(_, goes)| goes),
    })
}

fn metadata(seen: Option<&InstanceMetadataOptionsResponse>) -> Result<MetadataOptions> {
    let Some(seen) = seen else { return Ok(MetadataOptions::default()) };
    Ok(MetadataOptions {
        http_tokens: word_or(seen.http_tokens.as_ref(), Tokens::Optional)?,
        http_put_response_hop_limit: seen.http_put_response_hop_limit.and_then(|n| n.try_into().ok()).unwrap_or(1),
        http_endpoint: word_or(seen.http_endpoint.as_ref(), Switch::Enabled)?,
        http_protocol_ipv6: word_or(seen.http_protocol_ipv6.as_ref(), Switch::Disabled)?,
        instance_metadata_tags: word_or(seen.instance_metadata_tags.as_ref(), Switch::Disabled)?,
    })
}

/// The credit specification, of types that have one: others refuse the question.
async fn credits(aws: &Aws, id: &Id, seen: &AwsInstance) -> Result<Option<CreditSpecification>> {
    if !seen.instance_type().is_some_and(|kind| is_burstable(kind.as_str())) {
        return Ok(None);
    }
    let answer = aws.ec2().describe_instance_credit_specifications().instance_ids(id).send().await;
    let answer = answer.doing("reading the credit specification of instance", id)?;
    let credits = answer.instance_credit_specifications.and_then(|mut all| all.pop()).and_then(|it| it.cpu_credits);
    Ok(credits.map(word).transpose()?.map(|cpu_credits| CreditSpecification { cpu_credits }))
}

/// The primary network interface.
pub(super) fn primary(seen: &AwsInstance) -> Option<&InstanceNetworkInterface> {
    let first = |each: &&InstanceNetworkInterface| each.attachment().and_then(|it| it.device_index()) == Some(0);
    seen.network_interfaces().iter().find(first)
}
