//! A cluster for services on Fargate.

use std::collections::BTreeSet;

use pulumi_plugin::{Component, Knobs, Output, Outputs, Property, Result, Scope};

use crate::aws::Aws;
use crate::components::{Report, SharedArgs, SharedInputs};
use crate::ecs::cluster::{self, ContainerInsights};
use crate::ecs::cluster_capacity_providers::{ClusterCapacityProviders, ClusterCapacityProvidersArgs};
use crate::ecs::strategy::CapacityProviderStrategyItem;
use crate::types::ClusterName;

/// What the program asks of a cluster.
#[derive(Debug, Clone, Property)]
pub struct ClusterInputs {
    /// What the program says of the cluster itself.
    #[prop(flatten)]
    pub settings: ClusterSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What the program says of a cluster itself.
#[derive(Debug, Clone, Property)]
pub struct ClusterSettings {
    /// Container Insights: whether CloudWatch gets metrics of services, tasks and containers. Default: `enhanced`.
    #[prop(default = ContainerInsights::Enhanced)]
    pub container_insights: ContainerInsights,
    /// The capacity providers that services of the cluster can run on. Without `FARGATE_SPOT`, a service needs `spot: {weight: 0}`. Default: both.
    #[prop(default = BTreeSet::from([FargateCapacity::Fargate, FargateCapacity::FargateSpot]), min = 1)]
    pub capacity_providers: BTreeSet<FargateCapacity>,
}

/// A capacity provider of Fargate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum FargateCapacity {
    /// Fargate.
    #[prop(rename = "FARGATE")]
    Fargate,
    /// Fargate Spot: spare capacity for about a third of the price, which AWS takes back at two minutes' notice.
    #[prop(rename = "FARGATE_SPOT")]
    FargateSpot,
}

/// An ECS cluster whose services run on Fargate and Fargate Spot.
#[derive(Clone, Outputs)]
pub struct Cluster {
    /// The cluster's name. Known once the cluster has its capacity providers, which so outlive the services that run on them.
    pub name: Output<String>,
    /// The cluster's ARN.
    pub arn: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for Cluster {
    const TOKEN: &'static str = "gitinfra:index:Cluster";
    type Session = Aws;
    type Inputs = ClusterInputs;
    type Facts = ();

    fn knobs(inputs: &ClusterInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Aws, _: &ClusterInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: ClusterInputs, (): ()) -> Result<Self> {
        let insights = inputs.settings.container_insights;
        let args = cluster::ClusterArgs { container_insights: insights.into(), ..Default::default() };
        let cluster = here.add::<cluster::Cluster>("cluster", args);
        let providers = inputs.settings.capacity_providers;
        let args = ClusterCapacityProvidersArgs {
            cluster: cluster.id.map(ClusterName::from).into(),
            capacity_providers: providers.iter().map(|it| it.as_str().to_owned()).collect::<BTreeSet<_>>().into(),
            default_capacity_provider_strategy: usual(&providers).into(),
        };
        let capacity = here.add::<ClusterCapacityProviders>("capacity", args);
        let watched = insights != ContainerInsights::Disabled;
        Ok(Cluster {
            name: cluster.id.depends_on(&capacity.urn),
            arn: cluster.arn.depends_on(&capacity.urn),
            report: Report::of(here).meets_if(watched, "ECS.12", "containerInsights is disabled"),
        })
    }
}

/// Where tasks run that don't say it: not on Spot, if there is anything else.
fn usual(providers: &BTreeSet<FargateCapacity>) -> Vec<CapacityProviderStrategyItem> {
    let first = providers.first().map(|it| it.as_str().to_owned());
    let item = first.map(|capacity_provider| CapacityProviderStrategyItem { capacity_provider, base: 0, weight: 1 });
    item.into_iter().collect()
}
