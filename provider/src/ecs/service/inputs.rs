//! The inputs of a service.

use std::collections::BTreeSet;

use pulumi_plugin::{Order, Property};

use super::connect::ServiceConnectConfiguration;
use super::deployment::DeploymentConfiguration;
use super::network::{LoadBalancer, NetworkConfiguration, ServiceRegistry, VpcLatticeConfiguration};
use super::volume::ServiceVolumeConfiguration;
use crate::aws::Tags;
use crate::ecs::strategy::CapacityProviderStrategyItem;
use crate::types::{ClusterName, EcsName, RoleArn};

/// The inputs of an ECS service.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceInputs {
    /// The service's name: 1 to 255 letters, digits, hyphens and underscores, unique in the cluster. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 255)]
    pub name: EcsName,
    /// The cluster: its name or ARN.
    #[prop(replace, unique)]
    pub cluster: ClusterName,
    /// The task definition: its ARN, `family:revision`, or the family, which stands for its newest revision when that is rolled out.
    #[prop(min = 1)]
    pub task_definition: String,
    /// Whether the service keeps the revision of the family that somebody else has rolled out, such as the app's own pipeline. Then
    /// `taskDefinition` matters only at creation, or when it is of another family. Default: false.
    #[prop(default)]
    pub keep_task_definition: Order<bool>,
    /// The desired count of tasks. Left out, one is started, and how many there are later is not managed here. Not with `DAEMON`.
    #[prop(given)]
    pub desired_count: Option<u32>,
    /// Whether the service keeps the desired count that somebody else has set, such as Application Auto Scaling. Then `desiredCount` matters only
    /// at creation, and when the program changes it. Default: false.
    #[prop(default)]
    pub keep_desired_count: Order<bool>,
    /// The launch type. Not together with `capacityProviderStrategy`. Default: the cluster's default strategy, or `EC2` if it has none.
    #[prop(computed)]
    pub launch_type: Option<LaunchType>,
    /// The capacity provider strategy. An own deployment brings the tasks to a new one. Left out of a new service, it is the cluster's default strategy,
    /// unless there is a `launchType`, and is not managed here; taken out of one that has it, the service goes back to its launch type.
    #[prop(max = 20)]
    pub capacity_provider_strategy: Option<Vec<CapacityProviderStrategyItem>>,
    /// The platform version of Fargate. Default: `LATEST`.
    pub platform_version: Option<String>,
    /// The network configuration. Needed by task definitions with network mode `awsvpc`, and only by those.
    pub network_configuration: Option<NetworkConfiguration>,
    /// The load balancers whose target groups the tasks are in. Give the service the option `dependsOn` with the listener or rule that
    /// forwards to the group: AWS refuses a group that no load balancer knows.
    #[prop(default)]
    pub load_balancers: BTreeSet<LoadBalancer>,
    /// The service registries, of Cloud Map.
    #[prop(default)]
    pub service_registries: BTreeSet<ServiceRegistry>,
    /// The health check grace period in seconds, in which a new task is not stopped whatever health checks of its load balancer and its containers say.
    /// Default: 0.
    #[prop(default)]
    pub health_check_grace_period_seconds: u32,
    /// The scheduling strategy.
    #[prop(replace, default = SchedulingStrategy::Replica)]
    pub scheduling_strategy: SchedulingStrategy,
    /// The deployment configuration: how new tasks take the place of old ones.
    #[prop(default)]
    pub deployment_configuration: DeploymentConfiguration,
    /// The availability zone rebalancing. Default: `ENABLED`, unless the service can't have it: as `DAEMON` or `EXTERNAL`, with a `maximumPercent` of 100
    /// or less, behind a Classic Load Balancer, with placement constraints by zone, or with a placement strategy that does not begin with `spread` over zones.
    pub availability_zone_rebalancing: Option<AvailabilityZoneRebalancing>,
    /// The placement constraints, at most 10. Not on Fargate.
    #[prop(default, max = 10)]
    pub placement_constraints: BTreeSet<PlacementConstraint>,
    /// The placement strategy, at most 5 items, the first of which counts most. Not on Fargate.
    #[prop(default, max = 5)]
    pub placement_strategy: Vec<PlacementStrategy>,
    /// Whether tasks get tags with the names of cluster and service. Default: false.
    #[prop(default)]
    pub enable_ecs_managed_tags: bool,
    /// Whether ECS Exec can run commands in the containers. Needs a task role that may use `ssmmessages`. Default: false.
    #[prop(default)]
    pub enable_execute_command: bool,
    /// The tag propagation: whose tags new tasks get. Default: nobody's.
    pub propagate_tags: Option<PropagateTags>,
    /// The Service Connect configuration. Default: none.
    pub service_connect_configuration: Option<ServiceConnectConfiguration>,
    /// The volume configurations, of volumes that the task definition has as `configuredAtLaunch`.
    #[prop(default)]
    pub volume_configurations: Vec<ServiceVolumeConfiguration>,
    /// The VPC Lattice configurations.
    #[prop(default)]
    pub vpc_lattice_configurations: BTreeSet<VpcLatticeConfiguration>,
    /// The role with which ECS calls a load balancer, where the service-linked role is not used. Default: the service-linked role.
    #[prop(replace, computed)]
    pub role: Option<RoleArn>,
    /// A force of a new deployment: any text, each change of which starts one.
    #[prop(keep)]
    pub force_new_deployment: Option<String>,
    /// Whether creation and update wait for a steady state: they end only when the deployment is through, and fail when the deployment does. Default: true.
    #[prop(default = Order::from(true))]
    pub wait_for_steady_state: Order<bool>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// What tasks run on.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum LaunchType {
    /// Fargate.
    #[prop(rename = "FARGATE")]
    Fargate,
    /// EC2 instances of the cluster.
    #[prop(rename = "EC2")]
    Ec2,
    /// Instances outside of AWS.
    #[prop(rename = "EXTERNAL")]
    External,
    /// EC2 instances that ECS manages.
    #[prop(rename = "MANAGED_INSTANCES")]
    ManagedInstances,
}

