//! What the program asks of an Aurora PostgreSQL database.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Fault, Faults, Output, Property};

use crate::components::cname::Cname;
use crate::components::security_group::{Peer, at_port, faults};
use crate::components::{Profile, SharedArgs, SharedInputs};
use crate::rds::cluster::{LogExport, ServerlessV2};
use crate::types::{Arn, DatabaseIdentifier, SnapshotName};

/// PostgreSQL's own port.
pub const POSTGRES: u16 = 5432;

/// What the program asks of an Aurora PostgreSQL database.
#[derive(Debug, Clone, Property)]
pub struct AuroraPostgresInputs {
    /// The id of the VPC.
    pub vpc_id: Output<String>,
    /// The ids of the subnets that instances may be in, of two availability zones at least: `${network.dataSubnetIds}`. This or `dbSubnetGroupName` is
    /// needed.
    pub subnet_ids: Option<Output<Vec<String>>>,
    /// The DB subnet group, if there is one already: `${network.dbSubnetGroupName}`.
    pub db_subnet_group_name: Option<Output<String>>,
    /// The ARN of the SNS topic that is told of failures, failovers and maintenance. Its policy must let `events.rds.amazonaws.com` publish, and so must that
    /// of its key. Default: nobody is told.
    pub topic_arn: Option<Output<Arn>>,
    /// What is said of the database itself.
    #[prop(flatten)]
    pub settings: AuroraPostgresSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What can be said of an Aurora PostgreSQL database.
#[derive(Debug, Clone, Property)]
pub struct AuroraPostgresSettings {
    /// The engine version: the major one alone, such as `17`, or with the minor one, such as `17.4`.
    #[prop(default = "17".to_owned())]
    pub version: String,
    /// Whether another major version may be asked for: the upgrade takes 10 to 60 minutes, during which the database is down.
    #[prop(default)]
    pub allow_major_version_upgrade: bool,
    /// The cluster identifier, which is part of the host names. Default: made from the component's name.
    pub cluster_identifier: Option<DatabaseIdentifier>,
    /// The capacity of Aurora Serverless v2. Default: `{min: 0.5, max: 4}`, unless there is an `instanceClass`.
    pub serverless: Option<Serverless>,
    /// The class of all instances, such as `db.r8g.large`, instead of `serverless`. A change restarts all of them.
    pub instance_class: Option<String>,
    /// The number of readers. With one or more, a reader takes over when the writer fails. Default: 1; in the profile `dev`, 0.
    #[prop(min = 0, max = 15)]
    pub readers: Option<u32>,
    /// The name of the first database.
    #[prop(default = "app".to_owned())]
    pub database: String,
    /// The name of the master user. Its password is managed by RDS, in Secrets Manager, and rotated every 7 days: whoever keeps it longer is refused new
    /// connections. Let applications read the secret whenever they connect, or log in by IAM (`iamAuth`), which needs no password. Secrets Manager's
    /// rotation schedule of the secret can be changed there.
    #[prop(default = "appadmin".to_owned())]
    pub admin_username: String,
    /// The TCP port. Default: 5432; in the profile `fsbp`, 15432. A database that stands keeps the port that it was made with, until another one is given here:
    /// its clients are refused until they have heard of that.
    #[prop(min = 1150, max = 65535)]
    pub port: Option<u16>,
    /// Whether users and roles of IAM can log in to the database.
    #[prop(default = true)]
    pub iam_auth: bool,
    /// Further engine parameters by name, such as `{"max_connections": "500"}`. TLS is always required (`rds.force_ssl`).
    #[prop(default)]
    pub parameters: BTreeMap<String, String>,
    /// Whether Performance Insights is on, with 7 days of history, which cost nothing.
    #[prop(default = true)]
    pub performance_insights: bool,
    /// The interval of Enhanced Monitoring in seconds: 0, 1, 5, 10, 15, 30 or 60; 0: none.
    #[prop(default = 60)]
    pub monitoring_interval: u32,
    /// For how many days automated backups are kept, back to each second of which the data can be restored. Default: 7; in the profile `dev`, 1; in the
    /// profile `fsbp`, 35.
    #[prop(min = 1, max = 35)]
    pub backup_days: Option<u32>,
    /// Whether AWS refuses to delete the cluster. Default: as `protectStateful`.
    pub deletion_protection: Option<bool>,
    /// Whether a snapshot is taken before the cluster is deleted. Default: true, except in the profile `dev`.
    pub final_snapshot: Option<bool>,
    /// The name of the final snapshot, which no other snapshot may have. Default: `final-`, the component's name and the end of the security group's id.
    pub final_snapshot_identifier: Option<SnapshotName>,
    /// The logs that are exported to CloudWatch Logs: `postgresql`, `instance`, `iam-db-auth-error`.
    #[prop(default = BTreeSet::from([LogExport::Postgresql]))]
    pub log_exports: BTreeSet<LogExport>,
    /// For how many days the exported logs are kept.
    #[prop(default = 90)]
    pub log_retention_days: u32,
    /// The ARN of the KMS key that encrypts the storage. Default: AWS's own key for RDS.
    pub kms_key_arn: Option<Output<String>>,
    /// Who may connect, each by a name of its own: `{web: {securityGroupId: ...}}`. `port` can be left out. Default: nobody.
    #[prop(default)]
    pub allow_from: BTreeMap<String, Peer>,
    /// Domain names of your own for the endpoints. Default: none.
    pub cname: Option<Cname>,
}

/// The capacity of Aurora Serverless v2, in Aurora capacity units (ACU) of about 2 GiB of memory.
#[derive(Debug, Clone, Property)]
pub struct Serverless {
    /// The least: 0 to 256 in steps of 0.5. 0 lets instances pause, from which the next connection wakes them up in about 15 seconds.
    #[prop(default = 0.5)]
    pub min: f64,
    /// The most: 1 to 256 in steps of 0.5.
    #[prop(default = 4.0)]
    pub max: f64,
    /// After how many seconds without connections instances pause: 300 to 86400. Only with a `min` of 0. Default: 300.
    #[prop(min = 300, max = 86400)]
    pub seconds_until_auto_pause: Option<u32>,
}

impl Serverless {
    fn faults(&self) -> Vec<Fault> {
        let (min, max) = (self.min, self.max);
        let step = |units: f64| (units * 2.0).fract() == 0.0;
        let fine = |units: f64, least: f64| (least..=256.0).contains(&units) && step(units);
        Faults::of(self)
            .when(!fine(min, 0.0), "min", format!("{min} is not 0 to 256 in steps of 0.5"))
            .when(!fine(max, 1.0), "max", format!("{max} is not 1 to 256 in steps of 0.5"))
            .when(max < min, "max", "is less than `min`")
            .when(
                self.seconds_until_auto_pause.is_some() && min > 0.0,
                "secondsUntilAutoPause",
                "instances pause only with a `min` of 0",
            )
            .into_vec()
    }
}

impl AuroraPostgresInputs {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let settings = &self.settings;
        let allowed = at_port(settings.allow_from.clone(), self.usual_port());
        let named = settings.final_snapshot_identifier.is_some();
        Faults::of(self)
            .one_of(&["subnetIds", "dbSubnetGroupName"])
            .when(
                named && !self.takes_final_snapshot(),
                "finalSnapshotIdentifier",
                "no final snapshot is taken; set `finalSnapshot: true`",
            )
            .and(settings.faults())
            .and(faults("allowFrom", &allowed))
            .into_vec()
    }

