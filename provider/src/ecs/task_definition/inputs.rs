//! The inputs of a task definition, and how AWS takes and returns them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Order, Property, Result};

use super::container::{ContainerDefinition, pairs, read_all, unpaired, written_all};
use super::volume::Volume;
use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::{Tags, word, word_or};
use crate::types::{EcsName, RoleArn};

/// The inputs of an ECS task definition.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TaskDefinitionInputs {
    /// The family: the name that all revisions have in common, 1 to 255 letters, digits, hyphens and underscores.
    #[prop(replace)]
    pub family: EcsName,
    /// The container definitions, by the containers' names.
    #[prop(replace, min = 1)]
    pub container_definitions: BTreeMap<String, ContainerDefinition>,
    /// The CPU units of the task, 1024 for a vCPU. Fargate needs one of 256, 512, 1024, 2048, 4096, 8192 and 16384.
    #[prop(replace)]
    pub cpu: Option<u32>,
    /// The memory of the task in MiB. Fargate needs a size that goes with `cpu`: with 256 it is 512, 1024 or 2048.
    #[prop(replace)]
    pub memory: Option<u32>,
    /// The network mode. Fargate needs `awsvpc`. Default: what the host's system has, `bridge` on Linux.
    #[prop(replace, computed)]
    pub network_mode: Option<NetworkMode>,
    /// The compatibilities that AWS checks the definition for, such as `FARGATE`. Default: none, it is for EC2.
    #[prop(replace, default)]
    pub requires_compatibilities: BTreeSet<Compatibility>,
    /// The execution role: lets ECS itself pull images, write logs and read secrets.
    #[prop(replace)]
    pub execution_role_arn: Option<RoleArn>,
    /// The task role: what the containers may do in AWS.
    #[prop(replace)]
    pub task_role_arn: Option<RoleArn>,
    /// The ephemeral storage. Only on Fargate. Default: 20 GiB.
    #[prop(replace)]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// The runtime platform. Default: Linux on X86_64.
    #[prop(replace, default)]
    pub runtime_platform: RuntimePlatform,
    /// The PID mode: whose processes the containers see. Default: each its own.
    #[prop(replace)]
    pub pid_mode: Option<PidMode>,
    /// The IPC mode: with whom the containers share IPC resources. Not on Fargate.
    #[prop(replace)]
    pub ipc_mode: Option<IpcMode>,
    /// The placement constraints, at most 10. Not on Fargate.
    #[prop(replace, default, max = 10)]
    pub placement_constraints: BTreeSet<TaskPlacementConstraint>,
    /// The proxy configuration, for App Mesh.
    #[prop(replace)]
    pub proxy_configuration: Option<ProxyConfiguration>,
    /// The volumes, by name.
    #[prop(replace, default)]
    pub volumes: BTreeMap<String, Volume>,
    /// Whether AWS Fault Injection Service may disturb the task. Default: false.
    #[prop(replace, default)]
    pub enable_fault_injection: bool,
    /// Whether the revision stays active when the resource is replaced or deleted. Without it the revision is deregistered: services that run it
    /// go on, but none can go back to it. Default: false.
    #[prop(default)]
    pub keep_on_delete: Order<bool>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// How containers are connected to the network.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum NetworkMode {
    /// The task has a network interface of its own in a VPC.
    #[prop(rename = "awsvpc")]
    Awsvpc,
    /// Docker's network on the host.
    #[prop(rename = "bridge")]
    Bridge,
    /// The host's network.
    #[prop(rename = "host")]
    Host,
    /// None.
    #[prop(rename = "none")]
    None,
}

/// What a task can run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum Compatibility {
    /// EC2 instances.
    #[prop(rename = "EC2")]
    Ec2,
    /// Fargate.
    #[prop(rename = "FARGATE")]
    Fargate,
    /// Instances outside of AWS.
    #[prop(rename = "EXTERNAL")]
    External,
    /// EC2 instances that ECS manages.
    #[prop(rename = "MANAGED_INSTANCES")]
    ManagedInstances,
}

/// The ephemeral storage of a task.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EphemeralStorage {
    /// The size in GiB.
    #[prop(rename = "sizeInGiB", min = 21, max = 200)]
    pub size: u32,
}

/// The runtime platform of a task.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RuntimePlatform {
    /// The CPU architecture. Default: `X86_64`.
    #[prop(default)]
    pub cpu_architecture: CpuArchitecture,
    /// The operating system family, such as `WINDOWS_SERVER_2022_CORE`.
    #[prop(default = "LINUX".to_owned())]
    pub operating_system_family: String,
}

/// A CPU architecture.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum CpuArchitecture {
    /// Intel and AMD.
    #[default]
    #[prop(rename = "X86_64")]
    X8664,
    /// Graviton.
    #[prop(rename = "ARM64")]
    Arm64,
}

/// Whose processes containers see.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum PidMode {
    /// Those of the task.
    #[prop(rename = "task")]
    Task,
    /// Those of the host.
    #[prop(rename = "host")]
    Host,
}

/// With whom containers share IPC resources.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum IpcMode {
    /// With the host.
    #[prop(rename = "host")]
    Host,
    /// With the containers of the task.
    #[prop(rename = "task")]
    Task,
    /// With nobody.
    #[prop(rename = "none")]
    None,
}

/// A placement constraint: on which instances a task may run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct TaskPlacementConstraint {
    /// The expression in ECS's cluster query language, such as `attribute:ecs.instance-type =~ m7.*`.
    pub expression: String,
}

/// The proxy of App Mesh.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ProxyConfiguration {
    /// The container that is the proxy.
    pub container_name: String,
    /// The properties, such as `AppPorts` and `ProxyEgressPort`.
    #[prop(default)]
    pub properties: BTreeMap<String, String>,
}