/// How it is decided how many tasks there are.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum SchedulingStrategy {
    /// As many as the desired count says.
    #[prop(rename = "REPLICA")]
    Replica,
    /// One on each instance.
    #[prop(rename = "DAEMON")]
    Daemon,
}

/// Whether tasks are moved so that all zones have as many.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum AvailabilityZoneRebalancing {
    /// They are.
    #[prop(rename = "ENABLED")]
    Enabled,
    /// They are not.
    #[prop(rename = "DISABLED")]
    Disabled,
}

/// A placement constraint: on which instances tasks may run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct PlacementConstraint {
    /// The type.
    pub r#type: PlacementConstraintType,
    /// The expression of `memberOf`, in ECS's cluster query language.
    pub expression: Option<String>,
}

/// A type of placement constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum PlacementConstraintType {
    /// Each task on another instance.
    #[prop(rename = "distinctInstance")]
    DistinctInstance,
    /// Only on instances that the expression is true of.
    #[prop(rename = "memberOf")]
    MemberOf,
}

/// An item of a placement strategy: which instances are preferred.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PlacementStrategy {
    /// The type.
    pub r#type: PlacementStrategyType,
    /// The field: `instanceId`, an attribute such as `attribute:ecs.availability-zone`, or for `binpack` `cpu` or `memory`.
    pub field: Option<String>,
}

/// A type of placement strategy.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum PlacementStrategyType {
    /// Any instance.
    #[prop(rename = "random")]
    Random,
    /// Evenly by the field.
    #[prop(rename = "spread")]
    Spread,
    /// The instance that has the least left of the field.
    #[prop(rename = "binpack")]
    Binpack,
}

/// Whose tags new tasks get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum PropagateTags {
    /// The service's.
    #[prop(rename = "SERVICE")]
    Service,
    /// The task definition's.
    #[prop(rename = "TASK_DEFINITION")]
    TaskDefinition,
}
