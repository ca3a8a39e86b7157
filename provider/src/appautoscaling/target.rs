//! A scalable target.

mod scheduled;

use std::collections::BTreeMap;

use aws_sdk_applicationautoscaling::operation::register_scalable_target::builders::RegisterScalableTargetFluentBuilder;
use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTarget, ServiceNamespace, SuspendedState as AwsSuspendedState,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

pub use self::scheduled::{ScalableTargetAction, ScheduledAction};
use crate::appautoscaling::Key;
use crate::aws::number::{count, signed};
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::types::RoleArn;

/// The inputs of a scalable target.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TargetInputs {
    /// The namespace of the service that the resource belongs to, such as `ecs`.
    #[prop(replace, unique, min = 1)]
    pub service_namespace: String,
    /// The resource id: of an ECS service it is `service/CLUSTER/NAME`.
    #[prop(replace, unique, min = 1)]
    pub resource_id: String,
    /// The scalable dimension: what of the resource is scaled, such as `ecs:service:DesiredCount`.
    #[prop(replace, unique, min = 1)]
    pub scalable_dimension: String,
    /// The minimum capacity. What the resource has below it is raised.
    pub min_capacity: u32,
    /// The maximum capacity. What the resource has above it is lowered.
    pub max_capacity: u32,
    /// The suspended state: which kinds of scaling are suspended. Default: none.
    #[prop(default)]
    pub suspended_state: SuspendedState,
    /// The scheduled actions, by name; all others are deleted. As they change the capacity, it is compared with the program only where there are
    /// none. Left out: scheduled actions are not managed here.
    #[prop(given)]
    pub scheduled_actions: Option<BTreeMap<String, ScheduledAction>>,
    /// The role by which the resource is scaled. Most services have a service-linked role for that, which AWS makes, and ignore this.
    #[prop(computed)]
    pub role_arn: Option<RoleArn>,
    /// The creation of the resource that is scaled, such as the `createdAt` of an ECS service: another value takes a new target. AWS drops the
    /// target with the resource, also when another one takes its name.
    #[prop(replace, keep)]
    pub resource_created_at: Option<String>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// Which kinds of scaling are suspended.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct SuspendedState {
    /// Whether policies don't take capacity away. Default: false.
    #[prop(default)]
    pub dynamic_scaling_in_suspended: bool,
    /// Whether policies don't add capacity. Default: false.
    #[prop(default)]
    pub dynamic_scaling_out_suspended: bool,
    /// Whether scheduled actions don't run. Default: false.
    #[prop(default)]
    pub scheduled_scaling_suspended: bool,
}

/// A scalable target: a resource whose capacity Application Auto Scaling changes, within bounds.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Target {
    /// The inputs, as Application Auto Scaling has them.
    #[prop(inputs)]
    pub inputs: TargetInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

const FORM: &str = "NAMESPACE/RESOURCE/DIMENSION, such as ecs/service/web/shop/ecs:service:DesiredCount";

impl Resource for Target {
    const TOKEN: &'static str = "gitinfra:appautoscaling:Target";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = TargetInputs;
    type Seen = ScalableTarget;

    fn check(new: &TargetInputs) -> Vec<Fault> {
        let ignored = new.service_namespace == "ecs" && new.role_arn.is_some();
        let actions = new.scheduled_actions.iter().flatten();
        let faults = actions.flat_map(|(name, action)| {
            let odd = scheduled::name_fault(name).into_iter();
            odd.chain(action.faults()).map(|fault| fault.below(name).below("scheduledActions"))
        });
        Faults::of(new)
            .when(new.min_capacity > new.max_capacity, "maxCapacity", "is less than `minCapacity`")
            .when(ignored, "roleArn", "ECS services are always scaled by the service-linked role")
            .and(faults)
            .into_vec()
    }

    /// AWS takes the registration of a target that stands for a change.
    async fn standing(aws: &Aws, new: &TargetInputs) -> Result<Option<Id>> {
        let id = Id::from(new.key().id());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &TargetInputs) -> Result<Made> {
        let tags = aws.newborn::<(String, String)>(&new.tags).into_iter().collect();
        let register = new.register(aws.once().appautoscaling().register_scalable_target(), true);
        let register = register.set_tags(Some(tags));
        register.send().await.doing("registering scalable target", &new.resource_id)?;
        Ok(Made::New(new.key().id().into()))
    }

