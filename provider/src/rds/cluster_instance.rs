//! An instance of an Aurora cluster.

mod guard;
mod inputs;

use aws_sdk_rds::operation::modify_db_instance::ModifyDbInstanceInput;
use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDbInstanceInputBuilder as Modification;
use aws_sdk_rds::types::{DbInstance, DbParameterGroupStatus};
use pulumi_plugin::{Fault, Faults, Id, Made, Order, Progress, Property, Resource, Result, Spelled, Wait};

pub use self::guard::members;
pub use self::inputs::*;
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::kms;
use crate::rds::cluster::is_dead;
use crate::rds::{lately, tags};

/// An instance of an Aurora cluster: the computer that a database runs on. The first one becomes the writer, the others are readers.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ClusterInstance {
    /// The inputs, as RDS has them.
    #[prop(inputs)]
    pub inputs: ClusterInstanceInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The resource id, such as `db-ABCDEFGHIJKLMNOPQRSTUVWXYZ`: no other instance ever has it.
    #[prop(stable)]
    pub resource_id: String,
    /// The host name of this one instance. Applications use the endpoints of the cluster.
    #[prop(stable)]
    pub endpoint: String,
    /// The TCP port.
    pub port: Option<u16>,
    /// The engine's full version, such as `17.4`.
    pub engine_version_actual: String,
}

impl Resource for ClusterInstance {
    const TOKEN: &'static str = "gitinfra:rds:ClusterInstance";
    const WAIT: Wait = Wait::seconds(390, 7200);
    type Session = Aws;
    type Inputs = ClusterInstanceInputs;
    type Seen = DbInstance;

    fn check(new: &ClusterInstanceInputs) -> Vec<Fault> {
        let interval = new.monitoring_interval.unwrap_or_default();
        Faults::of(new)
            .when(
                ![0, 1, 5, 10, 15, 30, 60].contains(&interval),
                "monitoringInterval",
                format!("{interval} is not one of 0, 1, 5, 10, 15, 30 and 60 seconds"),
            )
            .when(
                !new.instance_class.starts_with("db."),
                "instanceClass",
                format!("`{}` is not a class of instances; did you mean `db.{0}`?", new.instance_class),
            )
            .needs("performanceInsightsRetentionPeriod", "enablePerformanceInsights")
            .needs("performanceInsightsKmsKeyId", "enablePerformanceInsights")
            .into_vec()
    }

