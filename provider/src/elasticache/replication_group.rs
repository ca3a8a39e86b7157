//! A replication group: Valkey or Redis with replicas and shards.

mod inputs;
mod logs;
mod rules;
mod state;
mod steps;
mod version;

use std::collections::BTreeSet;

use aws_sdk_elasticache::operation::create_replication_group::builders::CreateReplicationGroupFluentBuilder as Creation;
use aws_sdk_elasticache::types::{
    ClusterMode as AwsClusterMode, Durability as AwsDurability, IpDiscovery as AwsDiscovery,
    NetworkType as AwsNetworkType, NodeGroupConfiguration as AwsShard, ReplicationGroup as AwsGroup,
    TransitEncryptionMode as AwsTransitEncryptionMode,
};
use pulumi_plugin::{Fault, Id, Made, Progress, Property, Resource, Result, Spelled, Wait};

pub use self::inputs::*;
use crate::aws::list::some;
use crate::aws::{Aws, Doing as _, Tags};
use crate::elasticache::tags;
use crate::kms;

/// A replication group: an in-memory cache or store of ElastiCache, Valkey or Redis OSS, with a primary node and replicas in one shard or several.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ReplicationGroup {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: ReplicationGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The primary endpoint: the host name of the primary node; none in cluster mode. Encryption and cluster mode move a group to other host
    /// names.
    pub primary_endpoint_address: Option<String>,
    /// The reader endpoint: one host name for all replicas; none in cluster mode.
    pub reader_endpoint_address: Option<String>,
    /// The configuration endpoint: the host name from which clients learn the shards; only in cluster mode.
    pub configuration_endpoint_address: Option<String>,
    /// The ids of the nodes (member clusters), such as `web-001`: `CacheClusterId` in CloudWatch.
    pub member_clusters: Vec<String>,
    /// Whether cluster mode is enabled.
    pub cluster_enabled: bool,
    /// The engine's full version, such as `8.0.1`.
    pub engine_version_actual: String,
}

impl Resource for ReplicationGroup {
    const TOKEN: &'static str = "gitinfra:elasticache:ReplicationGroup";
    const WAIT: Wait = Wait::seconds(450, 2700);
    type Session = Aws;
    type Inputs = ReplicationGroupInputs;
    type Seen = AwsGroup;

    fn check(new: &ReplicationGroupInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    /// AWS enables cluster mode and never disables it, and can't make a group durable or not durable later.
    fn replaces(old: &ReplicationGroupInputs, new: &ReplicationGroupInputs) -> Vec<&'static str> {
        use ClusterMode::{Compatible, Disabled, Enabled};
        let back = matches!(
            (old.cluster_mode, new.cluster_mode),
            (Some(Compatible | Enabled), Some(Disabled)) | (Some(Enabled), Some(Compatible))
        );
        let durable = |durability| matches!(durability, Some(Durability::Sync | Durability::Async));
        let turned = new.durability.is_some() && durable(old.durability) != durable(new.durability);
        // AWS takes a token away only where users come in its place.
        let open = old.auth_token.is_some() && new.auth_token.is_none() && new.user_group_ids.is_empty();
        let replaced = [(back, "clusterMode"), (turned, "durability"), (open, "authToken")];
        replaced.into_iter().filter(|(replaced, _)| *replaced).map(|(_, name)| name).collect()
    }

