//! A subscription to events.

use std::collections::BTreeSet;

use aws_sdk_rds::types::EventSubscription as AwsSubscription;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags, word};
use crate::rds::tags;
use crate::types::{Arn, Identifier};

/// The inputs of an event subscription.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EventSubscriptionInputs {
    /// The subscription's name: a letter, then letters, digits and single hyphens; at most 254 characters. AWS keeps it in lower case. Default: made from
    /// the resource's name.
    #[prop(replace, unique, autoname = 254)]
    pub name: Identifier<254>,
    /// The ARN of the SNS topic that events go to. Its policy must let `events.rds.amazonaws.com` publish, and so must the policy of the key that it is
    /// encrypted with: with `alias/aws/sns`, which has no such policy, all events are lost. FIFO topics are not taken.
    pub sns_topic_arn: Arn,
    /// The type of the sources. Failovers of Aurora are events of a `db-cluster`. Default: all types; one that is given can't be taken out again without a
    /// new subscription.
    pub source_type: Option<SourceType>,
    /// The identifiers of the sources, all of the type. Default: all sources of the type.
    #[prop(default)]
    pub source_ids: BTreeSet<String>,
    /// The categories of events, such as `failover`: those that the type has. Default: all; ones that are given can't be taken out again altogether
    /// without a new subscription.
    #[prop(default)]
    pub event_categories: BTreeSet<String>,
    /// Whether the subscription is enabled. Default: true.
    #[prop(default = true)]
    pub enabled: bool,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The type of the sources of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum SourceType {
    /// Instances.
    #[prop(rename = "db-instance")]
    DbInstance,
    /// Clusters.
    #[prop(rename = "db-cluster")]
    DbCluster,
    /// Parameter groups.
    #[prop(rename = "db-parameter-group")]
    DbParameterGroup,
    /// DB security groups.
    #[prop(rename = "db-security-group")]
    DbSecurityGroup,
    /// Snapshots of instances.
    #[prop(rename = "db-snapshot")]
    DbSnapshot,
    /// Snapshots of clusters.
    #[prop(rename = "db-cluster-snapshot")]
    DbClusterSnapshot,
    /// Proxies.
    #[prop(rename = "db-proxy")]
    DbProxy,
    /// Zero-ETL integrations.
    #[prop(rename = "zero-etl")]
    ZeroEtl,
    /// Versions of custom engines.
    #[prop(rename = "custom-engine-version")]
    CustomEngineVersion,
    /// Blue/green deployments.
    #[prop(rename = "blue-green-deployment")]
    BlueGreenDeployment,
}

