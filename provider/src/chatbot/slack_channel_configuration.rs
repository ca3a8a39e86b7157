//! A Slack channel configuration.

use std::collections::BTreeSet;

use aws_sdk_chatbot::types::SlackChannelConfiguration as AwsConfiguration;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use super::get_slack_workspaces::authorised;
use super::place;
use crate::aws::{Aws, Doing as _, Tags, word, word_or};
use crate::chatbot::tags;
use crate::types::{Arn, ConfigurationName};

/// The policy that is the guardrail where none is given.
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// The inputs of a Slack channel configuration.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SlackChannelConfigurationInputs {
    /// The configuration's name: 1 to 128 letters, digits, `-` and `_`, unique in the account.
    #[prop(replace, unique, autoname = 128)]
    pub configuration_name: ConfigurationName,
    /// The Slack workspace's id, such as `T07EA123LEP`. Somebody has to authorise the workspace once in the console.
    #[prop(replace, min = 1, max = 255)]
    pub slack_workspace_id: String,
    /// The Slack channel's id, such as `C07EZ1ABC23`. A private channel needs the app: `/invite @Amazon Q`.
    #[prop(min = 1, max = 255)]
    pub slack_channel_id: String,
    /// The ARN of the IAM role that messages and commands act as. Its trust policy names `chatbot.amazonaws.com`.
    pub iam_role_arn: Arn,
    /// The ARNs of the SNS topics whose messages go to the channel. They may be in any region.
    #[prop(default)]
    pub sns_topic_arns: BTreeSet<Arn>,
    /// The guardrail policies: the ARNs of the IAM policies that limit what the role can do in the channel. Default: AdministratorAccess, no limit.
    #[prop(default = BTreeSet::from([administrator()]), min = 1)]
    pub guardrail_policies: BTreeSet<Arn>,
    /// The logging level: which events go to CloudWatch Logs, in us-east-1.
    #[prop(default = LoggingLevel::None)]
    pub logging_level: LoggingLevel,
    /// Whether each user of the channel must have chosen a role of their own (user role required). Default: false.
    #[prop(default)]
    pub user_role_required: bool,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// Which events are logged.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum LoggingLevel {
    /// None.
    #[prop(rename = "NONE")]
    None,
    /// Errors.
    #[prop(rename = "ERROR")]
    Error,
    /// All.
    #[prop(rename = "INFO")]
    Info,
}

/// A Slack channel configuration of Amazon Q Developer in chat applications, which was AWS Chatbot: brings messages of SNS topics, such as alarms, to a
/// Slack channel.
///
/// Its API is in us-east-2, us-west-2, eu-west-1 and ap-southeast-1, which share what it keeps; from any other `region` the nearest of these is used.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SlackChannelConfiguration {
    /// The inputs, as Chatbot has them.
    #[prop(inputs)]
    pub inputs: SlackChannelConfigurationInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The Slack workspace's name.
    #[prop(stable)]
    pub slack_team_name: String,
    /// The state: `ENABLED`, or `DISABLED`.
    pub state: String,
}

impl Resource for SlackChannelConfiguration {
    const TOKEN: &'static str = "gitinfra:chatbot:SlackChannelConfiguration";
    const WAIT: Wait = Wait::seconds(3, 300);
    type Session = Aws;
    type Inputs = SlackChannelConfigurationInputs;
    type Seen = AwsConfiguration;

    fn check(new: &SlackChannelConfigurationInputs) -> Vec<Fault> {
        let team = new.slack_workspace_id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let channel = new.slack_channel_id.chars().all(|c| c.is_ascii_alphanumeric());
        let id = |text: &str, example: &str| {
            format!("`{text}` is not an id such as {example}; it is in the channel's address")
        };
        Faults::of(new)
            .when(!team, "slackWorkspaceId", id(&new.slack_workspace_id, "T07EA123LEP"))
            .when(!channel, "slackChannelId", id(&new.slack_channel_id, "C07EZ1ABC23"))
            .into_vec()
    }

    /// A channel has one configuration in an account.
    fn collides(old: &SlackChannelConfigurationInputs, new: &SlackChannelConfigurationInputs) -> bool {
        (&old.slack_workspace_id, &old.slack_channel_id) == (&new.slack_workspace_id, &new.slack_channel_id)
    }

