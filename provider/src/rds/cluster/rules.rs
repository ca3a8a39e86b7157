//! Rules between a cluster's properties, and of texts that no type tells.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use pulumi_plugin::{Fault, Faults};

use super::inputs::{ClusterInputs, Engine, InsightsMode, LogExport, ServerlessV2};

/// Everything that is wrong.
pub fn faults(new: &ClusterInputs) -> Vec<Fault> {
    Faults::of(new)
        .needs("kmsKeyId", "storageEncrypted")
        .and(end(new))
        .and(origin(new))
        .and(master(new))
        .and(monitoring(new))
        .and(engine(new))
        .part("serverlessV2ScalingConfiguration", capacity(new.serverless_v2_scaling_configuration.as_ref()))
        .and(windows(new))
        .into_vec()
}

/// How its end is to be is asked at its beginning, so that a destruction doesn't fail for it.
fn end(new: &ClusterInputs) -> Vec<Fault> {
    let skips = new.skip_final_snapshot.value();
    Faults::of(new)
        .when(
            new.final_snapshot_identifier.is_none() && !skips,
            "finalSnapshotIdentifier",
            "missing: give the final snapshot a name, or set `skipFinalSnapshot: true` to have the data deleted with the cluster",
        )
        .when(
            new.final_snapshot_identifier.is_some() && skips,
            "finalSnapshotIdentifier",
            "can't be given together with `skipFinalSnapshot: true`",
        )
        .into_vec()
}

/// Whether the new cluster comes out of a snapshot or of another cluster.
pub fn is_restored(new: &ClusterInputs) -> bool {
    new.snapshot_identifier.is_some() || has_source(new)
}

fn has_source(new: &ClusterInputs) -> bool {
    new.source_db_cluster_identifier.is_some() || new.source_db_cluster_resource_id.is_some()
}

fn origin(new: &ClusterInputs) -> Vec<Fault> {
    let latest = new.use_latest_restorable_time == Some(true);
    let when = "needs `restoreToTime` or `useLatestRestorableTime: true`";
    let source = "needs `sourceDbClusterIdentifier` or `sourceDbClusterResourceId`";
    let named = match new.source_db_cluster_identifier {
        Some(_) => "sourceDbClusterIdentifier",
        None => "sourceDbClusterResourceId",
    };
    let odd = new.restore_to_time.as_deref().filter(|time| moment(time).is_none());
    Faults::of(new)
        .at_most_one_of(&["snapshotIdentifier", "sourceDbClusterIdentifier", "sourceDbClusterResourceId"])
        .excludes("useLatestRestorableTime", "restoreToTime")
        .when(has_source(new) && new.restore_to_time.is_none() && !latest, named, when)
        .when(!has_source(new) && new.restore_to_time.is_some(), "restoreToTime", source)
        .when(!has_source(new) && latest, "useLatestRestorableTime", source)
        .when(!has_source(new) && new.restore_type.is_some(), "restoreType", source)
        .when(
            has_source(new) && new.availability_zones.is_some(),
            "availabilityZones",
            "AWS chooses them for a restoration to a point in time; leave them out",
        )
        .when(
            odd.is_some(),
            "restoreToTime",
            format!("`{}` is not a time such as 2026-02-28T10:00:00Z", odd.unwrap_or_default()),
        )
        .into_vec()
}

/// A point in time, as the program writes it.
pub fn moment(text: &str) -> Option<DateTime> {
    DateTime::from_str(text, Format::DateTimeWithOffset).ok()
}

fn master(new: &ClusterInputs) -> Vec<Fault> {
    let name = new.master_username.as_deref().unwrap_or("appadmin");
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fine = name.len() <= 63 && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word);
    let reserved: &[&str] = match new.engine {
        Engine::AuroraPostgresql => &["admin", "rdsadmin"],
        Engine::AuroraMysql => &["rdsadmin"],
    };
    let printable = |c: char| c.is_ascii_graphic() && !"/\"@".contains(c);
    let most = if new.engine == Engine::AuroraMysql { 41 } else { 99 };
    let long = |password: &String| (8..=most).contains(&password.len()) && password.chars().all(printable);
    Faults::of(new)
        .when(
            new.master_username.is_none() && !is_restored(new),
            "masterUsername",
            "missing: a cluster that is not restored needs the name of its master user",
        )
        .when(
            !fine,
            "masterUsername",
            format!("`{name}` is not a letter, then letters, digits and underscores; at most 63 characters"),
        )
        .when(
            reserved.contains(&name.to_lowercase().as_str()),
            "masterUsername",
            format!("`{name}` is a reserved word of the engine; give another name, such as `appadmin`"),
        )
        .when(
            new.master_user_password.as_ref().is_some_and(|password| !long(password.expose())),
            "masterUserPassword",
            format!("must be 8 to {most} printable characters without spaces, `/`, `\"` and `@`"),
        )
        .excludes("manageMasterUserPassword", "masterUserPassword")
        .when(
            new.manage_master_user_password == Some(false) && new.master_user_password.is_none() && !is_restored(new),
            "manageMasterUserPassword",
            "without it the cluster needs `masterUserPassword`",
        )
        .when(
            new.master_user_secret_kms_key_id.is_some() && new.manage_master_user_password == Some(false),
            "masterUserSecretKmsKeyId",
            "needs `manageMasterUserPassword: true`",
        )
        .excludes("masterUserPassword", "masterUserSecretKmsKeyId")
        .into_vec()
}

