//! The smaller parts of containers, and how AWS takes and returns them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Property, Result};

use super::container::map;
use crate::aws::list::{filled, some};
use crate::aws::number::{count, port, signed};
use crate::aws::{word, word_or};

/// The credentials for a private registry.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RepositoryCredentials {
    /// The credentials parameter: the ARN of the secret that holds them.
    pub credentials_parameter: String,
}

/// A port mapping: a port of the container that others reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct PortMapping {
    /// The container port.
    pub container_port: Option<u16>,
    /// The container port range, such as `8000-8010`, in place of one port.
    pub container_port_range: Option<String>,
    /// The host port. Default: the container port with network mode `awsvpc` or `host`; else one that is free.
    pub host_port: Option<u16>,
    /// The protocol.
    #[prop(default = TransportProtocol::Tcp)]
    pub protocol: TransportProtocol,
    /// The name, by which Service Connect knows the port: up to 64 lower-case letters, digits, hyphens and underscores.
    #[prop(max = 64)]
    pub name: Option<String>,
    /// The application protocol, for Service Connect. Default: none, TCP.
    pub app_protocol: Option<ApplicationProtocol>,
}

/// The protocol of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum TransportProtocol {
    /// TCP.
    #[prop(rename = "tcp")]
    Tcp,
    /// UDP.
    #[prop(rename = "udp")]
    Udp,
}

/// What is spoken over a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum ApplicationProtocol {
    /// HTTP/1.
    #[prop(rename = "http")]
    Http,
    /// HTTP/2.
    #[prop(rename = "http2")]
    Http2,
    /// gRPC.
    #[prop(rename = "grpc")]
    Grpc,
}

/// The restart policy of a container: whether it is started again by itself when it ends.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RestartPolicy {
    /// Whether it is.
    pub enabled: bool,
    /// The ignored exit codes, after which it is not.
    #[prop(default, max = 50)]
    pub ignored_exit_codes: BTreeSet<i32>,
    /// The restart attempt period: how many seconds the container has to have run before it is started again.
    #[prop(default = 300, min = 60, max = 1800)]
    pub restart_attempt_period: u32,
}

/// A mount point: where a volume of the task is in the container.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MountPoint {
    /// The source volume: the name of one of the task's `volumes`.
    pub source_volume: String,
    /// The path in the container.
    pub container_path: String,
    /// Whether the container can only read. Default: false.
    #[prop(default)]
    pub read_only: bool,
}

/// The volumes of another container, at the same paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct VolumeFrom {
    /// The source container.
    pub source_container: String,
    /// Whether this container can only read. Default: false.
    #[prop(default)]
    pub read_only: bool,
}

/// A dependency: what has to have happened to another container before this one starts.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ContainerDependency {
    /// The other container.
    pub container_name: String,
    /// The condition.
    pub condition: ContainerCondition,
}

/// What has to have happened to a container.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ContainerCondition {
    /// It has started.
    #[prop(rename = "START")]
    Start,
    /// It has ended; it can't be essential.
    #[prop(rename = "COMPLETE")]
    Complete,
    /// It has ended with exit code 0; it can't be essential.
    #[prop(rename = "SUCCESS")]
    Success,
    /// Its health check has passed.
    #[prop(rename = "HEALTHY")]
    Healthy,
}

/// A line of `/etc/hosts`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct HostEntry {
    /// The host name.
    pub hostname: String,
    /// The IP address.
    pub ip_address: String,
}

/// A health check: a command that tells whether the container is healthy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct HealthCheck {
    /// The command: `CMD` and its words, or `CMD-SHELL` and a line for the shell. Exit code 0 means healthy.
    #[prop(min = 1)]
    pub command: Vec<String>,
    /// The interval between two checks, in seconds.
    #[prop(default = 30, min = 5, max = 300)]
    pub interval: u32,
    /// The timeout of a check, in seconds.
    #[prop(default = 5, min = 2, max = 60)]
    pub timeout: u32,
    /// The retries: how many checks have to fail before the container counts as unhealthy.
    #[prop(default = 3, min = 1, max = 10)]
    pub retries: u32,
    /// The start period in seconds, in which failed checks don't count.
    #[prop(max = 300)]
    pub start_period: Option<u32>,
}

