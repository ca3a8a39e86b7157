//! A subscription.

use std::collections::HashMap;

use aws_sdk_sns::error::ProvideErrorMetadata as _;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, word, word_or};
use crate::types::{Arn, JsonObject};

/// The inputs of an SNS subscription.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SubscriptionInputs {
    /// The ARN of the topic.
    #[prop(replace, unique)]
    pub topic_arn: Arn,
    /// The protocol.
    #[prop(replace, unique)]
    pub protocol: Protocol,
    /// The endpoint that gets the messages: a URL, an address, a phone number, or the ARN of a queue, function, stream or application. AWS doesn't tell the
    /// password in a URL; make such a URL a secret, so that the state doesn't tell it either.
    #[prop(replace, unique, min = 1)]
    pub endpoint: String,
    /// The delivery policy: how deliveries over HTTP are tried again. Default: the topic's.
    pub delivery_policy: Option<JsonObject>,
    /// The filter policy: which messages are sent. Default: all.
    pub filter_policy: Option<JsonObject>,
    /// The filter policy scope: what of a message the filter looks at. Default: `MessageAttributes`.
    #[prop(default = FilterPolicyScope::MessageAttributes)]
    pub filter_policy_scope: FilterPolicyScope,
    /// Whether the message is sent as it is, without JSON around it. Only to HTTP, queues and streams. Default: false.
    #[prop(default)]
    pub raw_message_delivery: bool,
    /// The redrive policy: where messages go that can't be delivered, as in `{deadLetterTargetArn: QUEUE}`. Default: nowhere.
    pub redrive_policy: Option<JsonObject>,
    /// The replay policy, by which messages out of the archive of a FIFO topic are sent again. Default: none.
    pub replay_policy: Option<JsonObject>,
    /// The subscription role, with which SNS writes to a Firehose stream. Needed by `protocol: firehose`.
    pub subscription_role_arn: Option<Arn>,
}

/// How messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Protocol {
    /// By HTTP POST.
    #[prop(rename = "http")]
    Http,
    /// By HTTPS POST.
    #[prop(rename = "https")]
    Https,
    /// By mail.
    #[prop(rename = "email")]
    Email,
    /// By mail, as JSON.
    #[prop(rename = "email-json")]
    EmailJson,
    /// By text message.
    #[prop(rename = "sms")]
    Sms,
    /// To an SQS queue.
    #[prop(rename = "sqs")]
    Sqs,
    /// To a mobile application.
    #[prop(rename = "application")]
    Application,
    /// To a Lambda function.
    #[prop(rename = "lambda")]
    Lambda,
    /// To a Firehose stream.
    #[prop(rename = "firehose")]
    Firehose,
}

/// What of a message a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum FilterPolicyScope {
    /// Its attributes.
    #[prop(rename = "MessageAttributes")]
    MessageAttributes,
    /// Its body, which is JSON.
    #[prop(rename = "MessageBody")]
    MessageBody,
}

/// An SNS subscription: sends a topic's messages to an endpoint. A mail address or URL has to confirm it first, which is not waited for.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Subscription {
    /// The inputs, as SNS has them.
    #[prop(inputs)]
    pub inputs: SubscriptionInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// Whether the endpoint has not confirmed it yet.
    pub pending_confirmation: bool,
}

impl Resource for Subscription {
    const TOKEN: &'static str = "gitinfra:sns:Subscription";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = SubscriptionInputs;
    type Seen = HashMap<String, String>;

    fn check(new: &SubscriptionInputs) -> Vec<Fault> {
        let stream = new.protocol == Protocol::Firehose;
        let scoped = new.filter_policy_scope == FilterPolicyScope::MessageBody;
        Faults::of(new)
            .when(stream && new.subscription_role_arn.is_none(), "subscriptionRoleArn", "missing: a stream needs it")
            .when(!stream && new.subscription_role_arn.is_some(), "subscriptionRoleArn", "needs `protocol: firehose`")
            .when(scoped && new.filter_policy.is_none(), "filterPolicyScope", "needs `filterPolicy`")
            .into_vec()
    }