fn monitoring(new: &ClusterInputs) -> Vec<Fault> {
    let interval = new.monitoring_interval;
    let kept = new.performance_insights_retention_period;
    let fine = |days: u32| days == 7 || days == 731 || days.is_multiple_of(31) && (31..=713).contains(&days);
    let advanced = new.database_insights_mode == InsightsMode::Advanced;
    Faults::of(new)
        .when(
            ![0, 1, 5, 10, 15, 30, 60].contains(&interval),
            "monitoringInterval",
            format!("{interval} is not one of 0, 1, 5, 10, 15, 30 and 60 seconds"),
        )
        .when(
            interval > 0 && new.monitoring_role_arn.is_none(),
            "monitoringRoleArn",
            "missing: Enhanced Monitoring needs a role",
        )
        .when(
            interval == 0 && new.monitoring_role_arn.is_some(),
            "monitoringInterval",
            "the role is of no use without an interval; give one, or leave `monitoringRoleArn` out",
        )
        .needs("performanceInsightsRetentionPeriod", "performanceInsightsEnabled")
        .needs("performanceInsightsKmsKeyId", "performanceInsightsEnabled")
        .when(
            kept.is_some_and(|days| !fine(days)),
            "performanceInsightsRetentionPeriod",
            format!("{} is not 7, 731 or a multiple of 31 up to 713 days", kept.unwrap_or_default()),
        )
        .when(
            advanced && !(new.performance_insights_enabled && kept.is_some_and(|days| days >= 465)),
            "databaseInsightsMode",
            "`advanced` needs `performanceInsightsEnabled: true` and a `performanceInsightsRetentionPeriod` of 465 days or more",
        )
        .into_vec()
}

fn engine(new: &ClusterInputs) -> Vec<Fault> {
    let mysql = new.engine == Engine::AuroraMysql;
    let of_mysql = |log: &&LogExport| {
        matches!(log, LogExport::Audit | LogExport::Error | LogExport::General | LogExport::Slowquery)
    };
    let other = new.enable_cloudwatch_logs_exports.iter().find(|log| match mysql {
        true => **log == LogExport::Postgresql,
        false => of_mysql(log),
    });
    Faults::of(new)
        .when(
            other.is_some(),
            "enableCloudwatchLogsExports",
            format!(
                "`{}` is a log of another engine than `{}`",
                other.map_or("", LogExport::as_str),
                new.engine.as_str()
            ),
        )
        .when(new.backtrack_window > 0 && !mysql, "backtrackWindow", "only Aurora MySQL has one")
        .needs("domainIamRoleName", "domain")
        .needs("domain", "domainIamRoleName")
        .into_vec()
}

fn capacity(asked: Option<&ServerlessV2>) -> Vec<Fault> {
    let Some(asked) = asked else { return Vec::new() };
    let (min, max) = (asked.min_capacity, asked.max_capacity);
    let step = |units: f64| (units * 2.0).fract() == 0.0;
    Faults::of(asked)
        .when(
            !(0.0..=256.0).contains(&min) || !step(min),
            "minCapacity",
            format!("{min} is not 0 to 256 in steps of 0.5"),
        )
        .when(
            !(1.0..=256.0).contains(&max) || !step(max),
            "maxCapacity",
            format!("{max} is not 1 to 256 in steps of 0.5"),
        )
        .when(max < min, "maxCapacity", "is less than `minCapacity`")
        .when(
            asked.seconds_until_auto_pause.is_some() && min > 0.0,
            "secondsUntilAutoPause",
            "instances pause only with a `minCapacity` of 0",
        )
        .into_vec()
}

fn windows(new: &ClusterInputs) -> Vec<Fault> {
    let overlap = match (&new.preferred_backup_window, &new.preferred_maintenance_window) {
        (Some(day), Some(week)) => day.overlaps(week),
        _ => false,
    };
    Faults::of(new)
        .when(overlap, "preferredMaintenanceWindow", "must not overlap with `preferredBackupWindow`")
        .into_vec()
}