    /// RDS never exchanges the key of Performance Insights while that is on.
    fn replaces(old: &ClusterInstanceInputs, new: &ClusterInstanceInputs) -> Vec<&'static str> {
        let on = |of: &ClusterInstanceInputs| of.enable_performance_insights == Some(true);
        let (was, is) = (&old.performance_insights_kms_key_id, &new.performance_insights_kms_key_id);
        let other = was.is_some() && is.is_some() && was != is;
        if on(old) && on(new) && other { vec!["performanceInsightsKmsKeyId"] } else { Vec::new() }
    }

    async fn in_place(
        aws: &Aws,
        old: &ClusterInstanceInputs,
        new: &ClusterInstanceInputs,
    ) -> Result<Vec<&'static str>> {
        let (was, is) = (&old.performance_insights_kms_key_id, &new.performance_insights_kms_key_id);
        Ok(if kms::is_same(aws, was, is).await { vec!["performanceInsightsKmsKeyId"] } else { Vec::new() })
    }

    /// The old one would have to go first: no last instance of a protected cluster goes.
    async fn prevents(aws: &Aws, id: &Id, old: &ClusterInstanceInputs, _: &ClusterInstanceInputs) -> Result<()> {
        guard::refuse_the_last(aws, id, old.cluster_identifier.as_str()).await
    }

    async fn create(aws: &Aws, new: &ClusterInstanceInputs) -> Result<Made> {
        let name = new.identifier.as_str();
        let create = aws
            .once()
            .rds()
            .create_db_instance()
            .db_instance_identifier(name)
            .db_cluster_identifier(new.cluster_identifier.as_str())
            .engine(new.engine.as_str())
            .db_instance_class(&new.instance_class)
            .set_db_parameter_group_name(new.parameter_group_name.as_ref().map(Spelled::spell))
            .set_availability_zone(new.availability_zone.clone())
            .promotion_tier(new.promotion_tier.into())
            .publicly_accessible(new.publicly_accessible)
            .auto_minor_version_upgrade(new.auto_minor_version_upgrade)
            .set_preferred_maintenance_window(new.preferred_maintenance_window.as_ref().map(Spelled::spell))
            .set_ca_certificate_identifier(new.ca_certificate_identifier.clone())
            .set_monitoring_interval(new.monitoring_interval.map(signed))
            .set_monitoring_role_arn(new.monitoring_role_arn.as_ref().map(Spelled::spell))
            .set_enable_performance_insights(new.enable_performance_insights)
            .set_performance_insights_retention_period(new.performance_insights_retention_period.map(signed))
            .set_performance_insights_kms_key_id(new.performance_insights_kms_key_id.clone())
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["DBInstanceAlreadyExists"]);
        Ok(match made.doing("creating instance", name)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &DbInstance, _: &ClusterInstanceInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.tag_list()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DbInstance>> {
        let asked = aws.rds().describe_db_instances().db_instance_identifier(id).send().await;
        let answer = asked.unless(&["DBInstanceNotFound"]).doing("reading instance", id)?;
        Ok(answer.and_then(|a| a.db_instances?.pop()))
    }

    fn progress(seen: &DbInstance) -> Progress {
        match seen.db_instance_status().unwrap_or_default() {
            "available" | "storage-optimization" | "stopped" => Progress::Done,
            "deleting" => Progress::Leaving("deleting".into()),
            failed if is_dead(failed) || ["modify-failed", "upgrade-failed"].contains(&failed) => {
                Progress::Failed(format!("its state is `{failed}`; its events in the RDS console say why"))
            }
            state => Progress::Pending(state.to_owned()),
        }
    }

    async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
        Ok(match lately::is_too_early(aws, &format!("instance {id}")) {
            true => Progress::Pending("available, but it may not have begun with the change".into()),
            false => Progress::Done,
        })
    }

    async fn read(aws: &Aws, id: &Id, seen: DbInstance) -> Result<Self> {
        let waits = |group: &&DbParameterGroupStatus| group.parameter_apply_status() == Some("pending-reboot");
        if let Some(group) =
            seen.db_parameter_groups().iter().find(waits).and_then(|group| group.db_parameter_group_name())
        {
            let told = "pending-reboot: static parameters of";
            aws.call().warn(format!("instance `{id}`: {told} `{group}` take effect with its next reboot")).await;
        }
        read(aws, seen)
    }

    fn respell(&mut self, given: &ClusterInstanceInputs) {
        kms::respell(&given.performance_insights_kms_key_id, &mut self.inputs.performance_insights_kms_key_id);
    }

    async fn recognize(aws: &Aws, state: &mut Self, given: &ClusterInstanceInputs) {
        let key = &mut state.inputs.performance_insights_kms_key_id;
        kms::recognize(aws, &given.performance_insights_kms_key_id, key).await;
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ClusterInstanceInputs) -> Result<()> {
        let modification = modification(&old.inputs, new);
        if modification == ModifyDbInstanceInput::builder() {
            return Ok(());
        }
        let modify = modification.db_instance_identifier(id).apply_immediately(true);
        modify.send_with(&aws.rds()).await.done("changing instance", id)?;
        lately::changed(aws, &format!("instance {id}"));
        Ok(())
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    /// The data is the cluster's, and so is the final snapshot.
    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let cluster = old.inputs.cluster_identifier.as_str();
        let turn = guard::turn(aws, cluster);
        let _turn = turn.lock().await;
        guard::refuse_the_last(aws, id, cluster).await?;
        let delete = aws.rds().delete_db_instance().db_instance_identifier(id).skip_final_snapshot(true);
        delete.send().await.unless(&["DBInstanceNotFound"]).done("deleting instance", id)
    }
}