/// A subscription to events of RDS, which go to an SNS topic.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EventSubscription {
    /// The inputs, as RDS has them.
    #[prop(inputs)]
    pub inputs: EventSubscriptionInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for EventSubscription {
    const TOKEN: &'static str = "gitinfra:rds:EventSubscription";
    const WAIT: Wait = Wait::seconds(5, 2400);
    type Session = Aws;
    type Inputs = EventSubscriptionInputs;
    type Seen = AwsSubscription;

    fn check(new: &EventSubscriptionInputs) -> Vec<Fault> {
        Faults::of(new).needs("sourceIds", "sourceType").needs("eventCategories", "sourceType").into_vec()
    }

    /// RDS takes another type and other categories, but neither none of them.
    fn replaces(old: &EventSubscriptionInputs, new: &EventSubscriptionInputs) -> Vec<&'static str> {
        let untyped = old.source_type.is_some() && new.source_type.is_none();
        let all = !old.event_categories.is_empty() && new.event_categories.is_empty();
        [untyped.then_some("sourceType"), all.then_some("eventCategories")].into_iter().flatten().collect()
    }

    async fn create(aws: &Aws, new: &EventSubscriptionInputs) -> Result<Made> {
        let name = new.name.as_str();
        let create = aws
            .once()
            .rds()
            .create_event_subscription()
            .subscription_name(name)
            .sns_topic_arn(new.sns_topic_arn.as_str())
            .set_source_type(new.source_type.map(|kind| kind.as_str().to_owned()))
            .set_source_ids(some(&new.source_ids))
            .set_event_categories(some(&new.event_categories))
            .enabled(new.enabled)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["SubscriptionAlreadyExist"]).doing("creating event subscription", name);
        match made {
            Ok(Some(_)) => Ok(Made::New(name.into())),
            Ok(None) => Ok(Made::Exists(name.into())),
            Err(refused) => Err(explained(aws, new, refused).await),
        }
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsSubscription, _: &EventSubscriptionInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.event_subscription_arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsSubscription>> {
        let asked = aws.rds().describe_event_subscriptions().subscription_name(id).send().await;
        let answer = asked.unless(&["SubscriptionNotFound"]).doing("reading event subscription", id)?;
        Ok(answer.and_then(|a| a.event_subscriptions_list?.pop()))
    }

    fn progress(seen: &AwsSubscription) -> Progress {
        match seen.status().unwrap_or_default() {
            state @ ("creating" | "modifying") => Progress::Pending(state.to_owned()),
            "deleting" => Progress::Leaving("deleting".into()),
            _ => Progress::Done,
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsSubscription) -> Result<Self> {
        let arn = seen.event_subscription_arn.unwrap_or_default();
        let status = seen.status.unwrap_or_default();
        if status != "active" {
            aws.call().warn(format!("event subscription `{id}` has the status `{status}`: no events come of it")).await;
        }
        Ok(EventSubscription {
            inputs: EventSubscriptionInputs {
                name: seen.cust_subscription_id.unwrap_or_default().into(),
                sns_topic_arn: word(seen.sns_topic_arn.unwrap_or_default())?,
                source_type: seen.source_type.filter(|kind| !kind.is_empty()).map(word).transpose()?,
                source_ids: seen.source_ids_list.unwrap_or_default().into_iter().collect(),
                event_categories: seen.event_categories_list.unwrap_or_default().into_iter().collect(),
                enabled: seen.enabled.unwrap_or_default(),
                tags: tags::visible(aws, &arn).await?,
            },
            arn,
        })
    }

    /// Sources have calls of their own. Those of an old type go before the type does, and those of the new one come after it. RDS takes each call from a
    /// subscription that is active only.
    async fn update(aws: &Aws, id: &Id, old: &Self, new: &EventSubscriptionInputs) -> Result<()> {
        let was = &old.inputs;
        let moves = was.source_type != new.source_type;
        let stay = |source: &&String| !moves && was.source_ids.contains(*source) && new.source_ids.contains(*source);
        for source in was.source_ids.iter().filter(|source| !stay(source)) {
            aws.call().once(&format!("without {source}"), remove(aws, id, source)).await?;
        }
        let plain = |inputs: &EventSubscriptionInputs| {
            (inputs.sns_topic_arn.clone(), inputs.source_type, inputs.event_categories.clone(), inputs.enabled)
        };
        // What AWS has noted of a topic that is gone lasts until the subscription is changed.
        if plain(was) != plain(new) || aws.call().is_anew(new.sns_topic_arn.as_str()) {
            aws.call().once("modify", modify(aws, id, new)).await?;
        }
        for source in new.source_ids.iter().filter(|source| !stay(source)) {
            aws.call().once(&format!("with {source}"), add(aws, id, source)).await?;
        }
        Ok(())
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.rds().delete_event_subscription().subscription_name(id).send().await;
        delete.unless(&["SubscriptionNotFound"]).done("deleting event subscription", id)
    }
}

async fn remove(aws: &Aws, id: &Id, source: &str) -> Result<()> {
    let remove = aws.rds().remove_source_identifier_from_subscription().subscription_name(id);
    let removed = remove.source_identifier(source).send().await.unless(&["SourceNotFound"]);
    removed.done(format!("removing source `{source}` of event subscription"), id)
}

async fn modify(aws: &Aws, id: &Id, new: &EventSubscriptionInputs) -> Result<()> {
    let kind = new.source_type.map(|kind| kind.as_str().to_owned());
    let modify = aws.rds().modify_event_subscription().subscription_name(id).set_source_type(kind);
    let modify = modify.sns_topic_arn(new.sns_topic_arn.as_str()).enabled(new.enabled);
    let modified = modify.set_event_categories(some(&new.event_categories)).send().await;
    match modified.done("changing event subscription", id) {
        Err(refused) => Err(explained(aws, new, refused).await),
        Ok(()) => Ok(()),
    }
}

async fn add(aws: &Aws, id: &Id, source: &str) -> Result<()> {
    let add = aws.rds().add_source_identifier_to_subscription().subscription_name(id).source_identifier(source);
    add.send().await.done(format!("adding source `{source}` to event subscription"), id)
}

fn some(texts: &BTreeSet<String>) -> Option<Vec<String>> {
    crate::aws::list::some(texts.iter().cloned())
}

/// A refusal for a category, with those that there are.
async fn explained(aws: &Aws, new: &EventSubscriptionInputs, refused: Error) -> Error {
    let (Some(kind), true) = (new.source_type, refused.message().contains("SubscriptionCategoryNotFound")) else {
        return refused;
    };
    match aws.rds().describe_event_categories().source_type(kind.as_str()).send().await {
        Ok(answer) => {
            let maps = answer.event_categories_map_list().iter();
            let known: Vec<_> = maps.flat_map(|map| map.event_categories()).map(String::as_str).collect();
            refused.hint(format!("`{}` has these `eventCategories`: {}", kind.as_str(), known.join(", ")))
        }
        Err(_) => refused,
    }
}
