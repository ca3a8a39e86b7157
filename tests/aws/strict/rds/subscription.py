"""Subscriptions to events: topics and sources that are there, and categories that the type of sources has."""

from moto.core.responses import ActionResult
from moto.sns.models import sns_backends

from ..clock import CLOCK
from ..response import Refusal
from . import rule

# AWS's seconds.
CHANGING = 5.0
CATEGORIES = {
    "db-cluster": ["creation", "deletion", "failover", "failure", "global-failover", "maintenance", "migration", "notification", "serverless"],
    "db-cluster-snapshot": ["backup", "notification"],
    "db-instance": ["availability", "backup", "configuration change", "creation", "deletion", "failover", "failure", "low storage", "maintenance", "notification", "read replica", "recovery", "restoration", "security patching"],
    "db-parameter-group": ["configuration change"],
    "db-security-group": ["configuration change", "failure"],
    "db-snapshot": ["creation", "deletion", "notification", "restoration"],
    "db-proxy": ["configuration change", "creation", "deletion", "failure"],
    "zero-etl": ["notification"],
    "custom-engine-version": ["creation", "failure", "restoration"],
    "blue-green-deployment": ["creation", "deletion", "failure", "notification"],
}


def settle(things):
    for name, subscription in list(things.subscriptions.items()):
        if subscription["state"] == "active" or not CLOCK.passed(subscription["changed"], CHANGING):
            continue
        if subscription["state"] == "deleting":
            del things.subscriptions[name]
            things.tags.pop(subscription["EventSubscriptionArn"], None)
        subscription["state"] = "active"


class Subscriptions:
    """moto cannot change one, and looks at neither topic, sources nor categories."""

    def subscription(self, busy=True):
        name = (self.params.get("SubscriptionName") or "").lower()
        if name not in self.things.subscriptions:
            raise rule.missing("es", name)
        subscription = self.things.subscriptions[name]
        if not busy and subscription["state"] != "active":
            raise Refusal("InvalidEventSubscriptionState", f"Subscription {name} is {subscription['state']}.")
        return subscription

    def check_topic(self, arn):
        """A topic of this account is there, and none that keeps an order; another account's can't be seen."""
        if arn.endswith(".fifo"):
            raise Refusal("SNSInvalidTopic", "The SNS topic is invalid.")
        account, region = arn.split(":")[4], arn.split(":")[3]
        if account == self.current_account and arn not in sns_backends[account][region].topics:
            raise Refusal("SNSTopicArnNotFound", "The SNS topic ARN does not exist.")

    def topic(self, arn):
        return sns_backends[arn.split(":")[4]][arn.split(":")[3]].topics.get(arn)

    def check_source(self, kind, source):
        there = {
            "db-cluster": self.things.clusters,
            "db-instance": self.things.instances,
            "db-parameter-group": self.things.parameter_groups["pg"],
        }.get(kind)
        if there is not None and source.lower() not in there:
            raise Refusal("SourceNotFound", f"Source {source} not found.")

    def check_subscription(self, wanted):
        kind, categories = wanted["SourceType"], wanted["EventCategoriesList"]
        if kind is None and (categories or wanted["SourceIdsList"]):
            raise rule.combination("If SourceType is null, Categories and SourceIds must also be null")
        if kind is not None and kind not in CATEGORIES:
            raise rule.value(f"Invalid source type {kind}")
        for category in categories:
            if category not in CATEGORIES[kind]:
                raise Refusal("SubscriptionCategoryNotFound", f"Category {category} is not supported for this source type.")
        for source in wanted["SourceIdsList"]:
            self.check_source(kind, source)
        self.check_topic(wanted["SnsTopicArn"])

    def create_event_subscription(self):
        name = rule.check_name(self.params.get("SubscriptionName"), 254, "SubscriptionName")
        if name in self.things.subscriptions:
            raise Refusal("SubscriptionAlreadyExist", f"Subscription {name} already exists.")
        enabled, arn = self.params.get("Enabled"), self.arn("es", name)
        subscription = {
            "CustSubscriptionId": name,
            "EventSubscriptionArn": arn,
            "SnsTopicArn": rule.needed(self.params.get("SnsTopicArn"), "SnsTopicArn"),
            "SourceType": self.params.get("SourceType"),
            "SourceIdsList": list(self.params.get("SourceIds") or []),
            "EventCategoriesList": list(self.params.get("EventCategories") or []),
            "Enabled": True if enabled is None else enabled,
        }
        self.check_subscription(subscription)
        subscription["topic"] = self.topic(subscription["SnsTopicArn"])
        self.born(arn)
        self.things.subscriptions[name] = subscription
        self.turn(subscription, "creating")
        return self.answer_subscription(subscription)

    def answer_subscription(self, subscription):
        return ActionResult({"EventSubscription": self.subscription_view(subscription)})

    def subscription_view(self, subscription):
        plain = {name: value for name, value in subscription.items() if name[0].isupper()}
        state = subscription["state"]
        if state == "active" and subscription["topic"] is not self.topic(subscription["SnsTopicArn"]):
            # The topic was deleted. Another one of its name is not looked for until the subscription is changed.
            state = "topic-not-exist"
        return {**plain, "CustomerAwsId": self.current_account, "Status": state}

    def describe_event_subscriptions(self):
        named = self.params.get("SubscriptionName")
        found = [self.subscription()] if named else list(self.things.subscriptions.values())
        return self.page("EventSubscriptionsList", [self.subscription_view(each) for each in found])

    def modify_event_subscription(self):
        subscription, wanted = self.subscription(busy=False), {}
        for ours, theirs in (("SnsTopicArn",) * 2, ("SourceType",) * 2, ("EventCategories", "EventCategoriesList"), ("Enabled",) * 2):
            if self.params.get(ours) is not None:
                wanted[theirs] = self.params.get(ours)
        if wanted.get("EventCategoriesList") and not wanted.get("SourceType"):
            raise rule.combination("If SourceType is null, Categories must also be null")
        wanted = {**subscription, **wanted}
        if wanted["SourceType"] != subscription["SourceType"] and subscription["SourceIdsList"]:
            raise rule.combination("The source type cannot be changed while the subscription has sources.")
        self.check_subscription(wanted)
        subscription |= wanted
        subscription["topic"] = self.topic(subscription["SnsTopicArn"])
        self.turn(subscription, "modifying")
        return self.answer_subscription(subscription)

    def add_source_identifier_to_subscription(self):
        subscription, source = self.subscription(busy=False), self.params.get("SourceIdentifier")
        if subscription["SourceType"] is None:
            raise rule.combination("A source needs the source type of its subscription.")
        self.check_source(subscription["SourceType"], source)
        if source not in subscription["SourceIdsList"]:
            subscription["SourceIdsList"].append(source)
        return self.answer_subscription(subscription)

    def remove_source_identifier_from_subscription(self):
        subscription, source = self.subscription(busy=False), self.params.get("SourceIdentifier")
        if source not in subscription["SourceIdsList"]:
            raise Refusal("SourceNotFound", f"Source {source} not found.")
        subscription["SourceIdsList"].remove(source)
        return self.answer_subscription(subscription)

    def delete_event_subscription(self):
        subscription = self.subscription(busy=False)
        self.turn(subscription, "deleting")
        return self.answer_subscription(subscription)

    def describe_event_categories(self):
        asked = self.params.get("SourceType")
        maps = [
            {"SourceType": kind, "EventCategories": categories}
            for kind, categories in CATEGORIES.items()
            if asked in (None, kind)
        ]
        return ActionResult({"EventCategoriesMapList": maps})
