//! How a service is deployed, and how AWS takes and returns that.

use std::collections::BTreeSet;

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Error, Fault, Faults, Property, Result};

use crate::aws::list::{filled, some};
use crate::aws::number::{count, signed};
use crate::aws::{word, word_or};

/// The deployment configuration of a service.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeploymentConfiguration {
    /// The maximum percent of the desired count that may run while one deploys. Default: 200; 100 with `DAEMON`.
    #[prop(max = 1000)]
    pub maximum_percent: Option<u32>,
    /// The minimum healthy percent of the desired count that keeps running. Default: 100; 0 with `DAEMON`.
    #[prop(max = 100)]
    pub minimum_healthy_percent: Option<u32>,
    /// The deployment circuit breaker. Default: off, as in AWS; a deployment whose tasks fail is then tried for hours.
    #[prop(default)]
    pub deployment_circuit_breaker: DeploymentCircuitBreaker,
    /// The CloudWatch alarms that stop a deployment.
    #[prop(default)]
    pub alarms: DeploymentAlarms,
    /// The deployment strategy.
    #[prop(default = DeploymentStrategy::Rolling)]
    pub strategy: DeploymentStrategy,
    /// The bake time in minutes: how long both old and new tasks run after traffic has moved. Default: 0.
    #[prop(default, max = 1440)]
    pub bake_time_in_minutes: u32,
    /// The lifecycle hooks: functions that are called while one deploys.
    #[prop(default)]
    pub lifecycle_hooks: Vec<DeploymentLifecycleHook>,
    /// The steps of the strategy `LINEAR`. Default: 10 percent, with 6 minutes after each step.
    pub linear_configuration: Option<LinearConfiguration>,
    /// The first step of the strategy `CANARY`. Default: 5 percent, with 10 minutes after it.
    pub canary_configuration: Option<CanaryConfiguration>,
}

/// The circuit breaker of a deployment: gives it up when its tasks fail.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeploymentCircuitBreaker {
    /// Whether it is on. Default: false.
    #[prop(default)]
    pub enable: bool,
    /// Whether the service goes back to the last deployment that was through. Default: false.
    #[prop(default)]
    pub rollback: bool,
    /// Whether a healthy task sets the count of failures back to 0. Default: true.
    #[prop(default = true)]
    pub reset_on_healthy_task: bool,
    /// The threshold: how many failed tasks are too many. Default: half of the desired count, 3 to 200.
    #[prop(default)]
    pub threshold_configuration: ThresholdConfiguration,
}

/// How many failed tasks are too many.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ThresholdConfiguration {
    /// The type: what `value` counts.
    #[prop(default = ThresholdType::BoundedPercent)]
    pub r#type: ThresholdType,
    /// The value.
    #[prop(default = 50, min = 1)]
    pub value: u32,
}

/// What a threshold counts.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ThresholdType {
    /// Tasks.
    #[prop(rename = "COUNT")]
    Count,
    /// Percent of the desired count, of which 3 to 200 tasks come.
    #[prop(rename = "BOUNDED_PERCENT")]
    BoundedPercent,
    /// Percent of the desired count.
    #[prop(rename = "UNBOUNDED_PERCENT")]
    UnboundedPercent,
}

/// Alarms that stop a deployment.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct DeploymentAlarms {
    /// The names of the alarms.
    #[prop(default)]
    pub alarm_names: BTreeSet<String>,
    /// Whether they are looked at. Default: false.
    #[prop(default)]
    pub enable: bool,
    /// Whether the service goes back to the last deployment that was through. Default: false.
    #[prop(default)]
    pub rollback: bool,
}

/// How new tasks take the place of old ones.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum DeploymentStrategy {
    /// A few at a time.
    #[prop(rename = "ROLLING")]
    Rolling,
    /// All at once, beside the old ones.
    #[prop(rename = "BLUE_GREEN")]
    BlueGreen,
    /// In equal steps.
    #[prop(rename = "LINEAR")]
    Linear,
    /// A few first, then all others.
    #[prop(rename = "CANARY")]
    Canary,
}

