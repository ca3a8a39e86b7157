//! What a bucket tells of, and whom; and how AWS takes and returns it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput;
use aws_sdk_s3::types as aws;
use pulumi_plugin::{Property, Result};

use crate::aws::list::{filled, some};
use crate::aws::word;
use crate::types::Arn;

/// Event notifications of a bucket.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct NotificationConfiguration {
    /// Whether all events go to Amazon EventBridge.
    #[prop(default)]
    pub event_bridge_enabled: bool,
    /// SNS topics, by ids of your choice.
    #[prop(default)]
    pub topic_configurations: BTreeMap<String, NotificationTarget>,
    /// SQS queues, by ids of your choice.
    #[prop(default)]
    pub queue_configurations: BTreeMap<String, NotificationTarget>,
    /// Lambda functions, by ids of your choice.
    #[prop(default)]
    pub lambda_function_configurations: BTreeMap<String, NotificationTarget>,
}

/// Who gets which events. Its own policy must allow that to s3.amazonaws.com.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NotificationTarget {
    /// The ARN of the topic, queue or function.
    pub arn: Arn,
    /// The events, such as `s3:ObjectCreated:*`.
    #[prop(min = 1)]
    pub events: BTreeSet<String>,
    /// The key prefix of the objects. Default: all keys.
    #[prop(default)]
    pub filter_prefix: String,
    /// The key suffix of the objects, such as `.jpg`. Default: all keys.
    #[prop(default)]
    pub filter_suffix: String,
}

impl NotificationConfiguration {
    /// As AWS takes it.
    pub fn write(&self) -> Result<aws::NotificationConfiguration, BuildError> {
        let topics = self.topic_configurations.iter().map(|(id, to)| {
            let written = aws::TopicConfiguration::builder().id(id).topic_arn(to.arn.as_str());
            written.set_events(to.events()).set_filter(to.filter()).build()
        });
        let queues = self.queue_configurations.iter().map(|(id, to)| {
            let written = aws::QueueConfiguration::builder().id(id).queue_arn(to.arn.as_str());
            written.set_events(to.events()).set_filter(to.filter()).build()
        });
        let functions = self.lambda_function_configurations.iter().map(|(id, to)| {
            let written = aws::LambdaFunctionConfiguration::builder().id(id).lambda_function_arn(to.arn.as_str());
            written.set_events(to.events()).set_filter(to.filter()).build()
        });
        let bridge = self.event_bridge_enabled.then(|| aws::EventBridgeConfiguration::builder().build());
        Ok(aws::NotificationConfiguration::builder()
            .set_event_bridge_configuration(bridge)
            .set_topic_configurations(some(topics.collect::<Result<Vec<_>, _>>()?))
            .set_queue_configurations(some(queues.collect::<Result<Vec<_>, _>>()?))
            .set_lambda_function_configurations(some(functions.collect::<Result<Vec<_>, _>>()?))
            .build())
    }

    /// As AWS returns it.
    pub fn read(told: GetBucketNotificationConfigurationOutput) -> Result<NotificationConfiguration> {
        let topics = told.topic_configurations.unwrap_or_default().into_iter();
        let queues = told.queue_configurations.unwrap_or_default().into_iter();
        let functions = told.lambda_function_configurations.unwrap_or_default().into_iter();
        Ok(NotificationConfiguration {
            event_bridge_enabled: told.event_bridge_configuration.is_some(),
            topic_configurations: topics
                .map(|to| NotificationTarget::read(to.id, &to.topic_arn, to.events, to.filter))
                .collect::<Result<_>>()?,
            queue_configurations: queues
                .map(|to| NotificationTarget::read(to.id, &to.queue_arn, to.events, to.filter))
                .collect::<Result<_>>()?,
            lambda_function_configurations: functions
                .map(|to| NotificationTarget::read(to.id, &to.lambda_function_arn, to.events, to.filter))
                .collect::<Result<_>>()?,
        })
    }
}

impl NotificationTarget {
    fn events(&self) -> Option<Vec<aws::Event>> {
        some(self.events.iter().map(|event| event.as_str().into()))
    }

    fn filter(&self) -> Option<aws::NotificationConfigurationFilter> {
        let rule = |name: aws::FilterRuleName, value: &String| {
            let value = filled(Some(value.as_str()))?;
            Some(aws::FilterRule::builder().name(name).value(value).build())
        };
        let rules = [
            rule(aws::FilterRuleName::Prefix, &self.filter_prefix),
            rule(aws::FilterRuleName::Suffix, &self.filter_suffix),
        ];
        let rules = some(rules.into_iter().flatten())?;
        let key = aws::S3KeyFilter::builder().set_filter_rules(Some(rules)).build();
        Some(aws::NotificationConfigurationFilter::builder().key(key).build())
    }

    fn read(
        id: Option<String>,
        arn: &str,
        events: Vec<aws::Event>,
        filter: Option<aws::NotificationConfigurationFilter>,
    ) -> Result<(String, NotificationTarget)> {
        let rules = filter.and_then(|filter| filter.key?.filter_rules).unwrap_or_default();
        // AWS returns the names with capitals.
        let value = |name: &str| {
            let named = |rule: &&aws::FilterRule| {
                rule.name.as_ref().is_some_and(|told| told.as_str().eq_ignore_ascii_case(name))
            };
            rules.iter().find(named).and_then(|rule| rule.value.clone()).unwrap_or_default()
        };
        let target = NotificationTarget {
            arn: word(arn)?,
            events: events.iter().map(|event| event.as_str().to_owned()).collect(),
            filter_prefix: value("prefix"),
            filter_suffix: value("suffix"),
        };
        Ok((id.unwrap_or_default(), target))
    }
}
