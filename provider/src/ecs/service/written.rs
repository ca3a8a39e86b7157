//! The inputs of a service as AWS takes and returns them.

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::operation::create_service::builders::CreateServiceFluentBuilder;
use aws_sdk_ecs::operation::update_service::builders::UpdateServiceFluentBuilder;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Order, Result};

use super::connect::ServiceConnectConfiguration;
use super::deployment::DeploymentConfiguration;
use super::inputs::{
    AvailabilityZoneRebalancing, LaunchType, PlacementConstraint, PlacementStrategy, PlacementStrategyType,
    SchedulingStrategy, ServiceInputs,
};
use super::network::{LoadBalancer, NetworkConfiguration, ServiceRegistry, VpcLatticeConfiguration};
use super::steady::primary;
use super::volume::ServiceVolumeConfiguration;
use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::{Tags, word, word_or};
use crate::ecs::strategy;
use crate::types::RoleArn;

impl ServiceInputs {
    fn is_daemon(&self) -> bool {
        self.scheduling_strategy == SchedulingStrategy::Daemon
    }

    /// The maximum and the minimum percent where the program says none.
    fn usual_percents(&self) -> (u32, u32) {
        usual_percents(self.scheduling_strategy)
    }

    /// The rebalancing where the program says none.
    fn usual_rebalancing(&self) -> AvailabilityZoneRebalancing {
        match self.fixed() {
            Some(_) => AvailabilityZoneRebalancing::Disabled,
            None => AvailabilityZoneRebalancing::Enabled,
        }
    }

