//! The containers of a task definition, and how AWS takes and returns them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Property, Result};

use super::linux::{LinuxParameters, Ulimit};
use super::log::LogConfiguration;
use super::parts::{
    ContainerDependency, FirelensConfiguration, HealthCheck, HostEntry, MountPoint, PortMapping, RepositoryCredentials,
    ResourceRequirement, RestartPolicy, SystemControl, VolumeFrom,
};
use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::{word, word_or};
use crate::types::Arn;

/// A container definition: an image, and how it runs. What Fargate doesn't have is refused for it.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ContainerDefinition {
    /// The image, such as `123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/app:1` or `public.ecr.aws/nginx/nginx:stable`.
    pub image: String,
    /// The credentials for a private registry.
    pub repository_credentials: Option<RepositoryCredentials>,
    /// The CPU units of the container, 1024 for a vCPU. Default: 0; the containers of the task share.
    #[prop(default)]
    pub cpu: u32,
    /// The memory in MiB: a container that takes more is stopped.
    pub memory: Option<u32>,
    /// The memory reservation in MiB: what is kept for the container.
    pub memory_reservation: Option<u32>,
    /// The links: names of other containers. Only with network mode `bridge`.
    #[prop(default)]
    pub links: BTreeSet<String>,
    /// The port mappings.
    #[prop(default)]
    pub port_mappings: BTreeSet<PortMapping>,
    /// Whether the container is essential: when it ends, the whole task is stopped. Default: true.
    #[prop(default = true)]
    pub essential: bool,
    /// The restart policy: whether the container is started again when it ends. Default: none, it is not.
    pub restart_policy: Option<RestartPolicy>,
    /// The entry point, in place of the image's.
    #[prop(default)]
    pub entry_point: Vec<String>,
    /// The command, in place of the image's.
    #[prop(default)]
    pub command: Vec<String>,
    /// The environment variables. Not for secrets: everybody who may read task definitions reads them.
    #[prop(default)]
    pub environment: BTreeMap<String, String>,
    /// The environment files: the ARNs of objects in S3 whose names end with `.env`, at most 10. Of a variable that several set, the first counts.
    #[prop(default, max = 10)]
    pub environment_files: Vec<Arn>,
    /// The mount points of volumes.
    #[prop(default)]
    pub mount_points: Vec<MountPoint>,
    /// The volumes from other containers.
    #[prop(default)]
    pub volumes_from: BTreeSet<VolumeFrom>,
    /// The Linux parameters.
    #[prop(default)]
    pub linux_parameters: LinuxParameters,
    /// The secrets: environment variables, each with the ARN of the secret or parameter that its value comes from. A parameter of the same region
    /// may be given by name; `ARN:KEY::` is one key of a secret that is JSON.
    #[prop(default)]
    pub secrets: BTreeMap<String, String>,
    /// The container dependencies: what has to have happened to others before this one starts.
    #[prop(default)]
    pub depends_on: Vec<ContainerDependency>,
    /// The start timeout in seconds: how long other containers wait for this one to reach what they depend on.
    pub start_timeout: Option<u32>,
    /// The stop timeout in seconds: how long the container has to end by itself. At most 120 on Fargate. Default: 30.
    pub stop_timeout: Option<u32>,
    /// The version consistency: whether all tasks of a deployment run the very image that the tag stood for when it began. Default: `enabled`.
    #[prop(default = VersionConsistency::Enabled)]
    pub version_consistency: VersionConsistency,
    /// The hostname.
    pub hostname: Option<String>,
    /// The user that the processes run as, such as `1000:1000`. Default: the image's.
    pub user: Option<String>,
    /// The working directory. Default: the image's.
    pub working_directory: Option<String>,
    /// Whether the container has no network. Default: false.
    #[prop(default)]
    pub disable_networking: bool,
    /// Whether the container has the rights of the host's root. Default: false.
    #[prop(default)]
    pub privileged: bool,
    /// Whether the root file system is read-only. Default: false.
    #[prop(default)]
    pub readonly_root_filesystem: bool,
    /// The DNS servers.
    #[prop(default)]
    pub dns_servers: Vec<String>,
    /// The DNS search domains.
    #[prop(default)]
    pub dns_search_domains: Vec<String>,
    /// The extra hosts in `/etc/hosts`.
    #[prop(default)]
    pub extra_hosts: Vec<HostEntry>,
    /// The Docker security options, for SELinux and AppArmor.
    #[prop(default)]
    pub docker_security_options: BTreeSet<String>,
    /// Whether the container may read from standard input. Default: false.
    #[prop(default)]
    pub interactive: bool,
    /// Whether the container has a pseudo terminal. Default: false.
    #[prop(default)]
    pub pseudo_terminal: bool,
    /// The Docker labels.
    #[prop(default)]
    pub docker_labels: BTreeMap<String, String>,
    /// The ulimits. On Fargate there is `nofile` only.
    #[prop(default)]
    pub ulimits: BTreeSet<Ulimit>,
    /// The log configuration. Default: none, the output is lost.
    pub log_configuration: Option<LogConfiguration>,
    /// The health check. Default: none.
    pub health_check: Option<HealthCheck>,
    /// The system controls: kernel parameters.
    #[prop(default)]
    pub system_controls: BTreeSet<SystemControl>,
    /// The resource requirements: GPUs and the like.
    #[prop(default)]
    pub resource_requirements: BTreeSet<ResourceRequirement>,
    /// The FireLens configuration of a container that routes logs.
    pub firelens_configuration: Option<FirelensConfiguration>,
    /// The credential specs: ARNs of the files by which the container logs in to Active Directory.
    #[prop(default)]
    pub credential_specs: BTreeSet<String>,
}

