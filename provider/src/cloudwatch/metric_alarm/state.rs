//! A metric alarm as CloudWatch takes and tells it.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types as sdk;
use pulumi_plugin::{Error, Result};

use super::inputs::*;
use super::words::{LowSamples, MissingData};
use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::{Aws, Tags, word, word_or};
use crate::types::Arn;

/// The call that gives an alarm all that the program asks for, but its tags. What is left out is reset.
pub fn put(aws: &Aws, new: &MetricAlarmInputs) -> PutMetricAlarmFluentBuilder {
    let arns = |arns: &std::collections::BTreeSet<Arn>| some(arns.iter().map(Arn::to_string));
    let missing = (new.treat_missing_data != MissingData::Missing).then(|| new.treat_missing_data.as_str().to_owned());
    let few = (new.evaluate_low_sample_count_percentile != LowSamples::Evaluate)
        .then(|| new.evaluate_low_sample_count_percentile.as_str().to_owned());
    aws.cloudwatch()
        .put_metric_alarm()
        .alarm_name(&new.name)
        .set_alarm_description(filled(Some(&new.alarm_description)))
        .actions_enabled(new.actions_enabled)
        .set_alarm_actions(arns(&new.alarm_actions))
        .set_ok_actions(arns(&new.ok_actions))
        .set_insufficient_data_actions(arns(&new.insufficient_data_actions))
        .set_metric_name(new.metric_name.clone())
        .set_namespace(new.namespace.clone())
        .set_dimensions(some(dimensions(&new.dimensions)))
        .set_period(new.period.map(signed))
        .set_statistic(new.statistic.map(|word| word.as_str().into()))
        .set_extended_statistic(new.extended_statistic.clone())
        .set_unit(new.unit.map(|word| word.as_str().into()))
        .set_metrics(some(new.metrics.iter().map(query)))
        .set_evaluation_criteria(new.evaluation_criteria.as_ref().map(criteria))
        .set_evaluation_interval(new.evaluation_interval.map(signed))
        .set_evaluation_window(new.evaluation_window.as_ref().and_then(window))
        .set_evaluation_periods(new.evaluation_periods.map(signed))
        .set_datapoints_to_alarm(new.datapoints_to_alarm.map(signed))
        .set_threshold(new.threshold)
        .set_threshold_metric_id(new.threshold_metric_id.clone())
        .set_comparison_operator(new.comparison_operator.map(|word| word.as_str().into()))
        .set_treat_missing_data(missing)
        .set_evaluate_low_sample_count_percentile(few)
        .set_warm_up_configuration(new.warm_up_configuration.as_ref().map(warm_up))
        .set_action_configuration(new.action_configuration.as_ref().map(actions))
}

fn dimensions(dimensions: &BTreeMap<String, String>) -> impl Iterator<Item = sdk::Dimension> {
    dimensions.iter().map(|(name, value)| sdk::Dimension::builder().name(name).value(value).build())
}

fn query(query: &MetricDataQuery) -> sdk::MetricDataQuery {
    let stat = query.metric_stat.as_ref().map(|stat| {
        let metric = sdk::Metric::builder().metric_name(&stat.metric.metric_name).namespace(&stat.metric.namespace);
        let metric = metric.set_dimensions(some(dimensions(&stat.metric.dimensions))).build();
        let unit = stat.unit.map(|word| word.as_str().into());
        sdk::MetricStat::builder().metric(metric).period(signed(stat.period)).stat(&stat.stat).set_unit(unit).build()
    });
    sdk::MetricDataQuery::builder()
        .id(&query.id)
        .set_metric_stat(stat)
        .set_expression(query.expression.clone())
        .set_label(query.label.clone())
        .set_period(query.period.map(signed))
        .return_data(query.return_data)
        .set_account_id(query.account_id.clone())
        .build()
}

fn criteria(criteria: &EvaluationCriteria) -> sdk::EvaluationCriteria {
    let asked = &criteria.prom_ql_criteria;
    let built = sdk::AlarmPromQlCriteria::builder().query(&asked.query);
    let built = built.pending_period(signed(asked.pending_period)).recovery_period(signed(asked.recovery_period));
    sdk::EvaluationCriteria::PromQlCriteria(built.build())
}

fn window(window: &EvaluationWindow) -> Option<sdk::EvaluationWindow> {
    let wall = window.wall_clock_window.as_ref();
    let wall = wall.map(|wall| sdk::WallClockWindow::builder().set_timezone(wall.timezone.clone()).build());
    let sliding = window.sliding_window.as_ref().map(|_| sdk::SlidingWindow::builder().build());
    wall.map(sdk::EvaluationWindow::WallClockWindow).or(sliding.map(sdk::EvaluationWindow::SlidingWindow))
}

fn warm_up(warm_up: &WarmUpConfiguration) -> sdk::WarmUpConfiguration {
    sdk::WarmUpConfiguration::builder()
        .warm_up_period_duration_in_minutes(signed(warm_up.warm_up_period_duration_in_minutes))
        .only_start_evaluating_after_warm_up_period_ends(warm_up.only_start_evaluating_after_warm_up_period_ends)
        .build()
}

fn actions(actions: &ActionConfiguration) -> sdk::ActionConfiguration {
    let tags = &actions.alarm_tags_propagation;
    let tags = sdk::AlarmTagsPropagation::builder()
        .enabled(tags.enabled)
        .set_included_tag_keys(some(tags.included_tag_keys.iter().cloned()))
        .set_excluded_tag_keys(some(tags.excluded_tag_keys.iter().cloned()));
    sdk::ActionConfiguration::builder().alarm_tags_propagation(tags.build()).build()
}

