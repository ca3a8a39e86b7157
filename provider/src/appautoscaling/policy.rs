//! A scaling policy.

mod inputs;
mod metric;
mod predictive;
mod written;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalingPolicy, ServiceNamespace};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

pub use self::inputs::*;
pub use self::metric::*;
pub use self::predictive::*;
use crate::appautoscaling::Key;
use crate::aws::{Aws, Doing as _};

/// A scaling policy of Application Auto Scaling: when and by how much the capacity of a scalable target changes.
///
/// Take its properties from its target, `resourceCreatedAt` among them: then it is made anew together with the target. Without that, AWS drops it
/// with a target that is replaced, and only a refresh shows that it is gone.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Policy {
    /// The inputs, as Application Auto Scaling has them.
    #[prop(inputs)]
    pub inputs: PolicyInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The ARNs of the CloudWatch alarms that AWS has made for target tracking.
    pub alarm_arns: Vec<String>,
}

const FORM: &str = "NAMESPACE/RESOURCE/DIMENSION/NAME, such as ecs/service/web/shop/ecs:service:DesiredCount/cpu";

impl Resource for Policy {
    const TOKEN: &'static str = "gitinfra:appautoscaling:Policy";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = PolicyInputs;
    type Seen = ScalingPolicy;

    fn check(new: &PolicyInputs) -> Vec<Fault> {
        const STEP: &str = "stepScalingPolicyConfiguration";
        const TRACK: &str = "targetTrackingScalingPolicyConfiguration";
        const PREDICT: &str = "predictiveScalingPolicyConfiguration";
        let own = match new.policy_type {
            PolicyType::StepScaling => STEP,
            PolicyType::TargetTrackingScaling => TRACK,
            PolicyType::PredictiveScaling => PREDICT,
        };
        let step = new.step_scaling_policy_configuration.as_ref();
        let track = new.target_tracking_scaling_policy_configuration.as_ref();
        let predict = new.predictive_scaling_policy_configuration.as_ref();
        let given = [(STEP, step.is_some()), (TRACK, track.is_some()), (PREDICT, predict.is_some())];
        let mut faults = Faults::of(new);
        for (name, given) in given {
            let why = format!("missing: `policyType: {}` needs it", new.policy_type.as_str());
            faults = faults.when(name == own && !given, name, why);
            let why = format!("can't be given with `policyType: {}`", new.policy_type.as_str());
            faults = faults.when(name != own && given, name, why);
        }
        faults
            .part(STEP, step.map(StepScaling::faults).unwrap_or_default())
            .part(TRACK, track.map(TargetTracking::faults).unwrap_or_default())
            .part(PREDICT, predict.map(PredictiveScaling::faults).unwrap_or_default())
            .into_vec()
    }

    /// A target has one policy of target tracking for each metric.
    fn collides(old: &PolicyInputs, new: &PolicyInputs) -> bool {
        let metric = |it: &PolicyInputs| {
            let config = it.target_tracking_scaling_policy_configuration.as_ref();
            config.map(|it| (it.predefined_metric_specification.clone(), it.customized_metric_specification.clone()))
        };
        old.key() == new.key() && metric(old).is_some() && metric(old) == metric(new)
    }

    /// AWS puts a new policy in the place of the one that has its name.
    async fn standing(aws: &Aws, new: &PolicyInputs) -> Result<Option<Id>> {
        let id = Id::from(new.id());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &PolicyInputs) -> Result<Made> {
        put(&aws.once(), "creating scaling policy", new).await?;
        Ok(Made::New(new.id().into()))
    }

    /// It bears no token: what an attempt may have put there is the very thing that is asked for.
    async fn ours(aws: &Aws, id: &Id, seen: &ScalingPolicy, new: &PolicyInputs) -> Result<Option<Id>> {
        let mut state = Self::read(aws, id, seen.clone()).await?;
        state.respell(new);
        // AWS does not know it.
        state.inputs.resource_created_at.clone_from(&new.resource_created_at);
        Ok((aws.call().tried() && state.inputs == *new).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<ScalingPolicy>> {
        let (key, name) = place(id)?;
        let describe = aws.appautoscaling().describe_scaling_policies().policy_names(name);
        let describe = describe.service_namespace(ServiceNamespace::from(key.namespace)).resource_id(key.resource);
        let answer = describe.scalable_dimension(ScalableDimension::from(key.dimension)).send().await;
        Ok(answer.doing("reading scaling policy", id)?.scaling_policies.and_then(|mut policies| policies.pop()))
    }

    async fn read(_: &Aws, _: &Id, seen: ScalingPolicy) -> Result<Self> {
        let alarms = seen.alarms.clone().unwrap_or_default().into_iter();
        Ok(Policy {
            arn: seen.policy_arn.clone(),
            alarm_arns: alarms.map(|alarm| alarm.alarm_arn).collect(),
            inputs: PolicyInputs::read(seen)?,
        })
    }

    fn respell(&mut self, given: &PolicyInputs) {
        self.inputs.respell(given);
    }

    async fn update(aws: &Aws, _: &Id, _: &Self, new: &PolicyInputs) -> Result<()> {
        put(aws, "changing scaling policy", new).await
    }

    /// AWS has deleted it already where its target is gone.
    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let (key, name) = place(id)?;
        let delete = aws.appautoscaling().delete_scaling_policy().policy_name(name);
        let delete = delete.service_namespace(ServiceNamespace::from(key.namespace)).resource_id(key.resource);
        let gone = delete.scalable_dimension(ScalableDimension::from(key.dimension)).send().await;
        gone.unless(&["ObjectNotFoundException"]).done("deleting scaling policy", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The key and the name of a policy's id.
fn place(id: &Id) -> Result<(Key<'_>, &str)> {
    match id.as_str().rsplit_once('/') {
        Some((key, name)) if !name.is_empty() => Ok((Key::of(key, id, FORM)?, name)),
        _ => Err(Error::new(format!("`{id}` is not an id of the form {FORM}"))),
    }
}

/// All of the policy: AWS takes what is left out for nothing.
async fn put(aws: &Aws, what: &str, new: &PolicyInputs) -> Result<()> {
    let unbuilt = |error: aws_sdk_applicationautoscaling::error::BuildError| Error::new(error.to_string());
    let put = new.write(aws.appautoscaling().put_scaling_policy()).map_err(unbuilt)?;
    put.send().await.done(what, &new.policy_name)
}
