//! The volumes of a task, and how AWS takes and returns them.

use std::collections::BTreeMap;

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Fault, Faults, Property, Result};

use super::container::map;
use crate::aws::list::filled;
use crate::aws::number::{port, signed};
use crate::aws::word_or;

/// A volume of a task. Of nothing else, it is empty when the task starts and gone with it.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct Volume {
    /// A folder of the host. Not on Fargate.
    #[prop(default)]
    pub host: HostVolume,
    /// A Docker volume. Not on Fargate.
    pub docker_volume_configuration: Option<DockerVolumeConfiguration>,
    /// An EFS file system.
    pub efs_volume_configuration: Option<EfsVolumeConfiguration>,
    /// An S3 file system.
    pub s3_files_volume_configuration: Option<S3FilesVolumeConfiguration>,
    /// An FSx for Windows file system. Not on Fargate.
    pub fsx_windows_file_server_volume_configuration: Option<FsxWindowsFileServerVolumeConfiguration>,
    /// Whether the service says what the volume is, in its `volumeConfigurations`. Default: false.
    #[prop(default)]
    pub configured_at_launch: bool,
}

/// A folder of the host.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct HostVolume {
    /// The source path: the folder on the host. Default: none, a new folder for each task.
    pub source_path: Option<String>,
}

/// A Docker volume.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DockerVolumeConfiguration {
    /// The scope: how long the volume lives.
    #[prop(default = DockerScope::Task)]
    pub scope: DockerScope,
    /// Whether a `shared` volume is made when there is none. Default: false.
    #[prop(default)]
    pub autoprovision: bool,
    /// The driver.
    #[prop(default = "local".to_owned())]
    pub driver: String,
    /// The driver options.
    #[prop(default)]
    pub driver_opts: BTreeMap<String, String>,
    /// The labels.
    #[prop(default)]
    pub labels: BTreeMap<String, String>,
}

/// How long a Docker volume lives.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum DockerScope {
    /// As long as the task.
    #[prop(rename = "task")]
    Task,
    /// Beyond the task, for all tasks of the host.
    #[prop(rename = "shared")]
    Shared,
}

/// An EFS file system as a volume.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EfsVolumeConfiguration {
    /// The file system id, such as `fs-0123456789abcdef0`.
    pub file_system_id: String,
    /// The root directory. With an access point it can only be `/`.
    #[prop(default = "/".to_owned())]
    pub root_directory: String,
    /// The encryption of what goes over the network. Default: `ENABLED`, which AWS's own default is not.
    #[prop(default = TransitEncryption::Enabled)]
    pub transit_encryption: TransitEncryption,
    /// The transit encryption port. Default: one that the EFS mount helper chooses.
    pub transit_encryption_port: Option<u16>,
    /// The authorization.
    #[prop(default)]
    pub authorization_config: EfsAuthorizationConfig,
}

/// The encryption of what goes over the network.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum TransitEncryption {
    /// By TLS.
    #[prop(rename = "ENABLED")]
    Enabled,
    /// None.
    #[prop(rename = "DISABLED")]
    Disabled,
}

/// How a task is authorized to use an EFS file system.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct EfsAuthorizationConfig {
    /// The access point id.
    pub access_point_id: Option<String>,
    /// Whether IAM decides, by the task role. Needs `transitEncryption`.
    #[prop(default)]
    pub iam: EfsIam,
}

/// Whether IAM decides who may use an EFS file system.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum EfsIam {
    /// It does not.
    #[default]
    #[prop(rename = "DISABLED")]
    Disabled,
    /// It does.
    #[prop(rename = "ENABLED")]
    Enabled,
}

/// An S3 file system as a volume.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct S3FilesVolumeConfiguration {
    /// The ARN of the file system.
    pub file_system_arn: String,
    /// The root directory.
    #[prop(default = "/".to_owned())]
    pub root_directory: String,
    /// The transit encryption port. Default: one that is chosen.
    pub transit_encryption_port: Option<u16>,
    /// The ARN of the access point.
    pub access_point_arn: Option<String>,
}

