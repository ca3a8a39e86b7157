//! What ElastiCache wants of a replication group's properties, alone and together.

use std::collections::BTreeSet;

use pulumi_plugin::Fault;

use super::inputs::{ClusterMode, ReplicationGroupInputs};
use super::version;

/// Everything that is wrong.
pub fn faults(new: &ReplicationGroupInputs) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut no = |at: &str, why: String| faults.push(Fault::new(at, why));
    name(new, &mut no);
    nodes(new, &mut no);
    encryption(new, &mut no);
    windows(new, &mut no);
    faults
}

type No<'a> = dyn FnMut(&str, String) + 'a;

fn name(new: &ReplicationGroupInputs, no: &mut No<'_>) {
    let id = new.replication_group_id.as_str();
    let fine = id.len() <= 40
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !id.ends_with('-')
        && !id.contains("--");
    if !fine {
        no(
            "replicationGroupId",
            format!("`{id}` is not a name of a letter, then letters, digits and single hyphens, at most 40 in all"),
        );
    }
    if new.description.is_empty() || new.description.chars().count() > 255 {
        no("description", "has from 1 to 255 characters; leave it away for the default".into());
    }
    if let Some(version) = new.engine_version.as_ref()
        && !version::well_formed(version)
    {
        no(
            "engineVersion",
            format!(
                "`{version}` is not a version such as `{}`; the patch is AWS's",
                match version::canonical(version) {
                    short if version::well_formed(&short) => short,
                    _ => "8.0".into(),
                }
            ),
        );
    }
}

fn nodes(new: &ReplicationGroupInputs, no: &mut No<'_>) {
    let clustered = new.num_node_groups > 1 || new.cluster_mode == Some(ClusterMode::Enabled);
    if !new.node_type.starts_with("cache.") {
        no("nodeType", format!("`{}` is not a kind of cache node; did you mean `cache.{0}`?", new.node_type));
    }
    if new.security_group_ids.as_ref().is_some_and(BTreeSet::is_empty) {
        no("securityGroupIds", "empty; leave it away for the VPC's default one".into());
    }
    if new.num_node_groups > 1 && new.cluster_mode.is_some_and(|m| m != ClusterMode::Enabled) {
        no(
            "numNodeGroups",
            "without cluster mode there is one shard; give more nodes as `replicasPerNodeGroup`, or `clusterMode: enabled`".into(),
        );
    }
    if new.cluster_mode == Some(ClusterMode::Compatible) && !new.automatic_failover_enabled {
        no("automaticFailoverEnabled", "the step to cluster mode needs it".into());
    }
    if clustered && !new.automatic_failover_enabled {
        no("automaticFailoverEnabled", "cluster mode needs it".into());
    }
    if !clustered && new.automatic_failover_enabled && new.replicas_per_node_group == 0 {
        no("replicasPerNodeGroup", "automatic failover needs at least one replica".into());
    }
    if new.multi_az_enabled && !new.automatic_failover_enabled {
        no(
            "multiAzEnabled",
            "needs `automaticFailoverEnabled`, so that a replica in another zone can take over".into(),
        );
    }
    if new.multi_az_enabled && new.replicas_per_node_group == 0 {
        no("multiAzEnabled", "needs at least one replica (`replicasPerNodeGroup`)".into());
    }
}

fn encryption(new: &ReplicationGroupInputs, no: &mut No<'_>) {
    if !new.transit_encryption_enabled {
        let needs = [
            (new.transit_encryption_mode.is_some(), "transitEncryptionMode"),
            (new.auth_token.is_some(), "authToken"),
            (!new.user_group_ids.is_empty(), "userGroupIds"),
        ];
        for (_, at) in needs.into_iter().filter(|(given, _)| *given) {
            no(at, "needs `transitEncryptionEnabled`".into());
        }
    }
    if let Some(token) = new.auth_token.as_ref().map(|token| token.expose()) {
        // The token itself is never told.
        let printable = |c: char| c.is_ascii_graphic() && !"/\"@%".contains(c);
        if !(16..=128).contains(&token.len()) || !token.chars().all(printable) {
            no("authToken", "must be 16 to 128 printable characters without spaces, `/`, `\"`, `@` and `%`".into());
        }
        if !new.user_group_ids.is_empty() {
            no("userGroupIds", "given beside `authToken`, and the two exclude each other".into());
        }
    }
    if new.user_group_ids.len() > 1 {
        no("userGroupIds", "a group has at most one user group".into());
    }
    if new.kms_key_id.is_some() && !new.at_rest_encryption_enabled {
        no("kmsKeyId", "needs `atRestEncryptionEnabled`".into());
    }
}

fn windows(new: &ReplicationGroupInputs, no: &mut No<'_>) {
    let snapshot = new.snapshot_window.as_deref();
    if let Some(window) = snapshot.filter(|w| !is_range(w, is_time)) {
        no("snapshotWindow", format!("`{window}` is not a range of time such as `05:00-06:00`"));
    }
    let maintenance = new.preferred_maintenance_window.as_ref().map(|w| w.as_str());
    if let Some(window) = maintenance.filter(|w| !is_range(w, is_time_of_week)) {
        no(
            "preferredMaintenanceWindow",
            format!("`{window}` is not a range of time in the week such as `sun:05:00-sun:06:00`"),
        );
    }
    let logs = &new.log_delivery_configurations;
    if logs.iter().map(|l| l.log_type).collect::<BTreeSet<_>>().len() < logs.len() {
        no("logDeliveryConfigurations", "logs of one kind go to one place".into());
    }
}

fn is_range(text: &str, moment: fn(&str) -> bool) -> bool {
    text.split_once('-').is_some_and(|(from, to)| moment(from) && moment(to))
}

fn is_time(text: &str) -> bool {
    let below = |part: &str, most| part.len() == 2 && part.parse::<u8>().is_ok_and(|n| n < most);
    text.split_once(':').is_some_and(|(hour, minute)| below(hour, 24) && below(minute, 60))
}

fn is_time_of_week(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(day, time)| ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(&day) && is_time(time))
}

#[cfg(test)]
mod tests {
    use super::{is_range, is_time, is_time_of_week};

    #[test]
    fn tells_windows() {
        for (text, fine) in [("05:00-06:30", true), ("5:00-6:00", false), ("24:00-01:00", false), ("05:00", false)] {
            assert_eq!(is_range(text, is_time), fine, "{text}");
        }
        for (text, fine) in [("sun:23:00-mon:01:30", true), ("sunday:23:00-mon:01:30", false), ("23:00-01:30", false)] {
            assert_eq!(is_range(text, is_time_of_week), fine, "{text}");
        }
    }
}
