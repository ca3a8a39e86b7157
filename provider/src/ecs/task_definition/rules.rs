//! Rules between the properties of a task definition: what AWS refuses for good, known before it is asked.

use pulumi_plugin::{Fault, Faults, Path};

use super::container::ContainerDefinition;
use super::inputs::{NetworkMode, PidMode, TaskDefinitionInputs};
use super::log::LogDriver;
use super::parts::{ContainerCondition, PortMapping};
use super::volume::Volume;
use crate::types::EcsName;

const GIB: u32 = 1024;

/// All that is wrong.
pub fn faults(new: &TaskDefinitionInputs) -> Vec<Fault> {
    let essential = new.container_definitions.values().any(|container| container.essential);
    let mut faults = Faults::of(new)
        .when(!essential, "containerDefinitions", "at least one container has to be `essential`")
        .and(if new.is_for_fargate() { fargate(new) } else { Vec::new() });
    for (name, container) in &new.container_definitions {
        let at = Path::root().key("containerDefinitions").key(name);
        let odd = EcsName::parse(name).err().map(|why| Fault::new("", format!("the container's name {why}")));
        let each = odd.into_iter().chain(container_faults(new, container));
        faults = faults.and(each.map(|fault| Fault::new(at.join(&fault.at), fault.why)));
    }
    for (name, volume) in &new.volumes {
        let at = Path::root().key("volumes").key(name);
        let beside = if new.is_for_fargate() { fargate_volume(volume) } else { Vec::new() };
        let each = volume.faults().into_iter().chain(beside);
        faults = faults.and(each.map(|fault| Fault::new(at.join(&fault.at), fault.why)));
    }
    faults.into_vec()
}

/// What Fargate wants of the task.
fn fargate(new: &TaskDefinitionInputs) -> Vec<Fault> {
    const NEEDED: &str = "missing: Fargate needs it";
    let awsvpc = new.network_mode == Some(NetworkMode::Awsvpc);
    Faults::of(new)
        .when(new.cpu.is_none(), "cpu", NEEDED)
        .when(new.memory.is_none(), "memory", NEEDED)
        .and(size_fault(new.cpu, new.memory))
        .when(!awsvpc, "networkMode", "Fargate needs `awsvpc`")
        .when(new.ipc_mode.is_some(), "ipcMode", NOT_THERE)
        .when(new.pid_mode == Some(PidMode::Host), "pidMode", "Fargate has `task` only")
        .when(!new.placement_constraints.is_empty(), "placementConstraints", NOT_THERE)
        .into_vec()
}

/// What Fargate does not have of volumes.
fn fargate_volume(volume: &Volume) -> Vec<Fault> {
    let windows = volume.fsx_windows_file_server_volume_configuration.is_some();
    Faults::of(volume)
        .when(volume.host.source_path.is_some(), "host.sourcePath", NOT_THERE)
        .when(volume.docker_volume_configuration.is_some(), "dockerVolumeConfiguration", NOT_THERE)
        .when(windows, "fsxWindowsFileServerVolumeConfiguration", NOT_THERE)
        .into_vec()
}

/// What is wrong with a size of a Fargate task, as its properties `cpu` and `memory`.
pub(crate) fn size_fault(cpu: Option<u32>, memory: Option<u32>) -> Option<Fault> {
    let sizes = memory_of(cpu?);
    match memory {
        _ if sizes.is_empty() => {
            Some(Fault::new("cpu", "Fargate has 256, 512, 1024, 2048, 4096, 8192 and 16384 units"))
        }
        Some(memory) if !sizes.contains(&memory) => {
            Some(Fault::new("memory", format!("Fargate has {} MiB with this `cpu`", listed(&sizes))))
        }
        _ => None,
    }
}

const NOT_THERE: &str = "Fargate does not have it";

/// The memory in MiB that Fargate has with so many CPU units.
fn memory_of(units: u32) -> Vec<u32> {
    let steps = |from: u32, to: u32, step: u32| (from..=to).step_by(step as usize).map(|size| size * GIB).collect();
    match units {
        256 => vec![512, GIB, 2 * GIB],
        512 => steps(1, 4, 1),
        1024 => steps(2, 8, 1),
        2048 => steps(4, 16, 1),
        4096 => steps(8, 30, 1),
        8192 => steps(16, 60, 4),
        16384 => steps(32, 120, 8),
        _ => Vec::new(),
    }
}

/// `512, 1024 or 2048`, or the ends and the step of many.
fn listed(sizes: &[u32]) -> String {
    match sizes {
        [first, second, .., last] if sizes.len() > 4 => format!("{first} to {last} in steps of {}", second - first),
        [rest @ .., last] => {
            let rest: Vec<_> = rest.iter().map(u32::to_string).collect();
            format!("{} or {last}", rest.join(", "))
        }
        [] => String::new(),
    }
}