    /// AWS answers a second subscription of an endpoint with the one that stands.
    async fn standing(aws: &Aws, new: &SubscriptionInputs) -> Result<Option<Id>> {
        let list = aws.sns().list_subscriptions_by_topic().topic_arn(new.topic_arn.as_str()).into_paginator().items();
        let listed = list.send().collect::<Result<Vec<_>, _>>().await.unless(DENIED);
        let listed = listed.doing("reading the subscriptions of topic", &new.topic_arn)?.unwrap_or_default();
        let same = |it: &&aws_sdk_sns::types::Subscription| {
            it.protocol() == Some(new.protocol.as_str()) && it.endpoint() == Some(&new.endpoint)
        };
        // A list doesn't tell the ARN of one that is not confirmed: nobody gets anything by it yet, and it can be asked for again.
        let arn = listed.iter().find(same).and_then(|it| it.subscription_arn());
        Ok(arn.filter(|arn| arn.starts_with("arn:")).map(Id::from))
    }

    async fn create(aws: &Aws, new: &SubscriptionInputs) -> Result<Made> {
        let given = write(new).into_iter().filter(|(_, value)| !value.is_empty() && value != "{}");
        let subscribe = aws
            .once()
            .sns()
            .subscribe()
            .topic_arn(new.topic_arn.as_str())
            .protocol(new.protocol.as_str())
            .endpoint(&new.endpoint)
            .set_attributes(Some(given.map(|(name, value)| (name.to_owned(), value)).collect()))
            .return_subscription_arn(true);
        Made::new(subscribe.send().await.doing("subscribing", masked(&new.endpoint))?.subscription_arn)
    }

    /// It bears no token: what an attempt may have made is the very thing that is asked for.
    async fn ours(aws: &Aws, id: &Id, seen: &HashMap<String, String>, new: &SubscriptionInputs) -> Result<Option<Id>> {
        let mut state = Self::read(aws, id, seen.clone()).await?;
        state.respell(new);
        Ok((aws.call().tried() && state.inputs == *new).then(|| id.clone()))
    }

