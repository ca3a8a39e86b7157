//! A health check.

mod inputs;

use std::collections::BTreeSet;

use aws_sdk_route53::types::{
    AlarmIdentifier as AwsAlarm, CloudWatchRegion, HealthCheck as AwsHealthCheck, HealthCheckConfig, HealthCheckRegion,
    HealthCheckType as AwsType, InsufficientDataHealthStatus, ResettableElementName, TagResourceType,
};
use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result, Wait};

pub use self::inputs::*;
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, Tags, list};
use crate::route53::tags;

/// A Route 53 health check: from several regions it is checked whether something answers, and records can depend on that.
///
/// A record keeps the id of a health check that is deleted, and can't be changed then: delete records first, or take the health check out of them.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct HealthCheck {
    /// The inputs, as Route 53 has them.
    #[prop(inputs)]
    pub inputs: HealthCheckInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The id of the health check.
    #[prop(stable)]
    pub health_check_id: String,
}

impl Resource for HealthCheck {
    const TOKEN: &'static str = "gitinfra:route53:HealthCheck";
    const WAIT: Wait = Wait::seconds(2, 300);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = HealthCheckInputs;
    type Seen = AwsHealthCheck;

    fn check(new: &HealthCheckInputs) -> Vec<Fault> {
        inputs::faults(new)
    }

