"""The refusals of Chatbot, and what it keeps, against the running server."""

import pytest

from conftest import refused

TEAM, CHANNEL = "T07EA123LEP", "C07EZ1ABC23"


def chatbot(aws, region="us-east-2"):
    return aws.client("chatbot", region)


def configuration(aws, name="c", team=TEAM, channel=CHANNEL, region="us-east-2", **more):
    return chatbot(aws, region).create_slack_channel_configuration(
        ConfigurationName=name, SlackTeamId=team, SlackChannelId=channel, IamRoleArn="arn:aws:iam::111111111111:role/r", **more
    )["ChannelConfiguration"]


REFUSALS = [
    ("another region", "InvalidRequestException", lambda a: configuration(a, region="ap-northeast-1")),
    ("a name twice", "ConflictException", lambda a: [configuration(a), configuration(a, channel="C0")]),
    ("a channel twice", "InvalidRequestException", lambda a: [configuration(a), configuration(a, "d")]),
    ("a workspace of others", "InvalidRequestException", lambda a: configuration(a, team="T0")),
    ("an odd name", "InvalidParameterException", lambda a: configuration(a, "a b")),
    ("an odd level", "InvalidParameterException", lambda a: configuration(a, LoggingLevel="MOST")),
    (
        "a configuration that is none",
        "ResourceNotFoundException",
        lambda a: chatbot(a).delete_slack_channel_configuration(
            ChatConfigurationArn="arn:aws:chatbot::111111111111:chat-configuration/slack-channel/none"
        ),
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_failed_creation_burns_the_name(aws):
    refused(lambda: configuration(aws, team="T0"), "InvalidRequestException", "is not authorized")
    refused(lambda: configuration(aws), "ConflictException")
    assert chatbot(aws).describe_slack_channel_configurations()["SlackChannelConfigurations"] == []


def test_four_regions_share_one_store(aws):
    arn = configuration(aws, Tags=[{"TagKey": "a", "TagValue": "1"}])["ChatConfigurationArn"]
    there = chatbot(aws, "ap-southeast-1")
    [told] = there.describe_slack_channel_configurations(ChatConfigurationArn=arn)["SlackChannelConfigurations"]
    assert (told["State"], told["LoggingLevel"]) == ("ENABLED", "NONE")
    assert told["GuardrailPolicyArns"] == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert there.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"TagKey": "a", "TagValue": "1"}]
    assert arn == "arn:aws:chatbot::111111111111:chat-configuration/slack-channel/c"


def test_an_update_keeps_what_it_leaves_out(aws):
    topic = "arn:aws:sns:ap-northeast-1:111111111111:alarms"
    arn = configuration(aws, SnsTopicArns=[topic])["ChatConfigurationArn"]
    told = chatbot(aws).update_slack_channel_configuration(ChatConfigurationArn=arn, SlackChannelId="C0")
    assert told["ChannelConfiguration"]["SnsTopicArns"] == [topic]
    told = chatbot(aws).update_slack_channel_configuration(ChatConfigurationArn=arn, SlackChannelId="C0", SnsTopicArns=[])
    assert told["ChannelConfiguration"]["SnsTopicArns"] == []


def test_workspaces_are_told(aws):
    told = chatbot(aws).describe_slack_workspaces()["SlackWorkspaces"]
    assert [it["SlackTeamId"] for it in told] == [TEAM, "T0SHOP"]


def subscribers(aws, topic):
    return [it["Endpoint"] for it in aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]]


def test_a_topic_that_is_made_anew_has_no_subscription_until_it_is_told_as_another(aws):
    topic = aws.sns.create_topic(Name="alarms")["TopicArn"]
    arn = configuration(aws, SnsTopicArns=[topic])["ChatConfigurationArn"]
    assert len(subscribers(aws, topic)) == 1
    aws.sns.delete_topic(TopicArn=topic)
    aws.sns.create_topic(Name="alarms")

    def told(*topics):
        more = {"SlackChannelId": CHANNEL, "SnsTopicArns": list(topics)}
        chatbot(aws).update_slack_channel_configuration(ChatConfigurationArn=arn, **more)

    told(topic)
    assert subscribers(aws, topic) == []
    told()
    told(topic)
    assert len(subscribers(aws, topic)) == 1
    chatbot(aws).delete_slack_channel_configuration(ChatConfigurationArn=arn)
    assert subscribers(aws, topic) == []
