//! A Valkey or Redis cache.

mod inputs;

use pulumi_plugin::{Component, Fault, Knobs, Order, Output, Outputs, Result, Scope, Secret};

pub use self::inputs::*;
use crate::aws::Aws;
use crate::components::security_group::{Group, at_port};
use crate::components::{Profile, Report};
use crate::elasticache::parameter_group::{ParameterGroup, ParameterGroupArgs};
use crate::elasticache::replication_group::{
    ReplicationGroup, ReplicationGroupArgs, ReplicationGroupOutputs, TransitEncryptionMode,
};
use crate::elasticache::subnet_group::{SubnetGroup, SubnetGroupArgs};
use crate::random::rotating_secret::{RotatingSecret, RotatingSecretArgs};
use crate::secretsmanager::secret::{self, SecretArgs};
use crate::types::{CacheGroupName, GroupDescription, Lowercase};

/// A replication group of ElastiCache: Valkey, or Redis OSS, with a primary node and replicas in other availability zones. Connections need TLS, and a
/// password, which Secrets Manager keeps.
#[derive(Clone, Outputs)]
pub struct Redis {
    /// The primary endpoint: the host name of the primary node, which reads and writes.
    #[prop(early)]
    pub primary_endpoint: Output<String>,
    /// The reader endpoint: one host name for all replicas.
    pub reader_endpoint: Output<String>,
    /// The TCP port.
    #[prop(early)]
    pub port: Output<u16>,
    /// The domain name of your own that leads to the primary endpoint, if there is one. Known once its record stands.
    pub cname: Option<Output<String>>,
    /// The ARN of the secret that holds the password (AUTH token), if there is one.
    #[prop(early)]
    pub secret_arn: Option<Output<String>>,
    /// The id of the security group of the nodes.
    #[prop(early)]
    pub security_group_id: Output<String>,
    /// The id of the replication group.
    pub replication_group_id: Output<String>,
    /// The ids of the nodes, such as `web-001`: `CacheClusterId` in CloudWatch.
    pub node_ids: Output<Vec<String>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for Redis {
    const TOKEN: &'static str = "gitinfra:index:Redis";
    type Session = Aws;
    type Inputs = RedisInputs;
    type Facts = ();

    fn check(inputs: &RedisInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &RedisInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Aws, _: &RedisInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: RedisInputs, (): ()) -> Result<Self> {
        let group = inputs.security_group(here);
        let token = inputs.token(here);
        let cache = inputs.cache(here, &group, token.as_ref());
        let secret = token.as_ref().map(|token| inputs.secret(here, token));
        let primary = cache.primary_endpoint_address.map(Option::unwrap_or_default);
        let reader = cache.reader_endpoint_address.map(Option::unwrap_or_default);
        let settings = &inputs.settings;
        let cname = settings.cname.clone().map(|cname| cname.tell(here, &primary, &reader));
        let report = inputs.report(here);
        Ok(Redis {
            primary_endpoint: primary,
            reader_endpoint: reader,
            port: Output::known(settings.port),
            cname,
            secret_arn: secret,
            security_group_id: group,
            replication_group_id: cache.id,
            node_ids: cache.member_clusters,
            report,
        })
    }
}

impl RedisInputs {
    /// The security group of the nodes: they talk to nobody of their own accord. Known once it lets in whoever may connect.
    fn security_group(&self, here: &mut Scope) -> Output<String> {
        let group = Group {
            key: "sg",
            vpc_id: self.vpc_id.clone(),
            described: false,
            description: GroupDescription::about(here.name()),
            allow_from: at_port(self.settings.allow_from.clone(), self.settings.port),
            allow_to: Default::default(),
        };
        let (group, rules) = group.with_rules(here);
        rules.iter().fold(group.id, |group, rule| group.depends_on(rule))
    }

