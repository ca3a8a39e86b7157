//! The scheduled actions of a scalable target.

use std::collections::BTreeMap;

use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTargetAction as AwsAction, ScheduledAction as AwsScheduledAction, ServiceNamespace,
};
use pulumi_plugin::{Fault, Faults, Property, Result};

use crate::appautoscaling::Key;
use crate::aws::number::{count, signed};
use crate::aws::{Aws, Doing as _};
use crate::types::Timestamp;

/// A scheduled action: changes the bounds of a scalable target at set times.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ScheduledAction {
    /// The schedule: `at(2030-01-31T09:00:00)`, `rate(1 day)` or `cron(0 9 * * ? *)`.
    #[prop(min = 1, max = 1600)]
    pub schedule: String,
    /// The time zone of `at` and `cron`, such as `Asia/Tokyo`.
    #[prop(default = "UTC".to_owned(), min = 1)]
    pub timezone: String,
    /// The start time, before which the action does not run.
    pub start_time: Option<Timestamp>,
    /// The end time, after which the action does not run.
    pub end_time: Option<Timestamp>,
    /// What is changed.
    pub scalable_target_action: ScalableTargetAction,
}

/// What a scheduled action changes: one of the bounds, or both.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ScalableTargetAction {
    /// The minimum capacity.
    pub min_capacity: Option<u32>,
    /// The maximum capacity.
    pub max_capacity: Option<u32>,
}

/// What is wrong with the name of a scheduled action.
pub(super) fn name_fault(name: &str) -> Option<Fault> {
    let odd = |c: char| c.is_control() || matches!(c, ':' | '/' | '|');
    let fits = (1..=256).contains(&name.chars().count()) && !name.contains(odd) && name.trim_matches(' ') == name;
    let why = "the name is 1 to 256 characters without `:`, `/` and `|`, and no space at either end";
    (!fits).then(|| Fault::new("", why))
}

impl ScheduledAction {
    /// What is wrong with it.
    pub fn faults(&self) -> Vec<Fault> {
        let action = &self.scalable_target_action;
        let crossed = action.min_capacity.zip(action.max_capacity).is_some_and(|(min, max)| min > max);
        let known = ["at(", "rate(", "cron("].iter().any(|form| self.schedule.starts_with(form));
        let bounds = Faults::of(action).at_least_one_of(&["minCapacity", "maxCapacity"]).when(
            crossed,
            "maxCapacity",
            "is less than `minCapacity`",
        );
        Faults::of(self)
            .when(!known, "schedule", "begins with `at(`, `rate(` or `cron(`")
            .part("scalableTargetAction", bounds.into_vec())
            .into_vec()
    }

    fn read(seen: AwsScheduledAction) -> ScheduledAction {
        let action = seen.scalable_target_action;
        ScheduledAction {
            schedule: seen.schedule,
            timezone: seen.timezone.unwrap_or("UTC".to_owned()),
            start_time: seen.start_time.and_then(Timestamp::of),
            end_time: seen.end_time.and_then(Timestamp::of),
            scalable_target_action: ScalableTargetAction {
                min_capacity: action.as_ref().and_then(|it| it.min_capacity).map(count),
                max_capacity: action.as_ref().and_then(|it| it.max_capacity).map(count),
            },
        }
    }
}

/// All scheduled actions of a target.
pub(super) async fn list(aws: &Aws, key: Key<'_>) -> Result<BTreeMap<String, ScheduledAction>> {
    let list = aws.appautoscaling().describe_scheduled_actions().resource_id(key.resource);
    let list = list.service_namespace(ServiceNamespace::from(key.namespace));
    let list = list.scalable_dimension(ScalableDimension::from(key.dimension)).into_paginator().items().send();
    let all = list.collect::<Result<Vec<_>, _>>().await.doing("reading the scheduled actions of", key.resource)?;
    Ok(all.into_iter().map(|it| (it.scheduled_action_name.clone(), ScheduledAction::read(it))).collect())
}

/// Brings the scheduled actions of a target from the old to the new ones.
pub(super) async fn bring(
    aws: &Aws,
    key: Key<'_>,
    old: &BTreeMap<String, ScheduledAction>,
    new: &BTreeMap<String, ScheduledAction>,
) -> Result<()> {
    for (name, action) in new.iter().filter(|(name, action)| old.get(*name) != Some(action)) {
        put(aws, key, name, action, old.get(name)).await?;
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        delete(aws, key, name).await?;
    }
    Ok(())
}

/// A bound that an action no longer has can only be taken away with the action.
async fn put(
    aws: &Aws,
    key: Key<'_>,
    name: &str,
    action: &ScheduledAction,
    old: Option<&ScheduledAction>,
) -> Result<()> {
    let ScalableTargetAction { min_capacity, max_capacity } = action.scalable_target_action;
    let bounds = old.map(|old| &old.scalable_target_action);
    let dropped = bounds.is_some_and(|old| {
        (old.min_capacity.is_some() && min_capacity.is_none()) || (old.max_capacity.is_some() && max_capacity.is_none())
    });
    if dropped {
        delete(aws, key, name).await?;
    }
    let bounds = AwsAction::builder().set_min_capacity(min_capacity.map(signed));
    let bounds = bounds.set_max_capacity(max_capacity.map(signed)).build();
    let put = aws
        .appautoscaling()
        .put_scheduled_action()
        .service_namespace(ServiceNamespace::from(key.namespace))
        .resource_id(key.resource)
        .scalable_dimension(ScalableDimension::from(key.dimension))
        .scheduled_action_name(name)
        .schedule(&action.schedule)
        .timezone(&action.timezone)
        .set_start_time(action.start_time.as_ref().and_then(Timestamp::time))
        .set_end_time(action.end_time.as_ref().and_then(Timestamp::time))
        .scalable_target_action(bounds);
    put.send().await.done("setting scheduled action", name)
}

async fn delete(aws: &Aws, key: Key<'_>, name: &str) -> Result<()> {
    let delete = aws.appautoscaling().delete_scheduled_action().scheduled_action_name(name);
    let delete = delete.service_namespace(ServiceNamespace::from(key.namespace)).resource_id(key.resource);
    let gone = delete.scalable_dimension(ScalableDimension::from(key.dimension)).send().await;
    gone.unless(&["ObjectNotFoundException"]).done("deleting scheduled action", name)
}
