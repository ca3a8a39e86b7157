//! The alarms that most stacks want.

mod inputs;
mod watched;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Fault, Knobs, Output, Outputs, Result, Scope};

pub use self::inputs::*;
use self::watched::{Stat, Watched};
use crate::aws::{Aws, Common};
use crate::cloudwatch::metric_alarm::{MetricAlarm, MetricAlarmArgs};
use crate::components::Report;
use crate::components::account::{arn, edge};

/// CloudWatch alarms for load balancers, services of ECS, Aurora, Redis and CloudFront, which tell an SNS topic when they go off and when all is well again.
#[derive(Clone, Outputs)]
pub struct Alarms {
    /// The ARN of each alarm, by its key.
    pub alarm_arns: Output<BTreeMap<String, String>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for Alarms {
    const TOKEN: &'static str = "gitinfra:index:Alarms";
    type Session = Aws;
    type Inputs = AlarmsInputs;
    type Facts = ();

    fn check(inputs: &AlarmsInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &AlarmsInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Aws, _: &AlarmsInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: AlarmsInputs, (): ()) -> Result<Self> {
        let mut arns = Vec::new();
        for watched in watched::all(&inputs) {
            let cdn = watched.namespace == "AWS/CloudFront";
            // CloudFront's metrics, and so their alarms and topics, are in us-east-1.
            let place = if cdn { edge()? } else { Common::default() };
            let topic = inputs.cdn.as_ref().filter(|_| cdn).map_or(&inputs.topic_arn, |cdn| &cdn.topic_arn);
            let key = watched.key.clone();
            let alarm = here.child(key.clone()).at(&place).add::<MetricAlarm>(args(watched, topic));
            arns.push((key, alarm.arn));
        }
        Ok(Alarms { alarm_arns: Output::all_by_key(arns), report: Report::of(here) })
    }
}

fn args(watched: Watched, topic: &Output<String>) -> MetricAlarmArgs {
    let told = arn(topic).map(|topic| BTreeSet::from([topic]));
    let (statistic, extended) = match watched.stat {
        Stat::Plain(statistic) => (Some(statistic), None),
        Stat::Percentile(percentile) => (None, Some(percentile.to_owned())),
    };
    MetricAlarmArgs {
        alarm_description: watched.description.into(),
        alarm_actions: (&told).into(),
        ok_actions: told.into(),
        metric_name: watched.metric.into(),
        namespace: watched.namespace.into(),
        dimensions: Output::all_by_key(watched.dimensions.into_iter().map(|(name, value)| (name.to_owned(), value)))
            .into(),
        period: 60.into(),
        evaluation_periods: watched.minutes.into(),
        threshold: watched.threshold.into(),
        comparison_operator: watched.operator.into(),
        statistic: statistic.into(),
        extended_statistic: extended.into(),
        treat_missing_data: watched.missing.into(),
        ..Default::default()
    }
}
