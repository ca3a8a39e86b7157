"""Amazon Q Developer in chat applications, which was AWS Chatbot: moto has none of it. One store, reached in four regions."""

from . import loaded
from .own import Own, Tags
from .response import Refusal

REGIONS = ("us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1")
# The workspaces that every account has authorised by hand.
WORKSPACES = {"T07EA123LEP": "Example", "T0SHOP": "Shop"}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
# Where topics send what goes to a channel.
ENDPOINT = "https://global.sns-api.chatbot.amazonaws.com"


class Service(Tags, Own):
    model = "chatbot"
    arn, key, value = "ResourceARN", "TagKey", "TagValue"
    invalid = "InvalidParameterException"

    def before(self, operation, asked):
        if self.region not in REGIONS:
            # There is no such host.
            raise Refusal("InvalidRequestException", f"Chatbot has no endpoint in {self.region}")

    def channels(self):
        return self.all("channels", "every")

    def configured(self, arn):
        if arn not in self.channels():
            raise Refusal("ResourceNotFoundException", f"The chat configuration {arn} does not exist")
        return self.channels()[arn]

    def check_channel(self, team, channel, but=None):
        for arn, other in self.channels().items():
            if arn != but and (other["SlackTeamId"], other["SlackChannelId"]) == (team, channel):
                raise Refusal(
                    "InvalidRequestException",
                    f"Slack channel with ID {channel} in Slack team {team} has already been configured for AWS account {self.account}",
                )

    def create_slack_channel_configuration(self, asked):
        name, team = asked["ConfigurationName"], asked["SlackTeamId"]
        arn = f"arn:{self.partition}:chatbot::{self.account}:chat-configuration/slack-channel/{name}"
        burnt = self.all("burnt", "every")
        if arn in self.channels() or arn in burnt:
            raise Refusal("ConflictException", f"The chat configuration with the name {name} already exists")
        if team not in WORKSPACES:
            # The name stays taken for good, and nothing shows it.
            burnt[arn] = True
            raise Refusal("InvalidRequestException", f"Slack workspace {team} is not authorized with AWS account {self.account}")
        self.check_channel(team, asked["SlackChannelId"])
        self.tag(arn, asked.get("Tags"))
        kept = {
            "SlackTeamName": WORKSPACES[team],
            "SlackChannelName": "",
            "SnsTopicArns": [],
            "LoggingLevel": "NONE",
            "GuardrailPolicyArns": [ADMINISTRATOR],
            "UserAuthorizationRequired": False,
            **{key: value for key, value in asked.items() if key not in ("Tags", "ClientToken")},
            "ChatConfigurationArn": arn,
            "State": "ENABLED",
        }
        kept["GuardrailPolicyArns"] = kept["GuardrailPolicyArns"] or [ADMINISTRATOR]
        self.channels()[arn] = kept
        self.subscribe(kept["SnsTopicArns"])
        return {"ChannelConfiguration": self.told(kept)}

    def topics(self, arn):
        """Who keeps the topics of a topic's account and region; None where there is no such topic."""
        models, (_, _, _, region, account, _) = loaded.models("sns"), arn.split(":")
        backend = models.sns_backends[account][region] if models else None
        return backend if backend and arn in backend.topics else None

    def subscribe(self, arns):
        """The one subscription that a topic has for all channels. Nothing is said of a topic that is not there."""
        for arn in arns:
            backend = self.topics(arn)
            if backend and not backend._find_subscription(arn, ENDPOINT, "https"):
                subscription = backend.subscribe(arn, ENDPOINT, "https")
                subscription.given = {}
                subscription.attributes["PendingConfirmation"] = "false"

    def unsubscribe(self, arns):
        """Ends the subscriptions of topics that no channel has any more."""
        used = {arn for channel in self.channels().values() for arn in channel["SnsTopicArns"]}
        for arn in set(arns) - used:
            backend = self.topics(arn)
            found = backend and backend._find_subscription(arn, ENDPOINT, "https")
            if found:
                backend.unsubscribe(found.arn)

    @staticmethod
    def told(kept):
        return {**kept, "SnsTopicArns": sorted(kept["SnsTopicArns"], reverse=True)}

    def update_slack_channel_configuration(self, asked):
        kept = self.configured(asked["ChatConfigurationArn"])
        self.check_channel(kept["SlackTeamId"], asked["SlackChannelId"], asked["ChatConfigurationArn"])
        # What is left out stays. A topic that it is told of already is not subscribed to again, whatever has become of the subscription.
        before = kept["SnsTopicArns"]
        kept.update(asked)
        self.subscribe(set(kept["SnsTopicArns"]) - set(before))
        self.unsubscribe(before)
        kept["GuardrailPolicyArns"] = kept["GuardrailPolicyArns"] or [ADMINISTRATOR]
        return {"ChannelConfiguration": self.told(kept)}

    def describe_slack_channel_configurations(self, asked):
        wanted = asked.get("ChatConfigurationArn")
        found = [self.told(kept) for arn, kept in self.channels().items() if wanted in (None, arn)]
        return {"SlackChannelConfigurations": found}

    def delete_slack_channel_configuration(self, asked):
        gone = self.configured(asked["ChatConfigurationArn"])
        del self.channels()[asked["ChatConfigurationArn"]]
        self.unsubscribe(gone["SnsTopicArns"])
        self.tags().pop(asked["ChatConfigurationArn"], None)

    def describe_slack_workspaces(self, asked):
        teams = [{"SlackTeamId": team, "SlackTeamName": name, "State": "ENABLED"} for team, name in WORKSPACES.items()]
        return {"SlackWorkspaces": teams}