    async fn create(aws: &Aws, new: &ReplicationGroupInputs) -> Result<Made> {
        let name = new.replication_group_id.as_str();
        let made = request(aws, new).send().await.unless(&["ReplicationGroupAlreadyExists"]);
        Ok(match made.doing("creating replication group", name)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsGroup, _: &ReplicationGroupInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsGroup>> {
        let asked = aws.elasticache().describe_replication_groups().replication_group_id(id).send().await;
        let answer = asked.unless(&["ReplicationGroupNotFoundFault"]).doing("reading replication group", id)?;
        Ok(answer.and_then(|a| a.replication_groups?.pop()))
    }

    fn progress(seen: &AwsGroup) -> Progress {
        state::progress(seen)
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsGroup) -> Result<Self> {
        state::read(aws, seen).await
    }

    fn respell(&mut self, given: &ReplicationGroupInputs) {
        if let Some(asked) = &given.engine_version
            && version::meets(&self.engine_version_actual, asked, self.inputs.auto_minor_version_upgrade)
        {
            self.inputs.engine_version = Some(asked.clone());
        }
        kms::respell(&given.kms_key_id, &mut self.inputs.kms_key_id);
    }

    async fn recognize(aws: &Aws, state: &mut Self, given: &ReplicationGroupInputs) {
        kms::recognize(aws, &given.kms_key_id, &mut state.inputs.kms_key_id).await;
    }

    async fn in_place(
        aws: &Aws,
        old: &ReplicationGroupInputs,
        new: &ReplicationGroupInputs,
    ) -> Result<Vec<&'static str>> {
        let same = kms::is_same(aws, &old.kms_key_id, &new.kms_key_id).await;
        Ok(if same { vec!["kmsKeyId"] } else { Vec::new() })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ReplicationGroupInputs) -> Result<()> {
        let now = new.apply_immediately.value();
        for (i, step) in steps::steps(old, new).into_iter().enumerate() {
            aws.call().once(&format!("step {i}"), step.take(aws, id, now)).await?;
        }
        Ok(())
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let snapshot = old.inputs.final_snapshot_identifier.clone();
        let delete = aws.elasticache().delete_replication_group().replication_group_id(id);
        let deleted = delete.set_final_snapshot_identifier(snapshot.clone()).send().await;
        let deleted = deleted.unless(&["ReplicationGroupNotFoundFault"]).done("deleting replication group", id);
        deleted.map_err(|error| match snapshot {
            Some(name) if error.message().contains("SnapshotAlreadyExistsFault") => error.hint(format!(
                "`finalSnapshotIdentifier` names the snapshot `{name}`, which exists: give another name and run `pulumi up`, or delete that snapshot; then delete the group"
            )),
            _ => error,
        })
    }
}

/// The CreateReplicationGroup request.
fn request(aws: &Aws, new: &ReplicationGroupInputs) -> Creation {
    let list = |ids: &BTreeSet<String>| some(ids.iter().cloned());
    aws.once()
        .elasticache()
        .create_replication_group()
        .replication_group_id(new.replication_group_id.as_str())
        .replication_group_description(&new.description)
        .engine(new.engine.as_str())
        .set_engine_version(new.engine_version.clone())
        .cache_node_type(&new.node_type)
        .port(new.port.into())
        .set_cache_subnet_group_name(text(&new.subnet_group_name))
        .set_security_group_ids(new.security_group_ids.as_ref().and_then(list))
        .set_cache_parameter_group_name(text(&new.parameter_group_name))
        .set_cluster_mode(new.cluster_mode.map(|mode| AwsClusterMode::from(mode.as_str())))
        .num_node_groups(new.num_node_groups)
        .replicas_per_node_group(new.replicas_per_node_group)
        .set_node_group_configuration(some(new.node_group_configuration.iter().flatten().map(shard)))
        .automatic_failover_enabled(new.automatic_failover_enabled)
        .multi_az_enabled(new.multi_az_enabled)
        .transit_encryption_enabled(new.transit_encryption_enabled)
        .set_transit_encryption_mode(
            new.transit_encryption_mode.map(|mode| AwsTransitEncryptionMode::from(mode.as_str())),
        )
        .at_rest_encryption_enabled(new.at_rest_encryption_enabled)
        .set_kms_key_id(new.kms_key_id.clone())
        .set_auth_token(new.auth_token.as_ref().map(|token| token.expose().clone()))
        .set_user_group_ids(list(&new.user_group_ids))
        .snapshot_retention_limit(new.snapshot_retention_limit)
        .set_snapshot_window(text(&new.snapshot_window))
        .set_preferred_maintenance_window(text(&new.preferred_maintenance_window))
        .set_snapshot_name(new.snapshot_name.clone())
        .set_snapshot_arns(some(new.snapshot_arns.iter().flatten().map(Spelled::spell)))
        .set_notification_topic_arn(text(&new.notification_topic_arn))
        .set_log_delivery_configurations(Some(logs::requests(&new.log_delivery_configurations)))
        .auto_minor_version_upgrade(new.auto_minor_version_upgrade)
        .data_tiering_enabled(new.data_tiering_enabled)
        .set_durability(new.durability.map(|durability| AwsDurability::from(durability.as_str())))
        .network_type(AwsNetworkType::from(new.network_type.as_str()))
        .set_ip_discovery(new.ip_discovery.map(|discovery| AwsDiscovery::from(discovery.as_str())))
        .set_tags(Some(aws.newborn(&new.tags)))
}

fn text(value: &Option<impl Spelled>) -> Option<String> {
    value.as_ref().map(Spelled::spell)
}

fn shard(shard: &NodeGroupConfiguration) -> AwsShard {
    AwsShard::builder()
        .set_node_group_id(shard.node_group_id.clone())
        .set_primary_availability_zone(shard.primary_availability_zone.clone())
        .set_replica_availability_zones(some(shard.replica_availability_zones.iter().cloned()))
        .set_slots(shard.slots.clone())
        .build()
}