    /// An address can be exchanged, but neither given nor taken away. Of a routing control nothing can be changed.
    fn replaces(old: &HealthCheckInputs, new: &HealthCheckInputs) -> Vec<&'static str> {
        let mut replaced = Vec::new();
        if old.ip_address.is_some() != new.ip_address.is_some() {
            replaced.push("ipAddress");
        }
        if new.r#type == HealthCheckType::RecoveryControl {
            replaced.extend((old.inverted != new.inverted).then_some("inverted"));
            replaced.extend((old.disabled != new.disabled).then_some("disabled"));
        }
        replaced
    }

    async fn earlier(aws: &Aws, _: &HealthCheckInputs) -> Result<Option<Id>> {
        let mut pages = aws.route53().list_health_checks().into_paginator().items().send();
        while let Some(check) = pages.next().await {
            let check = check.doing("looking for what an earlier attempt made", "")?;
            if check.caller_reference.starts_with(&aws.birth().token) {
                return Ok(Some(Id::from(check.id)));
            }
        }
        Ok(None)
    }

    async fn create(aws: &Aws, new: &HealthCheckInputs) -> Result<Made> {
        // Route 53 remembers the reference of a health check that is gone, so the second half is another one in every call.
        let reference: String = format!("{}-{}", aws.birth().token, aws.birth().once).chars().take(64).collect();
        let create = aws.once().route53().create_health_check().caller_reference(reference);
        let made = create.health_check_config(config(new)?).send().await;
        Made::new(made.doing("creating health check", &aws.call().name)?.health_check.map(|check| check.id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsHealthCheck>> {
        let got = aws.route53().get_health_check().health_check_id(id).send().await;
        Ok(got.unless(&["NoSuchHealthCheck"]).doing("reading health check", id)?.and_then(|answer| answer.health_check))
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsHealthCheck) -> Result<Self> {
        let config =
            seen.health_check_config.ok_or_else(|| Error::new(format!("health check `{id}` has no configuration")))?;
        let tags = tags::of(aws, TagResourceType::Healthcheck, id.as_str()).await?;
        Ok(HealthCheck {
            inputs: HealthCheckInputs { tags, ..inputs::read(config)? },
            arn: format!("arn:{}:route53:::healthcheck/{id}", aws.partition()),
            health_check_id: id.to_string(),
        })
    }

    fn respell(&mut self, given: &HealthCheckInputs) {
        inputs::respell(&mut self.inputs, given);
    }

    /// An update must name the version that it changes; one that came between has it called again. What is left out stays, so that it is reset.
    async fn update(aws: &Aws, id: &Id, _: &Self, new: &HealthCheckInputs) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else {
            return Err(Error::new(format!("there is no health check `{id}`")));
        };
        let config = config(new)?;
        let was = seen.health_check_config;
        let listed = |of: fn(&HealthCheckConfig) -> bool| was.as_ref().is_some_and(of);
        let gone = [
            (
                ResettableElementName::FullyQualifiedDomainName,
                config.fully_qualified_domain_name.is_none() && listed(|it| it.fully_qualified_domain_name.is_some()),
            ),
            (
                ResettableElementName::ResourcePath,
                config.resource_path.is_none() && listed(|it| it.resource_path.is_some()),
            ),
            (ResettableElementName::Regions, config.regions.is_none() && listed(|it| it.regions.is_some())),
            (
                ResettableElementName::ChildHealthChecks,
                config.child_health_checks.is_none() && listed(|it| it.child_health_checks.is_some()),
            ),
        ];
        let gone = gone.into_iter().filter(|(_, gone)| *gone).map(|(element, _)| element);
        let update = aws
            .route53()
            .update_health_check()
            .health_check_id(id)
            .health_check_version(seen.health_check_version)
            .set_reset_elements(list::some(gone))
            .set_ip_address(config.ip_address)
            .set_port(config.port)
            .set_resource_path(config.resource_path)
            .set_fully_qualified_domain_name(config.fully_qualified_domain_name)
            .set_search_string(config.search_string)
            .set_failure_threshold(config.failure_threshold)
            .set_inverted(config.inverted)
            .set_disabled(config.disabled)
            .set_health_threshold(config.health_threshold)
            .set_child_health_checks(config.child_health_checks)
            .set_enable_sni(config.enable_sni)
            .set_regions(config.regions)
            .set_alarm_identifier(config.alarm_identifier)
            .set_insufficient_data_health_status(config.insufficient_data_health_status);
        update.send().await.done("changing health check", id)
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag_as(aws, TagResourceType::Healthcheck, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let deleted = aws.route53().delete_health_check().health_check_id(id).send().await;
        deleted.unless(&["NoSuchHealthCheck"]).done("deleting health check", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The configuration as Route 53 takes it: what its type has.
fn config(new: &HealthCheckInputs) -> Result<HealthCheckConfig> {
    let kind = new.r#type;
    let regions = list::some(new.regions.iter().map(|region| HealthCheckRegion::from(region.as_str())));
    let alarm = new.alarm_identifier.as_ref().map(|alarm| {
        AwsAlarm::builder().region(CloudWatchRegion::from(alarm.region.as_str())).name(&alarm.name).build()
    });
    let alarm = alarm.transpose().map_err(|error| Error::new(error.to_string()))?;
    let status = (kind == HealthCheckType::CloudwatchMetric).then(|| {
        InsufficientDataHealthStatus::from(
            new.insufficient_data_health_status.map_or("LastKnownStatus", |it| it.as_str()),
        )
    });
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let built = HealthCheckConfig::builder()
        .r#type(AwsType::from(kind.as_str()))
        .set_ip_address(new.ip_address.clone())
        .set_port(inputs::port(new).map(i32::from))
        .set_resource_path(text(&new.resource_path))
        .set_fully_qualified_domain_name(text(&new.fully_qualified_domain_name))
        .set_search_string(text(&new.search_string))
        .set_request_interval(kind.asks().then(|| signed(new.request_interval)))
        .set_failure_threshold(kind.asks().then(|| signed(new.failure_threshold)))
        .set_measure_latency(kind.asks().then_some(new.measure_latency))
        .inverted(new.inverted)
        .disabled(new.disabled)
        .set_health_threshold(new.health_threshold.map(signed))
        .set_child_health_checks(list::some(new.child_health_checks.iter().cloned()))
        .set_enable_sni(kind.is_tls().then(|| new.enable_sni.unwrap_or(true)))
        .set_regions(regions.filter(|_| kind.asks()))
        .set_alarm_identifier(alarm)
        .set_insufficient_data_health_status(status)
        .set_routing_control_arn(new.routing_control_arn.as_ref().map(ToString::to_string));
    built.build().map_err(|error| Error::new(error.to_string()))
}

/// All regions that check where the program names none.
const ALL_REGIONS: usize = 8;

/// The regions that are named: all of them are none.
fn named(regions: BTreeSet<String>) -> BTreeSet<String> {
    if regions.len() >= ALL_REGIONS { BTreeSet::new() } else { regions }
}
