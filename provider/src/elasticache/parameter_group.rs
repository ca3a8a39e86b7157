//! A parameter group for caches.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticache::types::{CacheCluster, CacheParameterGroup, ChangeType, Parameter, ParameterNameValue};
use pulumi_plugin::{Again, Error, Id, Made, Property, Resource, Result, Wait};

use crate::aws::parameters;
use crate::aws::{Aws, Doing as _, Tags};
use crate::elasticache::tags;
use crate::types::CacheGroupName;

/// How many parameters one call takes.
const MOST: usize = 20;
/// It can't be reset: what takes its place is 0.
const RESERVED: &str = "reserved-memory";

/// The inputs of a cache parameter group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ParameterGroupInputs {
    /// The cache parameter group's name: a letter, then letters, digits and single hyphens; at most 255 characters. AWS keeps it in lower case. Default:
    /// made from the resource's name. A group that takes another family can stand beside the old one only under another name.
    #[prop(replace, unique, autoname = 255)]
    pub name: CacheGroupName,
    /// The cache parameter group family, such as `valkey8` or `redis7`. Another major version of an engine has another family.
    #[prop(replace, min = 1)]
    pub family: String,
    /// The description: 1 to 255 characters.
    #[prop(replace, default = "Managed by Pulumi".to_owned(), min = 1, max = 255)]
    pub description: String,
    /// The parameters by name, such as `{"maxmemory-policy": "allkeys-lru"}`. One that is no longer given goes back to the engine's default. Some take
    /// effect with the next reboot of the nodes, most of them at once.
    #[prop(default)]
    pub parameters: BTreeMap<String, String>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A cache parameter group: the engine parameters of the caches that use it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ParameterGroup {
    /// The inputs, as ElastiCache has them.
    #[prop(inputs)]
    pub inputs: ParameterGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for ParameterGroup {
    const TOKEN: &'static str = "gitinfra:elasticache:ParameterGroup";
    const WAIT: Wait = Wait::seconds(2, 3600);
    type Session = Aws;
    type Inputs = ParameterGroupInputs;
    type Seen = CacheParameterGroup;

    /// The old one would have to go first.
    async fn prevents(aws: &Aws, id: &Id, _: &ParameterGroupInputs, _: &ParameterGroupInputs) -> Result<()> {
        let users = users(aws, id).await?;
        if users.is_empty() {
            return Ok(());
        }
        let names = users.join(", ");
        let why = format!("cache parameter group `{id}` can't be replaced under the same name: it is used by {names}");
        Err(Error::new(why).hint(
            "give another `name`: then the new group is made beside the old one, and what uses the old one moves over",
        ))
    }

    async fn create(aws: &Aws, new: &ParameterGroupInputs) -> Result<Made> {
        let name = new.name.as_str();
        let create = aws
            .once()
            .elasticache()
            .create_cache_parameter_group()
            .cache_parameter_group_name(name)
            .cache_parameter_group_family(&new.family)
            .description(&new.description)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["CacheParameterGroupAlreadyExists"]);
        Ok(match made.doing("creating cache parameter group", name)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &CacheParameterGroup, _: &ParameterGroupInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<CacheParameterGroup>> {
        let asked = aws.elasticache().describe_cache_parameter_groups().cache_parameter_group_name(id).send().await;
        let answer = asked.unless(&["CacheParameterGroupNotFound"]).doing("reading cache parameter group", id)?;
        Ok(answer.and_then(|a| a.cache_parameter_groups?.pop()))
    }

    async fn read(aws: &Aws, id: &Id, seen: CacheParameterGroup) -> Result<Self> {
        let arn = seen.arn.unwrap_or_default();
        let (parameters, tags) = futures::try_join!(read(aws, id), tags::visible(aws, &arn))?;
        Ok(ParameterGroup {
            inputs: ParameterGroupInputs {
                name: seen.cache_parameter_group_name.unwrap_or_default().into(),
                family: seen.cache_parameter_group_family.unwrap_or_default(),
                description: seen.description.unwrap_or_default(),
                parameters,
                tags,
            },
            arn,
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ParameterGroupInputs) -> Result<()> {
        bring(aws, id, &old.inputs.parameters, &new.parameters).await
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.elasticache().delete_cache_parameter_group().cache_parameter_group_name(id).send().await;
        let deleted = delete.unless(&["CacheParameterGroupNotFound"]).done("deleting cache parameter group", id);
        let Err(refused) = deleted else { return Ok(()) };
        if refused.retry() == Again::Never {
            return Err(refused);
        }
        let users = users(aws, id).await?;
        Err(match users.is_empty() {
            // ElastiCache lets go of it late.
            true => refused.again(Again::Later),
            false => {
                refused.hint(format!("used by {}: delete that first, or have it use another group", users.join(", ")))
            }
        })
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The parameters of a group, on all pages; those that somebody has set, or all that there are.
async fn describe(aws: &Aws, id: &Id, source: Option<&str>) -> Result<Vec<Parameter>> {
    let pages = aws.elasticache().describe_cache_parameters().cache_parameter_group_name(id);
    let mut pages = pages.set_source(source.map(str::to_owned)).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.extend(page.doing("reading the parameters of", id)?.parameters.unwrap_or_default());
    }
    Ok(found)
}

/// The parameters that somebody has set. Those of the program that have the value that AWS gives them anyway count too.
async fn read(aws: &Aws, id: &Id) -> Result<BTreeMap<String, String>> {
    let pair = |parameter: Parameter| Some((parameter.parameter_name?, parameter.parameter_value.unwrap_or_default()));
    let mut set: BTreeMap<_, _> = describe(aws, id, Some("user")).await?.into_iter().filter_map(pair).collect();
    let given = aws.call().given.get("parameters").and_then(|given| BTreeMap::<String, String>::decode(given).ok());
    let given = given.unwrap_or_default();
    if set.get(RESERVED).is_some_and(|bytes| bytes == "0") && !given.contains_key(RESERVED) {
        set.remove(RESERVED);
    }
    if given.keys().any(|name| !set.contains_key(name)) {
        let all = describe(aws, id, None).await?.into_iter().filter_map(pair);
        set.extend(all.filter(|(name, value)| given.get(name) == Some(value)));
    }
    Ok(set)
}

/// Brings a group from old parameters to new ones. Those that the program no longer gives go back to the engine's default.
async fn bring(aws: &Aws, id: &Id, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Result<()> {
    let known = describe(aws, id, None).await?;
    let known: BTreeMap<_, _> = known.into_iter().filter_map(|p| Some((p.parameter_name.clone()?, p))).collect();
    parameters::refuse(known.iter().map(|(name, it)| (name, it.is_modifiable != Some(false))), new)?;
    let gone = old.keys().filter(|name| !new.contains_key(*name) && known.contains_key(*name));
    let (reserved, gone): (Vec<_>, Vec<_>) = gone.partition(|name| *name == RESERVED);
    for some in gone.chunks(MOST) {
        let reset = aws.elasticache().reset_cache_parameter_group().cache_parameter_group_name(id);
        let names = some.iter().map(|name| ParameterNameValue::builder().parameter_name(*name).build());
        let reset = reset.set_parameter_name_values(Some(names.collect())).send().await;
        reset.done(format!("resetting {} of", listed(some.iter().copied())), id)?;
    }
    let zero = "0".to_owned();
    let changed = new.iter().filter(|(name, value)| old.get(*name) != Some(value));
    let changed: Vec<_> = changed.chain(reserved.iter().map(|name| (*name, &zero))).collect();
    for some in changed.chunks(MOST) {
        let modify = aws.elasticache().modify_cache_parameter_group().cache_parameter_group_name(id);
        let pairs = some
            .iter()
            .map(|(name, value)| ParameterNameValue::builder().parameter_name(*name).parameter_value(*value).build());
        let modify = modify.set_parameter_name_values(Some(pairs.collect())).send().await;
        modify.done(format!("setting {} of", listed(some.iter().map(|(name, _)| *name))), id)?;
    }
    let touched = gone.into_iter().chain(changed.into_iter().map(|(name, _)| name));
    let waits = |name: &&String| known.get(*name).is_some_and(|p| p.change_type == Some(ChangeType::RequiresReboot));
    tell(aws, id, touched.filter(waits).collect()).await
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Tells whoever uses the group that parameters wait for a reboot. Nothing is rebooted unasked.
async fn tell(aws: &Aws, id: &Id, waiting: Vec<&String>) -> Result<()> {
    if waiting.is_empty() {
        return Ok(());
    }
    let users = users(aws, id).await?;
    if !users.is_empty() {
        let (names, users) = (listed(waiting.into_iter()), users.join(", "));
        let told = format!("{names} of `{id}` take effect with the next reboot of the nodes; used by {users}");
        aws.call().warn(told).await;
    }
    Ok(())
}

/// The caches that use a group: their replication groups, or themselves where they are in none.
async fn users(aws: &Aws, id: &Id) -> Result<Vec<String>> {
    let pages = aws.elasticache().describe_cache_clusters().into_paginator().items().send();
    let all: Vec<CacheCluster> = pages.collect::<Result<_, _>>().await.doing("reading cache clusters", "")?;
    let uses = |cache: &CacheCluster| {
        let group = cache.cache_parameter_group().and_then(|group| group.cache_parameter_group_name());
        group == Some(id.as_str())
    };
    let name = |cache: CacheCluster| cache.replication_group_id.or(cache.cache_cluster_id).unwrap_or_default();
    let names: BTreeSet<_> = all.into_iter().filter(uses).map(name).collect();
    Ok(names.into_iter().map(|name| format!("cache `{name}`")).collect())
}
