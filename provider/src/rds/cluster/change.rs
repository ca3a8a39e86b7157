//! How a cluster is changed in place.

use aws_sdk_rds::operation::modify_db_cluster::ModifyDbClusterInput;
use aws_sdk_rds::operation::modify_db_cluster::builders::ModifyDbClusterInputBuilder as Modification;
use aws_sdk_rds::types::CloudwatchLogsExportConfiguration;
use pulumi_plugin::{Error, Id, Result, Secret, Spelled};

use super::inputs::{AssociatedRole, ClusterInputs, LogExport};
use super::{Cluster, birth, upgrade as upgrades, version};
use crate::aws::list::some;
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _};
use crate::rds::lately;

/// Brings a cluster from its old state to new inputs. AWS takes each call from a cluster that is available only.
pub async fn bring(aws: &Aws, id: &Id, old: &Cluster, new: &ClusterInputs) -> Result<()> {
    let was = &old.inputs;
    refuse_another_key(was, new)?;
    let modification = modification(old, new)?;
    if modification != ModifyDbClusterInput::builder() {
        aws.call().once("modify", modify(aws, id, modification)).await?;
    }
    if was.enable_http_endpoint != new.enable_http_endpoint {
        aws.call().once("http endpoint", http_endpoint(aws, id, &old.arn, new.enable_http_endpoint)).await?;
    }
    for role in was.associated_roles.difference(&new.associated_roles) {
        aws.call().once(&format!("without {role:?}"), remove_role(aws, id, role)).await?;
    }
    for role in new.associated_roles.difference(&was.associated_roles) {
        aws.call().once(&format!("with {role:?}"), add_role(aws, id, role)).await?;
    }
    Ok(())
}

/// Gives the master user another password.
pub async fn set_password(aws: &Aws, id: &Id, password: &Secret<String>) -> Result<()> {
    let modification = ModifyDbClusterInput::builder().master_user_password(password.expose());
    aws.call().once("password", modify(aws, id, modification)).await
}

/// Makes the call. Without `ApplyImmediately`, AWS would keep changes back until the maintenance window.
async fn modify(aws: &Aws, id: &Id, modification: Modification) -> Result<()> {
    let version = modification.get_engine_version().clone();
    let modify = modification.db_cluster_identifier(id).apply_immediately(true);
    modify.send_with(&aws.rds()).await.done("changing cluster", id)?;
    lately::changed(aws, id.as_str());
    if let Some(version) = version {
        upgrades::begun(aws, id, &version);
    }
    Ok(())
}

async fn http_endpoint(aws: &Aws, id: &Id, arn: &str, on: bool) -> Result<()> {
    match on {
        true => {
            let enable = aws.rds().enable_http_endpoint().resource_arn(arn).send().await;
            enable.done("enabling the HTTP endpoint of cluster", id)?;
        }
        false => {
            let disable = aws.rds().disable_http_endpoint().resource_arn(arn).send().await;
            disable.done("disabling the HTTP endpoint of cluster", id)?;
        }
    }
    lately::changed(aws, id.as_str());
    Ok(())
}

async fn remove_role(aws: &Aws, id: &Id, role: &AssociatedRole) -> Result<()> {
    let remove = aws.rds().remove_role_from_db_cluster().db_cluster_identifier(id).role_arn(role.role_arn.as_str());
    let removed = remove.set_feature_name(role.feature_name.clone()).send().await;
    removed.unless(&["DBClusterRoleNotFound"]).done("taking a role from cluster", id)
}

async fn add_role(aws: &Aws, id: &Id, role: &AssociatedRole) -> Result<()> {
    let add = aws.rds().add_role_to_db_cluster().db_cluster_identifier(id).role_arn(role.role_arn.as_str());
    let added = add.set_feature_name(role.feature_name.clone()).send().await;
    added.unless(&["DBClusterRoleAlreadyExists"]).done("giving a role to cluster", id)
}

/// The new value, where it differs.
fn changed<T: PartialEq + Clone>(old: &T, new: &T) -> Option<T> {
    (old != new).then(|| new.clone())
}

