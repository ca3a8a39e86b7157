//! A scaling policy as AWS takes and returns it.

use std::collections::BTreeMap;

use aws_sdk_applicationautoscaling::error::BuildError;
use aws_sdk_applicationautoscaling::operation::put_scaling_policy::builders::PutScalingPolicyFluentBuilder;
use aws_sdk_applicationautoscaling::types as aws;
use pulumi_plugin::Result;

use super::inputs::{AdjustmentType, MetricAggregationType, PolicyInputs, StepAdjustment, StepScaling, TargetTracking};
use super::metric::{
    CustomizedMetricSpecification, Metric, MetricDataQuery, MetricStat, PredefinedMetricSpecification,
};
use super::predictive::{
    MaxCapacityBreachBehavior, PredictiveMetric, PredictiveMetricName, PredictiveMode, PredictiveQueries,
    PredictiveScaling,
};
use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::{word, word_or};

impl PolicyInputs {
    pub(super) fn write(
        &self,
        put: PutScalingPolicyFluentBuilder,
    ) -> Result<PutScalingPolicyFluentBuilder, BuildError> {
        let track = self.target_tracking_scaling_policy_configuration.as_ref().map(TargetTracking::write);
        let step = self.step_scaling_policy_configuration.as_ref().map(StepScaling::write);
        let predict = self.predictive_scaling_policy_configuration.as_ref().map(PredictiveScaling::write);
        Ok(put
            .policy_name(self.policy_name.as_str())
            .service_namespace(self.service_namespace.as_str().into())
            .resource_id(&self.resource_id)
            .scalable_dimension(self.scalable_dimension.as_str().into())
            .policy_type(self.policy_type.as_str().into())
            .set_target_tracking_scaling_policy_configuration(track.transpose()?)
            .set_step_scaling_policy_configuration(step.transpose()?)
            .set_predictive_scaling_policy_configuration(predict.transpose()?))
    }

    pub(super) fn read(seen: aws::ScalingPolicy) -> Result<PolicyInputs> {
        let track = seen.target_tracking_scaling_policy_configuration.map(TargetTracking::read);
        let step = seen.step_scaling_policy_configuration.map(StepScaling::read);
        let predict = seen.predictive_scaling_policy_configuration.map(PredictiveScaling::read);
        Ok(PolicyInputs {
            policy_name: seen.policy_name.into(),
            service_namespace: seen.service_namespace.as_str().to_owned(),
            resource_id: seen.resource_id,
            scalable_dimension: seen.scalable_dimension.as_str().to_owned(),
            policy_type: word(seen.policy_type)?,
            target_tracking_scaling_policy_configuration: track.transpose()?,
            step_scaling_policy_configuration: step.transpose()?,
            predictive_scaling_policy_configuration: predict.transpose()?,
            resource_created_at: None,
        })
    }
}

impl TargetTracking {
    fn write(&self) -> Result<aws::TargetTrackingScalingPolicyConfiguration, BuildError> {
        let predefined = self.predefined_metric_specification.as_ref().map(|it| {
            let written = aws::PredefinedMetricSpecification::builder();
            let written = written.predefined_metric_type(it.predefined_metric_type.as_str().into());
            written.set_resource_label(it.resource_label.clone()).build()
        });
        let customized = self.customized_metric_specification.as_ref().map(CustomizedMetricSpecification::write);
        aws::TargetTrackingScalingPolicyConfiguration::builder()
            .target_value(self.target_value)
            .set_predefined_metric_specification(predefined.transpose()?)
            .set_customized_metric_specification(customized.transpose()?)
            .set_scale_out_cooldown(self.scale_out_cooldown.map(signed))
            .set_scale_in_cooldown(self.scale_in_cooldown.map(signed))
            .disable_scale_in(self.disable_scale_in)
            .build()
    }

    fn read(seen: aws::TargetTrackingScalingPolicyConfiguration) -> Result<TargetTracking> {
        let predefined = seen.predefined_metric_specification.map(|it| PredefinedMetricSpecification {
            predefined_metric_type: it.predefined_metric_type.as_str().to_owned(),
            resource_label: filled(it.resource_label),
        });
        let customized = seen.customized_metric_specification.map(CustomizedMetricSpecification::read);
        Ok(TargetTracking {
            target_value: seen.target_value,
            predefined_metric_specification: predefined,
            customized_metric_specification: customized.transpose()?,
            scale_out_cooldown: seen.scale_out_cooldown.map(count),
            scale_in_cooldown: seen.scale_in_cooldown.map(count),
            disable_scale_in: seen.disable_scale_in.unwrap_or_default(),
        })
    }
}

