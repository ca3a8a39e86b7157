//! The parameters of cluster parameter groups and of parameter groups, which RDS takes and tells in the same way by calls of two names.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{ApplyMethod, DbInstance, Parameter};
use pulumi_plugin::{Fault, Id, Path, Property as _, Result};

use crate::aws::parameters;
use crate::aws::{Aws, Doing as _};
use crate::rds::holders::{Holder, clusters, instances, listed};

/// Parameters by name.
pub type Parameters = BTreeMap<String, String>;

/// How many parameters one call takes.
const MOST: usize = 20;

/// Parameters that AWS takes only in one call with each other, by how their names begin.
const TOGETHER: [&str; 8] = [
    "password_encryption",
    "rds.accepted_password_auth_method",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "character_set_",
    "collation_",
    "gtid",
    "binlog_",
];

/// Whose parameters they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A cluster parameter group's.
    Cluster,
    /// A parameter group's.
    Instance,
}

impl Of {
    /// The parameters of a group, on all pages; those that somebody has set, or all that there are.
    async fn describe(self, aws: &Aws, id: &Id, source: Option<&str>) -> Result<Vec<Parameter>> {
        let source = source.map(str::to_owned);
        match self {
            Of::Cluster => {
                let pages = aws.rds().describe_db_cluster_parameters().db_cluster_parameter_group_name(id);
                let pages = pages.set_source(source).into_paginator().items().send();
                pages.collect::<Result<Vec<_>, _>>().await.doing("reading the parameters of", id)
            }
            Of::Instance => {
                let pages = aws.rds().describe_db_parameters().db_parameter_group_name(id);
                let pages = pages.set_source(source).into_paginator().items().send();
                pages.collect::<Result<Vec<_>, _>>().await.doing("reading the parameters of", id)
            }
        }
    }

    async fn modify(self, aws: &Aws, id: &Id, parameters: Vec<Parameter>) -> Result<()> {
        let (doing, parameters) = (words("setting", &parameters), Some(parameters));
        match self {
            Of::Cluster => {
                let modify = aws.rds().modify_db_cluster_parameter_group().db_cluster_parameter_group_name(id);
                modify.set_parameters(parameters).send().await.done(doing, id)
            }
            Of::Instance => {
                let modify = aws.rds().modify_db_parameter_group().db_parameter_group_name(id);
                modify.set_parameters(parameters).send().await.done(doing, id)
            }
        }
    }

    async fn reset(self, aws: &Aws, id: &Id, parameters: Vec<Parameter>) -> Result<()> {
        let (doing, parameters) = (words("resetting", &parameters), Some(parameters));
        match self {
            Of::Cluster => {
                let reset = aws.rds().reset_db_cluster_parameter_group().db_cluster_parameter_group_name(id);
                reset.set_parameters(parameters).send().await.done(doing, id)
            }
            Of::Instance => {
                let reset = aws.rds().reset_db_parameter_group().db_parameter_group_name(id);
                reset.set_parameters(parameters).send().await.done(doing, id)
            }
        }
    }
}

/// What is being done, with the parameters' names: AWS's refusals don't always name them.
fn words(doing: &str, parameters: &[Parameter]) -> String {
    let names: Vec<_> = parameters.iter().filter_map(Parameter::parameter_name).collect();
    format!("{doing} {} of", names.join(", "))
}

/// The parameters that somebody has set. Those of the program that have the value that AWS gives them anyway are told as AWS's own, and count too.
pub async fn read(aws: &Aws, of: Of, id: &Id) -> Result<Parameters> {
    let pair = |parameter: Parameter| Some((parameter.parameter_name?, parameter.parameter_value.unwrap_or_default()));
    let mut set: Parameters = of.describe(aws, id, Some("user")).await?.into_iter().filter_map(pair).collect();
    let given = aws.call().given.get("parameters").and_then(|given| Parameters::decode(given).ok()).unwrap_or_default();
    if given.keys().all(|name| set.contains_key(name)) {
        return Ok(set);
    }
    let all = of.describe(aws, id, None).await?.into_iter().filter_map(pair);
    let same = all.filter(|(name, value)| given.get(name) == Some(value));
    set.extend(same);
    Ok(set)
}

