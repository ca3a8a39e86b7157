//! What a task is: its containers, and where their output goes.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Error, Output, Scope};

use super::Place;
use super::inputs::FargateServiceInputs;
use super::roles::Roles;
use super::rules::OWN;
use crate::ecs::task_definition::{
    Compatibility, ContainerDefinition, HealthCheck, LinuxParameters, LogConfiguration, LogDriver, MountPoint,
    NetworkMode, PortMapping, RuntimePlatform, TaskDefinition, TaskDefinitionArgs, TaskDefinitionOutputs,
    TransportProtocol, Volume,
};
use crate::logs::log_group::LogGroupOutputs;
use crate::types::{EcsName, RoleArn};

type Variables = BTreeMap<String, Output<String>>;

/// The task definition.
pub fn definition(
    here: &mut Scope,
    inputs: &FargateServiceInputs,
    place: &Place,
    roles: &Roles,
    logs: &LogGroupOutputs,
) -> TaskDefinitionOutputs {
    let settings = &inputs.settings;
    let role = |arn: &Output<String>| arn.try_map(|arn| RoleArn::parse(&arn).map_err(Error::new));
    let platform = RuntimePlatform { cpu_architecture: settings.cpu_architecture, ..RuntimePlatform::default() };
    let volumes: BTreeMap<_, _> =
        settings.writable_paths.iter().map(|path| (volume(path), Volume::default())).collect();
    let args = TaskDefinitionArgs {
        family: family(here.name()).into(),
        container_definitions: containers(here.name(), inputs, place, logs).into(),
        cpu: settings.cpu.into(),
        memory: inputs.memory().into(),
        network_mode: NetworkMode::Awsvpc.into(),
        requires_compatibilities: BTreeSet::from([Compatibility::Fargate]).into(),
        execution_role_arn: role(&roles.execution.arn).into(),
        task_role_arn: role(&roles.task.arn).into(),
        runtime_platform: platform.into(),
        volumes: volumes.into(),
        ..Default::default()
    };
    here.add::<TaskDefinition>("task", args)
}

/// The service's name, in characters that ECS takes.
fn family(name: &str) -> EcsName {
    let fits = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    name.chars().map(fits).take(255).collect::<String>().into()
}

/// The name of the volume that is at a path.
fn volume(path: &str) -> String {
    path.chars().skip(1).map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// All containers by name.
fn containers(
    name: &str,
    inputs: &FargateServiceInputs,
    place: &Place,
    logs: &LogGroupOutputs,
) -> Output<BTreeMap<String, ContainerDefinition>> {
    let settings = &inputs.settings;
    let log = log(name, place, logs);
    let own = filled(own(inputs), &settings.image, &settings.environment, &settings.secrets, &log);
    let beside = settings.sidecars.iter().map(|(name, sidecar)| {
        let like = ContainerDefinition {
            command: sidecar.command.clone(),
            essential: sidecar.essential,
            stop_timeout: Some(settings.stop_timeout),
            readonly_root_filesystem: inputs.readonly(),
            ..Default::default()
        };
        (name.clone(), filled(like, &sidecar.image, &sidecar.environment, &sidecar.secrets, &log))
    });
    Output::all_by_key([(OWN.to_owned(), own)].into_iter().chain(beside))
}

/// What is known of the service's own container.
fn own(inputs: &FargateServiceInputs) -> ContainerDefinition {
    let settings = &inputs.settings;
    let port = PortMapping {
        container_port: Some(settings.port),
        container_port_range: None,
        host_port: None,
        protocol: TransportProtocol::Tcp,
        name: None,
        app_protocol: None,
    };
    let mount =
        |path: &String| MountPoint { source_volume: volume(path), container_path: path.clone(), read_only: false };
    let check = HealthCheck {
        command: settings.health_check.command.clone(),
        interval: 30,
        timeout: 5,
        retries: 3,
        start_period: Some(settings.health_check.grace_period.min(300)),
    };
    ContainerDefinition {
        port_mappings: BTreeSet::from([port]),
        essential: true,
        command: settings.command.clone(),
        mount_points: settings.writable_paths.iter().map(mount).collect(),
        // Whoever looks in by ECS Exec leaves processes behind.
        linux_parameters: LinuxParameters {
            init_process_enabled: settings.enable_execute_command,
            ..Default::default()
        },
        stop_timeout: Some(settings.stop_timeout),
        user: settings.user.clone(),
        readonly_root_filesystem: inputs.readonly(),
        health_check: (!check.command.is_empty()).then_some(check),
        ..Default::default()
    }
}

/// A container with what is known of it only later.
fn filled(
    like: ContainerDefinition,
    image: &Output<String>,
    environment: &Variables,
    secrets: &Variables,
    log: &Output<LogConfiguration>,
) -> Output<ContainerDefinition> {
    let [environment, secrets] = [environment, secrets].map(|all| Output::all_by_key(all.clone()));
    let later = image.zip(&environment).zip(&secrets).zip(log);
    later.map(move |(((image, environment), secrets), log)| ContainerDefinition {
        image,
        environment,
        secrets,
        log_configuration: Some(log),
        ..like
    })
}

/// Where the output of containers goes.
fn log(name: &str, place: &Place, logs: &LogGroupOutputs) -> Output<LogConfiguration> {
    let (region, prefix) = (place.region.clone(), name.to_owned());
    logs.id.map(|group| {
        let options = [("awslogs-group", group), ("awslogs-region", region), ("awslogs-stream-prefix", prefix)];
        LogConfiguration {
            log_driver: LogDriver::Awslogs,
            options: options.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            secret_options: BTreeMap::new(),
        }
    })
}
