//! CloudWatch: what its resources share.

pub mod composite_alarm;
pub mod metric_alarm;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

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
