"""The refusals of SNS, and what is kept, against the running server."""

import json

import pytest

from conftest import OTHERS, refused

QUEUE = "arn:aws:sqs:ap-northeast-1:111111111111:q"
FLAT, NESTED = json.dumps({"kind": ["a"]}), json.dumps({"order": {"kind": ["a"]}})


def topic(aws, name="alarms", tags=None, **attributes):
    listed = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    return aws.sns.create_topic(Name=name, Tags=listed, Attributes=attributes)["TopicArn"]


def put(aws, name, value, arn=None):
    return aws.sns.set_topic_attributes(TopicArn=arn or topic(aws), AttributeName=name, AttributeValue=value)


def policy(action):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}]}
    )


def subscribe(aws, protocol="sqs", endpoint=QUEUE, **attributes):
    asked = {"Protocol": protocol, "Endpoint": endpoint, "Attributes": attributes}
    return aws.sns.subscribe(TopicArn=topic(aws), ReturnSubscriptionArn=True, **asked)["SubscriptionArn"]


def change(aws, arn, name, value):
    return aws.sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)


def told(aws, arn):
    return aws.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]


INVALID = "InvalidParameter"
REFUSALS = [
    ("a topic with other tags", INVALID, lambda a: [topic(a, tags=tags) for tags in ({"a": "b"}, {"a": "c"})]),
    ("a FIFO name without FIFO", INVALID, lambda a: topic(a, "a.fifo")),
    ("FIFO without its name", INVALID, lambda a: topic(a, FifoTopic="true")),
    ("an unknown attribute", INVALID, lambda a: put(a, "Colour", "red")),
    ("FIFO's attribute", INVALID, lambda a: put(a, "ArchivePolicy", "{}")),
    ("a policy that isn't JSON", INVALID, lambda a: put(a, "Policy", "{")),
    ("all actions", INVALID, lambda a: put(a, "Policy", policy("sns:*"))),
    ("another service's action", INVALID, lambda a: put(a, "Policy", policy(["sns:Publish", "sqs:SendMessage"]))),
    ("an unknown topic", "NotFound", lambda a: a.sns.get_topic_attributes(TopicArn=topic(a) + "x")),
    ("the tags of nothing", "ResourceNotFound", lambda a: a.sns.list_tags_for_resource(ResourceArn=topic(a) + "x")),
    ("a subscription of another content", INVALID, lambda a: [subscribe(a), subscribe(a, RawMessageDelivery="true")]),
    (
        "a stream without a role",
        INVALID,
        lambda a: subscribe(a, "firehose", "arn:aws:firehose:ap-northeast-1:111111111111:deliverystream/s"),
    ),
    ("a nested filter of attributes", INVALID, lambda a: subscribe(a, FilterPolicy=NESTED)),
    ("an unknown attribute of a subscription", INVALID, lambda a: change(a, subscribe(a), "Colour", "red")),
    ("an unknown subscription", "NotFound", lambda a: told(a, subscribe(a) + "x")),
    (
        "to take back what is not confirmed",
        INVALID,
        lambda a: a.sns.unsubscribe(SubscriptionArn=subscribe(a, "email", "a@example.com")),
    ),
]


@pytest.mark.parametrize(("code", "call"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refusals(aws, code, call):
    refused(lambda: call(aws), code)


def test_the_same_creation_answers_the_same_topic(aws):
    assert topic(aws, tags={"a": "b"}) == topic(aws, tags={"a": "b"})
    put(aws, "TracingConfig", "Active", topic(aws, tags={"a": "b"}))
    assert aws.sns.get_topic_attributes(TopicArn=topic(aws, tags={"a": "b"}))["Attributes"]["TracingConfig"] == "Active"


def test_an_archive_holds_its_topic(aws):
    arn = topic(aws, "orders.fifo", FifoTopic="true")
    put(aws, "ArchivePolicy", json.dumps({"MessageRetentionPeriod": 30}), arn)
    refused(lambda: aws.sns.delete_topic(TopicArn=arn), "InvalidState")
    put(aws, "ArchivePolicy", "{}", arn)
    aws.sns.delete_topic(TopicArn=arn)


def test_the_scope_of_a_filter_comes_before_what_needs_it(aws):
    arn = subscribe(aws, FilterPolicy=FLAT)
    assert told(aws, arn)["FilterPolicyScope"] == "MessageAttributes"
    refused(lambda: change(aws, arn, "FilterPolicy", NESTED), INVALID)
    change(aws, arn, "FilterPolicyScope", "MessageBody")
    change(aws, arn, "FilterPolicy", NESTED)
    refused(lambda: change(aws, arn, "FilterPolicyScope", "MessageAttributes"), INVALID)
    change(aws, arn, "FilterPolicy", "{}")
    assert "FilterPolicyScope" not in told(aws, arn)


def test_what_is_not_confirmed_is_listed_without_its_arn(aws):
    arns = [subscribe(aws), *(subscribe(aws, "email", f"{n}@example.com") for n in range(3))]
    pages = aws.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic(aws))
    listed = [each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]]
    assert listed == [arns[0], *["PendingConfirmation"] * 3]
    assert [told(aws, arn)["PendingConfirmation"] for arn in arns] == ["false", *["true"] * 3]


def test_a_subscription_is_told_of_after_its_topic(aws):
    arn = subscribe(aws)
    aws.sns.delete_topic(TopicArn=topic(aws))
    assert told(aws, arn)["Endpoint"] == QUEUE


def test_another_account_subscribes_where_it_is_let_and_looks_at_nothing_else(aws):
    arn, theirs = topic(aws), aws.client("sns", key=OTHERS)
    ask = lambda: theirs.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=QUEUE, ReturnSubscriptionArn=True)["SubscriptionArn"]
    refused(ask, "AuthorizationError")
    statement = {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": ["sns:Subscribe"], "Resource": arn}
    put(aws, "Policy", json.dumps({"Version": "2012-10-17", "Statement": [statement]}), arn)
    made = ask()
    assert theirs.get_subscription_attributes(SubscriptionArn=made)["Attributes"]["TopicArn"] == arn
    refused(lambda: theirs.get_topic_attributes(TopicArn=arn), "AuthorizationError")
    refused(lambda: theirs.list_subscriptions_by_topic(TopicArn=arn), "AuthorizationError")


def test_the_password_in_a_url_is_not_told(aws):
    arn = subscribe(aws, "https", "https://user:secret@example.com/in")
    assert told(aws, arn)["Endpoint"] == "https://user:****@example.com/in"
    listed = aws.sns.list_subscriptions_by_topic(TopicArn=topic(aws))["Subscriptions"]
    assert listed[0]["Endpoint"] == "https://user:****@example.com/in"
