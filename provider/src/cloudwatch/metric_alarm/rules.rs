//! Rules between a metric alarm's properties.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Faults};

use super::inputs::*;
use super::words::ComparisonOperator;

/// Everything that is wrong.
pub fn faults(new: &MetricAlarmInputs) -> Vec<Fault> {
    let window = new.evaluation_window.as_ref();
    let windows =
        window.map_or(1, |w| [w.wall_clock_window.is_some(), w.sliding_window.is_some()].map(usize::from).iter().sum());
    let tags = new.action_configuration.as_ref().map(|it| &it.alarm_tags_propagation);
    let both = tags.is_some_and(|tags| !tags.included_tag_keys.is_empty() && !tags.excluded_tag_keys.is_empty());
    Faults::of(new)
        .one_of(&["metricName", "metrics", "evaluationCriteria"])
        .and(metric(new))
        .and(queries(new))
        .and(threshold(new))
        .and(criteria(new))
        .when(windows != 1, "evaluationWindow", "give exactly one of `wallClockWindow` and `slidingWindow`")
        .when(both, "actionConfiguration", "give `includedTagKeys` or `excludedTagKeys`, not both")
        .into_vec()
}

fn metric(new: &MetricAlarmInputs) -> Vec<Fault> {
    let faults = Faults::of(new)
        .needs("namespace", "metricName")
        .needs("dimensions", "metricName")
        .needs("unit", "metricName")
        .needs("statistic", "metricName")
        .needs("extendedStatistic", "metricName");
    let faults = match new.metric_name {
        Some(_) => faults
            .needs("metricName", "namespace")
            .needs("metricName", "period")
            .one_of(&["statistic", "extendedStatistic"]),
        None => faults.needs("period", "metricName"),
    };
    faults.and(new.period.and_then(|period| span(new, period)).map(|why| Fault::new("period", why))).into_vec()
}

/// What is wrong with a period, or with all periods together.
fn span(new: &MetricAlarmInputs, period: u32) -> Option<String> {
    if !matches!(period, 10 | 20 | 30) && !period.is_multiple_of(60) {
        return Some(format!("{period} is not 10, 20, 30 or a multiple of 60"));
    }
    let all = u64::from(period) * u64::from(new.evaluation_periods.unwrap_or(1));
    let most = if period < 3600 { 86400 } else { 604_800 };
    (all > most).then(|| {
        format!("times `evaluationPeriods` is {all} s; at most {most} s are allowed with periods of {period} s")
    })
}

/// A set has no places, so the id says which query it is.
fn queries(new: &MetricAlarmInputs) -> Vec<Fault> {
    if new.metrics.is_empty() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    let mut fault = |why: String| faults.push(Fault::new("metrics", why));
    let mut ids = BTreeSet::new();
    for query in &new.metrics {
        let id = &query.id;
        let named = id.starts_with(|c: char| c.is_ascii_lowercase());
        if !named || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            fault(format!("`{id}` is not an id: a lower case letter, then letters, digits and `_`"));
        }
        if !ids.insert(id) {
            fault(format!("`{id}` is there twice"));
        }
        if query.expression.is_some() == query.metric_stat.is_some() {
            fault(format!("of `{id}`: give exactly one of `expression` and `metricStat`"));
        }
        if let Some(why) =
            query.metric_stat.as_ref().map(|stat| stat.period).or(query.period).and_then(|period| span(new, period))
        {
            fault(format!("of `{id}`: the period {why}"));
        }
    }
    let band = new.threshold_metric_id.as_ref();
    let watched: Vec<_> =
        new.metrics.iter().filter(|q| q.return_data && Some(&q.id) != band).map(|q| q.id.as_str()).collect();
    match watched[..] {
        [_] => {}
        [] => fault("none of them has `returnData: true`, so there is no value to watch".into()),
        _ => fault(format!(
            "the alarm watches one value, so set `returnData: false` on all but one of {}",
            watched.join(", ")
        )),
    }
    if let Some(band) = band.filter(|band| !ids.contains(band)) {
        faults.push(Fault::new("thresholdMetricId", format!("no query of `metrics` has the id `{band}`")));
    }
    faults
}

fn threshold(new: &MetricAlarmInputs) -> Vec<Fault> {
    use ComparisonOperator::{
        GreaterThanUpperThreshold, LessThanLowerOrGreaterThanUpperThreshold, LessThanLowerThreshold,
    };
    if new.evaluation_criteria.is_some() {
        return Vec::new();
    }
    let operator = new.comparison_operator;
    let ranged = matches!(
        operator,
        Some(LessThanLowerOrGreaterThanUpperThreshold | LessThanLowerThreshold | GreaterThanUpperThreshold)
    );
    let too_many =
        new.datapoints_to_alarm.zip(new.evaluation_periods).is_some_and(|(points, periods)| points > periods);
    Faults::of(new)
        .when(new.evaluation_periods.is_none(), "evaluationPeriods", "missing")
        .when(operator.is_none(), "comparisonOperator", "missing")
        .when(too_many, "datapointsToAlarm", "is more than `evaluationPeriods`")
        .when(
            new.threshold.is_some() && new.threshold_metric_id.is_some(),
            "threshold",
            "can't be given together with `thresholdMetricId`",
        )
        .when(
            ranged && new.threshold_metric_id.is_none(),
            "comparisonOperator",
            "compares with a band, so it needs `thresholdMetricId`",
        )
        .when(
            !ranged && new.threshold_metric_id.is_some(),
            "comparisonOperator",
            "does not compare with the band of `thresholdMetricId`",
        )
        .when(!ranged && new.threshold.is_none() && new.threshold_metric_id.is_none(), "threshold", "missing")
        .when(new.threshold_metric_id.is_some() && new.metrics.is_empty(), "thresholdMetricId", "needs `metrics`")
        .into_vec()
}

fn criteria(new: &MetricAlarmInputs) -> Vec<Fault> {
    let faults = Faults::of(new).needs("evaluationInterval", "evaluationCriteria");
    if new.evaluation_criteria.is_none() {
        return faults.into_vec();
    }
    let odd = new.evaluation_interval.is_some_and(|interval| !matches!(interval, 10 | 20 | 30) && interval % 60 != 0);
    faults
        .needs("evaluationCriteria", "evaluationInterval")
        .excludes("evaluationCriteria", "evaluationPeriods")
        .excludes("evaluationCriteria", "datapointsToAlarm")
        .excludes("evaluationCriteria", "threshold")
        .excludes("evaluationCriteria", "thresholdMetricId")
        .excludes("evaluationCriteria", "comparisonOperator")
        .excludes("evaluationCriteria", "evaluationWindow")
        .when(odd, "evaluationInterval", "is not 10, 20, 30 or a multiple of 60")
        .into_vec()
}
