//! The calls of an update. AWS takes each of them only while the group is available.

use aws_sdk_elasticache::operation::modify_replication_group::ModifyReplicationGroupInput;
use aws_sdk_elasticache::operation::modify_replication_group::builders::ModifyReplicationGroupInputBuilder as Modification;
use aws_sdk_elasticache::types::{
    AuthTokenUpdateStrategyType as Strategy, ClusterMode as AwsClusterMode, Durability as AwsDurability,
    IpDiscovery as AwsDiscovery, NodeGroup, TransitEncryptionMode as AwsMode,
};
use pulumi_plugin::{Id, Resource as _, Result, Spelled as _};

use super::inputs::{ClusterMode, Engine, ReplicationGroupInputs, TransitEncryptionMode as Mode};
use super::logs;
use super::{ReplicationGroup, version};
use crate::aws::list::some;
use crate::aws::{Aws, Doing as _};

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// To so many shards.
    Shards(i32),
    /// To more replicas a shard.
    Grow(i32),
    /// To fewer replicas a shard.
    Shrink(i32),
    /// To other properties.
    Modify(Box<Modification>),
}

/// The calls in their order: what others need comes first, what others must have let go of comes last.
pub fn steps(old: &ReplicationGroup, new: &ReplicationGroupInputs) -> Vec<Step> {
    let was = &old.inputs;
    let (shards, replicas) = (new.num_node_groups, new.replicas_per_node_group);
    let mut steps = Vec::new();
    let modes = modes(was, new);
    // More shards make room for smaller nodes; where there is no cluster mode yet, they can only come with it.
    let spread = (shards > was.num_node_groups).then_some(Step::Shards(shards));
    let (early, late) = match modes.is_empty() {
        true => (spread, None),
        false => (None, spread),
    };
    steps.extend(early);
    if replicas > was.replicas_per_node_group {
        steps.push(Step::Grow(replicas));
    }
    let (before, after) = encryption(was, new);
    let mut modifications = vec![before, properties(old, new), after];
    // Users and tokens come only once all connections are encrypted, and go before some no longer are.
    let loosens = !new.transit_encryption_enabled || new.transit_encryption_mode == Some(Mode::Preferred);
    let at = if loosens { 0 } else { modifications.len() };
    let access = std::iter::once(access(was, new)).chain(token(was, new));
    modifications.splice(at..at, access);
    // An empty modification is left out.
    let others = modifications.into_iter().filter(|m| *m != Modification::default());
    steps.extend(others.chain(modes).map(|m| Step::Modify(Box::new(m))));
    steps.extend(late);
    if replicas < was.replicas_per_node_group {
        steps.push(Step::Shrink(replicas));
    }
    if shards < was.num_node_groups {
        steps.push(Step::Shards(shards));
    }
    steps
}

impl Step {
    /// Makes the call.
    pub async fn take(self, aws: &Aws, id: &Id, now: bool) -> Result<()> {
        let cache = aws.elasticache();
        // AWS answers so where an attempt whose answer got lost has done it already.
        let done = &["NoOperationFault"];
        match self {
            Step::Shards(count) => reshard(aws, id, count).await,
            Step::Grow(count) => {
                let grow = cache.increase_replica_count().replication_group_id(id).new_replica_count(count);
                grow.apply_immediately(true).send().await.unless(done).done("adding replicas to replication group", id)
            }
            Step::Shrink(count) => {
                let shrink = cache.decrease_replica_count().replication_group_id(id).new_replica_count(count);
                let shrunk = shrink.apply_immediately(true).send().await.unless(done);
                shrunk.done("removing replicas of replication group", id)
            }
            Step::Modify(modification) => {
                // AWS changes a token at once or not at all.
                let now = now
                    || modification.get_auth_token().is_some()
                    || modification.get_auth_token_update_strategy().is_some();
                let modify = modification.replication_group_id(id).apply_immediately(now);
                modify.send_with(&cache).await.done("changing replication group", id)
            }
        }
    }
}

/// Changes the number of shards. To have fewer, AWS must be told which ones go; their data moves to the rest.
async fn reshard(aws: &Aws, id: &Id, count: i32) -> Result<()> {
    let group = ReplicationGroup::find(aws, id).await?;
    let shards = group.and_then(|group| group.node_groups).unwrap_or_default();
    let last = shards.iter().skip(count as usize).filter_map(NodeGroup::node_group_id).map(str::to_owned);
    let reshard = aws.elasticache().modify_replication_group_shard_configuration().replication_group_id(id);
    let reshard = reshard.node_group_count(count).apply_immediately(true).set_node_groups_to_remove(some(last));
    let resharded = reshard.send().await.unless(&["NoOperationFault"]);
    resharded.done("changing the number of shards of replication group", id)
}

/// The new value, where it differs.
fn changed<T: PartialEq + Clone>(old: &T, new: &T) -> Option<T> {
    (old != new).then(|| new.clone())
}

