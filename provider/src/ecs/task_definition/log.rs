//! Where the output of containers goes.

use std::collections::BTreeMap;

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Property, Result};

use super::container::{map, named, secrets};
use crate::aws::word;

/// A log configuration: where the output of a container goes.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LogConfiguration {
    /// The log driver. Fargate has `awslogs`, `splunk` and `awsfirelens`.
    pub log_driver: LogDriver,
    /// The options of the driver, such as `awslogs-group`, `awslogs-region` and `awslogs-stream-prefix`.
    #[prop(default)]
    pub options: BTreeMap<String, String>,
    /// The secret options, each with the ARN of the secret or parameter that its value comes from.
    #[prop(default)]
    pub secret_options: BTreeMap<String, String>,
}

/// A log driver.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum LogDriver {
    /// A container that routes logs, by FireLens.
    #[prop(rename = "awsfirelens")]
    Awsfirelens,
    /// CloudWatch Logs.
    #[prop(rename = "awslogs")]
    Awslogs,
    /// Fluentd.
    #[prop(rename = "fluentd")]
    Fluentd,
    /// The Graylog Extended Log Format.
    #[prop(rename = "gelf")]
    Gelf,
    /// The journal of the host.
    #[prop(rename = "journald")]
    Journald,
    /// JSON files on the host.
    #[prop(rename = "json-file")]
    JsonFile,
    /// Splunk.
    #[prop(rename = "splunk")]
    Splunk,
    /// Syslog.
    #[prop(rename = "syslog")]
    Syslog,
}

impl LogConfiguration {
    /// As AWS takes it.
    pub fn write(&self) -> Result<aws::LogConfiguration, BuildError> {
        let written = aws::LogConfiguration::builder().log_driver(self.log_driver.as_str().into());
        written.set_options(map(&self.options)).set_secret_options(secrets(&self.secret_options)?).build()
    }

    /// As AWS returns it.
    pub fn read(seen: aws::LogConfiguration) -> Result<LogConfiguration> {
        Ok(LogConfiguration {
            log_driver: word(seen.log_driver)?,
            options: seen.options.unwrap_or_default().into_iter().collect(),
            secret_options: named(seen.secret_options),
        })
    }
}
