//! What the program asks of a cache.

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Faults, Output, Property, Secret};

use crate::components::cname::Cname;
use crate::components::security_group::{Peer, at_port, faults};
use crate::components::{Profile, SharedArgs, SharedInputs};
pub use crate::elasticache::replication_group::Engine;

/// What the program asks of a cache.
#[derive(Debug, Clone, Property)]
pub struct RedisInputs {
    /// The id of the VPC.
    pub vpc_id: Output<String>,
    /// The ids of the subnets that nodes may be in: `${network.dataSubnetIds}`. This or `cacheSubnetGroupName` is needed.
    pub subnet_ids: Option<Output<Vec<String>>>,
    /// The cache subnet group, if there is one already: `${network.cacheSubnetGroupName}`.
    pub cache_subnet_group_name: Option<Output<String>>,
    /// A password (AUTH token) of your own: 16 to 128 printable characters without spaces, `/`, `"`, `@` and `%`. Default: a random one.
    pub auth_token: Option<Output<Secret<String>>>,
    /// What is said of the cache itself.
    #[prop(flatten)]
    pub settings: RedisSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What can be said of a cache.
#[derive(Debug, Clone, Property)]
pub struct RedisSettings {
    /// The engine: `valkey`, or `redis`, which costs more. Both speak the same protocol.
    #[prop(default = Engine::Valkey)]
    pub engine: Engine,
    /// The engine's version, such as `8.0`. Default: `8.0` of Valkey, `7.1` of Redis.
    pub version: Option<String>,
    /// The node type. Default: `cache.t4g.small`; in the profile `dev`, `cache.t4g.micro`.
    pub node_type: Option<String>,
    /// The number of replicas, each in another availability zone where there is one: with one or more, a replica takes over when the primary node fails.
    /// Default: 1; in the profile `dev`, 0.
    #[prop(min = 0, max = 5)]
    pub replicas: Option<i32>,
    /// The TCP port.
    #[prop(default = 6379, min = 1024, max = 65535)]
    pub port: u16,
    /// How clients prove who they are.
    #[prop(default = Auth::Token)]
    pub auth: Auth,
    /// Any text, such as a date: another one rotates the random password. The password before is good until the next rotation, so start applications anew before
    /// that: they then read the new one from the secret. The service of a `ReferenceStack` is started anew by itself. Two rotations shut out who has the old one.
    #[prop(default)]
    pub auth_rotation: String,
    /// The id of the user group whose users may connect. Needed by `auth: users`.
    pub user_group_id: Option<Output<String>>,
    /// Engine parameters by name, such as `{"maxmemory-policy": "allkeys-lru"}`. Default: the engine's own.
    #[prop(default)]
    pub parameters: BTreeMap<String, String>,
    /// For how many days daily snapshots are kept; 0: none are taken.
    #[prop(default = 7, min = 0, max = 35)]
    pub snapshot_days: i32,
    /// The name of the snapshot that is taken before the cache is deleted. Default: none is taken.
    pub final_snapshot_identifier: Option<String>,
    /// The ARN of the KMS key that encrypts what is on disk. Default: AWS's own key.
    pub kms_key_arn: Option<Output<String>>,
    /// Who may connect, each by a name of its own: `{web: {securityGroupId: ...}}`. `port` can be left out. Default: nobody.
    #[prop(default)]
    pub allow_from: BTreeMap<String, Peer>,
    /// Domain names of your own for the endpoints. Default: none.
    pub cname: Option<Cname>,
}

/// How clients prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Auth {
    /// By a password (AUTH token), which Secrets Manager keeps.
    #[prop(rename = "token")]
    Token,
    /// As a user of a user group.
    #[prop(rename = "users")]
    Users,
    /// Not at all: whoever gets through the security group may do everything.
    #[prop(rename = "none")]
    None,
}

impl RedisInputs {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let settings = &self.settings;
        let users = settings.auth == Auth::Users;
        Faults::of(self)
            .one_of(&["subnetIds", "cacheSubnetGroupName"])
            .when(users && settings.user_group_id.is_none(), "userGroupId", "missing: `auth: users` needs it")
            .when(!users && settings.user_group_id.is_some(), "userGroupId", "needs `auth: users`")
            .when(self.auth_token.is_some() && settings.auth != Auth::Token, "authToken", "needs `auth: token`")
            .and(settings.faults())
            .and(faults("allowFrom", &at_port(settings.allow_from.clone(), settings.port)))
            .into_vec()
    }

    /// The number of replicas, by what is said or by the profile.
    pub fn replicas(&self) -> i32 {
        self.settings.replicas.unwrap_or(if self.shared.profile == Profile::Dev { 0 } else { 1 })
    }

    /// The node type, by what is said or by the profile.
    pub fn node_type(&self) -> String {
        let usual = if self.shared.profile == Profile::Dev { "cache.t4g.micro" } else { "cache.t4g.small" };
        self.settings.node_type.clone().unwrap_or_else(|| usual.to_owned())
    }
}

impl RedisSettings {
    fn faults(&self) -> Vec<Fault> {
        let node = self.node_type.as_deref().unwrap_or("cache.");
        let version = self.version();
        let fine = version.split('.').all(|part| part.parse::<u8>().is_ok()) && version.contains('.');
        Faults::of(self)
            .when(
                !node.starts_with("cache."),
                "nodeType",
                format!("`{node}` is not a type of cache node; did you mean `cache.{node}`?"),
            )
            .when(!fine, "version", format!("`{version}` is not a version such as `8.0`"))
            .into_vec()
    }

    /// The engine's version, by what is said or by the engine.
    pub fn version(&self) -> String {
        let usual = match self.engine {
            Engine::Valkey => "8.0",
            Engine::Redis => "7.1",
        };
        self.version.clone().unwrap_or_else(|| usual.to_owned())
    }

    /// The family of parameter groups that belongs to the version.
    pub fn family(&self) -> String {
        let version = self.version();
        let major = version.split('.').next().unwrap_or_default();
        match (self.engine, major) {
            (Engine::Valkey, _) => format!("valkey{major}"),
            (Engine::Redis, "6") => "redis6.x".to_owned(),
            (Engine::Redis, "7") => "redis7".to_owned(),
            (Engine::Redis, _) => format!("redis{}", version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")),
        }
    }
}
