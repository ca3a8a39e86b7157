//! How a cluster is made: anew, out of a snapshot, or out of another cluster at a point in time.

use aws_sdk_rds::types::ServerlessV2ScalingConfiguration;
use pulumi_plugin::{Result, Spelled};

use super::inputs::{ClusterInputs, LogExport, ServerlessV2};
use super::rules::{self, moment};
use crate::aws::list::some;
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _};

/// Has it made; `false` where there is one of this identifier already.
pub async fn send(aws: &Aws, new: &ClusterInputs) -> Result<bool> {
    match (&new.snapshot_identifier, rules::is_restored(new)) {
        (Some(snapshot), _) => from_snapshot(aws, new, snapshot).await,
        (None, true) => to_point_in_time(aws, new).await,
        (None, false) => anew(aws, new).await,
    }
}

/// What says that an identifier is taken.
const EXISTS: &[&str] = &["DBClusterAlreadyExistsFault"];

async fn anew(aws: &Aws, new: &ClusterInputs) -> Result<bool> {
    let managed = new.manage_master_user_password.unwrap_or(new.master_user_password.is_none());
    let role = new.monitoring_role_arn.as_ref().map(|role| role.as_str().to_owned());
    let create = aws
        .once()
        .rds()
        .create_db_cluster()
        .db_cluster_identifier(new.identifier.as_str())
        .engine(new.engine.as_str())
        .set_engine_version(new.engine_version.clone())
        .set_engine_lifecycle_support(new.engine_lifecycle_support.map(|support| support.as_str().to_owned()))
        .set_cluster_scalability_type(new.cluster_scalability_type.map(|scale| scale.as_str().into()))
        .set_database_name(new.database_name.clone())
        .set_master_username(new.master_username.clone())
        .set_master_user_password(new.master_user_password.as_ref().map(|password| password.expose().clone()))
        .set_manage_master_user_password(managed.then_some(true))
        .set_master_user_secret_kms_key_id(new.master_user_secret_kms_key_id.clone())
        .enable_iam_database_authentication(new.enable_iam_database_authentication)
        .set_port(new.port.map(i32::from))
        .set_db_subnet_group_name(text(&new.subnet_group_name))
        .set_vpc_security_group_ids(groups(new))
        .network_type(new.network_type.as_str())
        .set_availability_zones(new.availability_zones.as_ref().and_then(|zones| some(zones.iter().cloned())))
        .set_db_cluster_parameter_group_name(text(&new.cluster_parameter_group_name))
        .set_serverless_v2_scaling_configuration(new.serverless_v2_scaling_configuration.as_ref().map(capacity))
        .storage_type(new.storage_type.as_str())
        .storage_encrypted(new.storage_encrypted)
        .set_kms_key_id(new.kms_key_id.clone())
        .backup_retention_period(signed(new.backup_retention_period))
        .set_preferred_backup_window(text(&new.preferred_backup_window))
        .set_preferred_maintenance_window(text(&new.preferred_maintenance_window))
        .set_backtrack_window((new.backtrack_window > 0).then_some(i64::from(new.backtrack_window)))
        .copy_tags_to_snapshot(new.copy_tags_to_snapshot)
        .deletion_protection(new.deletion_protection)
        .set_enable_cloudwatch_logs_exports(logs(new))
        .monitoring_interval(signed(new.monitoring_interval))
        .set_monitoring_role_arn(role)
        .enable_performance_insights(new.performance_insights_enabled)
        .set_performance_insights_retention_period(new.performance_insights_retention_period.map(signed))
        .set_performance_insights_kms_key_id(new.performance_insights_kms_key_id.clone())
        .database_insights_mode(new.database_insights_mode.as_str().into())
        .enable_http_endpoint(new.enable_http_endpoint)
        .set_enable_local_write_forwarding(new.enable_local_write_forwarding.then_some(true))
        .set_domain(new.domain.clone())
        .set_domain_iam_role_name(new.domain_iam_role_name.clone())
        .set_tags(Some(aws.newborn(&new.tags)));
    let made = create.send().await.unless(EXISTS).doing("creating cluster", &new.identifier)?;
    Ok(made.is_some())
}

