//! A cluster's state, read from what AWS returns for it.

use std::collections::BTreeSet;

use aws_sdk_rds::types::LocalWriteForwardingStatus::{Enabled, Enabling, Requested};
use aws_sdk_rds::types::{DbCluster, DbClusterMember, DbClusterRole};
use pulumi_plugin::{Id, Order, Progress, Result};

use super::inputs::*;
use super::{Cluster, version};
use crate::aws::{Aws, word, word_or};
use crate::kms;

/// How far it has come.
pub fn progress(cluster: &DbCluster) -> Progress {
    match cluster.status().unwrap_or_default() {
        // A stopped cluster is there; AWS doesn't change it before it is started.
        "available" | "stopped" => Progress::Done,
        "deleting" => Progress::Leaving("deleting".into()),
        failed if is_dead(failed) => {
            Progress::Failed(format!("its state is `{failed}`; the events of the cluster in the RDS console say why"))
        }
        state => Progress::Pending(state.to_owned()),
    }
}

/// Whether AWS gives up a cluster or an instance of this state.
pub fn is_dead(state: &str) -> bool {
    state.starts_with("incompatible-")
        || state.starts_with("inaccessible-encryption-credentials")
        || ["failed", "migration-failed", "restore-failed", "storage-full"].contains(&state)
}

/// The state of a cluster.
pub fn read(aws: &Aws, seen: DbCluster) -> Result<Cluster> {
    Ok(Cluster {
        arn: seen.db_cluster_arn.clone().unwrap_or_default(),
        cluster_resource_id: seen.db_cluster_resource_id.clone().unwrap_or_default(),
        endpoint: seen.endpoint.clone().unwrap_or_default(),
        reader_endpoint: seen.reader_endpoint.clone().unwrap_or_default(),
        hosted_zone_id: seen.hosted_zone_id.clone().unwrap_or_default(),
        master_user_secret_arn: seen.master_user_secret().and_then(|secret| secret.secret_arn.clone()),
        engine_version_actual: seen.engine_version.clone().unwrap_or_default(),
        inputs: inputs(aws, seen)?,
    })
}

/// Which instances wait for a reboot, with the static parameters of the cluster parameter group. No output says so: it would change by itself.
pub fn pending_reboot(id: &Id, seen: &DbCluster) -> Option<String> {
    let waits = |member: &&DbClusterMember| member.db_cluster_parameter_group_status() == Some("pending-reboot");
    let waiting = seen.db_cluster_members().iter().filter(waits);
    let names: Vec<_> = waiting.filter_map(DbClusterMember::db_instance_identifier).collect();
    let group = seen.db_cluster_parameter_group().unwrap_or_default();
    let told = "pending-reboot: static parameters of";
    (!names.is_empty())
        .then(|| format!("cluster `{id}`: {told} `{group}` take effect with the next reboot of {}", names.join(", ")))
}

fn number(given: Option<i32>) -> Option<u32> {
    given.and_then(|n| u32::try_from(n).ok())
}