fn read(aws: &Aws, seen: DbInstance) -> Result<ClusterInstance> {
    let endpoint = seen.endpoint;
    let group = seen.db_parameter_groups.unwrap_or_default().into_iter().next();
    let insights = seen.performance_insights_enabled.unwrap_or_default();
    let number = |given: Option<i32>| given.and_then(|n| u32::try_from(n).ok());
    Ok(ClusterInstance {
        inputs: ClusterInstanceInputs {
            identifier: seen.db_instance_identifier.unwrap_or_default().into(),
            cluster_identifier: seen.db_cluster_identifier.unwrap_or_default().into(),
            engine: word(seen.engine.unwrap_or_default())?,
            instance_class: seen.db_instance_class.unwrap_or_default(),
            parameter_group_name: group.and_then(|group| group.db_parameter_group_name).map(Into::into),
            availability_zone: seen.availability_zone,
            promotion_tier: seen.promotion_tier.and_then(|tier| u8::try_from(tier).ok()).unwrap_or(1),
            publicly_accessible: seen.publicly_accessible.unwrap_or_default(),
            auto_minor_version_upgrade: seen.auto_minor_version_upgrade.unwrap_or_default(),
            preferred_maintenance_window: seen.preferred_maintenance_window.map(word).transpose()?,
            ca_certificate_identifier: seen.ca_certificate_identifier,
            certificate_rotation_restart: Order::unknown(),
            monitoring_interval: number(seen.monitoring_interval),
            monitoring_role_arn: seen.monitoring_role_arn.map(word).transpose()?,
            enable_performance_insights: Some(insights),
            performance_insights_retention_period: number(
                seen.performance_insights_retention_period.filter(|_| insights),
            ),
            performance_insights_kms_key_id: seen.performance_insights_kms_key_id.filter(|_| insights),
            tags: aws.visible(seen.tag_list.unwrap_or_default()),
        },
        arn: seen.db_instance_arn.unwrap_or_default(),
        resource_id: seen.dbi_resource_id.unwrap_or_default(),
        port: endpoint.as_ref().and_then(|endpoint| endpoint.port).and_then(|port| u16::try_from(port).ok()),
        endpoint: endpoint.and_then(|endpoint| endpoint.address).unwrap_or_default(),
        engine_version_actual: seen.engine_version.unwrap_or_default(),
    })
}

/// What one call changes. What the program leaves to the cluster is not touched.
fn modification(was: &ClusterInstanceInputs, new: &ClusterInstanceInputs) -> Modification {
    let certificate = changed(&was.ca_certificate_identifier, &new.ca_certificate_identifier).flatten();
    let restart = certificate.is_some().then(|| new.certificate_rotation_restart.get().copied().unwrap_or(true));
    let group = changed(&was.parameter_group_name, &new.parameter_group_name).flatten();
    let window = changed(&was.preferred_maintenance_window, &new.preferred_maintenance_window).flatten();
    let interval = changed(&was.monitoring_interval, &new.monitoring_interval).flatten();
    let role = changed(&was.monitoring_role_arn, &new.monitoring_role_arn).flatten();
    let monitored = interval.is_some() || role.is_some();
    let insights = changed(&was.enable_performance_insights, &new.enable_performance_insights).flatten();
    let days = changed(&was.performance_insights_retention_period, &new.performance_insights_retention_period);
    let days = days.flatten();
    let seen = insights.is_some() || days.is_some();
    ModifyDbInstanceInput::builder()
        .set_db_instance_class(changed(&was.instance_class, &new.instance_class))
        .set_db_parameter_group_name(group.map(|group| group.spell()))
        .set_promotion_tier(changed(&was.promotion_tier, &new.promotion_tier).map(i32::from))
        .set_publicly_accessible(changed(&was.publicly_accessible, &new.publicly_accessible))
        .set_auto_minor_version_upgrade(changed(&was.auto_minor_version_upgrade, &new.auto_minor_version_upgrade))
        .set_preferred_maintenance_window(window.map(|window| window.spell()))
        .set_ca_certificate_identifier(certificate)
        .set_certificate_rotation_restart(restart)
        .set_monitoring_interval(new.monitoring_interval.filter(|_| monitored).map(signed))
        .set_monitoring_role_arn(new.monitoring_role_arn.as_ref().filter(|_| monitored).map(Spelled::spell))
        .set_enable_performance_insights(new.enable_performance_insights.filter(|_| seen))
        .set_performance_insights_retention_period(
            new.performance_insights_retention_period.filter(|_| seen).map(signed),
        )
        .set_performance_insights_kms_key_id(
            new.performance_insights_kms_key_id.clone().filter(|_| insights == Some(true)),
        )
}

/// The new value, where it differs.
fn changed<T: PartialEq + Clone>(old: &T, new: &T) -> Option<T> {
    (old != new).then(|| new.clone())
}