/// An FSx for Windows file system as a volume.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FsxWindowsFileServerVolumeConfiguration {
    /// The file system id.
    pub file_system_id: String,
    /// The root directory.
    pub root_directory: String,
    /// The authorization.
    pub authorization_config: FsxAuthorizationConfig,
}

/// How a task logs in to an FSx for Windows file system.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FsxAuthorizationConfig {
    /// The credentials parameter: the ARN of the secret or parameter that holds them.
    pub credentials_parameter: String,
    /// The Active Directory domain.
    pub domain: String,
}

impl Volume {
    /// What is wrong with it.
    pub fn faults(&self) -> Vec<Fault> {
        let efs = self.efs_volume_configuration.as_ref();
        let plain = |efs: &EfsVolumeConfiguration| efs.transit_encryption == TransitEncryption::Disabled;
        let open = efs.is_some_and(|efs| efs.authorization_config.iam == EfsIam::Enabled && plain(efs));
        Faults::of(self)
            .at_most_one_of(&[
                "dockerVolumeConfiguration",
                "efsVolumeConfiguration",
                "s3FilesVolumeConfiguration",
                "fsxWindowsFileServerVolumeConfiguration",
            ])
            .when(open, "efsVolumeConfiguration.transitEncryption", "has to be `ENABLED` where `iam` is")
            .into_vec()
    }

    pub(super) fn write(&self, name: &str) -> Result<aws::Volume, BuildError> {
        let host = |path: &String| aws::HostVolumeProperties::builder().source_path(path).build();
        let fsx = self.fsx_windows_file_server_volume_configuration.as_ref();
        let written = aws::Volume::builder()
            .name(name)
            .set_host(self.host.source_path.as_ref().map(host))
            .set_docker_volume_configuration(
                self.docker_volume_configuration.as_ref().map(DockerVolumeConfiguration::write),
            )
            .set_efs_volume_configuration(
                self.efs_volume_configuration.as_ref().map(EfsVolumeConfiguration::write).transpose()?,
            )
            .set_s3files_volume_configuration(
                self.s3_files_volume_configuration.as_ref().map(S3FilesVolumeConfiguration::write).transpose()?,
            )
            .set_fsx_windows_file_server_volume_configuration(
                fsx.map(FsxWindowsFileServerVolumeConfiguration::write).transpose()?,
            )
            .set_configured_at_launch(self.configured_at_launch.then_some(true));
        Ok(written.build())
    }

    pub(super) fn read(seen: aws::Volume) -> Result<Volume> {
        let fsx = seen.fsx_windows_file_server_volume_configuration;
        Ok(Volume {
            host: HostVolume { source_path: seen.host.and_then(|host| filled(host.source_path)) },
            docker_volume_configuration: seen
                .docker_volume_configuration
                .map(DockerVolumeConfiguration::read)
                .transpose()?,
            efs_volume_configuration: seen.efs_volume_configuration.map(EfsVolumeConfiguration::read).transpose()?,
            s3_files_volume_configuration: seen.s3files_volume_configuration.map(S3FilesVolumeConfiguration::read),
            fsx_windows_file_server_volume_configuration: fsx.map(FsxWindowsFileServerVolumeConfiguration::read),
            configured_at_launch: seen.configured_at_launch.unwrap_or_default(),
        })
    }
}

impl DockerVolumeConfiguration {
    fn write(&self) -> aws::DockerVolumeConfiguration {
        aws::DockerVolumeConfiguration::builder()
            .scope(self.scope.as_str().into())
            .set_autoprovision(self.autoprovision.then_some(true))
            .driver(&self.driver)
            .set_driver_opts(map(&self.driver_opts))
            .set_labels(map(&self.labels))
            .build()
    }

