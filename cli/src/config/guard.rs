//! What a roll-out may do without being asked for: budgets, approvals, policies, and whether it needs a sealed preview.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::any;
use super::stateful::STATEFUL;

/// How much of some kinds of resources one roll-out may delete or replace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Globs of types.
    pub types: Vec<String>,
    pub deletes: Option<Bound>,
    pub replaces: Option<Bound>,
}

/// The most of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Count(usize),
    /// There is no bound.
    Any,
}

/// How many have to allow a roll-out, and who may.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "ApprovalsFile")]
pub struct Approvals {
    pub count: usize,
    /// Globs of names; anybody when there is none.
    pub from: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovalsFile {
    count: usize,
    #[serde(default)]
    from: Vec<String>,
}

/// A program that judges what a roll-out would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The program and its arguments. It runs among the files of the commit that names it.
    pub command: Vec<String>,
    /// That commit, where it was read out of one.
    pub commit: Option<String>,
}

/// A policy pack, which the engine asks about each resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pack {
    /// Its folder, from the repository's root.
    pub folder: String,
    /// The file of its configuration, from the repository's root.
    pub config: Option<String>,
    /// The commit that names it, whose files it has, where it was read out of one.
    #[serde(skip)]
    pub commit: Option<String>,
}

/// Who judges: one entry of `policies`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "JudgeFile")]
pub enum Judge {
    Command(Vec<String>),
    Pack { folder: String, config: Option<String> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JudgeFile {
    command: Option<Vec<String>>,
    pack: Option<String>,
    config: Option<String>,
}

/// What is asked of a stack's roll-outs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    /// Of several that fit a type the last one decides.
    budgets: Vec<Budget>,
    pub approvals: Option<Approvals>,
    pub policies: Vec<Policy>,
    pub packs: Vec<Pack>,
    /// Only what a sealed preview showed is rolled out.
    pub sealed: bool,
}

/// What one part of the configuration adds to a guard.
pub(super) struct Part<'a> {
    pub budgets: &'a [Budget],
    pub approvals: Option<&'a Approvals>,
    pub policies: &'a [Judge],
    pub sealed: Option<bool>,
}

/// What is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Delete,
    Replace,
}

impl Guard {
    pub(super) fn of<'a>(parts: impl Iterator<Item = Part<'a>>) -> Guard {
        let types = STATEFUL.iter().map(|glob| (*glob).to_owned()).collect();
        let stateful = Budget { types, deletes: Some(Bound::Count(0)), replaces: Some(Bound::Count(0)) };
        let mut guard = Guard { budgets: vec![stateful], ..Guard::default() };
        for part in parts {
            guard.budgets.extend(part.budgets.iter().cloned());
            part.policies.iter().for_each(|judge| guard.add(judge));
            guard.approvals = part.approvals.cloned().or(guard.approvals);
            guard.sealed = part.sealed.unwrap_or(guard.sealed);
        }
        guard
    }

    /// All of them, of which the first is for what holds data.
    pub fn budgets(&self) -> &[Budget] {
        &self.budgets
    }

    fn add(&mut self, judge: &Judge) {
        match judge.clone() {
            Judge::Command(command) => self.policies.push(Policy { command, commit: None }),
            Judge::Pack { folder, config } => self.packs.push(Pack { folder, config, commit: None }),
        }
    }

    /// The same, as what a commit says.
    pub(super) fn of_commit(mut self, commit: Option<&str>) -> Guard {
        self.policies.iter_mut().for_each(|policy| policy.commit = commit.map(str::to_owned));
        self.packs.iter_mut().for_each(|pack| pack.commit = commit.map(str::to_owned));
        self
    }

    /// The budget that decides how many of a type may be deleted or replaced, by its number, with that bound; `None` where
    /// there is none.
    pub fn bound(&self, kind: &str, act: Act) -> Option<(usize, usize)> {
        let all = self.budgets.iter().enumerate().filter(|(_, budget)| any(&budget.types, kind));
        let deciding = all.filter_map(|(at, budget)| budget.bound(act).map(|bound| (at, bound))).next_back()?;
        match deciding {
            (at, Bound::Count(most)) => Some((at, most)),
            (_, Bound::Any) => None,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Count(most) => write!(f, "{most}"),
            Bound::Any => f.write_str("any"),
        }
    }
}

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Bound::Count(most) => most.serialize(serializer),
            Bound::Any => serializer.serialize_str("any"),
        }
    }
}