/// Whether all tasks of a deployment run the very same image.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum VersionConsistency {
    /// They do.
    #[default]
    #[prop(rename = "enabled")]
    Enabled,
    /// Each gets what its tag stands for when it starts.
    #[prop(rename = "disabled")]
    Disabled,
}

impl ContainerDefinition {
    /// As AWS takes it. What is as AWS has it anyway is left out: Fargate refuses some settings whatever they say.
    pub fn write(&self, name: &str) -> Result<aws::ContainerDefinition, BuildError> {
        let each = |names: &BTreeSet<String>| some(names.iter().cloned());
        let written = aws::ContainerDefinition::builder()
            .name(name)
            .image(&self.image)
            .set_repository_credentials(
                self.repository_credentials.as_ref().map(RepositoryCredentials::write).transpose()?,
            )
            .cpu(signed(self.cpu))
            .set_memory(self.memory.map(signed))
            .set_memory_reservation(self.memory_reservation.map(signed))
            .set_links(each(&self.links))
            .set_port_mappings(some(self.port_mappings.iter().map(PortMapping::write)))
            .essential(self.essential)
            .set_restart_policy(self.restart_policy.as_ref().map(RestartPolicy::write).transpose()?)
            .set_entry_point(some(self.entry_point.clone()))
            .set_command(some(self.command.clone()))
            .set_environment(pairs(&self.environment))
            .set_environment_files(written_all(&self.environment_files, file)?)
            .set_mount_points(some(self.mount_points.iter().map(MountPoint::write)))
            .set_volumes_from(some(self.volumes_from.iter().map(VolumeFrom::write)))
            .set_linux_parameters(self.linux_parameters.write()?)
            .set_secrets(secrets(&self.secrets)?)
            .set_depends_on(written_all(&self.depends_on, ContainerDependency::write)?)
            .set_start_timeout(self.start_timeout.map(signed))
            .set_stop_timeout(self.stop_timeout.map(signed));
        let different = self.version_consistency != VersionConsistency::Enabled;
        let written = written
            .set_version_consistency(different.then(|| self.version_consistency.as_str().into()))
            .set_hostname(self.hostname.clone())
            .set_user(self.user.clone())
            .set_working_directory(self.working_directory.clone())
            .set_disable_networking(self.disable_networking.then_some(true))
            .set_privileged(self.privileged.then_some(true))
            .set_readonly_root_filesystem(self.readonly_root_filesystem.then_some(true))
            .set_dns_servers(some(self.dns_servers.clone()))
            .set_dns_search_domains(some(self.dns_search_domains.clone()))
            .set_extra_hosts(written_all(&self.extra_hosts, HostEntry::write)?)
            .set_docker_security_options(each(&self.docker_security_options))
            .set_interactive(self.interactive.then_some(true))
            .set_pseudo_terminal(self.pseudo_terminal.then_some(true))
            .set_docker_labels(map(&self.docker_labels))
            .set_ulimits(written_all(&self.ulimits, Ulimit::write)?);
        let written = written
            .set_log_configuration(self.log_configuration.as_ref().map(LogConfiguration::write).transpose()?)
            .set_health_check(self.health_check.as_ref().map(HealthCheck::write).transpose()?)
            .set_system_controls(some(self.system_controls.iter().map(SystemControl::write)))
            .set_resource_requirements(written_all(&self.resource_requirements, ResourceRequirement::write)?)
            .set_firelens_configuration(
                self.firelens_configuration.as_ref().map(FirelensConfiguration::write).transpose()?,
            )
            .set_credential_specs(each(&self.credential_specs));
        Ok(written.build())
    }

