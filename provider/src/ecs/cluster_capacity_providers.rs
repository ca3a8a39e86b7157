//! The capacity providers of a cluster.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::Cluster as AwsCluster;
use pulumi_plugin::{Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::ecs::cluster::Cluster;
use crate::ecs::strategy::{self, CapacityProviderStrategyItem};
use crate::ecs::unbuilt;
use crate::types::ClusterName;

/// The inputs of the capacity providers of an ECS cluster.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ClusterCapacityProvidersInputs {
    /// The cluster: its name or ARN.
    #[prop(replace, unique)]
    pub cluster: ClusterName,
    /// The names of the capacity providers: `FARGATE`, `FARGATE_SPOT`, and the account's own.
    #[prop(min = 1, max = 20)]
    pub capacity_providers: BTreeSet<String>,
    /// The default capacity provider strategy, for services and tasks that have neither a strategy nor a launch type. Running tasks stay where
    /// they are when it changes. Default: none.
    #[prop(default, max = 20)]
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
}

/// The capacity providers of an ECS cluster, all of them, and its default strategy.
///
/// Give services the option `dependsOn` with it, so that they are deleted before it: AWS doesn't take a provider away that a service uses.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ClusterCapacityProviders {
    /// The inputs, as ECS has them.
    #[prop(inputs)]
    pub inputs: ClusterCapacityProvidersInputs,
}

impl Resource for ClusterCapacityProviders {
    const TOKEN: &'static str = "gitinfra:ecs:ClusterCapacityProviders";
    const WAIT: Wait = Wait::seconds(2, 600);
    type Session = Aws;
    type Inputs = ClusterCapacityProvidersInputs;
    type Seen = AwsCluster;

    fn check(new: &ClusterCapacityProvidersInputs) -> Vec<Fault> {
        const NAME: &str = "defaultCapacityProviderStrategy";
        let strategy = &new.default_capacity_provider_strategy;
        let strange = strategy.iter().find(|item| !new.capacity_providers.contains(&item.capacity_provider));
        let name = strange.map(|item| item.capacity_provider.as_str()).unwrap_or_default();
        Faults::of(new)
            .when(strange.is_some(), NAME, format!("`{name}` is none of `capacityProviders`"))
            .and(strategy::faults(NAME, strategy))
            .into_vec()
    }

    /// AWS puts new providers in the place of those that stand.
    async fn standing(aws: &Aws, new: &ClusterCapacityProvidersInputs) -> Result<Option<Id>> {
        let id = Id::from(new.cluster.as_str());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &ClusterCapacityProvidersInputs) -> Result<Made> {
        put(&aws.once(), new.cluster.as_str(), "giving capacity providers to cluster", Some(new)).await?;
        Ok(Made::New(new.cluster.as_str().into()))
    }

    /// They bear no token: those that an attempt may have put there are the very ones that are asked for.
    async fn ours(aws: &Aws, id: &Id, seen: &AwsCluster, new: &ClusterCapacityProvidersInputs) -> Result<Option<Id>> {
        let state = Self::read(aws, id, seen.clone()).await?;
        Ok((aws.call().tried() && state.inputs == *new).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsCluster>> {
        let cluster = Cluster::find(aws, id).await?;
        let any = |cluster: &AwsCluster| {
            !cluster.capacity_providers().is_empty() || !cluster.default_capacity_provider_strategy().is_empty()
        };
        Ok(cluster.filter(any))
    }

    fn progress(seen: &AwsCluster) -> Progress {
        match Cluster::progress(seen) {
            Progress::Done if seen.attachments_status() == Some("UPDATE_FAILED") => {
                Progress::Failed("AWS could not attach the capacity providers".to_owned())
            }
            progress => progress,
        }
    }

    async fn read(_: &Aws, id: &Id, seen: AwsCluster) -> Result<Self> {
        Ok(ClusterCapacityProviders {
            inputs: ClusterCapacityProvidersInputs {
                cluster: id.as_str().into(),
                capacity_providers: seen.capacity_providers.unwrap_or_default().into_iter().collect(),
                default_capacity_provider_strategy: strategy::read(seen.default_capacity_provider_strategy),
            },
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &ClusterCapacityProvidersInputs) -> Result<()> {
        put(aws, id.as_str(), "changing the capacity providers of cluster", Some(new)).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        match Self::find(aws, id).await? {
            Some(_) => put(aws, id.as_str(), "taking the capacity providers from cluster", None).await,
            None => Ok(()),
        }
    }
}

/// Gives a cluster these providers and no others, or none.
async fn put(aws: &Aws, cluster: &str, what: &str, new: Option<&ClusterCapacityProvidersInputs>) -> Result<()> {
    let strategy =
        new.map(|new| strategy::write(&new.default_capacity_provider_strategy)).transpose().map_err(unbuilt)?;
    let providers = new.map(|new| new.capacity_providers.iter().cloned().collect());
    let put = aws.ecs().put_cluster_capacity_providers().cluster(cluster);
    let put = put.set_capacity_providers(Some(providers.unwrap_or_default()));
    put.set_default_capacity_provider_strategy(Some(strategy.unwrap_or_default())).send().await.done(what, cluster)
}