    fn is_dev(&self) -> bool {
        self.shared.profile == Profile::Dev
    }

    /// The TCP port of a new database, by what is said or by the profile.
    pub fn usual_port(&self) -> u16 {
        let usual = if self.shared.profile == Profile::Fsbp { 15432 } else { POSTGRES };
        self.settings.port.unwrap_or(usual)
    }

    /// The number of readers, by what is said or by the profile.
    pub fn readers(&self) -> u32 {
        self.settings.readers.unwrap_or(if self.is_dev() { 0 } else { 1 })
    }

    /// Whether there is a reader that is not skipped.
    pub fn has_reader(&self) -> bool {
        (1..=self.readers()).any(|number| !self.shared.skip.contains(&format!("reader-{number}")))
    }

    /// For how many days backups are kept, by what is said or by the profile.
    pub fn backup_days(&self) -> u32 {
        self.settings.backup_days.unwrap_or(match self.shared.profile {
            Profile::Dev => 1,
            Profile::Standard => 7,
            Profile::Fsbp => 35,
        })
    }

    /// Whether AWS refuses to delete the cluster, by what is said or by the profile.
    pub fn deletion_protection(&self) -> bool {
        self.settings.deletion_protection.unwrap_or(self.shared.protects())
    }

    /// Whether a final snapshot is taken, by what is said or by the profile.
    pub fn takes_final_snapshot(&self) -> bool {
        self.settings.final_snapshot.unwrap_or(!self.is_dev())
    }
}

