//! The inputs of a scaling policy.

use pulumi_plugin::{Fault, Faults, Property};

use super::metric::{CustomizedMetricSpecification, PredefinedMetricSpecification};
use super::predictive::PredictiveScaling;
use crate::appautoscaling::Key;
use crate::types::ScalingPolicyName;

/// The inputs of a scaling policy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PolicyInputs {
    /// The policy name: 1 to 255 characters without `/`, unique among the policies of the target. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 255)]
    pub policy_name: ScalingPolicyName,
    /// The namespace of the service that the resource belongs to, such as `ecs`.
    #[prop(replace, unique, min = 1)]
    pub service_namespace: String,
    /// The resource id: of an ECS service it is `service/CLUSTER/NAME`.
    #[prop(replace, unique, min = 1)]
    pub resource_id: String,
    /// The scalable dimension: what of the resource is scaled, such as `ecs:service:DesiredCount`.
    #[prop(replace, unique, min = 1)]
    pub scalable_dimension: String,
    /// The policy type.
    #[prop(default = PolicyType::TargetTrackingScaling)]
    pub policy_type: PolicyType,
    /// The configuration of target tracking.
    pub target_tracking_scaling_policy_configuration: Option<TargetTracking>,
    /// The configuration of step scaling.
    pub step_scaling_policy_configuration: Option<StepScaling>,
    /// The configuration of predictive scaling.
    pub predictive_scaling_policy_configuration: Option<PredictiveScaling>,
    /// The creation of the resource that is scaled, as its target has it: `resourceCreatedAt` of the target. Another value takes a new policy. AWS drops
    /// a policy with its target, also when another target takes its place.
    #[prop(replace, keep)]
    pub resource_created_at: Option<String>,
}

/// A type of scaling policy.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum PolicyType {
    /// Keeps a metric at a value.
    #[prop(rename = "TargetTrackingScaling")]
    TargetTrackingScaling,
    /// Adds and takes away in steps when an alarm goes off.
    #[prop(rename = "StepScaling")]
    StepScaling,
    /// Goes by a forecast.
    #[prop(rename = "PredictiveScaling")]
    PredictiveScaling,
}

/// Target tracking: keeps a metric at a value.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TargetTracking {
    /// The target value of the metric.
    pub target_value: f64,
    /// A predefined metric.
    pub predefined_metric_specification: Option<PredefinedMetricSpecification>,
    /// A metric of one's own.
    pub customized_metric_specification: Option<CustomizedMetricSpecification>,
    /// The scale-out cooldown in seconds, after which more is added again. Default: that of the service, 300 for ECS.
    pub scale_out_cooldown: Option<u32>,
    /// The scale-in cooldown in seconds, after which more is taken away again. Default: that of the service, 300 for ECS.
    pub scale_in_cooldown: Option<u32>,
    /// Whether nothing is taken away. Default: false.
    #[prop(default)]
    pub disable_scale_in: bool,
}

/// Step scaling: adds and takes away in steps when an alarm goes off.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct StepScaling {
    /// The adjustment type: what the adjustments are.
    pub adjustment_type: AdjustmentType,
    /// The step adjustments.
    #[prop(min = 1)]
    pub step_adjustments: Vec<StepAdjustment>,
    /// The cooldown in seconds, in which what was done before counts.
    #[prop(default = 300)]
    pub cooldown: u32,
    /// The metric aggregation type.
    #[prop(default = MetricAggregationType::Average)]
    pub metric_aggregation_type: MetricAggregationType,
    /// The minimum adjustment magnitude: how much is changed at least. Only with `PercentChangeInCapacity`.
    pub min_adjustment_magnitude: Option<u32>,
}

/// What adjustments are.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum AdjustmentType {
    /// A difference.
    #[prop(rename = "ChangeInCapacity")]
    ChangeInCapacity,
    /// A difference in percent.
    #[prop(rename = "PercentChangeInCapacity")]
    PercentChangeInCapacity,
    /// The new capacity.
    #[prop(rename = "ExactCapacity")]
    ExactCapacity,
}

/// How the values of a metric are put together.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum MetricAggregationType {
    /// Their average.
    #[prop(rename = "Average")]
    Average,
    /// The least.
    #[prop(rename = "Minimum")]
    Minimum,
    /// The greatest.
    #[prop(rename = "Maximum")]
    Maximum,
}

/// A step: by how far the metric is beyond the alarm's threshold, and what is done then.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct StepAdjustment {
    /// The lower bound of the metric's difference from the threshold. Default: none.
    pub metric_interval_lower_bound: Option<f64>,
    /// The upper bound. Default: none.
    pub metric_interval_upper_bound: Option<f64>,
    /// The adjustment, negative to take away.
    pub scaling_adjustment: i32,
}

impl PolicyInputs {
    pub(super) fn key(&self) -> Key<'_> {
        Key { namespace: &self.service_namespace, resource: &self.resource_id, dimension: &self.scalable_dimension }
    }

    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.key().id(), self.policy_name)
    }

    /// The order of steps means nothing.
    pub(super) fn respell(&mut self, given: &PolicyInputs) {
        let own = self.step_scaling_policy_configuration.as_mut();
        if let Some((own, given)) = own.zip(given.step_scaling_policy_configuration.as_ref())
            && in_order(&own.step_adjustments) == in_order(&given.step_adjustments)
        {
            own.step_adjustments.clone_from(&given.step_adjustments);
        }
    }
}

fn in_order(steps: &[StepAdjustment]) -> Vec<StepAdjustment> {
    let mut steps = steps.to_vec();
    let bound = |step: &StepAdjustment| step.metric_interval_lower_bound.unwrap_or(f64::NEG_INFINITY);
    steps.sort_by(|a, b| bound(a).total_cmp(&bound(b)));
    steps
}

impl TargetTracking {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let predefined = self.predefined_metric_specification.as_ref();
        Faults::of(self)
            .one_of(&["predefinedMetricSpecification", "customizedMetricSpecification"])
            .part(
                "predefinedMetricSpecification",
                predefined.map(PredefinedMetricSpecification::faults).unwrap_or_default(),
            )
            .into_vec()
    }
}

impl StepScaling {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let percent = self.adjustment_type == AdjustmentType::PercentChangeInCapacity;
        let odd = self.min_adjustment_magnitude.is_some() && !percent;
        Faults::of(self)
            .when(odd, "minAdjustmentMagnitude", "needs `adjustmentType: PercentChangeInCapacity`")
            .into_vec()
    }
}
