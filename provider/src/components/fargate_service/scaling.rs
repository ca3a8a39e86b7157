//! How many tasks a service has by how much there is to do.

use pulumi_plugin::{Output, Scope};

use super::behind::Behind;
use super::inputs::FargateServiceInputs;
use crate::appautoscaling::policy::{Policy, PolicyArgs, PredefinedMetricSpecification, TargetTracking};
use crate::appautoscaling::target::{Target, TargetArgs};
use crate::ecs::service::ServiceOutputs;

const NAMESPACE: &str = "ecs";
const DIMENSION: &str = "ecs:service:DesiredCount";

/// The scalable target, and a policy for each metric that matters.
pub fn tell(here: &mut Scope, inputs: &FargateServiceInputs, service: &ServiceOutputs, behind: Option<&Behind>) {
    let (min, max) = inputs.bounds();
    let resource = service.id.map(|id| format!("service/{id}"));
    let args = TargetArgs {
        service_namespace: NAMESPACE.into(),
        resource_id: (&resource).into(),
        scalable_dimension: DIMENSION.into(),
        min_capacity: min.into(),
        max_capacity: max.into(),
        resource_created_at: (&service.created_at).into(),
        ..Default::default()
    };
    let target = here.add::<Target>("scaling", args);
    let scaled = Scaled { resource: resource.depends_on(&target.urn), created_at: service.created_at.clone() };
    let metric =
        |name: &str| PredefinedMetricSpecification { predefined_metric_type: name.to_owned(), resource_label: None };
    let scaling = &inputs.settings.scaling;
    if scaling.cpu > 0 {
        let metric = Output::known(metric("ECSServiceAverageCPUUtilization"));
        policy(here, inputs, &scaled, "scale-cpu", scaling.cpu, &metric);
    }
    if scaling.memory > 0 {
        let metric = Output::known(metric("ECSServiceAverageMemoryUtilization"));
        policy(here, inputs, &scaled, "scale-memory", scaling.memory, &metric);
    }
    if let Some((requests, behind)) = scaling.requests.zip(behind) {
        let metric = behind.label.map(|label| PredefinedMetricSpecification {
            predefined_metric_type: "ALBRequestCountPerTarget".to_owned(),
            resource_label: Some(label),
        });
        policy(here, inputs, &scaled, "scale-requests", requests, &metric);
    }
}

/// The service that is scaled, once it has a target.
struct Scaled {
    resource: Output<String>,
    created_at: Output<String>,
}

/// Keeps a metric at a value.
fn policy(
    here: &mut Scope,
    inputs: &FargateServiceInputs,
    scaled: &Scaled,
    key: &str,
    value: u32,
    metric: &Output<PredefinedMetricSpecification>,
) {
    let (out, back) = (inputs.settings.scaling.scale_out_cooldown, inputs.settings.scaling.scale_in_cooldown);
    let tracking = metric.map(move |metric| TargetTracking {
        target_value: f64::from(value),
        predefined_metric_specification: Some(metric),
        customized_metric_specification: None,
        scale_out_cooldown: Some(out),
        scale_in_cooldown: Some(back),
        disable_scale_in: false,
    });
    let args = PolicyArgs {
        service_namespace: NAMESPACE.into(),
        resource_id: (&scaled.resource).into(),
        scalable_dimension: DIMENSION.into(),
        target_tracking_scaling_policy_configuration: tracking.into(),
        resource_created_at: (&scaled.created_at).into(),
        ..Default::default()
    };
    here.add::<Policy>(key, args);
}