impl<'a> Deserialize<'a> for Bound {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Bound, D::Error> {
        deserializer.deserialize_any(BoundOf)
    }
}

struct BoundOf;

impl Visitor<'_> for BoundOf {
    type Value = Bound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of 0 or more, or `any`")
    }

    fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<Bound, E> {
        Ok(Bound::Count(usize::try_from(count).unwrap_or(usize::MAX)))
    }

    fn visit_i64<E: serde::de::Error>(self, count: i64) -> Result<Bound, E> {
        let wrong = |_| E::invalid_value(serde::de::Unexpected::Signed(count), &self);
        usize::try_from(count).map(Bound::Count).map_err(wrong)
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Bound, E> {
        match word {
            "any" => Ok(Bound::Any),
            other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
        }
    }
}

/// What nobody could ever meet is refused: it would hold every roll-out.
impl TryFrom<ApprovalsFile> for Approvals {
    type Error = String;

    fn try_from(ApprovalsFile { count, from }: ApprovalsFile) -> Result<Approvals, String> {
        let is_glob = from.iter().any(|name| name.contains(['*', '?']));
        // Forges don't tell large letters from small ones in names.
        let people = from.iter().map(|name| name.to_lowercase()).collect::<BTreeSet<_>>().len();
        match is_glob || from.is_empty() || people >= count {
            true => Ok(Approvals { count, from }),
            false => Err(format!("`count` asks for {count}, and `from` names {people}")),
        }
    }
}

impl TryFrom<JudgeFile> for Judge {
    type Error = String;

    fn try_from(file: JudgeFile) -> Result<Judge, String> {
        match file {
            JudgeFile { command: Some(command), pack: None, config: None } => {
                match command.first().is_none_or(String::is_empty) {
                    true => Err("`command` is empty: it is a program and its arguments".to_owned()),
                    false => Ok(Judge::Command(command)),
                }
            }
            JudgeFile { command: None, pack: Some(folder), config } => {
                let folder = inside("pack", &folder)?;
                Ok(Judge::Pack { folder, config: config.map(|file| inside("config", &file)).transpose()? })
            }
            _ => Err("it is either `command`, or `pack` with or without `config`".to_owned()),
        }
    }
}

/// A path from the repository's root that does not leave it, as git spells it. The engine parts several packs at commas.
fn inside(key: &str, path: &str) -> Result<String, String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let leaves = path.starts_with('/') || parts.contains(&"..");
    match leaves || parts.is_empty() || path.contains([',', '"', '\\', '\n', '\r']) {
        true => Err(format!("`{key}` is a path below the repository's root, without commas and quotes")),
        false => Ok(parts.join("/")),
    }
}