    /// A subscription is told of for a while after its topic is gone.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<HashMap<String, String>>> {
        const GONE: &[&str] = &["NotFound", "NotFoundException"];
        let topic = id.as_str().rsplit_once(':').map_or("", |(topic, _)| topic);
        let got = aws.sns().get_subscription_attributes().subscription_arn(id).send().await;
        let Some(answer) = got.unless(GONE).doing("reading subscription", id)? else { return Ok(None) };
        let asked = aws.sns().get_topic_attributes().topic_arn(topic).send().await;
        if asked.as_ref().is_err_and(|error| error.code().is_some_and(|code| DENIED.contains(&code))) {
            return Ok(answer.attributes);
        }
        let stands = asked.unless(GONE).doing("reading the topic of subscription", id)?.is_some();
        Ok(answer.attributes.filter(|_| stands))
    }

    async fn read(_: &Aws, id: &Id, seen: HashMap<String, String>) -> Result<Self> {
        let pending = seen.get("PendingConfirmation").is_some_and(|value| value == "true");
        Ok(Subscription { inputs: read(&seen)?, arn: id.to_string(), pending_confirmation: pending })
    }

    fn respell(&mut self, given: &SubscriptionInputs) {
        if self.inputs.endpoint == masked(&given.endpoint) {
            self.inputs.endpoint.clone_from(&given.endpoint);
        }
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &SubscriptionInputs) -> Result<()> {
        let before: HashMap<_, _> = write(&old.inputs).into_iter().collect();
        let mut changes: Vec<_> =
            write(new).into_iter().filter(|(name, value)| before.get(name) != Some(value)).collect();
        // A filter of the body is refused in the scope of the attributes, and the other way round: the wider scope is there with either filter.
        if new.filter_policy_scope == FilterPolicyScope::MessageAttributes {
            changes.sort_by_key(|(name, _)| *name == SCOPE);
        }
        for (name, value) in changes {
            let set = aws.sns().set_subscription_attributes().subscription_arn(id).attribute_name(name);
            let set = set.set_attribute_value(Some(value).filter(|value| !value.is_empty()));
            set.send().await.doing(format!("setting {name} of subscription"), id)?;
        }
        Ok(())
    }

    /// One that is not confirmed can't be taken back: AWS forgets it after two days.
    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let gone = aws.sns().unsubscribe().subscription_arn(id).send().await;
        match gone.unless(&["NotFound", "NotFoundException"]).done("deleting subscription", id) {
            Err(error) if error.message().contains("pending confirmation") => Ok(()),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

const SCOPE: &str = "FilterPolicyScope";

/// What AWS says where only the topic's owner may look, who is another account: the subscription alone tells then.
const DENIED: &[&str] = &["AuthorizationError", "AuthorizationErrorException"];

/// A URL as AWS tells it: without its password.
fn masked(endpoint: &str) -> String {
    let Some((scheme, rest)) = endpoint.split_once("://") else { return endpoint.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{scheme}://{user}:****@{host}{}", &rest[authority.len()..]),
        None => endpoint.to_owned(),
    }
}

/// The attributes as AWS takes them, the scope before the filter: what is left out is sent as nothing.
fn write(new: &SubscriptionInputs) -> Vec<(&'static str, String)> {
    let text = |object: &Option<JsonObject>| object.as_ref().map(JsonObject::to_string);
    let scope = new.filter_policy.is_some().then(|| new.filter_policy_scope.as_str().to_owned());
    let mut all = vec![
        ("DeliveryPolicy", text(&new.delivery_policy).unwrap_or_default()),
        (SCOPE, scope.unwrap_or_default()),
        ("FilterPolicy", text(&new.filter_policy).unwrap_or("{}".to_owned())),
        ("RawMessageDelivery", new.raw_message_delivery.to_string()),
        ("RedrivePolicy", text(&new.redrive_policy).unwrap_or_default()),
        ("ReplayPolicy", text(&new.replay_policy).unwrap_or_default()),
        ("SubscriptionRoleArn", new.subscription_role_arn.as_ref().map(Arn::to_string).unwrap_or_default()),
    ];
    // The scope goes with its filter.
    all.retain(|(name, value)| *name != SCOPE || !value.is_empty());
    all
}

/// The attributes as AWS returns them.
fn read(seen: &HashMap<String, String>) -> Result<SubscriptionInputs> {
    let text = |name: &str| seen.get(name).filter(|value| !value.is_empty()).cloned();
    let object = |name: &str| {
        let text = text(name).filter(|text| text != "{}");
        text.map(|text| JsonObject::parse(&text)).transpose().map_err(|why| Error::new(format!("{name}: {why}")))
    };
    Ok(SubscriptionInputs {
        topic_arn: word(text("TopicArn").unwrap_or_default())?,
        protocol: word(text("Protocol").unwrap_or_default())?,
        endpoint: text("Endpoint").unwrap_or_default(),
        delivery_policy: object("DeliveryPolicy")?,
        filter_policy: object("FilterPolicy")?,
        filter_policy_scope: word_or(text(SCOPE), FilterPolicyScope::MessageAttributes)?,
        raw_message_delivery: seen.get("RawMessageDelivery").is_some_and(|value| value == "true"),
        redrive_policy: object("RedrivePolicy")?,
        replay_policy: object("ReplayPolicy")?,
        subscription_role_arn: text("SubscriptionRoleArn").map(word).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_password_is_not_told() {
        for (endpoint, told) in [
            ("https://user:s3:cr@et@example.com:8443/a@b?c", "https://user:****@example.com:8443/a@b?c"),
            ("https://user:secret@example.com", "https://user:****@example.com"),
            ("https://user@example.com/", "https://user@example.com/"),
            ("https://example.com/a:b@c", "https://example.com/a:b@c"),
            ("ops:x@example.com", "ops:x@example.com"),
            ("arn:aws:sqs:eu-west-1:123456789012:jobs", "arn:aws:sqs:eu-west-1:123456789012:jobs"),
        ] {
            assert_eq!(masked(endpoint), told);
        }
    }
}