/// What CloudWatch tells of an alarm.
pub fn read(alarm: sdk::MetricAlarm, tags: Tags) -> Result<MetricAlarmInputs> {
    let arns = |arns: Option<Vec<String>>| arns.into_iter().flatten().map(word).collect::<Result<_>>();
    Ok(MetricAlarmInputs {
        name: alarm.alarm_name.unwrap_or_default(),
        alarm_description: alarm.alarm_description.unwrap_or_default(),
        actions_enabled: alarm.actions_enabled.unwrap_or(true),
        alarm_actions: arns(alarm.alarm_actions)?,
        ok_actions: arns(alarm.ok_actions)?,
        insufficient_data_actions: arns(alarm.insufficient_data_actions)?,
        metric_name: filled(alarm.metric_name),
        namespace: filled(alarm.namespace),
        dimensions: named(alarm.dimensions),
        period: alarm.period.map(count),
        statistic: alarm.statistic.map(word).transpose()?,
        extended_statistic: filled(alarm.extended_statistic),
        unit: alarm.unit.map(word).transpose()?,
        metrics: alarm.metrics.into_iter().flatten().map(read_query).collect::<Result<_>>()?,
        evaluation_criteria: alarm.evaluation_criteria.map(read_criteria).transpose()?,
        evaluation_interval: alarm.evaluation_interval.map(count),
        evaluation_window: alarm.evaluation_window.map(read_window).transpose()?,
        evaluation_periods: alarm.evaluation_periods.map(count).filter(|periods| *periods > 0),
        datapoints_to_alarm: alarm.datapoints_to_alarm.map(count),
        threshold: alarm.threshold,
        threshold_metric_id: filled(alarm.threshold_metric_id),
        comparison_operator: alarm.comparison_operator.map(word).transpose()?,
        treat_missing_data: word_or(filled(alarm.treat_missing_data), MissingData::Missing)?,
        evaluate_low_sample_count_percentile: word_or(
            filled(alarm.evaluate_low_sample_count_percentile),
            LowSamples::Evaluate,
        )?,
        warm_up_configuration: alarm.warm_up_configuration.map(read_warm_up),
        action_configuration: alarm.action_configuration.and_then(read_actions),
        tags,
    })
}

fn named(dimensions: Option<Vec<sdk::Dimension>>) -> BTreeMap<String, String> {
    let pairs = dimensions.into_iter().flatten();
    pairs.map(|it| (it.name.unwrap_or_default(), it.value.unwrap_or_default())).collect()
}

fn read_query(query: sdk::MetricDataQuery) -> Result<MetricDataQuery> {
    Ok(MetricDataQuery {
        id: query.id.unwrap_or_default(),
        metric_stat: query.metric_stat.map(read_stat).transpose()?,
        expression: filled(query.expression),
        label: query.label,
        period: query.period.map(count),
        return_data: query.return_data.unwrap_or(true),
        account_id: filled(query.account_id),
    })
}

fn read_stat(stat: sdk::MetricStat) -> Result<MetricStat> {
    let metric = stat.metric.unwrap_or_else(|| sdk::Metric::builder().build());
    Ok(MetricStat {
        metric: Metric {
            metric_name: metric.metric_name.unwrap_or_default(),
            namespace: metric.namespace.unwrap_or_default(),
            dimensions: named(metric.dimensions),
        },
        period: stat.period.map(count).unwrap_or_default(),
        stat: stat.stat.unwrap_or_default(),
        unit: stat.unit.map(word).transpose()?,
    })
}

fn read_criteria(criteria: sdk::EvaluationCriteria) -> Result<EvaluationCriteria> {
    let criteria = criteria.as_prom_ql_criteria().map_err(|_| unknown("evaluation criteria"))?.clone();
    let prom_ql_criteria = PromQlCriteria {
        query: criteria.query.unwrap_or_default(),
        pending_period: criteria.pending_period.map(count).unwrap_or_default(),
        recovery_period: criteria.recovery_period.map(count).unwrap_or_default(),
    };
    Ok(EvaluationCriteria { prom_ql_criteria })
}

fn read_window(window: sdk::EvaluationWindow) -> Result<EvaluationWindow> {
    match window {
        sdk::EvaluationWindow::WallClockWindow(wall) => {
            let wall_clock_window = Some(WallClockWindow { timezone: filled(wall.timezone) });
            Ok(EvaluationWindow { wall_clock_window, sliding_window: None })
        }
        sdk::EvaluationWindow::SlidingWindow(_) => {
            Ok(EvaluationWindow { wall_clock_window: None, sliding_window: Some(SlidingWindow {}) })
        }
        _ => Err(unknown("evaluation window")),
    }
}

fn unknown(what: &str) -> Error {
    Error::new(format!("AWS tells an {what} that is not known here"))
        .hint("a newer version of the provider may know it")
}

fn read_warm_up(warm_up: sdk::WarmUpConfiguration) -> WarmUpConfiguration {
    WarmUpConfiguration {
        warm_up_period_duration_in_minutes: warm_up.warm_up_period_duration_in_minutes.map(count).unwrap_or_default(),
        only_start_evaluating_after_warm_up_period_ends: warm_up
            .only_start_evaluating_after_warm_up_period_ends
            .unwrap_or_default(),
    }
}

fn read_actions(actions: sdk::ActionConfiguration) -> Option<ActionConfiguration> {
    let tags = actions.alarm_tags_propagation?;
    let alarm_tags_propagation = AlarmTagsPropagation {
        enabled: tags.enabled.unwrap_or_default(),
        included_tag_keys: tags.included_tag_keys.into_iter().flatten().collect(),
        excluded_tag_keys: tags.excluded_tag_keys.into_iter().flatten().collect(),
    };
    Some(ActionConfiguration { alarm_tags_propagation })
}
