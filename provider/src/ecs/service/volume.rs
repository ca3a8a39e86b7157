//! The EBS volumes that a service gives to its tasks, and how AWS takes and returns them.

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Property, Result};

use super::inputs::PropagateTags;
use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::tags::{Tag as _, written};
use crate::aws::{Tags, word};

/// What a volume is that the task definition has as `configuredAtLaunch`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceVolumeConfiguration {
    /// The volume's name in the task definition.
    pub name: String,
    /// The EBS volume that each task gets.
    pub managed_ebs_volume: Option<ManagedEbsVolume>,
}

/// An EBS volume that ECS makes for each task and deletes with it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ManagedEbsVolume {
    /// The role with which ECS makes volumes.
    pub role_arn: String,
    /// Whether the volume is encrypted. Default: true, which AWS's own default is not.
    #[prop(default = true)]
    pub encrypted: bool,
    /// The file system. Default: XFS on Linux, NTFS on Windows.
    pub filesystem_type: Option<String>,
    /// The IOPS.
    pub iops: Option<u32>,
    /// The KMS key. Default: AWS's own key for EBS.
    pub kms_key_id: Option<String>,
    /// The size in GiB. Needed unless there is a `snapshotId`.
    #[prop(rename = "sizeInGiB")]
    pub size: Option<u32>,
    /// The snapshot that the volume begins with.
    pub snapshot_id: Option<String>,
    /// The tag specifications: tags of the volumes.
    #[prop(default)]
    pub tag_specifications: Vec<EbsTagSpecification>,
    /// The throughput in MiB a second.
    pub throughput: Option<u32>,
    /// The volume initialization rate in MiB a second, at which a snapshot is loaded.
    pub volume_initialization_rate: Option<u32>,
    /// The volume type, such as `gp3`. Default: `gp3`.
    #[prop(default = "gp3".to_owned())]
    pub volume_type: String,
}

/// The tags of volumes that ECS makes.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EbsTagSpecification {
    /// The resource type. There is only `volume`.
    #[prop(default = "volume".to_owned())]
    pub resource_type: String,
    /// The tag propagation: whose tags the volumes get. Default: nobody's.
    pub propagate_tags: Option<PropagateTags>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

impl ServiceVolumeConfiguration {
    pub(super) fn write(&self) -> Result<aws::ServiceVolumeConfiguration, BuildError> {
        let volume = self.managed_ebs_volume.as_ref().map(ManagedEbsVolume::write).transpose()?;
        aws::ServiceVolumeConfiguration::builder().name(&self.name).set_managed_ebs_volume(volume).build()
    }

    pub(super) fn read(seen: aws::ServiceVolumeConfiguration) -> Result<ServiceVolumeConfiguration> {
        let volume = seen.managed_ebs_volume.map(ManagedEbsVolume::read).transpose()?;
        Ok(ServiceVolumeConfiguration { name: seen.name, managed_ebs_volume: volume })
    }
}

impl ManagedEbsVolume {
    fn write(&self) -> Result<aws::ServiceManagedEbsVolumeConfiguration, BuildError> {
        let tags = self.tag_specifications.iter().map(EbsTagSpecification::write).collect::<Result<Vec<_>, _>>()?;
        aws::ServiceManagedEbsVolumeConfiguration::builder()
            .role_arn(&self.role_arn)
            .encrypted(self.encrypted)
            .set_filesystem_type(self.filesystem_type.as_deref().map(Into::into))
            .set_iops(self.iops.map(signed))
            .set_kms_key_id(self.kms_key_id.clone())
            .set_size_in_gib(self.size.map(signed))
            .set_snapshot_id(self.snapshot_id.clone())
            .set_tag_specifications(some(tags))
            .set_throughput(self.throughput.map(signed))
            .set_volume_initialization_rate(self.volume_initialization_rate.map(signed))
            .volume_type(&self.volume_type)
            .build()
    }

    fn read(seen: aws::ServiceManagedEbsVolumeConfiguration) -> Result<ManagedEbsVolume> {
        let tags = seen.tag_specifications.unwrap_or_default().into_iter();
        Ok(ManagedEbsVolume {
            role_arn: seen.role_arn,
            encrypted: seen.encrypted.unwrap_or_default(),
            filesystem_type: seen.filesystem_type.map(|it| it.as_str().to_owned()),
            iops: seen.iops.map(count),
            kms_key_id: filled(seen.kms_key_id),
            size: seen.size_in_gib.map(count),
            snapshot_id: filled(seen.snapshot_id),
            tag_specifications: tags.map(EbsTagSpecification::read).collect::<Result<_>>()?,
            throughput: seen.throughput.map(count),
            volume_initialization_rate: seen.volume_initialization_rate.map(count),
            volume_type: filled(seen.volume_type).unwrap_or("gp3".to_owned()),
        })
    }
}

impl EbsTagSpecification {
    fn write(&self) -> Result<aws::EbsTagSpecification, BuildError> {
        aws::EbsTagSpecification::builder()
            .resource_type(self.resource_type.as_str().into())
            .set_propagate_tags(self.propagate_tags.map(|it| it.as_str().into()))
            .set_tags(some(written::<aws::Tag>(&self.tags)))
            .build()
    }

    fn read(seen: aws::EbsTagSpecification) -> Result<EbsTagSpecification> {
        let tags = seen.tags.unwrap_or_default().into_iter();
        let propagated = seen.propagate_tags.filter(|it| *it != aws::PropagateTags::None);
        Ok(EbsTagSpecification {
            resource_type: seen.resource_type.as_str().to_owned(),
            propagate_tags: propagated.map(word).transpose()?,
            tags: tags.map(|tag| (tag.pair().0.to_owned(), tag.pair().1.to_owned())).collect(),
        })
    }
}