/// The properties that one call changes together.
fn properties(old: &ReplicationGroup, new: &ReplicationGroupInputs) -> Modification {
    let was = &old.inputs;
    let topic = changed(&was.notification_topic_arn, &new.notification_topic_arn);
    let status = topic.as_ref().map(|topic| match topic {
        Some(_) => "active".to_owned(),
        None => "inactive".to_owned(),
    });
    let groups = changed(&was.security_group_ids, &new.security_group_ids).flatten();
    let engine = (was.engine != new.engine).then_some(new.engine);
    let meets = |asked: &String| version::meets(&old.engine_version_actual, asked, new.auto_minor_version_upgrade);
    let version = new.engine_version.clone().filter(|asked| engine.is_some() || !meets(asked));
    let maintenance = changed(&was.preferred_maintenance_window, &new.preferred_maintenance_window).flatten();
    let snapshot = changed(&was.snapshot_window, &new.snapshot_window).flatten();
    let durability = changed(&was.durability, &new.durability).flatten();
    let discovery = changed(&was.ip_discovery, &new.ip_discovery).flatten();
    ModifyReplicationGroupInput::builder()
        .set_replication_group_description(changed(&was.description, &new.description))
        .set_engine(engine.map(|e: Engine| e.as_str().to_owned()))
        .set_engine_version(version)
        .set_cache_node_type(changed(&was.node_type, &new.node_type))
        .set_security_group_ids(groups.map(|g| g.into_iter().collect()))
        .set_cache_parameter_group_name(
            // The cluster-mode parameter group is sent together with ClusterMode.
            parameter_group(was, new).filter(|_| modes(was, new).is_empty()),
        )
        .set_automatic_failover_enabled(changed(&was.automatic_failover_enabled, &new.automatic_failover_enabled))
        .set_multi_az_enabled(changed(&was.multi_az_enabled, &new.multi_az_enabled))
        .set_snapshot_retention_limit(changed(&was.snapshot_retention_limit, &new.snapshot_retention_limit))
        .set_snapshotting_cluster_id(changed(&was.snapshotting_cluster_id, &new.snapshotting_cluster_id).flatten())
        .set_snapshot_window(snapshot.map(|window| window.spell()))
        .set_preferred_maintenance_window(maintenance.map(|window| window.spell()))
        .set_notification_topic_arn(topic.flatten().map(|topic| topic.spell()))
        .set_notification_topic_status(status)
        .set_log_delivery_configurations(logs::changes(
            &was.log_delivery_configurations,
            &new.log_delivery_configurations,
        ))
        .set_durability(durability.map(|d| AwsDurability::from(d.as_str())))
        .set_ip_discovery(discovery.map(|d| AwsDiscovery::from(d.as_str())))
        .set_auto_minor_version_upgrade(changed(&was.auto_minor_version_upgrade, &new.auto_minor_version_upgrade))
}

fn parameter_group(was: &ReplicationGroupInputs, new: &ReplicationGroupInputs) -> Option<String> {
    let changed = changed(&was.parameter_group_name, &new.parameter_group_name);
    changed.flatten().map(|name| name.to_string())
}

/// Cluster mode is turned on by way of serving both kinds of clients, for which the failover and the replicas that it needs must be there.
fn modes(was: &ReplicationGroupInputs, new: &ReplicationGroupInputs) -> Vec<Modification> {
    use ClusterMode::{Compatible, Disabled, Enabled};
    let path = match (was.cluster_mode, new.cluster_mode) {
        (Some(Disabled), Some(Enabled)) => vec![Compatible, Enabled],
        (was, Some(new)) if was != Some(new) => vec![new],
        _ => Vec::new(),
    };
    let mut modes = path
        .into_iter()
        .map(|mode| ModifyReplicationGroupInput::builder().cluster_mode(AwsClusterMode::from(mode.as_str())));
    let first = modes.next();
    let first = first.map(|m| m.set_cache_parameter_group_name(parameter_group(was, new)));
    first.into_iter().chain(modes).collect()
}

/// Encryption is turned on and off by way of taking both kinds of connections: what comes before the other changes, and what after.
fn encryption(was: &ReplicationGroupInputs, new: &ReplicationGroupInputs) -> (Modification, Modification) {
    let none = Modification::default;
    let mode = |mode: Mode| none().transit_encryption_mode(AwsMode::from(mode.as_str()));
    let on = |on: bool| none().transit_encryption_enabled(on);
    let asked = new.transit_encryption_mode;
    match (was.transit_encryption_enabled, new.transit_encryption_enabled) {
        (false, true) => {
            let both = on(true).transit_encryption_mode(AwsMode::Preferred);
            let only = asked.unwrap_or(Mode::Required) == Mode::Required;
            (both, if only { mode(Mode::Required) } else { none() })
        }
        (true, false) if was.transit_encryption_mode == Some(Mode::Preferred) => (none(), on(false)),
        (true, false) => (mode(Mode::Preferred), on(false)),
        _ => match asked.filter(|_| asked != was.transit_encryption_mode) {
            Some(asked) => (mode(asked), none()),
            None => (none(), none()),
        },
    }
}

/// Users by group; the token goes in the same call as they come.
fn access(was: &ReplicationGroupInputs, new: &ReplicationGroupInputs) -> Modification {
    let (old, now) = (&was.user_group_ids, &new.user_group_ids);
    let goes = was.auth_token.is_some() && new.auth_token.is_none();
    Modification::default()
        .set_user_group_ids_to_add(some(now.difference(old).cloned()))
        .set_user_group_ids_to_remove(some(old.difference(now).cloned()))
        .set_auth_token_update_strategy(goes.then_some(Strategy::Delete))
}

/// A new token is taken beside the old one, which clients still have: it goes with the next change. Where there was none, clients without one are
/// refused from now on.
fn token(was: &ReplicationGroupInputs, new: &ReplicationGroupInputs) -> Vec<Modification> {
    let Some(token) = changed(&was.auth_token, &new.auth_token).flatten() else {
        return Vec::new();
    };
    let last = was.auth_token.is_none().then_some(Strategy::Set);
    let strategies = [Strategy::Rotate].into_iter().chain(last);
    strategies
        .map(|strategy| Modification::default().auth_token(token.expose()).auth_token_update_strategy(strategy))
        .collect()
}

#[cfg(test)]
mod tests;
