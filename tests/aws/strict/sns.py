"""SNS as strict as AWS: a topic or subscription that stands is not taken for another one, attributes are known ones and are kept, policies hold only
SNS's own actions, and mail addresses and URLs have to confirm. moto returns what stands, whatever is asked for, and forgets half of it."""

import json
import re

from moto.core.responses import ActionResult, EmptyResult
from moto.sns import urls
from moto.sns.responses import SNSResponse

from .response import Refusal, Strict, serve

FEEDBACK = {
    f"{protocol}{end}"
    for protocol in ("HTTP", "SQS", "Lambda", "Firehose", "Application")
    for end in ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
}
FIFO = {"ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy"}
KEPT = {"TracingConfig", "SignatureVersion", "MaximumMessageSize", "FifoThroughputScope", "ArchivePolicy"} | FEEDBACK
TOPIC = {"DisplayName", "KmsMasterKeyId", "DeliveryPolicy", "Policy"} | FIFO | KEPT
SUBSCRIPTION = {
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "ReplayPolicy",
    "SubscriptionRoleArn",
}
# Whoever is behind these has to confirm.
ASKED = ("email", "email-json", "http", "https")
PENDING = "PendingConfirmation"


def invalid(words):
    return Refusal("InvalidParameter", f"Invalid parameter: {words}")


def masked(endpoint):
    """A URL as AWS tells it: without its password."""
    return re.sub(r"^(https?://[^:/@]*):[^/]*@", r"\1:****@", endpoint)


def parsed(name, text):
    try:
        return json.loads(text)
    except ValueError:
        raise invalid(f"{name}: failed to parse JSON.") from None


def nested(policy):
    return any(isinstance(value, dict) for value in policy.values())