impl TaskDefinitionInputs {
    /// Whether it is checked for Fargate.
    pub fn is_for_fargate(&self) -> bool {
        self.requires_compatibilities.contains(&Compatibility::Fargate)
    }

    /// As AWS takes them. What is as AWS has it anyway is left out.
    pub(super) fn write(
        &self,
        register: RegisterTaskDefinitionFluentBuilder,
    ) -> Result<RegisterTaskDefinitionFluentBuilder, BuildError> {
        let platform = &self.runtime_platform;
        let written = aws::RuntimePlatform::builder().cpu_architecture(platform.cpu_architecture.as_str().into());
        let written = written.operating_system_family(platform.operating_system_family.as_str().into()).build();
        let storage = self.ephemeral_storage.as_ref();
        let storage = storage.map(|it| aws::EphemeralStorage::builder().size_in_gib(signed(it.size)).build());
        Ok(register
            .family(self.family.as_str())
            .set_container_definitions(written_all(&self.container_definitions, |(name, it)| it.write(name))?)
            .set_cpu(self.cpu.map(|units| units.to_string()))
            .set_memory(self.memory.map(|size| size.to_string()))
            .set_network_mode(self.network_mode.map(|mode| mode.as_str().into()))
            .set_requires_compatibilities(some(self.requires_compatibilities.iter().map(|it| it.as_str().into())))
            .set_execution_role_arn(self.execution_role_arn.as_ref().map(RoleArn::to_string))
            .set_task_role_arn(self.task_role_arn.as_ref().map(RoleArn::to_string))
            .set_ephemeral_storage(storage)
            .set_runtime_platform((*platform != RuntimePlatform::default()).then_some(written))
            .set_pid_mode(self.pid_mode.map(|mode| mode.as_str().into()))
            .set_ipc_mode(self.ipc_mode.map(|mode| mode.as_str().into()))
            .set_placement_constraints(some(self.placement_constraints.iter().map(constraint)))
            .set_proxy_configuration(self.proxy_configuration.as_ref().map(ProxyConfiguration::write).transpose()?)
            .set_volumes(written_all(&self.volumes, |(name, volume)| volume.write(name))?)
            .set_enable_fault_injection(self.enable_fault_injection.then_some(true)))
    }

    /// As AWS returns them.
    pub(super) fn read(mut seen: aws::TaskDefinition) -> Result<TaskDefinitionInputs> {
        let size = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let role = |arn: Option<String>| filled(arn).map(word).transpose();
        let containers = seen.container_definitions.take().unwrap_or_default().into_iter();
        let containers = containers
            .map(|mut it| Ok((it.name.take().unwrap_or_default(), ContainerDefinition::read(it)?)))
            .collect::<Result<_>>()?;
        let volumes = seen.volumes.take().unwrap_or_default().into_iter();
        let volumes = volumes.map(|mut it| Ok((it.name.take().unwrap_or_default(), Volume::read(it)?)));
        Ok(TaskDefinitionInputs {
            family: seen.family.unwrap_or_default().into(),
            container_definitions: containers,
            cpu: size(seen.cpu),
            memory: size(seen.memory),
            network_mode: seen.network_mode.map(word).transpose()?,
            requires_compatibilities: read_all(seen.requires_compatibilities, word)?,
            execution_role_arn: role(seen.execution_role_arn)?,
            task_role_arn: role(seen.task_role_arn)?,
            ephemeral_storage: seen.ephemeral_storage.map(|it| EphemeralStorage { size: count(it.size_in_gib) }),
            runtime_platform: RuntimePlatform::read(seen.runtime_platform)?,
            pid_mode: seen.pid_mode.map(word).transpose()?,
            ipc_mode: seen.ipc_mode.map(word).transpose()?,
            placement_constraints: read_all(seen.placement_constraints, |it| {
                Ok(TaskPlacementConstraint { expression: it.expression.unwrap_or_default() })
            })?,
            proxy_configuration: seen.proxy_configuration.map(ProxyConfiguration::read),
            volumes: volumes.collect::<Result<_>>()?,
            enable_fault_injection: seen.enable_fault_injection.unwrap_or_default(),
            keep_on_delete: Order::unknown(),
            tags: Tags::new(),
        })
    }
}

impl Default for RuntimePlatform {
    fn default() -> RuntimePlatform {
        RuntimePlatform { cpu_architecture: CpuArchitecture::X8664, operating_system_family: "LINUX".to_owned() }
    }
}

impl RuntimePlatform {
    fn read(seen: Option<aws::RuntimePlatform>) -> Result<RuntimePlatform> {
        let Some(seen) = seen else { return Ok(RuntimePlatform::default()) };
        let family = seen.operating_system_family.map(|family| family.as_str().to_owned());
        Ok(RuntimePlatform {
            cpu_architecture: word_or(seen.cpu_architecture, CpuArchitecture::X8664)?,
            operating_system_family: family.unwrap_or("LINUX".to_owned()),
        })
    }
}

impl ProxyConfiguration {
    fn write(&self) -> Result<aws::ProxyConfiguration, BuildError> {
        let written = aws::ProxyConfiguration::builder().r#type(aws::ProxyConfigurationType::Appmesh);
        written.container_name(&self.container_name).set_properties(pairs(&self.properties)).build()
    }

    fn read(seen: aws::ProxyConfiguration) -> ProxyConfiguration {
        ProxyConfiguration { container_name: seen.container_name, properties: unpaired(seen.properties) }
    }
}

fn constraint(constraint: &TaskPlacementConstraint) -> aws::TaskDefinitionPlacementConstraint {
    aws::TaskDefinitionPlacementConstraint::builder()
        .r#type(aws::TaskDefinitionPlacementConstraintType::MemberOf)
        .expression(&constraint.expression)
        .build()
}
