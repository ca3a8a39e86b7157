//! The metrics that target tracking looks at.

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Faults, Property};

/// A predefined metric.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PredefinedMetricSpecification {
    /// The predefined metric type, such as `ECSServiceAverageCPUUtilization`, `ECSServiceAverageMemoryUtilization` or
    /// `ALBRequestCountPerTarget`.
    #[prop(min = 1)]
    pub predefined_metric_type: String,
    /// The resource label of `ALBRequestCountPerTarget`: the ends of the ARNs of load balancer and target group,
    /// `app/NAME/ID/targetgroup/NAME/ID`.
    pub resource_label: Option<String>,
}

/// A metric of one's own: one of CloudWatch's by name, or several put together.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CustomizedMetricSpecification {
    /// The metric name.
    pub metric_name: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The dimensions, by name.
    #[prop(default)]
    pub dimensions: BTreeMap<String, String>,
    /// The statistic.
    pub statistic: Option<MetricStatistic>,
    /// The unit.
    pub unit: Option<String>,
    /// The metrics and expressions that are put together, in place of one metric.
    #[prop(default)]
    pub metrics: Vec<MetricDataQuery>,
}

/// A statistic of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum MetricStatistic {
    /// The average.
    #[prop(rename = "Average")]
    Average,
    /// The least value.
    #[prop(rename = "Minimum")]
    Minimum,
    /// The greatest value.
    #[prop(rename = "Maximum")]
    Maximum,
    /// The number of values.
    #[prop(rename = "SampleCount")]
    SampleCount,
    /// The sum.
    #[prop(rename = "Sum")]
    Sum,
}

/// A metric, or an expression over others.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetricDataQuery {
    /// The id, by which expressions refer to it.
    pub id: String,
    /// The expression.
    pub expression: Option<String>,
    /// The metric and its statistic.
    pub metric_stat: Option<MetricStat>,
    /// The label.
    pub label: Option<String>,
    /// Whether this is what counts. Default: true.
    #[prop(default = true)]
    pub return_data: bool,
}

/// A metric and its statistic.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetricStat {
    /// The metric.
    pub metric: Metric,
    /// The statistic, such as `Average` or `p90`.
    pub stat: String,
    /// The unit.
    pub unit: Option<String>,
}

/// A metric of CloudWatch.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Metric {
    /// The metric name.
    pub metric_name: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The dimensions, by name.
    #[prop(default)]
    pub dimensions: BTreeMap<String, String>,
}

impl PredefinedMetricSpecification {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let labelled = self.predefined_metric_type == "ALBRequestCountPerTarget";
        Faults::of(self)
            .when(labelled && self.resource_label.is_none(), "resourceLabel", "missing: this metric needs it")
            .when(
                !labelled && self.resource_label.is_some(),
                "resourceLabel",
                "needs `predefinedMetricType: ALBRequestCountPerTarget`",
            )
            .into_vec()
    }
}