class Sns(Strict, SNSResponse):
    def create_topic(self):
        name, tags = self._get_param("Name"), self._get_tags()
        attributes = self._get_attributes()
        fifo = bool(attributes.get("FifoTopic"))
        if fifo != (name or "").endswith(".fifo"):
            raise invalid("Topic Name")
        standing = self.backend.topics.get(f"arn:aws:sns:{self.region}:{self.current_account}:{name}")
        if standing and standing.fifo_topic != fifo:
            raise invalid("Attributes Reason: Topic already exists with different attributes")
        if standing and standing._tags != tags:
            raise invalid("Tags Reason: Topic already exists with different tags")
        answer = super().create_topic()
        if not standing:
            self.backend.topics[answer.result["TopicArn"]].kept = {}
        return answer

    def check_owner(self, action):
        """Looks at a topic are its owner's, and another account subscribes where the topic's policy lets it."""
        arn = self._get_param("TopicArn")
        if arn.split(":")[4] == self.current_account:
            return
        topic = self.backend.get_topic(arn)
        policy = topic.policy if isinstance(topic.policy, dict) else json.loads(topic.policy)
        for statement in policy["Statement"]:
            actions, principal = statement["Action"], statement["Principal"]
            who = principal.get("AWS") if isinstance(principal, dict) else principal
            names = who if isinstance(who, list) else [who]
            asked = [each.lower() for each in (actions if isinstance(actions, list) else [actions])]
            known = any(name == "*" or self.current_account in str(name) for name in names)
            if known and f"sns:{action}".lower() in asked and "Condition" not in statement:
                return
        raise Refusal(
            "AuthorizationError",
            f"User: arn:aws:iam::{self.current_account}:root is not authorized to perform: SNS:{action} on resource: {arn}",
        )

    def get_topic_attributes(self):
        self.check_owner("GetTopicAttributes")
        answer = super().get_topic_attributes()
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        answer.result["Attributes"].update({name: value for name, value in getattr(topic, "kept", {}).items() if value})
        return answer

    def check_policy(self, text):
        statements = parsed("Policy", text).get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            actions = statement.get("Action", [])
            for action in actions if isinstance(actions, list) else [actions]:
                if not action.lower().startswith("sns:") or action.lower() == "sns:*":
                    raise invalid("Policy statement action out of service scope!")

    def set_topic_attributes(self):
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        name, value = self._get_param("AttributeName"), self._get_param("AttributeValue") or ""
        if name not in TOPIC:
            raise invalid("AttributeName")
        if name in FIFO and not topic.fifo_topic:
            raise invalid(f"{name} can only be set for FIFO topics")
        if name == "Policy":
            self.check_policy(value)
        if name in ("DeliveryPolicy", "ArchivePolicy") and value:
            parsed(name, value)
        if name == "TracingConfig" and value not in ("PassThrough", "Active"):
            raise invalid("TracingConfig")
        if name not in KEPT:
            return super().set_topic_attributes()
        kept = topic.__dict__.setdefault("kept", {})
        kept[name] = "" if value == "{}" else value
        return EmptyResult()

    def delete_topic(self):
        topic = self.backend.topics.get(self._get_param("TopicArn"))
        if topic and getattr(topic, "kept", {}).get("ArchivePolicy"):
            raise Refusal("InvalidState", "You cannot delete a topic with an ArchivePolicy")
        # Its subscriptions are told of for a while longer.
        ghosts = self.backend.__dict__.setdefault("ghosts", {})
        ghosts.update({arn: dict(it.attributes) for arn, it in self.backend.subscriptions.items() if it.topic is topic})
        return super().delete_topic()

    def check_subscription(self, name, value, scope):
        if name not in SUBSCRIPTION:
            raise invalid("AttributeName")
        if name.endswith("Policy") and value:
            policy = parsed(name, value)
            if name == "FilterPolicy" and nested(policy) and scope != "MessageBody":
                raise invalid("FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy")

    def subscribe(self):
        topic, protocol, endpoint = (self._get_param(name) for name in ("TopicArn", "Protocol", "Endpoint"))
        given = {name: value for name, value in (self._get_param("Attributes") or {}).items() if value}
        for name, value in given.items():
            self.check_subscription(name, value, given.get("FilterPolicyScope"))
        if protocol == "firehose" and "SubscriptionRoleArn" not in given:
            raise invalid("SubscriptionRoleArn is required for the protocol firehose")
        self.backend.get_topic(topic)
        self.check_owner("Subscribe")
        standing = self.backend._find_subscription(topic, endpoint, protocol)
        if standing:
            if standing.given != given:
                raise invalid("Attributes Reason: Subscription already exists with different attributes")
            return ActionResult({"SubscriptionArn": standing.arn})
        subscription = self.backend.subscribe(topic, endpoint, protocol)
        subscription.given = given
        subscription.attributes.update(given)
        subscription.attributes[PENDING] = str(protocol in ASKED).lower()
        return ActionResult({"SubscriptionArn": subscription.arn})

    def subscription(self):
        found = self.backend.subscriptions.get(self._get_param("SubscriptionArn"))
        if not found:
            raise Refusal("NotFound", "Subscription does not exist")
        return found

    def get_subscription_attributes(self):
        ghost = self.backend.__dict__.get("ghosts", {}).get(self._get_param("SubscriptionArn"))
        if ghost and self._get_param("SubscriptionArn") not in self.backend.subscriptions:
            return ActionResult({"Attributes": ghost})
        attributes = dict(self.subscription().attributes)
        attributes["Endpoint"] = masked(attributes["Endpoint"])
        if not attributes.get("FilterPolicy"):
            attributes.pop("FilterPolicyScope", None)
        else:
            attributes.setdefault("FilterPolicyScope", "MessageAttributes")
        return ActionResult({"Attributes": {name: value for name, value in attributes.items() if value != ""}})

    def set_subscription_attributes(self):
        subscription, name = self.subscription(), self._get_param("AttributeName")
        value, attributes = self._get_param("AttributeValue") or "", subscription.attributes
        self.check_subscription(name, value, attributes.get("FilterPolicyScope"))
        if name == "FilterPolicyScope" and value != "MessageBody" and nested(json.loads(attributes.get("FilterPolicy") or "{}")):
            raise invalid("FilterPolicyScope: the filter policy is nested")
        if name == "FilterPolicy" and value == "{}":
            value = ""
        attributes[name] = value
        subscription.given = {
            name: value for name, value in attributes.items() if name in SUBSCRIPTION and value not in ("", False, "false")
        }
        return EmptyResult()

    def list_subscriptions_by_topic(self):
        """In pages of two, and without the ARNs of those that are not confirmed."""
        self.check_owner("ListSubscriptionsByTopic")
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        own = [it for it in self.backend.subscriptions.values() if it.topic is topic]
        since = int(self._get_param("NextToken") or 0)
        page = [
            {
                "SubscriptionArn": PENDING if it.attributes[PENDING] == "true" else it.arn,
                "Owner": it.owner,
                "Protocol": it.protocol,
                "Endpoint": masked(it.endpoint),
                "TopicArn": topic.arn,
            }
            for it in own[since : since + 2]
        ]
        more = {"NextToken": str(since + 2)} if since + 2 < len(own) else {}
        return ActionResult({"Subscriptions": page, **more})

    def unsubscribe(self):
        found = self.backend.subscriptions.get(self._get_param("SubscriptionArn"))
        if found and found.attributes[PENDING] == "true":
            raise invalid("SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation")
        return super().unsubscribe()


def install():
    serve(urls, Sns)
