//! A metric alarm.

mod inputs;
mod rules;
mod state;
mod words;

use std::collections::HashMap;

use aws_sdk_cloudwatch::types::{AlarmType, MetricAlarm as AwsAlarm};
use pulumi_plugin::{Error, Fault, Id, Made, Map, Property, Resource, Result};

pub use self::inputs::*;
pub use self::words::*;
use crate::aws::{Aws, Doing as _, Tags};
use crate::cloudwatch::{elsewhere, tags};

/// How many alarms one call describes.
const MOST: usize = 100;

/// A CloudWatch metric alarm: watches a metric, a metric math expression or a PromQL query, and acts when its state changes.
///
/// Metrics of CloudFront and Route 53, and those of billing, are in us-east-1: so are their alarms, and the SNS topics of those.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetricAlarm {
    /// The inputs, as CloudWatch has them.
    #[prop(inputs)]
    pub inputs: MetricAlarmInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for MetricAlarm {
    const TOKEN: &'static str = "gitinfra:cloudwatch:MetricAlarm";
    type Session = Aws;
    type Inputs = MetricAlarmInputs;
    type Seen = AwsAlarm;

    fn check(new: &MetricAlarmInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    fn check_in(new: &MetricAlarmInputs, common: &Map) -> Vec<Fault> {
        elsewhere([&new.alarm_actions, &new.ok_actions, &new.insufficient_data_actions], common)
    }

    /// Putting an alarm overwrites one of the same name without a word.
    async fn standing(aws: &Aws, new: &MetricAlarmInputs) -> Result<Option<Id>> {
        standing(aws, &new.name, &AlarmType::MetricAlarm).await
    }

    async fn create(aws: &Aws, new: &MetricAlarmInputs) -> Result<Made> {
        let put = state::put(&aws.once(), new).set_tags(Some(aws.newborn(&new.tags)));
        put.send().await.doing("creating metric alarm", &new.name)?;
        Ok(Made::New(Id::from(&*new.name)))
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsAlarm, _: &MetricAlarmInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.alarm_arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsAlarm>> {
        aws.asked_by(MOST, id, described).await
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsAlarm) -> Result<Self> {
        let arn = seen.alarm_arn.clone().unwrap_or_default();
        let tags = tags::visible(aws, &arn).await?;
        Ok(MetricAlarm { inputs: state::read(seen, tags)?, arn })
    }

    /// As many datapoints as periods, and a window that slides, are what AWS takes for none.
    fn respell(&mut self, given: &MetricAlarmInputs) {
        let all = self.inputs.evaluation_periods;
        let (ours, theirs) = (given.datapoints_to_alarm, &mut self.inputs.datapoints_to_alarm);
        if ours.or(all) == theirs.or(all) {
            *theirs = ours;
        }
        let (ours, theirs) = (&given.evaluation_window, &mut self.inputs.evaluation_window);
        let slides = |window: &Option<EvaluationWindow>| window.as_ref().is_none_or(|it| it.sliding_window.is_some());
        if slides(ours) && slides(theirs) {
            theirs.clone_from(ours);
        }
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &MetricAlarmInputs) -> Result<()> {
        state::put(aws, new).send().await.done("changing metric alarm", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        delete(aws, id).await
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn described(aws: Aws, names: Vec<String>) -> Result<HashMap<String, AwsAlarm>> {
    let ask = aws.cloudwatch().describe_alarms().alarm_types(AlarmType::MetricAlarm).set_alarm_names(Some(names));
    let alarms = ask.max_records(100).send().await.doing("reading metric alarms", "")?.metric_alarms;
    let alarms = alarms.into_iter().flatten();
    Ok(alarms.filter_map(|alarm| Some((alarm.alarm_name.clone()?, alarm))).collect())
}

/// The alarm of a name, whatever its type: all share their names.
pub(super) async fn standing(aws: &Aws, name: &str, wanted: &AlarmType) -> Result<Option<Id>> {
    let ask = aws.cloudwatch().describe_alarms().alarm_names(name);
    let ask = ask.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
    let told = ask.send().await.doing("looking for alarm", name)?;
    let (metric, composite) = (!told.metric_alarms().is_empty(), !told.composite_alarms().is_empty());
    let (same, other) = match wanted {
        AlarmType::CompositeAlarm => (composite, metric.then_some("metric")),
        _ => (metric, composite.then_some("composite")),
    };
    match other {
        Some(kind) => {
            Err(Error::new(format!("the name `{name}` exists already: a {kind} alarm has it"))
                .hint("give another name"))
        }
        None => Ok(same.then(|| Id::from(name))),
    }
}

/// Deletes an alarm, and says which composite alarms it is held by.
pub(super) async fn delete(aws: &Aws, id: &Id) -> Result<()> {
    let deleted = aws.cloudwatch().delete_alarms().alarm_names(id).send().await;
    let Err(error) = deleted.unless(&["ResourceNotFound"]).done("deleting alarm", id) else { return Ok(()) };
    if !error.message().contains("depending on") {
        return Err(error);
    }
    let ask = aws.cloudwatch().describe_alarms().parents_of_alarm_name(id).send().await;
    let holders = ask.doing("reading what alarm is held by", id)?.composite_alarms.unwrap_or_default();
    let names: Vec<_> = holders.into_iter().filter_map(|alarm| alarm.alarm_name).collect();
    Err(error.hint(format!("composite alarms whose rules name it: {}", names.join(", "))))
}