impl CustomizedMetricSpecification {
    fn write(&self) -> Result<aws::CustomizedMetricSpecification, BuildError> {
        let dimension =
            |(name, value): (&String, &String)| aws::MetricDimension::builder().name(name).value(value).build();
        let dimensions = self.dimensions.iter().map(dimension).collect::<Result<Vec<_>, _>>()?;
        let metrics = self.metrics.iter().map(MetricDataQuery::tracked).collect::<Result<Vec<_>, _>>()?;
        Ok(aws::CustomizedMetricSpecification::builder()
            .set_metric_name(self.metric_name.clone())
            .set_namespace(self.namespace.clone())
            .set_dimensions(some(dimensions))
            .set_statistic(self.statistic.map(|it| it.as_str().into()))
            .set_unit(self.unit.clone())
            .set_metrics(some(metrics))
            .build())
    }

    fn read(seen: aws::CustomizedMetricSpecification) -> Result<CustomizedMetricSpecification> {
        let dimensions = seen.dimensions.unwrap_or_default().into_iter();
        Ok(CustomizedMetricSpecification {
            metric_name: filled(seen.metric_name),
            namespace: filled(seen.namespace),
            dimensions: dimensions.map(|it| (it.name, it.value)).collect(),
            statistic: seen.statistic.map(word).transpose()?,
            unit: filled(seen.unit),
            metrics: seen.metrics.unwrap_or_default().into_iter().map(MetricDataQuery::of_tracked).collect(),
        })
    }
}

/// The same queries, which target tracking and predictive scaling have in types of their own.
macro_rules! queries {
    ($write:ident, $read:ident, $query:ident, $stat:ident, $metric:ident, $dimension:ident) => {
        impl MetricDataQuery {
            fn $write(&self) -> Result<aws::$query, BuildError> {
                let stat = self.metric_stat.as_ref().map(|it| {
                    let dimension =
                        |(name, value): (&String, &String)| aws::$dimension::builder().name(name).value(value).build();
                    let dimensions = it.metric.dimensions.iter().map(dimension).collect::<Result<Vec<_>, _>>()?;
                    let metric = aws::$metric::builder()
                        .set_metric_name(it.metric.metric_name.clone())
                        .set_namespace(it.metric.namespace.clone())
                        .set_dimensions(some(dimensions));
                    aws::$stat::builder().metric(metric.build()).stat(&it.stat).set_unit(it.unit.clone()).build()
                });
                aws::$query::builder()
                    .id(&self.id)
                    .set_expression(self.expression.clone())
                    .set_metric_stat(stat.transpose()?)
                    .set_label(self.label.clone())
                    .return_data(self.return_data)
                    .build()
            }

            fn $read(seen: aws::$query) -> MetricDataQuery {
                MetricDataQuery {
                    id: seen.id,
                    expression: filled(seen.expression),
                    metric_stat: seen.metric_stat.map(|it| {
                        let (stat, unit) = (it.stat, filled(it.unit));
                        let metric = it.metric.map(|it| Metric {
                            metric_name: filled(it.metric_name),
                            namespace: filled(it.namespace),
                            dimensions: it
                                .dimensions
                                .unwrap_or_default()
                                .into_iter()
                                .map(|it| (it.name, it.value))
                                .collect(),
                        });
                        let none = Metric { metric_name: None, namespace: None, dimensions: BTreeMap::new() };
                        MetricStat { metric: metric.unwrap_or(none), stat, unit }
                    }),
                    label: filled(seen.label),
                    return_data: seen.return_data.unwrap_or(true),
                }
            }
        }
    };
}

queries!(
    tracked,
    of_tracked,
    TargetTrackingMetricDataQuery,
    TargetTrackingMetricStat,
    TargetTrackingMetric,
    TargetTrackingMetricDimension
);
queries!(
    predicted,
    of_predicted,
    PredictiveScalingMetricDataQuery,
    PredictiveScalingMetricStat,
    PredictiveScalingMetric,
    PredictiveScalingMetricDimension
);

impl StepScaling {
    fn write(&self) -> Result<aws::StepScalingPolicyConfiguration, BuildError> {
        let step = |it: &StepAdjustment| {
            aws::StepAdjustment::builder()
                .set_metric_interval_lower_bound(it.metric_interval_lower_bound)
                .set_metric_interval_upper_bound(it.metric_interval_upper_bound)
                .scaling_adjustment(it.scaling_adjustment)
                .build()
        };
        let steps = self.step_adjustments.iter().map(step).collect::<Result<Vec<_>, _>>()?;
        Ok(aws::StepScalingPolicyConfiguration::builder()
            .adjustment_type(self.adjustment_type.as_str().into())
            .set_step_adjustments(Some(steps))
            .cooldown(signed(self.cooldown))
            .metric_aggregation_type(self.metric_aggregation_type.as_str().into())
            .set_min_adjustment_magnitude(self.min_adjustment_magnitude.map(signed))
            .build())
    }

    fn read(seen: aws::StepScalingPolicyConfiguration) -> Result<StepScaling> {
        let steps = seen.step_adjustments.unwrap_or_default().into_iter();
        Ok(StepScaling {
            adjustment_type: word_or(seen.adjustment_type, AdjustmentType::ChangeInCapacity)?,
            step_adjustments: steps
                .map(|it| StepAdjustment {
                    metric_interval_lower_bound: it.metric_interval_lower_bound,
                    metric_interval_upper_bound: it.metric_interval_upper_bound,
                    scaling_adjustment: it.scaling_adjustment,
                })
                .collect(),
            cooldown: seen.cooldown.map_or(300, count),
            metric_aggregation_type: word_or(seen.metric_aggregation_type, MetricAggregationType::Average)?,
            min_adjustment_magnitude: seen.min_adjustment_magnitude.filter(|it| *it > 0).map(count),
        })
    }
}

