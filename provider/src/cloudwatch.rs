//! CloudWatch: what its resources share.

pub mod composite_alarm;
pub mod metric_alarm;
pub mod tags;

use std::collections::BTreeSet;

use pulumi_plugin::{Again, Fault, Map};

use crate::aws::Passing;
use crate::types::Arn;

/// Which of CloudWatch's refusals pass.
pub(crate) const PASSING: Passing = &[
    ("ValidationError", "separate request to update this alarm is in progress", Again::Soon),
    // The composite alarm above it goes first.
    ("ValidationError", "composite alarm(s) depending on", Again::Later),
    // The alarms of a rule may have been made a moment ago.
    ("ValidationError", "in the alarm rule do not exist", Again::Soon),
    ("ConcurrentModificationException", "", Again::Soon),
    ("InternalServiceFault", "", Again::Later),
];

/// What an alarm of either kind does by its state, in the order in which [`elsewhere`] takes it.
const ACTIONS: [&str; 3] = ["alarmActions", "okActions", "insufficientDataActions"];

/// Actions by SNS topics of another region than the alarm's own, which CloudWatch refuses.
pub(crate) fn elsewhere(actions: [&BTreeSet<Arn>; 3], common: &Map) -> Vec<Fault> {
    let Some(region) = common.get("region").and_then(|region| region.as_str()) else { return Vec::new() };
    let far = |arn: &&Arn| arn.service() == "sns" && arn.region() != region;
    let fault = |(name, arns): (&str, &BTreeSet<Arn>)| {
        let arn = arns.iter().find(far)?;
        let why = format!(
            "`{arn}` is in {}, and the alarm in {region}: an alarm tells topics of its own region only",
            arn.region()
        );
        Some(Fault::new(name, why))
    };
    ACTIONS.into_iter().zip(actions).filter_map(fault).collect()
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Map;

    use super::elsewhere;
    use crate::types::Arn;

    #[test]
    fn a_topic_is_in_the_alarms_region() {
        let arns = |all: &[&'static str]| all.iter().map(|arn| Arn::known(arn)).collect();
        let (near, far) = ("arn:aws:sns:ap-northeast-1:123456789012:a", "arn:aws:sns:us-east-1:123456789012:a");
        let lambda = "arn:aws:lambda:us-east-1:123456789012:function:a";
        let common = Map::from([("region".to_owned(), "ap-northeast-1".into())]);
        let none = arns(&[]);
        for (given, expected) in [(vec![near, lambda], None), (vec![near, far], Some("okActions"))] {
            let given = arns(&given);
            let faults = elsewhere([&none, &given, &none], &common);
            assert_eq!(faults.first().map(|fault| fault.at.to_string()).as_deref(), expected);
        }
        assert_eq!(elsewhere([&arns(&[far]), &none, &none], &Map::new()), []);
    }
}