/// The inputs, as far as AWS returns them.
fn inputs(aws: &Aws, seen: DbCluster) -> Result<ClusterInputs> {
    let logs = seen.enabled_cloudwatch_logs_exports.unwrap_or_default().into_iter();
    let groups = seen.vpc_security_groups.unwrap_or_default().into_iter();
    let zones = seen.availability_zones.unwrap_or_default();
    let insights = seen.performance_insights_enabled.unwrap_or_default();
    let interval = number(seen.monitoring_interval).unwrap_or_default();
    let role = seen.monitoring_role_arn.filter(|_| interval > 0);
    let domain = seen.domain_memberships.unwrap_or_default().into_iter().next();
    let forwarding = seen.local_write_forwarding_status;
    let secret = seen.master_user_secret;
    Ok(ClusterInputs {
        identifier: seen.db_cluster_identifier.unwrap_or_default().into(),
        engine: word(seen.engine.unwrap_or_default())?,
        engine_version: seen.engine_version,
        allow_major_version_upgrade: Order::unknown(),
        db_instance_parameter_group_name: None,
        engine_lifecycle_support: seen.engine_lifecycle_support.map(word).transpose()?,
        cluster_scalability_type: seen.cluster_scalability_type.map(word).transpose()?,
        database_name: seen.database_name,
        master_username: seen.master_username,
        master_user_password: None,
        manage_master_user_password: Some(secret.is_some()),
        master_user_secret_kms_key_id: secret.and_then(|secret| secret.kms_key_id),
        enable_iam_database_authentication: seen.iam_database_authentication_enabled.unwrap_or_default(),
        port: seen.port.and_then(|port| u16::try_from(port).ok()),
        subnet_group_name: seen.db_subnet_group.map(Into::into),
        vpc_security_group_ids: Some(groups.filter_map(|group| group.vpc_security_group_id).collect()),
        network_type: word_or(seen.network_type, NetworkType::Ipv4)?,
        availability_zones: Some(zones.into_iter().collect()),
        cluster_parameter_group_name: seen.db_cluster_parameter_group.map(Into::into),
        serverless_v2_scaling_configuration: seen.serverless_v2_scaling_configuration.map(|scale| ServerlessV2 {
            min_capacity: scale.min_capacity.unwrap_or_default(),
            max_capacity: scale.max_capacity.unwrap_or_default(),
            seconds_until_auto_pause: number(scale.seconds_until_auto_pause),
        }),
        storage_type: word_or(seen.storage_type, StorageType::Aurora)?,
        storage_encrypted: seen.storage_encrypted.unwrap_or_default(),
        kms_key_id: seen.kms_key_id,
        backup_retention_period: number(seen.backup_retention_period).unwrap_or(1),
        preferred_backup_window: seen.preferred_backup_window.map(word).transpose()?,
        preferred_maintenance_window: seen.preferred_maintenance_window.map(word).transpose()?,
        backtrack_window: seen.backtrack_window.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or_default(),
        copy_tags_to_snapshot: seen.copy_tags_to_snapshot.unwrap_or_default(),
        deletion_protection: seen.deletion_protection.unwrap_or_default(),
        final_snapshot_identifier: None,
        skip_final_snapshot: Order::unknown(),
        delete_automated_backups: Order::unknown(),
        snapshot_identifier: None,
        source_db_cluster_identifier: None,
        source_db_cluster_resource_id: None,
        restore_to_time: None,
        use_latest_restorable_time: None,
        restore_type: None,
        enable_cloudwatch_logs_exports: logs.map(word).collect::<Result<_>>()?,
        monitoring_interval: interval,
        monitoring_role_arn: role.map(word).transpose()?,
        performance_insights_enabled: insights,
        performance_insights_retention_period: number(seen.performance_insights_retention_period.filter(|_| insights)),
        performance_insights_kms_key_id: seen.performance_insights_kms_key_id.filter(|_| insights),
        database_insights_mode: word_or(seen.database_insights_mode, InsightsMode::Standard)?,
        enable_http_endpoint: seen.http_endpoint_enabled.unwrap_or_default(),
        enable_local_write_forwarding: matches!(forwarding, Some(Enabled | Enabling | Requested)),
        domain_iam_role_name: domain.as_ref().and_then(|domain| domain.iam_role_name.clone()),
        domain: domain.and_then(|domain| domain.domain),
        associated_roles: roles(seen.associated_roles.unwrap_or_default())?,
        tags: aws.visible(seen.tag_list.unwrap_or_default()),
    })
}

fn roles(seen: Vec<DbClusterRole>) -> Result<BTreeSet<AssociatedRole>> {
    let role = |role: DbClusterRole| {
        let feature_name = role.feature_name.filter(|name| !name.is_empty());
        Ok(AssociatedRole { role_arn: word(role.role_arn.unwrap_or_default())?, feature_name })
    };
    seen.into_iter().map(role).collect()
}

/// The program's words for what means the same.
pub fn respell(state: &mut Cluster, given: &ClusterInputs) {
    let inputs = &mut state.inputs;
    if let Some(asked) = &given.engine_version
        && version::meets(&state.engine_version_actual, asked)
    {
        inputs.engine_version = Some(asked.clone());
    }
    keys(inputs, given).into_iter().for_each(|(asked, seen)| kms::respell(asked, seen));
    // AWS adds zones up to three.
    if let (Some(asked), Some(zones)) = (&given.availability_zones, &inputs.availability_zones)
        && asked.is_subset(zones)
    {
        inputs.availability_zones = Some(asked.clone());
    }
    // AWS doesn't always tell it.
    if inputs.database_name.is_none() {
        inputs.database_name = given.database_name.clone();
    }
    if let (Some(asked), Some(scale)) =
        (&given.serverless_v2_scaling_configuration, &mut inputs.serverless_v2_scaling_configuration)
        && asked.seconds_until_auto_pause.is_none()
        && scale.seconds_until_auto_pause == Some(300)
    {
        scale.seconds_until_auto_pause = None;
    }
}

/// The keys, as they are given and as they are. AWS returns the ARN of a key, however the program names it.
pub fn keys<'a>(
    seen: &'a mut ClusterInputs,
    given: &'a ClusterInputs,
) -> [(&'a Option<String>, &'a mut Option<String>); 3] {
    [
        (&given.kms_key_id, &mut seen.kms_key_id),
        (&given.master_user_secret_kms_key_id, &mut seen.master_user_secret_kms_key_id),
        (&given.performance_insights_kms_key_id, &mut seen.performance_insights_kms_key_id),
    ]
}