impl PredictiveScaling {
    fn write(&self) -> Result<aws::PredictiveScalingPolicyConfiguration, BuildError> {
        let metrics = self.metric_specifications.iter().map(PredictiveMetric::write).collect::<Result<Vec<_>, _>>()?;
        aws::PredictiveScalingPolicyConfiguration::builder()
            .set_metric_specifications(Some(metrics))
            .mode(self.mode.as_str().into())
            .set_scheduling_buffer_time(self.scheduling_buffer_time.map(signed))
            .max_capacity_breach_behavior(self.max_capacity_breach_behavior.as_str().into())
            .set_max_capacity_buffer(self.max_capacity_buffer.map(signed))
            .build()
    }

    fn read(seen: aws::PredictiveScalingPolicyConfiguration) -> Result<PredictiveScaling> {
        let breach = seen.max_capacity_breach_behavior;
        Ok(PredictiveScaling {
            metric_specifications: seen.metric_specifications.into_iter().map(PredictiveMetric::read).collect(),
            mode: word_or(seen.mode, PredictiveMode::ForecastOnly)?,
            scheduling_buffer_time: seen.scheduling_buffer_time.map(count),
            max_capacity_breach_behavior: word_or(breach, MaxCapacityBreachBehavior::HonorMaxCapacity)?,
            max_capacity_buffer: seen.max_capacity_buffer.map(count),
        })
    }
}

/// The name of a predefined metric, which AWS has in a type of its own for each use.
macro_rules! named {
    ($name:expr, $kind:ident) => {
        $name
            .as_ref()
            .map(|it: &PredictiveMetricName| {
                let written = aws::$kind::builder().predefined_metric_type(&it.predefined_metric_type);
                written.set_resource_label(it.resource_label.clone()).build()
            })
            .transpose()?
    };
    ($seen:expr) => {
        $seen.map(|it| PredictiveMetricName {
            predefined_metric_type: it.predefined_metric_type,
            resource_label: filled(it.resource_label),
        })
    };
}

impl PredictiveMetric {
    fn write(&self) -> Result<aws::PredictiveScalingMetricSpecification, BuildError> {
        let queries = |it: &Option<PredictiveQueries>| it.as_ref().map(PredictiveQueries::write).transpose();
        let pair =
            named!(self.predefined_metric_pair_specification, PredictiveScalingPredefinedMetricPairSpecification);
        let load =
            named!(self.predefined_load_metric_specification, PredictiveScalingPredefinedLoadMetricSpecification);
        let scaling =
            named!(self.predefined_scaling_metric_specification, PredictiveScalingPredefinedScalingMetricSpecification);
        aws::PredictiveScalingMetricSpecification::builder()
            .target_value(self.target_value)
            .set_predefined_metric_pair_specification(pair)
            .set_predefined_load_metric_specification(load)
            .set_predefined_scaling_metric_specification(scaling)
            .set_customized_scaling_metric_specification(queries(&self.customized_scaling_metric_specification)?)
            .set_customized_load_metric_specification(queries(&self.customized_load_metric_specification)?)
            .set_customized_capacity_metric_specification(queries(&self.customized_capacity_metric_specification)?)
            .build()
    }

    fn read(seen: aws::PredictiveScalingMetricSpecification) -> PredictiveMetric {
        PredictiveMetric {
            target_value: seen.target_value,
            predefined_metric_pair_specification: named!(seen.predefined_metric_pair_specification),
            predefined_scaling_metric_specification: named!(seen.predefined_scaling_metric_specification),
            predefined_load_metric_specification: named!(seen.predefined_load_metric_specification),
            customized_scaling_metric_specification: seen
                .customized_scaling_metric_specification
                .map(PredictiveQueries::read),
            customized_load_metric_specification: seen
                .customized_load_metric_specification
                .map(PredictiveQueries::read),
            customized_capacity_metric_specification: seen
                .customized_capacity_metric_specification
                .map(PredictiveQueries::read),
        }
    }
}

impl PredictiveQueries {
    fn write(&self) -> Result<aws::PredictiveScalingCustomizedMetricSpecification, BuildError> {
        let queries = self.metric_data_queries.iter().map(MetricDataQuery::predicted).collect::<Result<Vec<_>, _>>()?;
        aws::PredictiveScalingCustomizedMetricSpecification::builder().set_metric_data_queries(Some(queries)).build()
    }

    fn read(seen: aws::PredictiveScalingCustomizedMetricSpecification) -> PredictiveQueries {
        let queries = seen.metric_data_queries.into_iter();
        PredictiveQueries { metric_data_queries: queries.map(MetricDataQuery::of_predicted).collect() }
    }
}
