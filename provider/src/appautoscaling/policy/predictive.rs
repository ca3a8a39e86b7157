//! Scaling by a forecast.

use pulumi_plugin::{Fault, Faults, Property};

use super::metric::MetricDataQuery;

/// Predictive scaling: goes by a forecast of the load.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PredictiveScaling {
    /// The metric specifications. There is one.
    #[prop(min = 1, max = 1)]
    pub metric_specifications: Vec<PredictiveMetric>,
    /// The mode.
    #[prop(default = PredictiveMode::ForecastOnly)]
    pub mode: PredictiveMode,
    /// The scheduling buffer time in seconds: how much earlier than needed capacity is added.
    #[prop(max = 3600)]
    pub scheduling_buffer_time: Option<u32>,
    /// The maximum capacity breach behavior: what happens when the forecast is above the maximum capacity.
    #[prop(default = MaxCapacityBreachBehavior::HonorMaxCapacity)]
    pub max_capacity_breach_behavior: MaxCapacityBreachBehavior,
    /// The maximum capacity buffer: by how many percent of the forecast the maximum goes beyond it. Needs `IncreaseMaxCapacity`.
    #[prop(max = 100)]
    pub max_capacity_buffer: Option<u32>,
}

/// What is done with a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum PredictiveMode {
    /// It is shown.
    #[prop(rename = "ForecastOnly")]
    ForecastOnly,
    /// Capacity goes by it.
    #[prop(rename = "ForecastAndScale")]
    ForecastAndScale,
}

/// What happens when the forecast is above the maximum capacity.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum MaxCapacityBreachBehavior {
    /// The maximum holds.
    #[prop(rename = "HonorMaxCapacity")]
    HonorMaxCapacity,
    /// The maximum is raised.
    #[prop(rename = "IncreaseMaxCapacity")]
    IncreaseMaxCapacity,
}

/// The metrics of a forecast: a predefined pair, or one of load and one of scaling.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PredictiveMetric {
    /// The target value of the scaling metric.
    pub target_value: f64,
    /// A predefined pair of metrics, such as `ECSServiceCPUUtilization`.
    pub predefined_metric_pair_specification: Option<PredictiveMetricName>,
    /// A predefined scaling metric.
    pub predefined_scaling_metric_specification: Option<PredictiveMetricName>,
    /// A predefined load metric.
    pub predefined_load_metric_specification: Option<PredictiveMetricName>,
    /// A scaling metric of one's own.
    pub customized_scaling_metric_specification: Option<PredictiveQueries>,
    /// A load metric of one's own.
    pub customized_load_metric_specification: Option<PredictiveQueries>,
    /// A capacity metric of one's own.
    pub customized_capacity_metric_specification: Option<PredictiveQueries>,
}

/// A predefined metric of a forecast.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PredictiveMetricName {
    /// The predefined metric type.
    pub predefined_metric_type: String,
    /// The resource label, of metrics of a target group.
    pub resource_label: Option<String>,
}

/// A metric of one's own, of a forecast.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PredictiveQueries {
    /// The metric data queries.
    #[prop(min = 1, max = 10)]
    pub metric_data_queries: Vec<MetricDataQuery>,
}

impl PredictiveScaling {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let raises = self.max_capacity_breach_behavior == MaxCapacityBreachBehavior::IncreaseMaxCapacity;
        let odd = self.max_capacity_buffer.is_some() && !raises;
        Faults::of(self)
            .when(odd, "maxCapacityBuffer", "needs `maxCapacityBreachBehavior: IncreaseMaxCapacity`")
            .into_vec()
    }
}
