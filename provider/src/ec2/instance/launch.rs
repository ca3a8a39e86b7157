//! How an instance is started: one call that says nearly all.

use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder;
use aws_sdk_ec2::types::{
    BlockDeviceMapping, CpuOptionsRequest, CreditSpecificationRequest, EbsBlockDevice, EnclaveOptionsRequest,
    HibernationOptionsRequest, HttpTokensState, IamInstanceProfileSpecification, InstanceMetadataEndpointState,
    InstanceMetadataOptionsRequest, InstanceMetadataProtocolState, InstanceMetadataTagsState,
    InstanceNetworkInterfaceSpecification, InstanceType, Placement, ResourceType, RunInstancesMonitoringEnabled,
    ShutdownBehavior, Tenancy as AwsTenancy, VolumeType,
};
use aws_smithy_types::base64;
use pulumi_plugin::{Error, Result};

use super::inputs::{InstanceInputs, MetadataOptions, RootBlockDevice};
use crate::aws::list::some;
use crate::aws::{Aws, Doing as _};
use crate::ec2::get_ami::ami_of;
use crate::ec2::tags::newborn;

/// The call.
pub(super) async fn of(aws: &Aws, new: &InstanceInputs) -> Result<RunInstancesFluentBuilder> {
    let image = match (&new.image_id, &new.image_ssm_parameter) {
        (Some(image), _) => image.clone(),
        (None, Some(parameter)) => ami_of(aws, parameter).await?.0,
        (None, None) => return Err(Error::new("an instance needs an AMI")),
    };
    let device = root_device(aws, &image).await?;
    let ec2 = aws.once().ec2();
    let run = ec2.run_instances().client_token(&aws.birth().once).min_count(1).max_count(1).image_id(image);
    Ok(run
        .instance_type(InstanceType::from(new.instance_type.as_str()))
        .network_interfaces(interface(new))
        .set_placement(placement(new))
        .set_key_name(new.key_name.clone())
        .set_iam_instance_profile(new.iam_instance_profile.as_deref().map(profile))
        // The SDK doesn't encode it here.
        .set_user_data(new.user_data.as_ref().map(|data| base64::encode(data.expose())))
        .block_device_mappings(
            BlockDeviceMapping::builder().device_name(device).ebs(root(&new.root_block_device)).build(),
        )
        .metadata_options(metadata(&new.metadata_options))
        .set_cpu_options(new.cpu_options.map(|cpu| {
            CpuOptionsRequest::builder()
                .core_count(whole(cpu.core_count))
                .threads_per_core(whole(cpu.threads_per_core))
                .build()
        }))
        .set_credit_specification(
            new.credit_specification
                .map(|credit| CreditSpecificationRequest::builder().cpu_credits(credit.cpu_credits.as_str()).build()),
        )
        .set_enclave_options(
            new.enclave_options.enabled.then(|| EnclaveOptionsRequest::builder().enabled(true).build()),
        )
        .set_hibernation_options(
            new.hibernation_options.configured.then(|| HibernationOptionsRequest::builder().configured(true).build()),
        )
        .set_ebs_optimized(new.ebs_optimized)
        .monitoring(RunInstancesMonitoringEnabled::builder().enabled(new.monitoring).build())
        .disable_api_termination(new.disable_api_termination)
        .disable_api_stop(new.disable_api_stop)
        .instance_initiated_shutdown_behavior(ShutdownBehavior::from(new.instance_initiated_shutdown_behavior.as_str()))
        .tag_specifications(newborn(aws, ResourceType::Instance, &new.tags)))
}

/// The name of the root device, which the AMI says.
async fn root_device(aws: &Aws, image: &str) -> Result<String> {
    let answer = aws.ec2().describe_images().image_ids(image).send().await.doing("reading AMI", image)?;
    let device = answer.images.and_then(|mut images| images.pop()).and_then(|image| image.root_device_name);
    device.ok_or_else(|| Error::new(format!("AMI `{image}` has no root device")))
}

/// The primary network interface: subnet, groups and addresses go in here, never beside it.
fn interface(new: &InstanceInputs) -> InstanceNetworkInterfaceSpecification {
    InstanceNetworkInterfaceSpecification::builder()
        .device_index(0)
        .delete_on_termination(true)
        .set_subnet_id(new.subnet_id.clone())
        .set_groups(some(new.security_group_ids.iter().flatten().cloned()))
        .set_associate_public_ip_address(new.associate_public_ip_address)
        .set_private_ip_address(new.private_ip_address.clone())
        .set_ipv6_address_count(new.ipv6_address_count.map(whole))
        .build()
}

fn placement(new: &InstanceInputs) -> Option<Placement> {
    let placement = Placement::builder()
        // The subnet says it; AWS refuses both where they differ.
        .set_availability_zone(new.availability_zone.clone())
        .set_group_name(new.placement_group_name.clone())
        .set_host_id(new.host_id.clone())
        .set_affinity(new.affinity.map(|affinity| affinity.as_str().to_owned()))
        .set_tenancy(new.tenancy.map(|tenancy| AwsTenancy::from(tenancy.as_str())))
        .build();
    (placement != Placement::builder().build()).then_some(placement)
}

/// An instance profile by its name or ARN.
pub(super) fn profile(profile: &str) -> IamInstanceProfileSpecification {
    match profile.starts_with("arn:") {
        true => IamInstanceProfileSpecification::builder().arn(profile).build(),
        false => IamInstanceProfileSpecification::builder().name(profile).build(),
    }
}

fn root(root: &RootBlockDevice) -> EbsBlockDevice {
    EbsBlockDevice::builder()
        .set_volume_size(root.volume_size.map(whole))
        .volume_type(VolumeType::from(root.volume_type.as_str()))
        .set_iops(root.iops().map(whole))
        .set_throughput(root.throughput().map(whole))
        .encrypted(root.encrypted)
        .set_kms_key_id(root.kms_key_id.as_ref().map(ToString::to_string))
        .delete_on_termination(root.delete_on_termination)
        .build()
}

fn metadata(options: &MetadataOptions) -> InstanceMetadataOptionsRequest {
    InstanceMetadataOptionsRequest::builder()
        .http_tokens(HttpTokensState::from(options.http_tokens.as_str()))
        .http_put_response_hop_limit(whole(options.http_put_response_hop_limit))
        .http_endpoint(InstanceMetadataEndpointState::from(options.http_endpoint.as_str()))
        .http_protocol_ipv6(InstanceMetadataProtocolState::from(options.http_protocol_ipv6.as_str()))
        .instance_metadata_tags(InstanceMetadataTagsState::from(options.instance_metadata_tags.as_str()))
        .build()
}

/// A number as AWS takes it.
pub(super) fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