/// Brings a group from old parameters to new ones. Those that the program no longer gives go back to the engine's default.
pub async fn bring(aws: &Aws, of: Of, id: &Id, old: &Parameters, new: &Parameters) -> Result<()> {
    let known = of.describe(aws, id, None).await?;
    let known: BTreeMap<_, _> = known.into_iter().filter_map(|p| Some((p.parameter_name.clone()?, p))).collect();
    parameters::refuse(known.iter().map(|(name, it)| (name, it.is_modifiable != Some(false))), new)?;
    let gone: Vec<_> = old.keys().filter(|name| !new.contains_key(*name)).filter_map(|name| known.get(name)).collect();
    let changed = new.iter().filter(|(name, value)| old.get(*name) != Some(value));
    let changed = changed.filter_map(|(name, value)| Some((known.get(name)?, value)));
    let changed: Vec<_> = in_order(changed.collect());
    for some in gone.chunks(MOST) {
        of.reset(aws, id, some.iter().map(|parameter| asked(parameter, None)).collect()).await?;
    }
    for some in changed.chunks(MOST) {
        let some = some.iter().map(|(parameter, value)| asked(parameter, Some(value)));
        of.modify(aws, id, some.collect()).await?;
    }
    let touched = gone.into_iter().chain(changed.into_iter().map(|(parameter, _)| parameter));
    tell(aws, of, id, touched.filter(|parameter| is_static(parameter)).collect()).await
}

/// Those first that have to be in one call together.
fn in_order<'a>(mut parameters: Vec<(&'a Parameter, &'a String)>) -> Vec<(&'a Parameter, &'a String)> {
    let place = |name: &str| TOGETHER.iter().position(|begin| name.starts_with(begin)).unwrap_or(TOGETHER.len());
    parameters.sort_by_key(|(parameter, _)| place(parameter.parameter_name().unwrap_or_default()));
    parameters
}

fn is_static(parameter: &Parameter) -> bool {
    parameter.apply_type() == Some("static")
}

/// A parameter as RDS takes it: a static one takes effect with the next reboot, any other at once.
fn asked(parameter: &Parameter, value: Option<&String>) -> Parameter {
    let method = if is_static(parameter) { ApplyMethod::PendingReboot } else { ApplyMethod::Immediate };
    Parameter::builder()
        .set_parameter_name(parameter.parameter_name.clone())
        .set_parameter_value(value.cloned())
        .apply_method(method)
        .build()
}

/// Tells whoever uses the group that static parameters wait for a reboot. Nothing is rebooted unasked.
async fn tell(aws: &Aws, of: Of, id: &Id, waiting: Vec<&Parameter>) -> Result<()> {
    if waiting.is_empty() {
        return Ok(());
    }
    let users = users(aws, of, id).await?;
    if users.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = waiting.iter().filter_map(|parameter| parameter.parameter_name()).collect();
    let (names, users) = (names.join(", "), listed(&users));
    aws.call()
        .warn(format!("pending-reboot: the static parameters {names} of `{id}` take effect with the next reboot of the instances; used by {users}"))
        .await;
    Ok(())
}

/// Whoever uses a group.
pub async fn users(aws: &Aws, of: Of, id: &Id) -> Result<Vec<Holder>> {
    let name = Some(id.as_str());
    match of {
        Of::Cluster => clusters(aws, |cluster| cluster.db_cluster_parameter_group() == name).await,
        Of::Instance => {
            let uses = |instance: &DbInstance| {
                instance.db_parameter_groups().iter().any(|group| group.db_parameter_group_name() == name)
            };
            instances(aws, uses).await
        }
    }
}

/// What is wrong with the names: AWS writes them in lower case.
pub fn faults(parameters: &Parameters) -> Vec<Fault> {
    let odd = parameters.keys().filter(|name| **name != name.to_lowercase());
    let fault = |name: &String| {
        let at = Path::root().key("parameters").key(name);
        Fault::new(at, format!("AWS writes it in lower case: `{}`", name.to_lowercase()))
    };
    odd.map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::{Parameter, in_order};

    #[test]
    fn what_goes_together_comes_first() {
        let named = |name: &str| Parameter::builder().parameter_name(name).build();
        let all = ["a", "password_encryption", "rds.accepted_password_auth_method", "ssl_max_protocol_version", "z"];
        let all = all.map(named);
        let value = String::new();
        let sorted = in_order(all.iter().map(|parameter| (parameter, &value)).collect());
        let names: Vec<_> = sorted.iter().filter_map(|(parameter, _)| parameter.parameter_name()).collect();
        assert_eq!(
            names,
            ["password_encryption", "rds.accepted_password_auth_method", "ssl_max_protocol_version", "a", "z"]
        );
    }
}