/// A hook: a function that is called while one deploys.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeploymentLifecycleHook {
    /// The target type. Default: `AWS_LAMBDA`.
    #[prop(default = HookTargetType::AwsLambda)]
    pub target_type: HookTargetType,
    /// The ARN of the Lambda function.
    pub hook_target_arn: Option<String>,
    /// The role with which ECS calls it.
    pub role_arn: Option<String>,
    /// The lifecycle stages at which it is called, such as `PRE_SCALE_UP`.
    #[prop(min = 1)]
    pub lifecycle_stages: BTreeSet<String>,
    /// The timeout.
    pub timeout_configuration: Option<HookTimeoutConfig>,
}

/// What a hook is.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum HookTargetType {
    /// A Lambda function.
    #[prop(rename = "AWS_LAMBDA")]
    AwsLambda,
    /// A pause, until somebody goes on.
    #[prop(rename = "PAUSE")]
    Pause,
}

/// How long a hook may take.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct HookTimeoutConfig {
    /// The minutes.
    #[prop(min = 1, max = 20160)]
    pub timeout_in_minutes: u32,
    /// The action after that.
    pub action: HookAction,
}

/// What happens after a hook's time.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum HookAction {
    /// The deployment is rolled back.
    #[prop(rename = "ROLLBACK")]
    Rollback,
    /// The deployment goes on.
    #[prop(rename = "CONTINUE")]
    Continue,
}

/// The steps of a linear deployment.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LinearConfiguration {
    /// The percent of traffic that moves in each step, 3 to 100.
    pub step_percent: f64,
    /// The bake time after each step, in minutes.
    #[prop(max = 1440)]
    pub step_bake_time_in_minutes: u32,
}

/// The first step of a canary deployment.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CanaryConfiguration {
    /// The percent of traffic that moves first, 0.1 to 100.
    pub canary_percent: f64,
    /// The bake time after it, in minutes.
    #[prop(max = 1440)]
    pub canary_bake_time_in_minutes: u32,
}

impl Default for DeploymentConfiguration {
    fn default() -> Self {
        DeploymentConfiguration {
            maximum_percent: None,
            minimum_healthy_percent: None,
            deployment_circuit_breaker: DeploymentCircuitBreaker::default(),
            alarms: DeploymentAlarms::default(),
            strategy: DeploymentStrategy::Rolling,
            bake_time_in_minutes: 0,
            lifecycle_hooks: Vec::new(),
            linear_configuration: None,
            canary_configuration: None,
        }
    }
}

impl Default for DeploymentCircuitBreaker {
    fn default() -> Self {
        let threshold_configuration = ThresholdConfiguration::default();
        DeploymentCircuitBreaker {
            enable: false,
            rollback: false,
            reset_on_healthy_task: true,
            threshold_configuration,
        }
    }
}

impl Default for ThresholdConfiguration {
    fn default() -> Self {
        ThresholdConfiguration { r#type: ThresholdType::BoundedPercent, value: 50 }
    }
}

impl DeploymentConfiguration {
    /// What is wrong with it.
    pub fn faults(&self) -> Vec<Fault> {
        let breaker = &self.deployment_circuit_breaker;
        let steps = self.linear_configuration.is_some() && self.strategy != DeploymentStrategy::Linear;
        let first = self.canary_configuration.is_some() && self.strategy != DeploymentStrategy::Canary;
        Faults::of(self)
            .when(breaker.rollback && !breaker.enable, "deploymentCircuitBreaker.rollback", "needs `enable: true`")
            .when(
                self.alarms.enable && self.alarms.alarm_names.is_empty(),
                "alarms.alarmNames",
                "missing: names of alarms",
            )
            .when(steps, "linearConfiguration", "needs `strategy: LINEAR`")
            .when(first, "canaryConfiguration", "needs `strategy: CANARY`")
            .into_vec()
    }

