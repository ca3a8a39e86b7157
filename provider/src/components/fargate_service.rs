//! A service on Fargate: its tasks, what they may do, what reaches them, and how many there are.

mod behind;
mod inputs;
mod priority;
mod roles;
mod rules;
mod scaling;
mod task;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Error, Fault, Knobs, Order, Output, Outputs, Result, Scope};

use self::behind::Behind;
pub use self::inputs::{
    FargateServiceArgs, FargateServiceInputs, FargateServiceSettings, FargateServiceSettingsArgs, RequiredHeader,
    ServiceHealthCheck, ServiceListener, ServiceScaling, Sidecar, SpotShare,
};
use crate::aws::Aws;
use crate::components::Report;
use crate::components::security_group::Group;
use crate::ec2::security_group::SecurityGroupOutputs;
use crate::ecs::service::{
    AssignPublicIp, AwsvpcConfiguration, DeploymentCircuitBreaker, DeploymentConfiguration, LoadBalancer,
    NetworkConfiguration, PropagateTags, Service, ServiceArgs, ServiceOutputs,
};
use crate::ecs::strategy::CapacityProviderStrategyItem;
use crate::ecs::task_definition::TaskDefinitionOutputs;
use crate::logs::log_group::{LogGroup, LogGroupArgs};
use crate::types::{ClusterName, GroupDescription};

/// A service of ECS on Fargate, most of it on Fargate Spot: a load balancer reaches it and nobody else does, its tasks may do what is said here and
/// no more, and there are as many of them as there is to do.
#[derive(Clone, Outputs)]
pub struct FargateService {
    /// The service's ARN.
    #[prop(early)]
    pub service_arn: Output<String>,
    /// The service's name.
    #[prop(early)]
    pub service_name: Output<String>,
    /// The ARN of the task definition's revision.
    pub task_definition_arn: Output<String>,
    /// The target group's ARN; empty where there is no listener.
    pub target_group_arn: Output<String>,
    /// The end of the target group's ARN, by which CloudWatch's metrics know it: `targetgroup/web/73e2d6bc24d8a067`; empty where there is no listener.
    #[prop(early)]
    pub target_group_arn_suffix: Output<String>,
    /// The id of the tasks' security group.
    pub security_group_id: Output<String>,
    /// The ARN of the task role.
    pub task_role_arn: Output<String>,
    /// The name of the task role.
    pub task_role_name: Output<String>,
    /// The name of the log group of the containers' output.
    pub log_group_name: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

/// Where the service is.
#[derive(Debug, Clone)]
pub struct Place {
    region: String,
    partition: &'static str,
}

impl Component for FargateService {
    const TOKEN: &'static str = "gitinfra:index:FargateService";
    type Session = Aws;
    type Inputs = FargateServiceInputs;
    type Facts = Place;

    fn check(inputs: &FargateServiceInputs) -> Vec<Fault> {
        rules::faults(inputs)
    }

    fn knobs(inputs: &FargateServiceInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, _: &FargateServiceInputs) -> Result<Place> {
        Ok(Place { region: aws.region().to_owned(), partition: aws.partition() })
    }

