//! Which versions of an engine there are.

use aws_sdk_rds::types::DbEngineVersion;
use pulumi_plugin::{Error, Function, Property, Result};

use crate::aws::{Aws, Doing as _};
use crate::rds::cluster::{Engine, version};

/// The inputs of getEngineVersion.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetEngineVersionInputs {
    /// The engine.
    #[prop(default = Engine::AuroraPostgresql)]
    pub engine: Engine,
    /// The version: the major one alone, such as `17`, or with the minor one. Default: any.
    pub version: Option<String>,
    /// Whether to choose the latest version that fits, and not AWS's default. Default: false.
    #[prop(default = false)]
    pub latest: bool,
}

/// A version of an engine.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetEngineVersionResult {
    /// The full version, such as `17.4`.
    pub version: String,
    /// The major version, such as `17`.
    pub major_version: String,
    /// The family that parameter groups for it have, such as `aurora-postgresql17`.
    pub parameter_group_family: String,
    /// The versions that a cluster of this version can be upgraded to.
    pub valid_upgrade_targets: Vec<String>,
    /// The logs that can be exported to CloudWatch Logs.
    pub exportable_log_types: Vec<String>,
    /// The certificate authorities that instances can have a certificate of.
    pub supported_ca_certificate_identifiers: Vec<String>,
}

/// The function getEngineVersion.
pub struct GetEngineVersion;

impl Function for GetEngineVersion {
    const TOKEN: &'static str = "gitinfra:rds:getEngineVersion";
    const DOC: &'static str =
        "A version of a database engine: AWS's default or the latest one, of all or of a major version.";
    type Session = Aws;
    type Inputs = GetEngineVersionInputs;
    type Outputs = GetEngineVersionResult;

    async fn call(aws: &Aws, asked: &GetEngineVersionInputs) -> Result<GetEngineVersionResult> {
        let ask = aws.rds().describe_db_engine_versions().engine(asked.engine.as_str());
        let ask = ask.set_engine_version(asked.version.clone()).set_default_only((!asked.latest).then_some(true));
        let pages = ask.into_paginator().items().send();
        let found: Vec<_> =
            pages.collect::<Result<_, _>>().await.doing("reading the versions of", asked.engine.as_str())?;
        let of = |version: &DbEngineVersion| version.engine_version.clone().unwrap_or_default();
        let best = found.into_iter().max_by(|one, other| version::compare(&of(one), &of(other)));
        best.map(told).ok_or_else(|| {
            let named = asked.version.as_deref().map(|version| format!(" `{version}`")).unwrap_or_default();
            Error::new(format!("`{}` has no version{named} in {}", asked.engine.as_str(), aws.region()))
                .hint("leave `version` out, or give the major version alone, such as `17`")
        })
    }
}

fn told(version: DbEngineVersion) -> GetEngineVersionResult {
    let full = version.engine_version.unwrap_or_default();
    let targets = version.valid_upgrade_target.unwrap_or_default().into_iter();
    GetEngineVersionResult {
        major_version: version::major(&full),
        version: full,
        parameter_group_family: version.db_parameter_group_family.unwrap_or_default(),
        valid_upgrade_targets: targets.filter_map(|target| target.engine_version).collect(),
        exportable_log_types: version.exportable_log_types.unwrap_or_default(),
        supported_ca_certificate_identifiers: version.supported_ca_certificate_identifiers.unwrap_or_default(),
    }
}
