//! A service: tasks that are kept running.

mod connect;
mod deployment;
mod inputs;
mod network;
mod steady;
#[cfg(test)]
mod tests;
mod volume;
mod written;

use aws_sdk_ecs::types::{Service as AwsService, ServiceField};
use aws_smithy_types::date_time::Format;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::connect::*;
pub use self::deployment::*;
pub use self::inputs::*;
pub use self::network::*;
pub use self::volume::*;
use crate::aws::{Aws, Doing as _, Tags};
use crate::ecs::{strategy, tags, unbuilt};

/// An ECS service: keeps so many tasks of a task definition running, and puts new ones in the place of old ones.
///
/// Give it the option `dependsOn` with what its tasks need to run: policies of roles, log groups, listeners and rules, capacity providers and
/// routes. They are then deleted only when its tasks are gone.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Service {
    /// The inputs, as ECS has them.
    #[prop(inputs)]
    pub inputs: ServiceInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The time of creation. A later service of the same name has another one: what belongs to this very service can depend on it.
    #[prop(stable)]
    pub created_at: String,
    /// The ARN of the task definition that the service runs. It is another one than `taskDefinition` where `keepTaskDefinition` keeps it.
    pub current_task_definition: String,
}

impl Resource for Service {
    const TOKEN: &'static str = "gitinfra:ecs:Service";
    const WAIT: Wait = Wait::seconds(120, 1800);
    type Session = Aws;
    type Inputs = ServiceInputs;
    type Seen = AwsService;

    fn check(new: &ServiceInputs) -> Vec<Fault> {
        let daemon = new.scheduling_strategy == SchedulingStrategy::Daemon;
        let items = new.capacity_provider_strategy.as_deref().unwrap_or_default();
        let config = new.deployment_configuration.faults().into_iter();
        let rebalanced = new.availability_zone_rebalancing == Some(AvailabilityZoneRebalancing::Enabled);
        Faults::of(new)
            .excludes("launchType", "capacityProviderStrategy")
            .when(daemon && new.desired_count.is_some(), "desiredCount", "a daemon has one task on each instance")
            .when(rebalanced && new.fixed().is_some(), "availabilityZoneRebalancing", new.fixed().unwrap_or_default())
            .each("loadBalancers", &new.load_balancers, |balancer| {
                Faults::of(balancer).one_of(&["targetGroupArn", "loadBalancerName"]).into_vec()
            })
            .and(strategy::faults("capacityProviderStrategy", items))
            .and(config.map(|fault| fault.below("deploymentConfiguration")))
            .into_vec()
    }

    /// AWS changes a capacity provider strategy in place, and goes to one and back; a launch type alone it does not change.
    fn replaces(old: &ServiceInputs, new: &ServiceInputs) -> Vec<&'static str> {
        let both = old.launch_type.is_some() && new.launch_type.is_some();
        if both && new.launch_type != old.launch_type { vec!["launchType"] } else { Vec::new() }
    }

    /// AWS answers a second creation with the same content with the service that stands.
    async fn standing(aws: &Aws, new: &ServiceInputs) -> Result<Option<Id>> {
        let id = Id::from(format!("{}/{}", new.cluster, new.name));
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &ServiceInputs) -> Result<Made> {
        let create = new.create(aws.once().ecs().create_service()).map_err(unbuilt)?;
        let create = create.client_token(&aws.birth().once).set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.doing("creating service", &new.name)?;
        let id = Id::from(format!("{}/{}", new.cluster, new.name));
        steady::note(aws, &id, made.service.as_ref());
        Ok(Made::New(id))
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsService, _: &ServiceInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.tags()).then(|| id.clone()))
    }

    fn waits(new: &ServiceInputs) -> bool {
        new.wait_for_steady_state.value()
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsService>> {
        let (cluster, name) = place(id)?;
        let describe = aws.ecs().describe_services().cluster(cluster).services(name).include(ServiceField::Tags);
        let answer = describe.send().await.unless(&["ClusterNotFoundException", "ServiceNotFoundException"]);
        let found = answer.doing("reading service", id)?.and_then(|answer| answer.services?.pop());
        // A deleted service is told of for an hour.
        Ok(found.filter(|service| service.status() != Some("INACTIVE")))
    }

    fn progress(seen: &AwsService) -> Progress {
        match seen.status() {
            Some("DRAINING") => Progress::Leaving(format!("DRAINING, {} tasks left", seen.running_count)),
            _ => Progress::Done,
        }
    }

    async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
        match Self::find(aws, id).await? {
            Some(seen) => steady::progress(aws, id, &seen).await,
            None => Ok(Progress::Leaving("INACTIVE".to_owned())),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsService) -> Result<Self> {
        let (cluster, _) = place(id)?;
        if let Some(controller) = seen.deployment_controller.as_ref().filter(|it| it.r#type.as_str() != "ECS") {
            return Err(Error::new(format!("`{id}` is deployed by {}", controller.r#type))
                .hint("only services that ECS itself deploys can be managed here"));
        }
        let created_at = seen.created_at.and_then(|at| at.fmt(Format::DateTime).ok());
        let inputs = ServiceInputs::read(&seen, cluster)?;
        Ok(Service {
            current_task_definition: inputs.task_definition.clone(),
            inputs: ServiceInputs { tags: aws.visible(seen.tags.unwrap_or_default()), ..inputs },
            arn: seen.service_arn.unwrap_or_default(),
            created_at: created_at.unwrap_or_default(),
        })
    }

    fn respell(&mut self, given: &ServiceInputs) {
        self.inputs.respell(given);
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ServiceInputs) -> Result<()> {
        let (cluster, name) = place(id)?;
        let standing = if new.may_turn(&old.inputs) { Self::find(aws, id).await? } else { None };
        let turned = standing.map(|standing| new.as_standing(&standing));
        let update = aws.ecs().update_service().cluster(cluster).service(name);
        let update = turned.as_ref().unwrap_or(new).change(&old.inputs, update).map_err(unbuilt)?;
        let updated = update.send().await.doing("changing service", id)?;
        steady::note(aws, id, updated.service.as_ref());
        Ok(())
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    /// Its tasks are drained first; its end is awaited.
    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        const GONE: &[&str] = &["ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException"];
        let (cluster, name) = place(id)?;
        if old.inputs.scheduling_strategy == SchedulingStrategy::Replica {
            let scale = aws.ecs().update_service().cluster(cluster).service(name).desired_count(0).send().await;
            scale.unless(GONE).doing("scaling in service", id)?;
        }
        let deleted = aws.ecs().delete_service().cluster(cluster).service(name).force(true).send().await;
        deleted.unless(GONE).done("deleting service", id)
    }
}

/// Cluster and name of a service's id.
fn place(id: &Id) -> Result<(&str, &str)> {
    let parts: Vec<_> = id.as_str().split('/').collect();
    match parts[..] {
        [cluster, name] if !cluster.is_empty() && !name.is_empty() => Ok((cluster, name)),
        _ => Err(Error::new(format!("`{id}` is not the id of a service, which is CLUSTER/NAME"))),
    }
}