/// A kernel parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct SystemControl {
    /// The namespace: the parameter's name.
    pub namespace: String,
    /// The value.
    pub value: String,
}

/// A resource that the container needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct ResourceRequirement {
    /// The type of resource, `GPU` or `NeuronDevice`.
    pub r#type: ResourceType,
    /// How many of them.
    pub value: String,
}

/// A type of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum ResourceType {
    /// Graphics processors.
    #[prop(rename = "GPU")]
    Gpu,
    /// AWS Neuron devices.
    #[prop(rename = "NeuronDevice")]
    NeuronDevice,
    /// Elastic Inference accelerators, which AWS has given up.
    #[prop(rename = "InferenceAccelerator")]
    InferenceAccelerator,
}

/// FireLens: makes the container the router of the other ones' logs.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FirelensConfiguration {
    /// The type of router.
    pub r#type: FirelensType,
    /// The options.
    #[prop(default)]
    pub options: BTreeMap<String, String>,
}

/// A router of logs.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum FirelensType {
    /// Fluent Bit.
    #[prop(rename = "fluentbit")]
    Fluentbit,
    /// Fluentd.
    #[prop(rename = "fluentd")]
    Fluentd,
}

impl RepositoryCredentials {
    pub(super) fn write(&self) -> Result<aws::RepositoryCredentials, BuildError> {
        aws::RepositoryCredentials::builder().credentials_parameter(&self.credentials_parameter).build()
    }

    pub(super) fn read(seen: aws::RepositoryCredentials) -> RepositoryCredentials {
        RepositoryCredentials { credentials_parameter: seen.credentials_parameter }
    }
}

impl PortMapping {
    pub(super) fn write(&self) -> aws::PortMapping {
        aws::PortMapping::builder()
            .set_container_port(self.container_port.map(i32::from))
            .set_container_port_range(self.container_port_range.clone())
            .set_host_port(self.host_port.map(i32::from))
            .protocol(self.protocol.as_str().into())
            .set_name(self.name.clone())
            .set_app_protocol(self.app_protocol.map(|it| it.as_str().into()))
            .build()
    }

    /// AWS fills in the host port: the container port, or 0 for one that is free.
    pub(super) fn read(seen: aws::PortMapping) -> Result<PortMapping> {
        let own = seen.host_port.filter(|host| *host != 0 && Some(*host) != seen.container_port);
        Ok(PortMapping {
            container_port: seen.container_port.map(port),
            container_port_range: filled(seen.container_port_range),
            host_port: own.map(port),
            protocol: word_or(seen.protocol, TransportProtocol::Tcp)?,
            name: filled(seen.name),
            app_protocol: seen.app_protocol.map(word).transpose()?,
        })
    }

    /// Whether the host port is the one that AWS would choose, too.
    pub(super) fn is_usual(&self) -> bool {
        self.host_port.is_some_and(|host| host == 0 || Some(host) == self.container_port)
    }
}

impl RestartPolicy {
    pub(super) fn write(&self) -> Result<aws::ContainerRestartPolicy, BuildError> {
        aws::ContainerRestartPolicy::builder()
            .enabled(self.enabled)
            .set_ignored_exit_codes(some(self.ignored_exit_codes.iter().copied()))
            .restart_attempt_period(signed(self.restart_attempt_period))
            .build()
    }

    pub(super) fn read(seen: aws::ContainerRestartPolicy) -> RestartPolicy {
        RestartPolicy {
            enabled: seen.enabled,
            ignored_exit_codes: seen.ignored_exit_codes.unwrap_or_default().into_iter().collect(),
            restart_attempt_period: seen.restart_attempt_period.map_or(300, count),
        }
    }
}

