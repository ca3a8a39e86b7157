//! A metric filter.

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types::{
    MetricFilter as AwsFilter, MetricTransformation as AwsTransformation, StandardUnit,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result};

use crate::aws::list::{filled, some};
use crate::aws::{Aws, Doing as _, word, word_or};
pub use crate::logs::unit::MetricUnit;
use crate::types::{LogGroupName, MetricFilterName};

/// The inputs of a metric filter.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetricFilterInputs {
    /// The name of the log group that the metric filter watches, of class `STANDARD`.
    #[prop(replace, unique)]
    pub log_group_name: LogGroupName,
    /// The metric filter's name: 1 to 512 characters without `:` and `*`, unique in the log group. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 512)]
    pub name: MetricFilterName,
    /// The filter pattern: which log events count, such as `{ $.status >= 500 }`. Empty: all. At most 1024 characters.
    #[prop(max = 1024)]
    pub filter_pattern: String,
    /// The metric transformation: which metric the log events become.
    pub metric_transformation: MetricTransformation,
    /// Whether the metric filter is applied to log events as the log group's transformer has changed them. Default: false.
    #[prop(default = false)]
    pub apply_on_transformed_logs: bool,
    /// The field selection criteria: which accounts and regions count in a log group that has logs of several. Empty: all.
    #[prop(default, max = 2000)]
    pub field_selection_criteria: String,
    /// The system fields that become dimensions of the metric: `@aws.account`, `@aws.region`.
    #[prop(default)]
    pub emit_system_field_dimensions: Vec<String>,
}

/// A metric transformation: which metric log events become.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetricTransformation {
    /// The metric's name, without `:`, `*` and `$`.
    #[prop(min = 1, max = 255)]
    pub metric_name: String,
    /// The namespace of the metric, without `:`, `*` and `$`.
    #[prop(min = 1, max = 255)]
    pub metric_namespace: String,
    /// The metric value of a log event that counts: a number, such as `1`, or a field of the event, such as `$.latency`.
    #[prop(min = 1, max = 100)]
    pub metric_value: String,
    /// The value of a period in which logs come in, but no event counts. Not with `dimensions`. Default: no value.
    pub default_value: Option<f64>,
    /// The dimensions of the metric, at most 3: from a name to a field of the event, such as `$.path`. Each pair of values is a metric with
    /// a price of its own.
    #[prop(default, max = 3)]
    pub dimensions: BTreeMap<String, String>,
    /// The unit of the metric. Default: `None`.
    #[prop(default = MetricUnit::None)]
    pub unit: MetricUnit,
}

/// A metric filter: makes a metric of the log events of a log group, for alarms and graphs. Its id is `LOG-GROUP:NAME`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetricFilter {
    /// The inputs as CloudWatch Logs has them.
    #[prop(inputs)]
    pub inputs: MetricFilterInputs,
}

impl Resource for MetricFilter {
    const TOKEN: &'static str = "gitinfra:logs:MetricFilter";
    type Session = Aws;
    type Inputs = MetricFilterInputs;
    type Seen = AwsFilter;

    fn check(new: &MetricFilterInputs) -> Vec<Fault> {
        let metric = &new.metric_transformation;
        let odd = |text: &str| text.contains([':', '*', '$']);
        let faults = Faults::of(metric)
            .excludes("dimensions", "defaultValue")
            .when(odd(&metric.metric_name), "metricName", "`:`, `*` and `$` are not allowed")
            .when(odd(&metric.metric_namespace), "metricNamespace", "`:`, `*` and `$` are not allowed");
        Faults::of(new).part("metricTransformation", faults.into_vec()).into_vec()
    }

    /// AWS puts a new filter in the place of one that has its name.
    async fn standing(aws: &Aws, new: &MetricFilterInputs) -> Result<Option<Id>> {
        let id = id_of(new);
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &MetricFilterInputs) -> Result<Made> {
        put(&aws.once(), new).await?;
        Ok(Made::New(id_of(new)))
    }