    async fn ours(aws: &Aws, id: &Id, seen: &ScalableTarget, _: &TargetInputs) -> Result<Option<Id>> {
        let tags = tags_of(aws, seen.scalable_target_arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<ScalableTarget>> {
        let key = Key::of(id.as_str(), id, FORM)?;
        let describe = aws.appautoscaling().describe_scalable_targets();
        let describe = describe.service_namespace(ServiceNamespace::from(key.namespace)).resource_ids(key.resource);
        let describe = describe.scalable_dimension(ScalableDimension::from(key.dimension));
        let answer = describe.send().await.doing("reading scalable target", id)?;
        Ok(answer.scalable_targets.and_then(|mut targets| targets.pop()))
    }

    async fn read(aws: &Aws, _: &Id, seen: ScalableTarget) -> Result<Self> {
        let key = Key {
            namespace: seen.service_namespace.as_str(),
            resource: &seen.resource_id,
            dimension: seen.scalable_dimension.as_str(),
        };
        let arn = seen.scalable_target_arn.clone().unwrap_or_default();
        let (tags, actions) = futures::try_join!(tags_of(aws, &arn), scheduled::list(aws, key))?;
        let suspended = seen.suspended_state.as_ref();
        let is = |flag: fn(&AwsSuspendedState) -> Option<bool>| suspended.and_then(flag).unwrap_or_default();
        Ok(Target {
            inputs: TargetInputs {
                service_namespace: key.namespace.to_owned(),
                resource_id: key.resource.to_owned(),
                scalable_dimension: key.dimension.to_owned(),
                min_capacity: count(seen.min_capacity),
                max_capacity: count(seen.max_capacity),
                suspended_state: SuspendedState {
                    dynamic_scaling_in_suspended: is(|it| it.dynamic_scaling_in_suspended),
                    dynamic_scaling_out_suspended: is(|it| it.dynamic_scaling_out_suspended),
                    scheduled_scaling_suspended: is(|it| it.scheduled_scaling_suspended),
                },
                scheduled_actions: Some(actions),
                role_arn: Some(word(&seen.role_arn)?),
                resource_created_at: None,
                tags: aws.visible(tags),
            },
            arn,
        })
    }

    /// Scheduled actions change the capacity when they run.
    fn respell(&mut self, given: &TargetInputs) {
        if given.scheduled_actions.as_ref().is_some_and(|actions| !actions.is_empty()) {
            (self.inputs.min_capacity, self.inputs.max_capacity) = (given.min_capacity, given.max_capacity);
        }
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &TargetInputs) -> Result<()> {
        let rest = |it: &TargetInputs| (it.suspended_state.clone(), it.role_arn.clone());
        let bounded = old.inputs.bounds() != new.bounds();
        if bounded || rest(&old.inputs) != rest(new) {
            // A registration would make a new target without its tags.
            if Self::find(aws, id).await?.is_none() {
                return Err(Error::new(format!("`{id}` is not registered")));
            }
            let register = new.register(aws.appautoscaling().register_scalable_target(), bounded);
            register.send().await.done("changing scalable target", id)?;
        }
        let old = old.inputs.scheduled_actions.clone().unwrap_or_default();
        match &new.scheduled_actions {
            Some(actions) => scheduled::bring(aws, new.key(), &old, actions).await,
            None => Ok(()),
        }
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = &old.arn;
        if !set.is_empty() {
            let tags = set.clone().into_iter().collect();
            let tag = aws.appautoscaling().tag_resource().resource_arn(arn).set_tags(Some(tags));
            tag.send().await.doing("tagging", arn)?;
        }
        if !unset.is_empty() {
            let untag = aws.appautoscaling().untag_resource().resource_arn(arn).set_tag_keys(Some(unset.to_vec()));
            untag.send().await.doing("removing tags of", arn)?;
        }
        Ok(())
    }

    /// AWS deletes the target's policies and scheduled actions with it.
    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let key = Key::of(id.as_str(), id, FORM)?;
        let gone = aws.appautoscaling().deregister_scalable_target();
        let gone = gone.service_namespace(ServiceNamespace::from(key.namespace)).resource_id(key.resource);
        let gone = gone.scalable_dimension(ScalableDimension::from(key.dimension)).send().await;
        gone.unless(&["ObjectNotFoundException"]).done("deregistering scalable target", id)
    }
}

impl TargetInputs {
    fn key(&self) -> Key<'_> {
        Key { namespace: &self.service_namespace, resource: &self.resource_id, dimension: &self.scalable_dimension }
    }

    fn bounds(&self) -> (u32, u32) {
        (self.min_capacity, self.max_capacity)
    }

    /// All of it. The bounds of a target that stands only where the program changes them: AWS keeps what is left out, and a scheduled action may have
    /// set others.
    fn register(
        &self,
        register: RegisterScalableTargetFluentBuilder,
        bounded: bool,
    ) -> RegisterScalableTargetFluentBuilder {
        let suspended = AwsSuspendedState::builder()
            .dynamic_scaling_in_suspended(self.suspended_state.dynamic_scaling_in_suspended)
            .dynamic_scaling_out_suspended(self.suspended_state.dynamic_scaling_out_suspended)
            .scheduled_scaling_suspended(self.suspended_state.scheduled_scaling_suspended);
        register
            .service_namespace(ServiceNamespace::from(self.service_namespace.as_str()))
            .resource_id(&self.resource_id)
            .scalable_dimension(ScalableDimension::from(self.scalable_dimension.as_str()))
            .set_min_capacity(bounded.then_some(signed(self.min_capacity)))
            .set_max_capacity(bounded.then_some(signed(self.max_capacity)))
            .suspended_state(suspended.build())
            .set_role_arn(self.role_arn.as_ref().map(RoleArn::to_string))
    }
}

/// All tags of a target, ours among them.
async fn tags_of(aws: &Aws, arn: &str) -> Result<Vec<(String, String)>> {
    let answer = aws.appautoscaling().list_tags_for_resource().resource_arn(arn).send().await;
    Ok(answer.doing("reading the tags of", arn)?.tags.unwrap_or_default().into_iter().collect())
}