impl AuroraPostgresSettings {
    fn faults(&self) -> Vec<Fault> {
        let serverless = self.serverless.as_ref().map(Serverless::faults).unwrap_or_default();
        let class = self.instance_class.as_deref().unwrap_or("db.");
        let version = self.version.as_str();
        let numbers = version.split('.').all(|part| part.parse::<u8>().is_ok());
        let interval = self.monitoring_interval;
        let mysql = self.log_exports.iter().find(|log| !POSTGRES_LOGS.contains(log));
        let why = format!("`{}` is a log of Aurora MySQL", mysql.map_or("", LogExport::as_str));
        Faults::of(self)
            .when(!numbers, "version", format!("`{version}` is not a version such as `17` or `17.4`"))
            .excludes("instanceClass", "serverless")
            .part("serverless", serverless)
            .when(
                !class.starts_with("db."),
                "instanceClass",
                format!("`{class}` is not the class of an instance; did you mean `db.{class}`?"),
            )
            .when(
                ![0, 1, 5, 10, 15, 30, 60].contains(&interval),
                "monitoringInterval",
                format!("{interval} is not one of 0, 1, 5, 10, 15, 30 and 60 seconds"),
            )
            .when(
                self.parameters.contains_key("rds.force_ssl"),
                "parameters",
                "`rds.force_ssl` is set here: TLS is always required",
            )
            .when(mysql.is_some(), "logExports", why)
            .and(self.names())
            .into_vec()
    }

    fn names(&self) -> Vec<Fault> {
        let (user, database) = (self.admin_username.as_str(), self.database.as_str());
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let fine = |name: &str| {
            name.len() <= 63 && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word)
        };
        let why = |name: &str| {
            format!("`{name}` is not a letter, then letters, digits and underscores; at most 63 characters")
        };
        let reserved = ["admin", "rdsadmin"].contains(&user.to_lowercase().as_str());
        Faults::of(self)
            .when(!fine(user), "adminUsername", why(user))
            .when(
                reserved,
                "adminUsername",
                format!("`{user}` is a reserved word of the engine; give another name, such as `appadmin`"),
            )
            .when(!fine(database), "database", why(database))
            .into_vec()
    }

    /// The capacity of serverless instances, unless instances are of a class.
    pub fn capacity(&self) -> Option<ServerlessV2> {
        let usual = Serverless { min: 0.5, max: 4.0, seconds_until_auto_pause: None };
        let asked = self.serverless.clone().unwrap_or(usual);
        self.instance_class.is_none().then_some(ServerlessV2 {
            min_capacity: asked.min,
            max_capacity: asked.max,
            seconds_until_auto_pause: asked.seconds_until_auto_pause,
        })
    }
}

/// The logs that Aurora PostgreSQL has.
const POSTGRES_LOGS: [LogExport; 3] = [LogExport::Postgresql, LogExport::Instance, LogExport::IamDbAuthError];