    /// A creation that fails for its workspace uses up the name for good, so that is looked at first.
    async fn standing(aws: &Aws, new: &SlackChannelConfigurationInputs) -> Result<Option<Id>> {
        authorised(aws, &new.slack_workspace_id).await?;
        let id = Id::from(arn(aws, new).await?);
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &SlackChannelConfigurationInputs) -> Result<Made> {
        let name = new.configuration_name.as_str();
        let create = place::near(&aws.once())
            .chatbot()
            .create_slack_channel_configuration()
            .configuration_name(name)
            .slack_team_id(&new.slack_workspace_id)
            .slack_channel_id(&new.slack_channel_id)
            .iam_role_arn(new.iam_role_arn.as_str())
            .set_sns_topic_arns(Some(texts(&new.sns_topic_arns)))
            .set_guardrail_policy_arns(Some(texts(&new.guardrail_policies)))
            .logging_level(new.logging_level.as_str())
            .user_authorization_required(new.user_role_required)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["ConflictException"]);
        match made.doing("creating Slack channel configuration", name)? {
            Some(made) => Made::new(made.channel_configuration.map(|it| it.chat_configuration_arn)),
            None => {
                let id = Id::from(arn(aws, new).await?);
                match Self::find(aws, &id).await? {
                    Some(_) => Ok(Made::Exists(id)),
                    None => Err(Error::new(format!("the name `{name}` is used up by a creation that failed: AWS keeps it, but shows no configuration"))
                        .hint("give another `configurationName`")),
                }
            }
        }
    }

    async fn ours(
        aws: &Aws,
        id: &Id,
        seen: &AwsConfiguration,
        _: &SlackChannelConfigurationInputs,
    ) -> Result<Option<Id>> {
        let tags = tags::list(&place::near(aws), &seen.chat_configuration_arn).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsConfiguration>> {
        let ask = place::near(aws).chatbot().describe_slack_channel_configurations().chat_configuration_arn(id);
        let told = ask.send().await.unless(&["ResourceNotFoundException"]);
        let told = told.doing("reading Slack channel configuration", id)?;
        let mut found = told.and_then(|told| told.slack_channel_configurations).unwrap_or_default().into_iter();
        Ok(found.find(|it| it.chat_configuration_arn == id.as_str()))
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsConfiguration) -> Result<Self> {
        let tags = tags::visible(&place::near(aws), &seen.chat_configuration_arn).await?;
        let guardrails = seen.guardrail_policy_arns.unwrap_or_default();
        let guardrails = guardrails.into_iter().map(word).collect::<Result<BTreeSet<_>>>()?;
        Ok(SlackChannelConfiguration {
            inputs: SlackChannelConfigurationInputs {
                configuration_name: seen.configuration_name.unwrap_or_default().into(),
                slack_workspace_id: seen.slack_team_id,
                slack_channel_id: seen.slack_channel_id,
                iam_role_arn: word(seen.iam_role_arn)?,
                sns_topic_arns: seen.sns_topic_arns.into_iter().map(word).collect::<Result<_>>()?,
                guardrail_policies: if guardrails.is_empty() { [administrator()].into() } else { guardrails },
                logging_level: word_or(seen.logging_level, LoggingLevel::None)?,
                user_role_required: seen.user_authorization_required.unwrap_or_default(),
                tags,
            },
            arn: seen.chat_configuration_arn,
            slack_team_name: seen.slack_team_name,
            state: seen.state.unwrap_or_else(|| "ENABLED".to_owned()),
        })
    }

    /// Chatbot subscribes to a topic when it first hears of it. The subscription to one that was made anew went with the old one, so that Chatbot must forget
    /// the topic first.
    async fn update(aws: &Aws, id: &Id, _: &Self, new: &SlackChannelConfigurationInputs) -> Result<()> {
        let lasting = |topic: &&Arn| !aws.call().is_anew(topic.as_str());
        let lasting: BTreeSet<_> = new.sns_topic_arns.iter().filter(lasting).cloned().collect();
        if lasting != new.sns_topic_arns {
            aws.call().once("forget", change(aws, id, new, &lasting)).await?;
        }
        change(aws, id, new, &new.sns_topic_arns).await
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(&place::near(aws), &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = place::near(aws).chatbot().delete_slack_channel_configuration().chat_configuration_arn(id);
        let deleted = delete.send().await.unless(&["ResourceNotFoundException"]);
        deleted.done("deleting Slack channel configuration", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// Changes all but the topics as the inputs say.
async fn change(aws: &Aws, id: &Id, new: &SlackChannelConfigurationInputs, topics: &BTreeSet<Arn>) -> Result<()> {
    // A list that is left out stays, so an empty one is sent.
    let update = place::near(aws)
        .chatbot()
        .update_slack_channel_configuration()
        .chat_configuration_arn(id)
        .slack_channel_id(&new.slack_channel_id)
        .iam_role_arn(new.iam_role_arn.as_str())
        .set_sns_topic_arns(Some(texts(topics)))
        .set_guardrail_policy_arns(Some(texts(&new.guardrail_policies)))
        .logging_level(new.logging_level.as_str())
        .user_authorization_required(new.user_role_required);
    update.send().await.done("changing Slack channel configuration", id)
}

fn administrator() -> Arn {
    Arn::known(ADMINISTRATOR)
}

fn texts(arns: &BTreeSet<Arn>) -> Vec<String> {
    arns.iter().map(Arn::to_string).collect()
}

/// The ARN that a configuration of this name has. It is of no region.
async fn arn(aws: &Aws, new: &SlackChannelConfigurationInputs) -> Result<String> {
    let (partition, account) = (aws.partition(), aws.account().await?);
    Ok(format!("arn:{partition}:chatbot::{account}:chat-configuration/slack-channel/{}", new.configuration_name))
}