impl MountPoint {
    pub(super) fn write(&self) -> aws::MountPoint {
        let written = aws::MountPoint::builder().source_volume(&self.source_volume);
        written.container_path(&self.container_path).read_only(self.read_only).build()
    }

    pub(super) fn read(seen: aws::MountPoint) -> MountPoint {
        MountPoint {
            source_volume: seen.source_volume.unwrap_or_default(),
            container_path: seen.container_path.unwrap_or_default(),
            read_only: seen.read_only.unwrap_or_default(),
        }
    }
}

impl VolumeFrom {
    pub(super) fn write(&self) -> aws::VolumeFrom {
        aws::VolumeFrom::builder().source_container(&self.source_container).read_only(self.read_only).build()
    }

    pub(super) fn read(seen: aws::VolumeFrom) -> VolumeFrom {
        VolumeFrom {
            source_container: seen.source_container.unwrap_or_default(),
            read_only: seen.read_only.unwrap_or_default(),
        }
    }
}

impl ContainerDependency {
    pub(super) fn write(&self) -> Result<aws::ContainerDependency, BuildError> {
        let written = aws::ContainerDependency::builder().container_name(&self.container_name);
        written.condition(self.condition.as_str().into()).build()
    }

    pub(super) fn read(seen: aws::ContainerDependency) -> Result<ContainerDependency> {
        Ok(ContainerDependency { container_name: seen.container_name, condition: word(seen.condition)? })
    }
}

impl HostEntry {
    pub(super) fn write(&self) -> Result<aws::HostEntry, BuildError> {
        aws::HostEntry::builder().hostname(&self.hostname).ip_address(&self.ip_address).build()
    }

    pub(super) fn read(seen: aws::HostEntry) -> HostEntry {
        HostEntry { hostname: seen.hostname, ip_address: seen.ip_address }
    }
}

impl HealthCheck {
    pub(super) fn write(&self) -> Result<aws::HealthCheck, BuildError> {
        aws::HealthCheck::builder()
            .set_command(Some(self.command.clone()))
            .interval(signed(self.interval))
            .timeout(signed(self.timeout))
            .retries(signed(self.retries))
            .set_start_period(self.start_period.map(signed))
            .build()
    }

    pub(super) fn read(seen: aws::HealthCheck) -> HealthCheck {
        HealthCheck {
            command: seen.command,
            interval: seen.interval.map_or(30, count),
            timeout: seen.timeout.map_or(5, count),
            retries: seen.retries.map_or(3, count),
            start_period: seen.start_period.map(count),
        }
    }
}

impl SystemControl {
    pub(super) fn write(&self) -> aws::SystemControl {
        aws::SystemControl::builder().namespace(&self.namespace).value(&self.value).build()
    }

    pub(super) fn read(seen: aws::SystemControl) -> SystemControl {
        SystemControl { namespace: seen.namespace.unwrap_or_default(), value: seen.value.unwrap_or_default() }
    }
}

impl ResourceRequirement {
    pub(super) fn write(&self) -> Result<aws::ResourceRequirement, BuildError> {
        aws::ResourceRequirement::builder().r#type(self.r#type.as_str().into()).value(&self.value).build()
    }

    pub(super) fn read(seen: aws::ResourceRequirement) -> Result<ResourceRequirement> {
        Ok(ResourceRequirement { r#type: word(seen.r#type)?, value: seen.value })
    }
}

impl FirelensConfiguration {
    pub(super) fn write(&self) -> Result<aws::FirelensConfiguration, BuildError> {
        let written = aws::FirelensConfiguration::builder().r#type(self.r#type.as_str().into());
        written.set_options(map(&self.options)).build()
    }

    pub(super) fn read(seen: aws::FirelensConfiguration) -> Result<FirelensConfiguration> {
        let options = seen.options.unwrap_or_default().into_iter().collect();
        Ok(FirelensConfiguration { r#type: word(seen.r#type)?, options })
    }
}
