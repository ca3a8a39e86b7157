//! The attributes of a topic: texts by name, in which nothing is an empty text.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pulumi_plugin::{Error, Id, Result};

use super::{LoggedProtocol, LoggingConfig, SignatureVersion, TopicInputs, TracingConfig};
use crate::aws::{Tags, word, word_or};
use crate::types::JsonObject;

const LOGGED: [LoggedProtocol; 5] = [
    LoggedProtocol::Http,
    LoggedProtocol::Sqs,
    LoggedProtocol::Lambda,
    LoggedProtocol::Firehose,
    LoggedProtocol::Application,
];

/// As AWS takes them, all that can be changed: what is left out is sent as nothing.
pub(super) fn write(new: &TopicInputs) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut put = |name: &str, value: String| all.insert(name.to_owned(), value);
    put("DisplayName", new.display_name.clone());
    put("KmsMasterKeyId", new.kms_master_key_id.clone().unwrap_or_default());
    put("DeliveryPolicy", new.delivery_policy.as_ref().map(JsonObject::to_string).unwrap_or_default());
    put("TracingConfig", new.tracing_config.as_str().to_owned());
    put("SignatureVersion", new.signature_version.as_str().to_owned());
    if new.fifo_topic {
        put("ContentBasedDeduplication", new.content_based_deduplication.to_string());
        put("ArchivePolicy", new.archive_policy.as_ref().map_or("{}".to_owned(), JsonObject::to_string));
        if let Some(scope) = new.fifo_throughput_scope {
            put("FifoThroughputScope", scope.as_str().to_owned());
        }
    }
    for protocol in LOGGED {
        let config = new.delivery_status_logging.iter().find(|it| it.protocol == protocol);
        let [success, rate, failure] = names(protocol);
        put(&success, config.and_then(|it| it.success_feedback_role_arn.clone()).unwrap_or_default());
        if let Some(rate_of) = config.and_then(|it| it.success_feedback_sample_rate) {
            put(&rate, rate_of.to_string());
        }
        put(&failure, config.and_then(|it| it.failure_feedback_role_arn.clone()).unwrap_or_default());
    }
    all
}

/// As AWS returns them.
pub(super) fn read(id: &Id, seen: &HashMap<String, String>) -> Result<TopicInputs> {
    let text = |name: &str| seen.get(name).filter(|value| !value.is_empty()).cloned();
    let is = |name: &str| seen.get(name).is_some_and(|value| value == "true");
    let object = |name: &str| {
        let text = text(name).filter(|text| text != "{}");
        text.map(|text| JsonObject::parse(&text)).transpose().map_err(|why| Error::new(format!("{name}: {why}")))
    };
    Ok(TopicInputs {
        name: id.as_str().rsplit(':').next().unwrap_or_default().into(),
        fifo_topic: is("FifoTopic"),
        display_name: text("DisplayName").unwrap_or_default(),
        kms_master_key_id: text("KmsMasterKeyId"),
        delivery_policy: object("DeliveryPolicy")?,
        tracing_config: word_or(text("TracingConfig"), TracingConfig::PassThrough)?,
        signature_version: word_or(text("SignatureVersion"), SignatureVersion::One)?,
        content_based_deduplication: is("ContentBasedDeduplication"),
        fifo_throughput_scope: text("FifoThroughputScope").map(word).transpose()?,
        archive_policy: object("ArchivePolicy")?,
        delivery_status_logging: logging(text),
        tags: Tags::new(),
    })
}

fn logging(text: impl Fn(&str) -> Option<String>) -> BTreeSet<LoggingConfig> {
    let configs = LOGGED.into_iter().map(|protocol| {
        let [success, rate, failure] = names(protocol);
        let success_feedback_role_arn = text(&success);
        let rate = text(&rate).and_then(|rate| rate.parse().ok());
        LoggingConfig {
            protocol,
            success_feedback_sample_rate: rate.filter(|_| success_feedback_role_arn.is_some()),
            success_feedback_role_arn,
            failure_feedback_role_arn: text(&failure),
        }
    });
    let logs = |it: &LoggingConfig| it.success_feedback_role_arn.is_some() || it.failure_feedback_role_arn.is_some();
    configs.filter(logs).collect()
}

/// A sample rate that the program leaves out is left out: SNS keeps one that it had, for it knows no way to take it back.
pub(super) fn respell(seen: &mut TopicInputs, given: &TopicInputs) {
    let logging = std::mem::take(&mut seen.delivery_status_logging).into_iter();
    let unrated = |of: LoggedProtocol| {
        let asked = given.delivery_status_logging.iter().find(|it| it.protocol == of);
        asked.is_some_and(|asked| asked.success_feedback_sample_rate.is_none())
    };
    let respelled = logging.map(|it| {
        let rate = it.success_feedback_sample_rate.filter(|_| !unrated(it.protocol));
        LoggingConfig { success_feedback_sample_rate: rate, ..it }
    });
    seen.delivery_status_logging = respelled.collect();
}

/// The names of the attributes of a protocol: the role for success, the sample rate, the role for failure.
fn names(protocol: LoggedProtocol) -> [String; 3] {
    let begin = match protocol {
        LoggedProtocol::Http => "HTTP",
        LoggedProtocol::Sqs => "SQS",
        LoggedProtocol::Lambda => "Lambda",
        LoggedProtocol::Firehose => "Firehose",
        LoggedProtocol::Application => "Application",
    };
    ["SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn"].map(|end| format!("{begin}{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A topic that logs deliveries to SQS at a rate.
    fn topic(rate: Option<&str>) -> TopicInputs {
        let role = ("SQSSuccessFeedbackRoleArn", Some("arn:aws:iam::123456789012:role/sns"));
        let pairs = [role, ("SQSSuccessFeedbackSampleRate", rate)];
        let seen = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        read(&Id::from("arn:aws:sns:us-east-1:123456789012:orders"), &seen.collect()).expect("a topic")
    }

    #[test]
    fn a_sample_rate_that_is_left_out_is_no_difference() {
        for (seen, given, same) in [
            (Some("50"), None, true),
            (None, None, true),
            (Some("50"), Some("50"), true),
            (Some("50"), Some("60"), false),
            (None, Some("60"), false),
        ] {
            let (mut state, given) = (topic(seen), topic(given));
            respell(&mut state, &given);
            assert_eq!(state == given, same, "{seen:?} {given:?}");
        }
    }
}
