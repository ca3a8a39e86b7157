//! The policy of a topic.

use std::collections::HashMap;

use pulumi_plugin::{Error, Id, Made, Property, Resource, Result, Wait};
use serde_json::json;

use crate::aws::{Aws, Doing as _};
use crate::types::{Arn, PolicyJson};

/// What AWS calls the policy that every topic begins with.
const DEFAULT: &str = "__default_policy_ID";

/// The inputs of the policy of an SNS topic.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TopicPolicyInputs {
    /// The ARN of the topic.
    #[prop(replace, unique)]
    pub topic_arn: Arn,
    /// The policy: who may do what with the topic. It takes the place of AWS's own one, by which all of the account's resources may publish: services
    /// such as CloudWatch, RDS and ElastiCache then need a statement that lets them.
    pub policy: PolicyJson,
}

/// The policy of an SNS topic. When it is deleted, the topic has AWS's own policy again.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TopicPolicy {
    /// The inputs, as SNS has them.
    #[prop(inputs)]
    pub inputs: TopicPolicyInputs,
}

impl Resource for TopicPolicy {
    const TOKEN: &'static str = "gitinfra:sns:TopicPolicy";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = TopicPolicyInputs;
    type Seen = PolicyJson;

    /// AWS puts a new policy in the place of the one that stands.
    async fn standing(aws: &Aws, new: &TopicPolicyInputs) -> Result<Option<Id>> {
        let id = Id::from(new.topic_arn.as_str());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &TopicPolicyInputs) -> Result<Made> {
        let id = Id::from(new.topic_arn.as_str());
        put(&aws.once(), &id, "giving a policy to topic", &new.policy).await?;
        Ok(Made::New(id))
    }

    /// It bears no token: what an attempt may have put there is the very thing that is asked for.
    async fn ours(aws: &Aws, id: &Id, seen: &PolicyJson, new: &TopicPolicyInputs) -> Result<Option<Id>> {
        Ok((aws.call().tried() && *seen == new.policy).then(|| id.clone()))
    }

    /// AWS's own policy counts as none.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<PolicyJson>> {
        let got = aws.sns().get_topic_attributes().topic_arn(id).send().await;
        let answer = got.unless(&["NotFound", "NotFoundException"]).doing("reading the policy of topic", id)?;
        let text = answer.and_then(|answer| answer.attributes?.remove("Policy")).filter(|text| !is_default(text));
        text.map(|text| PolicyJson::parse(&text)).transpose().map_err(Error::new)
    }

    async fn read(_: &Aws, id: &Id, seen: PolicyJson) -> Result<Self> {
        let topic_arn = Arn::parse(id.as_str()).map_err(Error::new)?;
        Ok(TopicPolicy { inputs: TopicPolicyInputs { topic_arn, policy: seen } })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &TopicPolicyInputs) -> Result<()> {
        put(aws, id, "changing the policy of topic", &new.policy).await
    }

    /// A topic always has a policy. What somebody else has put there stays.
    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        match Self::find(aws, id).await? {
            Some(seen) if seen == old.inputs.policy => {
                let own = PolicyJson::parse(&default(&old.inputs.topic_arn)).map_err(Error::new)?;
                put(aws, id, "taking the policy from topic", &own).await
            }
            _ => Ok(()),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn put(aws: &Aws, id: &Id, what: &str, policy: &PolicyJson) -> Result<()> {
    let set = aws.sns().set_topic_attributes().topic_arn(id).attribute_name("Policy");
    set.attribute_value(policy.to_string()).send().await.done(what, id)
}

fn is_default(text: &str) -> bool {
    let policy: Option<HashMap<String, serde_json::Value>> = serde_json::from_str(text).ok();
    policy.is_some_and(|policy| policy.get("Id").is_some_and(|id| id == DEFAULT))
}

/// The policy that AWS gives to a new topic: everybody may, as far as it is for a resource of the account.
fn default(topic: &Arn) -> String {
    let actions = [
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
    ];
    let statement = json!({
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": topic.as_str(),
        "Condition": {"StringEquals": {"AWS:SourceOwner": topic.account()}},
    });
    json!({"Version": "2008-10-17", "Id": DEFAULT, "Statement": [statement]}).to_string()
}
