//! A replication group: Valkey or Redis with replicas and shards.

mod inputs;
mod logs;
mod rules;
mod state;
mod steps;
mod version;

use aws_sdk_elasticache::types::{
    ClusterMode as AwsClusterMode, NetworkType as AwsNetworkType, ReplicationGroup as AwsGroup,
    TransitEncryptionMode as AwsTransitEncryptionMode,
};
use pulumi_plugin::{Fault, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::inputs::*;
use crate::aws::{Aws, Tags, Told as _};
use crate::elasticache::{bears_token, newborn, retag};

/// An in-memory store, Valkey or Redis, whose data is kept on a primary node and its replicas, in one or several shards.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ReplicationGroup {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: ReplicationGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The host name of the primary node; none in cluster mode. Encryption and cluster mode move a group to other host names.
    pub primary_endpoint_address: Option<String>,
    /// The host name behind which all replicas are; none in cluster mode.
    pub reader_endpoint_address: Option<String>,
    /// The host name that clients ask for the shards; only in cluster mode.
    pub configuration_endpoint_address: Option<String>,
    /// The ids of the nodes, as CloudWatch has them in `CacheClusterId`: `web-001`.
    pub member_clusters: Vec<String>,
    /// Whether it is in cluster mode.
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

    fn replaces(old: &ReplicationGroupInputs, new: &ReplicationGroupInputs) -> Vec<&'static str> {
        use ClusterMode::{Compatible, Disabled, Enabled};
        // AWS turns cluster mode on, and never back.
        match (old.cluster_mode, new.cluster_mode) {
            (Some(Compatible | Enabled), Some(Disabled)) | (Some(Enabled), Some(Compatible)) => {
                vec!["clusterMode"]
            }
            _ => Vec::new(),
        }
    }

    async fn create(aws: &Aws, new: &ReplicationGroupInputs) -> Result<Made> {
        let name = new.replication_group_id.as_str();
        let made = request(aws, new).send().await.unless(&["ReplicationGroupAlreadyExists"]);
        Ok(match made.told("creating replication group", name)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsGroup, _: &ReplicationGroupInputs) -> Result<Option<Id>> {
        Ok(bears_token(aws, seen.arn()).await?.then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsGroup>> {
        let asked = aws.elasticache().describe_replication_groups().replication_group_id(id).send().await;
        let answer = asked.unless(&["ReplicationGroupNotFoundFault"]).told("reading replication group", id.as_str())?;
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
        // AWS tells a key's ARN, whatever the key was called; which one an alias means, only KMS knows.
        if let (Some(asked), Some(told)) = (&given.kms_key_id, &self.inputs.kms_key_id)
            && (told.ends_with(&format!("/{asked}")) || asked.contains("alias/"))
        {
            self.inputs.kms_key_id = Some(asked.clone());
        }
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ReplicationGroupInputs) -> Result<()> {
        let now = new.apply_immediately.unwrap_or(true);
        for (i, step) in steps::steps(old, new).into_iter().enumerate() {
            aws.call().once(&format!("step {i}"), step.take(aws, id, now)).await?;
        }
        Ok(())
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let snapshot = old.inputs.final_snapshot_identifier.clone();
        let delete = aws.elasticache().delete_replication_group().replication_group_id(id);
        let deleted = delete.set_final_snapshot_identifier(snapshot).send().await;
        deleted.unless(&["ReplicationGroupNotFoundFault"]).told("deleting replication group", id.as_str()).map(drop)
    }
}

/// The CreateReplicationGroup request.
fn request(
    aws: &Aws,
    new: &ReplicationGroupInputs,
) -> aws_sdk_elasticache::operation::create_replication_group::builders::CreateReplicationGroupFluentBuilder {
    let text = |value: &Option<crate::types::Lowercase>| value.as_ref().map(ToString::to_string);
    let list = |ids: &std::collections::BTreeSet<String>| {
        Some(ids.iter().cloned().collect::<Vec<_>>()).filter(|ids| !ids.is_empty())
    };
    let token = new.auth_token.as_ref().map(|token| token.expose().clone());
    let mode = new.transit_encryption_mode;
    aws.elasticache()
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
        .set_cluster_mode(new.cluster_mode.map(|m| AwsClusterMode::from(m.as_str())))
        .num_node_groups(new.num_node_groups)
        .replicas_per_node_group(new.replicas_per_node_group)
        .automatic_failover_enabled(new.automatic_failover_enabled)
        .multi_az_enabled(new.multi_az_enabled)
        .transit_encryption_enabled(new.transit_encryption_enabled)
        .set_transit_encryption_mode(mode.map(|m| AwsTransitEncryptionMode::from(m.as_str())))
        .at_rest_encryption_enabled(new.at_rest_encryption_enabled)
        .set_kms_key_id(new.kms_key_id.clone())
        .set_auth_token(token)
        .set_user_group_ids(list(&new.user_group_ids))
        .snapshot_retention_limit(new.snapshot_retention_limit)
        .set_snapshot_window(new.snapshot_window.clone())
        .set_preferred_maintenance_window(text(&new.preferred_maintenance_window))
        .set_snapshot_name(new.snapshot_name.clone())
        .set_notification_topic_arn(new.notification_topic_arn.clone())
        .set_log_delivery_configurations(Some(logs::requests(&new.log_delivery_configurations)))
        .auto_minor_version_upgrade(new.auto_minor_version_upgrade)
        .network_type(AwsNetworkType::from(new.network_type.as_str()))
        .set_tags(Some(newborn(aws, &new.tags)))
}
