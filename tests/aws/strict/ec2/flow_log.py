"""Flow logs: client tokens, destinations that make sense, one for each resource and destination."""

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.utils import random_flow_log_id

from ..response import Refusal
from .filter import fits
from .nat import MISMATCH
from .tag import tag_dict

FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} "
    "${start} ${end} ${action} ${log-status}"
)
SERVICES = {"cloud-watch-logs": "logs", "s3": "s3", "kinesis-data-firehose": "firehose"}
FILTERS = ("flow-log-id", "resource-id", "log-destination-type", "log-group-name", "traffic-type", "deliver-log-status", "tag-key")


class FlowLog(TaggedEC2Resource):
    """Takes the place of moto's, which forgets the options of a bucket and the tag fields."""

    def __init__(self, backend, about):
        self.id, self.ec2_backend, self.about, self.created = random_flow_log_id(), backend, about, utcnow()

    def delivers(self):
        """AWS makes a flow log whether or not there is a log group, and says so later."""
        from moto.logs.models import logs_backends

        if self.about["LogDestinationType"] != "cloud-watch-logs":
            return True
        groups = logs_backends[self.ec2_backend.account_id][self.ec2_backend.region_name].groups
        return self.about["LogDestination"].split(":log-group:")[1] in groups

    def view(self):
        ended = {"DeliverLogsStatus": "SUCCESS"}
        if not self.delivers():
            ended = {"DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"}
        told = {"FlowLogId": self.id, "FlowLogStatus": "ACTIVE", "CreationTime": self.created, "Tags": self.get_tags()}
        return {**self.about, **told, **ended}

    def get_filter_value(self, name, method_name=None):
        have = {
            "flow-log-id": self.id,
            "resource-id": self.about["ResourceId"],
            "log-destination-type": self.about["LogDestinationType"],
            "log-group-name": self.about.get("LogGroupName"),
            "traffic-type": self.about.get("TrafficType"),
            "deliver-log-status": self.view()["DeliverLogsStatus"] if name == "deliver-log-status" else None,
        }
        return have[name] if name in have else super().get_filter_value(name, "DescribeFlowLogs")