    fn read(seen: aws::DockerVolumeConfiguration) -> Result<DockerVolumeConfiguration> {
        Ok(DockerVolumeConfiguration {
            scope: word_or(seen.scope, DockerScope::Task)?,
            autoprovision: seen.autoprovision.unwrap_or_default(),
            driver: filled(seen.driver).unwrap_or("local".to_owned()),
            driver_opts: seen.driver_opts.unwrap_or_default().into_iter().collect(),
            labels: seen.labels.unwrap_or_default().into_iter().collect(),
        })
    }
}

impl EfsVolumeConfiguration {
    fn write(&self) -> Result<aws::EfsVolumeConfiguration, BuildError> {
        let access = &self.authorization_config;
        let config = aws::EfsAuthorizationConfig::builder().set_access_point_id(access.access_point_id.clone());
        let config = config.iam(access.iam.as_str().into()).build();
        aws::EfsVolumeConfiguration::builder()
            .file_system_id(&self.file_system_id)
            .root_directory(&self.root_directory)
            .transit_encryption(self.transit_encryption.as_str().into())
            .set_transit_encryption_port(self.transit_encryption_port.map(i32::from))
            .set_authorization_config((*access != EfsAuthorizationConfig::default()).then_some(config))
            .build()
    }

    fn read(seen: aws::EfsVolumeConfiguration) -> Result<EfsVolumeConfiguration> {
        let access = match seen.authorization_config {
            None => EfsAuthorizationConfig::default(),
            Some(access) => EfsAuthorizationConfig {
                access_point_id: filled(access.access_point_id),
                iam: word_or(access.iam, EfsIam::Disabled)?,
            },
        };
        Ok(EfsVolumeConfiguration {
            file_system_id: seen.file_system_id,
            root_directory: filled(seen.root_directory).unwrap_or("/".to_owned()),
            transit_encryption: word_or(seen.transit_encryption, TransitEncryption::Disabled)?,
            transit_encryption_port: seen.transit_encryption_port.map(port),
            authorization_config: access,
        })
    }
}

impl S3FilesVolumeConfiguration {
    fn write(&self) -> Result<aws::S3FilesVolumeConfiguration, BuildError> {
        aws::S3FilesVolumeConfiguration::builder()
            .file_system_arn(&self.file_system_arn)
            .root_directory(&self.root_directory)
            .set_transit_encryption_port(self.transit_encryption_port.map(|port| signed(port.into())))
            .set_access_point_arn(self.access_point_arn.clone())
            .build()
    }

    fn read(seen: aws::S3FilesVolumeConfiguration) -> S3FilesVolumeConfiguration {
        S3FilesVolumeConfiguration {
            file_system_arn: seen.file_system_arn,
            root_directory: filled(seen.root_directory).unwrap_or("/".to_owned()),
            transit_encryption_port: seen.transit_encryption_port.map(port),
            access_point_arn: filled(seen.access_point_arn),
        }
    }
}

impl FsxWindowsFileServerVolumeConfiguration {
    fn write(&self) -> Result<aws::FSxWindowsFileServerVolumeConfiguration, BuildError> {
        let access = &self.authorization_config;
        let config = aws::FSxWindowsFileServerAuthorizationConfig::builder()
            .credentials_parameter(&access.credentials_parameter)
            .domain(&access.domain)
            .build()?;
        aws::FSxWindowsFileServerVolumeConfiguration::builder()
            .file_system_id(&self.file_system_id)
            .root_directory(&self.root_directory)
            .authorization_config(config)
            .build()
    }

    fn read(seen: aws::FSxWindowsFileServerVolumeConfiguration) -> FsxWindowsFileServerVolumeConfiguration {
        let access = seen.authorization_config;
        FsxWindowsFileServerVolumeConfiguration {
            file_system_id: seen.file_system_id,
            root_directory: seen.root_directory,
            authorization_config: FsxAuthorizationConfig {
                credentials_parameter: access.as_ref().map(|it| it.credentials_parameter.clone()).unwrap_or_default(),
                domain: access.map(|it| it.domain).unwrap_or_default(),
            },
        }
    }
}