fn container_faults(new: &TaskDefinitionInputs, container: &ContainerDefinition) -> Vec<Fault> {
    let both = container.secrets.keys().find(|name| container.environment.contains_key(*name));
    let too_large = |size: Option<u32>| size.zip(new.memory).is_some_and(|(own, task)| own > task);
    let strange = container.mount_points.iter().find(|mount| !new.volumes.contains_key(&mount.source_volume));
    let unknown = container.depends_on.iter().find(|on| !new.container_definitions.contains_key(&on.container_name));
    let endless = container.depends_on.iter().find(|on| {
        let other = new.container_definitions.get(&on.container_name);
        let ends = matches!(on.condition, ContainerCondition::Complete | ContainerCondition::Success);
        ends && other.is_some_and(|other| other.essential)
    });
    let check = container.health_check.as_ref().and_then(|check| check.command.first());
    let odd_check = check.is_some_and(|word| !["CMD", "CMD-SHELL", "NONE"].contains(&word.as_str()));
    let odd_file = container.environment_files.iter().any(|file| !file.as_str().ends_with(".env"));
    let own_network = matches!(new.network_mode, Some(NetworkMode::Awsvpc | NetworkMode::Host));
    let differs = |port: &PortMapping| port.host_port.is_some() && !port.is_usual();
    Faults::of(container)
        .when(both.is_some(), "secrets", format!("`{}` is in `environment`, too", both.cloned().unwrap_or_default()))
        .when(too_large(container.memory), "memory", "is more than the task's `memory`")
        .when(too_large(container.memory_reservation), "memoryReservation", "is more than the task's `memory`")
        .when(
            strange.is_some(),
            "mountPoints",
            format!("`{}` is none of `volumes`", strange.map_or("", |mount| &mount.source_volume)),
        )
        .when(
            unknown.is_some(),
            "dependsOn",
            format!("`{}` is none of `containerDefinitions`", unknown.map_or("", |on| &on.container_name)),
        )
        .when(
            endless.is_some(),
            "dependsOn",
            format!("`{}` is essential: when it ends, so does the task", endless.map_or("", |on| &on.container_name)),
        )
        .when(odd_check, "healthCheck.command", "begins with `CMD` or `CMD-SHELL`")
        .when(odd_file, "environmentFiles", "names of environment files end with `.env`")
        .each("portMappings", &container.port_mappings, |port| {
            let odd = port.name.as_deref().is_some_and(|name| !is_port_name(name));
            Faults::of(port)
                .when(
                    odd,
                    "name",
                    "lower-case letters, digits, hyphens and underscores are allowed, with no hyphen first",
                )
                .one_of(&["containerPort", "containerPortRange"])
                .when(own_network && differs(port), "hostPort", "has to be the container port with this `networkMode`")
                .into_vec()
        })
        .and(if new.is_for_fargate() { fargate_container(new, container) } else { Vec::new() })
        .into_vec()
}

/// Whether Service Connect takes it for the name of a port.
fn is_port_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !name.is_empty() && !name.starts_with('-') && name.chars().all(fits)
}

/// What Fargate wants of a container.
fn fargate_container(new: &TaskDefinitionInputs, container: &ContainerDefinition) -> Vec<Fault> {
    let log = container.log_configuration.as_ref();
    let driver = log.map(|log| log.log_driver);
    let odd_driver =
        driver.is_some_and(|it| !matches!(it, LogDriver::Awslogs | LogDriver::Splunk | LogDriver::Awsfirelens));
    let nameless =
        driver == Some(LogDriver::Awslogs) && log.is_some_and(|log| !log.options.contains_key("awslogs-stream-prefix"));
    let secret_log = log.is_some_and(|log| !log.secret_options.is_empty());
    let pulls = container.image.contains(".dkr.ecr.") || container.repository_credentials.is_some();
    let why = match driver {
        _ if new.execution_role_arn.is_some() => None,
        Some(LogDriver::Awslogs) => Some("logConfiguration"),
        _ if secret_log => Some("logConfiguration"),
        _ if pulls => Some("image"),
        _ if !container.secrets.is_empty() => Some("secrets"),
        _ => None,
    };
    let linux = &container.linux_parameters;
    let ptrace = linux.capabilities.add.iter().all(|capability| capability == "SYS_PTRACE");
    Faults::of(container)
        .when(why.is_some(), why.unwrap_or("image"), "needs the task's `executionRoleArn` on Fargate")
        .when(odd_driver, "logConfiguration.logDriver", "Fargate has `awslogs`, `splunk` and `awsfirelens`")
        .when(nameless, "logConfiguration.options", "missing: Fargate needs `awslogs-stream-prefix`")
        .when(container.stop_timeout.is_some_and(|seconds| seconds > 120), "stopTimeout", "Fargate has 120 at most")
        .when(container.privileged, "privileged", NOT_THERE)
        .when(!container.links.is_empty(), "links", NOT_THERE)
        .when(!container.extra_hosts.is_empty(), "extraHosts", NOT_THERE)
        .when(container.hostname.is_some(), "hostname", NOT_THERE)
        .when(!linux.devices.is_empty(), "linuxParameters.devices", NOT_THERE)
        .when(linux.shared_memory_size.is_some(), "linuxParameters.sharedMemorySize", NOT_THERE)
        .when(linux.max_swap.is_some(), "linuxParameters.maxSwap", NOT_THERE)
        .when(linux.swappiness.is_some(), "linuxParameters.swappiness", NOT_THERE)
        .when(!ptrace, "linuxParameters.capabilities.add", "Fargate has `SYS_PTRACE` only")
        .into_vec()
}
