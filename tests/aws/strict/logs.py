"""CloudWatch Logs as strict as AWS, for log groups, resource policies and metric filters."""

import json
import re

from moto.logs import urls
from moto.logs.responses import LogsResponse

from .response import Refusal, Strict, serve

NAME = re.compile(r"^[.\-_/#A-Za-z0-9]{1,512}$")
RETENTION = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
# How many resource policies come on a page.
PAGE = 3


def invalid(words):
    return Refusal("InvalidParameterException", words)


class Logs(Strict, LogsResponse):
    def group(self, identifier=None):
        """The log group of a name or an ARN."""
        name = (identifier or self._get_param("logGroupName") or self._get_param("logGroupIdentifier") or "").removesuffix(":*")
        name = name.split(":log-group:")[-1]
        group = self.logs_backend.groups.get(name)
        if not group:
            raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")
        # What moto knows nothing of.
        for attribute, value in (("kind", "STANDARD"), ("protected", False), ("bearer", False), ("filters", {})):
            group.__dict__.setdefault(attribute, value)
        for attribute in ("data_protection", "index"):
            group.__dict__.setdefault(attribute, None)
        return group

    def check_key(self, arn, group):
        from moto.kms.models import kms_backends

        keys = kms_backends[self.current_account][self.region].keys
        key = keys.get((arn or "").split(":key/")[-1])
        policy = key.policy if key else ""
        if f"logs.{self.region}.amazonaws.com" not in policy and "logs.amazonaws.com" not in policy:
            raise Refusal(
                "AccessDeniedException",
                f"The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:{self.region}:"
                f"{self.current_account}:log-group:{group}'",
            )

    def create_log_group(self):
        name, kind = self._get_param("logGroupName") or "", self._get_param("logGroupClass") or "STANDARD"
        if not NAME.match(name) or name.startswith("aws/"):
            raise invalid(
                f"1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
            )
        if self._get_param("kmsKeyId") and name not in self.logs_backend.groups:
            self.check_key(self._get_param("kmsKeyId"), name)
        answer = super().create_log_group()
        group = self.group()
        group.kind, group.protected = kind, bool(self._get_param("deletionProtectionEnabled"))
        return answer

    def delete_log_group(self):
        group = self.group()
        if group.protected:
            raise Refusal("ValidationException", "Log group can't be deleted: deletion protection is enabled for it.")
        # moto keeps the tags for the next one of the name.
        self.logs_backend.tagger.delete_all_tags_for_resource(group.arn)
        return super().delete_log_group()

    def describe_log_groups(self):
        answer = json.loads(super().describe_log_groups())
        answer["logGroups"] = [{**told, **self.more(told["logGroupName"])} for told in answer["logGroups"]]
        if not answer.get("nextToken"):
            answer.pop("nextToken", None)
        return json.dumps(answer)

    def more(self, name):
        group = self.group(name)
        more = {
            "logGroupClass": group.kind,
            "deletionProtectionEnabled": group.protected,
            "bearerTokenAuthenticationEnabled": group.bearer,
            "metricFilterCount": len(group.filters),
        }
        if group.kind == "DELIVERY":
            more["retentionInDays"] = 2
        return {**more, "dataProtectionStatus": "ACTIVATED"} if group.data_protection else more

    def put_retention_policy(self):
        group, days = self.group(), self._get_param("retentionInDays")
        if group.kind == "DELIVERY":
            raise Refusal("ValidationException", "Retention can't be changed for log groups of class DELIVERY.")
        if days not in RETENTION:
            raise invalid(f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: {RETENTION}")
        return super().put_retention_policy()

    def delete_retention_policy(self):
        self.group()
        return super().delete_retention_policy()

    def associate_kms_key(self):
        """moto lacks it, and all that follows up to the tags."""
        group = self.group()
        self.check_key(self._get_param("kmsKeyId"), group.name)
        group.kms_key_id = self._get_param("kmsKeyId")
        return "{}"

    def disassociate_kms_key(self):
        self.group().kms_key_id = None
        return "{}"

    def put_log_group_deletion_protection(self):
        self.group().protected = self._get_param("deletionProtectionEnabled")
        return "{}"

    def put_bearer_token_authentication(self):
        self.group().bearer = self._get_param("bearerTokenAuthenticationEnabled")
        return "{}"

    def standard(self, what):
        group = self.group()
        if group.kind != "STANDARD":
            raise Refusal("OperationNotPermittedException" if what == "index" else "InvalidParameterException", f"{what}: class {group.kind}")
        return group

    def put_data_protection_policy(self):
        group, document = self.standard("data protection"), self.policy_of("policyDocument")
        kinds = [kind for statement in document["Statement"] for kind in statement.get("Operation", {})]
        if sorted(kinds) != ["Audit", "Deidentify"]:
            raise invalid("The policy must have one statement with Audit and one with Deidentify.")
        group.data_protection = self._get_param("policyDocument")
        return json.dumps({"logGroupIdentifier": group.name, "policyDocument": group.data_protection})

    def get_data_protection_policy(self):
        group = self.group()
        told = {"policyDocument": group.data_protection} if group.data_protection else {}
        return json.dumps({"logGroupIdentifier": group.name, **told})

    def delete_data_protection_policy(self):
        group = self.group()
        if not group.data_protection:
            raise Refusal("ResourceNotFoundException", "The log group has no data protection policy.")
        group.data_protection = None
        return "{}"

    def put_index_policy(self):
        group, text = self.standard("index"), self._get_param("policyDocument")
        fields = json.loads(text).get("Fields")
        if not fields or len(fields) > 20:
            raise invalid("A field index policy has 1 to 20 fields.")
        group.index = text
        return json.dumps({"indexPolicy": self.index_of(group)})

    def index_of(self, group):
        return {"logGroupIdentifier": group.arn, "policyDocument": group.index, "source": "LOG_GROUP"}

    def describe_index_policies(self):
        wanted = self._get_param("logGroupIdentifiers") or []
        if len(wanted) != 1:
            raise Refusal("ValidationException", "Value at 'logGroupIdentifiers' failed to satisfy constraint: Member must have length 1")
        groups = [self.group(each) for each in wanted]
        return json.dumps({"indexPolicies": [self.index_of(group) for group in groups if group.index]})

    def delete_index_policy(self):
        group = self.group()
        if not group.index:
            raise Refusal("ResourceNotFoundException", "The log group has no field index policy.")
        group.index = None
        return "{}"

    def check_arn(self):
        arn = self._get_param("resourceArn") or ""
        if arn.endswith(":*"):
            raise invalid("The ARN of a log group has no :* here.")
        self.group(arn)

    def list_tags_for_resource(self):
        self.check_arn()
        return super().list_tags_for_resource()

    def tag_resource(self):
        self.check_arn()
        if any(key.lower().startswith("aws:") for key in self._get_param("tags")):
            raise invalid("Tag keys beginning with aws: are reserved for system use")
        return super().tag_resource()

    def untag_resource(self):
        self.check_arn()
        return super().untag_resource()

    def policy_of(self, name):
        try:
            document = json.loads(self._get_param(name) or "")
        except ValueError:
            raise invalid("Policy document is not valid JSON.") from None
        if not isinstance(document, dict) or "Statement" not in document:
            raise invalid("Policy document has no Statement.")
        return document

    def put_resource_policy(self):
        self.policy_of("policyDocument")
        if len(self._get_param("policyDocument")) > 51200:
            raise invalid("Policy document is longer than 51200 characters.")
        return super().put_resource_policy()

    def describe_resource_policies(self):
        """moto has one page."""
        every = json.loads(super().describe_resource_policies())["resourcePolicies"]
        since = int(self._get_param("nextToken") or 0)
        answer = {"resourcePolicies": every[since : since + PAGE]}
        if since + PAGE < len(every):
            answer["nextToken"] = str(since + PAGE)
        return json.dumps(answer)

    def put_metric_filter(self):
        """moto takes a filter of no log group, and forgets half of it."""
        group, name = self.group(), self._get_param("filterName") or ""
        metrics, pattern = self._get_param("metricTransformations") or [], self._get_param("filterPattern")
        if not re.fullmatch(r"[^:*]{1,512}", name) or pattern is None or len(pattern) > 1024 or len(metrics) != 1:
            raise invalid("1 validation error detected")
        if group.kind != "STANDARD":
            raise Refusal("ValidationException", "Metric filters are only for log groups of class STANDARD.")
        self.check_metric(metrics[0])
        if name not in group.filters and len(group.filters) >= 100:
            raise Refusal("LimitExceededException", "Resource limit exceeded.")
        optional = ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFieldDimensions")
        more = {each: self._get_param(each) for each in optional if self._get_param(each) is not None}
        told = {"filterName": name, "filterPattern": pattern, "logGroupName": group.name, "creationTime": 1}
        group.filters[name] = {**told, "metricTransformations": metrics, **more}
        return ""

    def check_metric(self, metric):
        for part in ("metricName", "metricNamespace"):
            if not re.fullmatch(r"[^:*$]{1,255}", metric.get(part, "")):
                raise invalid(f"1 validation error detected: Value at '{part}' failed to satisfy constraint")
        if metric.get("dimensions") and metric.get("defaultValue") is not None:
            raise invalid("dimensions and default value are mutually exclusive properties.")
        if len(metric.get("dimensions") or {}) > 3:
            raise invalid("A metric filter has at most 3 dimensions.")

    def describe_metric_filters(self):
        groups = [self.group()] if self._get_param("logGroupName") else [self.group(name) for name in self.logs_backend.groups]
        prefix = self._get_param("filterNamePrefix") or ""
        found = [told for group in groups for name, told in sorted(group.filters.items()) if name.startswith(prefix)]
        return json.dumps({"metricFilters": found})

    def delete_metric_filter(self):
        group = self.group()
        if not group.filters.pop(self._get_param("filterName"), None):
            raise Refusal("ResourceNotFoundException", "The specified metric filter does not exist.")
        return ""


def install():
    serve(urls, Logs)
