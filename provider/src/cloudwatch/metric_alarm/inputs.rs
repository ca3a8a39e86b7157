//! What the program asks of a metric alarm.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::Property;

use super::words::{ComparisonOperator, LowSamples, MissingData, StandardUnit, Statistic};
use crate::aws::Tags;
use crate::types::Arn;

/// The inputs of a CloudWatch metric alarm.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetricAlarmInputs {
    /// The alarm's name: up to 255 characters, unique among the metric and composite alarms of the account and region.
    #[prop(replace, unique, autoname = 255, min = 1, max = 255)]
    pub name: String,
    /// The alarm's description, up to 1024 characters.
    #[prop(default, max = 1024)]
    pub alarm_description: String,
    /// Whether actions are executed when the alarm's state changes.
    #[prop(default = true)]
    pub actions_enabled: bool,
    /// The alarm actions: the ARNs of what is told or done when the alarm goes to `ALARM`. SNS topics must be of the alarm's own region.
    #[prop(default, max = 5)]
    pub alarm_actions: BTreeSet<Arn>,
    /// The OK actions: the ARNs of what is told or done when the alarm goes to `OK`.
    #[prop(default, max = 5)]
    pub ok_actions: BTreeSet<Arn>,
    /// The insufficient data actions: the ARNs of what is told or done when the alarm goes to `INSUFFICIENT_DATA`.
    #[prop(default, max = 5)]
    pub insufficient_data_actions: BTreeSet<Arn>,
    /// The metric name. Give this, or `metrics`, or `evaluationCriteria`.
    #[prop(min = 1, max = 255)]
    pub metric_name: Option<String>,
    /// The metric's namespace, such as `AWS/ApplicationELB`. Needs `metricName`.
    #[prop(min = 1, max = 255)]
    pub namespace: Option<String>,
    /// The metric's dimensions, by name: up to 30.
    #[prop(default, max = 30)]
    pub dimensions: BTreeMap<String, String>,
    /// The period in seconds over which the statistic is applied: 10, 20, 30 or a multiple of 60.
    #[prop(min = 10, max = 604800)]
    pub period: Option<u32>,
    /// The statistic of the metric. For a percentile, give `extendedStatistic` instead.
    pub statistic: Option<Statistic>,
    /// The extended statistic of the metric: a percentile such as `p99.9`, or `tm90`, `IQM`, `PR(0:300)` and the like.
    #[prop(min = 2)]
    pub extended_statistic: Option<String>,
    /// The unit of the metric. Data in another unit is not looked at; so leave it out unless the metric has several units.
    pub unit: Option<StandardUnit>,
    /// Metric data queries: metrics and math expressions, exactly one of which gives the value that the alarm watches. Up to 500.
    #[prop(default, max = 500)]
    pub metrics: BTreeSet<MetricDataQuery>,
    /// Evaluation criteria: a query in PromQL in place of a metric.
    pub evaluation_criteria: Option<EvaluationCriteria>,
    /// The evaluation interval in seconds, at which a PromQL query is evaluated: 10, 20, 30, or a multiple of 60 up to 3600. Needs `evaluationCriteria`.
    #[prop(min = 10, max = 3600)]
    pub evaluation_interval: Option<u32>,
    /// The evaluation window: which ranges of time the periods are. Default: a sliding window.
    pub evaluation_window: Option<EvaluationWindow>,
    /// The evaluation periods: over how many of them data is compared with the threshold.
    #[prop(min = 1)]
    pub evaluation_periods: Option<u32>,
    /// The datapoints to alarm: how many of the evaluation periods must be breaching. Default: all.
    #[prop(min = 1)]
    pub datapoints_to_alarm: Option<u32>,
    /// The threshold. Not with `thresholdMetricId`.
    pub threshold: Option<f64>,
    /// The threshold metric id: of an anomaly detection band, the id of its `ANOMALY_DETECTION_BAND` expression in `metrics`.
    #[prop(min = 1, max = 255)]
    pub threshold_metric_id: Option<String>,
    /// The comparison operator between the value and the threshold.
    pub comparison_operator: Option<ComparisonOperator>,
    /// How to treat missing data.
    #[prop(default = MissingData::Missing)]
    pub treat_missing_data: MissingData,
    /// What to do with percentiles of too few samples to be significant.
    #[prop(default = LowSamples::Evaluate)]
    pub evaluate_low_sample_count_percentile: LowSamples,
    /// The warm-up configuration: how long the alarm stays in `INSUFFICIENT_DATA` at first. Default: none.
    pub warm_up_configuration: Option<WarmUpConfiguration>,
    /// The action configuration: what actions are told beside the state. Default: no tags.
    pub action_configuration: Option<ActionConfiguration>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A metric data query: a metric, or an expression over others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct MetricDataQuery {
    /// The id, which expressions name: a lower case letter, then letters, digits and `_`.
    #[prop(min = 1, max = 255)]
    pub id: String,
    /// The metric and its statistic. Give this or `expression`.
    pub metric_stat: Option<MetricStat>,
    /// The metric math expression, or Metrics Insights query.
    #[prop(min = 1, max = 2048)]
    pub expression: Option<String>,
    /// The label.
    pub label: Option<String>,
    /// The period of an expression's values in seconds.
    #[prop(min = 1)]
    pub period: Option<u32>,
    /// Whether this is the value that the alarm watches: true for exactly one query, beside the band of `thresholdMetricId`. Default: true.
    #[prop(default = true)]
    pub return_data: bool,
    /// The account id where the metric is, if it is another one's.
    #[prop(min = 1, max = 255)]
    pub account_id: Option<String>,
}

