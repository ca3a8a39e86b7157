//! A composite alarm.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm as AwsAlarm};
use pulumi_plugin::{Fault, Faults, Id, Made, Map, Property, Resource, Result, Wait};

use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::cloudwatch::metric_alarm::{delete, standing};
use crate::cloudwatch::{elsewhere, tags};
use crate::types::Arn;

/// How many alarms one call describes.
const MOST: usize = 100;

/// The inputs of a CloudWatch composite alarm.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CompositeAlarmInputs {
    /// The alarm's name: up to 255 characters, unique among the metric and composite alarms of the account and region.
    #[prop(replace, unique, autoname = 255, min = 1, max = 255)]
    pub name: String,
    /// The alarm's description, up to 1024 characters.
    #[prop(default, max = 1024)]
    pub alarm_description: String,
    /// The alarm rule, up to 10,240 characters: `ALARM("cpu") AND NOT ALARM("deploying")`. It names other alarms by names or ARNs, in `ALARM`, `OK` or
    /// `INSUFFICIENT_DATA`, or says `TRUE` or `FALSE`. Take the names from the alarms' outputs, so that they are made before.
    #[prop(min = 1, max = 10240)]
    pub alarm_rule: String,
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
    /// The actions suppressor: the name or ARN of an alarm; while it is in `ALARM`, no actions are executed.
    #[prop(min = 1, max = 1600)]
    pub actions_suppressor: Option<String>,
    /// The wait period in seconds: how long actions wait for the suppressor to go to `ALARM`. Needed with `actionsSuppressor`.
    pub actions_suppressor_wait_period: Option<u32>,
    /// The extension period in seconds: how long actions wait after the suppressor has left `ALARM`. Needed with `actionsSuppressor`.
    pub actions_suppressor_extension_period: Option<u32>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A CloudWatch composite alarm: its state follows from the states of other alarms, so that one message tells what is wrong.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CompositeAlarm {
    /// The inputs, as CloudWatch has them.
    #[prop(inputs)]
    pub inputs: CompositeAlarmInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for CompositeAlarm {
    const TOKEN: &'static str = "gitinfra:cloudwatch:CompositeAlarm";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = CompositeAlarmInputs;
    type Seen = AwsAlarm;

    fn check(new: &CompositeAlarmInputs) -> Vec<Fault> {
        let periods = [new.actions_suppressor_wait_period, new.actions_suppressor_extension_period];
        let missing = new.actions_suppressor.is_some() && periods.iter().any(Option::is_none);
        let scaling = new.alarm_actions.iter().any(|arn| !matches!(arn.service(), "sns" | "lambda" | "ssm" | "aiops"));
        const PERIODS: &str = "needs `actionsSuppressorWaitPeriod` and `actionsSuppressorExtensionPeriod`";
        Faults::of(new)
            .needs("actionsSuppressorWaitPeriod", "actionsSuppressor")
            .needs("actionsSuppressorExtensionPeriod", "actionsSuppressor")
            .when(missing, "actionsSuppressor", PERIODS)
            .when(new.alarm_rule.trim() != new.alarm_rule, "alarmRule", "must not begin or end with white space")
            .when(scaling, "alarmActions", "a composite alarm has no actions of EC2 or Auto Scaling")
            .into_vec()
    }

    fn check_in(new: &CompositeAlarmInputs, common: &Map) -> Vec<Fault> {
        elsewhere([&new.alarm_actions, &new.ok_actions, &new.insufficient_data_actions], common)
    }

    /// Putting an alarm overwrites one of the same name without a word.
    async fn standing(aws: &Aws, new: &CompositeAlarmInputs) -> Result<Option<Id>> {
        standing(aws, &new.name, &AlarmType::CompositeAlarm).await
    }

    async fn create(aws: &Aws, new: &CompositeAlarmInputs) -> Result<Made> {
        let put = put(&aws.once(), new).set_tags(Some(aws.newborn(&new.tags)));
        put.send().await.doing("creating composite alarm", &new.name)?;
        Ok(Made::New(Id::from(&*new.name)))
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsAlarm, _: &CompositeAlarmInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.alarm_arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsAlarm>> {
        aws.asked_by(MOST, id, described).await
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsAlarm) -> Result<Self> {
        let arns = |arns: Option<Vec<String>>| arns.into_iter().flatten().map(word).collect::<Result<_>>();
        let arn = seen.alarm_arn.unwrap_or_default();
        let suppressor = filled(seen.actions_suppressor);
        Ok(CompositeAlarm {
            inputs: CompositeAlarmInputs {
                name: seen.alarm_name.unwrap_or_default(),
                alarm_description: seen.alarm_description.unwrap_or_default(),
                alarm_rule: seen.alarm_rule.unwrap_or_default(),
                actions_enabled: seen.actions_enabled.unwrap_or(true),
                alarm_actions: arns(seen.alarm_actions)?,
                ok_actions: arns(seen.ok_actions)?,
                insufficient_data_actions: arns(seen.insufficient_data_actions)?,
                actions_suppressor_wait_period: suppressor
                    .as_ref()
                    .and_then(|_| seen.actions_suppressor_wait_period.map(count)),
                actions_suppressor_extension_period: suppressor
                    .as_ref()
                    .and_then(|_| seen.actions_suppressor_extension_period.map(count)),
                actions_suppressor: suppressor,
                tags: tags::visible(aws, &arn).await?,
            },
            arn,
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &CompositeAlarmInputs) -> Result<()> {
        put(aws, new).send().await.done("changing composite alarm", id)
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
    let ask = aws.cloudwatch().describe_alarms().alarm_types(AlarmType::CompositeAlarm).set_alarm_names(Some(names));
    let alarms = ask.max_records(100).send().await.doing("reading composite alarms", "")?.composite_alarms;
    let alarms = alarms.into_iter().flatten();
    Ok(alarms.filter_map(|alarm| Some((alarm.alarm_name.clone()?, alarm))).collect())
}

/// The call that gives an alarm all that the program asks for, but its tags. What is left out is reset.
fn put(aws: &Aws, new: &CompositeAlarmInputs) -> PutCompositeAlarmFluentBuilder {
    let arns = |arns: &BTreeSet<Arn>| some(arns.iter().map(Arn::to_string));
    aws.cloudwatch()
        .put_composite_alarm()
        .alarm_name(&new.name)
        .set_alarm_description(filled(Some(&new.alarm_description)))
        .alarm_rule(&new.alarm_rule)
        .actions_enabled(new.actions_enabled)
        .set_alarm_actions(arns(&new.alarm_actions))
        .set_ok_actions(arns(&new.ok_actions))
        .set_insufficient_data_actions(arns(&new.insufficient_data_actions))
        .set_actions_suppressor(new.actions_suppressor.clone())
        .set_actions_suppressor_wait_period(new.actions_suppressor_wait_period.map(signed))
        .set_actions_suppressor_extension_period(new.actions_suppressor_extension_period.map(signed))
}