    /// As AWS returns it.
    pub fn read(seen: aws::ContainerDefinition) -> Result<ContainerDefinition> {
        Ok(ContainerDefinition {
            image: seen.image.unwrap_or_default(),
            repository_credentials: seen.repository_credentials.map(RepositoryCredentials::read),
            cpu: count(seen.cpu),
            memory: seen.memory.map(count),
            memory_reservation: seen.memory_reservation.map(count),
            links: set(seen.links),
            port_mappings: read_all(seen.port_mappings, PortMapping::read)?,
            essential: seen.essential.unwrap_or(true),
            restart_policy: seen.restart_policy.map(RestartPolicy::read),
            entry_point: seen.entry_point.unwrap_or_default(),
            command: seen.command.unwrap_or_default(),
            environment: unpaired(seen.environment),
            environment_files: read_all(seen.environment_files, |file| word(file.value))?,
            mount_points: read_all(seen.mount_points, |it| Ok(MountPoint::read(it)))?,
            volumes_from: read_all(seen.volumes_from, |it| Ok(VolumeFrom::read(it)))?,
            linux_parameters: LinuxParameters::read(seen.linux_parameters)?,
            secrets: named(seen.secrets),
            depends_on: read_all(seen.depends_on, ContainerDependency::read)?,
            start_timeout: seen.start_timeout.map(count),
            stop_timeout: seen.stop_timeout.map(count),
            version_consistency: word_or(seen.version_consistency, VersionConsistency::Enabled)?,
            hostname: filled(seen.hostname),
            user: filled(seen.user),
            working_directory: filled(seen.working_directory),
            disable_networking: seen.disable_networking.unwrap_or_default(),
            privileged: seen.privileged.unwrap_or_default(),
            readonly_root_filesystem: seen.readonly_root_filesystem.unwrap_or_default(),
            dns_servers: seen.dns_servers.unwrap_or_default(),
            dns_search_domains: seen.dns_search_domains.unwrap_or_default(),
            extra_hosts: read_all(seen.extra_hosts, |it| Ok(HostEntry::read(it)))?,
            docker_security_options: set(seen.docker_security_options),
            interactive: seen.interactive.unwrap_or_default(),
            pseudo_terminal: seen.pseudo_terminal.unwrap_or_default(),
            docker_labels: seen.docker_labels.unwrap_or_default().into_iter().collect(),
            ulimits: read_all(seen.ulimits, Ulimit::read)?,
            log_configuration: seen.log_configuration.map(LogConfiguration::read).transpose()?,
            health_check: seen.health_check.map(HealthCheck::read),
            system_controls: read_all(seen.system_controls, |it| Ok(SystemControl::read(it)))?,
            resource_requirements: read_all(seen.resource_requirements, ResourceRequirement::read)?,
            firelens_configuration: seen.firelens_configuration.map(FirelensConfiguration::read).transpose()?,
            credential_specs: set(seen.credential_specs),
        })
    }
}

fn file(arn: &Arn) -> Result<aws::EnvironmentFile, BuildError> {
    aws::EnvironmentFile::builder().r#type(aws::EnvironmentFileType::S3).value(arn.as_str()).build()
}

/// Items as AWS takes them; left out where there are none.
pub(super) fn written_all<T, W>(
    items: impl IntoIterator<Item = T>,
    write: impl Fn(T) -> Result<W, BuildError>,
) -> Result<Option<Vec<W>>, BuildError> {
    let items = items.into_iter().map(write).collect::<Result<Vec<_>, _>>()?;
    Ok(some(items))
}

/// Items as AWS returns them.
pub(super) fn read_all<S, T, C: FromIterator<T>>(items: Option<Vec<S>>, read: impl Fn(S) -> Result<T>) -> Result<C> {
    items.unwrap_or_default().into_iter().map(read).collect()
}

/// Words in no order.
pub(super) fn set(words: Option<Vec<String>>) -> BTreeSet<String> {
    words.unwrap_or_default().into_iter().collect()
}

/// A map, left out where it is empty.
pub(super) fn map(map: &BTreeMap<String, String>) -> Option<std::collections::HashMap<String, String>> {
    (!map.is_empty()).then(|| map.clone().into_iter().collect())
}

/// Names and values as AWS takes them.
pub(super) fn pairs(map: &BTreeMap<String, String>) -> Option<Vec<aws::KeyValuePair>> {
    some(map.iter().map(|(name, value)| aws::KeyValuePair::builder().name(name).value(value).build()))
}

/// Names and values as AWS returns them.
pub(super) fn unpaired(pairs: Option<Vec<aws::KeyValuePair>>) -> BTreeMap<String, String> {
    let pairs = pairs.unwrap_or_default().into_iter();
    pairs.map(|pair| (pair.name.unwrap_or_default(), pair.value.unwrap_or_default())).collect()
}

/// Secrets by name as AWS takes them.
pub(super) fn secrets(map: &BTreeMap<String, String>) -> Result<Option<Vec<aws::Secret>>, BuildError> {
    written_all(map, |(name, from)| aws::Secret::builder().name(name).value_from(from).build())
}

/// Secrets by name as AWS returns them.
pub(super) fn named(secrets: Option<Vec<aws::Secret>>) -> BTreeMap<String, String> {
    secrets.unwrap_or_default().into_iter().map(|secret| (secret.name, secret.value_from)).collect()
}
