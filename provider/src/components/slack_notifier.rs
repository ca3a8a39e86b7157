//! Messages of alarms in a Slack channel.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Error, Fault, Faults, Knobs, Output, Outputs, Property, Result, Scope};
use serde_json::{Value as Json, json};

use crate::aws::{Aws, Common};
use crate::chatbot::slack_channel_configuration::{
    LoggingLevel, SlackChannelConfiguration, SlackChannelConfigurationArgs,
};
use crate::components::account::{Account, arn};
use crate::components::policies::{policy, trust};
use crate::components::{Report, SharedArgs, SharedInputs};
use crate::iam::role::{Role, RoleArgs};
use crate::kms::key::{Key, KeyArgs};
use crate::sns::topic::{Topic, TopicArgs};
use crate::sns::topic_policy::{TopicPolicy, TopicPolicyArgs};
use crate::types::{Arn, PolicyJson, Region};

/// The services that publish: alarms of CloudWatch, and events of RDS.
const PUBLISHERS: [&str; 2] = ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"];

/// What the program asks of messages in a Slack channel.
#[derive(Debug, Clone, Property)]
pub struct SlackNotifierInputs {
    /// Where the messages go.
    #[prop(flatten)]
    pub settings: SlackNotifierSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// Where messages go in Slack, and what can be done from there.
#[derive(Debug, Clone, Property)]
pub struct SlackNotifierSettings {
    /// The Slack workspace's id, such as `T07EA123LEP`. Somebody has to authorise the workspace for the account once, in the console of Amazon Q
    /// Developer in chat applications.
    #[prop(min = 1, max = 255)]
    pub workspace_id: String,
    /// The Slack channel's id, such as `C07EZ1ABC23`. A private channel needs the app: `/invite @Amazon Q`.
    #[prop(min = 1, max = 255)]
    pub channel_id: String,
    /// More regions that get a topic for the same channel: CloudWatch tells topics of its own region only, and the alarms of CloudFront are in
    /// us-east-1. A channel has one configuration in an account, so that several notifiers can't share it. Default: none.
    #[prop(default)]
    pub more_regions: BTreeSet<Region>,
    /// The region whose API keeps the configuration: us-east-2, us-west-2, eu-west-1 or ap-southeast-1. Default: the one that is near.
    pub chatbot_region: Option<Region>,
    /// The names of AWS's own policies that limit what can be done from the channel (guardrail policies). Default: `ReadOnlyAccess`.
    #[prop(default = BTreeSet::from(["ReadOnlyAccess".to_owned()]), min = 1)]
    pub guardrails: BTreeSet<String>,
    /// The names of AWS's own policies of the role that messages and commands act as. Default: `CloudWatchReadOnlyAccess`, which shows graphs.
    #[prop(default = BTreeSet::from(["CloudWatchReadOnlyAccess".to_owned()]))]
    pub role_policies: BTreeSet<String>,
    /// The logging level of the configuration. Default: `ERROR`.
    #[prop(default = LoggingLevel::Error)]
    pub logging_level: LoggingLevel,
    /// More services that may publish, such as `budgets.amazonaws.com`. CloudWatch and RDS may.
    #[prop(default)]
    pub publishers: BTreeSet<String>,
}

/// An encrypted SNS topic whose messages, such as alarms of CloudWatch, come to a Slack channel.
#[derive(Clone, Outputs)]
pub struct SlackNotifier {
    /// The ARN of the topic. Known once what is published there comes to the channel.
    pub topic_arn: Output<String>,
    /// The ARN of the topic of each region, by the region's name.
    pub topic_arns: Output<BTreeMap<String, String>>,
    /// The ARN of the Slack channel configuration.
    pub configuration_arn: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for SlackNotifier {
    const TOKEN: &'static str = "gitinfra:index:SlackNotifier";
    type Session = Aws;
    type Inputs = SlackNotifierInputs;
    type Facts = Account;

    fn check(inputs: &SlackNotifierInputs) -> Vec<Fault> {
        const HOMES: [&str; 4] = ["us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1"];
        let settings = &inputs.settings;
        let team = settings.workspace_id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let channel = settings.channel_id.chars().all(|c| c.is_ascii_alphanumeric());
        let home = settings.chatbot_region.as_ref().filter(|region| !HOMES.contains(&region.as_str()));
        let id = |text: &str, example: &str| format!("`{text}` is not an id such as {example}");
        Faults::of(inputs)
            .when(!team, "workspaceId", id(&settings.workspace_id, "T07EA123LEP"))
            .when(!channel, "channelId", id(&settings.channel_id, "C07EZ1ABC23"))
            .when(home.is_some(), "chatbotRegion", format!("is none of {}", HOMES.join(", ")))
            .into_vec()
    }

    fn knobs(inputs: &SlackNotifierInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, _: &SlackNotifierInputs) -> Result<Account> {
        Account::of(aws).await
    }

    fn build(here: &mut Scope, inputs: SlackNotifierInputs, account: Account) -> Result<Self> {
        let settings = &inputs.settings;
        let mut site = Site { here, inputs: &inputs, account: &account };
        let mut topics = BTreeMap::from([(account.region.clone(), site.topic(None)?)]);
        for region in settings.more_regions.iter().filter(|region| region.as_str() != account.region) {
            topics.insert(region.to_string(), site.topic(Some(region))?);
        }
        let role = site.role()?;
        let guardrails = settings.guardrails.iter().map(|name| known(account.managed_policy(name)));
        let args = SlackChannelConfigurationArgs {
            slack_workspace_id: settings.workspace_id.clone().into(),
            slack_channel_id: settings.channel_id.clone().into(),
            iam_role_arn: arn(&role).into(),
            sns_topic_arns: Output::all(topics.values().map(arn))
                .map(|all| all.into_iter().collect::<BTreeSet<_>>())
                .into(),
            guardrail_policies: guardrails.collect::<Result<BTreeSet<_>>>()?.into(),
            logging_level: settings.logging_level.into(),
            ..Default::default()
        };
        let near = Common { region: settings.chatbot_region.clone(), assume_role: None };
        let slack = here.child("slack").at(&near).add::<SlackChannelConfiguration>(args);
        let told = |topic: &Output<String>| topic.depends_on(&slack.arn);
        let own = topics.get(&account.region).map(told).unwrap_or_else(Output::unknown);
        let all = topics.iter().map(|(region, topic)| (region.clone(), told(topic)));
        Ok(SlackNotifier {
            topic_arn: own,
            topic_arns: Output::all_by_key(all),
            configuration_arn: slack.arn,
            report: Report::of(here).meets("SNS.4"),
        })
    }
}

/// Where the children are added.
struct Site<'a> {
    here: &'a mut Scope,
    inputs: &'a SlackNotifierInputs,
    account: &'a Account,
}

impl Site<'_> {
    /// A topic that services may publish to, with its key; in another region under keys that end with it. Its ARN is known once they may.
    fn topic(&mut self, region: Option<&Region>) -> Result<Output<String>> {
        let place = Common { region: region.cloned(), assume_role: None };
        let key_of = |name: &str| region.map_or_else(|| name.to_owned(), |region| format!("{name}-{region}"));
        let protects = self.inputs.shared.protects();
        let publishers: Vec<&str> =
            PUBLISHERS.into_iter().chain(self.inputs.settings.publishers.iter().map(String::as_str)).collect();
        let args = KeyArgs {
            description: format!("messages of {}", self.here.name()).into(),
            key_policy: key_policy(self.account, &publishers)?.into(),
            ..Default::default()
        };
        let key = self.here.child(key_of("key")).at(&place).protect(protects).add::<Key>(args);
        let args = TopicArgs { kms_master_key_id: key.arn.into(), ..Default::default() };
        let topic = self.here.child(key_of("topic")).at(&place).add::<Topic>(args);
        let (account, publishers) =
            (self.account.clone(), publishers.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let args = TopicPolicyArgs {
            topic_arn: arn(&topic.arn).into(),
            policy: topic.arn.try_map(move |topic| topic_policy(&account, &publishers, &topic)).into(),
        };
        let may = self.here.child(key_of("topic-policy")).at(&place).add::<TopicPolicy>(args);
        Ok(topic.arn.depends_on(&may.id))
    }

    /// The role that messages and commands act as.
    fn role(&mut self) -> Result<Output<String>> {
        let policies = self.inputs.settings.role_policies.iter().map(|name| known(self.account.managed_policy(name)));
        let args = RoleArgs {
            assume_role_policy: trust("chatbot.amazonaws.com")?.into(),
            managed_policy_arns: policies.collect::<Result<BTreeSet<_>>>()?.into(),
            ..Default::default()
        };
        Ok(self.here.add::<Role>("role", args).arn)
    }
}

fn known(text: String) -> Result<Arn> {
    Arn::parse(&text).map_err(Error::new)
}

/// The account's own policies decide who uses the key, but for the services that publish.
fn key_policy(account: &Account, publishers: &[&str]) -> Result<PolicyJson> {
    policy([
        json!({"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": account.root()}, "Action": "kms:*", "Resource": "*"}),
        json!({
            "Sid": "Publishers", "Effect": "Allow", "Principal": {"Service": publishers},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*", "Condition": of_account(account),
        }),
    ])
}

fn topic_policy(account: &Account, publishers: &[String], topic: &str) -> Result<PolicyJson> {
    let own = [
        "sns:AddPermission",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:Publish",
        "sns:RemovePermission",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
    ];
    policy([
        json!({"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": account.root()}, "Action": own, "Resource": topic}),
        json!({
            "Sid": "Publishers", "Effect": "Allow", "Principal": {"Service": publishers},
            "Action": "sns:Publish", "Resource": topic, "Condition": of_account(account),
        }),
    ])
}

/// For this account's things only, so that no other account's can use the service to get in.
fn of_account(account: &Account) -> Json {
    json!({"StringEquals": {"aws:SourceAccount": account.id}})
}