    fn build(here: &mut Scope, inputs: FargateServiceInputs, place: Place) -> Result<Self> {
        let group = group(here, &inputs);
        let retention = inputs.settings.log_retention_days;
        let logs =
            here.add::<LogGroup>("logs", LogGroupArgs { retention_in_days: retention.into(), ..Default::default() });
        let roles = roles::tell(here, &inputs, &place, &logs);
        let task = task::definition(here, &inputs, &place, &roles, &logs);
        let behind = inputs.listener.as_ref().map(|listener| behind::tell(here, &inputs, listener, &group));
        let ready = roles.policies.iter().chain(behind.iter().flat_map(|behind| &behind.ready));
        let service = service(here, &inputs, &task, &group, behind.as_ref(), ready);
        scaling::tell(here, &inputs, &service, behind.as_ref());
        let of_group = |output: fn(&Behind) -> &Output<String>| {
            behind.as_ref().map_or_else(|| Output::known(String::new()), |behind| output(behind).clone())
        };
        Ok(FargateService {
            service_arn: service.arn,
            service_name: service.id.map(|id| id.rsplit('/').next().unwrap_or_default().to_owned()),
            task_definition_arn: task.arn,
            target_group_arn: of_group(|behind| &behind.group.arn),
            target_group_arn_suffix: of_group(|behind| &behind.group.arn_suffix),
            security_group_id: group.id,
            task_role_arn: roles.task.arn,
            task_role_name: roles.task.id,
            log_group_name: logs.id,
            report: report(here, &inputs),
        })
    }
}

/// The security group of the tasks. Whoever reaches them has a rule of its own.
fn group(here: &mut Scope, inputs: &FargateServiceInputs) -> SecurityGroupOutputs {
    let group = Group {
        key: "sg",
        vpc_id: inputs.vpc_id.clone(),
        described: false,
        description: GroupDescription::about(&format!("{}, tasks", here.name())),
        allow_from: BTreeMap::new(),
        allow_to: inputs.settings.allow_to.clone(),
    };
    group.tell(here)
}

/// The service, once all is ready that its tasks need; it is gone before that is.
fn service<'a>(
    here: &mut Scope,
    inputs: &FargateServiceInputs,
    task: &TaskDefinitionOutputs,
    group: &SecurityGroupOutputs,
    behind: Option<&Behind>,
    ready: impl Iterator<Item = &'a Output<String>>,
) -> ServiceOutputs {
    let settings = &inputs.settings;
    let cluster = inputs.cluster_name.try_map(|cluster| ClusterName::parse(&cluster).map_err(Error::new));
    let args = ServiceArgs {
        cluster: cluster.into(),
        task_definition: (&task.arn).into(),
        keep_task_definition: Order::from(settings.keep_task_definition).into(),
        // Without one, another minimum never takes tasks away from a service that is busy.
        desired_count: settings.desired_count.into(),
        keep_desired_count: Order::from(true).into(),
        capacity_provider_strategy: strategy(inputs).into(),
        network_configuration: network(inputs, group).into(),
        load_balancers: behind.map(|behind| balanced(behind, settings.port)).into(),
        health_check_grace_period_seconds: behind.map(|_| settings.health_check.grace_period).into(),
        deployment_configuration: deployment(settings.circuit_breaker).into(),
        enable_ecs_managed_tags: true.into(),
        enable_execute_command: settings.enable_execute_command.into(),
        propagate_tags: PropagateTags::Service.into(),
        force_new_deployment: settings.redeployment.clone().into(),
        wait_for_steady_state: Order::from(settings.wait_for_steady_state).into(),
        ..Default::default()
    };
    // Tasks behind another load balancer are other tasks, beside the old ones: those serve until all else is rolled out.
    let place = here.child("service");
    let place = behind.into_iter().fold(place, |place, behind| place.replaced_with(&behind.group));
    ready.fold(place, |place, it| place.after(it)).add::<Service>(args)
}

/// So many tasks on Fargate proper, and the others mostly on Spot.
fn strategy(inputs: &FargateServiceInputs) -> Vec<CapacityProviderStrategyItem> {
    let spot = &inputs.settings.spot;
    let item = |provider: &str, base, weight| CapacityProviderStrategyItem {
        capacity_provider: provider.to_owned(),
        base,
        weight,
    };
    let both = [item("FARGATE", spot.base, 1), item("FARGATE_SPOT", 0, spot.weight)];
    both.into_iter().filter(|item| item.weight > 0).collect()
}

fn network(inputs: &FargateServiceInputs, own: &SecurityGroupOutputs) -> Output<NetworkConfiguration> {
    let more = inputs.security_group_ids.clone().unwrap_or_else(|| Output::known(Vec::new()));
    let public = inputs.settings.assign_public_ip;
    inputs.subnet_ids.zip(&own.id).zip(&more).map(move |((subnets, own), more)| NetworkConfiguration {
        awsvpc_configuration: AwsvpcConfiguration {
            subnets: subnets.into_iter().collect(),
            security_groups: more.into_iter().chain([own]).collect(),
            assign_public_ip: if public { AssignPublicIp::Enabled } else { AssignPublicIp::Disabled },
        },
    })
}

fn balanced(behind: &Behind, port: u16) -> Output<BTreeSet<LoadBalancer>> {
    behind.group.arn.map(move |arn| {
        BTreeSet::from([LoadBalancer {
            target_group_arn: Some(arn),
            load_balancer_name: None,
            container_name: rules::OWN.to_owned(),
            container_port: port,
            advanced_configuration: None,
        }])
    })
}

fn deployment(breaks: bool) -> DeploymentConfiguration {
    DeploymentConfiguration {
        deployment_circuit_breaker: DeploymentCircuitBreaker { enable: breaks, rollback: breaks, ..Default::default() },
        ..Default::default()
    }
}

/// The variables by which AWS's tools take keys: whoever sets them shows them to everybody.
const KEYS: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA"];

fn report(here: &Scope, inputs: &FargateServiceInputs) -> Report {
    let settings = &inputs.settings;
    let beside = settings.sidecars.values().map(|sidecar| &sidecar.environment);
    let keys = beside.chain([&settings.environment]).any(|all| KEYS.iter().any(|key| all.contains_key(*key)));
    let private = !settings.assign_public_ip;
    Report::of(here)
        .meets("ECS.1")
        .meets_if(private, "ECS.2", "assignPublicIp is on")
        .meets("ECS.3")
        .meets("ECS.4")
        .meets_if(inputs.readonly(), "ECS.5", "readonlyRootFilesystem is off")
        .meets_if(!keys, "ECS.8", "environment has keys of AWS's")
        .meets("ECS.9")
        .meets("ECS.10")
        .meets_if(private, "ECS.16", "assignPublicIp is on")
}
