//! The changes of an instance's root volume.

use aws_sdk_ec2::types::{
    EbsInstanceBlockDeviceSpecification, InstanceBlockDeviceMappingSpecification, VolumeType as AwsVolumeType,
};
use pulumi_plugin::{Id, Resource as _, Result};

use super::Instance;
use super::change::modify;
use super::inputs::{InstanceInputs, RootBlockDevice};
use super::launch::whole;
use crate::aws::{Aws, Doing as _};

pub(super) async fn change(aws: &Aws, id: &Id, old: &Instance, new: &InstanceInputs) -> Result<()> {
    let (volume, old, new) = (&old.root_volume_id, &old.inputs.root_block_device, &new.root_block_device);
    if resized(old) != resized(new) || new.volume_size.is_some_and(|size| old.volume_size != Some(size)) {
        aws.call().once("resize the root volume", resize(aws, volume, new)).await?;
    }
    match old.delete_on_termination == new.delete_on_termination {
        true => Ok(()),
        false => keep(aws, id, new.delete_on_termination).await,
    }
}

fn resized(root: &RootBlockDevice) -> (&'static str, Option<u32>, Option<u32>) {
    (root.volume_type.as_str(), root.iops(), root.throughput())
}

/// A second change is refused while the first goes on, for hours.
async fn resize(aws: &Aws, volume: &str, new: &RootBlockDevice) -> Result<()> {
    let modify = aws
        .ec2()
        .modify_volume()
        .volume_id(volume)
        .set_size(new.volume_size.map(whole))
        .volume_type(AwsVolumeType::from(new.volume_type.as_str()))
        .set_iops(new.iops().map(whole))
        .set_throughput(new.throughput().map(whole));
    modify.send().await.done("changing root volume", volume)
}

async fn keep(aws: &Aws, id: &Id, goes: bool) -> Result<()> {
    let device = Instance::find(aws, id).await?.and_then(|seen| seen.root_device_name);
    let ebs = EbsInstanceBlockDeviceSpecification::builder().delete_on_termination(goes).build();
    let root = InstanceBlockDeviceMappingSpecification::builder().set_device_name(device).ebs(ebs).build();
    let set = modify(aws, id).block_device_mappings(root).send().await;
    set.done("setting rootBlockDevice.deleteOnTermination of instance", id)
}