    /// Why its tasks can't be moved from zone to zone.
    pub(super) fn fixed(&self) -> Option<&'static str> {
        const ZONE: &str = "attribute:ecs.availability-zone";
        let spread =
            |it: &PlacementStrategy| it.r#type == PlacementStrategyType::Spread && it.field.as_deref() == Some(ZONE);
        let bound = |it: &PlacementConstraint| it.expression.as_ref().is_some_and(|of| of.contains(ZONE));
        let maximum = self.deployment_configuration.maximum_percent.unwrap_or(self.usual_percents().0);
        if self.is_daemon() || maximum <= 100 {
            Some("needs `schedulingStrategy: REPLICA` and a `maximumPercent` of more than 100")
        } else if self.launch_type == Some(LaunchType::External) {
            Some("not with `launchType: EXTERNAL`")
        } else if self.load_balancers.iter().any(|it| it.load_balancer_name.is_some()) {
            Some("not behind a Classic Load Balancer")
        } else if self.placement_constraints.iter().any(bound) {
            Some("not with placement constraints by Availability Zone")
        } else if self.placement_strategy.first().is_some_and(|first| !spread(first)) {
            Some(
                "needs a `placementStrategy` that begins with `spread` over `attribute:ecs.availability-zone`, or none",
            )
        } else {
            None
        }
    }

    fn rebalancing(&self) -> aws::AvailabilityZoneRebalancing {
        self.availability_zone_rebalancing.unwrap_or(self.usual_rebalancing()).as_str().into()
    }

    fn deployment(&self) -> Result<aws::DeploymentConfiguration, BuildError> {
        self.deployment_configuration.write(self.usual_percents())
    }

    fn network(&self) -> Result<Option<aws::NetworkConfiguration>, BuildError> {
        self.network_configuration.as_ref().map(NetworkConfiguration::write).transpose()
    }

    fn balancers(&self) -> Vec<aws::LoadBalancer> {
        self.load_balancers.iter().map(LoadBalancer::write).collect()
    }

    fn registries(&self) -> Vec<aws::ServiceRegistry> {
        self.service_registries.iter().map(ServiceRegistry::write).collect()
    }

    fn constraints(&self) -> Vec<aws::PlacementConstraint> {
        self.placement_constraints.iter().map(PlacementConstraint::write).collect()
    }

    fn placement(&self) -> Vec<aws::PlacementStrategy> {
        self.placement_strategy.iter().map(PlacementStrategy::write).collect()
    }

    fn volumes(&self) -> Result<Vec<aws::ServiceVolumeConfiguration>, BuildError> {
        self.volume_configurations.iter().map(ServiceVolumeConfiguration::write).collect()
    }

    fn lattice(&self) -> Result<Vec<aws::VpcLatticeConfiguration>, BuildError> {
        self.vpc_lattice_configurations.iter().map(VpcLatticeConfiguration::write).collect()
    }

    fn connect(&self) -> Result<Option<aws::ServiceConnectConfiguration>, BuildError> {
        self.service_connect_configuration.as_ref().map(ServiceConnectConfiguration::write).transpose()
    }

    fn items(&self) -> Result<Option<Vec<aws::CapacityProviderStrategyItem>>, BuildError> {
        self.capacity_provider_strategy.as_deref().map(strategy::write).transpose()
    }

    /// All of them, for a new service.
    pub(super) fn create(&self, create: CreateServiceFluentBuilder) -> Result<CreateServiceFluentBuilder, BuildError> {
        let desired = (!self.is_daemon()).then(|| signed(self.desired_count.unwrap_or(1)));
        let create = create
            .cluster(self.cluster.as_str())
            .service_name(self.name.as_str())
            .task_definition(&self.task_definition)
            .set_desired_count(desired)
            .set_launch_type(self.launch_type.map(|it| it.as_str().into()))
            .set_capacity_provider_strategy(self.items()?)
            .set_platform_version(self.platform_version.clone())
            .set_network_configuration(self.network()?)
            .set_load_balancers(some(self.balancers()))
            .set_service_registries(some(self.registries()));
        let grace = Some(self.health_check_grace_period_seconds).filter(|seconds| *seconds > 0);
        let create = create
            .set_health_check_grace_period_seconds(grace.map(signed))
            .scheduling_strategy(self.scheduling_strategy.as_str().into())
            .deployment_configuration(self.deployment()?)
            .availability_zone_rebalancing(self.rebalancing())
            .set_placement_constraints(some(self.constraints()))
            .set_placement_strategy(some(self.placement()))
            .enable_ecs_managed_tags(self.enable_ecs_managed_tags)
            .enable_execute_command(self.enable_execute_command)
            .set_propagate_tags(self.propagate_tags.map(|it| it.as_str().into()))
            .set_service_connect_configuration(self.connect()?)
            .set_volume_configurations(some(self.volumes()?))
            .set_vpc_lattice_configurations(some(self.lattice()?));
        Ok(create.set_role(self.role.as_ref().map(RoleArn::to_string)))
    }

    /// Whether its load balancers change, and traffic between two target groups is moved by its deployments.
    pub(super) fn may_turn(&self, old: &ServiceInputs) -> bool {
        let moves = |it: &LoadBalancer| it.advanced_configuration.is_some();
        self.load_balancers != old.load_balancers && self.load_balancers.iter().any(moves)
    }

    /// The same with pairs of target groups in the order in which they stand.
    pub(super) fn as_standing(&self, standing: &aws::Service) -> ServiceInputs {
        let standing: Vec<_> = standing.load_balancers().iter().cloned().map(LoadBalancer::read).collect();
        let load_balancers = self.load_balancers.iter().map(|it| it.as_standing(&standing)).collect();
        ServiceInputs { load_balancers, ..self.clone() }
    }

    /// What differs, for a service that stands: AWS keeps what is left out, so that what is dropped is sent as nothing. Most of it starts a
    /// deployment, so that nothing is sent that stays the same.
    pub(super) fn change(
        &self,
        old: &ServiceInputs,
        update: UpdateServiceFluentBuilder,
    ) -> Result<UpdateServiceFluentBuilder, BuildError> {
        let kept = self.keep_task_definition.value() && family(&self.task_definition) == family(&old.task_definition);
        let differs = self.task_definition != old.task_definition && !kept;
        let platform = self.platform_version.as_deref().unwrap_or("LATEST");
        let network = self.network_configuration != old.network_configuration;
        let update = update
            .set_task_definition(differs.then(|| self.task_definition.clone()))
            .set_desired_count(
                (self.desired_count != old.desired_count).then(|| self.desired_count.map(signed)).flatten(),
            )
            .set_platform_version((self.platform_version != old.platform_version).then(|| platform.to_owned()))
            .set_network_configuration(if network { self.network()? } else { None })
            .set_load_balancers((self.load_balancers != old.load_balancers).then(|| self.balancers()))
            .set_service_registries((self.service_registries != old.service_registries).then(|| self.registries()));
        let grace = self.health_check_grace_period_seconds;
        let update = update
            .set_health_check_grace_period_seconds(
                (grace != old.health_check_grace_period_seconds).then_some(signed(grace)),
            )
            .set_deployment_configuration(
                (self.deployment_configuration != old.deployment_configuration)
                    .then(|| self.deployment())
                    .transpose()?,
            )
            .set_availability_zone_rebalancing((self.rebalancing() != old.rebalancing()).then(|| self.rebalancing()))
            .set_placement_constraints(
                (self.placement_constraints != old.placement_constraints).then(|| self.constraints()),
            )
            .set_placement_strategy((self.placement_strategy != old.placement_strategy).then(|| self.placement()))
            .set_enable_ecs_managed_tags(
                (self.enable_ecs_managed_tags != old.enable_ecs_managed_tags).then_some(self.enable_ecs_managed_tags),
            );
        let off = aws::ServiceConnectConfiguration::builder().enabled(false).build();
        let connect = self.service_connect_configuration != old.service_connect_configuration;
        let update = update
            .set_service_connect_configuration(if connect { Some(self.connect()?.unwrap_or(off)) } else { None })
            .set_volume_configurations(
                (self.volume_configurations != old.volume_configurations).then(|| self.volumes()).transpose()?,
            )
            .set_vpc_lattice_configurations(
                (self.vpc_lattice_configurations != old.vpc_lattice_configurations)
                    .then(|| self.lattice())
                    .transpose()?,
            );
        self.force(old, update)
    }

    /// What reaches only new tasks goes along with an own deployment.
    fn force(
        &self,
        old: &ServiceInputs,
        update: UpdateServiceFluentBuilder,
    ) -> Result<UpdateServiceFluentBuilder, BuildError> {
        // A service has no launch type while it has a strategy: its own one, or the cluster's.
        let launched = self.launch_type.is_some() && old.launch_type.is_none();
        let differs = self.capacity_provider_strategy != old.capacity_provider_strategy || launched;
        // An empty one goes back to the launch type.
        let wanted = self.capacity_provider_strategy.as_deref().unwrap_or_default();
        let strategy = differs.then(|| strategy::write(wanted)).transpose()?;
        let exec = self.enable_execute_command != old.enable_execute_command;
        let tags = self.propagate_tags != old.propagate_tags;
        let propagated = self.propagate_tags.map_or(aws::PropagateTags::None, |it| it.as_str().into());
        let forced = self.force_new_deployment.is_some() && self.force_new_deployment != old.force_new_deployment;
        let new_tasks = strategy.is_some() || exec || tags || forced;
        Ok(update
            .set_capacity_provider_strategy(strategy)
            .set_enable_execute_command(exec.then_some(self.enable_execute_command))
            .set_propagate_tags(tags.then_some(propagated))
            .set_force_new_deployment(new_tasks.then_some(true)))
    }

    /// As AWS returns them. What is as AWS has it by itself is left out.
    pub(super) fn read(seen: &aws::Service, cluster: &str) -> Result<ServiceInputs> {
        let seen = seen.clone();
        let deployed = primary(&seen).cloned();
        let connect = deployed.as_ref().and_then(|it| it.service_connect_configuration.clone());
        let volumes = deployed.as_ref().and_then(|it| it.volume_configurations.clone()).unwrap_or_default();
        let lattice = deployed.and_then(|it| it.vpc_lattice_configurations).unwrap_or_default();
        let scheduling = word_or(seen.scheduling_strategy, SchedulingStrategy::Replica)?;
        let usual = usual_percents(scheduling);
        let network = seen.network_configuration.map(NetworkConfiguration::read).transpose()?;
        let propagated = seen.propagate_tags.filter(|it| *it != aws::PropagateTags::None);
        let mut inputs = ServiceInputs {
            name: seen.service_name.unwrap_or_default().into(),
            cluster: cluster.into(),
            task_definition: seen.task_definition.unwrap_or_default(),
            keep_task_definition: Order::unknown(),
            desired_count: (scheduling != SchedulingStrategy::Daemon).then_some(count(seen.desired_count)),
            keep_desired_count: Order::unknown(),
            launch_type: seen.launch_type.map(word).transpose()?,
            capacity_provider_strategy: seen
                .capacity_provider_strategy
                .filter(|it| !it.is_empty())
                .map(|it| strategy::read(Some(it))),
            platform_version: filled(seen.platform_version).filter(|version| version != "LATEST"),
            network_configuration: network.flatten(),
            load_balancers: seen.load_balancers.unwrap_or_default().into_iter().map(LoadBalancer::read).collect(),
            service_registries: seen
                .service_registries
                .unwrap_or_default()
                .into_iter()
                .map(ServiceRegistry::read)
                .collect(),
            health_check_grace_period_seconds: seen.health_check_grace_period_seconds.map(count).unwrap_or_default(),
            scheduling_strategy: scheduling,
            deployment_configuration: DeploymentConfiguration::read(seen.deployment_configuration, usual)?,
            availability_zone_rebalancing: seen.availability_zone_rebalancing.map(word).transpose()?,
            placement_constraints: seen
                .placement_constraints
                .unwrap_or_default()
                .into_iter()
                .map(PlacementConstraint::read)
                .collect::<Result<_>>()?,
            placement_strategy: seen
                .placement_strategy
                .unwrap_or_default()
                .into_iter()
                .map(PlacementStrategy::read)
                .collect::<Result<_>>()?,
            enable_ecs_managed_tags: seen.enable_ecs_managed_tags,
            enable_execute_command: seen.enable_execute_command,
            propagate_tags: propagated.map(word).transpose()?,
            service_connect_configuration: connect.map(ServiceConnectConfiguration::read).transpose()?.flatten(),
            volume_configurations: volumes.into_iter().map(ServiceVolumeConfiguration::read).collect::<Result<_>>()?,
            vpc_lattice_configurations: lattice.into_iter().map(VpcLatticeConfiguration::read).collect(),
            role: filled(seen.role_arn).map(word).transpose()?,
            force_new_deployment: None,
            wait_for_steady_state: Order::unknown(),
            tags: Tags::new(),
        };
        let usual = inputs.usual_rebalancing();
        inputs.availability_zone_rebalancing = inputs.availability_zone_rebalancing.filter(|it| *it != usual);
        Ok(inputs)
    }

    /// In the program's words: what means the same, what a deployment has swapped, and what the program leaves to others.
    pub(super) fn respell(&mut self, given: &ServiceInputs) {
        let same = family(&self.task_definition) == family(&given.task_definition);
        let short = self.task_definition.rsplit('/').next() == Some(given.task_definition.as_str());
        let newest = !given.task_definition.contains(':');
        if short || same && (newest || given.keep_task_definition.value()) {
            self.task_definition.clone_from(&given.task_definition);
        }
        // The cluster's default strategy, which the program leaves to the cluster.
        if given.capacity_provider_strategy.is_none() && given.launch_type.is_none() {
            self.capacity_provider_strategy = None;
        }
        if given.keep_desired_count.value() && given.desired_count.is_some() {
            self.desired_count = given.desired_count;
        }
        if self.platform_version.is_none() && given.platform_version.as_deref() == Some("LATEST") {
            self.platform_version.clone_from(&given.platform_version);
        }
        let usual = self.usual_percents();
        self.deployment_configuration.respell(&given.deployment_configuration, usual);
        let usual = self.usual_rebalancing();
        let rebalancing = given.availability_zone_rebalancing.filter(|it| *it == usual);
        self.availability_zone_rebalancing = self.availability_zone_rebalancing.or(rebalancing);
        for balancer in &given.load_balancers {
            if balancer.swapped().is_some_and(|swapped| self.load_balancers.remove(&swapped)) {
                self.load_balancers.insert(balancer.clone());
            }
        }
        self.respell_namespace(given);
    }

    /// AWS may tell the ARN of a namespace that was given by its name, and the cluster's where none was given.
    fn respell_namespace(&mut self, given: &ServiceInputs) {
        let Some(given) = &given.service_connect_configuration else { return };
        let Some(seen) = &mut self.service_connect_configuration else {
            // What is given as not used is as good as left out.
            if !given.enabled {
                self.service_connect_configuration = Some(given.clone());
            }
            return;
        };
        if given.namespace.as_ref().is_none_or(|name| !name.starts_with("arn:")) {
            seen.namespace.clone_from(&given.namespace);
        }
    }
}