/// The new text, where it differs and is given.
fn text<T: PartialEq + Clone + Spelled>(old: &Option<T>, new: &Option<T>) -> Option<String> {
    changed(old, new).flatten().map(|value| value.spell())
}

/// What one call changes.
fn modification(old: &Cluster, new: &ClusterInputs) -> Result<Modification> {
    let was = &old.inputs;
    let groups = changed(&was.vpc_security_group_ids, &new.vpc_security_group_ids).flatten();
    let scale = changed(&was.serverless_v2_scaling_configuration, &new.serverless_v2_scaling_configuration).flatten();
    let support = changed(&was.engine_lifecycle_support, &new.engine_lifecycle_support).flatten();
    let plain = ModifyDbClusterInput::builder()
        .set_port(changed(&was.port, &new.port).flatten().map(i32::from))
        .set_vpc_security_group_ids(groups.map(|groups| groups.into_iter().collect()))
        .set_network_type(changed(&was.network_type, &new.network_type).map(|kind| kind.as_str().to_owned()))
        .set_db_cluster_parameter_group_name(text(&was.cluster_parameter_group_name, &new.cluster_parameter_group_name))
        .set_serverless_v2_scaling_configuration(scale.as_ref().map(birth::capacity))
        .set_storage_type(changed(&was.storage_type, &new.storage_type).map(|kind| kind.as_str().to_owned()))
        .set_engine_lifecycle_support(support.map(|support| support.as_str().to_owned()))
        .set_backup_retention_period(changed(&was.backup_retention_period, &new.backup_retention_period).map(signed))
        .set_preferred_backup_window(text(&was.preferred_backup_window, &new.preferred_backup_window))
        .set_preferred_maintenance_window(text(&was.preferred_maintenance_window, &new.preferred_maintenance_window))
        .set_backtrack_window(changed(&was.backtrack_window, &new.backtrack_window).map(i64::from))
        .set_copy_tags_to_snapshot(changed(&was.copy_tags_to_snapshot, &new.copy_tags_to_snapshot))
        .set_deletion_protection(changed(&was.deletion_protection, &new.deletion_protection))
        .set_enable_iam_database_authentication(changed(
            &was.enable_iam_database_authentication,
            &new.enable_iam_database_authentication,
        ))
        .set_enable_local_write_forwarding(changed(
            &was.enable_local_write_forwarding,
            &new.enable_local_write_forwarding,
        ))
        .set_cloudwatch_logs_export_configuration(logs(was, new));
    upgrade(old, new, password(was, new, monitoring(was, new, domain(was, new, plain)))?)
}

/// Only the differences: AWS takes what is to be turned on, and what is to be turned off.
fn logs(was: &ClusterInputs, new: &ClusterInputs) -> Option<CloudwatchLogsExportConfiguration> {
    let (old, new) = (&was.enable_cloudwatch_logs_exports, &new.enable_cloudwatch_logs_exports);
    let names = |logs: Vec<&LogExport>| some(logs.into_iter().map(|log| log.as_str().to_owned()));
    let changes = CloudwatchLogsExportConfiguration::builder()
        .set_enable_log_types(names(new.difference(old).collect()))
        .set_disable_log_types(names(old.difference(new).collect()));
    (old != new).then(|| changes.build())
}

fn domain(was: &ClusterInputs, new: &ClusterInputs, modification: Modification) -> Modification {
    if (&was.domain, &was.domain_iam_role_name) == (&new.domain, &new.domain_iam_role_name) {
        return modification;
    }
    // So AWS is told to leave a domain.
    let domain = new.domain.clone().unwrap_or_else(|| "none".to_owned());
    modification.domain(domain).set_domain_iam_role_name(new.domain_iam_role_name.clone())
}