impl Budget {
    /// What it says of an act, if anything.
    pub fn bound(&self, act: Act) -> Option<Bound> {
        match act {
            Act::Delete => self.deletes,
            Act::Replace => self.replaces,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_holds_state_goes_unasked() {
        let guard = Guard::of(std::iter::empty());
        let stateful = "
            gitinfra:rds:Cluster gitinfra:s3:Bucket gitinfra:route53:Zone gitinfra:kms:Key
            aws:rds/cluster:Cluster aws:rds/instance:Instance aws:s3/bucket:Bucket aws:s3/bucketV2:BucketV2
            aws:route53/zone:Zone aws:dynamodb/table:Table aws:dynamodb/globalTable:GlobalTable aws:efs/fileSystem:FileSystem
            aws:fsx/openZfsVolume:OpenZfsVolume aws:docdb/elasticCluster:ElasticCluster aws:neptune/cluster:Cluster
            aws:memorydb/cluster:Cluster aws:elasticache/serverlessCache:ServerlessCache aws:redshift/cluster:Cluster
            aws:opensearch/domain:Domain aws:opensearch/serverlessCollection:ServerlessCollection
            aws:timestreamwrite/table:Table aws:kinesis/stream:Stream aws:cognito/userPool:UserPool
            aws:ecr/repository:Repository aws:msk/cluster:Cluster aws:backup/vault:Vault
            aws-native:s3:Bucket aws-native:rds:DbCluster aws-native:rds:DbInstance aws-native:neptune:DbCluster
            aws-native:opensearchservice:Domain aws-native:elasticache:ServerlessCache aws-native:timestream:Database
            aws-native:timestream:InfluxDbInstance aws-native:kinesis:Stream aws-native:cognito:UserPool
            aws-native:ecr:Repository aws-native:cassandra:Table aws-native:s3express:DirectoryBucket
            gcp:storage/bucket:Bucket gcp:spanner/database:Database gcp:bigquery/dataset:Dataset gcp:bigtable/instance:Instance
            gcp:filestore/instance:Instance gcp:kms/cryptoKey:CryptoKey gcp:kms/keyRing:KeyRing
            google-native:sqladmin/v1:Instance google-native:storage/v1:Bucket google-native:spanner/v1:Database
            azure-native:dbforpostgresql:Server azure-native:dbforpostgresql/v20221201:Server azure-native:dbformysql:Server
            azure-native:documentdb:DatabaseAccount azure-native:cosmosdb:SqlResourceSqlContainer azure-native:sql:Database
            azure-native:sql/v20211101:Database azure-native:storage:StorageAccount azure-native:keyvault:Vault
            azure-native:dns:Zone azure-native:privatedns:PrivateZone azure-native:network/v20180501:Zone
            azure:postgresql/flexibleServer:FlexibleServer azure:mysql/flexibleServer:FlexibleServer azure:cosmosdb/account:Account
            azure:storage/account:Account azure:cosmosdb/sqlContainer:SqlContainer
            cloudflare:index/zone:Zone cloudflare:index/r2Bucket:R2Bucket cloudflare:index/d1Database:D1Database
            cloudflare:index/workersKvNamespace:WorkersKvNamespace
            kubernetes:core/v1:PersistentVolume kubernetes:core/v1:PersistentVolumeClaim kubernetes:apps/v1:StatefulSet";
        for kind in stateful.split_whitespace() {
            for act in [Act::Delete, Act::Replace] {
                assert_eq!(guard.bound(kind, act).map(|(_, most)| most), Some(0), "{kind}");
            }
        }
        let others = "
            gitinfra:ec2:Subnet gitinfra:kms:Alias files:index:File aws:s3/bucketPolicy:BucketPolicy aws:dynamodb/tableItem:TableItem
            aws:rds/clusterParameterGroup:ClusterParameterGroup aws:cognito/userPoolClient:UserPoolClient
            aws:opensearch/domainPolicy:DomainPolicy aws:msk/clusterPolicy:ClusterPolicy aws:ecr/repositoryPolicy:RepositoryPolicy
            aws-native:rds:DbSubnetGroup aws-native:cognito:UserPoolDomain gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding
            gcp:spanner/databaseIAMMember:DatabaseIAMMember azure-native:dbforpostgresql:FirewallRule azure-native:network:RouteTable
            azure-native:sql:DatabaseAdvisor azure:postgresql/firewallRule:FirewallRule azure:cosmosdb/sqlRoleDefinition:SqlRoleDefinition
            cloudflare:index/zoneSetting:ZoneSetting kubernetes:apps/v1:Deployment kubernetes:core/v1:ConfigMap";
        for kind in others.split_whitespace() {
            assert_eq!(guard.bound(kind, Act::Delete), None, "{kind}");
        }
    }

    #[test]
    fn the_last_budget_that_says_something_decides() {
        let budget = |glob: &str, deletes, replaces| Budget { types: vec![glob.to_owned()], deletes, replaces };
        let budgets =
            [budget("gitinfra:s3:*", Some(Bound::Any), None), budget("gitinfra:**", None, Some(Bound::Count(3)))];
        let part = Part { budgets: &budgets, approvals: None, policies: &[], sealed: None };
        let guard = Guard::of(std::iter::once(part));
        let most = |kind, act| guard.bound(kind, act).map(|(_, most)| most);
        assert_eq!(most("gitinfra:s3:Bucket", Act::Delete), None);
        assert_eq!(most("gitinfra:s3:Bucket", Act::Replace), Some(3));
        assert_eq!(most("gitinfra:kms:Key", Act::Delete), Some(0));
        assert_eq!(most("gitinfra:ec2:Vpc", Act::Delete), None);
    }
}