/// A metric and its statistic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct MetricStat {
    /// The metric.
    pub metric: Metric,
    /// The period in seconds.
    #[prop(min = 1)]
    pub period: u32,
    /// The statistic: `Sum`, `Average`, `p99` and the like.
    #[prop(min = 1)]
    pub stat: String,
    /// The unit. Data in another unit is not looked at.
    pub unit: Option<StandardUnit>,
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Metric {
    /// The metric name.
    #[prop(min = 1, max = 255)]
    pub metric_name: String,
    /// The namespace.
    #[prop(min = 1, max = 255)]
    pub namespace: String,
    /// The dimensions, by name.
    #[prop(default, max = 30)]
    pub dimensions: BTreeMap<String, String>,
}

/// Evaluation criteria: a query that is not over a metric.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EvaluationCriteria {
    /// The PromQL criteria.
    pub prom_ql_criteria: PromQlCriteria,
}

/// A query in PromQL, and for how long it must give something.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PromQlCriteria {
    /// The query.
    #[prop(min = 1, max = 10000)]
    pub query: String,
    /// The pending period in seconds: how long the query must give something before the alarm goes to `ALARM`. Default: 0.
    #[prop(default, max = 86400)]
    pub pending_period: u32,
    /// The recovery period in seconds: how long the query must give nothing before the alarm goes back to `OK`. Default: 0.
    #[prop(default, max = 86400)]
    pub recovery_period: u32,
}

/// The evaluation window: which ranges of time the periods are.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EvaluationWindow {
    /// A wall clock window: periods begin with the minute, hour, day or week.
    pub wall_clock_window: Option<WallClockWindow>,
    /// A sliding window: periods end now.
    pub sliding_window: Option<SlidingWindow>,
}

/// A wall clock window.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct WallClockWindow {
    /// The time zone: `Asia/Tokyo`, `+09:00`. Default: UTC.
    #[prop(min = 1)]
    pub timezone: Option<String>,
}

/// A sliding window. It has no properties.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SlidingWindow {}

/// The warm-up configuration of an alarm.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct WarmUpConfiguration {
    /// The warm-up period's duration in minutes.
    #[prop(min = 1)]
    pub warm_up_period_duration_in_minutes: u32,
    /// Whether evaluation starts only after the warm-up period ends, even if there is data before. Default: false.
    #[prop(default)]
    pub only_start_evaluating_after_warm_up_period_ends: bool,
}

/// The action configuration of an alarm.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ActionConfiguration {
    /// Which of the alarm's tags its actions are told.
    pub alarm_tags_propagation: AlarmTagsPropagation,
}

/// Which of an alarm's tags its actions are told.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AlarmTagsPropagation {
    /// Whether any are.
    pub enabled: bool,
    /// The included tag keys: only these. Default: all.
    #[prop(default, max = 50)]
    pub included_tag_keys: BTreeSet<String>,
    /// The excluded tag keys: all but these.
    #[prop(default, max = 50)]
    pub excluded_tag_keys: BTreeSet<String>,
}