async fn from_snapshot(aws: &Aws, new: &ClusterInputs, snapshot: &str) -> Result<bool> {
    let restore = aws
        .once()
        .rds()
        .restore_db_cluster_from_snapshot()
        .snapshot_identifier(snapshot)
        .db_cluster_identifier(new.identifier.as_str())
        .engine(new.engine.as_str())
        .set_engine_version(new.engine_version.clone())
        .set_database_name(new.database_name.clone())
        .enable_iam_database_authentication(new.enable_iam_database_authentication)
        .set_port(new.port.map(i32::from))
        .set_db_subnet_group_name(text(&new.subnet_group_name))
        .set_vpc_security_group_ids(groups(new))
        .network_type(new.network_type.as_str())
        .set_availability_zones(new.availability_zones.as_ref().and_then(|zones| some(zones.iter().cloned())))
        .set_db_cluster_parameter_group_name(text(&new.cluster_parameter_group_name))
        .set_serverless_v2_scaling_configuration(new.serverless_v2_scaling_configuration.as_ref().map(capacity))
        .storage_type(new.storage_type.as_str())
        .set_kms_key_id(new.kms_key_id.clone())
        .set_backtrack_window((new.backtrack_window > 0).then_some(i64::from(new.backtrack_window)))
        .copy_tags_to_snapshot(new.copy_tags_to_snapshot)
        .deletion_protection(new.deletion_protection)
        .set_enable_cloudwatch_logs_exports(logs(new))
        .set_domain(new.domain.clone())
        .set_domain_iam_role_name(new.domain_iam_role_name.clone())
        .set_tags(Some(aws.newborn(&new.tags)));
    let doing = format!("restoring snapshot `{snapshot}` as cluster");
    Ok(restore.send().await.unless(EXISTS).doing(doing, &new.identifier)?.is_some())
}

async fn to_point_in_time(aws: &Aws, new: &ClusterInputs) -> Result<bool> {
    let restore = aws
        .once()
        .rds()
        .restore_db_cluster_to_point_in_time()
        .set_source_db_cluster_identifier(new.source_db_cluster_identifier.clone())
        .set_source_db_cluster_resource_id(new.source_db_cluster_resource_id.clone())
        .set_restore_to_time(new.restore_to_time.as_deref().and_then(moment))
        .set_use_latest_restorable_time(new.use_latest_restorable_time)
        .set_restore_type(new.restore_type.map(|kind| kind.as_str().to_owned()))
        .db_cluster_identifier(new.identifier.as_str())
        .enable_iam_database_authentication(new.enable_iam_database_authentication)
        .set_port(new.port.map(i32::from))
        .set_db_subnet_group_name(text(&new.subnet_group_name))
        .set_vpc_security_group_ids(groups(new))
        .network_type(new.network_type.as_str())
        .set_db_cluster_parameter_group_name(text(&new.cluster_parameter_group_name))
        .set_serverless_v2_scaling_configuration(new.serverless_v2_scaling_configuration.as_ref().map(capacity))
        .storage_type(new.storage_type.as_str())
        .set_kms_key_id(new.kms_key_id.clone())
        .set_backtrack_window((new.backtrack_window > 0).then_some(i64::from(new.backtrack_window)))
        .copy_tags_to_snapshot(new.copy_tags_to_snapshot)
        .deletion_protection(new.deletion_protection)
        .set_enable_cloudwatch_logs_exports(logs(new))
        .set_domain(new.domain.clone())
        .set_domain_iam_role_name(new.domain_iam_role_name.clone())
        .set_tags(Some(aws.newborn(&new.tags)));
    let doing = "restoring to a point in time as cluster";
    Ok(restore.send().await.unless(EXISTS).doing(doing, &new.identifier)?.is_some())
}

/// The capacity as RDS takes it.
pub fn capacity(asked: &ServerlessV2) -> ServerlessV2ScalingConfiguration {
    let pause = (asked.min_capacity == 0.0).then(|| signed(asked.seconds_until_auto_pause.unwrap_or(300)));
    ServerlessV2ScalingConfiguration::builder()
        .min_capacity(asked.min_capacity)
        .max_capacity(asked.max_capacity)
        .set_seconds_until_auto_pause(pause)
        .build()
}

fn text(value: &Option<impl Spelled>) -> Option<String> {
    value.as_ref().map(Spelled::spell)
}

fn groups(new: &ClusterInputs) -> Option<Vec<String>> {
    new.vpc_security_group_ids.as_ref().and_then(|groups| some(groups.iter().cloned()))
}

fn logs(new: &ClusterInputs) -> Option<Vec<String>> {
    some(new.enable_cloudwatch_logs_exports.iter().map(|log| LogExport::as_str(log).to_owned()))
}