class FlowLogs:
    def create_flow_logs(self):
        backend = self.ec2_backend
        token, asked = self._get_param("ClientToken"), {key: value for key, value in self.params.items() if key != "ClientToken"}
        tokens = backend.__dict__.setdefault("flow_log_tokens", {})
        if token in tokens:
            made, before = tokens[token]
            if before != asked:
                raise Refusal("IdempotentParameterMismatch", MISMATCH)
        else:
            made = [self.made_flow_log(resource_id) for resource_id in self._get_param("ResourceIds", [])]
            if token:
                tokens[token] = (made, asked)
        return ActionResult({"FlowLogIds": [each.id for each in made], "ClientToken": token, "Unsuccessful": []})

    def made_flow_log(self, resource_id):
        backend, kind = self.ec2_backend, self._get_param("LogDestinationType", "cloud-watch-logs")
        about = {
            "ResourceId": resource_id,
            "TrafficType": self._get_param("TrafficType"),
            "LogDestinationType": kind,
            "LogDestination": self.flow_destination(kind),
            "LogFormat": self._get_param("LogFormat", FORMAT),
            "MaxAggregationInterval": self._get_int_param("MaxAggregationInterval", 600),
            "DeliverLogsPermissionArn": self._get_param("DeliverLogsPermissionArn"),
            "DeliverCrossAccountRole": self._get_param("DeliverCrossAccountRole"),
            "TagFieldSpecifications": self._get_param("TagFieldSpecifications", []),
        }
        if kind == "cloud-watch-logs":
            about["LogGroupName"] = about["LogDestination"].split(":log-group:")[1]
        if kind == "s3":
            given = self._get_param("DestinationOptions") or {}
            about["DestinationOptions"] = {
                "FileFormat": given.get("FileFormat", "plain-text"),
                "HiveCompatiblePartitions": str(given.get("HiveCompatiblePartitions", "false")).lower() == "true",
                "PerHourPartition": str(given.get("PerHourPartition", "false")).lower() == "true",
            }
        self.check_flow_log(resource_id, about)
        flow_log = FlowLog(backend, {name: value for name, value in about.items() if value is not None})
        flow_log.add_tags(tag_dict(self._get_param("TagSpecifications", [])))
        backend.flow_logs[flow_log.id] = flow_log
        return flow_log

    def flow_destination(self, kind):
        arn, group = self._get_param("LogDestination"), self._get_param("LogGroupName")
        if not arn and not group:
            raise Refusal("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.")
        if not arn:
            arn = f"arn:aws:logs:{self.region}:{self.current_account}:log-group:{group}"
        # moto takes anything.
        if len(arn.split(":", 5)) < 6 or arn.split(":")[2] != SERVICES.get(kind):
            raise Refusal("InvalidParameter", f"LogDestination: {arn} is not a valid destination of type {kind}.")
        return arn.removesuffix(":*")

    def check_flow_log(self, resource_id, about):
        backend, kind = self.ec2_backend, self._get_param("ResourceType")
        known = {"VPC": backend.get_vpc, "Subnet": backend.get_subnet, "NetworkInterface": backend.get_network_interface}
        known.get(kind, lambda _: None)(resource_id)
        transit = (kind or "").startswith("TransitGateway")
        if not transit and not about["TrafficType"]:
            raise Refusal("InvalidParameter", "TrafficType can't be empty.")
        role, to = about["DeliverLogsPermissionArn"], about["LogDestinationType"]
        if to == "cloud-watch-logs" and not role:
            raise Refusal("InvalidParameter", "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
        if to == "s3" and role:
            raise Refusal("InvalidParameter", "DeliverLogsPermissionArn is not applicable for s3 log destination type.")
        if about["MaxAggregationInterval"] not in ((60,) if transit else (60, 600)):
            raise Refusal("InvalidParameter", "Invalid Flow Log Max Aggregation Interval")
        if role:
            self.check_assumable(role)
        for other in backend.flow_logs.values():
            if (other.about["ResourceId"], other.about["LogDestination"]) == (resource_id, about["LogDestination"]):
                raise Refusal("FlowLogAlreadyExists", "Error. There is an existing Flow Log with the same configuration and log destination.")

    def check_assumable(self, arn):
        """moto doesn't look whether there is such a role, and whom it trusts."""
        from moto.iam.models import iam_backends

        roles = iam_backends[self.current_account]["aws"].roles.values()
        role = next((role for role in roles if role.arn == arn), None)
        if not role or "vpc-flow-logs.amazonaws.com" not in str(role.assume_role_policy_document):
            raise Refusal("InvalidParameter", "Unable to assume given IAM role")

    def describe_flow_logs(self):
        filters = {each["Name"]: each["Values"] for each in self._get_param("Filters", []) or self._get_param("Filter", [])}
        for name in filters:
            if name not in FILTERS and not name.startswith("tag:"):
                raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")
        wanted = self._get_param("FlowLogIds", [])
        for flow_log_id in wanted:
            self.known_flow_log(flow_log_id)
        found = [
            each.view()
            for each in self.ec2_backend.flow_logs.values()
            if (not wanted or each.id in wanted) and all(fits(each, name, values) for name, values in filters.items())
        ]
        return ActionResult({"FlowLogs": found})

    def known_flow_log(self, flow_log_id):
        if flow_log_id not in self.ec2_backend.flow_logs:
            raise Refusal("InvalidFlowLogId.NotFound", f"The flow log ID '{flow_log_id}' does not exist")

    def delete_flow_logs(self):
        undone = []
        for flow_log_id in self._get_param("FlowLogIds", []):
            if self.ec2_backend.flow_logs.pop(flow_log_id, None):
                self.forget_tags_of(flow_log_id)
                continue
            error = {"Code": "InvalidFlowLogId.NotFound", "Message": f"The flow log ID '{flow_log_id}' does not exist"}
            undone.append({"ResourceId": flow_log_id, "Error": error})
        return ActionResult({"Unsuccessful": undone})