/// Monitoring and insights: what belongs together goes together.
fn monitoring(was: &ClusterInputs, new: &ClusterInputs, mut modification: Modification) -> Modification {
    if (was.monitoring_interval, &was.monitoring_role_arn) != (new.monitoring_interval, &new.monitoring_role_arn) {
        let role = new.monitoring_role_arn.as_ref().map(|role| role.as_str().to_owned());
        modification = modification.monitoring_interval(signed(new.monitoring_interval)).set_monitoring_role_arn(role);
    }
    let days = changed(&was.performance_insights_retention_period, &new.performance_insights_retention_period);
    let same = was.performance_insights_enabled == new.performance_insights_enabled
        && was.database_insights_mode == new.database_insights_mode
        && days.flatten().is_none();
    if same {
        return modification;
    }
    let on = new.performance_insights_enabled;
    let key = new.performance_insights_kms_key_id.clone().filter(|_| !was.performance_insights_enabled);
    modification
        .enable_performance_insights(on)
        .database_insights_mode(new.database_insights_mode.as_str().into())
        .set_performance_insights_retention_period(new.performance_insights_retention_period.map(signed))
        .set_performance_insights_kms_key_id(key)
}

/// RDS never exchanges the key of Performance Insights while that is on.
fn refuse_another_key(was: &ClusterInputs, new: &ClusterInputs) -> Result<()> {
    let on = was.performance_insights_enabled && new.performance_insights_enabled;
    let (old, key) = (&was.performance_insights_kms_key_id, &new.performance_insights_kms_key_id);
    match (old, key) {
        (Some(old), Some(key)) if on && old != key => {
            let words = format!("the KMS key of Performance Insights stays `{old}` as long as that is on");
            Err(Error::new(words).hint("give `performanceInsightsKmsKeyId` that key, or leave it out"))
        }
        _ => Ok(()),
    }
}

/// The password of the master user: given, or managed by RDS.
fn password(was: &ClusterInputs, new: &ClusterInputs, modification: Modification) -> Result<Modification> {
    let managed = was.manage_master_user_password == Some(true);
    let wanted = match (new.manage_master_user_password, &new.master_user_password) {
        (Some(wanted), _) => wanted,
        (None, Some(_)) => false,
        // A password that is no longer given is managed from now on.
        (None, None) => managed || was.master_user_password.is_some(),
    };
    let key = &new.master_user_secret_kms_key_id;
    if managed && wanted && key.is_some() && *key != was.master_user_secret_kms_key_id {
        return Err(Error::new("the KMS key of a managed password's secret stays as it is")
            .hint("give `masterUserPassword` and run `pulumi up`; then take it out again, with the new `masterUserSecretKmsKeyId`"));
    }
    let turned = (managed != wanted).then_some(wanted);
    let given = changed(&was.master_user_password, &new.master_user_password).flatten();
    let given = given.or_else(|| new.master_user_password.clone().filter(|_| turned == Some(false)));
    Ok(modification
        .set_manage_master_user_password(turned)
        .set_master_user_secret_kms_key_id(key.clone().filter(|_| turned == Some(true)))
        .set_master_user_password(given.map(|password| password.expose().clone())))
}

/// Another version, where AWS has not got as far by itself.
fn upgrade(old: &Cluster, new: &ClusterInputs, modification: Modification) -> Result<Modification> {
    let actual = &old.engine_version_actual;
    let Some(asked) = new.engine_version.as_ref().filter(|asked| !version::meets(actual, asked)) else {
        return Ok(modification);
    };
    if version::major(actual) == version::major(asked) {
        return Ok(modification.engine_version(asked));
    }
    if !new.allow_major_version_upgrade.value() {
        return Err(Error::new(format!("`{asked}` is another major version than `{actual}`, which the cluster has")).hint(
            "an upgrade takes 10 to 60 minutes, during which the cluster is down, and there is no way back: set `allowMajorVersionUpgrade: true`, \
             with parameter groups of the new version's family",
        ));
    }
    let group = new.db_instance_parameter_group_name.as_ref().map(Spelled::spell);
    Ok(modification.engine_version(asked).allow_major_version_upgrade(true).set_db_instance_parameter_group_name(group))
}