    /// It can't be marked as ours: after an attempt of which the answer got lost, it is known by what it says.
    async fn ours(aws: &Aws, id: &Id, seen: &AwsFilter, new: &MetricFilterInputs) -> Result<Option<Id>> {
        let same = || inputs(id, seen.clone()).is_ok_and(|seen| seen == *new);
        Ok((aws.call().tried() && same()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsFilter>> {
        let (group, name) = halves(id)?;
        // AWS answers with all that begin so, and refuses where there is no such group.
        let ask = aws.logs().describe_metric_filters().log_group_name(group).filter_name_prefix(name);
        let mut pages = ask.into_paginator().items().send();
        while let Some(filter) = pages.next().await {
            let filter = filter.unless(&["ResourceNotFoundException"]).doing("reading metric filter", id)?;
            if filter.as_ref().is_some_and(|filter| filter.filter_name() == Some(name)) {
                return Ok(filter);
            }
        }
        Ok(None)
    }

    async fn read(_: &Aws, id: &Id, seen: AwsFilter) -> Result<Self> {
        Ok(MetricFilter { inputs: inputs(id, seen)? })
    }

    /// Spaces around the pattern mean nothing.
    fn respell(&mut self, given: &MetricFilterInputs) {
        if self.inputs.filter_pattern.trim() == given.filter_pattern.trim() {
            self.inputs.filter_pattern.clone_from(&given.filter_pattern);
        }
    }

    async fn update(aws: &Aws, _: &Id, _: &Self, new: &MetricFilterInputs) -> Result<()> {
        put(aws, new).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let (group, name) = halves(id)?;
        let delete = aws.logs().delete_metric_filter().log_group_name(group).filter_name(name).send().await;
        delete.unless(&["ResourceNotFoundException"]).done("deleting metric filter", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn id_of(new: &MetricFilterInputs) -> Id {
    format!("{}:{}", new.log_group_name, new.name).into()
}

/// The log group and the name.
fn halves(id: &Id) -> Result<(&str, &str)> {
    let halves = id.as_str().split_once(':');
    halves.ok_or_else(|| Error::new(format!("`{id}` is not the id of a metric filter, which is LOG-GROUP:NAME")))
}

/// All of it: what is left out AWS would clear.
async fn put(aws: &Aws, new: &MetricFilterInputs) -> Result<()> {
    let metric = &new.metric_transformation;
    let transformation = AwsTransformation::builder()
        .metric_name(&metric.metric_name)
        .metric_namespace(&metric.metric_namespace)
        .metric_value(&metric.metric_value)
        .set_default_value(metric.default_value)
        .set_dimensions(Some(metric.dimensions.clone().into_iter().collect()).filter(|_| !metric.dimensions.is_empty()))
        .unit(StandardUnit::from(metric.unit.as_str()))
        .build();
    let transformation = transformation.map_err(|error| Error::new(format!("a metric transformation: {error}")))?;
    let put = aws
        .logs()
        .put_metric_filter()
        .log_group_name(new.log_group_name.as_str())
        .filter_name(new.name.as_str())
        .filter_pattern(&new.filter_pattern)
        .metric_transformations(transformation)
        .apply_on_transformed_logs(new.apply_on_transformed_logs)
        .set_field_selection_criteria(filled(Some(&new.field_selection_criteria)))
        .set_emit_system_field_dimensions(some(new.emit_system_field_dimensions.iter().cloned()));
    put.send().await.done("putting metric filter", &new.name)
}

fn inputs(id: &Id, seen: AwsFilter) -> Result<MetricFilterInputs> {
    let metric = seen.metric_transformations.unwrap_or_default().pop();
    let metric = metric.ok_or_else(|| Error::new(format!("metric filter `{id}` makes no metric")))?;
    Ok(MetricFilterInputs {
        log_group_name: word(halves(id)?.0)?,
        name: seen.filter_name.unwrap_or_default().into(),
        filter_pattern: seen.filter_pattern.unwrap_or_default(),
        metric_transformation: MetricTransformation {
            metric_name: metric.metric_name,
            metric_namespace: metric.metric_namespace,
            metric_value: metric.metric_value,
            default_value: metric.default_value,
            dimensions: metric.dimensions.unwrap_or_default().into_iter().collect(),
            unit: word_or(metric.unit, MetricUnit::None)?,
        },
        apply_on_transformed_logs: seen.apply_on_transformed_logs,
        field_selection_criteria: seen.field_selection_criteria.unwrap_or_default(),
        emit_system_field_dimensions: seen.emit_system_field_dimensions.unwrap_or_default(),
    })
}