fn usual_percents(scheduling: SchedulingStrategy) -> (u32, u32) {
    if scheduling == SchedulingStrategy::Daemon { (100, 0) } else { (200, 100) }
}

/// The family of a task definition, by ARN, `family:revision` or its own name.
pub(super) fn family(definition: &str) -> &str {
    let name = definition.rsplit('/').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default()
}

impl PlacementConstraint {
    fn write(&self) -> aws::PlacementConstraint {
        let written = aws::PlacementConstraint::builder().r#type(self.r#type.as_str().into());
        written.set_expression(self.expression.clone()).build()
    }

    fn read(seen: aws::PlacementConstraint) -> Result<PlacementConstraint> {
        let kind = seen.r#type.as_ref().map_or("", |it| it.as_str());
        Ok(PlacementConstraint { r#type: word(kind)?, expression: filled(seen.expression) })
    }
}

impl PlacementStrategy {
    fn write(&self) -> aws::PlacementStrategy {
        let written = aws::PlacementStrategy::builder().r#type(self.r#type.as_str().into());
        written.set_field(self.field.clone()).build()
    }

    fn read(seen: aws::PlacementStrategy) -> Result<PlacementStrategy> {
        let kind = seen.r#type.as_ref().map_or("", |it| it.as_str());
        Ok(PlacementStrategy { r#type: word(kind)?, field: filled(seen.field) })
    }
}