    /// The steps of the strategy `LINEAR`, with AWS's own where none are given: so they are taken back where they are dropped.
    fn steps(&self) -> Option<LinearConfiguration> {
        let usual = LinearConfiguration { step_percent: 10.0, step_bake_time_in_minutes: 6 };
        let linear = self.strategy == DeploymentStrategy::Linear;
        linear.then(|| self.linear_configuration.clone().unwrap_or(usual))
    }

    /// The first step of the strategy `CANARY`, likewise.
    fn first_step(&self) -> Option<CanaryConfiguration> {
        let usual = CanaryConfiguration { canary_percent: 5.0, canary_bake_time_in_minutes: 10 };
        let canary = self.strategy == DeploymentStrategy::Canary;
        canary.then(|| self.canary_configuration.clone().unwrap_or(usual))
    }

    /// In the program's words, where they mean the same.
    pub(super) fn respell(&mut self, given: &DeploymentConfiguration, usual: (u32, u32)) {
        self.maximum_percent = self.maximum_percent.or(given.maximum_percent.filter(|it| *it == usual.0));
        self.minimum_healthy_percent =
            self.minimum_healthy_percent.or(given.minimum_healthy_percent.filter(|it| *it == usual.1));
        if self.steps() == given.steps() {
            self.linear_configuration.clone_from(&given.linear_configuration);
        }
        if self.first_step() == given.first_step() {
            self.canary_configuration.clone_from(&given.canary_configuration);
        }
    }

    /// As AWS takes it: all of it, for AWS keeps what is left out.
    pub(super) fn write(&self, usual: (u32, u32)) -> Result<aws::DeploymentConfiguration, BuildError> {
        let breaker = &self.deployment_circuit_breaker;
        let threshold = aws::ThresholdConfiguration::builder()
            .r#type(breaker.threshold_configuration.r#type.as_str().into())
            .value(signed(breaker.threshold_configuration.value))
            .build()?;
        let breaker = aws::DeploymentCircuitBreaker::builder()
            .enable(breaker.enable)
            .rollback(breaker.rollback)
            .reset_on_healthy_task(breaker.reset_on_healthy_task)
            .threshold_configuration(threshold)
            .build();
        let alarms = aws::DeploymentAlarms::builder()
            .set_alarm_names(Some(self.alarms.alarm_names.iter().cloned().collect()))
            .enable(self.alarms.enable)
            .rollback(self.alarms.rollback)
            .build()?;
        let linear = self.steps().map(|it| {
            let written = aws::LinearConfiguration::builder().step_percent(it.step_percent);
            written.step_bake_time_in_minutes(signed(it.step_bake_time_in_minutes)).build()
        });
        let canary = self.first_step().map(|it| {
            let written = aws::CanaryConfiguration::builder().canary_percent(it.canary_percent);
            written.canary_bake_time_in_minutes(signed(it.canary_bake_time_in_minutes)).build()
        });
        let hooks = self.lifecycle_hooks.iter().map(DeploymentLifecycleHook::write).collect();
        Ok(aws::DeploymentConfiguration::builder()
            .maximum_percent(signed(self.maximum_percent.unwrap_or(usual.0)))
            .minimum_healthy_percent(signed(self.minimum_healthy_percent.unwrap_or(usual.1)))
            .deployment_circuit_breaker(breaker)
            .alarms(alarms)
            .strategy(self.strategy.as_str().into())
            .bake_time_in_minutes(signed(self.bake_time_in_minutes))
            .set_lifecycle_hooks(Some(hooks))
            .set_linear_configuration(linear)
            .set_canary_configuration(canary)
            .build())
    }