    /// The password that clients send, if they need one: the given one, or a random one.
    fn token(&self, here: &mut Scope) -> Option<Output<Secret<String>>> {
        if self.settings.auth != Auth::Token {
            return None;
        }
        let args = RotatingSecretArgs { length: 64.into(), rotation: self.settings.auth_rotation.clone().into() };
        let made = || here.child("auth-token").protect(self.shared.protects()).add::<RotatingSecret>(args).value;
        Some(self.auth_token.clone().unwrap_or_else(made))
    }

    /// The secret that holds the password for the application; its ARN.
    fn secret(&self, here: &mut Scope, token: &Output<Secret<String>>) -> Output<String> {
        let args = SecretArgs {
            description: format!("The password (AUTH token) of the cache {}", here.name()).into(),
            value: token.into(),
            force_delete_without_recovery: Order::from(self.shared.profile == Profile::Dev).into(),
            ..Default::default()
        };
        here.child("secret").protect(self.shared.protects()).add::<secret::Secret>(args).arn
    }

    /// The cache subnet group: the one that is given, or one of the given subnets.
    fn subnet_group(&self, here: &mut Scope) -> Output<CacheGroupName> {
        let ids = match (&self.cache_subnet_group_name, &self.subnet_ids) {
            (Some(name), _) => return name.map(CacheGroupName::from),
            (None, Some(ids)) => ids.map(|ids| ids.into_iter().collect()),
            (None, None) => Output::known(Default::default()),
        };
        let args = SubnetGroupArgs { subnet_ids: ids.into(), ..Default::default() };
        here.add::<SubnetGroup>("subnets", args).id.map(CacheGroupName::from)
    }

    fn parameter_group(&self, here: &mut Scope) -> Output<Lowercase> {
        let args = ParameterGroupArgs {
            family: self.settings.family().into(),
            parameters: self.settings.parameters.clone().into(),
            ..Default::default()
        };
        here.add::<ParameterGroup>("parameters", args).id.map(Lowercase::from)
    }

    fn cache(
        &self,
        here: &mut Scope,
        group: &Output<String>,
        token: Option<&Output<Secret<String>>>,
    ) -> ReplicationGroupOutputs {
        let settings = &self.settings;
        let (subnets, parameters) = (self.subnet_group(here), self.parameter_group(here));
        let failover = self.replicas() > 0;
        let users = settings.user_group_id.as_ref().filter(|_| settings.auth == Auth::Users);
        let args = ReplicationGroupArgs {
            description: here.name().to_owned().into(),
            engine: settings.engine.into(),
            engine_version: settings.version().into(),
            node_type: self.node_type().into(),
            port: settings.port.into(),
            subnet_group_name: subnets.into(),
            security_group_ids: group.map(|id| [id].into()).into(),
            parameter_group_name: parameters.into(),
            replicas_per_node_group: self.replicas().into(),
            automatic_failover_enabled: failover.into(),
            multi_az_enabled: failover.into(),
            transit_encryption_enabled: true.into(),
            transit_encryption_mode: TransitEncryptionMode::Required.into(),
            at_rest_encryption_enabled: true.into(),
            kms_key_id: settings.kms_key_arn.clone().into(),
            auth_token: token.cloned().into(),
            user_group_ids: users.map(|id| id.map(|id| [id].into())).into(),
            snapshot_retention_limit: settings.snapshot_days.into(),
            final_snapshot_identifier: settings.final_snapshot_identifier.clone().into(),
            auto_minor_version_upgrade: true.into(),
            ..Default::default()
        };
        here.child("cache").protect(self.shared.protects()).add::<ReplicationGroup>(args)
    }

    fn report(&self, here: &Scope) -> Report {
        let settings = &self.settings;
        let days = format!("snapshots are kept for {} days, less than one", settings.snapshot_days);
        Report::of(here)
            .meets_if(settings.snapshot_days >= 1, "ElastiCache.1", &days)
            .meets("ElastiCache.2")
            .meets_if(self.replicas() > 0, "ElastiCache.3", "there is no replica to fail over to")
            .meets("ElastiCache.4")
            .meets("ElastiCache.5")
            .meets_if(settings.auth != Auth::None, "ElastiCache.6", "`auth` is `none`")
            .meets("ElastiCache.7")
    }
}
