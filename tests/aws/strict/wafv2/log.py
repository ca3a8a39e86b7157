"""Which resource has which web ACL, and where its logs go."""

import json

from .. import loaded
from ..clock import CLOCK
from ..response import Refusal
from .rule import UNAVAILABLE, invalid, missing, unavailable

REDACTABLE = {"UriPath", "QueryString", "SingleHeader", "Method"}
NO_ARN = "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes."


class Associations:
    def associations(self):
        return self.all("associations")

    def associate_web_acl(self, asked):
        arn, acl = asked["ResourceArn"], asked["WebACLArn"]
        if ":cloudfront:" in arn or "/global/" in acl or ":global/" in acl:
            raise invalid("RESOURCE_ARN", arn, NO_ARN)
        thing = self.by_arn("web_acls", acl)
        if CLOCK.eventual and not CLOCK.passed(thing["_born"], UNAVAILABLE):
            raise unavailable()
        self.check_resource(arn)
        # It moves; what the resource had before is gone.
        self.associations()[arn] = acl

    def check_resource(self, arn):
        if arn.split(":")[3] != self.region:
            raise invalid("RESOURCE_ARN", arn, "The ARN isn't valid.")
        if ":elasticloadbalancing:" not in arn:
            return
        elb = loaded.models("elbv2")
        backends = elb.elbv2_backends if elb else {}
        if self.account not in backends or arn not in backends[self.account][self.region].load_balancers:
            raise missing()

    def get_web_acl_for_resource(self, asked):
        acl = self.associations().get(asked["ResourceArn"])
        return {"WebACL": self.told(self.by_arn("web_acls", acl))} if acl else {}

    def disassociate_web_acl(self, asked):
        self.associations().pop(asked["ResourceArn"], None)

    def list_resources_for_web_acl(self, asked):
        kind = asked.get("ResourceType", "APPLICATION_LOAD_BALANCER")
        words = {
            "APPLICATION_LOAD_BALANCER": ":elasticloadbalancing:",
            "API_GATEWAY": ":apigateway:",
            "APPSYNC": ":appsync:",
        }
        fits = words.get(kind, kind)
        return {"ResourceArns": [arn for arn, acl in self.associations().items() if acl == asked["WebACLArn"] and fits in arn]}


class Logs:
    def put_logging_configuration(self, asked):
        wanted = asked["LoggingConfiguration"]
        self.by_arn("web_acls", wanted["ResourceArn"])
        self.check_destinations(wanted["LogDestinationConfigs"])
        for field in wanted.get("RedactedFields", []):
            if len(field) != 1 or not set(field) <= REDACTABLE:
                raise invalid("FIELD_TO_MATCH", ", ".join(field), "The field can't be redacted.")
        kept = {"LogScope": "CUSTOMER", "LogType": "WAF_LOGS", "ManagedByFirewallManager": False, **self.normal(wanted)}
        kept["RedactedFields"] = sorted(kept.get("RedactedFields", []), key=json.dumps)
        if not kept["RedactedFields"]:
            del kept["RedactedFields"]
        self.all("logging")[wanted["ResourceArn"]] = kept
        return {"LoggingConfiguration": kept}

    def check_destinations(self, arns):
        if len(arns) != 1:
            raise invalid("LOG_DESTINATION", arns, "Exactly one destination is required.")
        arn = arns[0]
        parts = arn.split(":", 5)
        service = parts[2]
        name = parts[5].removeprefix("deliverystream/").removeprefix("log-group:")
        if service not in ("firehose", "s3", "logs") or not name.startswith("aws-waf-logs-") or arn.endswith(":*"):
            raise invalid("LOG_DESTINATION", arn, NO_ARN)
        if parts[3] not in ("", self.region):
            raise invalid("LOG_DESTINATION", arn, "The ARN isn't valid: it is in another region.")
        if not self.stands(service, name):
            raise Refusal(
                "WAFLogDestinationPermissionIssueException",
                "The operation failed because you don't have the permissions that your logging configuration requires.",
            )

    def stands(self, service, name):
        if service == "firehose":
            from ..firehose import Service as Firehose

            return Firehose(self.account, self.region).stream(name, must=False) is not None
        module = loaded.models(service)
        backends = getattr(module, f"{service}_backends", {}) if module else {}
        if service == "s3":
            return self.account in backends and name in backends[self.account]["aws"].buckets
        return self.account in backends and name in backends[self.account][self.region].groups

    def logged(self, arn):
        if arn not in self.all("logging"):
            raise missing()
        return self.all("logging")[arn]

    def get_logging_configuration(self, asked):
        return {"LoggingConfiguration": self.logged(asked["ResourceArn"])}

    def delete_logging_configuration(self, asked):
        self.logged(asked["ResourceArn"])
        del self.all("logging")[asked["ResourceArn"]]

    def list_logging_configurations(self, asked):
        return {"LoggingConfigurations": list(self.all("logging").values())}