    /// As AWS returns it.
    pub(super) fn read(
        seen: Option<aws::DeploymentConfiguration>,
        usual: (u32, u32),
    ) -> Result<DeploymentConfiguration> {
        let Some(seen) = seen else { return Ok(DeploymentConfiguration::default()) };
        let alarms = seen.alarms.map(|alarms| DeploymentAlarms {
            alarm_names: alarms.alarm_names.into_iter().collect(),
            enable: alarms.enable,
            rollback: alarms.rollback,
        });
        let hooks = seen.lifecycle_hooks.unwrap_or_default().into_iter();
        Ok(DeploymentConfiguration {
            maximum_percent: seen.maximum_percent.map(count).filter(|percent| *percent != usual.0),
            minimum_healthy_percent: seen.minimum_healthy_percent.map(count).filter(|percent| *percent != usual.1),
            deployment_circuit_breaker: seen
                .deployment_circuit_breaker
                .map_or(Ok(DeploymentCircuitBreaker::default()), DeploymentCircuitBreaker::read)?,
            alarms: alarms.unwrap_or_default(),
            strategy: word_or(seen.strategy, DeploymentStrategy::Rolling)?,
            bake_time_in_minutes: seen.bake_time_in_minutes.map(count).unwrap_or_default(),
            lifecycle_hooks: hooks.map(DeploymentLifecycleHook::read).collect::<Result<_>>()?,
            linear_configuration: seen.linear_configuration.map(|it| LinearConfiguration {
                step_percent: it.step_percent.unwrap_or_default(),
                step_bake_time_in_minutes: it.step_bake_time_in_minutes.map(count).unwrap_or_default(),
            }),
            canary_configuration: seen.canary_configuration.map(|it| CanaryConfiguration {
                canary_percent: it.canary_percent.unwrap_or_default(),
                canary_bake_time_in_minutes: it.canary_bake_time_in_minutes.map(count).unwrap_or_default(),
            }),
        })
    }
}

impl DeploymentCircuitBreaker {
    fn read(seen: aws::DeploymentCircuitBreaker) -> Result<DeploymentCircuitBreaker> {
        let threshold = seen.threshold_configuration;
        Ok(DeploymentCircuitBreaker {
            enable: seen.enable,
            rollback: seen.rollback,
            reset_on_healthy_task: seen.reset_on_healthy_task.unwrap_or(true),
            threshold_configuration: match threshold {
                None => ThresholdConfiguration::default(),
                Some(it) => ThresholdConfiguration { r#type: word(it.r#type)?, value: count(it.value) },
            },
        })
    }
}

impl DeploymentLifecycleHook {
    fn write(&self) -> aws::DeploymentLifecycleHook {
        let timeout = self.timeout_configuration.as_ref().map(|it| {
            let written = aws::DeploymentLifecycleHookTimeoutConfiguration::builder();
            written.timeout_in_minutes(signed(it.timeout_in_minutes)).action(it.action.as_str().into()).build()
        });
        aws::DeploymentLifecycleHook::builder()
            .target_type(self.target_type.as_str().into())
            .set_hook_target_arn(self.hook_target_arn.clone())
            .set_role_arn(self.role_arn.clone())
            .set_lifecycle_stages(some(self.lifecycle_stages.iter().map(|stage| stage.as_str().into())))
            .set_timeout_configuration(timeout)
            .build()
    }

    fn read(seen: aws::DeploymentLifecycleHook) -> Result<DeploymentLifecycleHook> {
        let stages = seen.lifecycle_stages.unwrap_or_default().into_iter();
        let timeout = seen.timeout_configuration.map(|it| {
            let timeout_in_minutes = it.timeout_in_minutes.map(count).unwrap_or_default();
            Ok::<_, Error>(HookTimeoutConfig { timeout_in_minutes, action: word_or(it.action, HookAction::Rollback)? })
        });
        Ok(DeploymentLifecycleHook {
            target_type: word_or(seen.target_type, HookTargetType::AwsLambda)?,
            hook_target_arn: filled(seen.hook_target_arn),
            role_arn: filled(seen.role_arn),
            lifecycle_stages: stages.map(|stage| stage.as_str().to_owned()).collect(),
            timeout_configuration: timeout.transpose()?,
        })
    }
}
